"""Opening a lender's file: one pass over its bytes, and nothing believed before it is checked.

Decides format, encoding and digest, and refuses what would fill memory or cannot be read:
size, a line without end, an encoding nobody can be sure of. What the bytes say is for `reading`.
"""

import codecs
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from forbear.intake.encodings import Encoding, detect_gb18030
from forbear.primitives.errors import ForbearError
from forbear.primitives.findings import Finding, Level

CHUNK_BYTES = 256 * 1024
MIB = 1024 * 1024

Progress = Callable[[str, int, int], None]


class Format(StrEnum):
    """The four forms a tape may come in."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON_LINES = "jsonl"
    PARQUET = "parquet"


EXTENSIONS = {
    ".csv": Format.CSV,
    ".txt": Format.CSV,
    ".tsv": Format.CSV,
    ".xlsx": Format.XLSX,
    ".jsonl": Format.JSON_LINES,
    ".ndjson": Format.JSON_LINES,
    ".parquet": Format.PARQUET,
}
LINES = (Format.CSV, Format.JSON_LINES)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may weigh; the console passes 200 MB, the command line takes these."""

    file_bytes: int = 4096 * MIB
    line_bytes: int = 1 * MIB
    inflated_bytes: int = 1024 * MIB
    inflate_ratio: int = 200


class TapeUnreadable(ForbearError):
    """A file as a whole cannot be read; `finding` says which, why and what to do."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(f"{finding.file}: {finding.code}")
        self.finding = finding


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file's bytes with what was found out about them in the one pass."""

    name: str
    sha256: str
    format: Format
    encoding: Encoding
    text: bytes | bytearray = field(repr=False)  # for CSV and JSON lines: UTF-8, no BOM


def unreadable(name: str, code: str, **params: str) -> TapeUnreadable:
    """The refusal of a whole file."""
    return TapeUnreadable(Finding(name, code, Level.ERROR, params=params))


def open_source(
    path: Path, *, limits: Limits | None = None, progress: Progress | None = None
) -> SourceFile:
    """The file's bytes, digest, format and encoding.

    Raises `TapeUnreadable` before memory fills: `file_too_large`, `line_too_long`,
    `format_unknown`, `encoding_unknown`, `file_missing`.
    """
    limits = limits or Limits()
    name = path.name
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(16)
    except OSError:
        raise unreadable(name, "file_missing") from None
    if size > limits.file_bytes:
        raise unreadable(name, "file_too_large", limit_mb=str(limits.file_bytes // MIB))
    form = _format_of(path, head)
    data, sha256, is_utf8 = _stream(path, form, limits, progress)
    if form not in LINES:
        return SourceFile(name, sha256, form, Encoding.BINARY, data)
    return _decoded(name, sha256, form, data, is_utf8)


def digest_of(files: list[SourceFile]) -> str:
    """One digest for a tape of several files: over their names and digests, in order of name."""
    if len(files) == 1:
        return files[0].sha256
    total = hashlib.sha256()
    for file in sorted(files, key=lambda f: f.name):
        total.update(f"{file.name}\n{file.sha256}\n".encode())
    return total.hexdigest()


def _format_of(path: Path, head: bytes) -> Format:
    """By the first bytes where they are plain, else by the name."""
    if head.startswith(b"PAR1"):
        return Format.PARQUET
    if head.startswith(b"PK\x03\x04"):
        return Format.XLSX
    form = EXTENSIONS.get(path.suffix.lower())
    if head.startswith((b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf")) or form is None:
        raise unreadable(path.name, "format_unknown")
    if form in (Format.PARQUET, Format.XLSX):
        raise unreadable(path.name, "file_damaged", format=form.value)
    return form


def _stream(
    path: Path, form: Format, limits: Limits, progress: Progress | None
) -> tuple[bytearray, str, bool]:
    """All bytes, read once in chunks: digest, size, longest line and UTF-8 on the way."""
    digest = hashlib.sha256()
    data = bytearray()
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_lines = form in LINES
    is_utf8 = is_lines
    size = path.stat().st_size
    unbroken = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            if len(data) + len(chunk) > limits.file_bytes:
                raise unreadable(
                    path.name, "file_too_large", limit_mb=str(limits.file_bytes // MIB)
                )
            if is_lines:
                longest, unbroken = _line_lengths(chunk, unbroken)
                if longest > limits.line_bytes:
                    raise unreadable(
                        path.name, "line_too_long", limit_kb=str(limits.line_bytes // 1024)
                    )
            if is_utf8:
                is_utf8 = _continues_utf8(decoder, chunk)
            digest.update(chunk)
            data += chunk
            if progress is not None:
                progress("read", len(data), size)
    if is_utf8:
        is_utf8 = _continues_utf8(decoder, b"", final=True)
    return data, digest.hexdigest(), is_utf8


def _line_lengths(chunk: bytes, before: int) -> tuple[int, int]:
    """Bytes of the line that ends first in this chunk, and of the one it leaves open."""
    first = chunk.find(b"\n")
    if first < 0:
        return before + len(chunk), before + len(chunk)
    return before + first, len(chunk) - chunk.rfind(b"\n") - 1


def _continues_utf8(
    decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False
) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _decoded(name: str, sha256: str, form: Format, data: bytearray, is_utf8: bool) -> SourceFile:
    """The text as UTF-8 without BOM; raises when the encoding cannot be told for sure."""
    if b"\x00" in data[:CHUNK_BYTES] or data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise unreadable(name, "encoding_unknown")
    if is_utf8:
        if data.startswith(codecs.BOM_UTF8):
            del data[: len(codecs.BOM_UTF8)]
            return SourceFile(name, sha256, form, Encoding.UTF_8_BOM, data)
        return SourceFile(name, sha256, form, Encoding.UTF_8, data)
    text = detect_gb18030(data)
    if text is None:
        raise unreadable(name, "encoding_unknown")
    return SourceFile(name, sha256, form, Encoding.GB18030, text.encode())
