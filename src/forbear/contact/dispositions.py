"""How a call may be closed: what it counts as, what it needs, and what it does at once.

Whether the right party was reached follows from who was verified, never from a tick; a call that
no person spoke in closes itself, by what the line told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from forbear.contact.attempts import Outcome
from forbear.contact.calls import CallRefused, Identity
from forbear.contact.guides import lines_unsaid
from forbear.contact.preferences import HoldKind

# A disposition is asked for when the call ends; later than this it is asked for again, and until
# it is given no other call begins.
DISPOSITION_WITHIN = timedelta(seconds=120)
# A call claimed as paid keeps us quiet for two days (design: C07, `paid_claimed`).
PAID_CLAIMED_LASTS = timedelta(days=2)
# An hour agreed in one call is no standing consent: later than this it is agreed anew.
AGREED_HOURS_LAST = timedelta(days=30)
_DAY_ENDS = 24 * 60
_ACTING = frozenset({"channel_stopped", "wrong_number"})


@dataclass(frozen=True, slots=True)
class Disposition:
    """One way of closing a call; `key` is empty for what no person chooses."""

    code: str
    key: str
    outcome: Outcome
    needs_right_party: bool
    hold: HoldKind | None = None
    needs_note: bool = False

    @property
    def acts_at_once(self) -> bool:
        """Whether it acts when it is confirmed, before a note is saved."""
        return self.hold is not None or self.code in _ACTING


DISPOSITIONS: Mapping[str, Disposition] = MappingProxyType(
    {
        one.code: one
        for one in (
            Disposition("promised", "1", Outcome.CONNECTED, True),
            Disposition("arrangement_asked", "2", Outcome.CONNECTED, True),
            Disposition("hardship_told", "3", Outcome.CONNECTED, True, HoldKind.HARDSHIP),
            Disposition("disputed", "4", Outcome.CONNECTED, True, HoldKind.DISPUTE),
            Disposition("complained", "5", Outcome.CONNECTED, True, HoldKind.COMPLAINT),
            Disposition("callback_agreed", "6", Outcome.CONNECTED, True),
            Disposition("channel_stopped", "7", Outcome.CONNECTED, True),
            Disposition("paid_claimed", "8", Outcome.CONNECTED, True, HoldKind.PAID_CLAIMED),
            Disposition("other", "9", Outcome.CONNECTED, True, needs_note=True),
            Disposition("third_person", "a", Outcome.CONNECTED, False),
            Disposition("representative", "b", Outcome.CONNECTED, False),
            Disposition("deceased_told", "c", Outcome.CONNECTED, False, HoldKind.DECEASED),
            Disposition("cut", "d", Outcome.CONNECTED, False),
            Disposition("no_answer", "e", Outcome.NO_ANSWER, False),
            Disposition("busy", "f", Outcome.BUSY, False),
            Disposition("unreachable", "g", Outcome.UNREACHABLE, False),
            Disposition("voicemail", "h", Outcome.VOICEMAIL, False),
            Disposition("wrong_number", "i", Outcome.WRONG_NUMBER, False),
            Disposition("notice_said", "", Outcome.CONNECTED, False),
        )
    }
)
# What the line tells of a call nobody took, as the disposition it closes with.
_UNTAKEN: Mapping[str, str] = MappingProxyType(
    {"busy": "busy", "declined": "no_answer", "no_answer": "no_answer"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What is known of a call when it is closed."""

    was_answered: bool
    identity: Identity
    said: frozenset[str] = frozenset()
    note: str = ""
    kept_debt_back: bool = False  # another person answered, and heard nothing of a debt
    # When to call again, as agreed: minutes of the borrower's day.
    from_minute: int | None = None
    until_minute: int | None = None


def disposition_of(code: str, closing: Closing, /) -> Disposition:
    """The disposition, if it fits what happened. Raises `CallRefused` and says what is missing.

    Whether the guide was said is asked when the call is closed (`require_guide_said`): what acts
    at once does not wait for it.

    >>> disposition_of("no_answer",
    ...     Closing(was_answered=False, identity=Identity.UNKNOWN)).outcome.value
    'no_answer'
    """
    found = DISPOSITIONS.get(code)
    if found is None or not found.key:
        raise CallRefused(f"There is no disposition {code!r}.", reason="disposition_does_not_fit")
    _require_fit(found, closing)
    if found.needs_note and not closing.note.strip():
        raise CallRefused("Say in the note what came of it.", reason="note_missing")
    if code == "callback_agreed":
        _require_hours(closing.from_minute, closing.until_minute)
    if code == "third_person" and not (closing.kept_debt_back or closing.note.strip()):
        raise CallRefused(
            "Tick that nothing of a debt was said, or write in the note what was.",
            reason="debt_kept_back_unsaid",
        )
    return found


def require_guide_said(found: Disposition, closing: Closing, /) -> None:
    """Raises `CallRefused` for a mandatory line nobody ticked, unless the call broke off."""
    unsaid = lines_unsaid(closing.said)
    if closing.was_answered and found.code != "cut" and unsaid:
        raise CallRefused(
            f"Lines of the guide were not ticked as said: {', '.join(unsaid)}.",
            reason="guide_not_said",
        )


def require_not_settled(found: Disposition, confirmed: str, /) -> None:
    """Raises `CallRefused` when another disposition was confirmed and has acted.

    >>> require_not_settled(DISPOSITIONS["disputed"], "promised")
    """
    if confirmed and confirmed != found.code and DISPOSITIONS[confirmed].acts_at_once:
        raise CallRefused(
            f"{confirmed} was confirmed and has acted: close the call with it and write in the "
            "note what happened; what it holds back is lifted by whoever may lift it.",
            reason="disposition_acted",
        )


def _require_hours(start: int | None, end: int | None) -> None:
    if start is None or end is None:
        raise CallRefused(
            "Say from when until when they agreed to be called, as times of the clock.",
            reason="hours_missing",
        )
    if not 0 <= start < end <= _DAY_ENDS:
        raise CallRefused(
            "The agreed time begins before it ends, within one day: give the end after the start.",
            reason="hours_unfit",
        )


def _require_fit(found: Disposition, closing: Closing) -> None:
    if closing.was_answered != (found.outcome is Outcome.CONNECTED):
        answered = "was answered" if closing.was_answered else "was not answered"
        raise CallRefused(
            f"The call {answered}: {found.code} does not fit. Choose what happened.",
            reason="disposition_does_not_fit",
        )
    if found.needs_right_party and closing.identity is not Identity.RIGHT_PARTY:
        raise CallRefused(
            f"{found.code} is said by the borrower: verify them first, or choose another.",
            reason="not_verified",
        )
    if found.code == "third_person" and closing.identity is Identity.RIGHT_PARTY:
        raise CallRefused(
            "The borrower was verified: another person did not answer.",
            reason="disposition_does_not_fit",
        )


def disposition_of_notice(*, was_answered: bool, hangup_reason: str) -> Disposition:
    """How a call in which no person spoke for the lender is closed: nobody is there to be asked.

    >>> disposition_of_notice(was_answered=False, hangup_reason="busy").code
    'busy'
    """
    code = "notice_said" if was_answered else _UNTAKEN.get(hangup_reason, "unreachable")
    return DISPOSITIONS[code]
