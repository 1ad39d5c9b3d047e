"""May this person be contacted on this channel now, and if not, when? The gate's answer.

The rules judge; the lender's own policy (机构政策) is stricter: a third person is never contacted,
even where an instrument would let a contact person be called, and a hold, an opt-out or a written
request to stop is kept where no instrument in force speaks of it. `until` of a
refusal is a candidate: the facts are built there and the rules asked again, until a candidate is
proven or none is left.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from forbear.compliance.judging import RulesInForce
from forbear.compliance.verdicts import Ground, Judgement, Ruling, refused
from forbear.contact.channels import Channel
from forbear.contact.counting import ContactHistory, contact_facts
from forbear.contact.facts import ContactFacts
from forbear.contact.preferences import wish_facts
from forbear.primitives.time_zones import zone

# The gate's own grounds (机构政策): no way round them, whatever an instrument would allow.
NO_THIRD_PERSONS = Ground("POLICY-NO-THIRD-PERSONS", refused("third_person"))
ON_HOLD = Ground("POLICY-HOLD", refused("on_hold"))
OPTED_OUT = Ground("POLICY-OPTED-OUT", refused("channel_opted_out"))
STOPPED = Ground("POLICY-CONTACT-STOPPED", refused("contact_stopped"))
INCONVENIENT = Ground("POLICY-INCONVENIENT-TIME", refused("time_inconvenient"))
# An answer to what the borrower asked or complained about is no collection.
ANSWERS = frozenset({"answer_complaint", "answer_request"})
# The facts that the gate's own grounds look at.
OWN_FACTS = frozenset(
    {
        "recipient",
        "is_person_liable",
        "purpose",
        "is_on_hold",
        "is_channel_opted_out",
        "is_contact_stopped",
        "is_time_inconvenient",
    }
)
LIABLE_RECIPIENTS = frozenset({"borrower", "guarantor"})
# Longest chain of candidates followed before the gate says that it does not know.
MOST_CANDIDATES = 60
LONGEST_PERMIT = timedelta(minutes=30)

LawOn = Callable[[date], RulesInForce]
Answer = Callable[[datetime], Judgement]


@dataclass(frozen=True, slots=True)
class ContactRequest:
    """Who would be contacted, how, about which loan; words as in `ContactFacts`."""

    channel: Channel
    number_ref: str | None = None
    loan_ref: str | None = None
    recipient: str = "borrower"
    purpose: str = "collect"
    days_past_due: int | None = None


@dataclass(frozen=True, slots=True)
class Permission:
    """The answer at one moment: the facts judged, the judgement, and the next permitted moment.

    `next_permitted_at` is proven: the rules allow the contact there if nothing happens before.
    None with a refusal: waiting does not help, or a person must decide first.
    """

    at: datetime
    facts: ContactFacts
    judgement: Judgement
    next_permitted_at: datetime | None


def facts_at(history: ContactHistory, asked: ContactRequest, at: datetime) -> ContactFacts:
    """The facts of the request at a moment."""
    counted = contact_facts(
        history,
        channel=asked.channel,
        at=at,
        number_ref=asked.number_ref,
        loan_ref=asked.loan_ref,
        days_past_due=asked.days_past_due,
    )
    if history.wishes:
        wished = wish_facts(
            history.wishes,
            channel=asked.channel,
            at=at,
            address_ref=asked.number_ref,
            loan_ref=asked.loan_ref,
            local_minute=counted.local_minute,
        )
        counted = replace(counted, **wished) if wished else counted
    if asked.recipient == "borrower" and asked.purpose == "collect":
        return counted
    return replace(counted, recipient=asked.recipient, purpose=asked.purpose)


def permission(
    history: ContactHistory, asked: ContactRequest, *, at: datetime, law_on: LawOn
) -> Permission:
    """The gate's answer at `at`. `law_on` gives the rules in force on a local day."""
    facts = facts_at(history, asked, at)
    judgement = judged(facts, law_on(law_day(history, at)))
    following = None
    if judgement.ruling is Ruling.REFUSED and judgement.until_minute is not None:
        following = next_permitted(
            lambda moment: judged(
                facts_at(history, asked, moment), law_on(law_day(history, moment))
            ),
            history.time_zones,
            at=at,
            first=judgement,
        )
    return Permission(at, facts, judgement, following)


