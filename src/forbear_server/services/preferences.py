"""Consent and wishes about contact, and holds: given, withdrawn, placed, lifted; each recorded.

They count from the moment they are kept: the next question at the gate reads them, and what waits
in the outbox against them is cancelled in the same transaction.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from forbear.contact.preferences import ALLOWING, LONGEST_PAUSE_DAYS, HoldKind, PreferenceKind
from forbear.primitives.errors import RequestRefused
from forbear_server.selectors.access import Level, Screen, access_level
from forbear_server.selectors.actors import Actor, Role
from forbear_server.services.addresses import OPT_INS, own_borrower, take_out_of_use
from forbear_server.services.evidence import Recorded, append_evidence
from forbear_server.services.preference_rows import Kept, Statement, keep_hold, keep_statement
from forbear_server.services.refusals import refusals_recorded
from forbear_server.store.evidence_persons import borrower_person
from forbear_server.store.models import (
    Borrower,
    BorrowerAddress,
    ContactHold,
    ContactPreference,
    Loan,
)

MINUTES = 24 * 60
HOURS_NEEDED = {PreferenceKind.AGREED_HOURS, PreferenceKind.INCONVENIENT_HOURS}
CAP_NEEDED = {PreferenceKind.ATTEMPT_CAP, PreferenceKind.CALL_CAP}
CHANNEL_NEEDED = {PreferenceKind.CHANNEL_OPT_IN, PreferenceKind.CHANNEL_OPT_OUT}
LANGUAGES = ("zh-Hans", "en")
RESTRICTING = {
    PreferenceKind.CHANNEL_OPT_OUT,
    PreferenceKind.CONTACT_STOPPED,
    PreferenceKind.INCONVENIENT_HOURS,
}
# Only compliance lets contact go on after these.
COMPLIANCE_LIFTS = {
    HoldKind.DECEASED,
    HoldKind.INCAPACITY,
    HoldKind.MINOR,
    HoldKind.COMPLAINT,
    HoldKind.DISPUTE,
    HoldKind.REPRESENTATIVE,
}


class PreferenceRefused(RequestRefused):
    """A statement that cannot be kept as it stands; nothing was changed."""

    code = "preference_refused"


_REFUSALS = refusals_recorded("consent.refused", PreferenceRefused)


@_REFUSALS
@transaction.atomic
def give_preference(*, actor: Actor, borrower_ref: str, said: Statement, now: datetime) -> Kept:
    """Keep what a borrower stated about contact. Raises `PreferenceRefused`, `BorrowerNotHere`."""
    _require_writer(actor)
    borrower = own_borrower(actor, borrower_ref)
    check_statement(said, now)
    return keep_statement(borrower=borrower, said=said, actor=actor, now=now)


@_REFUSALS
@transaction.atomic
def withdraw_preference(
    *, actor: Actor, borrower_ref: str, preference_id: UUID, source: str, now: datetime
) -> Recorded:
    """Take a statement back at the borrower's word; what it allowed or forbade ends now."""
    _require_writer(actor)
    borrower = own_borrower(actor, borrower_ref)
    row = (
        ContactPreference.objects.select_for_update()
        .filter(pk=preference_id, borrower=borrower, withdrawn_at__isnull=True)
        .first()
    )
    if row is None:
        raise PreferenceRefused("There is no such statement, or it was withdrawn before.")
    kind = PreferenceKind(row.kind)
    if kind in RESTRICTING and actor.role not in {Role.COMPLIANCE, Role.COMPLAINTS}:
        raise PreferenceRefused(
            "What a borrower forbade is taken back by compliance or the complaint desk."
        )
    row.withdrawn_at = now
    row.save(update_fields=["withdrawn_at"])
    if kind is PreferenceKind.CHANNEL_OPT_IN:
        _forget_accounts(actor, borrower, row.channel, now)
    return append_evidence(
        "consent.withdrawn",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        person=borrower_person(borrower.ref),
        body={"kind": row.kind, "channel": row.channel, "source": source},
        private={"given": row.evidence_id},
    )


