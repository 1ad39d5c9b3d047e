"""Score cards on the desk: added, submitted, approved by another person, retired; each step recorded.

The text that was approved is the text that scores; a change is another version.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from forbear.scoring.approvals import (
    next_state,
    require_known_inputs,
    require_lawful_inputs,
    require_real,
    require_submittable,
)
from forbear.scoring.card_texts import card_digest, card_text, read_card
from forbear.scoring.cards import Scorecard
from forbear.scoring.errors import ScoringRefused
from forbear_server.selectors.actors import Actor, Role
from forbear_server.services.evidence import Recorded, append_evidence
from forbear_server.services.refusals import refusals_recorded
from forbear_server.store.models import ScoreCard

NOTE_LENGTH = 200
_REFUSALS = refusals_recorded("scorecard.refused", ScoringRefused, about="scorecard:card_uuid")


@_REFUSALS
@transaction.atomic
def add_scorecard(*, actor: Actor, text: str, now: datetime) -> UUID:
    """Keep a card as a draft; the same card again is the one already there.

    Raises `ScoringRefused`: faulty text, a prohibited input, a version taken, another's role.
    """
    _require_role(actor, Role.STRATEGIST, "add a score card")
    card = read_card(text)
    require_lawful_inputs(card)
    digest = card_digest(card)
    known = ScoreCard.objects.filter(name=card.name, version=card.version).first()
    if known is not None:
        if known.digest == digest:
            return known.uuid
        raise ScoringRefused(
            "card-version-taken",
            f"{card.name} version {card.version} is here already with other content. A version "
            "never changes: give this one the next number (`forbear scoring fit --version`).",
        )
    row = ScoreCard.objects.create(
        lender_id=actor.lender_id,
        name=card.name,
        version=card.version,
        recipe=card.recipe,
        text=card_text(card),
        digest=digest,
        is_simulated=card.simulated,
        added_by_id=actor.user_id,
        added_at=now,
    )
    _record("scorecard.added", actor, row, now)
    return row.uuid


@_REFUSALS
@transaction.atomic
def submit_scorecard(*, actor: Actor, card_uuid: UUID, now: datetime) -> Recorded:
    """Ask compliance for approval; refused without figures of a later time."""
    _require_role(actor, Role.STRATEGIST, "submit a score card")
    row = _locked(card_uuid)
    row.state = next_state(row.state, "submit")
    card = _card(row)
    require_submittable(card)
    require_known_inputs(card)
    row.submitted_by_id, row.submitted_at = actor.user_id, now
    row.save()
    return _record("scorecard.submitted", actor, row, now)


@_REFUSALS
@transaction.atomic
def approve_scorecard(
    *, actor: Actor, card_uuid: UUID, part: str, note: str, is_demonstration: bool, now: datetime
) -> Recorded:
    """Let a card score ("champion", in place of the one before) or be measured ("challenger")."""
    row = _decidable(actor, card_uuid, "approve")
    card = _card(row)
    require_lawful_inputs(card)
    require_known_inputs(card)
    require_real(card, is_demonstration=is_demonstration)
    if row.state == "approved" and (row.part, part) != ("challenger", "champion"):
        raise ScoringRefused("card-not-in-state", "Only a challenger in use can become champion.")
    if part not in ScoreCard.Part.values:
        raise ScoringRefused("card-part-unknown", "A card is approved as champion or challenger.")
    if part == ScoreCard.Part.CHAMPION:
        for earlier in ScoreCard.objects.select_for_update().filter(
            recipe=row.recipe, state="approved", part=part
        ):
            earlier.state = next_state(earlier.state, "retire")
            earlier.decided_by_id, earlier.decided_at = actor.user_id, now
            earlier.decision_note = f"replaced by {row.name}/{row.version}"
            earlier.save()
            _record("scorecard.retired", actor, earlier, now)
    row.part = part
    return _decided(actor, row, "approve", note, now)


@_REFUSALS
@transaction.atomic
def return_scorecard(*, actor: Actor, card_uuid: UUID, note: str, now: datetime) -> Recorded:
    """Send a submitted card back with the reason; its author fits another version."""
    if not note.strip():
        raise ScoringRefused("card-note-missing", "Say why it is returned: the author must know.")
    return _decided(actor, _decidable(actor, card_uuid, "return"), "return", note, now)


@_REFUSALS
@transaction.atomic
def retire_scorecard(*, actor: Actor, card_uuid: UUID, note: str, now: datetime) -> Recorded:
    """Take an approved card out of use; nothing scores by it from the next night on."""
    return _decided(actor, _decidable(actor, card_uuid, "retire"), "retire", note, now)


def _decidable(actor: Actor, card_uuid: UUID, verb: str) -> ScoreCard:
    _require_role(actor, Role.COMPLIANCE, f"{verb} a score card")
    row = _locked(card_uuid)
    next_state(row.state, verb)
    if actor.user_id in {row.submitted_by_id, row.added_by_id}:
        raise ScoringRefused(
            "card-own", "Nobody decides about a card they wrote: ask a colleague of compliance."
        )
    return row


def _decided(actor: Actor, row: ScoreCard, verb: str, note: str, now: datetime) -> Recorded:
    row.state = next_state(row.state, verb)
    row.decided_by_id, row.decided_at = actor.user_id, now
    row.decision_note = note.strip()[:NOTE_LENGTH]
    row.save()
    event = {"approve": "approved", "return": "returned", "retire": "retired"}[verb]
    return _record(f"scorecard.{event}", actor, row, now)


def _locked(card_uuid: UUID) -> ScoreCard:
    row = ScoreCard.objects.select_for_update().filter(pk=card_uuid).first()
    if row is None:
        raise ScoringRefused("card-unknown", f"There is no score card {card_uuid}.")
    return row


def _card(row: ScoreCard) -> Scorecard:
    return read_card(row.text)


def _require_role(actor: Actor, role: Role, deed: str) -> None:
    if actor.role is not role:
        raise ScoringRefused("card-role-missing", f"Only the role {role.value} may {deed}.")


def _record(event: str, actor: Actor, row: ScoreCard, now: datetime) -> Recorded:
    return append_evidence(
        event,
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        about=f"scorecard:{row.uuid}",
        body={
            "scorecard": f"{row.name}/{row.version}",
            "scorecard_digest": row.digest,
            "part": row.part,
        },
        private={"note": row.decision_note} if row.decision_note else {},
    )
