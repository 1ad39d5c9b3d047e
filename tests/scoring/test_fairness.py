"""How groups fare: published intervals, small groups withheld."""

from __future__ import annotations

import pytest

from forbear.scoring.errors import ScoringRefused
from forbear.scoring.fairness import Outcome, difference, fairness, share


def rows(group: str, *, hit: int, missed: int, alarm: int, calm: int) -> list[Outcome]:
    """Flagged at 300000 ppm, calm at 100000."""
    cells = ((hit, True, 300_000), (missed, True, 100_000), (alarm, False, 300_000))
    cells = (*cells, (calm, False, 100_000))
    return [
        Outcome(group=group, ppm=ppm, is_event=is_event)
        for count, is_event, ppm in cells
        for _ in range(count)
    ]


A = rows("a", hit=8, missed=2, alarm=20, calm=70)
B = rows("b", hit=6, missed=14, alarm=10, calm=70)
SMALL = rows("c", hit=1, missed=1, alarm=1, calm=26)


def test_rates_errors_and_calibration_by_hand() -> None:
    made = fairness("sex", [*A, *B], threshold_ppm=200_000)[0]
    assert (made.group, made.rows, made.is_withheld) == ("a", 100, False)
    assert made.mean_predicted_ppm == (28 * 300_000 + 72 * 100_000) // 100  # 156000
    assert made.observed is not None and made.observed.ppm == 100_000
    assert made.calibration_ppm == 56_000
    assert made.flagged is not None and made.flagged.ppm == 280_000
    assert made.missed is not None and (made.missed.events, made.missed.rows) == (2, 10)
    assert made.false_alarms is not None and made.false_alarms.ppm == 222_222  # 20 of 90


def test_differences_say_whether_they_are_clear() -> None:
    made = fairness("sex", [*A, *B], threshold_ppm=200_000)[0]
    # missed: 2 of 10 against 14 of 20
    assert made.missed_difference is not None
    assert (made.missed_difference.ppm, made.missed_difference.is_clear) == (-500_000, True)
    # false alarms: 20 of 90 against 10 of 80: 0.2222 − 0.125
    assert made.false_alarm_difference is not None
    assert (made.false_alarm_difference.ppm, made.false_alarm_difference.is_clear) == (
        97_222,
        False,
    )


def test_intervals_are_those_of_newcombe_and_wilson() -> None:
    # Newcombe (1998), table II, method 10, to four digits: 56/70 − 48/80 and 9/10 − 3/10
    told = [difference(56, 70, 48, 80), difference(9, 10, 3, 10)]
    assert [(round(d.low_ppm, -2), round(d.high_ppm, -2)) for d in told if d] == [
        (52_400, 333_900),
        (170_500, 809_000),
    ]
    one = share(1, 10)
    assert one is not None and (one.low_ppm, one.high_ppm) == (17_876, 404_150)


def test_a_group_below_thirty_rows_tells_nothing_but_its_name() -> None:
    made = fairness("sex", [*A, *SMALL], threshold_ppm=200_000)
    small = made[1]
    assert (small.group, small.rows, small.is_withheld) == ("c", 0, True)
    assert (small.observed, small.flagged, small.flagged_difference) == (None, None, None)


def test_a_group_without_events_has_no_missed_share() -> None:
    calm = rows("d", hit=0, missed=0, alarm=3, calm=40)
    made = fairness("sex", [*A, *calm], threshold_ppm=200_000)[1]
    assert (made.missed, made.missed_difference) == (None, None)


def test_one_group_alone_is_compared_with_nobody() -> None:
    assert fairness("sex", A, threshold_ppm=200_000)[0].flagged_difference is None


def test_a_threshold_outside_is_refused() -> None:
    with pytest.raises(ScoringRefused) as refusal:
        fairness("sex", A, threshold_ppm=0)
    assert refusal.value.code == "threshold-outside"
