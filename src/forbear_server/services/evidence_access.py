"""Looking at evidence leaves evidence: viewed, opened with a reason, replayed, handed out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from forbear import rulebooks
from forbear.contact.replaying import Replay, replay, verdict_under
from forbear.evidence.commitments import Opening
from forbear.evidence.entries import Entry
from forbear.primitives.errors import RequestRefused
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.evidence import (
    EvidenceLine,
    logged_entry,
    opened_fields,
    opened_values,
    person_behind,
)
from forbear_server.selectors.rulebook_archives import rules_of
from forbear_server.services.evidence import append_evidence
from forbear_server.store.evidence_persons import borrower_person
from forbear_server.store.evidence_rows import Json


class NoDecision(RequestRefused):
    """Only a decision of the rules can be made again; this entry records something else."""

    code = "no_decision"


class ReasonMissing(RequestRefused):
    """Personal fields are opened for a stated reason only."""

    code = "reason_missing"


@dataclass(frozen=True, slots=True)
class Replayed:
    """A decision made again, and what the same facts come to under today's law (information)."""

    replay: Replay
    rulebooks: str
    today: dict[str, Any]
    today_rulebooks: str


@transaction.atomic
def record_evidence_viewed(*, actor: Actor, line: EvidenceLine, now: datetime) -> None:
    append_evidence(
        "evidence.viewed",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        body={"entry": line.entry_id.hex},
    )


@transaction.atomic
def open_evidence(
    *, actor: Actor, line: EvidenceLine, reason: str, now: datetime
) -> dict[str, Opening]:
    """The committed fields of an entry, opened for a reason that is recorded.

    Raises `ReasonMissing`, `FieldsClosed`, `CommitmentBroken`; nothing is recorded then.
    """
    if len(reason.strip()) < 4:
        raise ReasonMissing("Say why the fields are opened, in a few words: it is recorded.")
    openings = opened_fields(actor, line)
    append_evidence(
        "evidence.opened",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        person=person_behind(line),
        body={"entry": line.entry_id.hex, "role": str(actor.role)},
        private={"reason": reason.strip()[:200]},
    )
    return openings


@transaction.atomic
def replay_decision(*, actor: Actor, line: EvidenceLine, now: datetime) -> Replayed:
    """Make the decision again from its kept facts under the law books of its time.

    Raises `NoDecision`, `FieldsClosed`, `CommitmentBroken`, `VersionUnknown`, `NotReplayable`.
    """
    entry = logged_entry(line)
    if not line.is_decision or entry is None:
        raise NoDecision(f"{line.name} is no decision of the rules, so there is nothing to replay.")
    fields = opened_values(opened_fields(actor, line))
    verdict = _recorded_verdict(entry, fields)
    version = str(entry.open_fields.get("rulebooks", fields.get("rulebooks", "")))
    facts, law = fields.get("facts"), fields.get("law")
    if not isinstance(facts, dict) or not isinstance(law, dict):
        raise NoDecision(
            "The entry was written before facts and law were kept: it cannot be replayed."
        )
    made = replay(verdict=verdict, facts=facts, law=law, rules=rules_of(version))
    today = verdict_under(facts=facts, law=law, rules=rulebooks.rules(), on=now.date())
    append_evidence(
        "evidence.replayed",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        body={"entry": line.entry_id.hex, "agrees": made.agrees},
    )
    return Replayed(made, version, today, rulebooks.version())


@transaction.atomic
def record_evidence_exported(
    *, actor: Actor, entries: Json, now: datetime, person: str, reason: str = ""
) -> None:
    """A proof or a bundle was handed out; a bundle for a reason."""
    append_evidence(
        "evidence.exported",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        person=borrower_person(person) if person else None,
        body={**entries, "role": str(actor.role)},
        private={"reason": reason[:200]} if reason else {},
    )


def _recorded_verdict(entry: Entry, fields: dict[str, Any]) -> dict[str, Any]:
    """The verdict as the entry has it, its parts open or (when long) committed."""
    return {
        part: entry.open_fields[part] if part in entry.open_fields else fields[part]
        for part in ("ruling", "grounds", "exceptions")
    }
