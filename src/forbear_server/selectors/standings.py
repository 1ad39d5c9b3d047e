"""A borrower's standing 善还分 made anew from the book, with what raises it and what it brings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

import polars as pl
from django.db.models import Count

from forbear.loans.payments import Payment
from forbear.portfolio.borrowers import loan_records
from forbear.portfolio.desk_events import APPEALS
from forbear.portfolio.standings import ToldEvent, told_protections
from forbear.primitives.identifiers import BorrowerId, LenderId, LoanId, PaymentId
from forbear.primitives.time_zones import local_date
from forbear.scoring.histories import LoanRecord, PromiseEvent, PromiseTurn
from forbear.scoring.rewards import Limit, Reward
from forbear.scoring.standing import Standing, standing
from forbear.scoring.standing_histories import Appeal, StandingHistory
from forbear.scoring.standing_steps import RaisingStep, steps_to_raise
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.books import open_book
from forbear_server.selectors.reward_policies import policy_in_force
from forbear_server.selectors.score_histories import told_events
from forbear_server.store.models import Standing as StandingRow
from forbear_server.store.models import StandingAppeal


@dataclass(frozen=True, slots=True)
class AppealRow:
    uuid: UUID
    loan_ref: str
    due_on: date
    reason: str
    state: str
    received_by_id: int


@dataclass(frozen=True, slots=True)
class StandingExplained:
    """The standing at the end of a day; rewards and limits by the policy in force."""

    standing: Standing
    steps: tuple[RaisingStep, ...]
    held: tuple[Reward, ...]
    following: tuple[Reward, ...]
    limits: tuple[Limit, ...]
    has_policy: bool
    appeals: tuple[AppealRow, ...]


def find_standing(actor: Actor, borrower_ref: str, *, as_of: date) -> StandingExplained:
    """The standing of a borrower the caller has made sure this person may see.

    From the book and what the desk was told since, as the night makes it.
    """
    in_force = policy_in_force(as_of)
    policy = None if in_force is None else in_force.policy
    events = told_events(borrower_ref)
    appeals = _appeals(borrower_ref)
    history = StandingHistory(
        lender=LenderId(actor.lender_code),
        borrower_id=BorrowerId(borrower_ref),
        loans=_with_payments(actor, borrower_ref, events),
        promises=tuple(
            PromiseEvent(
                lender=LenderId(actor.lender_code),
                loan_id=LoanId(one.loan_id),
                promise_id=one.event_id,
                turn=PromiseTurn.KEPT,
                on=one.happened_on,
            )
            for one in events
            if one.kind == "promise_kept"
        ),
        protections=told_protections(events),
        appeals=tuple(_appeal(row, actor.lender_time_zone) for row in appeals),
        offered_after_days=None if policy is None else policy.offered_after_days,
    )
    made = standing(history, as_of=as_of)
    return StandingExplained(
        standing=made,
        steps=steps_to_raise(history, as_of=as_of),
        held=() if policy is None else policy.held(made),
        following=() if policy is None else policy.following(made),
        limits=() if policy is None else policy.limits_on(made),
        has_policy=policy is not None,
        appeals=tuple(
            AppealRow(row.uuid, row.loan_ref, row.due_on, row.reason, row.state, row.received_by_id)
            for row in appeals
        ),
    )


def _with_payments(
    actor: Actor, borrower_ref: str, events: Sequence[ToldEvent]
) -> tuple[LoanRecord, ...]:
    """The borrower's loans with payments told since the book; one it holds by now counts once."""
    records = loan_records(
        open_book(actor.lender_code), lender=actor.lender_code, borrower_id=borrower_ref
    )
    return tuple(
        replace(
            record,
            payments=(
                *record.payments,
                *(
                    Payment(PaymentId(one.event_id), one.happened_on, one.amount_minor or 0)
                    for one in events
                    if (one.kind, one.loan_id) == ("payment", record.loan_id)
                    and one.event_id not in {p.payment_id for p in record.payments}
                ),
            ),
        )
        for record in records
    )


def due_days(actor: Actor, loan_ref: str, borrower_ref: str) -> set[date]:
    """The days on which instalments of a loan fall due."""
    records = loan_records(
        open_book(actor.lender_code), lender=actor.lender_code, borrower_id=borrower_ref
    )
    return {i.due_on for one in records if one.loan_id == loan_ref for i in one.schedule}


def list_appeals(lender_code: str, time_zone: str) -> pl.DataFrame:
    """Every appeal of the current lender, as the night's export wants them."""
    rows = StandingAppeal.objects.order_by("received_at")
    told = [
        (
            *(lender_code, row.loan_ref, row.due_on, local_date(row.received_at, time_zone)),
            _refused_on(row, time_zone),
        )
        for row in rows
    ]
    return pl.DataFrame(told, schema=dict(APPEALS), orient="row")


def people_by_tier() -> dict[str, int]:
    """How many borrowers stand in each band as of the last night."""
    rows = StandingRow.objects.values("tier").annotate(people=Count("id"))
    return {one["tier"]: one["people"] for one in rows}


def _appeals(borrower_ref: str) -> list[StandingAppeal]:
    rows = StandingAppeal.objects.filter(borrower__ref=borrower_ref)
    return list(rows.order_by("received_at"))


def _appeal(row: StandingAppeal, time_zone: str) -> Appeal:
    return Appeal(
        loan_id=LoanId(row.loan_ref),
        due_on=row.due_on,
        received_on=local_date(row.received_at, time_zone),
        refused_on=_refused_on(row, time_zone),
    )


def _refused_on(row: StandingAppeal, time_zone: str) -> date | None:
    if row.state != StandingAppeal.State.REFUSED or row.decided_at is None:
        return None
    return local_date(row.decided_at, time_zone)
