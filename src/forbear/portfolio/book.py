"""The book on disk: Parquet files named by a manifest that changes in one step.

`book.json` names the one file of each table and partition that counts; a writer lays new
files beside the old ones and then replaces the manifest atomically (write, fsync, rename,
fsync of the folder). A crash before the rename leaves files nobody reads; the next writer
removes them. The manifest of the version before is kept, so the last import can be taken
back. Who calls and what may be imported is decided in `intake`.
"""

import fcntl
import hashlib
import json
import os
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl

from forbear.portfolio.schema import BOOK, SORTED_BY
from forbear.primitives.errors import RequestRefused, require

FORMAT = 1
DEFAULT_PARTITIONS = 16
MANIFEST = "book.json"
PREVIOUS = "book.previous.json"


class BookUnreadable(RequestRefused):
    """There is no book here, or it was written by another format."""

    code = "book_unreadable"


class BookMoved(RequestRefused):
    """Another tape came in between judging a change and writing it."""

    code = "book_moved"


class BookBusy(RequestRefused):
    """Another process is writing this book."""

    code = "book_busy"


@dataclass(frozen=True, slots=True)
class TapeRecord:
    """One accepted tape: what made the book what it is, for idempotence and for the manifest."""

    sha256: str
    file: str
    kind: str
    lender: str
    preset: str
    business_date: str
    accepted: int
    rejected: int
    quarantined: int
    notes: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the book consists of at one version."""

    version: int = 0
    partitions: int = DEFAULT_PARTITIONS
    tables: dict[str, dict[str, str]] = field(default_factory=dict)  # table → partition → file
    tapes: tuple[TapeRecord, ...] = ()
    lenders: dict[str, dict[str, str]] = field(default_factory=dict)
    status_scheme: str | None = None  # scheme id of `monthly_status`, if the book holds one
    format: int = FORMAT

    def text(self) -> str:
        """The manifest as canonical JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True) + "\n"

    @staticmethod
    def parse(text: str) -> "Manifest":
        """Read a manifest; raises `BookUnreadable` for another format."""
        try:
            raw: dict[str, Any] = json.loads(text)
        except ValueError as error:
            raise BookUnreadable(
                f"{MANIFEST} is damaged ({error}): restore the folder from its backup."
            ) from None
        if raw.get("format") != FORMAT:
            raise BookUnreadable(
                f"Book format {raw.get('format')} is not {FORMAT}: export it anew."
            )
        raw["tapes"] = tuple(TapeRecord(**record) for record in raw["tapes"])
        return Manifest(**raw)


def partition_of(lender: str, borrower_id: str, partitions: int) -> int:
    """Partition of a borrower: the same for ever, on every machine and version of Polars."""
    return zlib.crc32(f"{lender}\x1f{borrower_id}".encode()) % partitions


