"""Files beside the desk, sealed and named by digest; written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from forbear_server.store.sealing import current_key_id, seal_bytes, unseal_bytes

FIELD = "file"
_LONGEST_KEY_ID = 64


def write_sealed(path: Path, content: bytes, *, row: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(seal_bytes(content, field=FIELD, row=row))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def read_sealed(path: Path, *, row: str) -> bytes:
    return unseal_bytes(path.read_bytes(), field=FIELD, row=row)


def is_under_current_key(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(_LONGEST_KEY_ID + 1)
    return head.partition(b".")[0] == current_key_id().encode()


def reseal_file(path: Path, *, row: str) -> None:
    """The same content under the current key; a stop half-way leaves the old file whole."""
    write_sealed(path, read_sealed(path, row=row), row=row)
