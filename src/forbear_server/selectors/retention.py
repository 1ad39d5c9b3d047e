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

KEPT_RECORDS = ("collection_recording", "oral_instalment_agreement", "loan_record")
_OPENS = ("dispute.received", "complaint.received")
_CLOSES = ("dispute.decided", "dispute.withdrawn", "complaint.closed")
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
    newest = _newest_record(actor, borrower_ref, on)
    if newest is None and not Loan.objects.filter(borrower__ref=borrower_ref).exists():
        return []  # no loan, no contact, no complaint: there is no record to keep
    # When nothing says how long ago the last record was made, it may have been today.
    years = 0 if newest is None else _full_years(newest, on)
    duties = []
    for record in KEPT_RECORDS:
        facts = RetentionFacts(
            record=record,
            years_kept=years,
            is_debt_settled=is_settled,
            has_open_dispute=_has_open_dispute(actor, borrower_ref),
        )
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


def _newest_record(actor: Actor, borrower_ref: str, on: date) -> date | None:
    """The day of the last contact, agreement, complaint or payment, on the desk or in the book;
    looking somebody up is none of these."""
    days = [_newest_entry(actor, borrower_ref), *_days_in_book(actor, borrower_ref, on)]
    return max((day for day in days if day is not None), default=None)


def _days_in_book(actor: Actor, borrower_ref: str, on: date) -> list[date]:
    """Days of attempts and payments of the person's loans, as the book has them."""
    found: list[date] = []
    for loan in Loan.objects.filter(borrower__ref=borrower_ref).values_list("ref", flat=True):
        held = find_loan(actor, loan, as_of=on)
        if held is not None:
            found += [line.at.date() for line in held.attempts]
            found += [payment.effective_on for payment in held.payments]
    return found


def _has_open_dispute(actor: Actor, borrower_ref: str) -> bool:
    """Whether more disputes and complaints were received than were settled."""
    subjects = EvidenceSubject.objects.filter(
        lender_id=actor.lender_id,
        person__kind="borrower",
        person__ref=borrower_ref,
        purpose="grievance",
    ).values_list("pseudonym", flat=True)
    names = EvidenceEntry.objects.filter(subject__in=list(subjects)).values_list("name", flat=True)
    return sum((name in _OPENS) - (name in _CLOSES) for name in names) > 0


def _newest_entry(actor: Actor, borrower_ref: str) -> date | None:
    """The day of the newest entry that is a record of collecting."""
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
