"""Standings on the desk: laid by the night, appealed by borrowers, decided by another person."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import polars as pl
from django.db import IntegrityError, transaction
from psycopg.types.json import Jsonb

from forbear.primitives.errors import RequestRefused
from forbear.primitives.time_zones import local_date
from forbear.scoring.standing_rules import standing_rules
from forbear_server.selectors.access import Level, Screen, access_level
from forbear_server.selectors.actors import Actor, Role
from forbear_server.selectors.borrower_access import visible_refs
from forbear_server.selectors.standings import due_days
from forbear_server.services.evidence import Recorded, append_evidence
from forbear_server.services.persons import borrower_ids
from forbear_server.services.refusals import refusals_recorded
from forbear_server.services.runs import BegunRun
from forbear_server.store.copying import copy_rows
from forbear_server.store.evidence_persons import borrower_person
from forbear_server.store.models import Loan, Standing, StandingAppeal

APPEAL_REASONS = frozenset({"paid_on_time", "was_promised_relief", "bank_failed", "not_my_loan"})
_IDS = frozenset({"lender", "borrower_id", "as_of", "points", "tier", "start", "is_known"})


class AppealRefused(RequestRefused):
    """The appeal cannot be taken or decided like this; `code` says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@transaction.atomic
def publish_standings(*, run: BegunRun, rows: pl.DataFrame, now: datetime) -> int:
    """Replace the lender's standings by tonight's; a changed band is recorded for each borrower.

    `rows`: borrower_id, as_of, points, tier, is_known and a column for each reason. Of whom too
    little is known nothing is kept.
    """
    if Standing.objects.filter(as_of__gt=run.business_date).exists():
        return 0  # an older night made again says nothing of today
    version = standing_rules(run.business_date).version
    reasons = [name for name in rows.columns if name not in _IDS]
    lines = rows.filter(pl.col("is_known")).sort("borrower_id").to_dicts()
    before = dict(Standing.objects.values_list("borrower__ref", "tier"))
    ids = borrower_ids(run.lender_id, [line["borrower_id"] for line in lines])
    Standing.objects.all().delete()
    copy_rows(
        "standing",
        ["lender_id", "borrower_id", "as_of", "points", "tier", "reasons", "rules_version"],
        (
            (
                *(run.lender_id, ids[line["borrower_id"]], line["as_of"], line["points"]),
                *(line["tier"], Jsonb({name: line[name] for name in reasons if line[name]})),
                version,
            )
            for line in lines
        ),
    )
    for line in lines:
        earlier = before.get(line["borrower_id"])
        if earlier is not None and earlier != line["tier"]:
            append_evidence(
                "standing.changed",
                now=now,
                lender_id=run.lender_id,
                person=borrower_person(line["borrower_id"]),
                body={"rules": version},
                private={"before": earlier, "after": line["tier"], "points": line["points"]},
            )
    append_evidence(
        "standings.recorded",
        now=now,
        lender_id=run.lender_id,
        about=f"run:{run.business_date}",
        body={"rows": len(lines), "rules": version},
    )
    return len(lines)


@refusals_recorded("standing.appeal_refused", AppealRefused)
@transaction.atomic
def receive_appeal(
    *, actor: Actor, loan_ref: str, due_on: date, reason: str, now: datetime
) -> Recorded:
    """A borrower says an instalment's lateness does not belong: it stops counting at once.

    Raises `AppealRefused`; then nothing was kept.
    """
    loan = Loan.objects.filter(ref=loan_ref).select_related("borrower").first()
    if loan is None or not visible_refs(actor, [loan.borrower.ref]):
        raise AppealRefused("appeal_unknown_loan", f"There is no loan {loan_ref}.")
    if access_level(actor, Screen.LOAN) in {Level.READ, Level.NONE}:
        raise AppealRefused("appeal_role_missing", "Reading a loan is not working on it.")
    if reason not in APPEAL_REASONS:
        raise AppealRefused("appeal_reason_unknown", f"{reason!r} is no reason of the list.")
    if due_on not in due_days(actor, loan_ref, loan.borrower.ref):
        raise AppealRefused("appeal_unknown_due", f"{loan_ref} has no instalment due on {due_on}.")
    if due_on > local_date(now, actor.lender_time_zone):
        raise AppealRefused("appeal_not_due", f"The instalment of {due_on} is not due yet.")
    decided = StandingAppeal.objects.filter(loan_ref=loan_ref, due_on=due_on)
    if decided.exclude(state=StandingAppeal.State.RECEIVED).exists():
        raise AppealRefused("appeal_decided", f"The appeal about {due_on} was decided already.")
    try:
        with transaction.atomic():
            row = StandingAppeal.objects.create(
                lender_id=actor.lender_id,
                borrower=loan.borrower,
                loan_ref=loan_ref,
                due_on=due_on,
                reason=reason,
                received_at=now,
                received_by_id=actor.user_id,
            )
    except IntegrityError:
        raise AppealRefused(
            "appeal_open_already", f"An appeal about {due_on} is under review already."
        ) from None
    return append_evidence(
        "standing.appealed",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        about=f"appeal:{row.uuid}",
        person=borrower_person(loan.borrower.ref),
        private={"loan": loan_ref, "due_on": due_on.isoformat(), "reason": reason},
    )


@refusals_recorded("standing.appeal_refused", AppealRefused, about="appeal:appeal_uuid")
@transaction.atomic
def decide_appeal(*, actor: Actor, appeal_uuid: UUID, upheld: bool, now: datetime) -> Recorded:
    """Compliance decides, and never about what they received themselves."""
    if actor.role is not Role.COMPLIANCE:
        raise AppealRefused("appeal_role_missing", "Only compliance decides about an appeal.")
    rows = StandingAppeal.objects.select_for_update(of=("self",)).select_related("borrower")
    row = rows.filter(pk=appeal_uuid).first()
    if row is None or row.state != StandingAppeal.State.RECEIVED:
        raise AppealRefused("appeal_closed", "There is no open appeal of this id.")
    if row.received_by_id == actor.user_id:
        raise AppealRefused("appeal_own", "Whoever received an appeal does not decide it.")
    row.state = StandingAppeal.State.UPHELD if upheld else StandingAppeal.State.REFUSED
    row.decided_by_id, row.decided_at = actor.user_id, now
    row.save()
    return append_evidence(
        "standing.appeal_decided",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        about=f"appeal:{row.uuid}",
        person=borrower_person(row.borrower.ref),
        body={"outcome": row.state},
    )
