"""Short ways to make domain values in tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl

from forbear.loans.payments import Payment, PaymentKind
from forbear.loans.schedules import Instalment
from forbear.portfolio.book import Book, TapeRecord
from forbear.portfolio.schema import TAPE
from forbear.portfolio.taking import take
from forbear.primitives.identifiers import PaymentId

Loans = Mapping[str, tuple[Sequence[Instalment], Sequence[Payment]]]


def day(text: str) -> date:
    """A date written 2026-11-20."""
    return date.fromisoformat(text)


def instalments(*rows: tuple[str, int]) -> list[Instalment]:
    """Instalments of principal only: (due date, minor units)."""
    return [
        Instalment(n, day(on), principal_minor=amount) for n, (on, amount) in enumerate(rows, 1)
    ]


def payment(on: str, amount: int, payment_id: str = "p") -> Payment:
    """Money received."""
    return Payment(PaymentId(payment_id), day(on), amount)


def reversed_on(on: str, what: Payment) -> Payment:
    """The reversal of a payment."""
    return Payment(
        PaymentId(f"{what.payment_id}-back"),
        day(on),
        -what.amount_minor,
        PaymentKind.REVERSAL,
        what.payment_id,
    )


def frame(table: str, rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    """Rows of a tape's table; columns left out are null, amounts 0."""
    blank = {name: (0 if name.endswith("_minor") else None) for name in TAPE[table]}
    return pl.DataFrame([{**blank, **row} for row in rows], schema=dict(TAPE[table]))


def loan_row(loan_id: str, **told: object) -> dict[str, object]:
    """A loan of lender `q` paid out on 2026-01-01, actual/360, no penalty rate."""
    return {
        "lender": "q",
        "loan_id": loan_id,
        "borrower_id": f"B-{loan_id}",
        "product": "online",
        "currency": "CNY",
        "disbursed_on": day("2026-01-01"),
        "method": "given",
        "day_count": "actual/360",
        **told,
    }


def book_of(
    root: Path,
    loans: Loans,
    *,
    penalty_rate: str | None = None,
    events: Sequence[Mapping[str, object]] = (),
    attempts: Sequence[Mapping[str, object]] = (),
    consents: Sequence[Mapping[str, object]] = (),
    time_zone: str | None = "Asia/Shanghai",
    kind: str = "consumer_finance",
    borrower: str = "",
) -> Book:
    """A book of lender `q` with these loans: id → (schedule, payments); `borrower` has them all."""
    rate = None if penalty_rate is None else Decimal(penalty_rate)
    whose = {loan: borrower or f"B-{loan}" for loan in loans}
    people = [
        {"lender": "q", "borrower_id": one, "time_zone": time_zone}
        for one in dict.fromkeys(whose.values())
    ]
    tape = {
        "borrowers": frame("borrowers", people),
        "loans": frame(
            "loans",
            [loan_row(i, penalty_rate_annual=rate, borrower_id=whose[i]) for i in loans],
        ),
        "instalments": frame("instalments", list(_instalment_rows(loans))),
        "payments": frame("payments", list(_payment_rows(loans))),
        "delinquency_events": frame("delinquency_events", [{"lender": "q", **e} for e in events]),
        "contact_attempts": frame("contact_attempts", [{"lender": "q", **a} for a in attempts]),
        "consents": frame("consents", [{"lender": "q", **c} for c in consents]),
    }
    book = Book.open_or_new(root)
    take(book, tape, record=record(accepted=len(loans)), lender_terms={"kind": kind})
    return Book.open(root)


def _instalment_rows(loans: Loans) -> Iterator[dict[str, object]]:
    for loan_id, (schedule, _) in loans.items():
        for one in schedule:
            yield {"lender": "q", "loan_id": loan_id, **asdict(one)}


def _payment_rows(loans: Loans) -> Iterator[dict[str, object]]:
    for loan_id, (_, payments) in loans.items():
        for paid in payments:
            yield {"lender": "q", "loan_id": loan_id, **asdict(paid), "kind": paid.kind.value}


def record(*, sha256: str = "0" * 64, kind: str = "new", accepted: int = 1) -> TapeRecord:
    """What an accepted tape leaves in the manifest."""
    return TapeRecord(sha256, "made", kind, "q", "forbear", "2026-11-20", accepted, 0, 0, 0)
