"""One entry of the evidence as rows: the entry itself, and its bytes in the queue of the log.

Both are added by statements that read nothing back: the serving role may add a row of no lender
(a refused sign-in of an unknown name) that it may never see.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection
from django.db.backends.utils import CursorWrapper

from forbear.evidence.commitments import committed_entry, seal_openings
from forbear.evidence.entries import Entry
from forbear.evidence.events import EVENTS, Event
from forbear_server.store.evidence_persons import Keeper, PersonRef, keeper_of

Json = Mapping[str, object]


class EventUnknown(RuntimeError):
    """An event that `forbear.evidence.events` does not list: nothing was recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What is to be recorded. `private` is committed, `body` open as far as the event allows."""

    name: str
    at: datetime
    lender_id: int | None
    actor_id: int | None = None
    about: str = ""
    person: PersonRef | None = None
    body: Json
    private: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposedEntry:
    """An entry ready to be written; `commitments` may be named in other rows of the transaction."""

    number: int
    entry: Entry
    canonical: bytes
    sealed: bytes
    lender_id: int | None
    actor_id: int | None


def compose_entry(fact: Fact) -> ComposedEntry:
    """The entry of a fact, its private fields committed and sealed. Raises `EventUnknown`."""
    event = EVENTS.get(fact.name)
    if event is None:
        raise EventUnknown(
            f"{fact.name} is no event of the log: list it in forbear/evidence/events.py with the "
            "fields that may stand open."
        )
    with connection.cursor() as cursor:
        return compose_as(cursor, fact, event, *_number_and_moment(cursor))


def compose_as(
    cursor: CursorWrapper, fact: Fact, event: Event, number: int, logged_at: datetime
) -> ComposedEntry:
    """The same for a number and moment that are given."""
    keeper = keeper_of(cursor, lender_id=fact.lender_id, person=fact.person, purpose=event.purpose)
    if event.outlasts_person:
        lender = keeper_of(cursor, lender_id=fact.lender_id, person=None, purpose=event.purpose)
        keeper = replace(keeper, key=lender.key)
    return compose_with(keeper, fact, event, number, logged_at)


def compose_with(
    keeper: Keeper, fact: Fact, event: Event, number: int, logged_at: datetime
) -> ComposedEntry:
    """The same with the person's key and pseudonym at hand."""
    shown = {k: v for k, v in fact.body.items() if k in event.open_fields}
    hidden = {k: v for k, v in fact.body.items() if k not in event.open_fields}
    plain = Entry(
        entry_id=os.urandom(16).hex(),
        event=fact.name,
        issuer=keeper.issuer,
        at=fact.at,
        logged_at=logged_at,
        about=fact.about,
        subject=keeper.pseudonym,
        open_fields=shown,
    )
    entry, canonical, openings = committed_entry(
        plain, {**hidden, **fact.private}, random=os.urandom
    )
    sealed = seal_openings(
        openings, entry_id=entry.entry_id, person_key=keeper.key, random=os.urandom
    )
    return ComposedEntry(
        number=number,
        entry=entry,
        canonical=canonical,
        sealed=sealed,
        lender_id=fact.lender_id,
        actor_id=fact.actor_id,
    )


def insert_entry(made: ComposedEntry) -> None:
    """Write the entry and its bytes for the log, in the transaction that is open."""
    entry = made.entry
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO evidence_entry (id, uuid, lender_id, at, recorded_at, actor_id, name, "
            "about, subject, body, sealed) OVERRIDING SYSTEM VALUE "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s)",
            [
                made.number,
                entry.entry_id,
                made.lender_id,
                entry.at,
                entry.logged_at,
                made.actor_id,
                entry.event,
                entry.about,
                entry.subject,
                json.dumps(dict(entry.open_fields), ensure_ascii=False),
                made.sealed,
            ],
        )
        cursor.execute(
            "INSERT INTO log_queue (entry_id, uuid, canonical) VALUES (%s, %s, %s)",
            [made.number, entry.entry_id, made.canonical],
        )


def _number_and_moment(cursor: CursorWrapper) -> tuple[int, datetime]:
    cursor.execute(
        "SELECT nextval(pg_get_serial_sequence('evidence_entry', 'id')), clock_timestamp()"
    )
    number, moment = cursor.fetchone()
    return int(number), moment
