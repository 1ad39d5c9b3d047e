"""A disk in memory that breaks on purpose: power cuts, full, short writes, failing syncs.

What was not synced may be gone after a power cut: the content of a file (old, cut short, or zeroes
where the new bytes were), and every name that was given, changed or removed in a folder.
"""

import errno
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from forbear.evidence.storage import Storage

ROOT = Path("/log")


class PowerCut(BaseException):
    """The machine is off: no handler of the program runs on."""


@dataclass(eq=False)
class File:
    content: bytearray = field(default_factory=bytearray)
    durable: bytes = b""
    sync_failed: bool = False  # the kernel has forgotten the bytes it could not write


@dataclass(eq=False)
class Folder:
    names: dict[str, "File | Folder"] = field(default_factory=dict)
    durable: dict[str, "File | Folder"] = field(default_factory=dict)


Fault = Callable[[int, str], None]
"""Told before each change its number and what it is; may raise."""


class BreakingDisk(Storage):
    """A file system that counts its changes and asks before each whether to break."""

    def __init__(
        self,
        top: Folder | None = None,
        *,
        fault: Fault = lambda number, operation: None,
        space: int | None = None,
        largest_write: int | None = None,
    ) -> None:
        self.top = top or Folder()
        self.fault = fault
        self.space = space
        self.largest_write = largest_write
        self.is_after_power_cut = False
        self.changes = 0
        self.log: list[tuple[str, str]] = []
        self._open: dict[int, File] = {}
        self._locked = False

    def lock(self, folder: Path) -> int:
        assert isinstance(self._at(folder), Folder)
        if self._locked:
            raise BlockingIOError
        self._locked = True
        return -1

    def make_directory(self, folder: Path) -> None:
        self._change("make_directory", folder)
        parent = self._at(folder.parent)
        if not isinstance(parent, Folder):
            raise FileNotFoundError(folder)
        if folder.name in parent.names:
            raise FileExistsError(folder)
        parent.names[folder.name] = Folder()

    def create(self, path: Path) -> int:
        self._change("create", path)
        folder = self._folder(path)
        if path.name in folder.names:
            raise FileExistsError(path)
        if self.space is not None and self.space <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        folder.names[path.name] = made = File()
        descriptor = max(self._open, default=0) + 1
        self._open[descriptor] = made
        return descriptor

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        self._change("write", Path(str(descriptor)))
        taken = len(data) if self.largest_write is None else min(len(data), self.largest_write)
        if self.space is not None:
            taken = min(taken, self.space)
            self.space -= taken
            if not taken:
                raise OSError(errno.ENOSPC, "No space left on device")
        self._open[descriptor].content += bytes(data[:taken])
        return taken

    def sync(self, descriptor: int) -> None:
        file = self._open[descriptor]
        try:
            self._change("sync", Path(str(descriptor)))
        except OSError:
            file.sync_failed = True
            raise
        if not file.sync_failed:
            file.durable = bytes(file.content)

    def close(self, descriptor: int) -> None:
        if descriptor == -1:
            self._locked = False
        else:
            del self._open[descriptor]

    def rename(self, source: Path, target: Path) -> None:
        self._change("rename", target)
        moved = self._folder(source).names.pop(source.name)
        self._folder(target).names[target.name] = moved

    def link(self, source: Path, target: Path) -> None:
        self._change("link", target)
        folder = self._folder(target)
        if target.name in folder.names:
            raise FileExistsError(target)
        folder.names[target.name] = self._folder(source).names[source.name]

    def remove(self, path: Path) -> None:
        self._change("remove", path)
        folder = self._folder(path)
        if isinstance(folder.names.get(path.name), Folder):
            raise IsADirectoryError(path)
        if folder.names.pop(path.name, None) is None:
            raise FileNotFoundError(path)

    def remove_directory(self, folder: Path) -> None:
        self._change("remove_directory", folder)
        held = self._at(folder)
        if not isinstance(held, Folder):
            raise FileNotFoundError(folder)
        if held.names:
            raise OSError(errno.ENOTEMPTY, "Directory not empty")
        del self._folder(folder).names[folder.name]

    def sync_directory(self, folder: Path) -> None:
        self._change("sync_directory", folder)
        held = self._at(folder)
        assert isinstance(held, Folder)
        held.durable = dict(held.names)

    def read(self, path: Path) -> bytes | None:
        found = self._at(path)
        return bytes(found.content) if isinstance(found, File) else None

    def names(self, folder: Path) -> Sequence[str]:
        found = self._at(folder)
        return sorted(found.names) if isinstance(found, Folder) else ()

    def files(self, folder: Path = ROOT) -> dict[str, bytes]:
        """Every file below the log's folder with its content."""
        found: dict[str, bytes] = {}
        for name in self.names(folder):
            data = self.read(folder / name)
            if data is None:
                found.update(self.files(folder / name))
            else:
                found[str((folder / name).relative_to(ROOT))] = data
        return found

    def killed(self) -> "BreakingDisk":
        """The disk as the next process finds it when only the one before died."""
        return BreakingDisk(self.top)

    def after_power_cut(self, mode: str, chance: random.Random) -> "BreakingDisk":
        """The disk when the power is back: what was not synced is "lost", "kept" or "mixed"."""
        survived: dict[int, File | Folder] = {}

        def file(old: File) -> File:
            content = _survivor(old, mode, chance)
            return File(bytearray(content), content)

        def node(old: "File | Folder") -> "File | Folder":
            # one file may have two names, when a rename survives in one folder only
            if id(old) not in survived:
                survived[id(old)] = file(old) if isinstance(old, File) else folder(old)
            return survived[id(old)]

        def folder(old: Folder) -> Folder:
            kept = {}
            for name in sorted(old.names.keys() | old.durable.keys()):
                versions = {"lost": old.durable.get(name), "kept": old.names.get(name)}
                chosen = versions[mode if mode != "mixed" else chance.choice(["lost", "kept"])]
                if chosen is not None:
                    kept[name] = node(chosen)
            return Folder(dict(kept), dict(kept))

        disk = BreakingDisk(folder(self.top))
        disk.is_after_power_cut = True
        return disk

    def _change(self, operation: str, path: Path) -> None:
        self.changes += 1
        self.log.append((operation, str(path)))
        self.fault(self.changes, operation)

    def _folder(self, path: Path) -> Folder:
        found = self._at(path.parent)
        if not isinstance(found, Folder):
            raise FileNotFoundError(path)
        return found

    def _at(self, path: Path) -> "File | Folder | None":
        found: File | Folder | None = self.top
        for name in path.parts[1:]:
            found = found.names.get(name) if isinstance(found, Folder) else None
        return found


def _survivor(file: File, mode: str, chance: random.Random) -> bytes:
    content, durable = bytes(file.content), file.durable
    if content == durable or mode == "kept":
        return content
    if mode == "lost":
        return durable
    cut = chance.randint(len(durable), len(content))
    return chance.choice([durable, content[:cut], durable + bytes(cut - len(durable)), content])
