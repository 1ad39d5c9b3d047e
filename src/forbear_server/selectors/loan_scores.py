"""The newest score of a loan with its reasons, made again from the facts stored beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from forbear.scoring.cards import Scorecard
from forbear.scoring.points import Score, score
from forbear.scoring.what_if import Step, what_would_raise
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.scorecards import parsed
from forbear_server.store.models import LoanScore, ScoreCard


@dataclass(frozen=True, slots=True)
class ScoreExplained:
    """Points and reasons add up; `steps` are what would raise it, largest first."""

    card: Scorecard
    card_digest: str
    card_uuid: str
    as_of: date
    scored_at: datetime
    cause: str
    points_before: int | None
    score: Score
    steps: tuple[Step, ...]


def find_loan_score(loan_ref: str, *, recipe: str) -> ScoreExplained | None:
    """The newest score by the card in use; None where the loan has none.

    The caller has made sure that this person may see the loan.
    """
    row = _newest(recipe).filter(loan_ref=loan_ref).first()
    return None if row is None else _explained(row, parsed(row.score_card.text))


def find_loan_scores(
    actor: Actor, loan_refs: Sequence[str], *, recipe: str
) -> dict[str, ScoreExplained]:
    """The same for several loans in one question, by loan; those without a score are absent.

    Read of the person's own lender only; that they may see these loans, the caller has made sure.
    """
    rows = _newest(recipe).filter(lender_id=actor.lender_id, loan_ref__in=loan_refs)
    cards: dict[UUID, Scorecard] = {}
    found: dict[str, ScoreExplained] = {}
    for row in rows:
        if row.score_card_id not in cards:
            cards[row.score_card_id] = parsed(row.score_card.text)
        found[row.loan_ref] = _explained(row, cards[row.score_card_id])
    return found


def _newest(recipe: str) -> QuerySet[LoanScore]:
    """One score a loan: only one card of a recipe is the champion in use."""
    return LoanScore.objects.filter(
        score_card__recipe=recipe,
        score_card__state="approved",
        score_card__part=ScoreCard.Part.CHAMPION,
    ).select_related("score_card")


def _explained(row: LoanScore, card: Scorecard) -> ScoreExplained:
    return ScoreExplained(
        card=card,
        card_digest=row.score_card.digest,
        card_uuid=str(row.score_card_id),
        as_of=row.as_of,
        scored_at=row.scored_at,
        cause=row.cause,
        points_before=row.points_before,
        score=score(card, row.facts),
        steps=what_would_raise(card, row.facts),
    )
