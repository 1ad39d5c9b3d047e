"""Money, rates, rounding, day counts and zones: exact values and what is refused."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from forbear.primitives.day_counts import DayCount, days_between, year_fraction
from forbear.primitives.money import (
    AmountUnreadable,
    Currency,
    CurrencyMismatch,
    Money,
    minor_from_text,
)
from forbear.primitives.rates import RateUnreadable, annual_rate
from forbear.primitives.rounding import Rounding, round_to_minor
from forbear.primitives.time_zones import MomentNaive, ZoneUnknown, local_date, local_minute


def test_money_of_two_currencies_does_not_add() -> None:
    with pytest.raises(CurrencyMismatch):
        Money(100, Currency.CNY) + Money(100, Currency.NGN)


def test_money_is_never_a_float_and_has_no_truth_value() -> None:
    with pytest.raises(TypeError):
        Money(1.5, Currency.CNY)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        bool(Money(0, Currency.CNY))


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1036.50", Currency.CNY, 103_650),
        ("1,036.5", Currency.CNY, 103_650),
        (" -20 ", Currency.CNY, -2_000),
        ("10016.0", Currency.UGX, 10_016),
        ("0.01", Currency.NGN, 1),
    ],
)
def test_amounts_are_read_exactly(text: str, currency: Currency, minor: int) -> None:
    assert minor_from_text(text, currency) == minor


@pytest.mark.parametrize("text", ["1.005", "abc", "", "NaN", "Infinity", "1e-3"])
def test_an_amount_that_would_need_rounding_is_refused(text: str) -> None:
    with pytest.raises(AmountUnreadable):
        minor_from_text(text, Currency.CNY)


def test_rounding_rules_at_the_half() -> None:
    halves = [Fraction(1, 2), Fraction(3, 2), Fraction(-1, 2)]
    assert [round_to_minor(h, Rounding.HALF_UP) for h in halves] == [1, 2, -1]
    assert [round_to_minor(h, Rounding.HALF_EVEN) for h in halves] == [0, 2, 0]
    assert [round_to_minor(h, Rounding.DOWN) for h in halves] == [0, 1, 0]
    assert [round_to_minor(h, Rounding.UP) for h in halves] == [1, 2, -1]


@pytest.mark.parametrize("text", ["-0.1", "11", "abc", "1100%"])
def test_a_rate_outside_reason_is_refused(text: str) -> None:
    with pytest.raises(RateUnreadable):
        annual_rate(text)


def test_a_rate_is_an_exact_decimal() -> None:
    assert annual_rate("18.9%") == Decimal("0.189")


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        # ISDA 2006 4.16(f), bond basis: worked by hand, months × 30 + days
        ("2026-01-15", "2026-02-15", 30),
        ("2026-01-30", "2026-03-31", 60),
        ("2026-01-31", "2026-03-31", 60),
        ("2026-01-29", "2026-03-31", 62),
        ("2024-02-29", "2025-02-28", 359),
    ],
)
def test_thirty_360_by_hand(start: str, end: str, expected: int) -> None:
    got = days_between(date.fromisoformat(start), date.fromisoformat(end), DayCount.THIRTY_360)
    assert got == expected


def test_actual_365_over_a_leap_day() -> None:
    share = year_fraction(date(2024, 2, 28), date(2024, 3, 1), DayCount.ACTUAL_365)
    assert share == Fraction(2, 365)


def test_a_moment_has_a_local_day_and_minute() -> None:
    moment = datetime(2026, 3, 10, 15, 59, 59, tzinfo=UTC)
    assert local_date(moment, "Asia/Shanghai") == date(2026, 3, 10)
    assert local_minute(moment, "Asia/Shanghai") == 23 * 60 + 59
    assert local_date(moment, "Asia/Urumqi") == date(2026, 3, 10)


@pytest.mark.parametrize("name", ["Nowhere/City", "", "../etc/passwd", "Asia"])
def test_an_unknown_zone_is_refused(name: str) -> None:
    with pytest.raises(ZoneUnknown):
        local_minute(datetime(2026, 3, 10, tzinfo=UTC), name)


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(MomentNaive):
        local_date(datetime(2026, 3, 10), "Asia/Shanghai")
