"""A masked number shown whole: to who may see the borrower, for a reason that is recorded."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from django.db import transaction

from forbear.primitives.errors import RequestRefused
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.borrower_access import visible_refs
from forbear_server.selectors.borrowers import whole_phone
from forbear_server.services.evidence import append_evidence
from forbear_server.services.refusals import refusals_recorded
from forbear_server.store.evidence_persons import borrower_person
from forbear_server.store.models import Borrower


class RevealRefused(RequestRefused):
    """A number that is not shown like this; nothing was opened. `reason` names the page's words."""

    code = "reveal_refused"

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class RevealReason(StrEnum):
    """What a number is shown for."""

    CHECKED_WITH_BORROWER = "checked_with_borrower"
    WRONG_NUMBER = "wrong_number"
    CORRECTION = "correction"
    COMPLAINT = "complaint"
    REGULATOR = "regulator"


@refusals_recorded("pii.refused", RevealRefused)
@transaction.atomic
def reveal_phone(*, actor: Actor, borrower_ref: str, reason: str, now: datetime) -> str:
    """The borrower's number. Raises `RevealRefused`."""
    if reason not in set(RevealReason):
        raise RevealRefused(
            "Say what the number is shown for: the reason is recorded.", reason="reason_missing"
        )
    row = Borrower.objects.filter(ref=borrower_ref).first()
    if row is None or not visible_refs(actor, [borrower_ref]):
        raise RevealRefused(
            "There is no such borrower, or you may not see them.", reason="not_yours"
        )
    phone = whole_phone(row)
    if not phone:
        raise RevealRefused("No number is known of this borrower.", reason="no_number")
    append_evidence(
        "pii.revealed",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        person=borrower_person(borrower_ref),
        body={"role": str(actor.role)},
        private={"what": "phone", "reason": reason},
    )
    return phone
