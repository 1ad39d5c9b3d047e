"""Does each permit of the desk say what its entry in the log says?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from forbear.evidence.commitments import TOGETHER
from forbear.evidence.entries import Entry, EntryFaulty, decode_entry, moment_text
from forbear_server.selectors.evidence import DECISIONS
from forbear_server.selectors.log_proofs import entry_bytes
from forbear_server.store.models import EvidenceEntry, PermitRequest

_RULINGS = {"refused": "refused", "needs_review": "needs_review"}
# As decisions were called before the log.
EARLIER = ("permit.issued", "permit.refused", "permit.review_needed")


@dataclass(frozen=True, slots=True)
class DeskFault:
    """A row that does not say what was logged; `place` names table and row."""

    place: str
    message: str


def wrong_permits(lender_id: int) -> Iterator[DeskFault]:
    """Permits without an entry, or with another answer, window or facts than their entry."""
    entries = EvidenceEntry.objects.filter(lender_id=lender_id, name__in=(*DECISIONS, *EARLIER))
    known = dict(entries.values_list("about", "uuid"))
    for row in PermitRequest.objects.filter(lender_id=lender_id).order_by("asked_at"):
        place = f"permit_request {row.pk}"
        entry_id = known.get(f"permit:{row.pk}")
        data = None if entry_id is None else entry_bytes(entry_id)
        try:
            entry = None if data is None else decode_entry(data)
        except EntryFaulty:
            entry = None  # named with its leaf
        if entry is None:
            yield DeskFault(place, "no entry of the log says how it was answered")
            continue
        for name, stored, logged in _compared(row, entry):
            if logged is not None and stored != logged:
                yield DeskFault(place, f"{name} is {stored!r}, logged was {logged!r}")


def _compared(row: PermitRequest, entry: Entry) -> Iterator[tuple[str, Any, Any]]:
    """Row and entry, part by part; None where the entry commits the part instead of showing it."""
    shown = entry.open_fields
    yield "state", _RULINGS.get(row.state, "allowed"), shown.get("ruling")
    yield "channel", row.channel, shown.get("channel")
    yield "grounds", row.grounds, shown.get("grounds")
    yield "rulebooks", row.rulebooks, shown.get("rulebooks")
    for name, moment in (("opens_at", row.opens_at), ("closes_at", row.closes_at)):
        yield name, moment_text(moment) if moment else "", shown.get(name, "")
    facts = entry.commitments.get("facts", entry.commitments.get(TOGETHER, b"")).hex()
    # What was judged before the log existed names its facts by a plain digest.
    yield "facts_digest", row.facts_digest, facts if entry.event in DECISIONS else None
