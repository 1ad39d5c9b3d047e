"""A borrower's loans as a score may know them: schedule, payments, pauses, contacts, events.

A history may hold rows of any day; what is known at `as_of` is `known_at(history, as_of)`, and
every feature is computed from that alone. A payment counts by its value date, an attempt by its
moment, a pause from its first day. Penalty interest the lender posts to an instalment still to
come is not known before its due date, so it is left out until then.

Complaints, disputes and applications for relief (`GrievanceReceived`) are part of a history so
that they can cause a new look and another kind of help. No feature reads them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from forbear.contact.attempts import ContactAttempt
from forbear.delinquency.pauses import Pause, ReAge
from forbear.loans.payments import Payment
from forbear.loans.schedules import Instalment
from forbear.primitives.identifiers import BorrowerId, LenderId, LoanId
from forbear.primitives.time_zones import local_date
from forbear.scoring.errors import ScoringRefused


class PromiseTurn(StrEnum):
    """What happened to a promise to pay."""

    MADE = "made"
    KEPT = "kept"
    BROKEN = "broken"
    WITHDRAWN = "withdrawn"


class GrievanceKind(StrEnum):
    """Why a borrower turned to us."""

    COMPLAINT = "complaint"
    DISPUTE = "dispute"
    HARDSHIP = "hardship"


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedDebit:
    """A direct debit that found no money on its day; no payment, so no reversal either."""

    lender: LenderId
    loan_id: LoanId
    event_id: str
    failed_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseEvent:
    """One turn of one promise to pay: made, kept, broken or withdrawn on a day."""

    lender: LenderId
    loan_id: LoanId
    promise_id: str
    turn: PromiseTurn
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class GrievanceReceived:
    """A complaint, a dispute or an application for relief came in. It can never cost points."""

    grievance_id: str
    kind: GrievanceKind
    received_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanRecord:
    """One loan with everything dated about it; `principal_minor` None: the tape does not tell."""

    lender: LenderId
    loan_id: LoanId
    borrower_id: BorrowerId
    disbursed_on: date
    principal_minor: int | None
    schedule: tuple[Instalment, ...]
    payments: tuple[Payment, ...] = ()
    pauses: tuple[Pause, ...] = ()
    re_ages: tuple[ReAge, ...] = ()
    settled_on: date | None = None

    @property
    def key(self) -> tuple[LenderId, LoanId]:
        """Two lenders may use the same loan id."""
        return self.lender, self.loan_id


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanHistory:
    """The loan that is scored, the borrower's other loans, and what happened beside payments.

    `attempts`, `failed_debits` and `promises` are None where nobody told: the features that need
    them are then unknown, not zero. `time_zone` is the lender's: it turns the moment of an attempt
    into the calendar day it counts for.
    """

    loan: LoanRecord
    others: tuple[LoanRecord, ...] = ()
    attempts: tuple[ContactAttempt, ...] | None = None
    failed_debits: tuple[FailedDebit, ...] | None = None
    promises: tuple[PromiseEvent, ...] | None = None
    grievances: tuple[GrievanceReceived, ...] = ()
    time_zone: str = "Asia/Shanghai"

    @property
    def loans(self) -> tuple[LoanRecord, ...]:
        """The loan itself first, then the others."""
        return (self.loan, *self.others)

    def attempted_on(self, attempt: ContactAttempt) -> date:
        """The lender's calendar day of an attempt."""
        return local_date(attempt.attempted_at, self.time_zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReceived:
    """A payment (or its reversal) on one of the borrower's loans."""

    lender: LenderId
    loan_id: LoanId
    payment: Payment


Event = PaymentReceived | FailedDebit | PromiseEvent | GrievanceReceived


def with_event(history: LoanHistory, event: Event) -> LoanHistory:
    """The history with one more event; the one given stays as it is.

    Raises `ScoringRefused` ("event-of-another-loan") for a loan the history does not hold: to
    ignore it would leave a score that says nothing happened.
    """
    if isinstance(event, GrievanceReceived):
        return replace(history, grievances=(*history.grievances, event))
    key = (event.lender, event.loan_id)
    if key not in {record.key for record in history.loans}:
        raise ScoringRefused(
            "event-of-another-loan",
            f"Loan {event.loan_id} of lender {event.lender} is not in this history: "
            "load the borrower's loans again, then add the event.",
        )
    if isinstance(event, FailedDebit):
        return replace(history, failed_debits=(*(history.failed_debits or ()), event))
    if isinstance(event, PromiseEvent):
        return replace(history, promises=(*(history.promises or ()), event))
    loans = [
        replace(one, payments=(*one.payments, event.payment)) if one.key == key else one
        for one in history.loans
    ]
    return replace(history, loan=loans[0], others=tuple(loans[1:]))


def known_at(history: LoanHistory, as_of: date) -> LoanHistory:
    """What was known at the end of `as_of`: the future taken out, the contract kept.

    A loan not yet paid out is no other loan. A schedule is a contract, so its later instalments
    stay, without penalty interest posted to them.
    """
    return replace(
        history,
        loan=record_at(history.loan, as_of),
        others=tuple(record_at(o, as_of) for o in history.others if o.disbursed_on <= as_of),
        attempts=None
        if history.attempts is None
        else tuple(a for a in history.attempts if history.attempted_on(a) <= as_of),
        failed_debits=None
        if history.failed_debits is None
        else tuple(f for f in history.failed_debits if f.failed_on <= as_of),
        promises=None
        if history.promises is None
        else tuple(p for p in history.promises if p.on <= as_of),
        grievances=tuple(g for g in history.grievances if g.received_on <= as_of),
    )


def record_at(record: LoanRecord, as_of: date) -> LoanRecord:
    """What was known of one loan at the end of `as_of`."""
    is_settled = record.settled_on is not None and record.settled_on <= as_of
    return replace(
        record,
        schedule=tuple(
            one if one.due_on <= as_of else replace(one, penalty_minor=0) for one in record.schedule
        ),
        payments=tuple(p for p in record.payments if p.effective_on <= as_of),
        pauses=tuple(p for p in record.pauses if p.starts_on <= as_of),
        re_ages=tuple(r for r in record.re_ages if r.on <= as_of),
        settled_on=record.settled_on if is_settled else None,
    )


def is_live(record: LoanRecord, as_of: date) -> bool:
    """Paid out by `as_of`, and neither said nor paid to be settled before it.

    The same loans as a book aged at `as_of` has.
    """
    if record.disbursed_on > as_of or (record.settled_on or as_of) < as_of:
        return False
    scheduled = sum(i.due_minor for i in record.schedule)
    eve = as_of - timedelta(days=1)
    paid_before = sum(p.amount_minor for p in record.payments if p.effective_on <= eve)
    return not 0 < scheduled <= paid_before


def days_within(days: Sequence[date], *, as_of: date, window: int) -> int:
    """How many of the days lie in the `window` days that end with `as_of`."""
    first = as_of - timedelta(days=window - 1)
    return sum(first <= day <= as_of for day in days)
