"""Random borrowers as histories, and the same borrowers as the tables of a book."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta

import polars as pl
from hypothesis import strategies as st

from forbear.contact.attempts import ContactAttempt, Outcome
from forbear.contact.channels import Channel
from forbear.delinquency.pauses import Pause, ReAge
from forbear.loans.payments import Payment, PaymentKind
from forbear.loans.schedules import Instalment
from forbear.portfolio.schema import BOOK
from forbear.primitives.identifiers import BorrowerId, LenderId, LoanId, PaymentId
from forbear.scoring.features_tables import BehaviourTables
from forbear.scoring.histories import (
    FailedDebit,
    LoanHistory,
    LoanRecord,
    PromiseEvent,
    PromiseTurn,
)

START = date(2025, 10, 1)
days = st.integers(0, 420).map(lambda n: START + timedelta(days=n))


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person's loans, with one or two lenders, and what happened beside them."""

    name: str
    loans: tuple[LoanRecord, ...]
    attempts: tuple[ContactAttempt, ...] = ()
    failed_debits: tuple[FailedDebit, ...] = ()
    promises: tuple[PromiseEvent, ...] = ()

    def history(self, place: int) -> LoanHistory:
        """The history seen from one of the loans."""
        return LoanHistory(
            loan=self.loans[place],
            others=self.loans[:place] + self.loans[place + 1 :],
            attempts=self.attempts,
            failed_debits=self.failed_debits,
            promises=self.promises,
        )


@st.composite
def schedules(draw: st.DrawFn) -> tuple[Instalment, ...]:
    count = draw(st.integers(0, 7))
    dates = sorted(draw(st.lists(days, min_size=count, max_size=count)))
    return tuple(
        Instalment(
            seq=n,
            due_on=on,
            principal_minor=draw(st.sampled_from([0, 1, 500, 1_000, 1_000])),
            interest_minor=draw(st.sampled_from([0, 0, 90])),
            fees_minor=draw(st.sampled_from([0, 0, 7])),
            penalty_minor=draw(st.sampled_from([0, 0, 20])),
        )
        for n, on in enumerate(dates, 1)
    )


@st.composite
def payment_lists(draw: st.DrawFn, schedule: tuple[Instalment, ...]) -> tuple[Payment, ...]:
    due = [on for one in schedule for on in (one.due_on, one.due_on + timedelta(days=3))]
    when = st.one_of(days, st.sampled_from(due)) if due else days
    made: list[Payment] = []
    for n in range(draw(st.integers(0, 8))):
        kind = draw(st.sampled_from(["payment"] * 5 + ["waiver", "recovery", "refund"]))
        amount = draw(st.sampled_from([1, 300, 500, 1_000, 1_090, 2_500]))
        signed = -amount if kind == "refund" else amount
        paid = Payment(PaymentId(f"p{n}"), draw(when), signed, PaymentKind(kind))
        made.append(paid)
        if kind == "payment" and draw(st.integers(0, 3)) == 0:
            back_on = paid.effective_on + timedelta(days=draw(st.integers(0, 40)))
            made.append(
                Payment(
                    PaymentId(f"p{n}-back"), back_on, -amount, PaymentKind.REVERSAL, paid.payment_id
                )
            )
    return tuple(made)


@st.composite
def loan_records(draw: st.DrawFn, person: str, number: int) -> LoanRecord:
    schedule = draw(schedules())
    pauses = st.lists(st.tuples(days, st.integers(0, 60)), max_size=2)
    return LoanRecord(
        lender=LenderId(draw(st.sampled_from(["q", "q", "r"]))),
        loan_id=LoanId(f"{person}-{number}"),
        borrower_id=BorrowerId(person),
        disbursed_on=draw(days),
        principal_minor=draw(st.sampled_from([None, 0, 5_000])),
        schedule=schedule,
        payments=draw(payment_lists(schedule)),
        pauses=tuple(Pause(on, on + timedelta(days=n)) for on, n in draw(pauses)),
        re_ages=tuple(ReAge(on) for on in draw(st.lists(days, max_size=2))),
        settled_on=draw(st.one_of(st.none(), st.none(), days)),
    )