def judged(facts: ContactFacts, in_force: RulesInForce) -> Judgement:
    """The rules' judgement, and the gate's own refusals on top; waiting helps with none of them."""
    judgement = in_force.judge(facts)
    own = own_grounds(facts)
    if not own:
        return judgement
    return replace(
        judgement,
        ruling=Ruling.REFUSED,
        grounds=(*judgement.grounds, *own),
        until_minute=None,
    )


def own_grounds(facts: ContactFacts) -> tuple[Ground, ...]:
    """The gate's own refusals: third persons, holds, opt-outs and written requests to stop."""
    is_liable = facts.recipient == "borrower" or (
        facts.recipient in LIABLE_RECIPIENTS and facts.is_person_liable is True
    )
    is_answer = facts.purpose in ANSWERS
    stands = (
        (NO_THIRD_PERSONS, not is_liable),
        (ON_HOLD, facts.is_on_hold and not is_answer),
        (OPTED_OUT, facts.is_channel_opted_out),
        (STOPPED, facts.is_contact_stopped and not is_answer),
        (INCONVENIENT, facts.is_time_inconvenient and not is_answer),
    )
    return tuple(ground for ground, is_so in stands if is_so)


def next_permitted(
    answer: Answer, time_zones: tuple[str, ...], *, at: datetime, first: Judgement
) -> datetime | None:
    """The first candidate at which `answer` is allowed; None when the chain of candidates ends."""
    moment, judgement = at, first
    for _ in range(MOST_CANDIDATES):
        if judgement.ruling is not Ruling.REFUSED or judgement.until_minute is None:
            return moment if judgement.ruling is Ruling.ALLOWED else None
        candidate = wall_moment(time_zones, moment, judgement.until_minute)
        if candidate is None or candidate <= moment:
            return None
        moment, judgement = candidate, answer(candidate)
    return None


def wall_moment(time_zones: tuple[str, ...], at: datetime, minute: int) -> datetime | None:
    """The moment at which the home clock shows `minute`, counted from the local midnight of `at`.

    A time that a clock change skips moves to the same distance behind it; of a time that comes
    twice the first that lies after `at` is taken. None when the place is unknown.

    >>> wall_moment(("Asia/Shanghai",), datetime(2026, 3, 10, 14, 0, tzinfo=UTC), 1920).isoformat()
    '2026-03-11T00:00:00+00:00'
    """
    if not time_zones:
        return None
    place = zone(time_zones[0])
    day = at.astimezone(place).date() + timedelta(days=minute // 1440)
    wall = datetime(day.year, day.month, day.day, tzinfo=place) + timedelta(minutes=minute % 1440)
    both = [wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1)]
    return next((moment for moment in both if moment > at), both[-1])


def permit_window(
    history: ContactHistory,
    asked: ContactRequest,
    *,
    at: datetime,
    law_on: LawOn,
    longest: timedelta = LONGEST_PERMIT,
) -> datetime:
    """The end of the window of a contact permitted at `at`: the first whole minute not allowed.

    At most `longest` after `at`; each minute inside is asked, so that no change of hours or of
    law falls into it.
    """
    closes_at = at.replace(second=0, microsecond=0) + timedelta(minutes=1)
    while closes_at - at < longest:
        facts = facts_at(history, asked, closes_at)
        if judged(facts, law_on(law_day(history, closes_at))).ruling is not Ruling.ALLOWED:
            return closes_at
        closes_at += timedelta(minutes=1)
    return at + longest


def channel_permissions(
    history: ContactHistory,
    asked: ContactRequest,
    channels: Iterable[Channel],
    *,
    at: datetime,
    law_on: LawOn,
) -> dict[Channel, Permission]:
    """The same question on several channels."""
    return {
        channel: permission(history, replace(asked, channel=channel), at=at, law_on=law_on)
        for channel in channels
    }


def law_day(history: ContactHistory, at: datetime) -> date:
    """The day whose law is asked: the home day, else the day in UTC."""
    if not history.time_zones:
        return at.astimezone(UTC).date()
    return at.astimezone(zone(history.time_zones[0])).date()
