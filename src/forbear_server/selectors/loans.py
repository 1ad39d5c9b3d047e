"""One loan with everything its numbers follow from, at any day up to today.

The numbers are computed by the domain from schedule and payments, never read back from a table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import polars as pl

from forbear.delinquency.aging import DEFAULT_SCHEME, Aging, aging
from forbear.delinquency.buckets import Bucket
from forbear.delinquency.buckets import scheme as bucket_scheme
from forbear.delinquency.pauses import Pause, ReAge
from forbear.loans.allocation import Allocation, allocate
from forbear.loans.payments import Payment
from forbear.loans.payoff import Payoff, payoff_amount
from forbear.loans.penalty import PenaltyAccrual, penalty_accruals
from forbear.loans.schedules import Instalment
from forbear.loans.states import LoanStanding, LoanState, loan_state
from forbear.portfolio.book import Book, partition_of
from forbear.portfolio.borrowers import LoanRows, loan_rows
from forbear.primitives.day_counts import DayCount
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.books import open_book
from forbear_server.selectors.borrower_access import visible_refs
from forbear_server.selectors.borrowers import full_name, masked_phone
from forbear_server.store.models import Borrower, Loan


@dataclass(frozen=True, slots=True)
class LoanFacts:
    """What was agreed."""

    ref: str
    borrower_ref: str
    product: str
    currency: str
    principal_minor: int | None
    disbursed_on: date | None
    method: str
    interest_rate_annual: Decimal | None
    penalty_rate_annual: Decimal | None
    day_count: str
    written_off_on: date | None
    recalled_on: date | None


@dataclass(frozen=True, slots=True)
class AttemptLine:
    at: datetime
    channel: str
    outcome: str
    actor: str


@dataclass(frozen=True, slots=True)
class LoanExplained:
    """A loan and how its numbers come about at the end of `as_of`."""

    facts: LoanFacts
    borrower_name: str
    borrower_phone: str
    as_of: date
    schedule: tuple[Instalment, ...]
    payments: tuple[Payment, ...]
    pauses: tuple[Pause, ...]
    re_ages: tuple[ReAge, ...]
    attempts: tuple[AttemptLine, ...]
    aging: Aging
    bucket: Bucket
    penalties: tuple[PenaltyAccrual, ...]
    allocation: Allocation
    payoff: Payoff | None  # None when the tape does not tell the day of disbursement
    year_days: int

    @property
    def penalty_minor(self) -> int:
        return sum(one.amount_minor for one in self.penalties)

    @property
    def arrears_minor(self) -> int:
        return self.aging.arrears_minor + self.penalty_minor

    @property
    def outstanding_minor(self) -> int:
        return self.aging.outstanding_minor + self.penalty_minor

    @property
    def state(self) -> LoanState:
        return loan_state(
            LoanStanding(
                outstanding_minor=self.outstanding_minor,
                days_past_due=self.aging.days_past_due,
                written_off_on=self.facts.written_off_on,
                recalled_on=self.facts.recalled_on,
            ),
            as_of=self.as_of,
        )


def find_loan(actor: Actor, ref: str, *, as_of: date) -> LoanExplained | None:
    """The loan explained, or None: not there, or not this person's to see, which is one answer."""
    book = open_book(actor.lender_code)
    place = _place(actor, book, ref)
    if place is None:
        return None
    partition, row = place
    borrower = Borrower.objects.filter(ref=row["borrower_id"]).first()
    if not visible_refs(actor, [str(row["borrower_id"])]):
        return None
    return _explained(actor, book, partition, [row], borrower, as_of)[0]


def find_loans(actor: Actor, borrower: Borrower, *, as_of: date) -> list[LoanExplained]:
    """All of a borrower's loans explained, by ref; the tables are read once for all of them.

    The caller has made sure that this person may see the borrower.
    """
    refs = list(Loan.objects.filter(borrower=borrower).values_list("ref", flat=True))
    book = open_book(actor.lender_code)
    partition = partition_of(actor.lender_code, borrower.ref, book.manifest.partitions)
    own = (pl.col("lender") == actor.lender_code) & pl.col("loan_id").is_in(refs)
    rows = book.scan("loans", partition).filter(own).sort("loan_id").collect().to_dicts()
    return _explained(actor, book, partition, rows, borrower, as_of)


