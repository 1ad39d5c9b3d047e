"""Attempts and consents of the demonstration: sparse, in daytime, at most one a day and person."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from forbear.contact.attempts import Outcome
from forbear.contact.channels import Channel
from forbear.contact.consents import ConsentKind
from forbear.world.chances import Chances
from forbear.world.rows import Row

BEIJING = ZoneInfo("Asia/Shanghai")
ATTEMPTS_DAYS = 90
TODAY_UNTIL = time(10, 30)
CALL_OUTCOMES = (
    Outcome.CONNECTED,
    Outcome.CONNECTED,
    Outcome.NO_ANSWER,
    Outcome.NO_ANSWER,
    Outcome.NO_ANSWER,
    Outcome.BUSY,
    Outcome.UNREACHABLE,
)


class LateSpell(NamedTuple):
    """A time in which an instalment stood unpaid: from its due date to the day it was met."""

    due_on: date
    until: date


def moment(day: date, hour: int, minute: int) -> str:
    """A moment of the Beijing clock as a tape writes it."""
    return datetime.combine(day, time(hour, minute), BEIJING).isoformat()


def attempt_row(borrower_id: str, at: str, channel: Channel, outcome: Outcome) -> Row:
    """One attempt; its id is given when all are in order."""
    return {
        "borrower_id": borrower_id,
        "attempted_at": at,
        "channel": channel.value,
        "number_ref": None if channel is Channel.APP else "n1",
        "outcome": outcome.value,
        "actor": "in_house",
    }


def attempts(
    borrower_id: str, spells: Sequence[LateSpell], chances: Chances, *, today: date
) -> list[Row]:
    """Attempts made in the late spells of the last 90 days, every three to nine days."""
    found: dict[date, Row] = {}
    earliest = today - timedelta(days=ATTEMPTS_DAYS)
    for spell in spells:
        day = spell.due_on + timedelta(days=chances.between(2, 4))
        while day < spell.until and day <= today:
            is_reachable = day < today or chances.happens(250)
            if day >= earliest and is_reachable and day not in found:
                found[day] = _attempt(borrower_id, day, chances, is_today=day == today)
            day += timedelta(days=chances.between(3, 9))
    return [found[day] for day in sorted(found)]


def _attempt(borrower_id: str, day: date, chances: Chances, *, is_today: bool) -> Row:
    minute_of_day = chances.between(8 * 60 + 30, 10 * 60 + 20 if is_today else 19 * 60 + 30)
    at = moment(day, *divmod(minute_of_day, 60))
    if chances.happens(450):
        outcome = Outcome.UNDELIVERED if chances.happens(40) else Outcome.DELIVERED
        channel = Channel.SMS if chances.happens(750) else Channel.APP
        return attempt_row(borrower_id, at, channel, outcome)
    channel = Channel.VOICE_INTERACTIVE if chances.happens(600) else Channel.VOICE_NOTICE_AI
    return attempt_row(borrower_id, at, channel, chances.one_of(CALL_OUTCOMES))


def consent_row(
    borrower_id: str,
    number: int,
    kind: ConsentKind,
    granted_at: str,
    *,
    withdrawn_at: str | None = None,
    hours: tuple[int, int] | None = None,
    daily_cap: int | None = None,
) -> Row:
    """One consent as a tape writes it."""
    return {
        "borrower_id": borrower_id,
        "consent_id": f"{borrower_id}-C{number}",
        "kind": kind.value,
        "granted_at": granted_at,
        "withdrawn_at": withdrawn_at,
        "from_minute": hours[0] if hours else None,
        "until_minute": hours[1] if hours else None,
        "daily_cap": daily_cap,
    }


def consents(borrower_id: str, chances: Chances, *, today: date) -> list[Row]:
    """Consents of one borrower: about one in fourteen gave one, some took it back."""
    granted = today - timedelta(days=chances.between(20, 300))
    at = moment(granted, chances.between(9, 18), chances.below(60))
    draw = chances.below(1000)
    if draw < 45:
        start = chances.one_of((18, 19)) * 60
        return [
            consent_row(borrower_id, 1, ConsentKind.AGREED_HOURS, at, hours=(start, start + 120))
        ]
    if draw < 60:
        return [consent_row(borrower_id, 1, ConsentKind.ATTEMPT_CAP, at, daily_cap=2)]
    if draw < 70:
        withdrawn = moment(granted + timedelta(days=10), 12, 0) if chances.happens(400) else None
        return [consent_row(borrower_id, 1, ConsentKind.NIGHT_CONTACT, at, withdrawn_at=withdrawn)]
    return []