@st.composite
def persons(draw: st.DrawFn, name: str) -> Person:
    loans = tuple(draw(loan_records(name, n)) for n in range(draw(st.integers(1, 3))))
    chosen = st.sampled_from(loans)
    moments = st.tuples(days, st.integers(0, 24 * 60 - 1)).map(
        lambda m: datetime(m[0].year, m[0].month, m[0].day, tzinfo=UTC) + timedelta(minutes=m[1])
    )
    debits = [
        FailedDebit(lender=loan.lender, loan_id=loan.loan_id, event_id=f"f{n}", failed_on=on)
        for n, (loan, on) in enumerate(draw(st.lists(st.tuples(chosen, days), max_size=3)))
    ]
    turns = draw(st.lists(st.tuples(chosen, days, st.sampled_from(PromiseTurn)), max_size=4))
    tries = draw(st.lists(st.tuples(moments, st.sampled_from(Outcome)), max_size=4))
    return Person(
        name=name,
        loans=loans,
        attempts=tuple(
            ContactAttempt(f"{name}-a{n}", at, Channel.SMS, outcome)
            for n, (at, outcome) in enumerate(tries)
        ),
        failed_debits=tuple(debits),
        promises=tuple(
            PromiseEvent(
                lender=loan.lender, loan_id=loan.loan_id, promise_id=f"{n}", turn=turn, on=on
            )
            for n, (loan, on, turn) in enumerate(turns)
        ),
    )


populations = st.integers(3, 6).flatmap(lambda n: st.tuples(*(persons(f"B{i}") for i in range(n))))


def tables_of(population: Sequence[Person]) -> BehaviourTables:
    """The same persons as tables; one person id over lenders."""
    loans = [loan for person in population for loan in person.loans]
    keyed = list(enumerate(loans))
    attempts = [(p, a) for p in population for a in p.attempts]
    return BehaviourTables(
        loans=_frame("loans", [_loan_row(key, loan) for key, loan in keyed]),
        instalments=_frame(
            "instalments",
            [{"loan_key": key, **asdict(i)} for key, loan in keyed for i in loan.schedule],
        ),
        payments=_frame(
            "payments",
            [{"loan_key": key, **asdict(p)} for key, loan in keyed for p in loan.payments],
        ),
        delinquency_events=_frame(
            "delinquency_events", [row for key, loan in keyed for row in _events(key, loan)]
        ),
        contact_attempts=_frame(
            "contact_attempts",
            [
                {**asdict(a), "lender": p.loans[0].lender, "borrower_id": p.name}
                for p, a in attempts
            ],
        ),
        failed_debits=pl.LazyFrame(
            [asdict(f) for p in population for f in p.failed_debits],
            schema={"lender": pl.String, "loan_id": pl.String, "failed_on": pl.Date},
        ),
        promises=pl.LazyFrame(
            [{**asdict(e), "turn": e.turn.value} for p in population for e in p.promises],
            schema={"lender": pl.String, "loan_id": pl.String, "turn": pl.String, "on": pl.Date},
        ),
        persons=pl.LazyFrame(
            sorted({(loan.lender, p.name, p.name) for p in population for loan in p.loans}),
            schema=dict.fromkeys(("lender", "borrower_id", "person_id"), pl.String),
            orient="row",
        ),
    )


def _frame(table: str, rows: list[dict[str, object]]) -> pl.LazyFrame:
    schema = dict(BOOK[table])
    return pl.LazyFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def _loan_row(key: int, loan: LoanRecord) -> dict[str, object]:
    told = ("lender", "loan_id", "borrower_id", "disbursed_on", "principal_minor", "settled_on")
    return {"loan_key": key, **{name: getattr(loan, name) for name in told}}


def _events(key: int, loan: LoanRecord) -> list[dict[str, object]]:
    paused = [
        {"kind": "pause", "starts_on": p.starts_on, "ends_on": p.ends_on} for p in loan.pauses
    ]
    aged = [{"kind": "re_age", "starts_on": r.on} for r in loan.re_ages]
    return [{"loan_key": key, **row} for row in (*paused, *aged)]
