"""What was told of a person's loans, and what the system decided: the part no contact made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from forbear_server.selectors.borrower_pages import BorrowerPage
from forbear_server.store.models import (
    BehaviourEvent,
    EarlyWarning,
    EvidenceEntry,
    EvidenceSubject,
    LoanScore,
    WorklistItem,
)

DAYS_OF_PLANS = 30
NIGHT = "night"
# Which filter what was told belongs to; a failed debit is about money.
_GROUPS: Mapping[str, str] = {
    "payment": "money",
    "failed_debit": "money",
    "promise_kept": "promise",
    "promise_missed": "promise",
    "complaint": "grievance",
    "dispute": "grievance",
    "dispute_decided": "grievance",
    "hardship": "arrangement",
    "hardship_approved": "arrangement",
    "relief_ended": "arrangement",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One thing told or decided; `outcome` a code of its `kind`, `detail` a word or number."""

    at: datetime
    group: str
    kind: str
    loan_ref: str = ""
    outcome: str = ""
    detail: str = ""
    amount_minor: int | None = None
    currency: str = ""
    evidence_id: str = ""
    verdict: str = ""


def told(page: BorrowerPage, place: ZoneInfo) -> Iterable[Happened]:
    """What was told of the loans since the book; a payment the book holds by now counts once."""
    booked = {payment.payment_id for loan in page.loans for payment in loan.payments}
    currencies = {loan.facts.ref: loan.facts.currency for loan in page.loans}
    entries = _of_person(page.ref, "behaviour.reported")
    for row in BehaviourEvent.objects.filter(borrower_id=page.borrower_id):
        if row.loan_ref not in currencies or row.idempotency_key in booked:
            continue
        yield Happened(
            at=datetime.combine(row.happened_on, time(0, 0), place),
            group=_GROUPS[row.kind],
            kind="told",
            loan_ref=row.loan_ref,
            outcome=row.kind,
            amount_minor=row.amount_minor,
            currency=currencies[row.loan_ref],
            evidence_id=entries.get((row.reported_at, row.kind), ""),
        )


def decisions(page: BorrowerPage) -> Iterable[Happened]:
    """What the nights planned for this person, how loans were scored, which warnings were raised."""
    yield from _plans(page)
    yield from _scores(page)
    yield from _warnings(page)


def _plans(page: BorrowerPage) -> Iterable[Happened]:
    """A line of a day's list, at the moment its plan was published; an unpublished one is none."""
    lines = list(
        WorklistItem.objects.filter(borrower_id=page.borrower_id).order_by("-business_date")[
            :DAYS_OF_PLANS
        ]
    )
    entries = _newest([f"run:{line.business_date}" for line in lines], "plan.published")
    for line in lines:
        published = entries.get(f"run:{line.business_date}")
        if published is not None:
            yield Happened(
                at=published.at,
                group="decision",
                kind="plan",
                outcome=line.action,
                detail=line.reasons[0] if line.reasons else "",
                evidence_id=published.uuid.hex,
                # What was planned although nothing forbade it needs no chip.
                verdict="" if line.verdict == WorklistItem.Verdict.ALLOWED else line.verdict,
            )


def _scores(page: BorrowerPage) -> Iterable[Happened]:
    scores = list(
        LoanScore.objects.filter(borrower_id=page.borrower_id, score_card__state="approved")
    )
    entries = _newest([f"run:{score.as_of}" for score in scores], "scores.recorded")
    issued = _of_person(page.ref, "score.issued")
    for score in scores:
        recorded = entries.get(f"run:{score.as_of}")
        of_night = "" if recorded is None else recorded.uuid.hex
        yield Happened(
            at=score.scored_at,
            group="decision",
            kind="score",
            loan_ref=score.loan_ref,
            outcome=score.cause,
            detail=str(score.points),
            evidence_id=of_night if score.cause == NIGHT else issued.get((score.scored_at, ""), ""),
        )


def _warnings(page: BorrowerPage) -> Iterable[Happened]:
    rows = list(EarlyWarning.objects.filter(borrower_id=page.borrower_id))
    entries = _newest([f"warning:{row.uuid}" for row in rows], "early_warning.raised")
    for row in rows:
        raised = entries.get(f"warning:{row.uuid}")
        yield Happened(
            at=row.raised_at,
            group="decision",
            kind="warning",
            loan_ref=row.loan_ref,
            outcome=row.state,
            detail=row.cause,
            evidence_id="" if raised is None else raised.uuid.hex,
        )


def _newest(about: list[str], name: str) -> Mapping[str, EvidenceEntry]:
    """The newest entry of this event about each thing, by what it is about."""
    rows = EvidenceEntry.objects.filter(about__in=about, name=name).order_by("id")
    return {row.about: row for row in rows}


def newest_import() -> str:
    """The entry of the tape that was taken last: what the book's rows rest on; empty without one."""
    row = EvidenceEntry.objects.filter(name="import.accepted").order_by("-id").first()
    return "" if row is None else row.uuid.hex


def _of_person(borrower_ref: str, name: str) -> Mapping[tuple[datetime, str], str]:
    """Entries of this event about a person, by moment and open kind; they name no row."""
    pseudonyms = EvidenceSubject.objects.filter(
        person__kind="borrower", person__ref=borrower_ref
    ).values("pseudonym")
    rows = EvidenceEntry.objects.filter(name=name, subject__in=pseudonyms).order_by("id")
    return {(row.at, str(row.body.get("kind", ""))): row.uuid.hex for row in rows}
