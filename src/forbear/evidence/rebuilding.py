"""A log's whole tile tree again from its entries, held against a checkpoint that was signed.

The desk keeps every entry; the files can be lost or damaged. They are made aside first, and take
their places only when they lead to the checkpoint's root: entries that were changed in the desk
never overwrite tiles that are right.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from forbear.evidence.checkpoints import Checkpoint
from forbear.evidence.durable_files import DurableFiles
from forbear.evidence.errors import ProofError
from forbear.evidence.growing import GrowingTree
from forbear.evidence.leftovers import tiles_outside
from forbear.evidence.log_directory import CHECKPOINT, locked
from forbear.evidence.log_errors import CheckpointRefused, EntriesDiffer
from forbear.evidence.notes import open_checkpoint
from forbear.evidence.storage import Storage
from forbear.evidence.tiles import TILE_WIDTH, Tile, decode_bundle, tiles_of

_ASIDE = ".rebuilding"
_BATCH = TILE_WIDTH * 64
_PATHS_TOLD = 20
_HASH_SIZE = 32


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What was made again: how many files were missing or wrong, and the first of them."""

    checkpoint: Checkpoint
    files_changed: int
    first_changed: tuple[str, ...]


def rebuild(
    path: Path,
    entries: Iterable[bytes],
    *,
    checkpoint: str,
    verifier_keys: Sequence[str],
    origin: str,
    storage: Storage | None = None,
) -> Rebuilt:
    """Makes the log in a folder again from its entries, and publishes the signed checkpoint.

    `entries` are taken up to the size of the checkpoint. When they do not lead to its root nothing
    is changed, and `EntriesDiffer` names the first that is missing or that differs from a file on
    disk. A folder whose own checkpoint is newer, or has another root, is left alone.
    """
    disk = storage or Storage()
    head = open_checkpoint(checkpoint, verifier_keys, origin=origin).checkpoint
    lock = locked(path, disk)
    try:
        files = DurableFiles(path, disk)
        _check_not_back(files, head, verifier_keys, origin)
        files.remove_all(_ASIDE)
        tree = _made_aside(DurableFiles(path / _ASIDE, disk), islice(entries, head.size))
        if tree.size < head.size:
            raise EntriesDiffer(
                f"The entries end after {tree.size}, but the checkpoint covers {head.size}: entry "
                f"{tree.size} is the first that is missing. Nothing was changed.",
                index=tree.size,
            )
        if tree.root != head.root:
            raise _difference(files, head, tree.root)
        changed = _installed(files, head.size)
        files.clear_aside()
        files.replace(CHECKPOINT, checkpoint.encode(), aside=CHECKPOINT)
        # last, for the checkpoint before may have needed them
        for tile in list(tiles_outside(head.size, files.names)):
            files.remove(tile.path)
        return Rebuilt(head, len(changed), tuple(changed[:_PATHS_TOLD]))
    finally:
        DurableFiles(path, disk).remove_all(_ASIDE)
        disk.close(lock)


def _check_not_back(
    files: DurableFiles, head: Checkpoint, verifier_keys: Sequence[str], origin: str
) -> None:
    """A published checkpoint is never followed by a smaller one or by another root."""
    data = files.read(CHECKPOINT)
    try:
        note = (data or b"").decode()
        before = open_checkpoint(note, verifier_keys, origin=origin).checkpoint
    except (UnicodeDecodeError, ProofError):  # missing or damaged: it binds nobody
        return
    if before.size > head.size or (before.size == head.size and before.root != head.root):
        raise CheckpointRefused(
            f"The log has a signed checkpoint of {before.size} entries with root "
            f"{before.root.hex()}; going to {head.size} entries with root {head.root.hex()} would "
            "take back what was promised. Give the newest signed checkpoint."
        )


def _made_aside(aside: DurableFiles, entries: Iterator[bytes]) -> GrowingTree:
    """Writes exactly the files of the tree over these entries; memory stays flat."""
    aside.clear_aside()
    tree = GrowingTree()
    while batch := list(islice(entries, _BATCH)):
        growth = tree.grown(batch)
        tree = growth.tree
        aside.put((file.path, file.data) for file in growth.files if not file.tile.is_partial)
    aside.put((file.path, file.data) for file in tree.edge_files())
    return tree


def _installed(files: DurableFiles, size: int) -> list[str]:
    """Puts what was made aside in its place; the paths that were missing or wrong there."""
    paths = [tile.path for tile in tiles_of(size)]
    changed = [path for path in paths if files.read(path) != files.read(f"{_ASIDE}/{path}")]
    files.adopt(changed, below=_ASIDE)
    return changed


def _difference(files: DurableFiles, head: Checkpoint, root: bytes) -> EntriesDiffer:
    """Where the entries given first differ from what lies on disk, if anything does."""
    told = (
        f"The {head.size} entries lead to root {root.hex()}, but the checkpoint says "
        f"{head.root.hex()}"
    )
    for tile in tiles_of(head.size):
        held, made = files.read(tile.path), files.read(f"{_ASIDE}/{tile.path}")
        if held is None or made is None or held == made:
            continue
        index = _first_difference(tile, held, made)
        where = tile.path if index is None else f"entry {index}, in {tile.path}"
        return EntriesDiffer(
            f"{told}. They first differ from the files at {where}. Nothing was changed: compare "
            "that entry with another copy of the log.",
            index=index,
            path=tile.path,
        )
    return EntriesDiffer(
        f"{told}. No file on disk says which of them differ. Nothing was changed: compare the "
        "entries with another copy of the log."
    )


def _first_difference(tile: Tile, held: bytes, made: bytes) -> int | None:
    """The index of the first entry that differs; None where that cannot be known."""
    if tile.level:
        return None
    try:
        first, second = _parts(tile, held), _parts(tile, made)
    except ProofError:
        return None
    pairs = enumerate(zip(first, second, strict=False))
    different = (n for n, (one, other) in pairs if one != other)
    return tile.index * TILE_WIDTH + next(different, min(len(first), len(second)))


def _parts(tile: Tile, data: bytes) -> list[bytes]:
    if tile.level is None:
        return decode_bundle(data, tile.path)
    return [data[at : at + _HASH_SIZE] for at in range(0, len(data), _HASH_SIZE)]
