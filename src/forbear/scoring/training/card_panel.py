"""Preset `card-panel`: will this account be 60 days late or more within the next six months.

One row for each account and month. A month's features come from the account's own months up to it.
A row is trained on and measured where the account is below 60 days late and its six months are
known: all six are on file, or six months have passed by the file's last month and 60 days late was
seen before the account ended. An account that ends earlier without it is not known. Every row, also
those at 60 days and more, gets a prediction.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from forbear.scoring.errors import ScoringRefused
from forbear.scoring.training.column_kinds import (
    join_key,
    require_ids,
    require_known,
    require_months,
    require_plain,
)
from forbear.scoring.training.feature_lists import feature_list
from forbear.scoring.training.reading import SUFFIXES, named_file, read_columns
from forbear.scoring.training.samples import LeftOut, Sample, Target

IDS = ("ID", "MONTHS_BALANCE")
WINDOW_MONTHS = 6
TARGET = Target(
    event="60 days past due or more (STATUS 2 to 5) within the next six months",
    says={
        "zh-Hans": "未来六个月内逾期达到 60 天以上",
        "en": "60 days past due or more within the next six months",
    },
)
STATES = ("X", "C", "0", "1", "2", "3", "4", "5")
REFUSED = (
    LeftOut("CODE_GENDER", "sex: may not decide about a person (groups are compared only)"),
    LeftOut("NAME_FAMILY_STATUS", "marital_status: private life"),
)
DROPPED = (
    LeftOut("applications.parquet", "told once at the application; many near-duplicates (README)"),
    LeftOut("MONTHS_BALANCE", "counts back from the day of extraction: known only afterwards"),
)
_LATE, _BAD = 1, 2
# Past lateness weighs otherwise while nothing is borrowed: these are told apart.
BY_USE = ("months_since_late", "late_level_worst", "late_months_3", "late_months_12")
Months = NDArray[np.int64]


def read_panel(
    place: Path, *, with_groups: bool = True
) -> tuple[pl.DataFrame, pl.DataFrame | None, list[Path]]:
    """Monthly states of a folder or file; with groups, the applicants' sex from the file beside."""
    path = place if place.is_file() else named_file(place, "monthly_status")
    rows = read_columns(path, (*IDS, "STATUS"))
    require_ids(rows, IDS[:1], path.name)
    require_months(rows, IDS[1], path.name)
    require_known(rows["STATUS"], STATES, path.name, "value-unknown")
    if rows.select(IDS).is_duplicated().any():
        twice = rows.filter(pl.struct(IDS).is_duplicated()).row(0)
        raise ScoringRefused(
            "row-twice",
            f"{path.name}: account {twice[0]} has month {twice[1]} more than once. Keep one row.",
        )
    found = [path.parent / f"applications{suffix}" for suffix in SUFFIXES]
    beside = next((one for one in found if one.is_file()), None)
    if beside is None or not with_groups:
        return rows, None, [path]
    applicants = read_columns(beside, ("ID",), ("CODE_GENDER",))
    require_plain(applicants, applicants.columns, beside.name, "Write plain values.")
    return rows, applicants, [path, beside]


def panel_sample(
    rows: pl.DataFrame, applicants: pl.DataFrame | None, *, with_outcomes: bool
) -> Sample:
    """One row for each account and month, in the order of the file."""
    panel = _Panel(rows)
    features = feature_list("card_panel")
    groups = None
    if applicants is not None and "CODE_GENDER" in applicants.columns:
        known = applicants.select(join_key(applicants["ID"]), "CODE_GENDER")
        groups = (
            rows.select(join_key(rows["ID"]))
            .join(
                known.unique("ID", keep="first", maintain_order=True),
                on="ID",
                how="left",
                maintain_order="left",
            )
            .select("CODE_GENDER")
        )
    month = rows["MONTHS_BALANCE"].cast(pl.Int64)
    return Sample(
        ids=rows.select(IDS),
        frame=panel.in_file_order(panel.features()).select([f.name for f in features]),
        features=features,
        target=TARGET,
        persons=rows["ID"].rank("dense").cast(pl.Int64).to_numpy(),
        events=panel.events() if with_outcomes else None,
        times=month.to_numpy(),
        times_are="months",
        outcome_window=WINDOW_MONTHS,
        span=(str(month.min()), str(month.max())),
        groups=groups,
        refused=REFUSED if applicants is not None else (),
        dropped=DROPPED if applicants is not None else DROPPED[1:],
        notes={
            "known": "six next months on file, or 60+ seen before the account ended and six months "
            "passed by the file's last month"
        },
    )


