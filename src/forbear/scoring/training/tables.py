"""Preset `table`: one row a case, its columns the inputs, the outcome in `--target`.

The columns are taken as they are: whether each was known when the score would have been asked is
for whoever gives the table. What can be checked is: dates after `--time`, sensitive names, and a
column that tells the outcome by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from forbear.scoring.cards import Direction, Scorecard
from forbear.scoring.errors import ScoringRefused
from forbear.scoring.sensitive import require_allowed, sensitive_attribute, watched_columns
from forbear.scoring.training.column_kinds import is_blank, require_ids, require_plain
from forbear.scoring.training.guards import require_past
from forbear.scoring.training.predictions import TAKEN
from forbear.scoring.training.reading import only_file, read_columns
from forbear.scoring.training.samples import Feature, LeftOut, Sample, Target, person_codes
from forbear.scoring.training.table_values import as_days, as_groups, as_inputs, with_moments

_TRUE, _FALSE = {"1", "true", "yes", "bad", "y"}, {"0", "false", "no", "good", "n"}
_OWN_VALUE_SHARE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class TableOptions:
    """Which column is what. `event` names the target's bad value where it is not 0/1 or yes/no."""

    target: str
    ids: tuple[str, ...]
    person: str | None = None
    time: str | None = None
    event: str | None = None
    amount: str | None = None
    inputs: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    allow: Mapping[str, str] = field(default_factory=dict)
    rises: tuple[str, ...] = ()
    falls: tuple[str, ...] = ()
    holdout: str | None = None


def table_file(data: Path) -> Path:
    """The file of a table: itself, or the one file of a folder."""
    return only_file(data)


def table_sample(data: Path, options: TableOptions) -> Sample:
    """The rows with their outcome."""
    path = only_file(data)
    rows = _with_known_columns(read_columns(path), options, path.name)
    inputs, dropped = _inputs(rows, options)
    require_allowed(inputs, allowed=options.allow)
    require_plain(rows, inputs, path.name)
    _require_inputs(rows, inputs, options)
    dates = [name for name in inputs if rows[name].dtype.is_temporal()]
    if dates and options.time is None:
        raise ScoringRefused(
            "time-missing",
            f"Column {dates[0]} is a date; without --time nobody can tell whether it was known. "
            f"Name the row's own time with --time, or leave it out with --drop {dates[0]}.",
        )
    if options.time is not None:
        require_past(rows, dates, options.time)
    watched = [name for name in watched_columns(inputs) if name not in options.groups]
    return Sample(
        ids=rows.select(options.ids),
        frame=as_inputs(rows, inputs, options.time),
        features=tuple(_feature(rows, name, options) for name in inputs),
        target=_target(options),
        persons=person_codes(rows[options.person or options.ids[0]]),
        events=None if options.amount else outcome(rows[options.target], options),
        amounts=_amounts(rows[options.amount]) if options.amount else None,
        holdout=_holdout(rows[options.holdout]) if options.holdout else None,
        times=None if options.time is None else as_days(rows[options.time]),
        span=_span(rows, options.time),
        groups=as_groups(rows, [*options.groups, *watched]),
        dropped=dropped,
        notes=_notes(options),
    )


def table_rows(card: Scorecard, data: Path) -> Sample:
    """Rows to be scored by a card of this preset: ids and inputs, no outcome."""
    path = only_file(data)
    time = card.training.get("options", {}).get("time")
    needed = list(dict.fromkeys([*card.ids, *card.inputs, *([time] if time else [])]))
    present = read_columns(path).columns
    has_time = time in present
    rows = read_columns(path, [name for name in needed if name != time or has_time])
    require_ids(rows, card.ids, path.name)
    require_plain(rows, rows.columns, path.name, "Write it as the card was trained on it.")
    levels = {
        axis.input: axis.levels is not None for one in card.characteristics for axis in one.axes
    }
    read_as_numbers = [name for name in card.inputs if not levels[name]]
    rows = with_moments(rows, read_as_numbers, time if has_time else None, path.name)
    frame = as_inputs(rows, card.inputs, time if has_time else None, levels=levels)
    return Sample(
        ids=rows.select(card.ids),
        frame=frame,
        features=tuple(
            Feature(name=name, kind="level" if levels[name] else "number") for name in card.inputs
        ),
        target=Target(event=str(card.target.get("event")), says=card.target.get("says", {})),
        persons=person_codes(rows[card.ids[0]]),
    )


