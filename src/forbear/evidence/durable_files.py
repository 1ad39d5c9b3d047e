"""Files that are whole or not there, and outlast a power cut once they are said to be written.

A file is written aside, made durable, and then gets its name in one step, so that a reader never
sees half of one. Its folder is made durable after it, with every folder above that is new here.
"""

import contextlib
import posixpath
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

from forbear.evidence.storage import Storage

ASIDE = ".writing"
_FILES_AT_ONCE = 64  # open at the same time, written before the first is synced


class DurableFiles:
    """The files below one folder; paths are relative to it, with forward slashes."""

    __slots__ = ("_made", "_names_unsynced", "_root", "_storage", "_written_aside")

    def __init__(self, root: Path, storage: Storage) -> None:
        self._root = root
        self._storage = storage
        # folders whose own name, and those above it, this object has made durable or is about to
        self._made: set[str] = set()
        self._names_unsynced: set[str] = set()
        self._written_aside = 0

    def read(self, path: str) -> bytes | None:
        """The content, or None where there is no such file."""
        return self._storage.read(self._root / path)

    def names(self, folder: str) -> Sequence[str]:
        """What lies in the folder; nothing where there is none."""
        return self._storage.names(self._root / folder)

    def put(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Writes files under their names; when it returns they outlast a power cut."""
        rest = iter(files)
        while group := list(islice(rest, _FILES_AT_ONCE)):
            for path, _ in group:
                self._make(posixpath.dirname(path))
            aside = self._write_aside([data for _, data in group])
            for place, (path, _) in zip(aside, group, strict=True):
                self._name(place, path)
        self._sync_new_names()

    def adopt(self, paths: Iterable[str], *, below: str) -> None:
        """Gives files that lie durable below a folder of their own their names here, durably."""
        for path in paths:
            self._make(posixpath.dirname(path))
            self._name(self._root / below / path, path)
        self._sync_new_names()

    def sync_names(self, folder: str) -> None:
        """Makes the names in a folder durable."""
        self._storage.sync_directory(self._root / folder)

    def replace(self, path: str, data: bytes, *, aside: str) -> None:
        """Puts one file over another in one step, seen by nobody before it is sure to stay.

        Until the new name is durable the file has a second, durable one aside: a power cut that
        undoes what readers may have seen leaves it there, for the work to be finished.
        """
        kept, moved = self._root / ASIDE / aside, self._root / ASIDE / f"{aside}.named"
        self._write([(kept, data)])
        self.sync_names(ASIDE)
        self._storage.link(kept, moved)
        self._storage.rename(moved, self._root / path)
        self.sync_names(posixpath.dirname(path))
        self._storage.remove(kept)

    def remove(self, path: str) -> None:
        """Removes a file; whether its name is gone after a power cut is left open."""
        self._storage.remove(self._root / path)

    def remove_folder(self, folder: str) -> None:
        """Removes an empty folder, likewise."""
        self._storage.remove_directory(self._root / folder)
        self._made.discard(folder)

    def remove_all(self, folder: str) -> None:
        """Removes a folder and everything in it."""
        for name in self.names(folder):
            try:
                self.remove(f"{folder}/{name}")
            except (IsADirectoryError, PermissionError):
                self.remove_all(f"{folder}/{name}")
        with contextlib.suppress(FileNotFoundError):
            self.remove_folder(folder)

    def clear_aside(self, *, keep: str | None = None) -> None:
        """Removes what was left aside, but one file; the folder for it is there afterwards."""
        for folder in (self._root, self._root / ASIDE):
            with contextlib.suppress(FileExistsError):
                self._storage.make_directory(folder)
        for name in self.names(ASIDE):
            if name != keep:
                self.remove(f"{ASIDE}/{name}")

    def _name(self, place: Path, path: str) -> None:
        self._storage.rename(place, self._root / path)
        self._names_unsynced.add(posixpath.dirname(path))

    def _sync_new_names(self) -> None:
        for folder in sorted(self._names_unsynced):
            self.sync_names(folder)
        self._names_unsynced.clear()

    def _make(self, folder: str) -> None:
        """Makes a folder and those above it; each name above is to be synced once, made or met."""
        if folder in self._made:
            return
        if folder:
            above = posixpath.dirname(folder)
            self._make(above)
            with contextlib.suppress(FileExistsError):
                self._storage.make_directory(self._root / folder)
            self._names_unsynced.add(above)
        self._made.add(folder)

    def _write_aside(self, contents: Sequence[bytes]) -> list[Path]:
        first = self._written_aside
        self._written_aside += len(contents)
        places = [self._root / ASIDE / str(first + n) for n in range(len(contents))]
        self._write(list(zip(places, contents, strict=True)))
        return places

    def _write(self, files: Sequence[tuple[Path, bytes]]) -> None:
        """Writes new files whole and makes their content durable; all are closed at the end."""
        opened: list[int] = []
        try:
            for place, data in files:
                opened.append(self._storage.create(place))
                left = memoryview(data)
                while left:
                    taken = self._storage.write(opened[-1], left)
                    if taken <= 0:
                        raise OSError(f"{place.name}: the disk took none of {len(left)} bytes.")
                    left = left[taken:]
            for descriptor in opened:
                self._storage.sync(descriptor)
        finally:
            for descriptor in opened:
                self._storage.close(descriptor)