def _place(actor: Actor, book: Book, ref: str) -> tuple[int, dict[str, object]] | None:
    """The partition and the loan's row in the book: by the desk if it knows it, else searched."""
    known = Loan.objects.filter(ref=ref).select_related("borrower").first()
    partitions = list(range(book.manifest.partitions))
    if known is not None:
        partitions = [partition_of(actor.lender_code, known.borrower.ref, len(partitions))]
    own = (pl.col("lender") == actor.lender_code) & (pl.col("loan_id") == ref)
    for partition in partitions:
        found = book.scan("loans", partition).filter(own).collect()
        if found.height:
            return partition, found.row(0, named=True)
    return None


def _explained(
    actor: Actor,
    book: Book,
    partition: int,
    rows: Sequence[Mapping[str, object]],
    borrower: Borrower | None,
    as_of: date,
) -> list[LoanExplained]:
    """Loans of one borrower, in the order of their rows."""
    if not rows:
        return []
    held = loan_rows(book, partition, [int(str(row["loan_key"])) for row in rows])
    attempts = _attempts(actor, book, partition, str(rows[0]["borrower_id"]))
    return [
        _one_explained(row, held[int(str(row["loan_key"]))], attempts, borrower, as_of)
        for row in rows
    ]


def _one_explained(
    row: Mapping[str, object],
    held: LoanRows,
    attempts: tuple[AttemptLine, ...],
    borrower: Borrower | None,
    as_of: date,
) -> LoanExplained:
    counted = aging(held.schedule, held.payments, as_of, pauses=held.pauses, re_ages=held.re_ages)
    facts = _facts(row)
    day_count = DayCount(facts.day_count) if facts.day_count else DayCount.ACTUAL_365
    return LoanExplained(
        facts=facts,
        borrower_name=full_name(borrower) if borrower else "",
        borrower_phone=masked_phone(borrower) if borrower else "",
        as_of=as_of,
        schedule=held.schedule,
        payments=held.payments,
        pauses=held.pauses,
        re_ages=held.re_ages,
        attempts=attempts,
        aging=counted,
        bucket=bucket_scheme(DEFAULT_SCHEME.ladder).bucket(counted.days_past_due),
        penalties=penalty_accruals(
            held.schedule,
            held.payments,
            penalty_rate_annual=facts.penalty_rate_annual,
            day_count=day_count,
            as_of=as_of,
        ),
        allocation=allocate(held.schedule, held.payments, as_of),
        payoff=None
        if facts.disbursed_on is None
        else payoff_amount(
            held.schedule,
            held.payments,
            disbursed_on=facts.disbursed_on,
            penalty_rate_annual=facts.penalty_rate_annual,
            day_count=day_count,
            as_of=as_of,
        ),
        year_days=day_count.year_days,
    )


def _facts(row: Mapping[str, object]) -> LoanFacts:
    return LoanFacts(
        ref=str(row["loan_id"]),
        borrower_ref=str(row["borrower_id"]),
        product=str(row["product"] or ""),
        currency=str(row["currency"]),
        principal_minor=_whole(row["principal_minor"]),
        disbursed_on=_day(row["disbursed_on"]),
        method=str(row["method"] or ""),
        interest_rate_annual=_rate(row["interest_rate_annual"]),
        penalty_rate_annual=_rate(row["penalty_rate_annual"]),
        day_count=str(row["day_count"] or ""),
        written_off_on=_day(row["written_off_on"]),
        recalled_on=_day(row["recalled_on"]),
    )


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _day(value: object) -> date | None:
    return value if isinstance(value, date) else None


def _rate(value: object) -> Decimal | None:
    return value if isinstance(value, Decimal) else None


def _attempts(
    actor: Actor, book: Book, partition: int, borrower_ref: str
) -> tuple[AttemptLine, ...]:
    own = (pl.col("lender") == actor.lender_code) & (pl.col("borrower_id") == borrower_ref)
    rows = book.scan("contact_attempts", partition).filter(own).sort("attempted_at").collect()
    return tuple(
        AttemptLine(one["attempted_at"], one["channel"], one["outcome"], one["actor"] or "in_house")
        for one in rows.to_dicts()
    )
