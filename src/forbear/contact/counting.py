"""Contact facts from history: what happened to one borrower before the moment asked about.

A history is read once per borrower (each event's local day by the borrower's clock) and asked
many times; a question then compares whole numbers only. Days are local calendar days; with the
zone unknown they are spans of 24 hours before the moment, the strictest reading of a day that
nobody can name. The batch twin is `counting_columns.py`.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from forbear.contact.attempts import NOT_PLACED, UNANSWERED, ContactAttempt, Outcome
from forbear.contact.channels import VOICE, Channel
from forbear.contact.consents import Consent, ConsentKind, consent_in_force
from forbear.contact.facts import CALLS, ContactFacts
from forbear.contact.preferences import NO_WISHES, Wishes
from forbear.primitives.time_zones import MomentNaive, zone

WINDOW_DAYS = 7
# Channels that 940 CMR 7.04(1)(f) and its like count together.
COUNTED_CONTACTS = frozenset({*VOICE, Channel.SMS})
LONGEST_DAYS = 100_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
DAY_MICROSECONDS = 24 * 3600 * 1_000_000


@dataclass(frozen=True, slots=True)
class PastEvent:
    """One attempt as counting needs it: `day` is the ordinal of its local day, None unknown."""

    at: int
    day: int | None
    channel: Channel
    is_call: bool
    is_connected: bool
    is_failed: bool
    is_placed: bool
    outcome: Outcome
    number_ref: str | None
    loan_ref: str | None


@dataclass(frozen=True, slots=True)
class ContactHistory:
    """The attempts of one borrower, oldest first, and their consents.

    `time_zones`: the places the borrower may be at, home first; empty when none is known.
    """

    time_zones: tuple[str, ...]
    places: tuple[ZoneInfo, ...]
    events: tuple[PastEvent, ...]
    moments: tuple[int, ...]
    consents: tuple[Consent, ...]
    wishes: Wishes = NO_WISHES

    @classmethod
    def of(
        cls,
        attempts: Iterable[ContactAttempt],
        consents: Iterable[Consent] = (),
        *,
        time_zones: Iterable[str] = (),
        wishes: Wishes = NO_WISHES,
    ) -> "ContactHistory":
        """Reads a history. Raises `ZoneUnknown` for a zone nobody has heard of."""
        zones = tuple(time_zones)
        places = tuple(zone(name) for name in zones)
        home = places[0] if places else None
        events = tuple(
            PastEvent(
                at=_micros(a.attempted_at),
                day=None if home is None else a.attempted_at.astimezone(home).toordinal(),
                channel=a.channel,
                is_call=a.channel in VOICE,
                is_connected=a.channel in VOICE and a.outcome is Outcome.CONNECTED,
                is_failed=a.channel in VOICE and a.outcome in UNANSWERED,
                is_placed=a.channel in VOICE and a.outcome not in NOT_PLACED,
                outcome=a.outcome,
                number_ref=a.number_ref,
                loan_ref=a.loan_ref,
            )
            for a in sorted(attempts, key=lambda a: (a.attempted_at, a.attempt_id))
        )
        return cls(zones, places, events, tuple(e.at for e in events), tuple(consents), wishes)


def contact_facts(
    history: ContactHistory,
    *,
    channel: Channel,
    at: datetime,
    number_ref: str | None = None,
    loan_ref: str | None = None,
    days_past_due: int | None = None,
    is_public_holiday: bool | None = None,
) -> ContactFacts:
    """The facts of a contact on `channel` at `at`, from what happened before it.

    Events at or after `at` are left out, so that any past moment can be asked again. Raises
    `MomentNaive` when `at` has no zone.
    """
    if at.tzinfo is None:
        raise MomentNaive("A moment needs its zone: give 2026-03-10T21:59+08:00.")
    clock = _Clock.of(history.places, at)
    known = history.events[: bisect_left(history.moments, _micros(at))]
    counts = _recent(known, clock, number_ref, loan_ref)
    last_talk = _last(known, loan_ref, conversations_only=True)
    last_contact = _last(known, loan_ref)
    hours, attempt_cap, call_cap, has_night_consent, frequent = _agreed(history.consents, at)
    calls_in_row, days_in_row = _failed_in_row(known, clock, number_ref)
    return ContactFacts(
        channel=channel,
        local_minute=clock.local_minute,
        minutes_behind=clock.minutes_behind,
        minutes_ahead=clock.minutes_ahead,
        local_weekday=clock.weekday,
        is_public_holiday=is_public_holiday,
        agreed_from_minute=hours.from_minute if hours else None,
        agreed_until_minute=hours.until_minute if hours else None,
        has_night_consent=has_night_consent,
        connected_notice_calls_today=counts.notice,
        connected_interactive_calls_today=counts.interactive,
        unanswered_attempts_today_same_number=counts.unanswered,
        agreed_attempt_cap=attempt_cap.daily_cap if attempt_cap else None,
        agreed_call_cap=call_cap.daily_cap if call_cap else None,
        days_since_contact_on_product=clock.age_of(last_contact),
        is_number_invalid=_is_invalid(known, number_ref),
        failed_calls_in_row_before_today=calls_in_row,
        failed_days_in_row=days_in_row,
        calls_seven_days=counts.placed,
        days_until_call_leaves=0 if counts.oldest is None else WINDOW_DAYS - counts.oldest,
        days_since_conversation=clock.age_of(last_talk),
        has_call_consent=_has_call_consent(frequent, clock, at, last_talk),
        contacts_seven_days=counts.contacts,
        days_past_due=days_past_due,
    )


@dataclass(frozen=True, slots=True)
class _Clock:
    """The moment asked about by the borrower's clocks."""

    at: int
    home: ZoneInfo | None
    today: int | None
    local_minute: int | None
    minutes_behind: int
    minutes_ahead: int
    weekday: int | None

    @classmethod
    def of(cls, places: tuple[ZoneInfo, ...], at: datetime) -> "_Clock":
        if not places:
            return cls(_micros(at), None, None, None, 0, 0, None)
        home = at.astimezone(places[0])
        behind = ahead = 0
        if len(places) > 1:
            wall = home.replace(tzinfo=None)
            gaps = [
                (at.astimezone(other).replace(tzinfo=None) - wall) // timedelta(minutes=1)
                for other in places[1:]
            ]
            behind, ahead = max(0, -min(gaps)), max(0, *gaps)
        return cls(
            _micros(at),
            places[0],
            home.toordinal(),
            home.hour * 60 + home.minute,
            behind,
            ahead,
            home.isoweekday(),
        )

    def days_since(self, moment: datetime, at: datetime) -> int:
        """Local days since any moment."""
        if self.home is None or self.today is None:
            return (at - moment) // timedelta(days=1)
        return self.today - moment.astimezone(self.home).toordinal()

    def age_of(self, event: PastEvent | None) -> int | None:
        """`age`, None for no event."""
        return None if event is None else min(self.age(event), LONGEST_DAYS)

    def age(self, event: PastEvent) -> int:
        """Local days since the event; spans of 24 hours when the place is unknown."""
        if self.today is None or event.day is None:
            return (self.at - event.at) // DAY_MICROSECONDS
        return self.today - event.day


