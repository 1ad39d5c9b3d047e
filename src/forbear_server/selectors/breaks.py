"""How hard a collector's day was so far, seen by themselves alone, and the break that runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery

from forbear.contact.hard_cases import is_light_case_due
from forbear_server.selectors.access import Screen, may_write
from forbear_server.selectors.actors import Actor
from forbear_server.store.models import Call, User, WorklistItem


@dataclass(frozen=True, slots=True)
class HardDay:
    """Whether a light case comes next, and until when a break runs; None when none does.

    `next_key` tells one form of 下一位 from the next: it changes with every case that is taken.
    """

    is_light_due: bool
    break_until: datetime | None
    next_key: str = field(default="", compare=False)
    last_taken_at: datetime | None = field(default=None, compare=False)


def find_hard_day(actor: Actor, *, now: datetime) -> HardDay:
    """The person's own day: nothing of it is kept, it follows from the calls of the day."""
    if not may_write(actor, Screen.WORKLIST):
        return HardDay(is_light_due=False, break_until=None)
    midnight = now.astimezone(ZoneInfo(actor.lender_time_zone)).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    upset = Call.objects.filter(
        collector_id=OuterRef("pk"), distressed_at__gte=midnight, distressed_at__lte=now
    )
    taken = WorklistItem.objects.filter(taken_by_id=OuterRef("pk"), taken_at__gte=midnight)
    row = (
        User.objects.filter(pk=actor.user_id)
        .annotate(
            upset_at=ArraySubquery(upset.values("distressed_at")),
            last_taken_at=Subquery(taken.order_by("-taken_at").values("taken_at")[:1]),
        )
        .values("break_until", "upset_at", "last_taken_at")
        .get()
    )
    until, taken_at = row["break_until"], row["last_taken_at"]
    return HardDay(
        is_light_due=is_light_case_due(row["upset_at"], last_taken_at=taken_at),
        break_until=until if until is not None and until > now else None,
        next_key="first" if taken_at is None else f"after-{taken_at.timestamp():.6f}",
        last_taken_at=taken_at,
    )
