"""The one word for how a loan stands, on the days on which it changes."""

from __future__ import annotations

from datetime import date

import pytest

from forbear.loans.states import LoanStanding, LoanState, loan_state

AS_OF = date(2026, 11, 20)
DAY_BEFORE, DAY_AFTER = date(2026, 11, 19), date(2026, 11, 21)


@pytest.mark.parametrize(
    ("outstanding_minor", "days_past_due", "state"),
    [
        (100, 0, LoanState.ON_TIME),
        (100, 1, LoanState.IN_ARREARS),
        (1, 37, LoanState.IN_ARREARS),
        (0, 0, LoanState.SETTLED),
        (-5, 0, LoanState.SETTLED),
    ],
)
def test_a_loan_with_us_is_on_time_late_or_settled(
    outstanding_minor: int, days_past_due: int, state: LoanState
) -> None:
    standing = LoanStanding(outstanding_minor=outstanding_minor, days_past_due=days_past_due)
    assert loan_state(standing, as_of=AS_OF) is state


@pytest.mark.parametrize(
    ("written_off_on", "state"),
    [
        (DAY_BEFORE, LoanState.WRITTEN_OFF),
        (AS_OF, LoanState.WRITTEN_OFF),
        (DAY_AFTER, LoanState.IN_ARREARS),
    ],
)
def test_a_write_off_counts_from_its_day_on(written_off_on: date, state: LoanState) -> None:
    standing = LoanStanding(outstanding_minor=100, days_past_due=200, written_off_on=written_off_on)
    assert loan_state(standing, as_of=AS_OF) is state


@pytest.mark.parametrize(
    ("recalled_on", "state"),
    [
        (DAY_BEFORE, LoanState.RECALLED),
        (AS_OF, LoanState.RECALLED),
        (DAY_AFTER, LoanState.WRITTEN_OFF),
    ],
)
def test_a_recall_comes_before_a_write_off_and_counts_from_its_day_on(
    recalled_on: date, state: LoanState
) -> None:
    standing = LoanStanding(
        outstanding_minor=100, days_past_due=200, written_off_on=AS_OF, recalled_on=recalled_on
    )
    assert loan_state(standing, as_of=AS_OF) is state


def test_a_loan_written_off_stays_so_when_everything_came_in() -> None:
    standing = LoanStanding(outstanding_minor=0, days_past_due=0, written_off_on=DAY_BEFORE)
    assert loan_state(standing, as_of=AS_OF) is LoanState.WRITTEN_OFF
