"""Whether calls can be placed now: a telephone system that is held, recording, and not stopped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from forbear.contact.channels import Channel
from forbear_server.store.models import ChannelSender

# Whoever holds the telephone system says so more often than this.
SEEN_WITHIN = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Telephones:
    """The sender calls go out from; `can_record` only while somebody holds it and says so."""

    sender: str
    can_record: bool


def find_telephones(*, now: datetime) -> Telephones | None:
    """The lender's telephone system; None when the channels file names none."""
    rows = ChannelSender.objects.filter(channel=Channel.VOICE_INTERACTIVE.value)
    found = [
        Telephones(
            row.sender,
            row.stopped_at is None
            and row.link == "up"
            and row.link_seen_at is not None
            and abs(now - row.link_seen_at) <= SEEN_WITHIN,
        )
        for row in rows.order_by("sender")
    ]
    return next((one for one in found if one.can_record), found[0] if found else None)
