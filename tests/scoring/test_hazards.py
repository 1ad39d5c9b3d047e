"""Hazards by a textbook's life table, and survival by a card that reads the period."""

from fractions import Fraction

import polars as pl
import pytest

from forbear.scoring.axes import Axis
from forbear.scoring.cards import Calibration, Characteristic, Scale, Scorecard
from forbear.scoring.errors import ScoringRefused
from forbear.scoring.hazards import (
    PeriodRisk,
    life_table,
    person_periods,
    risk_by_period,
    survival,
)

# Weeks of remission of 21 patients on 6-mercaptopurine (Freireich and others 1963, in every textbook
# of survival analysis); False: still in remission when last seen.
WEEKS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSED_AT = {0, 1, 2, 4, 6, 9, 10, 14, 15}


def hazard_card() -> Scorecard:
    """In period 1 the chance is 0.5, later 0.1; 100 points apart."""
    return Scorecard(
        name="hazard",
        version=1,
        recipe="recovery",
        preset="table",
        ids=("id",),
        target={"event": "paid", "says": {"zh-Hans": "还款", "en": "paid"}},
        simulated=True,
        scale=Scale(base_points=600),
        characteristics=(
            Characteristic(
                name="period",
                axes=(Axis(input="period", edges=(2.0,)),),
                points=(-100, 0, 0),
            ),
        ),
        calibration=Calibration(method="platt", points=(500, 600), ppm=(500_000, 100_000)),
    )


def test_remission_survives_as_the_textbook_says() -> None:
    table = life_table(WEEKS, [n in RELAPSED_AT for n in range(21)])
    left = survival([row.hazard for row in table])
    told = {week: round(float(left[week - 1]), 3) for week in (6, 7, 10, 13, 16, 22, 23, 35)}
    assert told == {
        6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448, 35: 0.448,
    }  # fmt: skip


def test_at_risk_counts_those_still_watched() -> None:
    table = life_table(WEEKS, [n in RELAPSED_AT for n in range(21)])
    assert [(row.period, row.at_risk, row.events) for row in table if row.events] == [
        (6, 21, 3), (7, 17, 1), (10, 15, 1), (13, 12, 1), (16, 11, 1), (22, 7, 1), (23, 6, 1),
    ]  # fmt: skip


def test_person_periods_end_with_the_event_and_carry_no_duration() -> None:
    cases = pl.DataFrame({"id": ["a", "b"], "term": [30, 15], "days": [3, 2], "paid": [1, 0]})
    rows = person_periods(cases, lasted="days", happened="paid")
    assert rows.columns == ["id", "term", "period", "event"]
    assert rows.rows() == [
        ("a", 30, 1, 0), ("a", 30, 2, 0), ("a", 30, 3, 1), ("b", 15, 1, 0), ("b", 15, 2, 0),
    ]  # fmt: skip


def test_counts_of_person_periods_are_those_of_the_life_table() -> None:
    cases = pl.DataFrame({"weeks": WEEKS, "relapsed": [n in RELAPSED_AT for n in range(21)]})
    rows = person_periods(cases, lasted="weeks", happened="relapsed")
    counted = rows.group_by("period").agg(pl.len(), pl.col("event").sum()).sort("period").rows()
    table = life_table(WEEKS, cases["relapsed"].to_list())
    assert counted == [(row.period, row.at_risk, row.events) for row in table]


def test_case_never_watched_is_refused() -> None:
    cases = pl.DataFrame({"days": [0, 2], "paid": [0, 1]})
    with pytest.raises(ScoringRefused, match="1 cases have no days of at least 1") as caught:
        person_periods(cases, lasted="days", happened="paid")
    assert caught.value.code == "duration-unreadable"


def test_card_is_asked_period_by_period() -> None:
    # 1 - 0.5 = 0.5; 1 - 0.5 x 0.9 = 0.55; 1 - 0.5 x 0.9 x 0.9 = 0.595
    assert risk_by_period(hazard_card(), {}, periods=3) == (
        PeriodRisk(1, 500_000, 500_000),
        PeriodRisk(2, 100_000, 550_000),
        PeriodRisk(3, 100_000, 595_000),
    )


def test_survival_is_exact() -> None:
    thirds = survival([Fraction(1, 3)] * 3)
    assert thirds == (Fraction(2, 3), Fraction(4, 9), Fraction(8, 27))