class Book:
    """A folder with a manifest. Reading never locks; one writer at a time."""

    def __init__(self, root: Path, manifest: Manifest) -> None:
        self.root = root
        self.manifest = manifest

    @staticmethod
    def open(root: Path) -> "Book":
        """The book in `root`; raises `BookUnreadable` when there is none."""
        try:
            text = (root / MANIFEST).read_text(encoding="utf-8")
        except OSError:
            raise BookUnreadable(
                f"No book in {root}: run `forbear import ... --book {root}` first."
            ) from None
        return Book(root, Manifest.parse(text))

    @staticmethod
    def open_or_new(root: Path, *, partitions: int = DEFAULT_PARTITIONS) -> "Book":
        """The book in `root`, or an empty one that comes to be with its first write."""
        if (root / MANIFEST).exists():
            return Book.open(root)
        return Book(root, Manifest(partitions=partitions))

    def path(self, table: str, partition: int) -> Path | None:
        """File of a table's partition, or None while it has no rows."""
        name = self.manifest.tables.get(table, {}).get(f"{partition:02d}")
        return self.root / name if name else None

    def scan(self, table: str, partition: int) -> pl.LazyFrame:
        """Rows of one partition, lazily; an empty frame of the right schema if there are none."""
        path = self.path(table, partition)
        if path is None:
            return pl.LazyFrame(schema=dict(BOOK[table]))
        return pl.scan_parquet(path)

    def scan_all(self, table: str) -> pl.LazyFrame:
        """Rows of a whole table; rows of different partitions share `loan_key` numbers."""
        files = sorted(self.manifest.tables.get(table, {}).values())
        if not files:
            return pl.LazyFrame(schema=dict(BOOK[table]))
        return pl.scan_parquet([self.root / name for name in files])

    def has(self, table: str) -> bool:
        """Whether any partition holds rows of `table`."""
        return bool(self.manifest.tables.get(table))

    def digest(self) -> str:
        """SHA-256 of the manifest: names the exact content, as file names carry their digests."""
        return hashlib.sha256(self.manifest.text().encode()).hexdigest()

    def taken(self, sha256: str, lender: str) -> TapeRecord | None:
        """The record of a tape already accepted, by content digest."""
        for record in self.manifest.tapes:
            if record.sha256 == sha256 and record.lender == lender:
                return record
        return None

    @contextmanager
    def writing(self, *, expected_version: int | None = None) -> Iterator["Draft"]:
        """A draft of the next version; it counts when the block ends without an error.

        `expected_version` is the version the change was judged against: when another writer came
        between, `BookMoved` is raised and nothing is written.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            lock_file = (self.root / ".lock").open("w")
        except OSError as error:
            raise BookUnreadable(
                f"Cannot write a book in {self.root} ({error.strerror}): name a folder you may write."
            ) from None
        with lock_file as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise BookBusy(f"Another import is writing {self.root}: wait for it.") from None
            if (self.root / MANIFEST).exists():
                self.manifest = Book.open(self.root).manifest
            if expected_version not in (None, self.manifest.version):
                raise BookMoved(
                    f"The book went from version {expected_version} to {self.manifest.version} "
                    "meanwhile: check the tape again and import it then."
                )
            draft = Draft(self)
            yield draft
            draft.publish()

    def restore_previous(self) -> None:
        """Take back the last tape. Raises `BookUnreadable` when the version before it is not kept.

        One step back is kept, not two: after taking back a tape the next older one stays.
        """
        with self.writing() as draft:
            try:
                kept = Manifest.parse((self.root / PREVIOUS).read_text(encoding="utf-8"))
            except OSError:
                raise BookUnreadable("No earlier version is kept: nothing to take back.") from None
            if not self.manifest.tapes or kept.tapes != self.manifest.tapes[:-1]:
                raise BookUnreadable(
                    "The version kept is not the one before the last tape: only one step back is "
                    "kept. Import a full snapshot instead."
                )
            draft.tables = {k: dict(v) for k, v in kept.tables.items()}
            draft.manifest_fields = asdict(kept)


class Draft:
    """Changes not yet in force: files are written beside the old ones, then named at once."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.tables = {name: dict(files) for name, files in book.manifest.tables.items()}
        self.manifest_fields: dict[str, Any] = asdict(book.manifest)
        self._remove_unnamed()

    def set_partitions(self, partitions: int) -> None:
        """Choose the number of partitions of a book that has no rows yet."""
        require(self.book.manifest.version == 0, "partitions are chosen once, with the first tape")
        self.book.manifest = replace(self.book.manifest, partitions=partitions)
        self.manifest_fields["partitions"] = partitions

    def replace(self, table: str, partition: int, frame: pl.DataFrame) -> None:
        """Make `frame` the whole of this table's partition (sorted and typed here)."""
        schema = BOOK[table]
        ordered = frame.select(pl.col(name).cast(kind) for name, kind in schema.items())
        ordered = ordered.sort(SORTED_BY[table], maintain_order=True)
        folder = self.book.root / table
        folder.mkdir(exist_ok=True)
        waiting = folder / f".p{partition:02d}.parquet"
        ordered.write_parquet(waiting, compression="zstd", compression_level=1)
        digest = _sync_and_digest(waiting)
        name = f"{table}/p{partition:02d}-{digest[:16]}.parquet"
        waiting.rename(self.book.root / name)
        self.tables.setdefault(table, {})[f"{partition:02d}"] = name

    def record(
        self,
        tape: TapeRecord,
        *,
        lender_terms: dict[str, str],
        status_scheme: str | None = None,
    ) -> None:
        """Name the tape these changes come from."""
        self.manifest_fields["tapes"] = [*self.manifest_fields["tapes"], asdict(tape)]
        self.manifest_fields["lenders"] = {
            **self.manifest_fields["lenders"],
            tape.lender: lender_terms,
        }
        if status_scheme is not None:
            self.manifest_fields["status_scheme"] = status_scheme

    def publish(self) -> None:
        """Put the new manifest in force; the one before stays as the way back."""
        root = self.book.root
        fields = {**self.manifest_fields, "tables": self.tables}
        fields["version"] = self.book.manifest.version + 1
        fields["tapes"] = tuple(TapeRecord(**record) for record in fields["tapes"])
        manifest = Manifest(**fields)
        _write_atomically(root / PREVIOUS, self.book.manifest.text())
        for table in self.tables:
            _sync_folder(root / table)
        _write_atomically(root / MANIFEST, manifest.text())
        self.book.manifest = manifest

    def _remove_unnamed(self) -> None:
        """Remove files neither the present nor the kept manifest names."""
        root = self.book.root
        named: set[str] = {f for files in self.tables.values() for f in files.values()}
        previous = root / PREVIOUS
        if previous.exists():
            kept = Manifest.parse(previous.read_text(encoding="utf-8")).tables
            named |= {f for files in kept.values() for f in files.values()}
        for table in BOOK:
            for path in (root / table).glob("*.parquet"):
                if f"{table}/{path.name}" not in named:
                    path.unlink()


def _sync_and_digest(path: Path) -> str:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    return digest


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_atomically(path: Path, text: str) -> None:
    waiting = path.with_suffix(".tmp")
    with waiting.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    waiting.rename(path)
    _sync_folder(path.parent)


def partitions_of(lender: str, borrower_ids: Sequence[str], partitions: int) -> list[int]:
    """`partition_of` for many borrowers of one lender."""
    start = zlib.crc32(f"{lender}\x1f".encode())
    return [zlib.crc32(b.encode(), start) % partitions for b in borrower_ids]