@_REFUSALS
@transaction.atomic
def place_hold(
    *,
    actor: Actor,
    borrower_ref: str,
    kind: HoldKind,
    source: str,
    now: datetime,
    loan_ref: str = "",
    until: datetime | None = None,
) -> Kept:
    """Hold contact back from now on. Raises `PreferenceRefused`, `BorrowerNotHere`."""
    _require_writer(actor)
    borrower = own_borrower(actor, borrower_ref)
    if loan_ref and not Loan.objects.filter(borrower=borrower, ref=loan_ref).exists():
        raise PreferenceRefused(f"This borrower has no loan {loan_ref}: nothing would be held.")
    if until is not None and until <= now:
        raise PreferenceRefused("It would be over before it begins: give a later end.")
    if kind is HoldKind.PAUSE:
        if until is None or until <= now:
            raise PreferenceRefused("A pause needs a day on which it ends, after today.")
        if until - now > timedelta(days=LONGEST_PAUSE_DAYS):
            raise PreferenceRefused(
                f"A pause lasts at most {LONGEST_PAUSE_DAYS} days; who wants longer asks that "
                "contact stop altogether."
            )
    return keep_hold(
        borrower=borrower,
        kind=kind,
        source=source,
        actor=actor,
        now=now,
        loan_ref=loan_ref,
        until=until,
    )


@_REFUSALS
@transaction.atomic
def lift_hold(
    *, actor: Actor, borrower_ref: str, hold_id: UUID, outcome: str, now: datetime
) -> Recorded:
    """Let contact go on; who may, depends on why it was held back."""
    _require_writer(actor)
    borrower = own_borrower(actor, borrower_ref)
    row = (
        ContactHold.objects.select_for_update()
        .filter(pk=hold_id, borrower=borrower, lifted_at__isnull=True)
        .first()
    )
    if row is None:
        raise PreferenceRefused("There is no such hold, or it was lifted before.")
    kind = HoldKind(row.kind)
    if kind in COMPLIANCE_LIFTS and actor.role not in {Role.COMPLIANCE, Role.COMPLAINTS}:
        raise PreferenceRefused(
            f"A hold for {kind.value} is lifted by compliance or the complaint desk."
        )
    row.lifted_at, row.lifted_by_id = now, actor.user_id
    row.save(update_fields=["lifted_at", "lifted_by"])
    return append_evidence(
        "hold.lifted",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        person=borrower_person(borrower.ref),
        body={"kind": row.kind, "outcome": outcome},
        private={"placed": row.evidence_id},
    )


def _forget_accounts(actor: Actor, borrower: Borrower, channel: str, now: datetime) -> None:
    """Without the opt-in there is no account to write to."""
    kinds = [kind for kind, meant in OPT_INS.items() if meant.value == channel]
    rows = BorrowerAddress.objects.filter(
        borrower=borrower, kind__in=kinds, out_of_use_at__isnull=True
    )
    for word in list(rows.values_list("ref", flat=True)):
        take_out_of_use(
            borrower=borrower, word=word, reason="opt_in_withdrawn", now=now, actor=actor
        )


def _require_writer(actor: Actor) -> None:
    works_on_loans = access_level(actor, Screen.LOAN) in {Level.FULL, Level.TEAM, Level.OWN}
    if not works_on_loans and actor.role not in {Role.COMPLIANCE, Role.COMPLAINTS}:
        raise PreferenceRefused("Reading a borrower's page is not writing on it.")


def check_statement(said: Statement, now: datetime) -> None:
    """Raises `PreferenceRefused` for a statement that lacks what its kind needs."""
    if said.kind in HOURS_NEEDED and not _are_hours(said.from_minute, said.until_minute):
        raise PreferenceRefused("Hours need a start and an end between 00:00 and 24:00.")
    if said.kind in CAP_NEEDED and not (said.daily_cap is not None and 0 <= said.daily_cap <= 100):
        raise PreferenceRefused("A cap is a number of calls a day, 0 to 100.")
    if said.kind in CHANNEL_NEEDED and said.channel is None:
        raise PreferenceRefused("Say which channel is meant.")
    if said.kind is PreferenceKind.LANGUAGE and said.language not in LANGUAGES:
        raise PreferenceRefused(f"Languages held here: {', '.join(LANGUAGES)}.")
    if said.until is not None and said.until <= now:
        raise PreferenceRefused("It would be over before it begins: give a later end.")
    if said.kind in {*ALLOWING, PreferenceKind.CHANNEL_OPT_IN} and not said.words.strip():
        raise PreferenceRefused("What a borrower allows is kept with the words it was given in.")


def _are_hours(start: int | None, end: int | None) -> bool:
    return (
        start is not None
        and end is not None
        and 0 <= start < MINUTES
        and 0 <= end <= MINUTES
        and start != end
    )
