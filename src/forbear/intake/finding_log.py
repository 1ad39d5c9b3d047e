"""Findings as columns while a tape is checked: a million rows may each have one.

Rows are known by one number over the whole tape (`row_id`); the log turns it back into file
and row as a person counts. Only the first findings become `Finding` values; counts by code are
always complete.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from forbear.primitives.findings import Finding, Level

ROW_ID = "row_id"
SHOWN_FINDINGS = 10_000

_COLUMNS = {
    ROW_ID: pl.UInt32(),
    "column": pl.String(),
    "value_class": pl.String(),
    "code": pl.String(),
    "level": pl.String(),
    "drags": pl.Boolean(),  # whether rows that hang on this one are quarantined with it
}


@dataclass(frozen=True, slots=True)
class FileRows:
    """Where one file's data rows lie in the numbering of the tape."""

    file: str
    start: int
    height: int


def row_ids(start: int, height: int) -> pl.Series:
    """The numbers of one file's rows."""
    return pl.int_range(start, start + height, dtype=pl.UInt32, eager=True).alias(ROW_ID)


class FindingLog:
    """Collects what is wrong; reading it back never changes it."""

    def __init__(self) -> None:
        self._rows: list[pl.DataFrame] = []
        self._files: list[Finding] = []

    def file(self, finding: Finding) -> None:
        """A fault of a whole file or column."""
        self._files.append(finding)

    def rows(
        self,
        ids: pl.Series,
        code: str,
        column: str | None,
        *,
        level: Level = Level.ERROR,
        value_class: str | pl.Series = "",
        drags: bool = True,
    ) -> None:
        """The same fault at many rows; `value_class` is one word or one per row."""
        if not len(ids):
            return
        kind = pl.lit(value_class) if isinstance(value_class, str) else value_class
        frame = pl.DataFrame({ROW_ID: ids.cast(pl.UInt32)}).with_columns(
            pl.lit(column, dtype=pl.String).alias("column"),
            kind.alias("value_class"),
            pl.lit(code).alias("code"),
            pl.lit(level.value).alias("level"),
            pl.lit(drags).alias("drags"),
        )
        self._rows.append(frame.select(list(_COLUMNS)))

    def table(self) -> pl.DataFrame:
        """Every finding on a row; one row and code and column counts once.

        A cell whose value was refused (a formula) is not reported as empty besides.
        """
        if not self._rows:
            return pl.DataFrame(schema=_COLUMNS)
        found = pl.concat(self._rows).unique([ROW_ID, "code", "column"], maintain_order=True)
        is_missing = pl.col("code") == "missing_value"
        if not found["code"].is_in(["formula_cell", "digits_lost"]).any():
            return found
        is_told = pl.struct(ROW_ID, "column").is_duplicated()
        return found.filter(~(is_missing & is_told))

    @property
    def of_files(self) -> tuple[Finding, ...]:
        """Faults of whole files or columns."""
        return tuple(self._files)


def located(
    table: pl.DataFrame, files: Sequence[FileRows], *, limit: int = SHOWN_FINDINGS
) -> tuple[Finding, ...]:
    """The first `limit` findings in order of file and row."""
    found = []
    ordered = table.sort(ROW_ID, "column", "code").head(limit)
    for row_id, column, value_class, code, level, _ in ordered.iter_rows():
        place = next(f for f in reversed(files) if f.start <= row_id)
        found.append(
            Finding(
                place.file,
                code,
                Level(level),
                row=row_id - place.start + 1,
                column=column,
                value_class=value_class or None,
            )
        )
    return tuple(found)


def counts_by_code(table: pl.DataFrame, of_files: Sequence[Finding]) -> Mapping[str, int]:
    """How often each code was found, complete, in order of code."""
    counts: dict[str, int] = dict(table["code"].value_counts().iter_rows())
    for finding in of_files:
        counts[finding.code] = counts.get(finding.code, 0) + 1
    return dict(sorted(counts.items()))
