"""Reads the files a card is trained on: Parquet or CSV, one file or a folder of named ones."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from pathlib import Path

import polars as pl

from forbear.scoring.errors import ScoringRefused

SUFFIXES = (".parquet", ".csv")
_CHUNK = 1 << 20


def named_file(folder: Path, name: str) -> Path:
    """`name.parquet` or `name.csv` of a folder. Raises `ScoringRefused` when neither is there."""
    found = [folder / (name + suffix) for suffix in SUFFIXES]
    for path in found:
        if path.is_file():
            return path
    raise ScoringRefused(
        "file-missing",
        f"{folder} has no {name}.parquet or {name}.csv, which this preset reads. "
        "Name the folder of the data set with --data.",
    )


def only_file(place: Path) -> Path:
    """The file itself, or the one data file of a folder."""
    if place.is_file():
        return place
    if not place.is_dir():
        raise ScoringRefused(
            "file-missing", f"There is no file or folder {place}: name the data with --data."
        )
    found = sorted(path for path in place.iterdir() if path.suffix in SUFFIXES)
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        raise ScoringRefused(
            "file-unclear",
            f"{place} should hold one Parquet or CSV file, it holds: {names}. Name one with --data.",
        )
    return found[0]


def read_columns(
    path: Path, needed: Collection[str] = (), wanted: Iterable[str] = ()
) -> pl.DataFrame:
    """The file's rows; with `needed` only those columns (and `wanted` ones that are there).

    Dates of a CSV stay texts: `column_kinds` reads them, with wall times as they are written.
    """
    try:
        scanned = (
            pl.scan_parquet(path)
            if path.suffix == ".parquet"
            else pl.scan_csv(path, infer_schema_length=None)
        )
        present = scanned.collect_schema().names()
        missing = [name for name in needed if name not in present]
        if missing:
            raise ScoringRefused(
                "column-missing",
                f"{path.name} lacks {', '.join(missing)}; it has {', '.join(present[:40])}. "
                "Rename the column in the file, or name another file.",
            )
        chosen = list(needed) + [n for n in wanted if n in present and n not in needed]
        return (scanned.select(chosen) if chosen else scanned).collect()
    except pl.exceptions.PolarsError as fault:
        raise ScoringRefused(
            "file-unreadable",
            f"{path.name} cannot be read as {path.suffix[1:]}: {str(fault).splitlines()[0]} "
            "Write it again as Parquet or as CSV in UTF-8 with a header line.",
        ) from fault


def data_digest(files: Iterable[Path]) -> str:
    """SHA-256 over the files' names and bytes, in the order of their names."""
    total = hashlib.sha256()
    for path in sorted(files, key=lambda one: one.name):
        total.update(path.name.encode() + b"\0")
        with path.open("rb") as opened:
            while chunk := opened.read(_CHUNK):
                total.update(chunk)
    return total.hexdigest()
