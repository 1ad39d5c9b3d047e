"""The crash harness bites: a writer that leaves one precaution out does not live through it."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from evidence.crash_disk import BreakingDisk
from evidence.crash_histories import lived_through_cut, lived_through_kill_and_cut
from forbear.evidence.durable_files import DurableFiles
from forbear.evidence.growing import GrowingTree
from forbear.evidence.log_directory import LogDirectory
from forbear.evidence.log_errors import LogError

TRUE_WRITE = DurableFiles._write
TRUE_MAKE = DurableFiles._make


def writes_once(self: BreakingDisk, descriptor: int, data: Any) -> int:
    TRUE_DISK_WRITE(self, descriptor, data)
    return len(data)


TRUE_DISK_WRITE = BreakingDisk.write


def makes_without_syncing_above(self: DurableFiles, folder: str) -> None:
    before = set(self._names_unsynced)
    TRUE_MAKE(self, folder)
    self._names_unsynced = before


def publishes_before_writing(self: LogDirectory, entries: Any, sign: Any) -> range:
    batch = self.prepare(entries)
    self._files.replace("checkpoint", sign(batch.size, batch.root).encode(), aside="checkpoint")
    self.write(batch)
    self._checkpoint = self._published()
    return range(batch.old_size, batch.size)


def renames_only(self: DurableFiles, path: str, data: bytes, *, aside: str) -> None:
    place = self._root / ".writing" / aside
    TRUE_WRITE(self, [(place, data)])
    self._storage.rename(place, self._root / path)
    self.sync_names("")


LEFT_OUT: dict[str, tuple[type, str, Callable[..., Any]]] = {
    "content is not synced": (BreakingDisk, "sync", lambda self, descriptor: None),
    "names are not synced": (DurableFiles, "sync_names", lambda self, folder: None),
    "new folders are not synced above": (DurableFiles, "_make", makes_without_syncing_above),
    "short writes are taken for whole": (BreakingDisk, "write", writes_once),
    "leftovers stay": (LogDirectory, "_remove_leftovers", lambda self: None),
    "what lies aside stays": (DurableFiles, "clear_aside", lambda self: None),
    "a checkpoint is renamed into place only": (DurableFiles, "replace", renames_only),
    "a publication under way is dropped": (LogDirectory, "_pending", lambda self: None),
    "the checkpoint goes before the tiles": (LogDirectory, "append", publishes_before_writing),
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_a_precaution_left_out_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where, attribute, instead = LEFT_OUT[name]
    monkeypatch.setattr(where, attribute, instead)
    with pytest.raises((AssertionError, LogError, FileNotFoundError, FileExistsError)):
        for changes in sorted(range(1, 150), key=lambda n: n * 37 % 149):  # late ones soon
            for mode in ("lost", "kept", "mixed"):
                lived_through_cut(changes, mode, random.Random(changes))
        for killed_at in range(1, 60):
            for opening in range(1, 13):
                chance = random.Random(killed_at)
                lived_through_kill_and_cut((1, 255), killed_at, opening, "lost", chance)


def test_a_growing_tree_that_forgets_a_file_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    grown = GrowingTree.grown

    def forgets(self: GrowingTree, entries: Any) -> Any:
        growth = grown(self, entries)
        object.__setattr__(growth, "files", growth.files[:-1])
        return growth

    monkeypatch.setattr(GrowingTree, "grown", forgets)
    with pytest.raises(AssertionError):
        lived_through_cut(10**9, "kept", random.Random(1))
