"""Features: the columns say what the definition says, and neither knows the future."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import polars as pl
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from forbear.delinquency.aging import AgingScheme, settled_on
from forbear.scoring import features_columns
from forbear.scoring.features import behaviour_features
from forbear.scoring.features_lateness import instalment_stories
from forbear.scoring.features_tables import BehaviourTables, part_of
from forbear.scoring.histories import LoanHistory, is_live, known_at
from scoring.book_tables import Person, days, persons, populations, tables_of

# a book is slow to make: a failing one is shown as it was found
UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)
schemes = st.builds(
    AgingScheme, grace_days=st.sampled_from([0, 3]), materiality_minor=st.sampled_from([0, 1, 400])
)


def rows_of(
    tables: BehaviourTables, as_of: date, scheme: AgingScheme
) -> dict[tuple[str, str], dict[str, object]]:
    frame = features_columns.behaviour_features(tables, as_of=as_of, scheme=scheme).collect()
    return {
        (row["lender"], row["loan_id"]): {
            name: value
            for name, value in row.items()
            if name not in (*features_columns.IDS, "as_of")
        }
        for row in frame.to_dicts()
    }


def expected(
    population: tuple[Person, ...], as_of: date, scheme: AgingScheme
) -> dict[tuple[str, str], dict[str, object]]:
    found = {}
    for person in population:
        for place, loan in enumerate(person.loans):
            if is_live(known_at(person.history(place), as_of).loan, as_of):
                found[loan.key] = behaviour_features(
                    person.history(place), as_of=as_of, scheme=scheme
                )
    return found


@settings(max_examples=30, deadline=None, phases=UNSHRUNK)
@given(populations, schemes, days)
def test_the_columns_say_what_the_definition_says(population, scheme, as_of) -> None:
    assert rows_of(tables_of(population), as_of, scheme) == expected(population, as_of, scheme)


def future_deleted(history: LoanHistory, as_of: date) -> LoanHistory:
    """Every row after `as_of` cut away by hand, the posted penalty of later instalments too."""

    def cut(loan):
        return replace(
            loan,
            schedule=tuple(
                i if i.due_on <= as_of else replace(i, penalty_minor=0) for i in loan.schedule
            ),
            payments=tuple(p for p in loan.payments if p.effective_on <= as_of),
            pauses=tuple(p for p in loan.pauses if p.starts_on <= as_of),
            re_ages=tuple(r for r in loan.re_ages if r.on <= as_of),
            settled_on=loan.settled_on if loan.settled_on and loan.settled_on <= as_of else None,
        )

    return replace(
        history,
        loan=cut(history.loan),
        others=tuple(cut(o) for o in history.others if o.disbursed_on <= as_of),
        attempts=tuple(a for a in history.attempts if history.attempted_on(a) <= as_of),
        failed_debits=tuple(f for f in history.failed_debits if f.failed_on <= as_of),
        promises=tuple(p for p in history.promises if p.on <= as_of),
        grievances=tuple(g for g in history.grievances if g.received_on <= as_of),
    )


def tables_cut(tables: BehaviourTables, as_of: date) -> BehaviourTables:
    known = pl.col("disbursed_on") <= as_of
    later = pl.col("due_on") > as_of
    local = pl.col("attempted_at").dt.convert_time_zone(tables.time_zone).dt.date()
    return replace(
        tables,
        loans=tables.loans.filter(known).with_columns(
            pl.when(pl.col("settled_on") <= as_of).then("settled_on").alias("settled_on")
        ),
        instalments=tables.instalments.with_columns(
            pl.when(later).then(0).otherwise("penalty_minor").alias("penalty_minor")
        ),
        payments=tables.payments.filter(pl.col("effective_on") <= as_of),
        delinquency_events=tables.delinquency_events.filter(pl.col("starts_on") <= as_of),
        contact_attempts=tables.contact_attempts.filter(local <= as_of),
        failed_debits=tables.failed_debits.filter(pl.col("failed_on") <= as_of),
        promises=tables.promises.filter(pl.col("on") <= as_of),
    )


@settings(max_examples=5, deadline=None, phases=UNSHRUNK)
@given(populations, days)
def test_the_parts_of_a_book_have_the_features_of_the_whole(population, as_of) -> None:
    tables, scheme = tables_of(population), AgingScheme()
    parts = [rows_of(part_of(tables, part=n, parts=3), as_of, scheme) for n in range(3)]
    assert sum(len(part) for part in parts) == len({k for part in parts for k in part})
    assert {k: v for part in parts for k, v in part.items()} == rows_of(tables, as_of, scheme)


@settings(max_examples=20, deadline=None, phases=UNSHRUNK)
@given(populations, days)
def test_no_feature_changes_when_the_future_is_deleted(population, as_of) -> None:
    for person in population:
        for place in range(len(person.loans)):
            history = person.history(place)
            cut = future_deleted(history, as_of)
            assert behaviour_features(history, as_of=as_of) == behaviour_features(cut, as_of=as_of)
    tables = tables_of(population)
    scheme = AgingScheme()
    assert rows_of(tables, as_of, scheme) == rows_of(tables_cut(tables, as_of), as_of, scheme)


@given(persons("B"), days)
def test_an_instalment_is_met_when_the_schedule_up_to_it_is_settled(person, as_of) -> None:
    loan = known_at(person.history(0), as_of).loan
    ordered = sorted(loan.schedule, key=lambda i: (i.due_on, i.seq))
    stories = instalment_stories(loan, as_of=as_of, scheme=AgingScheme())
    for place, story in enumerate(stories):
        if story.cumulative_minor > 0:
            assert story.met_on == settled_on(ordered[: place + 1], loan.payments)


@given(persons("B"), days)
def test_the_highest_count_is_that_of_looking_at_every_day(person, as_of) -> None:
    history = person.history(0)
    every = [
        behaviour_features(
            known_at(history, as_of - timedelta(days=n)), as_of=as_of - timedelta(days=n)
        )["days_past_due"]
        for n in range(30)
    ]
    assert behaviour_features(history, as_of=as_of)["days_past_due_max_30d"] == max(every)