class _Panel:
    """Months sorted by account, with positions to look back and forward in time, gaps or not."""

    def __init__(self, rows: pl.DataFrame) -> None:
        ordered = rows.with_row_index("row").sort(IDS)
        self.row = ordered["row"].to_numpy()
        self.month = ordered["MONTHS_BALANCE"].cast(pl.Int64).to_numpy()
        states = {state: place for place, state in enumerate(STATES)}
        self.state = (
            ordered["STATUS"].cast(pl.String).replace_strict(states, return_dtype=pl.Int64)
        ).to_numpy()
        self.level = np.maximum(self.state - 2, 0)
        account = ordered["ID"].rank("dense").cast(pl.Int64).to_numpy()
        count = len(self.row)
        self.here = np.arange(count)
        is_first = np.concatenate([[True], account[1:] != account[:-1]])[:count]
        starts = np.flatnonzero(is_first)
        self.start = starts[np.cumsum(is_first) - 1] if count else self.here
        ends = np.append(starts[1:], count)
        self.end = ends[np.cumsum(is_first) - 1] if count else self.here
        span = int(self.month.max() - self.month.min() + 100) if count else 1
        self.key = account * span + (self.month - (self.month.min() if count else 0))

    def in_file_order(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame's rows, sorted here, as the file has them."""
        return frame[np.argsort(self.row)]

    def events(self) -> NDArray[np.int8]:
        """1, 0, or -1 for not known or already 60 days late, in the order of the file."""
        last_month = int(self.month.max(initial=np.iinfo(np.int64).min))
        until = np.minimum(
            np.searchsorted(self.key, self.key + WINDOW_MONTHS, side="right"), self.end
        )
        bad = self._within(self.level >= _BAD, self.here + 1, until) > 0
        is_whole = until - self.here - 1 == WINDOW_MONTHS
        is_known = is_whole | (bad & (self.month + WINDOW_MONTHS <= last_month))
        events = np.where(is_known & (self.level < _BAD), bad.astype(np.int8), -1)
        return events[np.argsort(self.row)].astype(np.int8)

    def features(self) -> pl.DataFrame:
        """Every feature, sorted by account and month."""
        late, owing = self.level >= _LATE, self.state >= STATES.index("0")
        paid_off, unused = self.state == STATES.index("C"), self.state == STATES.index("X")
        changed = np.concatenate([[False], self.state[1:] != self.state[:-1]])[: len(self.here)]
        changed &= self.here != self.start
        risen = np.concatenate([[False], self.level[1:] > self.level[:-1]])[: len(self.here)]
        began_owing = np.concatenate([[False], owing[1:] & ~owing[:-1]])[: len(self.here)]
        worse = (risen | began_owing) & (self.here != self.start)
        names = np.asarray(["X", "C", "0", "late"], dtype=object)
        named = names[np.minimum(self.state, 3)]
        before = np.where(self.here == self.start, None, np.roll(named, 1))
        on_book = self.month - self.month[self.start]
        numbers: dict[str, NDArray[np.float64] | Months] = {
            "late_level_now": self.level,
            "months_in_state": self._since(changed, otherwise=on_book),
            "late_level_worst": self._worst(),
            "months_since_late": self._since(late),
            "owing_share": self._within(owing, self.start, self.here + 1)
            / (self.here + 1 - self.start),
            "months_on_book": on_book,
            "worsenings_12": self._last(worse, 12),
            "months_since_paid_off": self._since(paid_off),
            "months_since_owing": self._since(owing),
            "state_changes": self._within(changed, self.start, self.here + 1),
            "paid_off_months_12": self._last(paid_off, 12),
            "unused_months_12": self._last(unused, 12),
        }
        numbers |= {f"late_months_{n}": self._last(late, n) for n in (3, 6, 12, 24)}
        numbers |= {f"owing_months_{n}": self._last(owing, n) for n in (3, 6, 12)}
        for name in BY_USE:
            column = np.asarray(numbers.pop(name), dtype=np.float64)
            numbers[f"{name}_unused"] = np.where(unused, column, np.nan)
            numbers[f"{name}_in_use"] = np.where(unused, np.nan, column)
        return pl.DataFrame(
            {name: np.asarray(column, dtype=np.float64) for name, column in numbers.items()}
        ).with_columns(
            pl.col(pl.Float64).fill_nan(None),
            status_now=pl.Series(list(named), dtype=pl.String),
            status_before=pl.Series(list(before), dtype=pl.String),
        )

    def _within(self, marks: NDArray[np.bool_], start: Months, stop: Months) -> Months:
        """How many marks stand from `start` to before `stop`."""
        total = np.concatenate([[0], np.cumsum(marks)])
        found: Months = total[stop] - total[start]
        return found

    def _last(self, marks: NDArray[np.bool_], months: int) -> Months:
        """How many of the account's last so many calendar months are marked, this one included."""
        start = np.searchsorted(self.key, self.key - months, side="right")
        return self._within(marks, np.maximum(start, self.start), self.here + 1)

    def _since(
        self, marks: NDArray[np.bool_], otherwise: Months | None = None
    ) -> NDArray[np.float64]:
        """Months since the last mark, 0 for this month; never: `otherwise`, or not a number."""
        last = np.maximum.accumulate(np.where(marks, self.here, -1))
        is_seen = last >= self.start
        months = (self.month - self.month[np.maximum(last, 0)]).astype(np.float64)
        return np.where(is_seen, months, np.nan if otherwise is None else otherwise)

    def _worst(self) -> Months:
        """The worst level so far within the account."""
        worst = np.zeros(len(self.here), dtype=np.int64)
        for level in range(1, len(STATES) - 2):
            seen = self._within(self.level >= level, self.start, self.here + 1) > 0
            worst = np.where(seen, level, worst)
        return worst
