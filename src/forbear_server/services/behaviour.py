"""What a borrower did or what happened to them, taken the moment it is known: score and warn at once.

One service for every kind of event. A payment, a failed debit, a missed promise or a grievance is
kept, the loan is scored again with it, and a warning is raised where one is due. A grievance can
never cost points: no feature reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from forbear.primitives.errors import RequestRefused
from forbear.primitives.time_zones import local_date
from forbear.scoring.alerts import Cause
from forbear_server.selectors.access import Level, Screen, access_level
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.borrower_access import visible_refs
from forbear_server.services.evidence import append_evidence
from forbear_server.services.refusals import refusals_recorded
from forbear_server.services.rescoring import Rescored, rescore_loan
from forbear_server.store.evidence_persons import borrower_person
from forbear_server.store.models import BehaviourEvent, Loan
from forbear_server.store.models.scores import EVENT_KINDS


class BehaviourRefused(RequestRefused):
    """The event cannot be taken: it says something impossible, or its id stands for another."""

    code = "behaviour_refused"


class LoanUnknown(RequestRefused):
    """No such loan, or not this person's to see, which is one answer."""

    code = "loan_unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedEvent:
    """One event of one loan. `event_id` is the sender's own: told twice, it counts once.

    `amount_minor` belongs to a payment and to nothing else; its id is the one the tape will use.
    """

    loan_ref: str
    kind: str
    happened_on: date
    event_id: str
    amount_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """The event as kept; what the score became, or None where no card is in use."""

    event_id: UUID
    is_new: bool
    rescored: Rescored | None


@refusals_recorded("behaviour.refused", RequestRefused)
@transaction.atomic
def take_behaviour_event(*, actor: Actor, event: ReportedEvent, now: datetime) -> Taken:
    """Keep the event, score the loan again and raise a warning where one is due.

    Raises `LoanUnknown` and `BehaviourRefused`; then nothing was kept.
    """
    loan = Loan.objects.filter(ref=event.loan_ref).select_related("borrower").first()
    if loan is None or not _may_report(actor, loan.borrower.ref):
        raise LoanUnknown(f"There is no loan {event.loan_ref}.")
    _check(event, today=local_date(now, actor.lender_time_zone))
    row = _kept(actor, loan, event, now)
    if row is None:
        known = BehaviourEvent.objects.get(idempotency_key=event.event_id)
        if (known.loan_ref, known.kind, known.happened_on, known.amount_minor) != (
            *(event.loan_ref, event.kind, event.happened_on, event.amount_minor),
        ):
            raise BehaviourRefused(
                f"Event {event.event_id} was told before with other content. An event never "
                "changes: tell the new one under an id of its own."
            )
        return Taken(known.uuid, False, None)
    append_evidence(
        "behaviour.reported",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        person=borrower_person(loan.borrower.ref),
        body={"kind": event.kind},
        private={
            "loan": event.loan_ref,
            "event": event.event_id,
            "on": event.happened_on.isoformat(),
            "amount_minor": event.amount_minor,
        },
    )
    rescored = None
    if event.kind in set(Cause):
        rescored = rescore_loan(actor=actor, loan=loan, cause=Cause(event.kind), now=now)
    return Taken(row.uuid, True, rescored)


def _kept(actor: Actor, loan: Loan, event: ReportedEvent, now: datetime) -> BehaviourEvent | None:
    """The event's row; None when its id was told before, also by somebody at this very moment."""
    try:
        with transaction.atomic():
            return BehaviourEvent.objects.create(
                lender_id=actor.lender_id,
                borrower=loan.borrower,
                loan_ref=event.loan_ref,
                kind=event.kind,
                happened_on=event.happened_on,
                amount_minor=event.amount_minor,
                reported_at=now,
                reported_by_id=actor.user_id,
                idempotency_key=event.event_id,
            )
    except IntegrityError:
        return None


def _may_report(actor: Actor, borrower_ref: str) -> bool:
    """Who brings the lender's data in may, and whoever works with the borrower; reading is not it."""
    if access_level(actor, Screen.IMPORTS) is Level.FULL:
        return True
    if access_level(actor, Screen.LOAN) in {Level.READ, Level.NONE}:
        return False
    return borrower_ref in visible_refs(actor, [borrower_ref])


def _check(event: ReportedEvent, *, today: date) -> None:
    if event.kind not in EVENT_KINDS:
        raise BehaviourRefused(f"Kind {event.kind!r} is not one of {', '.join(EVENT_KINDS)}.")
    if event.happened_on > today:
        raise BehaviourRefused(
            f"{event.happened_on} lies ahead: an event is told when it has happened."
        )
    if event.kind == "payment" and (event.amount_minor is None or event.amount_minor <= 0):
        raise BehaviourRefused("A payment has an amount above zero, in minor units.")
    if event.kind != "payment" and event.amount_minor is not None:
        raise BehaviourRefused(f"A {event.kind} has no amount: leave amount_minor out.")
