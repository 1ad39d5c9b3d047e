"""Read the evidence of a test as the owner of the machine would."""

from __future__ import annotations

from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import EvidenceEntry


def recorded(lender_id: int) -> list[str]:
    """Names of all entries of a lender, oldest first."""
    with lender_scope(lender_id):
        return list(EvidenceEntry.objects.order_by("id").values_list("name", flat=True))


def newest(name: str) -> dict[str, object]:
    """What stands open in the newest entry of this name, in the lender's scope."""
    row = EvidenceEntry.objects.filter(name=name).order_by("-id")[0]
    return dict(row.body)
