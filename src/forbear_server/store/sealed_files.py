"""Files beside the desk, sealed and named by digest; written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from forbear_server.store.sealing import seal_bytes, unseal_bytes

FIELD = "file"


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
