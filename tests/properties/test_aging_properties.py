"""What is always true of aging, and that the columns say the same as the definition."""

import tempfile
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import book_of, payment, reversed_on
from forbear.delinquency.aging import AgingScheme, aging, days_past_due, settled_on
from forbear.delinquency.aging_columns import bucket as bucket_columns
from forbear.delinquency.buckets import scheme as ladder
from forbear.delinquency.pauses import Pause, ReAge, merged_pauses, paused_days
from forbear.loans.allocation import allocate
from forbear.loans.payments import Payment, paid_minor
from forbear.loans.penalty import penalty_accruals
from forbear.loans.schedules import Instalment
from forbear.portfolio.aging import age_book
from forbear.primitives.day_counts import DayCount

START = date(2026, 1, 1)
days = st.integers(0, 200).map(lambda n: START + timedelta(days=n))
amounts = st.integers(1, 3_000)


@st.composite
def schedules(draw: st.DrawFn) -> list[Instalment]:
    count = draw(st.integers(1, 5))
    dates = sorted(draw(st.lists(days, min_size=count, max_size=count)))
    return [
        Instalment(
            seq=n,
            due_on=on,
            principal_minor=draw(st.integers(0, 1_500)),
            interest_minor=draw(st.integers(0, 200)),
            fees_minor=draw(st.integers(0, 30)),
            penalty_minor=draw(st.integers(0, 20)),
        )
        for n, on in enumerate(dates, 1)
    ]


@st.composite
def payment_lists(draw: st.DrawFn) -> list[Payment]:
    made = []
    for n in range(draw(st.integers(0, 5))):
        paid = payment(str(draw(days)), draw(amounts), f"p{n}")
        made.append(paid)
        if draw(st.booleans()):
            back_on = paid.effective_on + timedelta(days=draw(st.integers(0, 40)))
            made.append(reversed_on(str(back_on), paid))
    return made


pauses = st.lists(
    st.tuples(days, st.integers(0, 60)).map(lambda p: Pause(p[0], p[0] + timedelta(days=p[1]))),
    max_size=4,
)
re_ages = st.lists(days.map(ReAge), max_size=2)
schemes = st.builds(
    AgingScheme, grace_days=st.integers(0, 5), materiality_minor=st.integers(0, 100)
)


@given(schedules(), payment_lists(), pauses, re_ages, schemes, days, st.randoms())
def test_the_order_of_arrival_never_matters(
    schedule, payments, paused, aged_again, scheme, as_of, chance
) -> None:
    told = {"scheme": scheme, "pauses": paused, "re_ages": aged_again}
    before = aging(schedule, payments, as_of, **told)
    shuffled = [list(x) for x in (schedule, payments, paused, aged_again)]
    for one in shuffled:
        chance.shuffle(one)
    after = aging(
        shuffled[0], shuffled[1], as_of, scheme=scheme, pauses=shuffled[2], re_ages=shuffled[3]
    )
    assert before == after


@given(schedules(), payment_lists(), pauses, schemes, days, days, amounts)
def test_more_payment_never_means_more_days(
    schedule, payments, paused, scheme, as_of, paid_on, amount
) -> None:
    more = [*payments, payment(str(paid_on), amount, "more")]
    told = {"scheme": scheme, "pauses": paused}
    assert days_past_due(schedule, more, as_of, **told) <= days_past_due(
        schedule, payments, as_of, **told
    )


@given(schedules(), payment_lists(), pauses, days, st.integers(0, 100))
def test_what_happens_later_never_changes_a_past_day(
    schedule, payments, paused, as_of, later
) -> None:
    known = [p for p in payments if p.effective_on <= as_of]
    assert days_past_due(schedule, payments, as_of, pauses=paused) == days_past_due(
        schedule, known, as_of, pauses=paused
    )


@given(pauses, days, days)
def test_paused_days_are_counted_as_one_would_on_a_calendar(paused, after, until) -> None:
    every = {
        p.starts_on + timedelta(days=n)
        for p in paused
        for n in range((p.ends_on - p.starts_on).days + 1)
    }
    assert paused_days(paused, after=after, until=until) == sum(after < d <= until for d in every)
    assert paused_days(merged_pauses(paused), after=after, until=until) == paused_days(
        paused, after=after, until=until
    )


@given(schedules(), payment_lists(), days)
def test_allocation_conserves_money(schedule, payments, as_of) -> None:
    made = allocate(schedule, payments, as_of)
    laid = sum(s.amount_minor for s in made.shares)
    assert laid + made.credit_minor == paid_minor(payments, as_of)
    for instalment in schedule:
        assert 0 <= made.paid_on(instalment.seq) <= instalment.due_minor


@st.composite
def books(draw: st.DrawFn):
    count = draw(st.integers(1, 4))
    loans = {f"L{n}": (draw(schedules()), draw(payment_lists())) for n in range(count)}
    events = {i: (draw(pauses), draw(re_ages)) for i in loans}
    return loans, events


def _event_rows(events):
    rows = []
    for loan_id, (paused, aged_again) in events.items():
        rows += [
            {"loan_id": loan_id, "kind": "pause", "starts_on": p.starts_on, "ends_on": p.ends_on}
            for p in paused
        ]
        rows += [{"loan_id": loan_id, "kind": "re_age", "starts_on": r.on} for r in aged_again]
    return rows


def _expected(loan_id, schedule, payments, paused, aged_again, scheme, as_of):
    """The row of the aged book by the scalar definitions; None when the loan is not live."""
    if sum(i.due_minor for i in schedule) > 0:
        done = settled_on(schedule, [p for p in payments if p.effective_on < as_of])
        if done is not None and done < as_of:
            return None
    made = aging(schedule, payments, as_of, scheme=scheme, pauses=paused, re_ages=aged_again)
    penalty = sum(
        a.amount_minor
        for a in penalty_accruals(
            schedule,
            payments,
            penalty_rate_annual=Decimal("0.189"),
            day_count=DayCount.ACTUAL_360,
            as_of=as_of,
        )
    )
    return {
        "loan_id": loan_id,
        "days_past_due": made.days_past_due,
        "bucket": ladder("m-ladder").bucket(made.days_past_due).name,
        "asset_class": ladder("five-tier").bucket(made.days_past_due).name,
        "oldest_unmet_due_on": made.oldest_unmet_due_on,
        "paused_days": made.paused_days,
        "arrears_minor": made.arrears_minor + penalty,
        "penalty_accrued_minor": penalty,
        "outstanding_minor": made.outstanding_minor + penalty,
    }


@settings(max_examples=120, deadline=None)
@given(books(), schemes, days)
def test_an_aged_book_says_what_the_definitions_say(made, scheme, as_of) -> None:
    loans, events = made
    with tempfile.TemporaryDirectory() as folder:
        book = book_of(
            Path(folder) / "book", loans, penalty_rate="0.189", events=_event_rows(events)
        )
        aged = age_book(book, as_of, scheme).sort("loan_id")
    expected = [
        row
        for i, (schedule, payments) in sorted(loans.items())
        if (row := _expected(i, schedule, payments, *events[i], scheme, as_of)) is not None
    ]
    got = aged.select(list(expected[0]) if expected else ["loan_id"]).to_dicts()
    assert got == expected


@given(st.lists(st.integers(0, 400), min_size=1))
def test_bucket_twins_agree(values) -> None:
    columns = pl.DataFrame({"d": values}).select(bucket_columns(pl.col("d"), ladder("m-ladder")))
    assert columns.to_series().to_list() == [ladder("m-ladder").bucket(v).name for v in values]
