"""Calls: what is ordered, what the line tells, how a call moves on, and how it is closed.

A call is placed under a permit and ends inside its window. Nothing of a debt is said before the
person has been verified, and a call is closed only with a disposition; from that, never from a
tick, follows whether the right party was reached.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol
from uuid import UUID

from forbear.compliance.citations import Bilingual
from forbear.compliance.permits import Permit
from forbear.contact.attempts import Outcome
from forbear.contact.channels import VOICE, Channel
from forbear.contact.dispatch import NotThePermittedMessage
from forbear.contact.preferences import HoldKind
from forbear.primitives.errors import RequestRefused

# The person on the line is told to come to an end so long before the window closes.
WARNED_BEFORE = timedelta(minutes=3)
# A disposition is asked for when the call ends; later than this it is asked for again.
DISPOSITION_WITHIN = timedelta(seconds=120)
# After a call was cut no other is placed so soon (design: C07, `cut`).
NO_REDIAL_WITHIN = timedelta(minutes=30)


class CallRefused(RequestRefused):
    """A call cannot move on like this; nothing was changed. `reason` names the words pages show."""

    code = "call_refused"

    def __init__(self, told: str, *, reason: str = "") -> None:
        super().__init__(told)
        self.reason = reason


class CallState(StrEnum):
    DIALLING = "dialling"
    RINGING = "ringing"
    CONNECTED = "connected"
    WRAP_UP = "wrap_up"
    DONE = "done"
    NOT_PLACED = "not_placed"
    FAILED = "failed"


class LineEvent(StrEnum):
    """What a provider tells about a call."""

    RINGING = "ringing"
    ANSWERED = "answered"
    ENDED = "ended"
    FAILED = "failed"  # it never reached the network
    RECORDING = "recording"  # it is being recorded from now on
    RECORDING_BROKE = "recording_broke"
    RECORDED = "recorded"  # the recording is complete and lies at `recording_path`


class Identity(StrEnum):
    """Who is on the line, as verified."""

    UNKNOWN = "unknown"
    RIGHT_PARTY = "right_party"
    THIRD_PERSON = "third_person"
    UNVERIFIABLE = "unverifiable"


class VoiceKind(StrEnum):
    """Whose voice speaks for the lender; anything but a person says so first."""

    PERSON = "person"
    AI = "ai"
    RECORDED = "recorded"


# An artificial or recorded voice discloses itself in its first sentence (design: C12).
DISCLOSURES: Mapping[VoiceKind, Bilingual] = MappingProxyType(
    {
        VoiceKind.AI: Bilingual(zh="我是智能语音助手", en="I am an automated voice assistant"),
        VoiceKind.RECORDED: Bilingual(zh="这是录音通知", en="This is a recorded notice"),
    }
)
RECORDING_SAID = Bilingual(zh="本次通话会录音", en="this call is recorded")

_MOVES: Mapping[tuple[CallState, LineEvent], CallState] = MappingProxyType(
    {
        (CallState.DIALLING, LineEvent.RINGING): CallState.RINGING,
        (CallState.DIALLING, LineEvent.ANSWERED): CallState.CONNECTED,
        (CallState.RINGING, LineEvent.ANSWERED): CallState.CONNECTED,
        (CallState.DIALLING, LineEvent.ENDED): CallState.WRAP_UP,
        (CallState.RINGING, LineEvent.ENDED): CallState.WRAP_UP,
        (CallState.CONNECTED, LineEvent.ENDED): CallState.WRAP_UP,
        (CallState.DIALLING, LineEvent.FAILED): CallState.FAILED,
    }
)


def next_call_state(state: CallState, event: LineEvent) -> CallState:
    """Where a call goes on an event; it stays where the event says nothing about it.

    >>> next_call_state(CallState.RINGING, LineEvent.ANSWERED).value
    'connected'
    >>> next_call_state(CallState.DONE, LineEvent.ENDED).value
    'done'
    """
    return _MOVES.get((state, event), state)


@dataclass(frozen=True, slots=True)
class CallOrder:
    """One call to be placed: the collector's line first, then the borrower's.

    `announcement` is said to the borrower before anybody else speaks; empty for a person, who says
    it themselves from the guide.
    """

    call_id: UUID
    permit: Permit
    channel: Channel
    voice: VoiceKind
    collector_line: str
    address: str
    window_closes_at: datetime
    announcement: str = ""

    def __post_init__(self) -> None:
        if self.channel not in VOICE or self.permit.channel != self.channel.value:
            raise NotThePermittedMessage(f"Call {self.call_id}: the permit is for another channel.")
        must_say = DISCLOSURES.get(self.voice)
        if (
            must_say
            and must_say.zh not in self.announcement
            and must_say.en not in self.announcement
        ):
            raise NotThePermittedMessage(
                f"Call {self.call_id}: a voice that is no person's must say so: {must_say.zh}."
            )


@dataclass(frozen=True, slots=True)
class CallEvent:
    """Something a provider told about a call; `event_id` makes it count once."""

    event_id: str
    provider_call_id: str
    kind: LineEvent
    at: datetime
    reason: str = ""
    recording_path: str = ""


class VoiceProvider(Protocol):
    """A telephone system: click to call over both legs, recorded. One object per process."""

    name: str

    def can_record(self, /) -> bool:
        """Whether a call placed now would be recorded; if not, none may be placed."""
        ...

    def place(self, order: CallOrder, /) -> str:
        """Begin the call and return the provider's id for it. Raises `CallRefused`."""
        ...

    def hang_up(self, provider_call_id: str, /, *, reason: str) -> None:
        """End it, whoever is on the line; a call that is over stays over."""
        ...

    def warn(self, provider_call_id: str, /) -> None:
        """Let the collector (not the borrower) hear that the permitted time is nearly over."""
        ...

    def events(self, /) -> list[CallEvent]:
        """What was told since the last call; does not wait."""
        ...

    def close(self, /) -> None: ...


