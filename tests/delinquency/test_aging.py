"""Days past due by definition, and the faults users of the big open-source peers report most.

The threads are those of the peer research, section 2, rows 1 to 6.
"""

import pytest

from builders import day, instalments, payment, reversed_on
from forbear.delinquency.aging import AgingScheme, aging, days_past_due, settled_on
from forbear.delinquency.buckets import LadderFaulty, scheme
from forbear.delinquency.pauses import Pause, PauseImpossible, ReAge, paused_days
from forbear.primitives.errors import RequestRefused

OCTOBER = instalments(("2026-10-14", 1_000), ("2026-11-14", 1_000), ("2026-12-14", 1_000))


def dpd(on: str, *payments: object, **told: object) -> int:
    return days_past_due(OCTOBER, payments, day(on), **told)  # type: ignore[arg-type]


def test_what_falls_due_today_is_zero_days() -> None:
    assert [dpd(on) for on in ("2026-10-13", "2026-10-14", "2026-10-15")] == [0, 0, 1]


def test_what_is_paid_today_counts() -> None:
    assert dpd("2026-11-20", payment("2026-11-20", 2_000)) == 0
    assert dpd("2026-11-19", payment("2026-11-20", 2_000)) == 36


def test_paying_the_oldest_moves_the_count_to_the_next() -> None:
    assert dpd("2026-11-20", payment("2026-11-01", 1_000)) == 6


def test_a_part_payment_does_not_move_the_count() -> None:
    # frappe/lending#347: part payment must neither reset nor worsen the days
    assert dpd("2026-11-20", payment("2026-11-01", 999)) == 37


def test_a_backdated_pause_takes_out_exactly_its_days() -> None:
    # openMF/web-app#1937, apache/fineract#3633: entered later, valid from its own first day
    pause = [Pause(day("2026-10-20"), day("2026-10-29"))]
    assert dpd("2026-10-19", pauses=pause) == 5
    assert dpd("2026-10-25", pauses=pause) == 5
    assert dpd("2026-10-30", pauses=pause) == 6
    assert dpd("2026-11-20", pauses=pause) == 27


def test_overlapping_pauses_count_once() -> None:
    # apache/fineract#6157, #5100: days wrong after a pause
    pauses = [
        Pause(day("2026-10-20"), day("2026-10-29")),
        Pause(day("2026-10-25"), day("2026-11-03")),
        Pause(day("2026-10-01"), day("2026-10-14")),
    ]
    assert dpd("2026-11-20", pauses=pauses) == 37 - 15
    assert dpd("2026-11-20", pauses=pauses[::-1]) == 37 - 15


def test_a_pause_still_running_does_not_reach_beyond_as_of() -> None:
    pauses = [Pause(day("2026-11-18"), day("2027-01-31"))]
    assert dpd("2026-11-20", pauses=pauses) == 34


def test_a_reversal_brings_back_the_original_due_date() -> None:
    # frappe/lending#382, #502, #1102; apache/fineract#2739: wrong after cancel and reversal
    paid = payment("2026-10-14", 1_000)
    both = (paid, reversed_on("2026-10-20", paid))
    assert dpd("2026-10-19", *both) == 0
    assert dpd("2026-10-20", *both) == 6
    assert dpd("2026-11-20", *both) == 37


def test_a_backdated_payment_gives_the_answer_it_would_have_given_in_time() -> None:
    # frappe/lending#878, #607, #251
    late_entry = [payment("2026-11-01", 1_000, "b"), payment("2026-10-14", 1_000, "a")]
    assert dpd("2026-11-20", *late_entry) == dpd("2026-11-20", *late_entry[::-1]) == 0


def test_any_past_day_recomputes_after_the_fact() -> None:
    # apache/fineract#5853, #5858, #2635: nothing is stored, so nothing is stuck
    paid = payment("2026-11-10", 2_000)
    assert [dpd(on, paid) for on in ("2026-10-20", "2026-11-09", "2026-11-10")] == [6, 26, 0]


def test_grace_days_forgive_only_if_paid_within() -> None:
    five = AgingScheme(grace_days=5)
    assert [dpd(on, scheme=five) for on in ("2026-10-19", "2026-10-20")] == [0, 6]


def test_a_shortfall_within_the_threshold_is_not_counted() -> None:
    scheme_ = AgingScheme(materiality_minor=10)
    assert dpd("2026-11-13", payment("2026-10-14", 990), scheme=scheme_) == 0
    assert dpd("2026-11-13", payment("2026-10-14", 989), scheme=scheme_) == 30
    # an old remainder within the threshold does not make a fresh miss look old
    assert dpd("2026-11-20", payment("2026-10-14", 990), scheme=scheme_) == 6


def test_a_re_age_counts_from_its_day_and_leaves_the_past_alone() -> None:
    re_age = [ReAge(day("2026-11-01"))]
    assert dpd("2026-10-31", re_ages=re_age) == 17
    assert dpd("2026-11-01", re_ages=re_age) == 0
    assert dpd("2026-11-20", re_ages=re_age) == 19


def test_the_derivation_carries_every_number() -> None:
    made = aging(
        OCTOBER,
        [payment("2026-11-01", 400)],
        day("2026-11-20"),
        pauses=[Pause(day("2026-11-02"), day("2026-11-03"))],
    )
    assert (made.paid_minor, made.due_minor) == (400, 2_000)
    assert (made.arrears_minor, made.outstanding_minor) == (1_600, 2_600)
    assert (made.oldest_unmet_due_on, made.counted_from) == (day("2026-10-14"), day("2026-10-14"))
    assert (made.paused_days, made.days_past_due) == (2, 35)


def test_a_loan_is_settled_on_the_day_nothing_was_owed_any_more() -> None:
    one = instalments(("2026-03-01", 500))
    paid = payment("2026-02-20", 500)
    assert settled_on(one, [paid]) == day("2026-02-20")
    assert settled_on(one, [paid, reversed_on("2026-03-05", paid)]) is None


def test_bad_schemes_and_pauses_are_refused() -> None:
    with pytest.raises(RequestRefused):
        AgingScheme(grace_days=-1)
    with pytest.raises(PauseImpossible):
        Pause(day("2026-02-01"), day("2026-01-31"))
    with pytest.raises(LadderFaulty):
        scheme("no-such-ladder")


def test_paused_days_are_days_after_the_first_up_to_the_last() -> None:
    pause = [Pause(day("2026-01-10"), day("2026-01-10"))]
    assert paused_days(pause, after=day("2026-01-10"), until=day("2026-01-31")) == 0
    assert paused_days(pause, after=day("2026-01-09"), until=day("2026-01-31")) == 1


@pytest.mark.parametrize(
    ("days", "bucket", "asset_class"),
    [
        (0, "M0", "normal"),
        (1, "M1", "special_mention"),
        (30, "M1", "special_mention"),
        (31, "M2", "special_mention"),
        (90, "M3", "special_mention"),
        (91, "M4", "substandard"),
        (180, "M6", "substandard"),
        (181, "M7+", "substandard"),
        (271, "M7+", "doubtful"),
        (361, "M7+", "loss"),
    ],
)
def test_buckets_at_their_edges(days: int, bucket: str, asset_class: str) -> None:
    assert scheme("m-ladder").bucket(days).name == bucket
    assert scheme("five-tier").bucket(days).name == asset_class
