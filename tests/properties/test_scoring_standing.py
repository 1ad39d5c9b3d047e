"""What is always true of a standing, and that the columns say what the definition says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import polars as pl
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from forbear.loans.payments import Payment, PaymentKind
from forbear.primitives.identifiers import LenderId, PaymentId
from forbear.scoring import standing_columns
from forbear.scoring.standing import standing
from forbear.scoring.standing_columns import StandingTables
from forbear.scoring.standing_histories import (
    Appeal,
    Protection,
    ProtectionKind,
    ReliefOffered,
    StandingHistory,
)
from forbear.scoring.standing_rules import standing_rules
from forbear.scoring.standing_steps import steps_to_raise
from scoring.book_tables import START, Person, persons, populations, tables_of

# a book is slow to make: a failing one is shown as it was found
UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)
few = settings(max_examples=40, deadline=None)
# rules are in force from 2026-01-01
days = st.integers(100, 420).map(lambda n: START + timedelta(days=n))


@st.composite
def standings_of(draw: st.DrawFn, person: Person, lender: str) -> StandingHistory:
    own = tuple(loan for loan in person.loans if loan.lender == lender)
    ids = [loan.loan_id for loan in own]
    chosen = st.sampled_from(ids)
    dues = [(loan.loan_id, i.due_on) for loan in own for i in loan.schedule]
    offers = draw(st.lists(st.tuples(chosen, days), max_size=4))
    held = draw(st.lists(st.tuples(chosen, days, st.integers(-1, 90)), max_size=2))
    appeals = draw(
        st.lists(st.tuples(st.sampled_from(dues), days, st.integers(-1, 60)), max_size=2)
        if dues
        else st.just([])
    )
    return StandingHistory(
        lender=LenderId(lender),
        borrower_id=own[0].borrower_id,
        loans=own,
        promises=tuple(p for p in person.promises if p.lender == lender),
        relief_offers=tuple(ReliefOffered(loan_id=i, offered_on=on) for i, on in offers),
        protections=tuple(
            Protection(
                loan_id=i,
                kind=ProtectionKind.RELIEF,
                starts_on=on,
                ends_on=None if n < 0 else on + timedelta(days=n),
            )
            for i, on, n in held
        ),
        appeals=tuple(
            Appeal(
                loan_id=due[0],
                due_on=due[1],
                received_on=on,
                refused_on=None if n < 0 else on + timedelta(days=n),
            )
            for due, on, n in appeals
        ),
        offered_after_days=draw(st.sampled_from([None, None, 0, 5])),
    )


@st.composite
def histories(draw: st.DrawFn) -> StandingHistory:
    person = draw(persons("B"))
    return draw(standings_of(person, person.loans[0].lender))


@few
@given(histories(), days)
def test_points_lie_between_0_and_1000_and_reasons_add_to_them(history, as_of) -> None:
    made = standing(history, as_of=as_of)
    assert 0 <= made.points <= 1000
    assert made.start + sum(reason.points for reason in made.reasons) == made.points


@few
@given(histories(), days, st.integers(0, 60))
def test_protection_never_lowers(history, as_of, length) -> None:
    before = standing(history, as_of=as_of).points
    for loan in history.loans:
        for kind in ProtectionKind:
            more = Protection(
                loan_id=loan.loan_id,
                kind=kind,
                starts_on=as_of - timedelta(days=length),
                ends_on=None,
            )
            changed = replace(history, protections=(*history.protections, more))
            assert standing(changed, as_of=as_of).points >= before


@few
@given(histories(), days)
def test_an_appeal_never_lowers(history, as_of) -> None:
    before = standing(history, as_of=as_of).points
    for loan in history.loans:
        for one in loan.schedule:
            more = Appeal(loan_id=loan.loan_id, due_on=one.due_on, received_on=as_of)
            changed = replace(history, appeals=(*history.appeals, more))
            assert standing(changed, as_of=as_of).points >= before


@few
@given(histories(), days, st.integers(1, 60), st.data())
def test_more_lateness_never_raises(history, as_of, later, data) -> None:
    """Money that comes later, and the same returns, never leave more points."""
    place = data.draw(st.integers(0, len(history.loans) - 1))
    loan = history.loans[place]
    inward = [p for p in loan.payments if p.amount_minor > 0]
    if not inward:
        return
    chosen = data.draw(st.sampled_from(inward))
    moved = tuple(
        replace(p, effective_on=p.effective_on + timedelta(days=later)) if p is chosen else p
        for p in loan.payments
    )
    loans = list(history.loans)
    loans[place] = replace(loan, payments=moved)
    changed = replace(history, loans=tuple(loans))
    assert standing(changed, as_of=as_of).points <= standing(history, as_of=as_of).points


@few
@given(histories(), days, days, st.integers(1, 3_000), st.data())
def test_paying_never_lowers(history, as_of, on, amount, data) -> None:
    place = data.draw(st.integers(0, len(history.loans) - 1))
    more = Payment(PaymentId("more"), on, amount, PaymentKind.PAYMENT)
    loans = list(history.loans)
    loans[place] = replace(loans[place], payments=(*loans[place].payments, more))
    changed = replace(history, loans=tuple(loans))
    assert standing(changed, as_of=as_of).points >= standing(history, as_of=as_of).points


@few
@given(histories(), days)
def test_without_an_offer_of_relief_nothing_is_taken_away(history, as_of) -> None:
    unoffered = replace(history, relief_offers=(), offered_after_days=None)
    made = standing(unoffered, as_of=as_of)
    assert [r.code for r in made.reasons if r.points < 0 and r.code != "bounds"] == []
    assert made.points >= made.start


@given(st.integers(-1000, 1000), st.integers(0, 3_000))
def test_an_effect_is_half_after_the_half_life(points, days_ago) -> None:
    rules = standing_rules(START + timedelta(days=400))
    now = rules.worth(2 * points, days_ago=days_ago)
    assert abs(rules.worth(2 * points, days_ago=days_ago + rules.half_life_days) * 2 - now) <= 1
    assert rules.worth(2 * points, days_ago=rules.half_life_days) == points
    assert abs(rules.worth(points, days_ago=days_ago + 1)) <= abs(
        rules.worth(points, days_ago=days_ago)
    )


@few
@given(histories(), days)
def test_a_step_gives_what_it_says(history, as_of) -> None:
    steps = steps_to_raise(history, as_of=as_of)
    assert len(steps) <= 3
    assert all(step.gain > 0 and 0 <= step.points_then <= 1000 for step in steps)
    assert list(steps) == sorted(steps, key=lambda s: (-s.gain, s.on, s.code))


@st.composite
def told_populations(draw: st.DrawFn):
    population = draw(populations)
    after = draw(st.sampled_from([None, 0, 5]))
    made = []
    for person in population:
        for lender in sorted({loan.lender for loan in person.loans}):
            history = draw(standings_of(person, lender))
            made.append(replace(history, offered_after_days=after))
    return population, after, made


def _tables(population, after, made) -> StandingTables:
    def frame(rows, dates):
        schema = {"lender": pl.String, "loan_id": pl.String} | dict.fromkeys(dates, pl.Date)
        return pl.LazyFrame(rows, schema=schema, orient="row")

    return StandingTables(
        behaviour=tables_of(population),
        relief_offers=frame(
            [(h.lender, o.loan_id, o.offered_on) for h in made for o in h.relief_offers],
            ["offered_on"],
        ),
        protections=frame(
            [(h.lender, p.loan_id, p.starts_on, p.ends_on) for h in made for p in h.protections],
            ["starts_on", "ends_on"],
        ),
        appeals=frame(
            [
                (h.lender, a.loan_id, a.due_on, a.received_on, a.refused_on)
                for h in made
                for a in h.appeals
            ],
            ["due_on", "received_on", "refused_on"],
        ),
        offered_after_days=after,
    )


@settings(max_examples=30, deadline=None, phases=UNSHRUNK)
@given(told_populations(), days)
def test_the_columns_say_what_the_definition_says(told, as_of) -> None:
    population, after, made = told
    rows = standing_columns.standing(_tables(population, after, made), as_of=as_of).collect()
    expected = {}
    for history in made:
        if not any(loan.disbursed_on <= as_of for loan in history.loans):
            continue
        one = standing(history, as_of=as_of)
        reasons = {reason.code: reason.points for reason in one.reasons}
        expected[history.lender, history.borrower_id] = (
            one.points, one.tier, one.is_known, reasons
        )  # fmt: skip
    codes = rows.columns[rows.columns.index("is_known") + 1 :]
    got = {
        (row["lender"], row["borrower_id"]): (
            row["points"],
            row["tier"],
            row["is_known"],
            {code: row[code] for code in codes if row[code]},
        )
        for row in rows.to_dicts()
    }
    assert got == expected
