"""Append one entry to the evidence, in the transaction of whatever it records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from forbear_server.selectors.actors import Actor
from forbear_server.store.evidence_persons import PersonRef
from forbear_server.store.evidence_rows import (
    ComposedEntry,
    Fact,
    Json,
    compose_entry,
    insert_entry,
)


class EvidenceOutsideTransaction(RuntimeError):
    """Evidence must stand or fall with what it records."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a page or an answer says of an entry just written."""

    number: int
    entry_id: str


def append_evidence(
    name: str,
    *,
    now: datetime,
    lender_id: int | None,
    actor: Actor | None = None,
    about: str = "",
    person: PersonRef | None = None,
    address: str = "",
    body: Json | None = None,
    private: Json | None = None,
    is_lenders: bool = False,
) -> Recorded:
    """Record an event (past tense, as listed in `forbear.evidence.events`).

    `about` names a thing by an id that is nobody's, `person` whom it concerns. Fields of `body`
    that the event does not list as open are committed, and so is all of `private`; `is_lenders`
    closes them under the lender's key, so that they outlast the person's erasure.
    """
    made = composed_evidence(
        name,
        now=now,
        lender_id=lender_id,
        actor=actor,
        about=about,
        person=person,
        address=address,
        body=body,
        private=private,
        is_lenders=is_lenders,
    )
    return append_composed(made)


def composed_evidence(
    name: str,
    *,
    now: datetime,
    lender_id: int | None,
    actor: Actor | None = None,
    about: str = "",
    person: PersonRef | None = None,
    address: str = "",
    body: Json | None = None,
    private: Json | None = None,
    is_lenders: bool = False,
) -> ComposedEntry:
    """The entry, not yet written: for a row that must name one of its commitments."""
    if not connection.in_atomic_block:
        raise EvidenceOutsideTransaction(
            f"{name} was recorded outside a transaction: open one around the change and its entry."
        )
    origin = address or (actor.address if actor else "")
    return compose_entry(
        Fact(
            name=name,
            at=now,
            lender_id=lender_id,
            actor_id=actor.user_id if actor else None,
            about=about,
            person=person,
            body=body or {},
            private={
                **(private or {}),
                **({"actor": actor.username} if actor else {}),
                **({"address": origin} if origin else {}),
            },
            is_lenders=is_lenders,
        )
    )


def append_composed(made: ComposedEntry) -> Recorded:
    """Write a composed entry and queue it for the log."""
    insert_entry(made)
    return Recorded(made.number, made.entry.entry_id)
