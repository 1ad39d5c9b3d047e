"""The mapping file: which source column fills which field, and how it is read.

A mapping is data (YAML); presets are mappings shipped in `presets/`. Faults of a mapping are
reported with file, key and remedy before any tape is opened. Format: docs/reference/tapes/mapping.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from forbear.intake.conversions import Transform
from forbear.intake.fields import KNOWN_CURRENCIES, TABLES, Field, Kind, fields_of
from forbear.primitives.errors import RequestRefused

TRANSFORM_KEYS = {"to", "required", "amount", "rate", "dates", "zone", "values"}
FILE_KEYS = {"file", "optional", "note_all", "columns", "constants", "leave_out"}
TOP_KEYS = {
    "id",
    "title",
    "shape",
    "currency",
    "zone",
    "status_scheme",
    "files",
    "leave_out_files",
    "terms",
}
AMOUNT_UNITS = ("major", "minor")
RATE_UNITS = ("decimal", "percent")
LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
AS_IT_STANDS = Transform()


class MappingFaulty(RequestRefused):
    """A mapping file that cannot be used; the text says where and what to write instead."""

    code = "mapping_faulty"


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """One source column and the one field it fills."""

    source: str
    table: str
    field: str
    kind: Kind
    required: bool = False
    allowed: tuple[str, ...] = ()
    limits: tuple[int, int] | None = None
    transform: Transform = AS_IT_STANDS


@dataclass(frozen=True, slots=True)
class FileMapping:
    """The columns of one file of the tape; `pattern` is a file name with `*`."""

    pattern: str
    columns: tuple[ColumnMapping, ...] = ()
    constants: tuple[tuple[str, str, str], ...] = ()  # table, field, text
    leave_out: tuple[str, ...] = ()
    optional: bool = False
    note_all: str | None = None  # every row is no loan: counted under this code


@dataclass(frozen=True, slots=True)
class TapeMapping:
    """A whole mapping: its shape decides how typed rows become the book's tables."""

    id: str
    shape: str
    currency: str | None
    files: tuple[FileMapping, ...]
    status_scheme: str | None = None
    title: Mapping[str, str] = field(default_factory=dict)
    terms: Mapping[str, str] = field(default_factory=dict)
    leave_out_files: tuple[str, ...] = ()
    is_shipped: bool = False

    @property
    def headings(self) -> Mapping[tuple[str, str], str]:
        """Table and field → the source column that fills it."""
        return {(c.table, c.field): c.source for f in self.files for c in f.columns}

    def for_file(self, name: str) -> FileMapping | None:
        """The mapping of a file by its name, or None when the tape leaves it aside."""
        return next((f for f in self.files if fnmatch(name, f.pattern)), None)


ShapeFields = Mapping[str, Mapping[str, Field]]
TABLE_FIELDS: ShapeFields = {table: fields_of(table) for table in TABLES}


def preset_names() -> tuple[str, ...]:
    """The presets shipped, in order of name."""
    folder = resources.files("forbear.intake").joinpath("presets")
    return tuple(sorted(p.name[:-5] for p in folder.iterdir() if p.name.endswith(".yaml")))


def read_mapping(text: str, *, file: str, shapes: Mapping[str, ShapeFields]) -> TapeMapping:
    """The mapping in `text`; raises `MappingFaulty` with file, line or key, and remedy.

    `shapes` are the shapes known and the fields each can fill.
    """
    try:
        # Every scalar as text: a column may be called `no`, a word be mapped from `1`.
        raw = LOADER(text).get_single_data()
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        line = f" line {mark.line + 1}" if mark else ""
        raise MappingFaulty(
            f"{file}{line}: not YAML. Check indentation and colons there."
        ) from None
    if not isinstance(raw, dict):
        raise MappingFaulty(f"{file}: a mapping starts with keys such as `id:` and `files:`.")
    reader = _Reader(file, text, raw, shapes)
    return reader.mapping()


