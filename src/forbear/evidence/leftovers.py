"""Files near the right edge of a log that its checkpoint does not know or no longer needs.

A crash between writing and publishing leaves tiles that no checkpoint covers. They were promised to
nobody, may differ from what is logged next, and are removed before anything is written.
"""

import posixpath
from collections.abc import Callable, Iterator, Sequence

from forbear.evidence.errors import TileFaulty
from forbear.evidence.tiles import TILE_WIDTH, Tile, level_count, level_width, parse_tile_path

# how far ahead of its checkpoint a log may have files: so far, and no further, a crash can leave some
FARTHEST_AHEAD = 1 << 18

Names = Callable[[str], Sequence[str]]


def tiles_beyond(size: int, names: Names) -> Iterator[Tile]:
    """Files near the edge that a tree of `size` entries has not come to."""
    for tile in _tiles_near_edge(size, names):
        if tile.index * TILE_WIDTH + tile.width > level_width(size, tile.level or 0):
            yield tile


def partials_behind(size: int, names: Names) -> Iterator[Tile]:
    """Partial files near the edge of tiles that are full in a tree of `size` entries."""
    for tile in _tiles_near_edge(size, names):
        if tile.is_partial and (tile.index + 1) * TILE_WIDTH <= level_width(size, tile.level or 0):
            yield tile


def is_too_far(tile: Tile, size: int) -> bool:
    """Whether no crash of ours can have left this file, so that it must not be removed."""
    width = level_width(size + FARTHEST_AHEAD, tile.level or 0)
    return tile.index * TILE_WIDTH + (tile.width if tile.is_partial else 1) > width


def tiles_outside(size: int, names: Names, folder: str = "tile") -> Iterator[Tile]:
    """Every tile file, wherever it lies, that is not one of a tree of `size` entries."""
    for name in names(folder):
        path = f"{folder}/{name}"
        yield from tiles_outside(size, names, path)
        try:
            tile = parse_tile_path(path)
        except TileFaulty:
            continue
        held = level_width(size, tile.level or 0) - tile.index * TILE_WIDTH
        if tile.width != min(held, TILE_WIDTH):
            yield tile


def _tiles_near_edge(size: int, names: Names) -> Iterator[Tile]:
    """Every tile file in the folders that hold the edge and what may lie ahead of it."""
    for level in (None, *range(level_count(size + FARTHEST_AHEAD))):
        edge = level_width(size, level or 0) // TILE_WIDTH
        last = level_width(size + FARTHEST_AHEAD, level or 0) // TILE_WIDTH + 1
        # a folder holds a thousand, so that no step passes one over
        indexes = (max(edge - 1, 0), *range(edge, last, 1000), last)
        for folder in sorted({posixpath.dirname(Tile(level, index).path) for index in indexes}):
            yield from _tiles_in(folder, names)


def _tiles_in(folder: str, names: Names) -> Iterator[Tile]:
    for name in names(folder):
        is_partial = name.endswith(".p")
        for below in names(f"{folder}/{name}") if is_partial else ("",):
            try:
                yield parse_tile_path(f"{folder}/{name}/{below}" if below else f"{folder}/{name}")
            except TileFaulty:  # a folder of further tiles, or nothing of ours
                continue
