"""Calls of a borrower: the one that is on, and those that were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count

from forbear_server.selectors.actors import Actor
from forbear_server.store.models import Call

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
    )
