"""Columns as what they should be: moments, numbers, whole numbers, ids, keys to join by.

Each refusal names the file, the column, the first faulty row (1 is the first row of data), and what
to do. Moments are wall time: a time zone is left off as it stands, nothing is moved to another zone.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from forbear.scoring.errors import ScoringRefused

MOMENT = pl.Datetime("us")
_UNREAD = (pl.List, pl.Array, pl.Struct, pl.Binary, pl.Object, pl.Duration, pl.Time)
_ISO = (
    r"^\s*(\d{4})[-/](\d{1,2})[-/](\d{1,2})"
    r"(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6})\d*)?)?)?"
    r"\s*(?:Z|UTC|[+-]\d{2}(?::?\d{2})?)?\s*$"
)
_PARTS = (("1", 4, ""), ("2", 2, "-"), ("3", 2, "-"), ("4", 2, " "), ("5", 2, ":"), ("6", 2, ":"))


def text_moments(column: pl.Series) -> pl.Series:
    """ISO dates and times of a text column as wall time; null where a text is none.

    >>> text_moments(pl.Series(["2026-11-20", "2026-11-20T23:30:00+08:00", "soon"])).to_list()
    [datetime.datetime(2026, 11, 20, 0, 0), datetime.datetime(2026, 11, 20, 23, 30), None]
    """
    found = pl.col("text").str.extract_groups(_ISO).struct
    written = pl.concat_str(
        pl.lit(before) + found.field(name).fill_null("0").str.zfill(width)
        for name, width, before in _PARTS
    )
    moment = (written + "." + found.field("7").fill_null("0")).str.to_datetime(
        "%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False
    )
    told = pl.DataFrame({"text": column.cast(pl.String)}).select(
        pl.when(found.field("1").is_not_null()).then(moment)
    )
    return told.to_series().alias(column.name)


def is_blank(column: pl.Series) -> pl.Series:
    """Where nothing is written: null, not a number, or a text of spaces only."""
    blank = column.is_null()
    if column.dtype.is_float():
        return blank | column.is_nan().fill_null(True)
    if column.dtype in (pl.String, pl.Categorical, pl.Enum):
        return blank | (column.cast(pl.String).str.strip_chars() == "").fill_null(True)
    return blank


def moments(frame: pl.DataFrame, name: str, place: str) -> pl.Series:
    """A column of dates, times or ISO texts as moments; blank is null."""
    column = frame[name]
    if column.dtype == pl.Date:
        return column.cast(MOMENT)
    if isinstance(column.dtype, pl.Datetime):
        return column.dt.replace_time_zone(None).cast(MOMENT)
    is_text = column.dtype in (pl.String, pl.Categorical, pl.Enum)
    found = text_moments(column) if is_text else pl.Series(name, [None] * len(column), dtype=MOMENT)
    _refuse_first(
        *(column, found.is_null() & ~is_blank(column), place, "time-unreadable", "is no date"),
        "Write 2026-11-20 or 2026-11-20T09:30:00, or leave it empty where it is not known.",
    )
    return found


def numbers(frame: pl.DataFrame, name: str, place: str, *, whole: bool = False) -> pl.Series:
    """A column of numbers, or texts of them, as Float64 (Int64 where whole); blank is null."""
    column = frame[name]
    if column.dtype.is_numeric():
        found = column.cast(pl.Float64)
    elif column.dtype in (pl.String, pl.Categorical, pl.Enum):
        found = column.cast(pl.String).str.strip_chars().cast(pl.Float64, strict=False)
    else:
        found = pl.Series(name, [None] * len(column), dtype=pl.Float64)
    found = found.fill_nan(None)
    readable = found.is_finite() & (found.round() == found) if whole else found.is_finite()
    kind = "whole number" if whole else "number"
    _refuse_first(
        *(column, ~readable.fill_null(False) & ~is_blank(column), place, "number-unreadable"),
        *(f"is no {kind}", f"Write a plain {kind}, or leave it empty where it is not known."),
    )
    return found.cast(pl.Int64) if whole else found


def require_months(frame: pl.DataFrame, name: str, place: str) -> None:
    """Raise unless every row has a whole month; dates and texts are none."""
    column = frame[name]
    found = (
        column.cast(pl.Float64)
        if column.dtype.is_numeric()
        else pl.Series(name, [None] * len(column), dtype=pl.Float64)
    )
    _refuse_first(
        *(column, ~(found.is_finite() & (found.round() == found)).fill_null(False), place),
        *("month-unreadable", "is no whole month"),
        "Months are whole numbers, 0 for the last month on file and -1 for the one before: count "
        "dates back to that month, and give every row one.",
    )


def require_ids(frame: pl.DataFrame, names: Sequence[str], place: str) -> None:
    """Raise for a row without its id."""
    for name in dict.fromkeys(names):
        require_plain(frame, [name], place, "Write each id as a whole number or a text.")
        _refuse_first(
            *(frame[name], is_blank(frame[name]), place, "id-missing", "is no id"),
            "Every row needs one: fill it in, or leave the row out.",
        )


def require_present(column: pl.Series, place: str) -> None:
    """Raise for the first row in which nothing is written."""
    _refuse_first(
        *(column, is_blank(column), place, "value-missing", "is no value"),
        "Every row to be scored needs it: fill it in, or leave the row out.",
    )


def require_known(column: pl.Series, values: Sequence[str], place: str, code: str) -> None:
    """Raise for the first value that is not one of these."""
    found = column if column.dtype.is_nested() else column.cast(pl.String, strict=False)
    is_known = (
        pl.Series([False] * len(column))
        if column.dtype.is_nested()
        else found.is_in(list(values)).fill_null(False)
    )
    if bool(is_known.all()):
        return
    row = int((~is_known).arg_true()[0])
    last = f"{', '.join(values[:-1])} or {values[-1]}"
    told = last if len(values) == 2 else f"one of {', '.join(values)}"
    raise ScoringRefused(
        code,
        f"{place}: {column.name} is {told}, found {found[row]} in row {row + 1}. Correct the file.",
    )


def require_plain(frame: pl.DataFrame, names: Sequence[str], place: str, remedy: str = "") -> None:
    """Raise for a column of lists, records, bytes, spans or times of day, which no card reads."""
    for name in dict.fromkeys(names):
        kind = frame[name].dtype
        if isinstance(kind, _UNREAD):
            raise ScoringRefused(
                "column-unreadable",
                f"{place}: column {name} holds {kind}, where numbers, texts and dates are read. "
                + (remedy or f"Write it as one of these, or leave it out with --drop {name}."),
            )


def join_key(column: pl.Series) -> pl.Series:
    """An id as text, so that 7, 7.0 and "7" of different files are one; blank is null."""
    text = column.cast(pl.String)
    if column.dtype.is_float():
        text = text.str.replace(r"\.0+$", "")
    blank = is_blank(column)
    return pl.select(pl.when(~blank).then(text)).to_series().alias(column.name)


def _refuse_first(
    column: pl.Series, faulty: pl.Series, place: str, code: str, fault: str, remedy: str
) -> None:
    if not bool(faulty.any()):
        return
    row = int(faulty.arg_true()[0])
    value = column[row]
    told = "nothing" if value is None else str(value) if column.dtype.is_temporal() else repr(value)
    raise ScoringRefused(
        code, f"{place}: column {column.name}, row {row + 1}: {told} {fault}. {remedy}"
    )
