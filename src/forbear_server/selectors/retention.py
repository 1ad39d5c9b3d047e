"""What stands against erasing a person: open loans, duties to keep, holds somebody placed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Max, Q

from forbear import rulebooks
from forbear.compliance.judging import judge
from forbear.compliance.matters.retention import RetentionFacts
from forbear.compliance.verdicts import Ruling
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.loans import find_loan
from forbear_server.store.models import EvidenceEntry, EvidenceSubject, Loan, RetentionHold

KEPT_RECORDS = ("collection_recording", "loan_record")
PURPOSE_NOT_ACHIEVED = "《个人信息保护法》第四十七条第一款第（一）项"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One reason why a person cannot be erased yet, with the law that says so."""

    code: str
    citation: str
    kept_until: date | None = None


def erasure_obstacles(actor: Actor, borrower_ref: str, *, on: date) -> list[Obstacle]:
    """Everything that stands against it on a day; nothing means that it may be done."""
    open_loans = [
        loan
        for loan in Loan.objects.filter(borrower__ref=borrower_ref).values_list("ref", flat=True)
        if _is_open(actor, loan, on)
    ]
    found = [Obstacle("loan_open", PURPOSE_NOT_ACHIEVED)] if open_loans else []
    found += _duties(actor, borrower_ref, on, is_settled=not open_loans)
    holds = RetentionHold.objects.filter(
        Q(kept_until__isnull=True) | Q(kept_until__gt=on),
        lender_id=actor.lender_id,
        person__kind="borrower",
        person__ref=borrower_ref,
        released_at__isnull=True,
    )
    return found + [Obstacle("hold", hold.citation, hold.kept_until) for hold in holds]


def _is_open(actor: Actor, loan_ref: str, on: date) -> bool:
    found = find_loan(actor, loan_ref, as_of=on)
    return found is None or found.outstanding_minor > 0


def _duties(actor: Actor, borrower_ref: str, on: date, *, is_settled: bool) -> list[Obstacle]:
    """The duties to keep that the law books of the day know, for collecting and for the loan."""
    newest = _newest_record(actor, borrower_ref)
    years = 200 if newest is None else _full_years(newest, on)
    duties = []
    for record in KEPT_RECORDS:
        facts = RetentionFacts(record=record, years_kept=years, is_debt_settled=is_settled)
        judgement = judge(rulebooks.rules(), facts, on=on, scope=actor.scope, policy=actor.policy)
        if judgement.ruling is Ruling.ALLOWED:
            continue
        known = rulebooks.rules_by_id()
        for ground in judgement.grounds:
            rule = known.get(ground.rule_id)
            if rule is not None:
                citation = f"{rule.citation.instrument.zh} {rule.citation.article}"
                duties.append(Obstacle(ground.verdict.reason or ground.rule_id, citation))
    return list(dict.fromkeys(duties))


def _newest_record(actor: Actor, borrower_ref: str) -> date | None:
    """The day of the last contact, agreement or complaint; looking somebody up is none of these."""
    pseudonyms = EvidenceSubject.objects.filter(
        lender_id=actor.lender_id,
        person__kind="borrower",
        person__ref=borrower_ref,
        purpose__in=("contact", "consent", "agreement", "grievance", "case"),
    ).values_list("pseudonym", flat=True)
    newest = EvidenceEntry.objects.filter(subject__in=list(pseudonyms)).aggregate(at=Max("at"))
    return None if newest["at"] is None else newest["at"].date()


def _full_years(since: date, on: date) -> int:
    """Years whose last day is over (民法典 201): the day of the event does not count."""
    years = on.year - since.year
    return years if (on.month, on.day) > (since.month, since.day) else max(0, years - 1)
