"""Secrets nobody gave by the environment: made once, kept below the data directory, mode 0600."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path


def _random_text() -> str:
    return secrets.token_urlsafe(48)


def read_or_make_secret(path: Path, make: Callable[[], str] = _random_text) -> str:
    """The secret in `path`; made on first use so that two processes agree on one.

    The file is linked into place whole: a second process that starts at the same moment reads the
    winner's secret instead of writing its own.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(make())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
