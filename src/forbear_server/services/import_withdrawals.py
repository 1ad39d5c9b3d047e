"""Take an import back: asked by one person, approved by compliance, within its business date."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from forbear.portfolio.book import BookUnreadable
from forbear_server.selectors.actors import Actor, Role
from forbear_server.selectors.books import open_book
from forbear_server.services.evidence import append_evidence
from forbear_server.store.models import Import


class WithdrawalRefused(Exception):
    """The import cannot be taken back; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@transaction.atomic
def ask_withdrawal(*, actor: Actor, import_uuid: UUID, today: date, now: datetime) -> None:
    row = _withdrawable(import_uuid, today)
    row.withdrawal_asked_by_id = actor.user_id
    row.save()
    append_evidence(
        "import.withdrawal_asked",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        subject=f"import:{row.uuid}",
    )


@transaction.atomic
def approve_withdrawal(*, actor: Actor, import_uuid: UUID, today: date, now: datetime) -> None:
    """Put the book back to before the tape. Only compliance, and nobody approves their own ask."""
    row = _withdrawable(import_uuid, today)
    if actor.role is not Role.COMPLIANCE:
        raise WithdrawalRefused("compliance_approves")
    if row.withdrawal_asked_by_id is None:
        raise WithdrawalRefused("nobody_asked")
    if row.withdrawal_asked_by_id == actor.user_id:
        raise WithdrawalRefused("own_request")
    row.state = Import.State.WITHDRAWN
    row.save()
    append_evidence(
        "import.withdrawn",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        subject=f"import:{row.uuid}",
        body={"sha256": row.sha256, "accepted": row.accepted},
    )
    try:
        open_book(actor.lender_code).restore_previous()
    except BookUnreadable:
        raise WithdrawalRefused("first_tape") from None


@transaction.atomic
def record_withdrawal_refused(*, actor: Actor, import_uuid: UUID, code: str, now: datetime) -> None:
    append_evidence(
        "import.withdrawal_refused",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        subject=f"import:{import_uuid}",
        body={"code": code},
    )


def _withdrawable(import_uuid: UUID, today: date) -> Import:
    rows = Import.objects.select_for_update(of=("self",)).select_related("lender")
    row = rows.get(pk=import_uuid)
    if row.state not in {Import.State.COMPLETED, Import.State.PART_COMPLETED}:
        raise WithdrawalRefused("not_accepted")
    if row.business_date != today:
        raise WithdrawalRefused("another_day")
    tapes = open_book(row.lender.code).manifest.tapes
    if not tapes or tapes[-1].sha256 != row.sha256:
        raise WithdrawalRefused("later_tape")
    return row
