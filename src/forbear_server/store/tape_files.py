"""An uploaded tape at rest: sealed, named by the digest of the original file.

What is kept are the columns that may be read. A third-party column was refused while reading, so no
value of it is in the frame, and none reaches the disk.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import polars as pl
from django.conf import settings

from forbear.intake.reading import RawTable
from forbear.intake.sources import Format
from forbear.primitives.findings import Finding, Level
from forbear_server.store.sealed_files import read_sealed, write_sealed


def keep_tape(lender_id: int, sha256: str, raw: RawTable) -> None:
    head = {
        "file": raw.file,
        "format": raw.format.value,
        "encoding": raw.encoding,
        "headings": raw.headings,
        "refused": raw.refused,
        "findings": [asdict(finding) for finding in raw.findings],
    }
    body = io.BytesIO()
    raw.frame.write_parquet(body)
    content = json.dumps(head, ensure_ascii=False).encode() + b"\n" + body.getvalue()
    write_sealed(_path(lender_id, sha256), content, row=_row(lender_id, sha256))


def kept_tape(lender_id: int, sha256: str) -> RawTable:
    content = read_sealed(_path(lender_id, sha256), row=_row(lender_id, sha256))
    line, _, body = content.partition(b"\n")
    head = json.loads(line)
    return RawTable(
        file=head["file"],
        format=Format(head["format"]),
        encoding=head["encoding"],
        frame=pl.read_parquet(io.BytesIO(body)),
        headings=tuple(head["headings"]),
        refused=tuple(head["refused"]),
        findings=tuple(
            Finding(**{**one, "level": Level(one["level"])}) for one in head["findings"]
        ),
    )


def _path(lender_id: int, sha256: str) -> Path:
    return Path(settings.DATA_DIR) / "uploads" / str(lender_id) / f"{sha256}.sealed"


def _row(lender_id: int, sha256: str) -> str:
    return f"{lender_id}:{sha256}"


def preview_path(lender_id: int, sha256: str) -> Path:
    """Where the masked first rows of a checked tape lie, sealed like the tape."""
    return _path(lender_id, sha256).with_suffix(".preview")


def preview_row(lender_id: int, sha256: str) -> str:
    return f"{_row(lender_id, sha256)}:preview"


def kept_files(lender_id: int) -> Iterator[tuple[Path, str]]:
    """Every sealed file of this lender with the row it is bound to."""
    folder = _path(lender_id, "").parent
    for path in sorted(folder.glob("*.sealed")):
        yield path, _row(lender_id, path.stem)
    for path in sorted(folder.glob("*.preview")):
        yield path, preview_row(lender_id, path.stem)