@dataclass(slots=True)
class _Counts:
    notice: int = 0
    interactive: int = 0
    unanswered: int = 0
    placed: int = 0
    contacts: int = 0
    oldest: int | None = None


def _recent(
    known: tuple[PastEvent, ...], clock: _Clock, number_ref: str | None, loan_ref: str | None
) -> _Counts:
    """Counts of today and of the seven days; walks back from the latest event."""
    counts = _Counts()
    for event in reversed(known):
        age = clock.age(event)
        if age >= WINDOW_DAYS:
            break
        if age == 0 and event.is_call:
            if event.is_connected:
                if event.channel is Channel.VOICE_NOTICE_AI:
                    counts.notice += 1
                else:
                    counts.interactive += 1
            elif event.is_failed and _same(event.number_ref, number_ref):
                counts.unanswered += 1
        if not _same(event.loan_ref, loan_ref):
            continue
        if event.is_placed:
            counts.placed += 1
            counts.oldest = age
        if event.channel in COUNTED_CONTACTS:
            counts.contacts += 1
    return counts


def _same(held: str | None, asked: str | None) -> bool:
    """Whether a number or loan is the one asked about; an unknown one always is."""
    return held is None or asked is None or held == asked


def _last(
    known: tuple[PastEvent, ...], loan_ref: str | None, *, conversations_only: bool = False
) -> PastEvent | None:
    for event in reversed(known):
        if _same(event.loan_ref, loan_ref) and (event.is_connected or not conversations_only):
            return event
    return None


def _is_invalid(known: tuple[PastEvent, ...], number_ref: str | None) -> bool:
    """Whether the last call to the number, or one at the same moment, found it wrong."""
    last: int | None = None
    for event in reversed(known):
        if last is not None and event.at < last:
            break
        if event.is_call and _same(event.number_ref, number_ref):
            if event.outcome is Outcome.WRONG_NUMBER:
                return True
            last = event.at
    return False


def _failed_in_row(
    known: tuple[PastEvent, ...], clock: _Clock, number_ref: str | None
) -> tuple[int, int]:
    """Failed calls in a row before today, and consecutive days with failed calls up to the last.

    A call that is answered, on any number, ends both rows.
    """
    answered = next((e.at for e in reversed(known) if e.is_connected), None)
    calls = days = 0
    earliest: int | None = None
    is_row_whole = True
    for event in reversed(known):
        if answered is not None and event.at <= answered:
            break
        if not event.is_failed or not _same(event.number_ref, number_ref):
            continue
        age = clock.age(event)
        calls += age > 0
        if earliest is None or age == earliest + 1:
            days += is_row_whole
        elif age > earliest:
            is_row_whole = False
        earliest = age
    return min(calls, CALLS), min(days, CALLS)


def _agreed(
    consents: tuple[Consent, ...], at: datetime
) -> tuple[Consent | None, Consent | None, Consent | None, bool, Consent | None]:
    """The consents that hold at `at`: hours, attempt cap, call cap, night, frequent calls.

    Hours agreed after a consent to night contact replace it: what was agreed last is meant.
    """
    if not consents:
        return None, None, None, False, None
    hours = consent_in_force(consents, ConsentKind.AGREED_HOURS, at)
    night = consent_in_force(consents, ConsentKind.NIGHT_CONTACT, at)
    return (
        hours,
        consent_in_force(consents, ConsentKind.ATTEMPT_CAP, at),
        consent_in_force(consents, ConsentKind.CALL_CAP, at),
        night is not None and (hours is None or night.granted_at >= hours.granted_at),
        consent_in_force(consents, ConsentKind.FREQUENT_CALLS, at),
    )


def _has_call_consent(
    consent: Consent | None, clock: _Clock, at: datetime, last_talk: PastEvent | None
) -> bool:
    """Day of receipt is day 1 of seven; a later conversation ends it.

    12 CFR 1006.14(b)(3)(i) and its comments 1 to 3.
    """
    if consent is None:
        return False
    is_ended = last_talk is not None and last_talk.at > _micros(consent.granted_at)
    return clock.days_since(consent.granted_at, at) < WINDOW_DAYS and not is_ended


def _micros(moment: datetime) -> int:
    return (moment - EPOCH) // MICROSECOND
