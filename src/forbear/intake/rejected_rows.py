"""Rejected and quarantined rows as CSV, each with its findings beside it, to be mended.

The file opens in a spreadsheet, so a cell that would be a formula there gets an apostrophe in
front. It holds what the lender sent, names included: only the owner of the file may read it.
"""

from collections.abc import Iterable
from pathlib import Path

import polars as pl

from forbear.intake.catalogue import entry
from forbear.intake.checking import CheckedTape
from forbear.intake.finding_log import ROW_ID, row_ids
from forbear.intake.row_states import QUARANTINED, REJECTED

FORMULA_START = r"^[=+\-@\t\r]"
PLAIN_NUMBER = r"^[+-]?[\d,]*\.?\d+%?$"
OWNER_ONLY = 0o600


def escaped(frame: pl.DataFrame) -> pl.DataFrame:
    """Every cell as text no spreadsheet executes; plain numbers keep their sign.

    >>> escaped(pl.DataFrame({"a": ["=1+1", "-5.00", "@x", "林"]}))["a"].to_list()
    ["'=1+1", '-5.00', "'@x", '林']
    """

    def safe(name: str) -> pl.Expr:
        cell = pl.col(name).cast(pl.String)
        is_formula = cell.str.contains(FORMULA_START) & ~cell.str.contains(PLAIN_NUMBER)
        return (
            pl.when(is_formula).then(pl.concat_str(pl.lit("'"), cell)).otherwise(cell).alias(name)
        )

    return frame.select(safe(name) for name in frame.columns)


def rejected_rows(checked: CheckedTape) -> dict[str, pl.DataFrame]:
    """By file: the mapped columns of its rows not taken, with `forbear_row`, `_findings`, `_remedy`.

    What the mapping does not read is not copied either: nobody knows whose data it is.
    """
    beside = _beside(checked)
    found = {}
    for (raw, part), place in zip(checked.tape.files, checked.files, strict=True):
        ids = row_ids(place.start, place.height)
        mapped = {column.source for column in part.columns}
        kept = [name for name in raw.frame.columns if name in mapped]
        read = raw.frame.with_columns(ids).select(*kept, ROW_ID)  # a file may map no column
        rows = read.join(beside, on=ROW_ID, maintain_order="left")
        if rows.height:
            number = (pl.col(ROW_ID) - place.start + 1).alias("forbear_row")
            found[raw.file] = rows.with_columns(number).drop(ROW_ID)
    return found


def write_rejected_rows(checked: CheckedTape, folder: Path) -> list[Path]:
    """Write `rejected_rows` as CSV files, readable by their owner only."""
    paths = []
    for name, rows in rejected_rows(checked).items():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / f"{Path(name).stem}.csv"
        path.touch(mode=OWNER_ONLY)
        path.write_bytes(escaped(rows).write_csv(include_bom=True).encode())
        paths.append(path)
    return paths


def _beside(checked: CheckedTape) -> pl.DataFrame:
    """Row, its codes and its remedies; a quarantined row names why it waits."""
    errors = checked.faults.filter(pl.col("level") == "error")
    by_row: dict[int, list[str]] = {}
    for row_id, code in errors.select(ROW_ID, "code").unique(maintain_order=True).iter_rows():
        by_row.setdefault(row_id, []).append(code)
    states = checked.states.filter(pl.col("state").is_in([REJECTED, QUARANTINED]))
    ids = states[ROW_ID].to_list()
    codes = [sorted(by_row.get(i, ["quarantined"])) for i in ids]
    return pl.DataFrame(
        {
            ROW_ID: pl.Series(ids, dtype=pl.UInt32),
            "forbear_findings": pl.Series(["; ".join(c) for c in codes], dtype=pl.String),
            "forbear_remedy": pl.Series([_remedies(c) for c in codes], dtype=pl.String),
        }
    )


def _remedies(codes: Iterable[str]) -> str:
    return " ".join(entry(code).remedy_zh for code in codes)