def read_mapping_file(path: Path, *, shapes: Mapping[str, ShapeFields]) -> TapeMapping:
    """`read_mapping` of a file; raises `MappingFaulty` when it is not there."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise MappingFaulty(f"{path}: no mapping file in UTF-8 is here. Check the path.") from None
    return read_mapping(text, file=path.name, shapes=shapes)


class _Reader:
    """Reads one mapping and knows where it is, so that every fault names its line."""

    def __init__(
        self, file: str, text: str, raw: dict[str, Any], shapes: Mapping[str, ShapeFields]
    ) -> None:
        self.file = file
        self.lines = text.splitlines()
        self.raw = raw
        self.shapes = shapes
        self.fields: ShapeFields = {}

    def fault(self, key: str, what: str) -> MappingFaulty:
        number = next((i for i, line in enumerate(self.lines, 1) if key and key in line), 1)
        return MappingFaulty(f"{self.file} line {number}: {what}")

    def only(self, raw: Mapping[str, Any], known: set[str]) -> None:
        for key in raw:
            if key not in known:
                raise self.fault(
                    str(key), f"`{key}` is no key here; known: {', '.join(sorted(known))}."
                )

    def mapping(self) -> TapeMapping:
        raw = self.raw
        self.only(raw, TOP_KEYS)
        shape = raw.get("shape", "tables")
        if shape not in self.shapes:
            raise self.fault("shape", f"`shape` is one of {', '.join(sorted(self.shapes))}.")
        self.fields = self.shapes[shape]
        currency = raw.get("currency")
        if currency is not None and currency not in KNOWN_CURRENCIES:
            raise self.fault("currency", f"`currency` is one of {', '.join(KNOWN_CURRENCIES)}.")
        files = raw.get("files")
        if not isinstance(files, list) or not files:
            raise self.fault("files", "`files` lists at least one file with its `columns`.")
        return TapeMapping(
            id=str(raw.get("id", Path(self.file).stem)),
            shape=shape,
            currency=currency,
            files=tuple(self.file_mapping(f) for f in files),
            status_scheme=raw.get("status_scheme"),
            title=raw.get("title", {}),
            terms=raw.get("terms", {}),
            leave_out_files=tuple(raw.get("leave_out_files", ())),
        )

    def file_mapping(self, raw: Any) -> FileMapping:
        if not isinstance(raw, dict) or "file" not in raw:
            raise self.fault("files", 'each of `files` has `file: NAME`, for one-file tapes `"*"`.')
        self.only(raw, FILE_KEYS)
        columns: list[ColumnMapping] = []
        for source, entry in (raw.get("columns") or {}).items():
            entries = entry if isinstance(entry, list) else [entry]
            columns += [self.column(str(source), e) for e in entries]
        targets = [(c.table, c.field) for c in columns]
        for target in targets:
            if targets.count(target) > 1:
                raise self.fault(
                    target[1], f"two columns fill `{target[0]}.{target[1]}`: keep one."
                )
        constants = tuple(
            (*self.target(str(to))[:2], str(value))
            for to, value in (raw.get("constants") or {}).items()
        )
        self.check_currencies(columns, constants)
        return FileMapping(
            pattern=str(raw["file"]),
            columns=tuple(columns),
            constants=constants,
            leave_out=tuple(str(c) for c in raw.get("leave_out") or ()),
            optional=raw.get("optional") == "true",
            note_all=raw.get("note_all"),
        )

    def check_currencies(
        self, columns: list[ColumnMapping], constants: tuple[tuple[str, str, str], ...]
    ) -> None:
        """Yuan become fen only when the currency is known: not every one has two digits."""
        told = {c.table for c in columns if c.field == "currency"}
        told |= {table for table, name, _ in constants if name == "currency"}
        for column in columns:
            is_major = column.transform.unit == "major"
            if is_major and column.table not in told and not self.raw.get("currency"):
                what = f"`{column.source}` is in major units: say `currency: CNY` on top."
                raise self.fault(column.source, what)

    def target(self, to: str) -> tuple[str, str, Field]:
        table, _, name = to.partition(".")
        known = self.fields.get(table, {}).get(name)
        if known is None:
            tables = ", ".join(self.fields)
            raise self.fault(to, f"`{to}` is no field. Write TABLE.FIELD with a table of {tables}.")
        return table, name, known

    def column(self, source: str, entry: Any) -> ColumnMapping:
        options = {"to": entry} if isinstance(entry, str) else entry
        if not isinstance(options, dict) or not isinstance(options.get("to"), str):
            raise self.fault(source, f"column `{source}` needs `to: TABLE.FIELD`.")
        self.only(options, TRANSFORM_KEYS)
        table, name, known = self.target(options["to"])
        return ColumnMapping(
            source=source,
            table=table,
            field=name,
            kind=known.kind,
            required=options["required"] == "true" if "required" in options else known.required,
            allowed=known.allowed,
            limits=known.limits,
            transform=self.transform(source, options, known),
        )

    def transform(self, source: str, options: dict[str, Any], known: Field) -> Transform:
        unit = ""
        if known.kind is Kind.AMOUNT:
            unit = options.get("amount", "major")
            if unit not in AMOUNT_UNITS:
                raise self.fault(source, "`amount` is `major` (yuan) or `minor` (fen).")
        if known.kind is Kind.RATE:
            unit = options.get("rate", "decimal")
            if unit not in RATE_UNITS:
                raise self.fault(source, "`rate` is `decimal` (0.24) or `percent` (24).")
        dates = options.get("dates", ())
        formats = (dates,) if isinstance(dates, str) else tuple(dates)
        values = options.get("values") or {}
        return Transform(
            unit=unit,
            formats=formats,
            zone=str(options.get("zone", self.raw.get("zone", "Asia/Shanghai"))),
            values=tuple((str(k), str(v)) for k, v in values.items()),
        )
