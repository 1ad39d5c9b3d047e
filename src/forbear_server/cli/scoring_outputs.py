"""Files `forbear scoring` writes: tried before the work, then whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from forbear.scoring.errors import ScoringRefused


def require_writable(out: Path) -> None:
    """Raise unless a file can be made beside `out`; it is taken away again."""
    with _writing(out):
        if not out.absolute().parent.is_dir() or (out.exists() and not out.is_file()):
            raise ScoringRefused(
                "out-unwritable", f"Cannot write {out}: name a file in a folder that exists."
            )
        waiting = _waiting(out)
        waiting.touch()
        waiting.unlink()


def write_text(out: Path, text: str) -> None:
    """Whole or not at all: written beside, then put in place."""
    with _writing(out):
        _waiting(out).write_text(text, encoding="utf-8")
        _waiting(out).replace(out)


def _waiting(out: Path) -> Path:
    return out.with_name(f".{out.name}.tmp")


@contextmanager
def _writing(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise ScoringRefused(
            "out-unwritable",
            f"Cannot write {out}: {fault.strerror or fault}. Nothing was written; name a file in a "
            "folder that can be written and has room.",
        ) from fault
