"""Keep the law books as they are under each version, so that an old decision can be made again."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
from datetime import datetime
from functools import lru_cache

from django.db import transaction

from forbear import rulebooks
from forbear_server.services.evidence import append_evidence
from forbear_server.store.models import RulebookArchive


@transaction.atomic
def keep_rulebooks(*, now: datetime) -> str:
    """The version in use; on its first use the books are kept and the change is recorded."""
    version = rulebooks.version()
    if RulebookArchive.objects.filter(pk=version).exists():
        return version
    before = RulebookArchive.objects.order_by("-kept_at").values_list("pk", flat=True).first()
    content = _packed_books()
    sha256 = hashlib.sha256(content).hexdigest()
    _, is_new = RulebookArchive.objects.get_or_create(
        pk=version, defaults={"content": content, "sha256": sha256, "kept_at": now}
    )
    if is_new:
        append_evidence(
            "rulebook.changed",
            now=now,
            lender_id=None,
            about=f"rulebooks:{version}",
            body={"before": before or "", "archive_sha256": sha256},
        )
    return version


@lru_cache(maxsize=1)
def _packed_books() -> bytes:
    """The folder of the shipped books as a compressed tar: the same books give the same bytes."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for path in sorted(rulebooks.FOLDER.glob("*/**/*")):
            if path.suffix in (".py", ".yaml", ".md") and path.is_file():
                info = tarfile.TarInfo(path.relative_to(rulebooks.FOLDER).as_posix())
                info.size = path.stat().st_size
                with path.open("rb") as file:
                    tar.addfile(info, file)
    return gzip.compress(packed.getvalue(), mtime=0)
