"""A log on disk with one writer: entries are prepared, written, and then published by a checkpoint.

The folder is laid out as C2SP tlog-tiles says, so that `auditing` and other people's tools read it.
Writing has two phases because whoever signs must be able to keep the signed head safe in between:
`write` returns when every tile outlasts a power cut, `publish` puts the signed checkpoint over the
one before in one step. What no checkpoint covers was promised to nobody; opening the log removes
it, and finishes a publication that was under way. A file that a checkpoint covers is never written
again. After any error the object refuses all work: what is on disk then is found out by opening it.

A log may be opened for writing once at a time; the object is not for several threads.
"""

import contextlib
import posixpath
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from forbear.evidence.checkpoints import Checkpoint
from forbear.evidence.durable_files import ASIDE, DurableFiles
from forbear.evidence.errors import ProofError
from forbear.evidence.growing import GrowingTree, TileFile, first_fault, read_edge
from forbear.evidence.leftovers import FARTHEST_AHEAD, is_too_far, partials_behind, tiles_beyond
from forbear.evidence.log_errors import (
    BatchRefused,
    CheckpointRefused,
    LogDamaged,
    LogInUse,
    LogUnusable,
)
from forbear.evidence.notes import open_checkpoint
from forbear.evidence.storage import Storage
from forbear.evidence.tiles import TILE_WIDTH, Tile, level_count, level_width

CHECKPOINT = "checkpoint"
# what a checkpoint is called aside, while it is published and while that is finished
_PENDING = (CHECKPOINT, f"{CHECKPOINT}-again")

Sign = Callable[[int, bytes], str]
"""From size and root to the signed note of the checkpoint."""


@dataclass(frozen=True, slots=True)
class PreparedBatch:
    """Entries on their way: what the log will be with them, and the files that make it so."""

    old_size: int
    size: int
    root: bytes
    files: tuple[TileFile, ...]
    old_root: bytes
    tree: GrowingTree


