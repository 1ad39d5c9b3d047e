"""Drift of scores: textbook values and hand arithmetic."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest

from builders import day
from forbear.scoring.errors import ScoringRefused
from forbear.scoring.points_columns import place_counts
from forbear.scoring.stability import (
    characteristic_drift,
    drift,
    ks_chance,
    ks_distance,
    level_of,
    monthly_drift,
)
from scoring.card_examples import small_card


def test_the_index_by_hand() -> None:
    # 0.1 × ln(0.6 / 0.5) − 0.1 × ln(0.4 / 0.5) = 0.018232 + 0.022314
    made = drift("score", [50, 50], [60, 40])
    assert (made.psi, made.level) == (Decimal("0.040547"), "ok")
    assert (made.rows_before, made.rows_after, made.ks) == (100, 100, Decimal("0.100000"))


def test_levels_begin_at_their_limits() -> None:
    # (0.5, 0.5) → (0.75, 0.25): 0.25 × ln 1.5 + 0.25 × ln 2 = 0.274653
    assert drift("score", [50, 50], [75, 25]).level == "harm"
    # (0.5, 0.5) → (0.66, 0.34): 0.16 × (ln 1.32 + ln(1 / 0.68)) = 0.106127
    made = drift("score", [50, 50], [66, 34])
    assert (made.psi, made.level) == (Decimal("0.106127"), "care")
    assert [level_of(x) for x in ("0.099999", "0.1", "0.249999", "0.25")] == [
        "ok", "care", "care", "harm",
    ]  # fmt: skip


def test_nothing_moved_is_nothing() -> None:
    made = drift("score", [10, 0, 20], [20, 0, 40])
    assert (made.psi, made.ks, made.ks_chance) == (Decimal("0.000000"),) * 2 + (
        Decimal("1.000000"),
    )


def test_the_distance_and_its_chance_are_those_of_the_tables() -> None:
    assert ks_distance([10, 20, 30, 40], [40, 30, 20, 10]) == 0.4
    # Smirnov's table: λ 1.22, 1.36, 1.63 stand for 10, 5 and 1 in a hundred
    told = [ks_chance(x / 50**0.5, rows_before=100, rows_after=100) for x in (1.22, 1.36, 1.63)]
    assert [round(chance, 2) for chance in told] == [0.10, 0.05, 0.01]


def test_sets_that_cannot_be_compared_are_refused() -> None:
    with pytest.raises(ScoringRefused) as refusal:
        drift("score", [1, 2], [1, 2, 3])
    assert refusal.value.code == "drift-of-other-places"
    with pytest.raises(ScoringRefused) as refusal:
        drift("score", [1, 2], [0, 0])
    assert refusal.value.code == "no-rows"


def test_what_a_card_is_made_of_is_compared_with_its_training() -> None:
    facts = [{"days_past_due": 0, "purpose": "school"}] * 70
    facts += [{"days_past_due": 40, "purpose": "school"}] * 30
    counted = place_counts(small_card(), pl.DataFrame(facts))
    found = {one.name: one for one in characteristic_drift(small_card(), counted)}
    # days: (70, 20, 8, 2) of training against (70, 0, 30, 0)
    assert found["days_past_due"].level == "harm"
    assert found["days_past_due"].ks == Decimal("0.200000")
    assert [one.psi for one in found.values()] == sorted(
        (one.psi for one in found.values()), reverse=True
    )
    assert characteristic_drift(small_card(), {}) == ()


def test_points_by_month_against_the_reference() -> None:
    scored = [(day("2026-10-05"), 500)] * 60 + [(day("2026-10-30"), 600)] * 40
    scored += [(day("2026-11-02"), 550)] * 100
    october, november = monthly_drift(scored, edges=[550], reference=[50, 50])
    assert (october.name, october.psi) == ("2026-10", Decimal("0.040547"))
    assert (november.name, november.level, november.rows_after) == ("2026-11", "harm", 100)
