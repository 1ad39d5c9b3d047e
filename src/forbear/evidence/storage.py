"""Every call to the file system that writing a log makes: one object, so that tests can break it.

Nothing here decides anything. A file or a name is only sure to outlast a power cut after `sync` of
the file and `sync_directory` of the folder that names it.
"""

import fcntl
import os
from collections.abc import Sequence
from pathlib import Path


class Storage:
    """The machine's own file system."""

    def lock(self, folder: Path) -> int:
        """Holds the folder for one writer until closed; `BlockingIOError` where another holds it."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor

    def make_directory(self, folder: Path) -> None:
        """Makes one folder; `FileExistsError` where it is."""
        folder.mkdir()

    def create(self, path: Path) -> int:
        """A new file open for writing; `FileExistsError` where there is one: none is overwritten."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        return os.open(path, flags, 0o644)

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        """How many of the bytes were taken: may be fewer than given."""
        return os.write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        """Returns when the content is on disk."""
        os.fsync(descriptor)

    def close(self, descriptor: int) -> None:
        os.close(descriptor)

    def rename(self, source: Path, target: Path) -> None:
        """The target is the source from now on, in one step, also where there was one."""
        source.replace(target)

    def link(self, source: Path, target: Path) -> None:
        """A second name for a file; `FileExistsError` where there is one so named."""
        target.hardlink_to(source)

    def remove(self, path: Path) -> None:
        path.unlink()

    def remove_directory(self, folder: Path) -> None:
        folder.rmdir()

    def sync_directory(self, folder: Path) -> None:
        """Returns when the names in the folder are on disk."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def read(self, path: Path) -> bytes | None:
        """The content, or None where there is no such file."""
        try:
            return path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def names(self, folder: Path) -> Sequence[str]:
        """What lies in the folder, by name; nothing where there is no such folder."""
        try:
            return sorted(child.name for child in folder.iterdir())
        except (FileNotFoundError, NotADirectoryError):
            return ()
