"""Files in a log's directory that the checkpoint's tree does not name: do they contradict it?

Logs keep the partial files of earlier checkpoints and may delete them later; a log that grew on
has files past the checkpoint. Where such a file overlaps the tree it must say the same.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from forbear.evidence.audit_reports import AuditFault, FaultKind, Findings
from forbear.evidence.audit_stretches import HASH_WIDTH, read_tile
from forbear.evidence.errors import TileFaulty
from forbear.evidence.tiles import (
    TILE_WIDTH,
    Tile,
    decode_bundle,
    level_width,
    parse_tile_path,
    tile_of,
)

_MAX_STRANGERS = 100


@dataclass(slots=True)
class Leftovers:
    """How many files lie past the tree, and which files no log has."""

    beyond: int = 0
    strangers: list[str] = field(default_factory=list)


def check_leftovers(directory: Path, size: int, findings: Findings) -> Leftovers:
    """Look at every file below `tile/` that the tree of `size` does not name."""
    found = Leftovers()
    for path in _paths_below(directory, "tile"):
        try:
            tile = parse_tile_path(path)
        except TileFaulty:
            if len(found.strangers) < _MAX_STRANGERS:
                found.strangers.append(path)
            continue
        held = level_width(size, tile.level or 0) - tile.index * TILE_WIDTH
        if held <= 0:
            found.beyond += 1
        elif tile.width != min(held, TILE_WIDTH):
            found.beyond += held < tile.width
            _check_overlap(directory, tile, tile_of(tile.level, tile.index, size), findings)
    return found


def _check_overlap(directory: Path, leftover: Tile, tile: Tile, findings: Findings) -> None:
    common = min(leftover.width, tile.width)
    own = (directory / leftover.path).read_bytes()
    message = _contradiction(directory, leftover, own, tile, common)
    if message is not None:
        kind = FaultKind.LEFTOVER_DIFFERS
        findings.fault(AuditFault(kind, leftover.path, message, others=(tile.path,)))


def _contradiction(
    directory: Path, leftover: Tile, own: bytes, tile: Tile, common: int
) -> str | None:
    current = read_tile(directory, tile)
    if current is None:
        return None  # reported as missing already; there is nothing to hold this one against
    if tile.level is not None:
        if len(own) != leftover.width * HASH_WIDTH:
            return f"{len(own)} bytes where its name says {leftover.width} hashes"
        is_same = own[: common * HASH_WIDTH] == current[1][: common * HASH_WIDTH]
        return None if is_same else "its hashes are not those of the tree"
    try:
        entries = decode_bundle(own, leftover.path)
        tree_entries = decode_bundle(current[1], current[0].path)
    except TileFaulty as faulty:
        return str(faulty)
    if len(entries) != leftover.width:
        return f"{len(entries)} entries where its name says {leftover.width}"
    is_same = entries[:common] == tree_entries[:common]
    return None if is_same else "its entries are not those of the tree"


def _paths_below(directory: Path, start: str) -> Iterator[str]:
    waiting = [start]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(directory / folder) as listed:
                names = sorted((one.name, one.is_dir(follow_symlinks=False)) for one in listed)
        except FileNotFoundError:
            continue
        for name, is_folder in names:
            if is_folder:
                waiting.append(f"{folder}/{name}")
            else:
                yield f"{folder}/{name}"
