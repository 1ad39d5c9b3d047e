"""The rules of a version of the law books, from the shipped ones or from what was kept."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import tempfile
from functools import lru_cache
from pathlib import Path

from forbear import rulebooks
from forbear.compliance.rules import Rule
from forbear_server.store.models import RulebookArchive


class VersionUnknown(LookupError):
    """No books were kept under this version, or what was kept is not what it says."""

    code = "rulebooks_unknown"


def rules_of(version: str) -> tuple[Rule, ...]:
    """Every rule of the books as they were under `version`. Raises `VersionUnknown`."""
    if version == rulebooks.version():
        return rulebooks.rules()
    kept = RulebookArchive.objects.filter(pk=version).first()
    if kept is None:
        raise VersionUnknown(
            f"The law books of version {version} were not kept here, so its decisions cannot be "
            "made again. Restore the row of rulebook_archive from a copy of the desk."
        )
    content = bytes(kept.content)
    if hashlib.sha256(content).hexdigest() != kept.sha256:
        raise VersionUnknown(f"The kept law books of {version} were changed: their digest differs.")
    return _unpacked(version, content)


@lru_cache(maxsize=4)
def _unpacked(version: str, content: bytes) -> tuple[Rule, ...]:
    with tempfile.TemporaryDirectory(prefix="forbear-books-") as folder:
        with tarfile.open(fileobj=io.BytesIO(gzip.decompress(content))) as tar:
            tar.extractall(folder, filter="data")
        books = rulebooks.books_in(Path(folder))
    if rulebooks.version_of(books) != version:
        raise VersionUnknown(f"The kept law books of {version} are another version.")
    return tuple(rule for book in books for rule in book.rules)
