"""Whole columns read as single values are: exactly, or not at all."""

from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from forbear.intake import conversions
from forbear.primitives.money import AmountUnreadable, Currency, minor_from_text

PLAIN = st.from_regex(r"[+-]?[0-9]{1,3}(,[0-9]{3}){0,3}(\.[0-9]{1,9})?", fullmatch=True)
ODD = st.text(alphabet="0123456789.,+-x ", max_size=8)


@pytest.mark.parametrize("currency", [Currency.CNY, Currency.UGX])
@given(texts=st.lists(PLAIN | ODD, min_size=1, max_size=5))
@example(texts=["5.", ".5", "1.50", "1.500", "0.10", "-0.01", "1,2"])
def test_amounts_of_a_column_are_those_of_the_scalar_reader(
    currency: Currency, texts: list[str]
) -> None:
    def scalar(text: str) -> int | None:
        try:
            return minor_from_text(text, currency)
        except AmountUnreadable:
            return None

    found = conversions.amounts(pl.Series(texts), currency.exponent).to_list()
    assert found == [scalar(text) for text in texts]


@given(st.integers(-(10**14), 10**14))
def test_every_amount_written_with_two_digits_comes_back(minor: int) -> None:
    sign = "-" if minor < 0 else ""
    written = f"{sign}{abs(minor) // 100}.{abs(minor) % 100:02d}"
    assert conversions.amounts(pl.Series([written]), 2).to_list() == [minor]


@given(st.integers(-(10**11), 10**11))
def test_floats_of_a_parquet_file_are_exact_or_refused(minor: int) -> None:
    assert conversions.amounts(pl.Series([minor / 100]), 2).to_list() == [minor]
    assert conversions.amounts(pl.Series([minor / 100 + 0.001]), 2).to_list() == [None]


@given(st.dates(date(1970, 1, 1), date(2099, 12, 31)), st.sampled_from(conversions.DAY_FORMATS[:5]))
def test_every_day_is_read_in_every_way_of_writing(day: date, form: str) -> None:
    assert conversions.days(pl.Series([day.strftime(form)]), ()).to_list() == [day]


def test_ways_of_writing_may_be_mixed_in_one_column() -> None:
    texts = ["2026-11-20", "2026/11/20", "20261120", "2026年11月20日", " 2026-11-20 ", "2026-11-31"]
    assert conversions.days(pl.Series(texts), ()).to_list() == [date(2026, 11, 20)] * 5 + [None]


def test_stated_format_is_the_only_one() -> None:
    texts = pl.Series(["03/04/2026", "2026-04-03"])
    assert conversions.days(texts, ("%d/%m/%Y",)).to_list() == [date(2026, 4, 3), None]


def test_moments_keep_their_offset_and_else_follow_the_clock_of_the_mapping() -> None:
    texts = ["2026-11-20T09:50:00+08:00", "2026-11-20T01:50:00Z", "2026-11-20 09:50:00", "soon"]
    moment = datetime(2026, 11, 20, 1, 50, tzinfo=UTC)
    found = conversions.moments(pl.Series(texts), (), "Asia/Shanghai").to_list()
    assert found == [moment, moment, moment, None]


def test_clock_time_that_does_not_exist_is_no_moment() -> None:
    # Clocks in Berlin went from 02:00 to 03:00 on 2026-03-29.
    found = conversions.moments(pl.Series(["2026-03-29 02:30:00"]), (), "Europe/Berlin")
    assert found.to_list() == [None]


@pytest.mark.parametrize(
    ("text", "unit", "rate"),
    [
        ("24%", "decimal", "0.24"),
        ("24%", "percent", "0.24"),
        ("0.24", "decimal", "0.24"),
        ("24", "percent", "0.24"),
        ("12.592", "percent", "0.12592"),
        ("10", "decimal", "10"),
        ("11", "decimal", None),
        ("-1", "percent", None),
        ("high", "percent", None),
    ],
)
def test_rates(text: str, unit: str, rate: str | None) -> None:
    expected = None if rate is None else Decimal(rate)
    assert conversions.rates(pl.Series([text]), unit).to_list() == [expected]


@pytest.mark.parametrize(
    ("text", "number"), [("12", 12), (" 12 ", 12), ("12.0", 12), ("1.5", None), ("900", None)]
)
def test_whole_numbers_within_their_limits(text: str, number: int | None) -> None:
    assert conversions.wholes(pl.Series([text]), (0, 600)).to_list() == [number]


def test_value_class_says_what_stood_there_and_never_the_value() -> None:
    raw = pl.Series(["", "-3.00", "2026-02-30", "1,000.5", "12%", "林小满", None])
    assert conversions.value_class(raw).to_list() == [
        "empty",
        "negative number",
        "date",
        "number",
        "number",
        "text",
        "empty",
    ]
