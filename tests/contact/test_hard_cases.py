"""Whom a collector is given after hard calls."""

from __future__ import annotations

from datetime import datetime

import pytest

from forbear.contact.hard_cases import (
    WaitingCase,
    is_light_case_due,
    light_cases,
    next_case,
)
from forbear.delinquency.buckets import scheme

LADDER = scheme("m-ladder")


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 20, hour, minute)


# By rank: M3, M1 but held, M1 but upset before, M1, M1, M2.
WAITING = (
    WaitingCase(line_id=1, rank=1, days_past_due=75),
    WaitingCase(line_id=2, rank=2, days_past_due=5, is_held=True),
    WaitingCase(line_id=3, rank=3, days_past_due=6, was_upset_before=True),
    WaitingCase(line_id=5, rank=5, days_past_due=1),
    WaitingCase(line_id=4, rank=4, days_past_due=30),
    WaitingCase(line_id=6, rank=6, days_past_due=31),
)


@pytest.mark.parametrize(
    ("upset_at", "last_taken_at", "is_due"),
    [
        ([], None, False),
        ([at(10)], None, False),
        ([at(10), at(11)], None, True),
        ([at(11), at(10)], at(10, 30), True),
        ([at(10), at(11)], at(11), True),
        ([at(10), at(11)], at(11, 1), False),
        ([at(10), at(11), at(12)], at(11, 1), True),
    ],
)
def test_a_light_case_is_due_after_the_second_and_every_later_upset_call(
    upset_at: list[datetime], last_taken_at: datetime | None, is_due: bool
) -> None:
    assert is_light_case_due(upset_at, last_taken_at=last_taken_at) is is_due


def test_light_is_the_lowest_bucket_without_a_hold_and_without_distress_before() -> None:
    assert [one.line_id for one in light_cases(WAITING, ladder=LADDER)] == [5, 4]


def test_the_lowest_bucket_is_that_of_the_calm_ones() -> None:
    without_m1 = [one for one in WAITING if one.line_id not in {4, 5}]
    assert [one.line_id for one in light_cases(without_m1, ladder=LADDER)] == [6]


def test_the_next_is_the_first_by_rank_and_of_the_light_ones_when_one_is_due() -> None:
    first = next_case(WAITING, is_light_due=False, ladder=LADDER)
    light = next_case(WAITING, is_light_due=True, ladder=LADDER)
    assert (first, light) == (WAITING[0], WAITING[4])


def test_without_a_light_case_the_first_by_rank_nobody_holds_back_is_next() -> None:
    held, upset = [one for one in WAITING if one.is_held or one.was_upset_before]
    assert next_case([held, upset], is_light_due=True, ladder=LADDER) == upset


@pytest.mark.parametrize("is_light_due", [False, True])
def test_one_under_a_hold_is_nobodys_next(is_light_due: bool) -> None:
    held = [one for one in WAITING if one.is_held]
    assert next_case(held, is_light_due=is_light_due, ladder=LADDER) is None


@pytest.mark.parametrize("is_light_due", [False, True])
def test_an_empty_list_has_no_next(is_light_due: bool) -> None:
    assert next_case((), is_light_due=is_light_due, ladder=LADDER) is None
