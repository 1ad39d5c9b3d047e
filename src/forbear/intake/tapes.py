"""A tape: one file or a folder of files, each with its part of the mapping."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from forbear.intake.mappings import FileMapping, TapeMapping
from forbear.intake.reading import RawTable, read_table
from forbear.intake.sources import (
    EXTENSIONS,
    Limits,
    Progress,
    TapeUnreadable,
    digest_of,
    open_source,
    unreadable,
)
from forbear.primitives.findings import Finding, Level


@dataclass(frozen=True, slots=True)
class Tape:
    """The files read, each once, with the digest that names this content for ever."""

    name: str
    sha256: str
    files: tuple[tuple[RawTable, FileMapping], ...]
    faults: tuple[Finding, ...] = ()

    @property
    def rows_read(self) -> int:
        """Data rows of all files."""
        return sum(raw.frame.height for raw, _ in self.files)


def open_tape(
    source: Path,
    mapping: TapeMapping,
    *,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> Tape:
    """Read what the mapping asks for. Raises `TapeUnreadable` for a file that cannot be read."""
    chosen, faults = _chosen(source, mapping)
    opened = []
    raws = []
    for path, part in chosen:
        file = open_source(path, limits=limits, progress=progress)
        opened.append(file)
        raws.append((read_table(file, limits=limits), part))
    if not opened and not faults:
        raise unreadable(source.name, "file_missing")
    sha256 = digest_of(opened) if opened else ""
    return Tape(source.name, sha256, tuple(raws), tuple(faults))


def _chosen(
    source: Path, mapping: TapeMapping
) -> tuple[Sequence[tuple[Path, FileMapping]], list[Finding]]:
    """The files to read and the ones that are missing."""
    if source.is_file():
        part = mapping.for_file(source.name)
        needed = [f for f in mapping.files if not f.optional]
        if part is None and len(needed) == 1:
            part = needed[0]
        if part is None:
            raise unreadable(source.name, "file_not_in_mapping", mapping=mapping.id)
        return [(source, part)], []
    if not source.is_dir():
        raise unreadable(source.name, "file_missing")
    found: list[tuple[Path, FileMapping]] = []
    faults: list[Finding] = []
    for part in mapping.files:
        paths = sorted(
            p for p in source.glob(part.pattern) if p.is_file() and p.suffix.lower() in EXTENSIONS
        )
        if len(paths) > 1 and part.pattern != "*":
            names = ", ".join(p.name for p in paths)
            raise unreadable(source.name, "file_ambiguous", files=names, pattern=part.pattern)
        if not paths and not part.optional:
            faults.append(_missing(source, part))
        found += [(path, part) for path in paths]
    read = {path for path, _ in found}
    faults += [_unread(path) for path in sorted(source.iterdir()) if _is_left(path, read, mapping)]
    return found, faults


def _is_left(path: Path, read: set[Path], mapping: TapeMapping) -> bool:
    """A data file the mapping says nothing about: a misspelt payments file must not pass unseen."""
    is_data = path.is_file() and path.suffix.lower() in EXTENSIONS and path.suffix != ".txt"
    return is_data and path not in read and path.name not in mapping.leave_out_files


def _unread(path: Path) -> Finding:
    return Finding(path.name, "file_not_read", Level.WARNING)


def _missing(source: Path, part: FileMapping) -> Finding:
    fault: TapeUnreadable = unreadable(source.name, "missing_file", pattern=part.pattern)
    return fault.finding