class LogDirectory:
    """A log in a folder, held for writing. `open` gives one."""

    def __init__(
        self,
        *,
        files: DurableFiles,
        storage: Storage,
        lock: int,
        verifier_keys: Sequence[str],
        origin: str,
    ) -> None:
        self._files = files
        self._storage = storage
        self._lock: int | None = lock
        self._verifier_keys = tuple(verifier_keys)
        self._origin = origin
        self._is_usable = False
        self._tree = GrowingTree()
        self._root = self._tree.root
        self._checkpoint: Checkpoint | None = None
        # sizes whose partial tiles may go once the tile is full and published
        self._edges_to_prune: list[int] = [0]

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        verifier_keys: Sequence[str],
        origin: str,
        storage: Storage | None = None,
    ) -> Self:
        """The log in a folder at its last published checkpoint; a new one where there is none.

        The checkpoint must be signed by one of the keys, and the tiles at the right edge must lead
        to its root; else `LogDamaged` names the file. Leftovers of a crash are removed.
        """
        disk = storage or Storage()
        lock = locked(path, disk)
        log = cls(
            files=DurableFiles(path, disk),
            storage=disk,
            lock=lock,
            verifier_keys=verifier_keys,
            origin=origin,
        )
        try:
            log._recover()
        except BaseException:
            log.close()
            raise
        return log

    @property
    def size(self) -> int:
        """How many entries are written, published or not."""
        return self._tree.size

    @property
    def root(self) -> bytes:
        """The root over the entries that are written."""
        return self._root

    @property
    def checkpoint(self) -> Checkpoint | None:
        """The published checkpoint; None before the first."""
        return self._checkpoint

    def prepare(self, entries: Sequence[bytes]) -> PreparedBatch:
        """What the log will be with these entries; nothing is written and nothing changes."""
        self._check_usable()
        if not entries:
            raise BatchRefused("A batch of no entries changes nothing: wait until there is one.")
        if self.size + len(entries) > self._published_size + FARTHEST_AHEAD:
            raise BatchRefused(
                f"{len(entries)} entries would lie more than {FARTHEST_AHEAD} ahead of the published "
                "checkpoint. Publish what is written, or log them in smaller batches."
            )
        growth = self._tree.grown(entries)
        return PreparedBatch(
            old_size=self.size,
            size=growth.tree.size,
            root=growth.tree.root,
            files=growth.files,
            old_root=self._root,
            tree=growth.tree,
        )

    def write(self, batch: PreparedBatch) -> None:
        """Writes the files of a batch; when it returns they all outlast a power cut."""
        self._check_usable()
        if (batch.old_size, batch.old_root) != (self.size, self._root):
            raise BatchRefused(
                f"The batch was prepared for the log at {batch.old_size} entries, which now has "
                f"{self.size} or others. Nothing was written: prepare it again."
            )
        with self._in_danger():
            self._files.put((file.path, file.data) for file in batch.files)
            self._tree, self._root = batch.tree, batch.root
            self._edges_to_prune.append(batch.size)

    def publish(self, note: str) -> None:
        """Puts a signed checkpoint of what is written over the one before.

        It must be signed by the log's key, for its origin, with the size and root that are written;
        else it is refused and nothing changes. When it returns, the checkpoint outlasts a power cut.
        """
        self._check_usable()
        checkpoint = self._opened(note)
        if (checkpoint.size, checkpoint.root) != (self.size, self._root):
            raise CheckpointRefused(
                f"The checkpoint says {checkpoint.size} entries with root {checkpoint.root.hex()}; "
                f"written are {self.size} with root {self._root.hex()}. Published, it would promise "
                "what the log does not hold: sign the size and root of the written batch."
            )
        with self._in_danger():
            self._files.replace(CHECKPOINT, note.encode(), aside=CHECKPOINT)
            self._checkpoint = checkpoint
            self._prune()

    def append(self, entries: Sequence[bytes], sign: Sign) -> range:
        """Logs entries at once; their indices, when all of it outlasts a power cut."""
        batch = self.prepare(entries)
        self.write(batch)
        with self._in_danger():
            note = sign(batch.size, batch.root)
        try:
            self.publish(note)
        except BaseException:
            self._is_usable = False
            raise
        return range(batch.old_size, batch.size)

    def close(self) -> None:
        """Lets another writer in; this object is of no use afterwards."""
        self._is_usable = False
        if self._lock is not None:
            self._storage.close(self._lock)
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def _published_size(self) -> int:
        return 0 if self._checkpoint is None else self._checkpoint.size

    def _check_usable(self) -> None:
        if not self._is_usable:
            raise LogUnusable(
                "The log was closed, or an operation on it failed half-way. What was acknowledged "
                "is safe; open the log again to find out where it stands."
            )

    @contextlib.contextmanager
    def _in_danger(self) -> Iterator[None]:
        """Work after whose failure nothing is known about the disk."""
        self._is_usable = False
        yield
        self._is_usable = True

    def _opened(self, note: str) -> Checkpoint:
        return open_checkpoint(note, self._verifier_keys, origin=self._origin).checkpoint

    def _recover(self) -> None:
        """Finds the state on disk, finishes what was under way, removes what was left."""
        self._checkpoint = self._published()
        pending = self._pending()
        if self._checkpoint is not None:
            self._tree = self._tree_under(self._checkpoint)
        if pending is not None:
            place, note, checkpoint = pending
            self._tree = self._tree_under(checkpoint)
            # whether the bytes aside are durable is not known: written again, they are
            self._files.clear_aside(keep=place)
            other = next(name for name in _PENDING if name != place)
            self._files.replace(CHECKPOINT, note, aside=other)
            self._checkpoint = checkpoint
        elif self._checkpoint is not None:
            # who published it may have died before its name was durable
            self._files.sync_names("")
        self._root = self._tree.root
        self._files.clear_aside()
        self._remove_leftovers()
        self._edges_to_prune = [self.size]
        self._is_usable = True

    def _published(self) -> Checkpoint | None:
        data = self._files.read(CHECKPOINT)
        if data is None:
            return None
        try:
            return self._opened(data.decode())
        except (UnicodeDecodeError, ProofError) as error:
            raise LogDamaged(
                CHECKPOINT,
                f"it cannot be relied on ({error}) Nothing was changed. Bring the checkpoint back "
                "from a copy, or rebuild the log from its entries.",
            ) from error

    def _pending(self) -> tuple[str, bytes, Checkpoint] | None:
        """A signed checkpoint that was about to be published, and where it lies aside."""
        before = self._checkpoint
        for place in _PENDING:
            note = self._files.read(f"{ASIDE}/{place}")
            try:
                checkpoint = self._opened((note or b"").decode())
            except (UnicodeDecodeError, ProofError):  # not there, or cut short: it was never seen
                continue
            if before is None or checkpoint.size > before.size:
                return place, note or b"", checkpoint
            if checkpoint.size == before.size and checkpoint.root != before.root:
                raise LogDamaged(
                    f"{ASIDE}/{place}",
                    f"it signs another root for size {checkpoint.size} than {CHECKPOINT} does. The "
                    "log was forked: keep both files, and find out who signs with this key.",
                )
        return None

    def _tree_under(self, checkpoint: Checkpoint) -> GrowingTree:
        tree = read_edge(checkpoint.size, self._needed)
        if tree.root == checkpoint.root:
            return tree
        fault = first_fault(tree, self._needed)
        if fault is not None:
            raise fault
        lowest = next((file.path for file in tree.edge_files()), CHECKPOINT)
        raise LogDamaged(
            lowest,
            f"the files at the edge of the log lead to root {tree.root.hex()}, but its checkpoint "
            f"says {checkpoint.root.hex()} for {checkpoint.size} entries. The files or the "
            "checkpoint were changed: rebuild the log from its entries.",
        )

    def _needed(self, path: str) -> bytes:
        data = self._files.read(path)
        if data is None:
            raise LogDamaged(
                path,
                "it is not there, but the checkpoint covers it. Bring it back from a copy, or "
                "rebuild the log from its entries.",
            )
        return data

    def _remove_leftovers(self) -> None:
        beyond = list(tiles_beyond(self.size, self._files.names))
        for tile in beyond:
            if is_too_far(tile, self.size):
                raise LogDamaged(
                    tile.path,
                    f"it lies more than {FARTHEST_AHEAD} entries beyond the checkpoint's "
                    f"{self.size}. No crash leaves that: the checkpoint is missing or is an old "
                    "one. Nothing was removed; bring the newest checkpoint back.",
                )
        behind = list(partials_behind(self.size, self._files.names))
        for tile in (*beyond, *behind):
            self._files.remove(tile.path)
        for folder in sorted({posixpath.dirname(tile.path) for tile in behind}):
            with contextlib.suppress(OSError):  # something of somebody else's lies in it
                self._files.remove_folder(folder)

    def _prune(self) -> None:
        """Removes the partial files of tiles that are now full and published (tlog-tiles allows).

        The checkpoint is out whatever happens here; what cannot be removed stays until opening.
        """
        for size in self._edges_to_prune:
            for level in (None, *range(level_count(size) or 1)):
                index = level_width(size, level or 0) // TILE_WIDTH
                if (index + 1) * TILE_WIDTH > level_width(self.size, level or 0):
                    continue
                folder = posixpath.dirname(Tile(level, index, 1).path)
                with contextlib.suppress(OSError):
                    for name in self._files.names(folder):
                        self._files.remove(f"{folder}/{name}")
                    self._files.remove_folder(folder)
        self._edges_to_prune = [self.size]


def locked(path: Path, storage: Storage) -> int:
    """The log's folder, made where it is not there, held for one writer until closed."""
    _make_root(path, storage)
    try:
        return storage.lock(path)
    except BlockingIOError as error:
        raise LogInUse(
            f"Another process holds the log {path.name} for writing. One writer at a time keeps it "
            "from forking: stop the other, or let it do the work."
        ) from error


def _make_root(path: Path, storage: Storage) -> None:
    """The log's folder, with those above it, durable before the first entry is."""
    try:
        storage.make_directory(path)
    except FileExistsError:
        if storage.read(path / CHECKPOINT) is not None:
            return
    except FileNotFoundError:
        _make_root(path.parent, storage)
        storage.make_directory(path)
    storage.sync_directory(path.parent)
