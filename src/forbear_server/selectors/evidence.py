"""Which entry of the evidence recorded something, so that a page can name it."""

from __future__ import annotations

from forbear_server.store.models import EvidenceEntry


def newest_entry(name: str, subject: str) -> int | None:
    found = EvidenceEntry.objects.filter(name=name, subject=subject).order_by("-id").first()
    return None if found is None else int(found.pk)
