"""The right edge of a growing tree: what the next entries add, with memory that does not grow.

Of a tree of any size only the last, unfinished tile of each level is needed to go on: at most 255
hashes a level, and the entries of the last bundle. A tree is a value: `grown` gives a new one and
the files that are new or changed, and touches nothing on disk (`log_directory` does that).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from forbear.evidence.hashing import DIGEST_SIZE, leaf_hashes, parent_hashes
from forbear.evidence.log_errors import BatchRefused, LogDamaged
from forbear.evidence.merkle import EMPTY_ROOT
from forbear.evidence.tiles import (
    MAX_ENTRY_SIZE,
    TILE_WIDTH,
    Tile,
    decode_bundle,
    encode_bundle,
    level_count,
    level_width,
)

TILE_SIZE = TILE_WIDTH * DIGEST_SIZE
_TILE_HEIGHT = 8  # a tile spans eight levels of the binary tree


@dataclass(frozen=True, slots=True)
class TileFile:
    """One file of the log with its bytes."""

    tile: Tile
    data: bytes

    @property
    def path(self) -> str:
        return self.tile.path


@dataclass(frozen=True, slots=True)
class GrowingTree:
    """The right edge of a tree of `size` entries.

    `edges` holds the unfinished hash tile of each level, lowest first, and `bundle` the unfinished
    bundle of entries; each is empty where the size is a whole number of tiles.
    """

    size: int = 0
    edges: tuple[bytes, ...] = ()
    bundle: bytes = b""

    @property
    def root(self) -> bytes:
        """The root hash (RFC 6962 section 2.1): the whole subtrees at the edge, folded.

        >>> GrowingTree().root == EMPTY_ROOT
        True
        """
        found: bytes | None = None
        for edge in self.edges:
            nodes = edge
            while nodes:
                # an odd one out is a whole subtree: everything found so far lies to its right
                if len(nodes) // DIGEST_SIZE % 2:
                    last, nodes = nodes[-DIGEST_SIZE:], nodes[:-DIGEST_SIZE]
                    found = last if found is None else parent_hashes(last + found)
                nodes = parent_hashes(nodes)
        return EMPTY_ROOT if found is None else found

    def grown(self, entries: Sequence[bytes]) -> "Growth":
        """The tree with these entries behind its last, and every file they add or change.

        >>> growth = GrowingTree().grown([b"a", b"b"])
        >>> [file.path for file in growth.files]
        ['tile/entries/000.p/2', 'tile/0/000.p/2']
        """
        _check(entries)
        bundle, files = self._bundles(entries)
        hashes = leaf_hashes(entries)
        edges: list[bytes] = []
        for level in range(level_count(self.size + len(entries))):
            before = self.edges[level] if level < len(self.edges) else b""
            held = before + hashes
            whole = len(held) - len(held) % TILE_SIZE
            first = level_width(self.size, level) // TILE_WIDTH
            for start in range(0, whole, TILE_SIZE):
                tile = Tile(level, first + start // TILE_SIZE)
                files.append(TileFile(tile, held[start : start + TILE_SIZE]))
            edge = held[whole:]
            if edge and hashes:
                width = len(edge) // DIGEST_SIZE
                files.append(TileFile(Tile(level, first + whole // TILE_SIZE, width), edge))
            edges.append(edge)
            hashes = _tile_roots(held[:whole])
        return Growth(GrowingTree(self.size + len(entries), tuple(edges), bundle), tuple(files))

    def edge_files(self) -> tuple[TileFile, ...]:
        """The unfinished tiles and the unfinished bundle, as they lie on disk."""
        parts: list[tuple[int | None, bytes, int]] = [(None, self.bundle, self.size % TILE_WIDTH)]
        parts += [(level, edge, len(edge) // DIGEST_SIZE) for level, edge in enumerate(self.edges)]
        return tuple(
            TileFile(Tile(level, level_width(self.size, level or 0) // TILE_WIDTH, width), data)
            for level, data, width in parts
            if width
        )

    def _bundles(self, entries: Sequence[bytes]) -> tuple[bytes, list[TileFile]]:
        """The unfinished bundle after these entries, and every bundle they add or change."""
        index, held = divmod(self.size, TILE_WIDTH)
        files = []
        bundle, start = self.bundle, 0
        while start < len(entries):
            added = entries[start : start + TILE_WIDTH - held]
            bundle += encode_bundle(added)
            held, start = held + len(added), start + len(added)
            files.append(TileFile(Tile(None, index, held), bundle))
            if held == TILE_WIDTH:
                index, held, bundle = index + 1, 0, b""
        return bundle, files


@dataclass(frozen=True, slots=True)
class Growth:
    """A tree after a batch, and the files that are new or changed by it: bundles, then tiles."""

    tree: GrowingTree
    files: tuple[TileFile, ...]


def read_edge(size: int, read: Callable[[str], bytes]) -> GrowingTree:
    """The right edge of a tree of `size` entries from its files; `read` gives one by its path.

    The unfinished bundle is held against the unfinished tile of leaf hashes. Whether the edge has
    the root that was signed is the caller's question; where it has not, `first_fault` knows more.
    """
    index = size // TILE_WIDTH
    width = size % TILE_WIDTH
    edges = []
    for level in range(level_count(size)):
        held, edge_width = divmod(level_width(size, level), TILE_WIDTH)
        path = Tile(level, held, edge_width or TILE_WIDTH).path
        edge = read(path) if edge_width else b""
        if len(edge) != edge_width * DIGEST_SIZE:
            raise LogDamaged(
                path,
                f"{len(edge)} bytes; {edge_width} hashes take {edge_width * DIGEST_SIZE}. The file "
                "was cut or changed: rebuild the log from its entries.",
            )
        edges.append(edge)
    bundle = b""
    if width:
        path = Tile(None, index, width).path
        bundle = read(path)
        _check_bundle(path, bundle, edges[0])
    return GrowingTree(size, tuple(edges), bundle)


def first_fault(tree: GrowingTree, read: Callable[[str], bytes]) -> LogDamaged | None:
    """The lowest tile at the edge that is not what the whole tiles below it say.

    Each hash of a tile above the leaves is the root of one whole tile of the level below.
    """
    for level, edge in enumerate(tree.edges[1:], 1):
        held, width = divmod(level_width(tree.size, level), TILE_WIDTH)
        for position in range(width):
            below = Tile(level - 1, held * TILE_WIDTH + position).path
            data = read(below)
            expected = edge[position * DIGEST_SIZE : (position + 1) * DIGEST_SIZE]
            if len(data) != TILE_SIZE or _tile_roots(data) != expected:
                return LogDamaged(
                    below,
                    f"its root is not hash {position} of {Tile(level, held, width).path}: one of "
                    "the two was changed. Rebuild the log from its entries.",
                )
    return None


def _check(entries: Sequence[bytes]) -> None:
    if max(map(len, entries), default=0) <= MAX_ENTRY_SIZE:
        return
    position = next(i for i, entry in enumerate(entries) if len(entry) > MAX_ENTRY_SIZE)
    raise BatchRefused(
        f"Entry {position} of the batch has {len(entries[position])} bytes; a log holds entries of "
        f"at most {MAX_ENTRY_SIZE}. Nothing was logged; log a digest of it instead."
    )


def _check_bundle(path: str, bundle: bytes, leaves: bytes) -> None:
    try:
        hashes = leaf_hashes(decode_bundle(bundle, path))
    except ValueError as error:
        raise LogDamaged(path, f"it cannot be read ({error}). Rebuild the log.") from error
    if hashes == leaves:
        return
    pairs = range(0, max(len(hashes), len(leaves)), DIGEST_SIZE)
    wrong = next(p for p in pairs if hashes[p : p + DIGEST_SIZE] != leaves[p : p + DIGEST_SIZE])
    raise LogDamaged(
        path,
        f"entry {wrong // DIGEST_SIZE} of the bundle is not the one whose hash is in the tile of "
        "leaf hashes: one of the two files was changed. Rebuild the log from its entries.",
    )


def _tile_roots(tiles: bytes) -> bytes:
    """The root of each whole tile, end to end."""
    for _ in range(_TILE_HEIGHT):
        tiles = parent_hashes(tiles)
    return tiles
