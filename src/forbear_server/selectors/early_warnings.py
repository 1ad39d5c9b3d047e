"""Early warnings: the list of the overview, and the one of a loan; by who may see the borrower."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from forbear_server.selectors.access import Level, Screen, access_level
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.borrowers import surname
from forbear_server.store.models import EarlyWarning


@dataclass(frozen=True, slots=True)
class WarningRow:
    """`name` is what a list may show: the surname; empty for who sees no persons."""

    uuid: UUID
    loan_ref: str
    borrower_ref: str
    name: str
    raised_at: datetime
    business_date: date
    cause: str
    points: int
    points_before: int | None
    ppm: int
    reasons: tuple[dict[str, Any], ...]
    helps: tuple[str, ...]
    grounds: tuple[dict[str, Any], ...]
    state: str
    closed_by: str
    closed_at: datetime | None
    closing_word: str


def list_warnings(actor: Actor, *, limit: int = 20) -> tuple[list[WarningRow], int]:
    """Open warnings of borrowers this person may see, most likely first; and how many there are."""
    rows = _visible(actor).filter(state=EarlyWarning.State.OPEN)
    ordered = rows.select_related("borrower", "closed_by").order_by("-ppm", "loan_ref")
    return [_row(one) for one in ordered[:limit]], rows.count()


def find_warning(actor: Actor, loan_ref: str) -> WarningRow | None:
    """The newest warning of a loan, open or closed; None where there is none to see."""
    rows = _visible(actor).filter(loan_ref=loan_ref).select_related("borrower", "closed_by")
    one = rows.order_by("-raised_at").first()
    return None if one is None else _row(one)


def count_open_warnings() -> int:
    """How many warnings are open: a number only, for who sees no persons."""
    return EarlyWarning.objects.filter(state=EarlyWarning.State.OPEN).count()


def _visible(actor: Actor) -> QuerySet[EarlyWarning]:
    """Whoever sees loans sees the warnings: an open one makes its borrower visible."""
    if access_level(actor, Screen.LOAN) is Level.NONE:
        return EarlyWarning.objects.none()
    return EarlyWarning.objects.all()


def _row(one: EarlyWarning) -> WarningRow:
    return WarningRow(
        uuid=one.uuid,
        loan_ref=one.loan_ref,
        borrower_ref=one.borrower.ref,
        name=surname(one.borrower),
        raised_at=one.raised_at,
        business_date=one.business_date,
        cause=one.cause,
        points=one.points,
        points_before=one.points_before,
        ppm=one.ppm,
        reasons=tuple(one.reasons),
        helps=tuple(one.helps),
        grounds=tuple(one.grounds),
        state=one.state,
        closed_by="" if one.closed_by is None else one.closed_by.display_name,
        closed_at=one.closed_at,
        closing_word=one.closing_word,
    )
