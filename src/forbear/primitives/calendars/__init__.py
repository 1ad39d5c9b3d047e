"""Business calendars: which days banks and courts work, as data.

A date outside the years a calendar lists is an error that says so, never a guess: China's
make-up workdays are announced only a year ahead.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources
from typing import Any

import yaml

from forbear.primitives.errors import RequestRefused


class DateOutsideCalendar(RequestRefused):
    """The calendar does not know this date's year."""

    code = "date_outside_calendar"


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """Public holidays and make-up workdays of the years it knows; weekends are days of rest."""

    name: str
    years: frozenset[int]
    holidays: frozenset[date]
    make_up_workdays: frozenset[date]

    def is_business_day(self, day: date) -> bool:
        """Whether `day` is a working day. Raises `DateOutsideCalendar`.

        >>> china().is_business_day(date(2026, 2, 14)), china().is_business_day(date(2026, 2, 16))
        (True, False)
        """
        if day.year not in self.years:
            known = ", ".join(str(year) for year in sorted(self.years))
            raise DateOutsideCalendar(
                f"Calendar {self.name} knows {known}, not {day.year}: add the announced holidays "
                f"of {day.year} to primitives/calendars/{self.name}.yaml."
            )
        is_weekend = day.weekday() >= 5
        return day in self.make_up_workdays or not (is_weekend or day in self.holidays)

    def next_business_day(self, day: date) -> date:
        """`day` itself if it is a working day, else the first one after it.

        >>> china().next_business_day(date(2026, 10, 1))
        datetime.date(2026, 10, 8)
        """
        while not self.is_business_day(day):
            day += timedelta(days=1)
        return day

    def add_business_days(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`, which itself does not count.

        >>> china().add_business_days(date(2026, 9, 30), 1)
        datetime.date(2026, 10, 8)
        """
        for _ in range(count):
            day = self.next_business_day(day + timedelta(days=1))
        return day


@cache
def china() -> BusinessCalendar:
    """Mainland China, 2024 to 2026."""
    text = resources.files(__package__).joinpath("cn.yaml").read_text(encoding="utf-8")
    raw: dict[str, Any] = yaml.safe_load(text)
    return BusinessCalendar(
        name=raw["name"],
        years=frozenset(raw["years"]),
        holidays=frozenset(
            day
            for year in raw["years"].values()
            for holiday in year["holidays"]
            for day in _days(holiday["from"], holiday["to"])
        ),
        make_up_workdays=frozenset(
            day for year in raw["years"].values() for day in year["make_up_workdays"]
        ),
    )


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)
