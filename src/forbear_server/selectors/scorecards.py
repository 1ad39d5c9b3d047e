"""Score cards of the lender: the list, one whole, and the one that scores."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

from forbear.scoring.card_texts import read_card
from forbear.scoring.cards import Scorecard
from forbear_server.selectors.books import run_folder
from forbear_server.store.models import Run, ScoreCard

NIGHTS = 30


@dataclass(frozen=True, slots=True)
class ScoreCardRow:
    """A version as it stands on the desk; names are those of staff."""

    uuid: UUID
    name: str
    version: int
    recipe: str
    digest: str
    is_simulated: bool
    state: str
    part: str
    added_by: str
    added_by_id: int
    added_at: datetime
    submitted_by_id: int | None
    submitted_at: datetime | None
    decided_by: str
    decided_at: datetime | None
    decision_note: str


@dataclass(frozen=True, slots=True)
class ScoreCardWhole:
    row: ScoreCardRow
    card: Scorecard
    text: str


def list_scorecards() -> list[ScoreCardRow]:
    """Every version, the newest of each name first; without their texts."""
    rows = ScoreCard.objects.select_related("added_by", "decided_by").defer("text")
    return [_row(one) for one in rows]


def find_scorecard(card_uuid: UUID) -> ScoreCardWhole | None:
    """One version with its card."""
    rows = ScoreCard.objects.select_related("added_by", "decided_by")
    one = rows.filter(pk=card_uuid).first()
    return None if one is None else ScoreCardWhole(_row(one), parsed(one.text), one.text)


@dataclass(frozen=True, slots=True)
class Champion:
    """The card in use with what an entry about it says."""

    uuid: UUID
    name: str
    version: int
    digest: str
    card: Scorecard


def champion(recipe: str) -> Champion | None:
    """The approved card that scores by this recipe, if there is one.

    Its text never changes, so it is read from the desk and parsed once in a process.
    """
    one = (
        ScoreCard.objects.filter(recipe=recipe, state="approved", part=ScoreCard.Part.CHAMPION)
        .values_list("uuid", "name", "version", "digest")
        .first()
    )
    return None if one is None else Champion(*one, card=_card_of(one[0]))


@lru_cache(maxsize=32)
def _card_of(card_uuid: UUID) -> Scorecard:
    return read_card(ScoreCard.objects.values_list("text", flat=True).get(pk=card_uuid))


def scoring_cards(recipe: str) -> tuple[Scorecard, ...]:
    """The cards a night scores with, the champion first; none without a champion."""
    rows = ScoreCard.objects.filter(recipe=recipe, state="approved").order_by("name", "version")
    parts = [(one.part, parsed(one.text)) for one in rows]
    first = [card for part, card in parts if part == ScoreCard.Part.CHAMPION]
    return (
        (*first, *(card for part, card in parts if part != ScoreCard.Part.CHAMPION))
        if first
        else ()
    )


@lru_cache(maxsize=32)
def parsed(text: str) -> Scorecard:
    """A card read once for each text: a page and a night must not parse it again."""
    return read_card(text)


def _row(one: ScoreCard) -> ScoreCardRow:
    return ScoreCardRow(
        uuid=one.uuid,
        name=one.name,
        version=one.version,
        recipe=one.recipe,
        digest=one.digest,
        is_simulated=one.is_simulated,
        state=one.state,
        part=one.part,
        added_by=one.added_by.display_name,
        added_by_id=one.added_by_id,
        added_at=one.added_at,
        submitted_by_id=one.submitted_by_id,
        submitted_at=one.submitted_at,
        decided_by="" if one.decided_by is None else one.decided_by.display_name,
        decided_at=one.decided_at,
        decision_note=one.decision_note,
    )


@dataclass(frozen=True, slots=True)
class NightDrift:
    """How far a night's loans were from those of training: (characteristic, PSI, level)."""

    business_date: date
    lines: tuple[tuple[str, str, str], ...]


def newest_drift(lender_code: str, digest: str) -> NightDrift | None:
    """The drift of the newest finished night that scored by this card; None where there is none."""
    days = Run.objects.filter(state=Run.State.FINISHED).order_by("-business_date")[:NIGHTS]
    for run in days:
        try:
            told = run_folder(lender_code, run.business_date).report("scores")
        except FileNotFoundError:
            continue
        if told["scorecard_digest"] == digest:
            lines = tuple((one["name"], one["psi"], one["level"]) for one in told["drift"])
            return NightDrift(run.business_date, lines)
    return None
