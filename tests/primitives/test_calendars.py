"""The calendar of China against an independent package, and what it does not know."""

from datetime import date, timedelta

import chinese_calendar
import pytest

from forbear.primitives.calendars import DateOutsideCalendar, china


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_every_day_agrees_with_an_independent_package(year: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365 + (year % 4 == 0))]
    differing = [d for d in days if china().is_business_day(d) != chinese_calendar.is_workday(d)]
    assert differing == []


def test_make_up_workdays_are_working_days() -> None:
    # 2026-02-14, 2026-02-28: Saturdays worked for the Spring Festival
    assert china().is_business_day(date(2026, 2, 14))
    assert china().is_business_day(date(2026, 2, 28))
    assert not china().is_business_day(date(2026, 2, 21))


@pytest.mark.parametrize("day", [date(2023, 12, 31), date(2027, 1, 1)])
def test_a_year_that_is_not_announced_is_an_error_not_a_guess(day: date) -> None:
    with pytest.raises(DateOutsideCalendar, match="knows 2024, 2025, 2026"):
        china().is_business_day(day)


def test_the_way_to_the_next_working_day_may_not_leave_the_calendar() -> None:
    with pytest.raises(DateOutsideCalendar):
        china().add_business_days(date(2026, 12, 31), 1)