def outcome(column: pl.Series, options: TableOptions) -> NDArray[np.int8]:
    """1, 0, or -1 where the outcome is missing: null, not a number, or an empty text."""
    text = column.cast(pl.String).str.replace(r"\.0+$", "")
    text = pl.select(pl.when(~is_blank(column)).then(text)).to_series()
    values = set(text.drop_nulls().unique())
    if options.event is not None:
        if options.event not in values:
            raise ScoringRefused(
                "no-events",
                f"{column.name} never is {options.event!r}: 0 events. It is "
                f"{', '.join(sorted(values)[:6])}. Name the bad value with --event.",
            )
        bad = {options.event}
    else:
        odd = {one for one in values if one.lower() not in _TRUE | _FALSE}
        if odd:
            raise ScoringRefused(
                "target-unreadable",
                f"{column.name} should be 0 or 1 (yes/no, bad/good); found "
                f"{', '.join(sorted(odd)[:3])}. Name the value that is the bad event with --event.",
            )
        bad = {one for one in values if one.lower() in _TRUE}
    happened = text.is_in(list(bad)).cast(pl.Int8)
    return np.where(text.is_null().to_numpy(), -1, happened.fill_null(0).to_numpy()).astype(np.int8)


def options_of(card: Scorecard) -> TableOptions:
    """The options a card of this preset was trained with, for rows to be measured by it.

    Its inputs are named, so that columns dropped then need not be there now.
    """
    told: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in card.training.get("options", {}).items()
    }
    allow = {name: why for name, why in told.get("allow", {}).items() if name in card.inputs}
    return replace(
        TableOptions(**told), inputs=card.inputs, drop=(), rises=(), falls=(), allow=allow
    )


def _with_known_columns(rows: pl.DataFrame, options: TableOptions, place: str) -> pl.DataFrame:
    """The rows, every named column there and readable, dates read as such."""
    columns = [options.target, *options.ids, *options.groups]
    single = (options.time, options.person, options.holdout, options.amount)
    columns += [one for one in single if one]
    listed = (options.inputs, options.drop, options.rises, options.falls, options.allow)
    _require_columns(rows, [*columns, *(name for names in listed for name in names)])
    require_plain(rows, columns, place, "Name another column, or write it as one of these.")
    require_ids(rows, [*options.ids, *([options.person] if options.person else [])], place)
    taken = [name for name in options.ids if name in TAKEN]
    if taken:
        raise ScoringRefused(
            "column-name-taken",
            f"{place}: the id column is called {taken[0]}, as a column of the answer is "
            f"({', '.join(TAKEN)}): rename it in the file.",
        )
    free = [name for name in rows.columns if name not in columns and name not in options.drop]
    if options.inputs:
        free = [name for name in options.inputs if name not in columns]
    return with_moments(rows, free, options.time, place)


def _require_inputs(rows: pl.DataFrame, inputs: Sequence[str], options: TableOptions) -> None:
    """Raise where nothing is left to score by, or a direction is asked of what has none."""
    if not inputs:
        raise ScoringRefused(
            "no-inputs",
            "No input is left: every column is the target, an id or left out, or has a value of "
            "its own in nearly every row. Give more columns, or fewer --drop.",
        )
    both = sorted(set(options.rises) & set(options.falls))
    if both:
        raise ScoringRefused(
            "options-unclear",
            f"Column {both[0]} is named by --rises and by --falls: risk cannot do both. Keep one.",
        )
    for name in (*options.rises, *options.falls):
        kind = rows[name].dtype
        if not (kind.is_numeric() or kind.is_temporal()):
            raise ScoringRefused(
                "options-unclear",
                f"Column {name} holds {kind}, which has no direction: --rises and --falls are for "
                "numbers and dates. Leave the option out, or write the column as numbers.",
            )
        if name not in inputs:
            raise ScoringRefused(
                "options-unclear",
                f"Column {name} is no input, so --rises and --falls cannot bind it: leave the "
                "option out, or let the column be an input.",
            )


