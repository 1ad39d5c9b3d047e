"""The files of a log: which there are for a size, what they are called, how entries lie in them.

C2SP tlog-tiles. A hash tile of level L holds up to 256 consecutive hashes of subtrees of 256^L
leaves; an entry bundle holds up to 256 entries, each behind its length in two bytes. The last tile
of a level may be partial, and then says its width in its name. `reading` reads them, `auditing`
recomputes them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from forbear.evidence.errors import TileFaulty

TILE_WIDTH = 256
MAX_ENTRY_SIZE = 2**16 - 1  # an entry's length is written in two bytes
MAX_LEVEL = 63
_LEVEL_BITS = 8  # a tile spans eight levels of the binary tree
_PATH = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<index>(?:x[0-9]{3}/)*[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


@dataclass(frozen=True, slots=True)
class Tile:
    """One file of the log; `level` is None for a bundle of entries."""

    level: int | None
    index: int
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        if self.level is None:
            return entries_path(self.index, self.width)
        return tile_path(self.level, self.index, self.width)

    @property
    def is_partial(self) -> bool:
        return self.width < TILE_WIDTH


def tile_path(level: int, index: int, width: int = TILE_WIDTH) -> str:
    """Where the hash tile lies below the log's address.

    >>> tile_path(0, 1234067, 8)
    'tile/0/x001/x234/067.p/8'
    """
    if not 0 <= level <= MAX_LEVEL:
        raise TileFaulty(f"tile/{level}", f"a level is a number from 0 to {MAX_LEVEL}.")
    return _path(str(level), index, width)


def entries_path(index: int, width: int = TILE_WIDTH) -> str:
    """Where the bundle of entries lies below the log's address.

    >>> entries_path(67)
    'tile/entries/067'
    """
    return _path("entries", index, width)


def parse_tile_path(path: str) -> Tile:
    """The tile a path names; anything but the one spelling of a tile is refused.

    >>> parse_tile_path("tile/0/x001/067.p/8")
    Tile(level=0, index=1067, width=8)
    """
    found = _PATH.fullmatch(path)
    if found is not None:
        level = None if found["level"] == "entries" else int(found["level"])
        index = int(found["index"].replace("x", "").replace("/", ""))
        width = int(found["width"] or TILE_WIDTH)
        is_known = (level is None or level <= MAX_LEVEL) and index < 2**64
        is_width = width < TILE_WIDTH if found["width"] else True
        if is_known and is_width and (tile := Tile(level, index, width)).path == path:
            return tile
    raise TileFaulty(
        repr(path[:200]), "no file of a log is called so. See c2sp.org/tlog-tiles for the names."
    )


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """Entries as they lie in a bundle: each behind its length, two bytes, big-endian.

    >>> encode_bundle([b"a", b"bc"])
    b'\\x00\\x01a\\x00\\x02bc'
    """
    if not 0 < len(entries) <= TILE_WIDTH:
        raise TileFaulty(
            "tile/entries", f"a bundle holds 1 to {TILE_WIDTH} entries, not {len(entries)}."
        )
    parts = []
    for position, entry in enumerate(entries):
        if len(entry) > MAX_ENTRY_SIZE:
            raise TileFaulty(
                "tile/entries",
                f"entry {position} has {len(entry)} bytes; its length must fit in two bytes, so "
                f"{MAX_ENTRY_SIZE} is the most. Log a digest of it instead.",
            )
        parts.append(len(entry).to_bytes(2, "big"))
        parts.append(entry)
    return b"".join(parts)


def decode_bundle(data: bytes, path: str = "tile/entries") -> list[bytes]:
    """The entries of a bundle; `path` is named when it cannot be read.

    >>> decode_bundle(b"\\x00\\x01a\\x00\\x02bc")
    [b'a', b'bc']
    """
    entries: list[bytes] = []
    position, end = 0, len(data)
    while position < end:
        start = position + 2
        # two bytes at the end may be one: a length cut in half runs past the end like any other
        position = start + (data[position] << 8) + (data[position + 1] if start <= end else end)
        if position > end:
            raise TileFaulty(
                path,
                f"entry {len(entries)} of the bundle is cut short: the file ends at byte {end}. "
                "Fetch the file again.",
            )
        entries.append(data[start:position])
    if not 0 < len(entries) <= TILE_WIDTH:
        raise TileFaulty(path, f"{len(entries)} entries, but a bundle has 1 to {TILE_WIDTH}.")
    return entries


def level_width(size: int, level: int) -> int:
    """How many hashes the tiles of a level hold in all, in a tree of `size` entries."""
    return size >> (_LEVEL_BITS * level)


def level_count(size: int) -> int:
    """How many levels of tiles a tree of `size` entries has.

    >>> [level_count(size) for size in (0, 1, 255, 256, 65_536)]
    [0, 1, 1, 2, 3]
    """
    return (max(size, 0).bit_length() + _LEVEL_BITS - 1) // _LEVEL_BITS


def tile_of(level: int | None, index: int, size: int) -> Tile:
    """The tile as a tree of `size` entries has it: full, or partial at the right edge."""
    held = level_width(size, level or 0)
    return Tile(level, index, min(TILE_WIDTH, held - index * TILE_WIDTH))


def level_tiles(size: int, level: int | None) -> Iterator[Tile]:
    """The tiles of one level of a tree of `size` entries, left to right; None for the bundles."""
    for index in range(-(-level_width(size, level or 0) // TILE_WIDTH)):
        yield tile_of(level, index, size)


def tiles_of(size: int) -> Iterator[Tile]:
    """Every file of a tree of `size` entries: bundles first, then hash tiles level by level.

    >>> [tile.path for tile in tiles_of(257)][-3:]
    ['tile/0/000', 'tile/0/001.p/1', 'tile/1/000.p/1']
    """
    for level in (None, *range(level_count(size))):
        yield from level_tiles(size, level)


def _path(kind: str, index: int, width: int) -> str:
    if index < 0 or not 0 < width <= TILE_WIDTH:
        raise TileFaulty(
            f"tile/{kind}",
            f"tile {index} of width {width}: an index is 0 or more, a width 1 to {TILE_WIDTH}.",
        )
    digits = str(index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    parts = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    name = "/".join([*(f"x{part}" for part in parts[:-1]), parts[-1]])
    return f"tile/{kind}/{name}" + (f".p/{width}" if width < TILE_WIDTH else "")
