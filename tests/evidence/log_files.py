"""What a log of some entries must look like on disk, by the definition and nothing faster."""

import hashlib
from collections.abc import Sequence

from forbear.evidence.merkle import leaf_hash, node_hash, root_hash
from forbear.evidence.tiles import TILE_WIDTH, encode_bundle, tiles_of


def made_entries(count: int, *, first: int = 0, salt: str = "") -> list[bytes]:
    """Entries that differ in content and in length, the same ones every time."""
    return [
        f"{salt}{i}:".encode() + hashlib.sha256(f"{salt}{i}".encode()).digest() * (i % 4)
        for i in range(first, first + count)
    ]


def leaves_of(entries: Sequence[bytes]) -> list[bytes]:
    return [leaf_hash(entry) for entry in entries]


def root_of(entries: Sequence[bytes]) -> bytes:
    return root_hash(leaves_of(entries))


def files_of(entries: Sequence[bytes]) -> dict[str, bytes]:
    """Every file of a log of these entries, as C2SP tlog-tiles lays them out."""
    levels = [leaves_of(entries)]
    while len(levels[-1]) >= TILE_WIDTH:
        level = levels[-1]
        for _ in range(8):
            level = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        levels.append(level)
    files = {}
    for tile in tiles_of(len(entries)):
        held = slice(tile.index * TILE_WIDTH, tile.index * TILE_WIDTH + tile.width)
        if tile.level is None:
            files[tile.path] = encode_bundle(entries[held])
        else:
            files[tile.path] = b"".join(levels[tile.level][held])
    return files
