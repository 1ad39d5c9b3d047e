"""A borrower's standing 善还分 made anew from the book, with what raises it and what it brings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import polars as pl
from django.db.models import Count

from forbear.portfolio.borrowers import loan_records
from forbear.portfolio.desk_events import APPEALS
from forbear.primitives.identifiers import BorrowerId, LenderId, LoanId
from forbear.scoring.rewards import Limit, Reward
from forbear.scoring.standing import Standing, standing
from forbear.scoring.standing_histories import Appeal, StandingHistory
from forbear.scoring.standing_steps import RaisingStep, steps_to_raise
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.books import open_book
from forbear_server.selectors.reward_policies import policy_in_force
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
    """The standing of a borrower the caller has made sure this person may see."""
    in_force = policy_in_force()
    history = StandingHistory(
        lender=LenderId(actor.lender_code),
        borrower_id=BorrowerId(borrower_ref),
        loans=loan_records(
            open_book(actor.lender_code), lender=actor.lender_code, borrower_id=borrower_ref
        ),
        appeals=tuple(_appeal(row) for row in _appeals(borrower_ref)),
        offered_after_days=None if in_force is None else in_force.policy.offered_after_days,
    )
    made = standing(history, as_of=as_of)
    policy = None if in_force is None else in_force.policy
    return StandingExplained(
        standing=made,
        steps=steps_to_raise(history, as_of=as_of),
        held=() if policy is None else policy.held(made),
        following=() if policy is None else policy.following(made),
        limits=() if policy is None else policy.limits_on(made),
        has_policy=policy is not None,
        appeals=tuple(
            AppealRow(row.uuid, row.loan_ref, row.due_on, row.reason, row.state, row.received_by_id)
            for row in _appeals(borrower_ref)
        ),
    )


def list_appeals(lender_code: str) -> pl.DataFrame:
    """Every appeal of the current lender, as the night's export wants them."""
    rows = StandingAppeal.objects.order_by("received_at")
    told = [
        (
            *(lender_code, row.loan_ref, row.due_on, row.received_at.date()),
            _refused_on(row),
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


def _appeal(row: StandingAppeal) -> Appeal:
    return Appeal(
        loan_id=LoanId(row.loan_ref),
        due_on=row.due_on,
        received_on=row.received_at.date(),
        refused_on=_refused_on(row),
    )


def _refused_on(row: StandingAppeal) -> date | None:
    is_refused = row.state == StandingAppeal.State.REFUSED and row.decided_at is not None
    return row.decided_at.date() if is_refused and row.decided_at else None
