"""One borrower's loans out of a book, as the domain's values.

A borrower lies in one partition and its tables are sorted by loan, so this reads a few row groups
and not the book.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from forbear.contact.attempts import ContactAttempt, Outcome
from forbear.contact.channels import Channel
from forbear.delinquency.pauses import Pause, ReAge
from forbear.loans.payments import Payment, PaymentKind
from forbear.loans.schedules import Instalment
from forbear.portfolio.book import Book, partition_of
from forbear.primitives.identifiers import BorrowerId, LenderId, LoanId, PaymentId
from forbear.scoring.histories import LoanHistory, LoanRecord

Row = Mapping[str, Any]
# Read together, each in the order its values are told in.
_TABLES = {
    "instalments": ["due_on", "seq"],
    "payments": ["effective_on", "payment_id"],
    "delinquency_events": ["starts_on"],
}


@dataclass(frozen=True, slots=True)
class LoanRows:
    """What the book holds of one loan beside its own row."""

    schedule: tuple[Instalment, ...]
    payments: tuple[Payment, ...]
    pauses: tuple[Pause, ...]
    re_ages: tuple[ReAge, ...]


def loan_rows(book: Book, partition: int, keys: Sequence[int]) -> dict[int, LoanRows]:
    """Schedule, payments and events of the loans at these places of a partition."""
    wanted = pl.col("loan_key").is_in(list(keys))
    read = pl.collect_all(
        book.scan(table, partition).filter(wanted).sort(order) for table, order in _TABLES.items()
    )
    schedules, payments, events = (_by_loan(rows) for rows in read)
    return {
        key: LoanRows(
            tuple(_instalment(one) for one in schedules.get(key, ())),
            tuple(_payment(one) for one in payments.get(key, ())),
            tuple(_pauses(events.get(key, ()))),
            tuple(
                ReAge(one["starts_on"]) for one in events.get(key, ()) if one["kind"] == "re_age"
            ),
        )
        for key in keys
    }


def loan_records(book: Book, *, lender: str, borrower_id: str) -> tuple[LoanRecord, ...]:
    """Every loan of a borrower with a known day of disbursement, in the order of the book."""
    partition = partition_of(lender, borrower_id, book.manifest.partitions)
    loans = book.scan("loans", partition).filter(_own(lender, borrower_id)).collect().to_dicts()
    rows = loan_rows(book, partition, [one["loan_key"] for one in loans])
    return tuple(
        LoanRecord(
            lender=LenderId(one["lender"]),
            loan_id=LoanId(one["loan_id"]),
            borrower_id=BorrowerId(one["borrower_id"]),
            disbursed_on=one["disbursed_on"],
            principal_minor=one["principal_minor"],
            settled_on=one["settled_on"],
            schedule=rows[one["loan_key"]].schedule,
            payments=rows[one["loan_key"]].payments,
            pauses=rows[one["loan_key"]].pauses,
            re_ages=rows[one["loan_key"]].re_ages,
        )
        for one in loans
        if one["disbursed_on"] is not None
    )


def loan_history(
    book: Book, *, lender: str, borrower_id: str, loan_id: str, time_zone: str
) -> LoanHistory | None:
    """A loan with the borrower's other loans and attempts; None when the book has no such loan."""
    records = loan_records(book, lender=lender, borrower_id=borrower_id)
    chosen = next((one for one in records if one.loan_id == loan_id), None)
    if chosen is None:
        return None
    return LoanHistory(
        loan=chosen,
        others=tuple(one for one in records if one is not chosen),
        attempts=attempts_of(book, lender=lender, borrower_id=borrower_id),
        time_zone=time_zone,
    )


def attempts_of(book: Book, *, lender: str, borrower_id: str) -> tuple[ContactAttempt, ...]:
    """Contact attempts of a borrower, oldest first."""
    partition = partition_of(lender, borrower_id, book.manifest.partitions)
    rows = book.scan("contact_attempts", partition).filter(_own(lender, borrower_id))
    return tuple(attempt(one) for one in rows.sort("attempted_at").collect().to_dicts())


def attempt(row: Row) -> ContactAttempt:
    """A row of `contact_attempts` as a value."""
    return ContactAttempt(
        attempt_id=str(row["attempt_id"]),
        attempted_at=row["attempted_at"],
        channel=Channel(row["channel"]),
        outcome=Outcome(row["outcome"]),
        number_ref=row.get("number_ref"),
        actor=str(row.get("actor") or "in_house"),
    )


def _own(lender: str, borrower_id: str) -> pl.Expr:
    return (pl.col("lender") == lender) & (pl.col("borrower_id") == borrower_id)


def _by_loan(rows: pl.DataFrame) -> dict[int, list[Row]]:
    found: defaultdict[int, list[Row]] = defaultdict(list)
    for one in rows.iter_rows(named=True):
        found[one["loan_key"]].append(one)
    return dict(found)


def _instalment(row: Row) -> Instalment:
    return Instalment(
        seq=row["seq"],
        due_on=row["due_on"],
        principal_minor=row["principal_minor"] or 0,
        interest_minor=row["interest_minor"] or 0,
        fees_minor=row["fees_minor"] or 0,
        penalty_minor=row["penalty_minor"] or 0,
    )


def _payment(row: Row) -> Payment:
    return Payment(
        payment_id=PaymentId(row["payment_id"]),
        effective_on=row["effective_on"],
        amount_minor=row["amount_minor"],
        kind=PaymentKind(row["kind"]),
        reverses=PaymentId(row["reverses"]) if row["reverses"] else None,
    )


def _pauses(rows: Iterable[Row]) -> Iterable[Pause]:
    return (Pause(one["starts_on"], one["ends_on"]) for one in rows if one["kind"] == "pause")
