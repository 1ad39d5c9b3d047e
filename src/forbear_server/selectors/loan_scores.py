"""The newest score of a loan with its reasons, made again from the facts stored beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from forbear.scoring.cards import Scorecard
from forbear.scoring.points import Score, score
from forbear.scoring.what_if import Step, what_would_raise
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
    row = (
        LoanScore.objects.filter(
            loan_ref=loan_ref,
            score_card__recipe=recipe,
            score_card__state="approved",
            score_card__part=ScoreCard.Part.CHAMPION,
        )
        .select_related("score_card")
        .first()
    )
    if row is None:
        return None
    card = parsed(row.score_card.text)
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