def _holdout(column: pl.Series) -> NDArray[np.int8]:
    text = column.cast(pl.String).str.replace(r"\.0+$", "").str.to_lowercase()
    odd = set(text.fill_null("nothing").unique()) - _TRUE - _FALSE
    if odd:
        raise ScoringRefused(
            "holdout-unreadable",
            f"{column.name} should be 0 or 1 in every row, found {sorted(odd)[0]}: write 1 where "
            "chance left the row uncontacted, else 0.",
        )
    return text.is_in(list(_TRUE)).cast(pl.Int8).to_numpy()


def _inputs(
    rows: pl.DataFrame, options: TableOptions
) -> tuple[tuple[str, ...], tuple[LeftOut, ...]]:
    taken = {options.target, *options.ids, *options.drop}
    taken |= {one for one in (options.time, options.person, options.holdout, options.amount) if one}
    grouped = {name for name in options.groups if _is_refused(name) and name not in options.allow}
    dropped = [
        LeftOut(name, "left out with --drop") for name in options.drop if name in rows.columns
    ]
    if options.inputs:
        return tuple(name for name in options.inputs if name not in taken), tuple(dropped)
    kept = []
    for name in rows.columns:
        if name in taken:
            continue
        if name in grouped:
            dropped.append(LeftOut(name, "given for the fairness report only (--group)"))
        elif rows[name].dtype == pl.String and _is_own_value(rows[name]):
            dropped.append(LeftOut(name, "nearly every row has a value of its own"))
        else:
            kept.append(name)
    return tuple(kept), tuple(dropped)


def _is_refused(name: str) -> bool:
    found = sensitive_attribute(name)
    return found is not None and found.treatment.value == "refused"


def _is_own_value(column: pl.Series) -> bool:
    return len(column) > 100 and column.n_unique() > _OWN_VALUE_SHARE * len(column)


def _require_columns(rows: pl.DataFrame, named: Sequence[str]) -> None:
    missing = [name for name in named if name not in rows.columns]
    if missing:
        raise ScoringRefused(
            "column-missing",
            f"The table lacks {', '.join(dict.fromkeys(missing))}; it has "
            f"{', '.join(rows.columns[:40])}. Name a column that is there, or rename it in the file.",
        )


def _feature(rows: pl.DataFrame, name: str, options: TableOptions) -> Feature:
    direction: Direction | None = None
    if name in options.rises:
        direction = "risk_rises"
    elif name in options.falls:
        direction = "risk_falls"
    is_number = rows[name].dtype.is_numeric() or rows[name].dtype.is_temporal()
    return Feature(
        name=name,
        kind="number" if is_number else "level",
        monotone=direction if is_number else None,
        says={"zh-Hans": f"“{name}”列的取值", "en": f"The value of column {name}"},
        tells={"zh-Hans": f"您的“{name}”", "en": f"Your {name}"},
    )


def _target(options: TableOptions) -> Target:
    if options.amount:
        return Target(
            event=f"the amount in {options.amount}",
            says={
                "zh-Hans": f"“{options.amount}”列的金额",
                "en": f"The amount in {options.amount}",
            },
        )
    value = options.event or "1"
    return Target(
        event=f"{options.target} is {value}",
        says={
            "zh-Hans": f"“{options.target}”为 {value}",
            "en": f"{options.target} is {value}",
        },
    )


def _amounts(column: pl.Series) -> NDArray[np.int64]:
    whole = column.cast(pl.Float64, strict=False)
    faulty = ~(whole.is_finite() & (whole == whole.round())).fill_null(False)
    if bool(faulty.any()):
        row = int(faulty.arg_true()[0]) + 1
        raise ScoringRefused(
            "amount-unreadable",
            f"Column {column.name}, row {row}: {column[row - 1]!r} is no whole number of minor units "
            "(fen, cents). Write amounts as whole minor units, and every row one.",
        )
    return whole.cast(pl.Int64).to_numpy()


def _span(rows: pl.DataFrame, time: str | None) -> tuple[str, str] | None:
    if time is None:
        return None
    day = rows[time].cast(pl.Date)
    return str(day.min()), str(day.max())


def _notes(options: TableOptions) -> dict[str, str]:
    told = {"table": "whether each column was known in time rests with whoever gave the table"}
    if options.time is None:
        told["time"] = "no --time given: measured by person only, not out of time"
    return told
