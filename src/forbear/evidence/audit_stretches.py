"""The bottom of an audit: a stretch of entry bundles against their level-0 tiles.

A stretch knows nothing of the rest of the tree, so that several can be checked side by side. Most
of an audit's time goes here: each entry is hashed once, and each hash into its tile's root.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from forbear.evidence.audit_reports import (
    AuditFault,
    Disagreement,
    FaultKind,
    Findings,
    differing_positions,
)
from forbear.evidence.errors import TileFaulty
from forbear.evidence.merkle import LeafHashes, ParentHashes
from forbear.evidence.tiles import TILE_WIDTH, Tile, decode_bundle, tile_of

HASH_WIDTH = 32
CheckEntry = Callable[[int, bytes], str | None]
_UNKNOWN = bytes(HASH_WIDTH)  # stands for the root of a tile of which nothing is known


@dataclass(frozen=True, slots=True)
class Stretch:
    """Bundles `first` to `end` of a tree of `size`, and by which functions to check them.

    The functions travel to other processes, so they are defined at the top of a module.
    """

    directory: Path
    first: int
    end: int
    size: int
    leaf_hashes: LeafHashes
    parent_hashes: ParentHashes
    check_entry: CheckEntry | None
    limit: int


@dataclass(slots=True)
class StretchFound:
    """What a stretch gives to the level above: roots of full tiles, hashes of the partial one.

    `unknown` are tiles of which neither hashes nor entries could be read.
    """

    roots: bytes
    edge: bytes
    entries: int
    files: int
    unknown: list[int]
    findings: Findings


@dataclass(slots=True)
class _Progress:
    findings: Findings
    full: list[bytes] = field(default_factory=list)
    edge: bytes = b""
    entries: int = 0
    files: int = 0
    unknown: list[int] = field(default_factory=list)


def check_stretch(stretch: Stretch) -> StretchFound:
    """Every entry of the stretch hashed and compared; the roots of its full tiles."""
    done = _Progress(Findings(stretch.limit))
    for index in range(stretch.first, stretch.end):
        hashes = _check_pair(stretch, index, done)
        if hashes is None:
            done.unknown.append(index)
        elif tile_of(0, index, stretch.size).is_partial:
            done.edge = hashes
        else:
            done.full.append(hashes)
    roots = bytearray(tile_roots(b"".join(done.full), stretch.parent_hashes))
    for index in done.unknown:  # ascending, so that those before it are in place
        place = (index - stretch.first) * HASH_WIDTH
        if not tile_of(0, index, stretch.size).is_partial:
            roots[place:place] = _UNKNOWN
    return StretchFound(
        bytes(roots), done.edge, done.entries, done.files, done.unknown, done.findings
    )


def tile_roots(hashes: bytes, parent_hashes: ParentHashes) -> bytes:
    """The roots of full tiles whose hashes lie one after the other."""
    width = TILE_WIDTH
    while width > 1 and hashes:
        hashes = parent_hashes(hashes)
        width //= 2
    return hashes


def read_tile(directory: Path, tile: Tile) -> tuple[Tile, bytes] | None:
    """A file's bytes; where a partial one is gone, the full one's. None when there is neither."""
    for candidate in (tile, Tile(tile.level, tile.index)) if tile.is_partial else (tile,):
        try:
            return candidate, (directory / candidate.path).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            continue
    return None


def read_hashes(directory: Path, tile: Tile, findings: Findings) -> bytes | None:
    """The hashes of a tile, as many as the tree has; None after noting what is wrong with it."""
    found = read_tile(directory, tile)
    if found is None:
        findings.fault(_missing(tile))
        return None
    file, data = found
    if len(data) != file.width * HASH_WIDTH:
        message = f"{len(data)} bytes where {file.width} hashes have {file.width * HASH_WIDTH}"
        findings.fault(AuditFault(FaultKind.FILE_MALFORMED, file.path, message))
        return None
    return data[: tile.width * HASH_WIDTH]


def _check_pair(stretch: Stretch, index: int, done: _Progress) -> bytes | None:
    """Compare a bundle with its tile; the tile's hashes, or the entries' where it has none."""
    tile = tile_of(0, index, stretch.size)
    stored = read_hashes(stretch.directory, tile, done.findings)
    bundle, entries = _read_entries(stretch, tile_of(None, index, stretch.size), done.findings)
    done.files += (stored is not None) + (entries is not None)
    if entries is None:
        return stored
    done.entries += len(entries)
    if stretch.check_entry is not None:
        _check_entries(stretch.check_entry, bundle, entries, done.findings)
    computed = stretch.leaf_hashes(entries)
    if stored is None:
        return computed
    for position in differing_positions(stored, computed):
        place = slice(position * HASH_WIDTH, (position + 1) * HASH_WIDTH)
        done.findings.disagree(Disagreement(bundle, tile, position, stored[place], computed[place]))
    return stored


def _read_entries(
    stretch: Stretch, bundle: Tile, findings: Findings
) -> tuple[Tile, list[bytes] | None]:
    found = read_tile(stretch.directory, bundle)
    if found is None:
        findings.fault(_missing(bundle))
        return bundle, None
    file, data = found
    try:
        entries = decode_bundle(data, file.path)
    except TileFaulty as faulty:
        message = str(faulty).removeprefix(f"{file.path}: ")
        findings.fault(AuditFault(FaultKind.FILE_MALFORMED, file.path, message))
        return file, None
    if len(entries) != file.width:
        message = f"{len(entries)} entries where its name says {file.width}"
        findings.fault(AuditFault(FaultKind.FILE_MALFORMED, file.path, message))
        return file, None
    return file, entries[: bundle.width]


def _check_entries(
    check_entry: CheckEntry, bundle: Tile, entries: list[bytes], findings: Findings
) -> None:
    for position, entry in enumerate(entries):
        index = bundle.index * TILE_WIDTH + position
        objection = check_entry(index, entry)
        if objection is not None:
            message = f"entry {index}: {objection}"
            kind = FaultKind.ENTRY_FORBIDDEN
            findings.fault(AuditFault(kind, bundle.path, message, index, position))


def _missing(tile: Tile) -> AuditFault:
    message = "the tree has this file, but it is not there"
    return AuditFault(FaultKind.FILE_MISSING, tile.path, message)
