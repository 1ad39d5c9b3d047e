"""From what stands in a file to a typed value: amounts, dates, moments, rates, whole numbers.

Everything is an expression over whole columns. A value that is there but cannot be read becomes
null, and `faults` then says why, on the few rows concerned only. Amounts are exact: digits below
the minor unit are a fault, never rounded.
"""

from dataclasses import dataclass
from decimal import Decimal

import polars as pl

DAY_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y.%m.%d", "%Y年%m月%d日", "%d/%m/%Y")
MOMENT_FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M")
GUESSED_DAYS = DAY_FORMATS[:5]
DATE_SHAPE = r"^\d{4}[-/.年]?\d{1,2}[-/.月]?\d{1,2}日?"
FRACTION = r"^\s*[+-]?[\d,]*(?:\.\d+|\.?\d*[eE]-\d+)\s*$"
OFFSET = r"(?:[+-]\d{2}:?\d{2}|Z)$"
PERCENT = Decimal("0.01")
RATE_MAX = 10
SAMPLE = 1000


@dataclass(frozen=True, slots=True)
class Transform:
    """How one column is read; what does not concern its kind stays at rest.

    `unit` of an amount is `major` (yuan) or `minor` (fen); of a rate `decimal` (0.24) or
    `percent` (24). `formats` are tried in order. `zone` is the clock of moments without offset.
    """

    unit: str = ""
    formats: tuple[str, ...] = ()
    zone: str = "Asia/Shanghai"
    values: tuple[tuple[str, str], ...] = ()


def cleaned(column: pl.Series) -> pl.Series:
    """Text without blanks at its ends; empty text is no value. Typed columns stay as they are."""
    if column.dtype != pl.String:
        return column
    return without_empty(column.str.strip_chars())


def without_empty(column: pl.Series) -> pl.Series:
    """Empty text as no value (CSV readers give null already; quotes and JSON give "")."""
    if column.dtype != pl.String or not (column == "").any():
        return column
    whole: pl.Series = column.replace("", None)
    return whole


def text(column: pl.Series) -> pl.Series:
    """The value as text; whole numbers without a point, dates in ISO form."""
    if column.dtype == pl.String:
        return column
    words: pl.Series = column.cast(pl.String, strict=False)
    return words


def mapped(column: pl.Series, values: tuple[tuple[str, str], ...]) -> pl.Series:
    """Words of the lender as our words; a word not in the map stays and fails later."""
    return text(column).replace(dict(values)) if values else text(column)


def amounts(column: pl.Series, exponent: pl.Series | int) -> pl.Series:
    """Minor units; null where the value is no amount or finer than the minor unit.

    `exponent` is the currency's number of digits, for all rows or one a row; 0 for an amount
    that already counts minor units.
    """
    if isinstance(exponent, int):
        plain = column.cast(pl.Int64, strict=False) if _may_be_whole(column) else None
        if plain is not None and plain.null_count() == column.null_count():
            return plain * 10**exponent if exponent else plain
    words = text(column).str.strip_chars()
    if words.str.contains(",", literal=True).any():
        words = words.str.replace_all(",", "", literal=True)
    if (_digits(words) > exponent).any():
        words = _without_end_zeros(words)
        words = words.to_frame("w").select(pl.when(_digits(words) <= exponent).then("w"))["w"]
    exact = words.cast(pl.Decimal(38, 6), strict=False)
    scale = 10**exponent if isinstance(exponent, int) else _scales(exponent)
    return (exact * scale).cast(pl.Int64, strict=False)


def _may_be_whole(column: pl.Series) -> bool:
    """Whether trying whole numbers first is worth it: judged by the first value."""
    if column.dtype != pl.String:
        return column.dtype.is_integer()
    first = column.drop_nulls().head(1).to_list()
    return bool(first) and "." not in first[0]


def _digits(words: pl.Series) -> pl.Series:
    """Digits after the point."""
    return (words.str.len_bytes() - words.str.find(".", literal=True) - 1).fill_null(0)


def _without_end_zeros(words: pl.Series) -> pl.Series:
    """`1.500` as `1.5`, `2.0` as `2`; what is no number stays as it is."""
    whole = words.str.replace(r"^([+-]?\d+)\.0*$", "$1").str.replace(r"^([+-]?)\.0+$", "${1}0")
    return whole.str.replace(r"^([+-]?\d*\.\d*[1-9])0+$", "$1")


def _scales(exponent: pl.Series) -> pl.Series:
    return exponent.replace_strict({0: 1, 2: 100}, default=None, return_dtype=pl.Int64)


