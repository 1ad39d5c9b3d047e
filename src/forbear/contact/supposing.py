"""Contacts that are only supposed: facts somebody states instead of a history that was recorded.

A supposed contact is judged by the same rules as a real one. What it lacks is a history to count
again at another moment, so this page says what the stated facts become when time passes and
nothing happens; where they do not tell, the stricter answer is taken. Nothing here is recorded.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

from forbear.compliance.judging import RulesInForce
from forbear.compliance.verdicts import Judgement, Ruling
from forbear.contact.counting import LONGEST_DAYS, WINDOW_DAYS
from forbear.contact.facts import ContactFacts
from forbear.contact.permission import LawOn, Permission, judged, next_permitted, own_grounds

DAY_MINUTES = 24 * 60
# A supposed person has a wall clock and no place: the clock without summer time stands for it.
SUPPOSED_CLOCK = ("UTC",)

# What a person may know of a real borrower although no record holds it yet: none of these ever
# permits more, so they are believed.
UNRECORDED = (
    "is_on_hold",
    "is_contact_stopped",
    "is_channel_opted_out",
    "is_represented",
    "is_time_inconvenient",
    "is_place_inconvenient",
    "is_at_workplace",
    "is_workplace_barred",
    "is_borrower_deceased",
    "instalment_agreement",
)


@dataclass(frozen=True, slots=True)
class Window:
    """Minutes of one local day, `until_minute` exclusive, that all have the same ruling."""

    from_minute: int
    until_minute: int
    ruling: Ruling


@dataclass(frozen=True, slots=True)
class SupposedDay:
    """One day of a supposed contact: its windows cover the day without a gap."""

    day: date
    windows: tuple[Window, ...]


def facts_later(facts: ContactFacts, *, minute: int | None, days: int = 0) -> ContactFacts:
    """The same facts at another minute of the day, or `days` later, if nothing happens before.

    Counts of today become 0 on a later day and the row of failed calls stays as it was (fewer
    failed calls never permit more). Of seven-day counts only what must have left is taken off: the
    facts say when the oldest call leaves, not when the others do. Whether a later day is a holiday
    is unknown, and a consent to more calls is not stretched over midnight.

    >>> asked = ContactFacts(channel="sms", local_minute=1320, connected_interactive_calls_today=3)
    >>> facts_later(asked, minute=480, days=1).connected_interactive_calls_today
    0
    """
    if days == 0:
        return replace(facts, local_minute=minute)
    calls, leaves = _seven_days(facts, days)
    weekday = facts.local_weekday
    return replace(
        facts,
        local_minute=minute,
        local_weekday=None if weekday is None else (weekday - 1 + days) % 7 + 1,
        is_public_holiday=None,
        connected_notice_calls_today=0,
        connected_interactive_calls_today=0,
        unanswered_attempts_today_same_number=0,
        days_since_contact_on_product=_older(facts.days_since_contact_on_product, days),
        days_since_conversation=_older(facts.days_since_conversation, days),
        calls_seven_days=calls,
        days_until_call_leaves=leaves,
        has_call_consent=False,
        contacts_seven_days=0 if days >= WINDOW_DAYS else facts.contacts_seven_days,
        days_past_due=_older(facts.days_past_due, days),
    )


def with_unrecorded(recorded: ContactFacts, stated: ContactFacts) -> ContactFacts:
    """The recorded facts and, of what somebody states besides, those that no record holds yet.

    >>> held = ContactFacts(channel="sms", local_minute=600, connected_interactive_calls_today=3)
    >>> said = ContactFacts(channel="sms", local_minute=600, is_represented=True)
    >>> both = with_unrecorded(held, said)
    >>> both.connected_interactive_calls_today, both.is_represented
    (3, True)
    """
    more = {name: getattr(stated, name) for name in UNRECORDED}
    return replace(recorded, **{name: v for name, v in more.items() if v not in (False, "none")})


def supposed_permission(facts: ContactFacts, *, on: date, law_on: LawOn) -> Permission:
    """The answer to a supposed contact on `on`; its moments are wall time, written in UTC."""
    at = datetime(on.year, on.month, on.day, tzinfo=UTC) + timedelta(
        minutes=facts.local_minute or 0
    )
    first = judged(facts, law_on(on))
    following = None
    if first.ruling is Ruling.REFUSED and first.until_minute is not None:
        clock = () if facts.local_minute is None else SUPPOSED_CLOCK
        following = next_permitted(_answer(facts, on, law_on), clock, at=at, first=first)
    return Permission(at, facts, first, following)


def supposed_days(
    facts: ContactFacts, *, on: date, count: int, law_on: LawOn
) -> tuple[SupposedDay, ...]:
    """`count` days from `on`, each with its windows."""
    days = (on + timedelta(days=n) for n in range(count))
    return tuple(
        SupposedDay(
            day,
            day_windows(facts_later(facts, minute=facts.local_minute, days=n), law_on(day)),
        )
        for n, day in enumerate(days)
    )


def day_windows(facts: ContactFacts, in_force: RulesInForce) -> tuple[Window, ...]:
    """What every minute of the day would be answered with these facts, joined to windows.

    Without a known local time the whole day has the one answer that needs no clock.
    """
    if facts.local_minute is None:
        return (Window(0, DAY_MINUTES, judged(facts, in_force).ruling),)
    if own_grounds(facts):
        return (Window(0, DAY_MINUTES, Ruling.REFUSED),)
    # Rules only read attributes; one open copy saves building 1,440 facts.
    asked = SimpleNamespace(**{f.name: getattr(facts, f.name) for f in fields(facts)})
    windows: list[Window] = []
    for minute in range(DAY_MINUTES):
        asked.local_minute = minute
        ruling = in_force.judge(asked).ruling
        if windows and windows[-1].ruling is ruling:
            windows[-1] = Window(windows[-1].from_minute, minute + 1, ruling)
        else:
            windows.append(Window(minute, minute + 1, ruling))
    return tuple(windows)


def _answer(facts: ContactFacts, on: date, law_on: LawOn) -> Callable[[datetime], Judgement]:
    def answer(moment: datetime) -> Judgement:
        wall = moment.astimezone(UTC)
        days = (wall.date() - on).days
        minute = wall.hour * 60 + wall.minute
        return judged(facts_later(facts, minute=minute, days=days), law_on(wall.date()))

    return answer


def _seven_days(facts: ContactFacts, days: int) -> tuple[int, int]:
    """Calls still inside the seven days, and the days until the next one must have left."""
    calls, leaves = facts.calls_seven_days, facts.days_until_call_leaves
    if days >= WINDOW_DAYS:
        return 0, 0
    if calls == 0 or leaves == 0:
        return calls, leaves
    if days < leaves:
        return calls, leaves - days
    # At worst only the oldest call has left and all others were made today.
    return calls - 1, 0 if calls == 1 else WINDOW_DAYS - days


def _older(held: int | None, days: int) -> int | None:
    return None if held is None else min(held + days, LONGEST_DAYS)