@dataclass(frozen=True, slots=True)
class Disposition:
    """How a call may be closed: what it counts as, and what it does at once."""

    code: str
    key: str
    outcome: Outcome
    needs_right_party: bool
    hold: HoldKind | None = None
    needs_note: bool = False


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
        )
    }
)
# A call claimed as paid keeps us quiet for two days (design: C07, `paid_claimed`).
PAID_CLAIMED_LASTS = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class GuideLine:
    """One line of the guide; mandatory ones block the end of the call's paperwork."""

    code: str
    is_mandatory: bool
    speaks_of_debt: bool
    says: Bilingual


GUIDE: tuple[GuideLine, ...] = (
    GuideLine(
        "who", True, False, Bilingual(zh="说明机构与姓名", en="Say the lender and your name")
    ),
    GuideLine("recorded", True, False, Bilingual(zh="告知录音", en="Say the call is recorded")),
    GuideLine("identity", True, False, Bilingual(zh="核实身份", en="Verify who is on the line")),
    GuideLine("reason", False, True, Bilingual(zh="说明来意", en="Say why you call")),
    GuideLine("listen", False, True, Bilingual(zh="倾听与了解情况", en="Listen and understand")),
    GuideLine("options", False, True, Bilingual(zh="方案", en="Options")),
    GuideLine("repeat", False, True, Bilingual(zh="复述确认", en="Repeat what was agreed")),
    GuideLine("close", False, False, Bilingual(zh="结束语", en="Close kindly")),
)


def disposition_of(
    code: str, *, was_answered: bool, identity: Identity, said: frozenset[str], note: str
) -> Disposition:
    """The disposition, if it fits what happened. Raises `CallRefused` and says what is missing.

    >>> disposition_of("no_answer", was_answered=False, identity=Identity.UNKNOWN,
    ...     said=frozenset(), note="").outcome.value
    'no_answer'
    """
    found = DISPOSITIONS.get(code)
    if found is None:
        raise CallRefused(f"There is no disposition {code!r}.")
    if was_answered != (found.outcome is Outcome.CONNECTED):
        answered = "was answered" if was_answered else "was not answered"
        raise CallRefused(
            f"The call {answered}: {code} does not fit. Choose what happened.",
            reason="disposition_does_not_fit",
        )
    if found.needs_right_party and identity is not Identity.RIGHT_PARTY:
        raise CallRefused(
            f"{code} is said by the borrower: verify them first, or choose another.",
            reason="not_verified",
        )
    if found.code == "third_person" and identity is Identity.RIGHT_PARTY:
        raise CallRefused(
            "The borrower was verified: another person did not answer.",
            reason="disposition_does_not_fit",
        )
    if found.needs_note and not note.strip():
        raise CallRefused("Say in the note what came of it.", reason="note_missing")
    missing = [line.code for line in GUIDE if line.is_mandatory and line.code not in said]
    if found.needs_right_party and missing:
        raise CallRefused(
            f"Lines of the guide were not ticked as said: {', '.join(missing)}.",
            reason="guide_not_said",
        )
    return found