def wholes(column: pl.Series, limits: tuple[int, int] | None = None) -> pl.Series:
    """Whole numbers; null where the value has a fraction, is none, or is beyond the limits."""
    found = column if column.dtype.is_integer() else text(column)
    plain = found.cast(pl.Int64, strict=False)
    if plain.null_count() > column.null_count() and not column.dtype.is_integer():
        plain = found.str.strip_chars().str.strip_suffix(".0").cast(pl.Int64, strict=False)
    if limits is None:
        return plain
    return plain.to_frame("n").select(pl.when(pl.col("n").is_between(*limits)).then("n"))["n"]


def rates(column: pl.Series, unit: str) -> pl.Series:
    """Yearly rates as decimals; `24%` reads as 0.24 whatever the unit; null outside 0 to 10."""
    words = text(column).str.strip_chars()
    is_percent = words.str.ends_with("%").fill_null(False)
    if unit == "percent":
        is_percent = is_percent | True
    exact = words.str.strip_suffix("%").cast(pl.Decimal(20, 10), strict=False)
    share = (exact * pl.Series([PERCENT])).cast(pl.Decimal(20, 10))
    rate = share.zip_with(is_percent, exact).cast(pl.Decimal(12, 8), strict=False)
    return rate.set((rate < 0) | (rate > RATE_MAX), None)


def days(column: pl.Series, formats: tuple[str, ...]) -> pl.Series:
    """Calendar days; the first format that reads a sample goes first, the others fill in."""
    if column.dtype == pl.Date:
        return column
    if isinstance(column.dtype, pl.Datetime):
        return column.dt.date()
    words = text(column)
    found = pl.Series(column.name, [None] * len(column), dtype=pl.Date)
    for form in _by_sample(words, formats or GUESSED_DAYS):
        left = found.is_null() & words.is_not_null()
        if not left.any():
            break
        fresh = words.str.to_date(form, strict=False)
        found = fresh if left.all() else fresh.zip_with(left, found)
    left = found.is_null() & words.is_not_null()
    if left.any() and (words.str.strip_chars() != words).any():
        return days(words.str.strip_chars(), formats)
    if left.any() and not formats:
        moment = moments(words, (), "UTC").dt.date()
        found = moment.zip_with(left, found)
    return found


def moments(column: pl.Series, formats: tuple[str, ...], zone: str) -> pl.Series:
    """Moments in UTC; a text with its own offset keeps it, else `zone` is the clock.

    A wall-clock time the zone skips is null; of one that comes twice the earlier is meant.
    """
    if isinstance(column.dtype, pl.Datetime):
        return _in_utc(column, zone)
    words = text(column).str.strip_chars().str.replace(r"\.\d+", "")
    has_offset = words.str.contains(OFFSET).fill_null(False)
    found = _in_utc(pl.Series(column.name, [None] * len(column), dtype=pl.Datetime("us")), zone)
    for form in formats or (*MOMENT_FORMATS, *GUESSED_DAYS):
        left = found.is_null() & words.is_not_null() & ~has_offset
        if not left.any():
            break
        is_day = "%H" not in form
        naive = (
            words.str.to_date(form, strict=False).cast(pl.Datetime("us"))
            if is_day
            else words.str.to_datetime(form, strict=False, time_unit="us")
        )
        found = _in_utc(naive, zone).zip_with(left, found)
    if has_offset.any():
        dated = words.str.replace(" ", "T", literal=True).str.replace("Z$", "+0000")
        aware = dated.str.to_datetime("%Y-%m-%dT%H:%M:%S%z", strict=False, time_unit="us")
        found = aware.dt.convert_time_zone("UTC").zip_with(has_offset, found)
    return found


def _in_utc(column: pl.Series, zone: str) -> pl.Series:
    exact = column.dt.cast_time_unit("us")
    if getattr(column.dtype, "time_zone", None) is not None:
        return exact.dt.convert_time_zone("UTC")
    local = exact.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return local.dt.convert_time_zone("UTC")


def _by_sample(words: pl.Series, formats: tuple[str, ...]) -> list[str]:
    """Formats, the one that reads most of a sample first."""
    sample = words.drop_nulls().head(SAMPLE)
    return sorted(formats, key=lambda f: sample.str.to_date(f, strict=False).null_count())


def value_class(raw: pl.Series) -> pl.Series:
    """What kind of thing stood there, never the thing: for findings."""
    words = pl.col("raw")
    frame = pl.DataFrame({"raw": text(raw)})
    return frame.select(
        pl.when(words.is_null() | (words == ""))
        .then(pl.lit("empty"))
        .when(words.str.contains(r"^-[\d,]*\.?\d*$"))
        .then(pl.lit("negative number"))
        .when(words.str.contains(DATE_SHAPE + "$"))
        .then(pl.lit("date"))
        .when(words.str.contains(r"^\+?[\d,]*\.?\d*%?$"))
        .then(pl.lit("number"))
        .otherwise(pl.lit("text"))
        .alias("value_class")
    )["value_class"]
