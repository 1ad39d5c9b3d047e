"""A first mapping for a file nobody mapped before: a preset that fits, else by its headings.

A person checks and changes it (console, step 2); `mapping_text` turns their choice into a mapping
file, and the same file and mapping always give the same import.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import polars as pl
import yaml

from forbear.intake.conversions import text
from forbear.intake.fields import PERSON_FIELDS, Kind
from forbear.intake.mappings import ColumnMapping, ShapeFields, TapeMapping, preset_names
from forbear.intake.masking import masked
from forbear.intake.presets.catalogue import SHAPE_FIELDS, preset
from forbear.intake.reading import RawTable

SAMPLES = 3
FITS_PERCENT = 80
FLAT = "forbear-flat"


@dataclass(frozen=True, slots=True)
class ColumnProposal:
    """One source column: three masked values and where it may go; no target, no reading."""

    source: str
    samples: tuple[str, ...]
    is_refused: bool  # a third-party column: its values were not read
    to: str | None = None  # TABLE.FIELD
    kind: str | None = None
    transform: Mapping[str, Any] | None = None  # as in a mapping file
    required: bool = False


@dataclass(frozen=True, slots=True)
class MappingProposal:
    """What was proposed, and which required fields no column fills yet."""

    shape: str
    preset: str | None  # the shipped mapping that fits, if one does
    columns: tuple[ColumnProposal, ...]
    missing: tuple[str, ...]


def fitting_preset(name: str, headings: tuple[str, ...]) -> TapeMapping | None:
    """The preset most of whose columns for this file are there, and nearly all required ones."""
    best: tuple[int, TapeMapping] | None = None
    for preset_name in preset_names():
        mapping = preset(preset_name)
        part = mapping.for_file(name)
        if part is None or not part.columns:
            continue
        sources = {c.source for c in part.columns}
        share = len(sources & set(headings)) * 100 // len(sources)
        if share >= FITS_PERCENT and (best is None or share > best[0]):
            best = (share, mapping)
    return best[1] if best else None


def propose_mapping(raw: RawTable) -> MappingProposal:
    """Where each column of the file may go."""
    mapping = fitting_preset(raw.file, raw.headings)
    shape = mapping.shape if mapping else preset(FLAT).shape
    columns = _preset_columns(mapping, raw) if mapping else _by_headings(raw)
    proposals = tuple(_proposal(raw, heading, columns.get(heading)) for heading in raw.headings)
    filled = {f"{c.table}.{c.field}" for c in columns.values()}
    needed = _required(SHAPE_FIELDS[shape], {c.table for c in columns.values()} or {"row"})
    return MappingProposal(
        shape=shape,
        preset=mapping.id if mapping else None,
        columns=proposals,
        missing=tuple(to for to in needed if to not in filled),
    )


def mapping_text(
    mapping_id: str, shape: str, columns: Mapping[str, Mapping[str, Any]], *, currency: str | None
) -> str:
    """A mapping file for one-file tapes; `columns` maps a heading to `{to: ..., amount: ...}`."""
    raw: dict[str, Any] = {"id": mapping_id, "shape": shape}
    if currency:
        raw["currency"] = currency
    raw["files"] = [{"file": "*", "columns": {h: dict(entry) for h, entry in columns.items()}}]
    return yaml.safe_dump(raw, allow_unicode=True, sort_keys=False)


def target_fields(shape: str) -> tuple[str, ...]:
    """Every TABLE.FIELD a column may be sent to under a shape."""
    return tuple(f"{t}.{name}" for t, fields in SHAPE_FIELDS[shape].items() for name in fields)


def _required(fields: ShapeFields, tables: set[str]) -> list[str]:
    return [f"{t}.{name}" for t in tables for name, f in fields.get(t, {}).items() if f.required]


def _preset_columns(mapping: TapeMapping, raw: RawTable) -> dict[str, ColumnMapping]:
    part = mapping.for_file(raw.file)
    columns = part.columns if part else ()
    return {
        c.source: c for c in columns if c.source in raw.headings and c.source not in raw.refused
    }


def _by_headings(raw: RawTable) -> dict[str, ColumnMapping]:
    words = _synonyms()
    found: dict[str, ColumnMapping] = {}
    for heading in raw.headings:
        column = words.get(_plain(heading))
        is_free = column is not None and column.field not in {c.field for c in found.values()}
        if column is not None and is_free and heading not in raw.refused:
            found[heading] = column
    return found


@cache
def _synonyms() -> dict[str, ColumnMapping]:
    """Plain heading → column of the flat preset."""
    path = resources.files("forbear.intake").joinpath("words/headings.yaml")
    raw: dict[str, list[str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    columns = {c.field: c for c in preset(FLAT).files[0].columns}
    found = {_plain(c.source): c for c in columns.values()}
    for field, headings in raw.items():
        found |= {_plain(heading): columns[field] for heading in (field, *headings)}
    return found


def _plain(heading: str) -> str:
    return re.sub(r"[\s_\-./()（）:：]+", "", heading).lower()


def _proposal(raw: RawTable, heading: str, column: ColumnMapping | None) -> ColumnProposal:
    if heading in raw.refused or heading not in raw.frame.columns:
        return ColumnProposal(heading, (), is_refused=heading in raw.refused)
    values = text(raw.frame[heading]).drop_nulls().head(SAMPLES).to_list()
    if column is None:
        return ColumnProposal(heading, tuple(masked("", v) for v in values), is_refused=False)
    is_personal = column.field in PERSON_FIELDS
    samples = tuple(masked(column.field, v) if is_personal else v for v in values)
    return ColumnProposal(
        source=heading,
        samples=samples,
        is_refused=False,
        to=f"{column.table}.{column.field}",
        kind=column.kind.value,
        transform=_transform(column, raw.frame[heading]),
        required=column.required,
    )


def _transform(column: ColumnMapping, values: pl.Series) -> dict[str, Any]:
    """The options the values suggest: yuan or fen, percent or decimal, the words' meaning."""
    if column.kind is Kind.AMOUNT:
        return {"amount": column.transform.unit}
    if column.kind is Kind.RATE:
        shares = text(values).str.strip_suffix("%").cast(pl.Float64, strict=False)
        return {"rate": "percent" if (shares > 1).any() else "decimal"}
    if column.transform.values:
        return {"values": dict(column.transform.values)}
    return {}
