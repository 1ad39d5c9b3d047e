"""Calls: what is ordered, what a telephone system must be able to do, what the line tells.

A call is placed under a permit and ends inside its window. What is said in it is `guides`, how it
is closed `dispositions`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol
from uuid import UUID

from forbear.compliance.citations import Bilingual
from forbear.compliance.permits import Permit
from forbear.contact.channels import VOICE, Channel
from forbear.contact.dispatch import NotThePermittedMessage
from forbear.primitives.errors import RequestRefused

# The person on the line is told to come to an end so long before the window closes.
WARNED_BEFORE = timedelta(minutes=3)
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
    MUTED = "muted"  # the borrower hears nothing; the collector hears them
    UNMUTED = "unmuted"
    HELD = "held"  # neither hears the other
    RESUMED = "resumed"


class Silence(StrEnum):
    """What a collector may ask of a line while both are on it."""

    MUTE = "mute"
    HOLD = "hold"


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
# The lender may stand between: 我是青禾消费金融的智能语音助手.
_DISCLOSED = {
    VoiceKind.AI: re.compile(
        r"我是[^。！？!?.，,\n]{0,24}智能语音助手|\bi am an automated voice assistant\b", re.I
    ),
    VoiceKind.RECORDED: re.compile(
        r"这是[^。！？!?.，,\n]{0,24}录音通知|\bthis is a recorded notice\b", re.I
    ),
}
_FIRST_SENTENCE = re.compile(r"[^。！？!?.\n]+")

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


# What the line tells of the two silences, and what stands then.
SILENCES: Mapping[LineEvent, tuple[Silence, bool]] = MappingProxyType(
    {
        LineEvent.MUTED: (Silence.MUTE, True),
        LineEvent.UNMUTED: (Silence.MUTE, False),
        LineEvent.HELD: (Silence.HOLD, True),
        LineEvent.RESUMED: (Silence.HOLD, False),
    }
)


def discloses(voice: VoiceKind, announcement: str) -> bool:
    """Whether a voice says in its first sentence that it is no person's; a person need not.

    >>> discloses(VoiceKind.AI, "您好，我是青禾消费金融的智能语音助手。本次通话会录音。")
    True
    >>> discloses(VoiceKind.AI, "您好，我是客服小王。其实我是智能语音助手。")
    False
    """
    must_say = _DISCLOSED.get(voice)
    if must_say is None:
        return True
    first = _FIRST_SENTENCE.search(announcement)
    return first is not None and must_say.search(first[0]) is not None


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
        if not discloses(self.voice, self.announcement):
            raise NotThePermittedMessage(
                f"Call {self.call_id}: a voice that is no person's says so in its first sentence: "
                f"{DISCLOSURES[self.voice].zh}."
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

    def silence(self, provider_call_id: str, silence: Silence, /, *, is_on: bool) -> None:
        """Mute or hold the call, or end that; asked again until it is told as done.

        Muted, the borrower does not hear the collector; held, neither hears the other. The
        recording goes on.
        """
        ...

    def events(self, /) -> list[CallEvent]:
        """What was told since the last call; does not wait."""
        ...

    def close(self, /) -> None: ...
