"""What a borrower asked for about contact, and what holds it back: read into the contact facts.

Only what makes the answer stricter stands here; what a borrower allows beyond the usual is a
`Consent`. Statements are never changed: a later one, or a withdrawal, takes their place. A social
account is known only through an opt-in, so nobody who did not opt in has an address there.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from forbear.contact.channels import Channel


class PreferenceKind(StrEnum):
    """What a borrower may state; the first five allow, the others restrict or choose."""

    AGREED_HOURS = "agreed_hours"
    NIGHT_CONTACT = "night_contact"
    ATTEMPT_CAP = "attempt_cap"
    CALL_CAP = "call_cap"
    FREQUENT_CALLS = "frequent_calls"
    CHANNEL_OPT_IN = "channel_opt_in"  # social accounts and apps: nothing without it
    CHANNEL_OPT_OUT = "channel_opt_out"
    CONTACT_STOPPED = "contact_stopped"
    INCONVENIENT_HOURS = "inconvenient_hours"
    LANGUAGE = "language"


ALLOWING = frozenset(
    {
        PreferenceKind.AGREED_HOURS,
        PreferenceKind.NIGHT_CONTACT,
        PreferenceKind.ATTEMPT_CAP,
        PreferenceKind.CALL_CAP,
        PreferenceKind.FREQUENT_CALLS,
    }
)


class HoldKind(StrEnum):
    """Why contact is held back; scope and end as in the design's table of holds."""

    COMPLAINT = "complaint"
    DISPUTE = "dispute"
    HARDSHIP = "hardship"
    ARRANGEMENT = "arrangement"
    PAUSE = "pause"
    REPRESENTATIVE = "representative"
    DECEASED = "deceased"
    INCAPACITY = "incapacity"
    MINOR = "minor"
    PAID_CLAIMED = "paid_claimed"


# A pause longer than this is no pause but a request to stop (design: at most 30 days).
LONGEST_PAUSE_DAYS = 30


@dataclass(frozen=True, slots=True)
class Preference:
    """One restricting statement; `channel` and `address_ref` None mean all of them."""

    preference_id: str
    kind: PreferenceKind
    granted_at: datetime
    channel: Channel | None = None
    address_ref: str | None = None
    from_minute: int | None = None
    until_minute: int | None = None
    until: datetime | None = None
    withdrawn_at: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether it was stated by `at`, not withdrawn and not over."""
        is_over = self.until is not None and self.until <= at
        is_withdrawn = self.withdrawn_at is not None and self.withdrawn_at <= at
        return self.granted_at <= at and not is_over and not is_withdrawn

    def covers(self, channel: Channel, address_ref: str | None) -> bool:
        """Whether it speaks of this channel and address; an unknown address is covered."""
        return (self.channel is None or self.channel is channel) and (
            self.address_ref is None or address_ref is None or self.address_ref == address_ref
        )


@dataclass(frozen=True, slots=True)
class Hold:
    """Contact held back, for one loan or (None) for the person."""

    hold_id: str
    kind: HoldKind
    placed_at: datetime
    loan_ref: str | None = None
    until: datetime | None = None
    lifted_at: datetime | None = None

    def stands(self, at: datetime, loan_ref: str | None) -> bool:
        """Whether it holds back contact about `loan_ref` at `at`; about no loan: any hold does."""
        is_over = self.until is not None and self.until <= at
        is_lifted = self.lifted_at is not None and self.lifted_at <= at
        is_meant = self.loan_ref is None or loan_ref is None or self.loan_ref == loan_ref
        return self.placed_at <= at and is_meant and not is_over and not is_lifted


@dataclass(frozen=True, slots=True)
class Wishes:
    """Everything one borrower restricted; `numbers_out` are addresses said to be wrong."""

    preferences: tuple[Preference, ...] = ()
    holds: tuple[Hold, ...] = ()
    numbers_out: frozenset[str] = field(default_factory=frozenset)

    def __bool__(self) -> bool:
        return bool(self.preferences or self.holds or self.numbers_out)


NO_WISHES = Wishes()


def wish_facts(
    wishes: Wishes,
    *,
    channel: Channel,
    at: datetime,
    address_ref: str | None = None,
    loan_ref: str | None = None,
    local_minute: int | None = None,
) -> dict[str, Any]:
    """The facts these wishes change, by name; none that is left at its neutral value.

    >>> wish_facts(NO_WISHES, channel=Channel.SMS, at=datetime(2026, 3, 1))
    {}
    """
    kinds = {p.kind for p in wishes.preferences if p.holds(at) and p.covers(channel, address_ref)}
    holds = {h.kind for h in wishes.holds if h.stands(at, loan_ref)}
    facts = {
        "is_channel_opted_out": PreferenceKind.CHANNEL_OPT_OUT in kinds,
        "is_contact_stopped": PreferenceKind.CONTACT_STOPPED in kinds,
        "is_on_hold": bool(holds),
        "is_represented": HoldKind.REPRESENTATIVE in holds,
        "is_borrower_deceased": HoldKind.DECEASED in holds,
        "is_number_invalid": address_ref is not None and address_ref in wishes.numbers_out,
        "is_time_inconvenient": _is_inconvenient(wishes.preferences, channel, at, local_minute),
    }
    return {name: True for name, is_so in facts.items() if is_so}


def _is_inconvenient(
    preferences: Iterable[Preference], channel: Channel, at: datetime, minute: int | None
) -> bool:
    """Inside stated inconvenient hours; with the place unknown, any stated hours count."""
    return any(
        p.kind is PreferenceKind.INCONVENIENT_HOURS
        and p.holds(at)
        and p.covers(channel, None)
        and (minute is None or _is_between(minute, p.from_minute or 0, p.until_minute or 1440))
        for p in preferences
    )


def _is_between(minute: int, start: int, end: int) -> bool:
    """Inside [start, end) by the clock, over midnight when the end comes first."""
    return start <= minute < end if start < end else minute >= start or minute < end
