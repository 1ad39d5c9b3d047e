"""Calls of a borrower: the one that is on, and those that were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, QuerySet

from forbear_server.selectors.actors import Actor, Role
from forbear_server.store.models import Call, User

UNDER_WAY = ("dialling", "ringing", "connected")
OPEN = (*UNDER_WAY, "wrap_up")


@dataclass(frozen=True, slots=True)
class CallView:
    """One call as pages show it; nothing of what was said stands here."""

    call_id: UUID
    permit_id: UUID
    borrower_ref: str
    collector: str
    is_mine: bool
    voice: str
    state: str
    asked_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    window_closes_at: datetime
    identity: str
    disposition: str
    hangup_reason: str
    recording: str
    recording_digest: str
    said: tuple[str, ...]
    warned_at: datetime | None
    end_wished_at: datetime | None
    is_muted: bool
    is_mute_wished: bool
    is_held: bool
    is_hold_wished: bool
    is_guide_paused: bool
    distressed_at: datetime | None

    @property
    def hides_money(self) -> bool:
        """While somebody is on the line who is not known to be the borrower, no debt is shown."""
        return self.state in UNDER_WAY and self.identity != "right_party"

    @property
    def is_under_way(self) -> bool:
        """Whether a line is in use for it, or is about to be."""
        return self.state in UNDER_WAY

    @property
    def is_open(self) -> bool:
        """Whether it is on, or waits for its disposition."""
        return self.state in OPEN


def find_open_call(actor: Actor, borrower_ref: str) -> CallView | None:
    """The call with this borrower that is on or waits for its disposition."""
    row = (
        Call.objects.select_related("borrower", "collector")
        .filter(borrower__ref=borrower_ref, state__in=OPEN)
        .order_by("-asked_at")
        .first()
    )
    return None if row is None else _view(actor, row)


def find_own_open_call(actor: Actor) -> CallView | None:
    """The call of one's own that is on or waits for its disposition, with whichever borrower."""
    row = (
        Call.objects.select_related("borrower", "collector")
        .filter(collector_id=actor.user_id, state__in=OPEN)
        .first()
    )
    return None if row is None else _view(actor, row)


@dataclass(frozen=True, slots=True)
class DistressNotice:
    """A call of the team in which somebody was upset, as its lead is told of it: no name."""

    call_id: UUID
    borrower_ref: str
    collector: str
    distressed_at: datetime
    is_under_way: bool


def distressed_calls(actor: Actor) -> QuerySet[Call]:
    """Calls of a lead's own team in which somebody was upset; nobody else is told of them."""
    if actor.role is not Role.LEAD:
        return Call.objects.none()
    return Call.objects.select_related("borrower", "collector").filter(
        distressed_at__isnull=False, collector__team=actor.team
    )


def has_team_lead(actor: Actor) -> bool:
    """Whether the actor's team has somebody who is told of its calls."""
    return User.objects.filter(is_active=True, role=Role.LEAD, team=actor.team).exists()


def list_distress_unseen(actor: Actor) -> list[DistressNotice]:
    """Those the lead has not seen yet, newest first."""
    rows = distressed_calls(actor).filter(distress_seen_at__isnull=True)
    return [
        DistressNotice(
            row.uuid,
            row.borrower.ref,
            row.collector.display_name,
            row.distressed_at,
            row.state in UNDER_WAY,
        )
        for row in rows.order_by("-distressed_at")[:20]
        if row.distressed_at is not None
    ]


def list_calls(actor: Actor, borrower_ref: str) -> Sequence[CallView]:
    """Every call with this borrower, newest first."""
    rows = Call.objects.select_related("borrower", "collector").filter(borrower__ref=borrower_ref)
    return [_view(actor, row) for row in rows.order_by("-asked_at")[:200]]


def count_calls() -> dict[str, int]:
    """Calls by state."""
    counted = Call.objects.values_list("state").annotate(many=Count("uuid")).order_by("state")
    return dict(counted)


def _view(actor: Actor, row: Call) -> CallView:
    return CallView(
        call_id=row.uuid,
        permit_id=row.permit_id,
        borrower_ref=row.borrower.ref,
        collector=row.collector.display_name,
        is_mine=row.collector_id == actor.user_id,
        voice=row.voice,
        state=row.state,
        asked_at=row.asked_at,
        answered_at=row.answered_at,
        ended_at=row.ended_at,
        window_closes_at=row.window_closes_at,
        identity=row.identity,
        disposition=row.disposition,
        hangup_reason=row.hangup_reason,
        recording=row.recording,
        recording_digest=row.recording_digest,
        said=tuple(row.said),
        warned_at=row.warned_at,
        end_wished_at=row.end_wished_at,
        is_muted=row.is_muted,
        is_mute_wished=row.is_mute_wished,
        is_held=row.is_held,
        is_hold_wished=row.is_hold_wished,
        is_guide_paused=row.is_guide_paused,
        distressed_at=row.distressed_at,
    )
