"""One loan scored again at once: features from its own rows, points, evidence, a warning if due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from forbear.portfolio.scores import OUTCOME_DAYS
from forbear.primitives.time_zones import local_date
from forbear.scoring.alerts import Alert, Cause, Trigger, alert, policy_of
from forbear.scoring.features import behaviour_features
from forbear.scoring.features_lateness import Facts
from forbear.scoring.histories import is_live
from forbear.scoring.points import Score, score
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.score_histories import find_history
from forbear_server.selectors.scorecards import Champion, champion
from forbear_server.services.early_warnings import (
    WARNING_RECIPE,
    RaisedFor,
    budget_left,
    raise_warning,
)
from forbear_server.services.evidence import append_evidence
from forbear_server.store.evidence_persons import borrower_person
from forbear_server.store.models import Loan, LoanScore


@dataclass(frozen=True, slots=True)
class Rescored:
    """The score now and before; `warning_id` where this raised or renewed a warning."""

    score: Score
    points_before: int | None
    warning_id: UUID | None
    evidence_id: str


def rescore_loan(*, actor: Actor, loan: Loan, cause: Cause, now: datetime) -> Rescored | None:
    """Score a loan with everything told until now; None where no card is in use, or for a loan
    that is settled or has reached what the card warns of.

    Inside the caller's transaction. A warning beyond the day's budget is left to the night, which
    chooses among all loans.
    """
    in_use = champion(WARNING_RECIPE)
    history = find_history(actor, loan.ref) if in_use is not None else None
    if in_use is None or history is None:
        return None
    as_of = local_date(now, actor.lender_time_zone)
    facts = behaviour_features(history, as_of=as_of)
    if not is_live(history.loan, as_of) or (facts["days_past_due"] or 0) >= OUTCOME_DAYS:
        return None
    made = score(in_use.card, facts)
    held = LoanScore.objects.filter(loan_ref=loan.ref, score_card=in_use.uuid).first()
    before = None if held is None else score(in_use.card, held.facts)
    points_before = None if before is None else before.points
    read = {name: facts[name] for name in in_use.card.inputs}
    evidence_id = _keep(actor, loan, in_use, made, points_before, read, cause, now)
    raised = alert(
        lender=history.loan.lender,
        loan_id=history.loan.loan_id,
        borrower_id=history.loan.borrower_id,
        before=before,
        after=made,
        facts=facts,
        cause=cause,
        policy=policy_of(in_use.card),
    )
    whose = RaisedFor(
        lender_id=actor.lender_id,
        borrower_id=loan.borrower_id,
        borrower_ref=loan.borrower.ref,
        loan_ref=loan.ref,
        card=in_use,
    )
    return Rescored(made, points_before, _warned(whose, raised, now), evidence_id)


def _keep(
    actor: Actor,
    loan: Loan,
    row: Champion,
    made: Score,
    points_before: int | None,
    read: Facts,
    cause: Cause,
    now: datetime,
) -> str:
    """The newest score of the loan with its facts, and the entry that says so; the entry's id."""
    told = {"points": made.points, "ppm": made.ppm or 0, "facts": read, "cause": cause.value}
    LoanScore.objects.update_or_create(
        lender_id=actor.lender_id,
        loan_ref=loan.ref,
        score_card_id=row.uuid,
        defaults={
            "borrower_id": loan.borrower_id,
            "as_of": now.date(),
            "scored_at": now,
            "points_before": points_before,
            **told,
        },
    )
    recorded = append_evidence(
        "score.issued",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        person=borrower_person(loan.borrower.ref),
        body={"scorecard": f"{row.name}/{row.version}", "scorecard_digest": row.digest},
        private={"loan": loan.ref, **told, "facts": _loggable(read)},
    )
    return recorded.entry_id


def _loggable(facts: Facts) -> dict[str, int | str | None]:
    """Facts as the evidence holds them: a quotient as its shortest decimal, since a log has none."""
    return {name: repr(v) if isinstance(v, float) else v for name, v in facts.items()}


def _warned(whose: RaisedFor, raised: Alert | None, now: datetime) -> UUID | None:
    """A grievance always warns: somebody waits for an answer. Else while the day's budget lasts."""
    if raised is None:
        return None
    is_waiting = Trigger.GRIEVANCE in raised.triggers
    if not is_waiting and budget_left(whose.lender_id, now.date()) == 0:
        return None
    return raise_warning(whose, raised, now=now)
