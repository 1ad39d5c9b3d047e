"""Rows of wishes and holds with their entries, and what they stop at once: shared by services."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from forbear.contact.channels import Channel
from forbear.contact.preferences import HoldKind, PreferenceKind
from forbear_server.selectors.actors import Actor
from forbear_server.services.evidence import Recorded, append_evidence
from forbear_server.services.message_rows import cancel_waiting
from forbear_server.store.evidence_persons import borrower_person
from forbear_server.store.models import Borrower, ContactHold, ContactPreference

# What of a statement stops messages that wait.
STOPPING = {PreferenceKind.CHANNEL_OPT_OUT, PreferenceKind.CONTACT_STOPPED}
# Holds under which a reminder the borrower agreed to may still go: the gate decides, not the queue.
KEEPS_QUEUE = {HoldKind.ARRANGEMENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a borrower states: `words` as they said it, sealed in the evidence by digest."""

    kind: PreferenceKind
    source: str
    channel: Channel | None = None
    purpose: str = ""
    address_word: str = ""
    from_minute: int | None = None
    until_minute: int | None = None
    daily_cap: int | None = None
    language: str = ""
    until: datetime | None = None
    words: str = ""
    # The thing it rests on, by an id that is nobody's: the reply that said so.
    about: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """A statement or hold as kept, and how many waiting messages it stopped."""

    row_id: str
    recorded: Recorded
    cancelled: int


def keep_statement(
    *, borrower: Borrower, said: Statement, actor: Actor | None, now: datetime
) -> Kept:
    """Keep a statement of a locked borrower; it counts from this moment on."""
    recorded = append_evidence(
        "consent.given",
        now=now,
        lender_id=borrower.lender_id,
        actor=actor,
        about=said.about,
        person=borrower_person(borrower.ref),
        body={
            "kind": said.kind.value,
            "channel": said.channel.value if said.channel else "",
            "source": said.source,
            "text_digest": _digest(said.words),
        },
        private={"words": said.words[:200]} if said.words else {},
    )
    row = ContactPreference.objects.create(
        lender_id=borrower.lender_id,
        borrower=borrower,
        kind=said.kind.value,
        channel=said.channel.value if said.channel else "",
        purpose=said.purpose,
        address_ref=said.address_word,
        from_minute=said.from_minute,
        until_minute=said.until_minute,
        daily_cap=said.daily_cap,
        language=said.language,
        text_digest=_digest(said.words),
        source=said.source,
        granted_at=now,
        until=said.until,
        recorded_by_id=actor.user_id if actor else None,
        evidence_id=recorded.entry_id,
    )
    stopped = 0
    if said.kind in STOPPING:
        stopped = cancel_waiting(
            borrower_id=borrower.pk,
            channel=said.channel.value if said.channel else "",
            loan_ref="",
            reason=said.kind.value,
            now=now,
        )
    return Kept(str(row.uuid), recorded, stopped)


def keep_hold(
    *,
    borrower: Borrower,
    kind: HoldKind,
    source: str,
    actor: Actor | None,
    now: datetime,
    loan_ref: str = "",
    until: datetime | None = None,
) -> Kept:
    """Hold contact back for a locked borrower; a hold of the same kind that stands is kept."""
    standing = _long_enough(borrower, kind, loan_ref, until, now)
    if standing is not None:
        return Kept(str(standing.uuid), Recorded(0, standing.evidence_id), 0)
    recorded = append_evidence(
        "hold.placed",
        now=now,
        lender_id=borrower.lender_id,
        actor=actor,
        person=borrower_person(borrower.ref),
        body={"kind": kind.value, "source": source},
        private={"loan": loan_ref} if loan_ref else {},
    )
    row = ContactHold.objects.create(
        lender_id=borrower.lender_id,
        borrower=borrower,
        loan_ref=loan_ref,
        kind=kind.value,
        source=source,
        placed_at=now,
        until=until,
        placed_by_id=actor.user_id if actor else None,
        evidence_id=recorded.entry_id,
    )
    stopped = 0
    if kind not in KEEPS_QUEUE:
        stopped = cancel_waiting(
            borrower_id=borrower.pk,
            channel="",
            loan_ref=loan_ref,
            reason=f"hold_{kind.value}",
            now=now,
        )
    return Kept(str(row.uuid), recorded, stopped)


def _long_enough(
    borrower: Borrower, kind: HoldKind, loan_ref: str, until: datetime | None, now: datetime
) -> ContactHold | None:
    """A hold that stands and lasts at least as long as the one asked for."""
    same = ContactHold.objects.filter(
        borrower=borrower, kind=kind.value, loan_ref=loan_ref, lifted_at__isnull=True
    )
    # The one that lasts longest; one without an end first.
    longest = same.order_by(F("until").desc(nulls_first=True)).first()
    if longest is None or longest.until is None:
        return longest
    return longest if until is not None and now < until <= longest.until else None


def _digest(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest() if words else ""
