"""Entries of the evidence: found, listed, read. What is committed stays closed here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from forbear.evidence.commitments import (
    TOGETHER,
    CommitmentBroken,
    FieldsClosed,
    Opening,
    check_openings,
    open_openings,
)
from forbear.evidence.entries import Entry, decode_entry
from forbear.evidence.events import EVENTS
from forbear_server.selectors.access import Level, Screen, access_level
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.log_proofs import entry_bytes
from forbear_server.selectors.worklists import visible_items
from forbear_server.store.evidence_persons import PersonRef, key_behind
from forbear_server.store.models import EvidenceEntry, EvidenceSubject, LogLeaf

PAGE = 50
MOST_PAGES = 1_000_000
# What every case of the day rests on: whoever works a case may follow it to its proof.
ABOUT_EVERYBODY = frozenset(
    {"gate.mask_recorded", "plan.published", "scores.recorded", "import.accepted"}
)
DECISIONS = frozenset({"contact.permitted", "contact.refused", "contact.review_needed"})


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One line of a list: ids, codes and moments only."""

    entry_id: UUID
    number: int
    at: datetime
    recorded_at: datetime
    name: str
    about: str
    subject: str
    body: Mapping[str, Any]
    leaf_index: int | None

    @property
    def is_decision(self) -> bool:
        """Whether rules were asked, so that it can be replayed."""
        return self.name in DECISIONS

    @property
    def ruling(self) -> str:
        return str(self.body.get("ruling", ""))

    @property
    def rule_ids(self) -> tuple[str, ...]:
        return tuple(str(ground["rule_id"]) for ground in self.body.get("grounds", ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFilter:
    """What is looked for; an empty field asks for nothing."""

    text: str = ""
    event: str = ""
    rule: str = ""
    ruling: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class EvidencePage:
    lines: tuple[EvidenceLine, ...]
    total: int
    page: int

    @property
    def has_more(self) -> bool:
        return self.page * PAGE < self.total


def entries_about(actor: Actor, about: str) -> list[EvidenceLine]:
    """The lender's entries about a thing (run:2026-11-20), so that its page leads to their proofs.

    What is about a thing is about nobody, so every role that sees the thing sees these.
    """
    found = EvidenceEntry.objects.filter(lender_id=actor.lender_id, about=about, subject="")
    return _lines(list(found.order_by("id")))


def find_entry(actor: Actor, entry: str) -> EvidenceLine | None:
    """The entry of this id or number (E-17) of the actor's lender."""
    found = _by_id(_visible(actor), entry).first()
    return None if found is None else _lines([found])[0]


def list_entries(actor: Actor, wanted: EvidenceFilter, *, page: int = 1) -> EvidencePage:
    """The entries that fit, newest first. `text` is an entry's id, E-number, thing or borrower."""
    rows = _visible(actor)
    if wanted.text:
        rows = _by_id(rows, wanted.text) | rows.filter(
            Q(about=wanted.text)
            | Q(about__endswith=f":{wanted.text}")
            | Q(subject__in=_pseudonyms(actor, wanted.text))
        )
    if wanted.event:
        rows = rows.filter(name=wanted.event)
    if wanted.rule:
        rows = rows.filter(body__grounds__contains=[{"rule_id": wanted.rule}])
    if wanted.ruling:
        rows = rows.filter(body__ruling=wanted.ruling)
    if wanted.since is not None:
        rows = rows.filter(at__gte=wanted.since)
    if wanted.until is not None:
        rows = rows.filter(at__lt=wanted.until)
    page = min(page, MOST_PAGES)
    total = rows.count()
    found = rows.order_by("-id")[(page - 1) * PAGE : page * PAGE]
    return EvidencePage(tuple(_lines(list(found))), total, page)


def list_events(actor: Actor) -> list[str]:
    """Names of events that occur, for a filter."""
    return sorted(set(_visible(actor).values_list("name", flat=True).distinct().order_by()))


def entries_about_borrower(actor: Actor, borrower_ref: str) -> list[EvidenceLine]:
    """Every entry about one person, oldest first; none when there is no such person or no more."""
    found = _visible(actor).filter(subject__in=_pseudonyms(actor, borrower_ref)).order_by("id")
    return _lines(list(found))


def logged_entry(line: EvidenceLine) -> Entry | None:
    """The entry as the log holds it."""
    data = entry_bytes(line.entry_id)
    return None if data is None else decode_entry(data)


def opened_fields(actor: Actor, line: EvidenceLine) -> dict[str, Opening]:
    """The committed fields with their keys, checked against the entry.

    Raises `FieldsClosed` when the person was erased, `CommitmentBroken` when the desk was changed.
    """
    row = _visible(actor).get(uuid=line.entry_id)
    entry = logged_entry(line)
    key = key_behind(lender_id=actor.lender_id, event=row.name, pseudonym=row.subject)
    if entry is None:
        raise CommitmentBroken(
            f"Entry {line.entry_id.hex} stands in no queue and no place of the log: rows of the "
            "desk were taken away. Run `forbear evidence check-desk`."
        )
    if key is None:
        raise FieldsClosed(
            f"The fields of entry {line.entry_id.hex} can no longer be opened: the person was erased."
        )
    openings = open_openings(bytes(row.sealed), entry_id=line.entry_id.hex, person_key=key)
    check_openings(entry, openings)
    return openings


def opened_values(openings: Mapping[str, Opening]) -> dict[str, Any]:
    """The values behind commitments, also of fields that were committed together."""
    values = {name: opening.value for name, opening in openings.items()}
    together = values.pop(TOGETHER, None)
    return {**(together if isinstance(together, dict) else {}), **values}


def person_behind(line: EvidenceLine) -> PersonRef | None:
    """Whom an entry is about; None for nobody, or nobody any more."""
    found = EvidenceSubject.objects.filter(pseudonym=line.subject).select_related("person").first()
    return None if found is None else PersonRef(found.person.kind, found.person.ref)


def is_erased(line: EvidenceLine) -> bool:
    """Whether the entry's fields are closed for good with the person they were about."""
    known = EVENTS.get(line.name)
    if not line.subject or (known is not None and known.outlasts_person):
        return False
    return not EvidenceSubject.objects.filter(pseudonym=line.subject).exists()


def _visible(actor: Actor) -> QuerySet[EvidenceEntry]:
    """The lender's entries this role may see: all, or those by and about one's own or the team's."""
    rows = EvidenceEntry.objects.filter(lender_id=actor.lender_id)
    level = access_level(actor, Screen.EVIDENCE)
    if level in {Level.FULL, Level.READ}:
        return rows
    if level is Level.NONE:
        return rows.none()
    by_us = Q(actor=actor.user_id) | Q(name__in=ABOUT_EVERYBODY)
    if level is Level.TEAM:
        by_us |= Q(actor__team=actor.team)
    about_ours = EvidenceSubject.objects.filter(
        person__kind="borrower",
        person__ref__in=visible_items(actor).values("borrower__ref"),
    )
    return rows.filter(by_us | Q(subject__in=about_ours.values("pseudonym")))


def _by_id(rows: QuerySet[EvidenceEntry], entry: str) -> QuerySet[EvidenceEntry]:
    text = entry.strip().lower().removeprefix("e-")
    if text.isdecimal() and len(text) < 16:
        return rows.filter(pk=int(text))
    try:
        return rows.filter(uuid=UUID(text))
    except ValueError:
        return rows.none()


def _pseudonyms(actor: Actor, borrower_ref: str) -> list[str]:
    found = EvidenceSubject.objects.filter(
        lender_id=actor.lender_id, person__kind="borrower", person__ref=borrower_ref
    )
    return list(found.values_list("pseudonym", flat=True)) if borrower_ref else []


def _lines(rows: list[EvidenceEntry]) -> list[EvidenceLine]:
    leaves = LogLeaf.objects.filter(uuid__in=[row.uuid for row in rows])
    places = {str(u): int(i) for u, i in leaves.values_list("uuid", "leaf_index")}
    return [
        EvidenceLine(
            entry_id=UUID(str(row.uuid)),
            number=int(row.pk),
            at=row.at,
            recorded_at=row.recorded_at,
            name=row.name,
            about=row.about,
            subject=row.subject,
            body=dict(row.body),
            leaf_index=places.get(str(row.uuid)),
        )
        for row in rows
    ]
