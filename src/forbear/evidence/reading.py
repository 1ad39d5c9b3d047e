"""Reading a log's tiles: hashes, roots, proofs and entries, with only the files they need.

C2SP tlog-tiles. What comes out is as true as the files: who reads checks it against a signed
checkpoint (`verify`, `notes`). The size of the tree is an argument, because which files there are
depends on it; where a partial tile is gone the full one stands in, as the specification allows.
"""

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from forbear.evidence.errors import ProofMalformed, TileFaulty, TileMissing
from forbear.evidence.merkle import (
    EMPTY_ROOT,
    ParentHashes,
    consistency_ranges,
    inclusion_ranges,
    leaf_hash,
    node_hash,
    plain_parent_hashes,
)
from forbear.evidence.tiles import TILE_WIDTH, Tile, decode_bundle, tile_of

NODE_SIZE = 32
TILE_HEIGHT = 8  # levels of the binary tree that one tile spans
Fetch = Callable[[str], bytes | None]


def files_of(directory: Path) -> Fetch:
    """A fetch function over a directory: the bytes of a path below it, None where there is none."""

    def fetch(path: str) -> bytes | None:
        try:
            return (directory / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    return fetch


class TileReader:
    """Hashes, proofs and entries of a log, by way of `fetch`; keeps the last tiles it read.

    Not for several threads at once.
    """

    __slots__ = ("_fetch", "_kept", "_kept_tiles", "_parent_hashes")

    def __init__(
        self,
        fetch: Fetch,
        *,
        kept_tiles: int = 256,
        parent_hashes: ParentHashes = plain_parent_hashes,
    ) -> None:
        self._fetch = fetch
        self._parent_hashes = parent_hashes
        self._kept_tiles = kept_tiles
        self._kept: OrderedDict[tuple[int | None, int], _HashTile | _Bundle] = OrderedDict()

    @classmethod
    def of_directory(
        cls, directory: Path, *, parent_hashes: ParentHashes = plain_parent_hashes
    ) -> "TileReader":
        return cls(files_of(directory), parent_hashes=parent_hashes)

    def root(self, size: int) -> bytes:
        """The root of the tree's first `size` leaves."""
        return self._range_root(0, size, size) if size else EMPTY_ROOT

    def leaf_hash(self, index: int, size: int) -> bytes:
        """The hash of entry `index`, as the level-0 tile has it."""
        _check_index(index, size)
        return self._node(index, 0, size)

    def entry(self, index: int, size: int) -> bytes:
        """Entry `index`, after it was found to have the hash of the level-0 tile."""
        expected = self.leaf_hash(index, size)
        number, position = divmod(index, TILE_WIDTH)
        tile = tile_of(None, number, size)
        held = self._kept.get((None, number))
        if not isinstance(held, _Bundle) or held.width < tile.width:
            path, data = self._read(tile)
            held = _Bundle(path, decode_bundle(data, path), tile.width)
            self._keep((None, number), held)
        entry = held.entries[position]
        if leaf_hash(entry) != expected:
            raise TileFaulty(
                held.path,
                f"entry {index} has hash {leaf_hash(entry).hex()}, but the level-0 tile says "
                f"{expected.hex()}. One of the two files was changed: run an audit of the log.",
            )
        return entry

    def inclusion_proof(self, index: int, size: int) -> list[bytes]:
        """The proof that entry `index` is in the tree of `size` (RFC 6962 section 2.1.1)."""
        return [self._range_root(a, b, size) for a, b in inclusion_ranges(index, size)]

    def consistency_proof(self, old_size: int, size: int) -> list[bytes]:
        """The proof that the tree grew from `old_size` to `size` (RFC 6962 section 2.1.2)."""
        return [self._range_root(a, b, size) for a, b in consistency_ranges(old_size, size)]

    def _range_root(self, first: int, end: int, size: int) -> bytes:
        """The root of leaves `first` to `end`, a range as RFC 6962 splits a tree."""
        roots = []
        while first < end:
            height = (end - first).bit_length() - 1
            roots.append(self._node(first >> height, height, size))
            first += 1 << height
        root = roots.pop()
        while roots:
            root = node_hash(roots.pop(), root)
        return root

    def _node(self, index: int, height: int, size: int) -> bytes:
        """The root of the full subtree of 2^height leaves with this index among its equals."""
        level, inner = divmod(height, TILE_HEIGHT)
        number, position = divmod(index, 1 << (TILE_HEIGHT - inner))
        tile = tile_of(level, number, size)
        held = self._kept.get((level, number))
        if not isinstance(held, _HashTile) or held.width < tile.width:
            data = self._read(tile)[1][: tile.width * NODE_SIZE]
            held = _HashTile(data, self._parent_hashes)
            self._keep((level, number), held)
        return held.node(position, inner)

    def _read(self, tile: Tile) -> tuple[str, bytes]:
        for candidate in dict.fromkeys((tile, Tile(tile.level, tile.index))):
            data = self._fetch(candidate.path)
            if data is None:
                continue
            if tile.level is not None and len(data) != candidate.width * NODE_SIZE:
                raise TileFaulty(
                    candidate.path,
                    f"{len(data)} bytes where {candidate.width} hashes have "
                    f"{candidate.width * NODE_SIZE}. Fetch the file again.",
                )
            if tile.level is None:
                _check_bundle_width(candidate, data)
            return candidate.path, data
        raise TileMissing(
            tile.path, "the tree has this file, but it is not here, so nothing in it can be shown."
        )

    def _keep(self, name: tuple[int | None, int], held: "_HashTile | _Bundle") -> None:
        self._kept[name] = held
        self._kept.move_to_end(name)
        while len(self._kept) > self._kept_tiles:
            self._kept.popitem(last=False)


class _HashTile:
    """The hashes of a tile, and of the nodes above them once somebody asked."""

    __slots__ = ("_levels", "_parent_hashes", "width")

    def __init__(self, data: bytes, parent_hashes: ParentHashes) -> None:
        self.width = len(data) // NODE_SIZE
        self._levels = [data]
        self._parent_hashes = parent_hashes

    def node(self, position: int, height: int) -> bytes:
        while len(self._levels) <= height:
            below = self._levels[-1]
            full = len(below) // (2 * NODE_SIZE) * (2 * NODE_SIZE)
            self._levels.append(self._parent_hashes(below[:full]))
        start = position * NODE_SIZE
        return self._levels[height][start : start + NODE_SIZE]


class _Bundle:
    """The entries of a bundle, and the file they were read from."""

    __slots__ = ("entries", "path", "width")

    def __init__(self, path: str, entries: list[bytes], width: int) -> None:
        self.path = path
        self.entries = entries
        self.width = width


def _check_bundle_width(bundle: Tile, data: bytes) -> None:
    found = len(decode_bundle(data, bundle.path))
    if found != bundle.width:
        raise TileFaulty(
            bundle.path, f"{found} entries where its name says {bundle.width}. Fetch it again."
        )


def _check_index(index: int, size: int) -> None:
    if not 0 <= index < size:
        raise ProofMalformed(
            f"There is no entry {index} in a tree of {size}. Ask for an index below the size."
        )
