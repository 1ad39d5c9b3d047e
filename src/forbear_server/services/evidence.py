"""Append one entry to the evidence, in the transaction of whatever it records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Required, TypedDict, Unpack

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


class Told(TypedDict, total=False):
    """What is told of an event: `now` and `lender_id` always.

    `about` names a thing by an id that is nobody's, `person` whom it concerns. Fields of `body`
    that the event does not list as open are committed, and so is all of `private`.
    """

    now: Required[datetime]
    lender_id: Required[int | None]
    actor: Actor | None
    about: str
    person: PersonRef | None
    address: str
    body: Json
    private: Json


def append_evidence(name: str, **told: Unpack[Told]) -> Recorded:
    """Record an event (past tense, as listed in `forbear.evidence.events`)."""
    return append_composed(composed_evidence(name, **told))


def composed_evidence(name: str, **told: Unpack[Told]) -> ComposedEntry:
    """The entry, not yet written: for a row that must name one of its commitments."""
    if not connection.in_atomic_block:
        raise EvidenceOutsideTransaction(
            f"{name} was recorded outside a transaction: open one around the change and its entry."
        )
    actor = told.get("actor")
    origin = told.get("address") or (actor.address if actor else "")
    return compose_entry(
        Fact(
            name=name,
            at=told["now"],
            lender_id=told["lender_id"],
            actor_id=actor.user_id if actor else None,
            about=told.get("about", ""),
            person=told.get("person"),
            body=told.get("body", {}),
            private={
                **told.get("private", {}),
                **({"actor": actor.username} if actor else {}),
                **({"address": origin} if origin else {}),
            },
        )
    )


def append_composed(made: ComposedEntry) -> Recorded:
    """Write a composed entry and queue it for the log."""
    insert_entry(made)
    return Recorded(made.number, made.entry.entry_id)
