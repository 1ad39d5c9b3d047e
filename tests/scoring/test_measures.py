"""Measures against arithmetic done by hand, shown beside each."""

import math

import numpy as np
import pytest

from forbear.scoring.errors import ScoringRefused
from forbear.scoring.measures import (
    auc,
    brier,
    brier_skill,
    calibration_line,
    equal_mass_bins,
    expected_calibration_error,
    ks,
    logistic_line,
    population_stability,
    reliability,
    wilson_interval,
)
from forbear.scoring.measures_intervals import Told, compared


def test_auc_counts_pairs_and_half_of_ties() -> None:
    # bad at 0.35 and 0.8, good at 0.1 and 0.4: 3 of 4 pairs in order
    assert auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) == 0.75
    # a tie counts half: pairs (0.4, 0.4) half, (0.4, 0.1) one: 1.5 of 2
    assert auc([0, 0, 1], [0.4, 0.1, 0.4]) == 0.75


def test_auc_of_one_class_is_refused() -> None:
    with pytest.raises(ScoringRefused, match="Only one outcome") as caught:
        auc([1, 1], [0.1, 0.2])
    assert caught.value.code == "one-class"


def test_ks_is_the_largest_gap() -> None:
    # after 0.1: good 1/2, bad 0; after 0.35: 1/2, 1/2; after 0.4: 1, 1/2
    assert ks([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) == 0.5


def test_brier_is_the_mean_square_gap() -> None:
    # (0.25^2 + 0.5^2 + 0.25^2) / 3 = 0.375 / 3
    assert brier([0, 1, 1], [0.25, 0.5, 0.75]) == pytest.approx(0.125, abs=1e-12)


def test_skill_of_the_overall_rate_is_nothing() -> None:
    assert brier_skill([0, 0, 0, 1], [0.25] * 4) == 0.0
    # Brier (3 x 0.25^2 + 0.5^2) / 4 = 0.109375 against 1/4 x 3/4 = 0.1875
    assert brier_skill([0, 0, 0, 1], [0.25, 0.25, 0.25, 0.5]) == pytest.approx(
        1 - 0.109375 / 0.1875, abs=1e-12
    )


def test_equal_values_stay_in_one_bin() -> None:
    assert equal_mass_bins([0.1] * 9 + [0.9], 10).tolist() == [0] * 9 + [1]


def test_calibration_error_is_the_mean_gap_of_bins() -> None:
    # two bins of two: |0.25 - 0.5| and |0.75 - 1|
    assert expected_calibration_error([0, 1, 1, 1], [0.25, 0.25, 0.75, 0.75], 2) == 0.25


def test_wilson_interval_by_hand() -> None:
    # p = 0.2, n = 10, z^2 = 3.8415: middle (0.2 + 0.19207) / 1.38415 = 0.28326,
    # half 1.95996 / 1.38415 x sqrt(0.016 + 0.0096037) = 0.22658
    low, high = wilson_interval(2, 10)
    assert (round(low, 4), round(high, 4)) == (0.0567, 0.5098)
    assert wilson_interval(0, 10)[0] == 0.0


def test_reliability_tells_bins_lowest_first() -> None:
    found = reliability([0, 0, 0, 1, 1, 1], [0.1, 0.1, 0.1, 0.9, 0.9, 0.9], 2)
    assert [(one.predicted, one.observed, one.n) for one in found] == [
        (pytest.approx(0.1), 0.0, 3),
        (pytest.approx(0.9), 1.0, 3),
    ]


def test_population_stability_by_hand() -> None:
    # (0.6 - 0.5) ln(0.6 / 0.5) + (0.4 - 0.5) ln(0.4 / 0.5) = 0.018232 + 0.022314
    assert population_stability([50, 50], [60, 40]) == pytest.approx(0.0405465, abs=1e-7)
    assert population_stability([10, 20, 70], [10, 20, 70]) == 0.0


def test_logistic_line_of_two_groups_is_their_log_odds() -> None:
    # at 0: 1 of 4, at 1: 3 of 4; log-odds -ln 3 and ln 3
    slope, intercept = logistic_line([1, 0, 0, 0, 1, 1, 1, 0], [0, 0, 0, 0, 1, 1, 1, 1])
    assert intercept == pytest.approx(-math.log(3), abs=1e-6)
    assert slope == pytest.approx(2 * math.log(3), abs=1e-6)


def test_right_probabilities_have_slope_one_and_intercept_zero() -> None:
    told = [0.25] * 4 + [0.75] * 4
    slope, intercept = calibration_line([1, 0, 0, 0, 1, 1, 1, 0], told)
    assert (slope, intercept) == (pytest.approx(1, abs=1e-6), pytest.approx(0, abs=1e-6))


def test_twice_too_bold_has_slope_one_half() -> None:
    # told log-odds are twice those seen
    told = [1 / 10] * 4 + [9 / 10] * 4
    slope, _ = calibration_line([1, 0, 0, 0, 1, 1, 1, 0], told)
    assert slope == pytest.approx(0.5, abs=1e-6)


def test_differences_are_paired_and_persons_are_drawn_whole() -> None:
    chance = np.random.Generator(np.random.Philox(7))
    persons = np.repeat(np.arange(200), 5)
    own_risk = chance.normal(size=200)
    happened = chance.uniform(size=200) < 1 / (1 + np.exp(-own_risk))
    risk, events = own_risk[persons], happened[persons].astype(float)
    noise = risk + chance.normal(size=1000)
    found = compared(
        events, {"own": Told(risk), "same": Told(risk * 2), "worse": Told(noise)},
        persons=persons, seed=3, draws=200,
    )  # fmt: skip
    own, same = found.measures["own"]["auc"], found.differences["same"]["auc"]
    assert own.value == auc(events, risk)
    assert (same.value, same.low, same.high) == (0.0, 0.0, 0.0)
    assert found.differences["worse"]["auc"].high < 0
    # by row the interval would be about sqrt(5) times too narrow
    by_row = compared(events, {"own": Told(risk)}, persons=np.arange(1000), seed=3, draws=200)
    narrow = by_row.measures["own"]["auc"]
    assert (own.high - own.low) / (narrow.high - narrow.low) > 1.6


def test_same_seed_same_interval() -> None:
    told = {"own": Told([0.1, 0.4, 0.35, 0.8] * 20, [0.1, 0.4, 0.35, 0.8] * 20)}
    first, second = (
        compared([0, 0, 1, 1] * 20, told, persons=range(80), seed=5, draws=100) for _ in range(2)
    )
    assert first == second


def test_the_line_is_found_where_events_are_rare_and_scores_skewed() -> None:
    """A whole Newton step from the mean overshoots here, and used to end at a rate of nought."""
    score = np.concatenate([np.full(2_400, 500), np.full(60, 420), np.full(14, 330)])
    events = np.concatenate([np.arange(2_400) < 48, np.arange(60) < 30, np.arange(14) < 11])
    slope, intercept = logistic_line(events, score)
    told = 1 / (1 + np.exp(-(slope * score + intercept)))
    # at the maximum the expected events are those seen, and so is their sum weighted by the score
    assert abs(told.sum() - 89) < 1e-6
    assert abs((told * score).sum() - score[events].sum()) < 1e-3
    assert slope < 0
