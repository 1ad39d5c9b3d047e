"""One call on one line: the collector's phone first, then the borrower's, then both joined.

`step` never waits: it hears the agent, moves the call on, and returns what there is to tell.
"""

import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from enum import Enum, auto
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

from forbear.contact.calls import CallEvent, CallOrder, LineEvent, Silence
from forbear_server.gateways.baresip_agent import Agent
from forbear_server.gateways.baresip_settings import MODULES
from forbear_server.gateways.baresip_silence import Silences
from forbear_server.gateways.call_audio import write_padded, write_warning

SILENCE_SECONDS = 30
_GOODBYE_SECONDS = 2.0
_CHECK_SECONDS = 1.0
# That it is recorded is looked for more often, until it is seen.
_FIRST_CHECK_SECONDS = 0.1
# What a SIP answer is called in a call's record; any other is named by its number.
_REASONS = {
    "404": "number_unknown", "408": "no_answer", "410": "number_unknown", "480": "unavailable",
    "484": "number_unknown", "486": "busy", "487": "no_answer", "600": "busy", "603": "declined",
    "604": "number_unknown",
}  # fmt: skip


def reason_of(told: str, leg: str) -> str:
    """Why a leg ended, as a code in lower case.

    >>> reason_of("486 Busy Here", "far"), reason_of("503 Service Unavailable", "far")
    ('busy', 'sip_503')
    >>> reason_of("Connection reset by peer", "desk")
    'hung_up_by_collector'
    """
    code = re.match(r"([1-6]\d\d) ", told)
    if code:
        return _REASONS.get(code[1], f"sip_{code[1]}")
    if "reset by peer" in told or not told:
        return "hung_up_by_borrower" if leg == "far" else "hung_up_by_collector"
    return "line_fault"


class Phase(Enum):
    IDLE = auto()
    DESK = auto()  # the collector's phone rings
    BETWEEN = auto()  # the collector is on the line
    FAR = auto()  # the borrower's phone rings
    TALK = auto()  # both are on the line
    GOODBYE = auto()  # ended; the legs are being taken down


class Line:
    """One agent and the call on it."""

    def __init__(self, agent: Agent, *, now: Callable[[], datetime]) -> None:
        self.agent, self._now = agent, now
        self.call_id: UUID | None = None
        self._phase = Phase.IDLE
        self._since = 0.0
        self._far = ""
        self._said: Path | None = None
        self._is_rung = False
        self._is_recorded: bool | None = None
        self._sizes: tuple[float, int] = (0.0, -1)
        self._second = 0
        self._link_opened = 0
        self._until: tuple[float, str] | None = None
        self._silences = Silences()
        self._joins = count(1)
        self._numbers = count(1)

    def is_free(self) -> bool:
        """Whether a call placed here now would go out and be recorded."""
        return (
            self._phase is Phase.IDLE
            and self.agent.is_alive()
            and self.agent.is_sound
            and self.agent.link.is_up()
        )

    def place(self, order: CallOrder, collector: str, borrower: str, said: Path | None) -> None:
        self.call_id, self._far, self._said = order.call_id, borrower, said
        self._is_rung, self._is_recorded, self._sizes = False, None, (0.0, -1)
        self._until, self._link_opened = None, self.agent.link.opened
        self._silences = Silences()
        self._numbers = count(1)
        self.agent.begin_writing(order.call_id)
        self._go(Phase.DESK)
        self.agent.at("desk", "dial", collector, mark="dial-desk")

    def hang_up(self, reason: str) -> list[CallEvent]:
        """Take both legs down; what there is to tell of it."""
        if self._phase in {Phase.IDLE, Phase.GOODBYE}:
            return []
        kind = LineEvent.FAILED if self._phase in {Phase.DESK, Phase.BETWEEN} else LineEvent.ENDED
        for leg in ("far", "desk"):
            self.agent.at(leg, "hangup")
        self._far = ""
        self._go(Phase.GOODBYE)
        return [self._event(kind, reason)]

    def silence(self, silence: Silence, *, is_on: bool) -> None:
        """Mute or hold it, or end that."""
        if self._phase is Phase.TALK:
            self._silences.wish(silence, is_on=is_on)
            self._silence_legs()

    def warn(self) -> None:
        """Two soft tones to the collector; the borrower hears nothing of them."""
        if self._phase is Phase.TALK and self._until is None:
            sound = self.agent.files.folder / "warning.wav"
            self._play("desk", sound, write_warning(sound, silence_seconds=SILENCE_SECONDS))

    def step(self) -> list[CallEvent]:
        """Hear the agent and the clock."""
        if not self.agent.is_alive():
            return self._lost()
        self.agent.ask_for_modules()
        events: list[CallEvent] = []
        for told in self.agent.link.hear():
            events += self._follow(told)
        if self._phase is not Phase.IDLE and self.agent.link.opened > self._link_opened:
            # What was told while the link was down is gone: ask how the call stands.
            self._link_opened = self.agent.link.opened
            self.agent.at("far", "listcalls", mark="stands")
            self._silences.ask_anew()
            self._silence_legs()
        return events + list(self._tick())

    def _follow(self, told: dict[str, Any]) -> list[CallEvent]:
        kind, mark = told.get("type"), told.get("token")
        if mark == "modules":
            loaded = str(told.get("data", ""))
            self.agent.is_sound = all(f" {name} " in loaded for name in MODULES)
            return []
        if self._phase is Phase.IDLE:
            return []
        if mark in {"dial-desk", "dial-far"} and told.get("ok") is False:
            return self.hang_up("not_dialled")
        if mark in {"mute-far", "mute-desk"}:
            self._silences.told(str(mark).removeprefix("mute-"), str(told.get("data", "")))
            self._silence_legs()
            return [self._event(kind) for kind in self._silences.news()]
        if mark == "stands" and self._phase is Phase.TALK:
            is_on = "ESTABLISHED" in str(told.get("data", ""))
            return [] if is_on else self.hang_up("line_fault")
        leg = "far" if told.get("accountaor") == self.agent.files.account("far") else "desk"
        if kind in {"CALL_RINGING", "CALL_PROGRESS"} and leg == "far" and not self._is_rung:
            self._is_rung = True
            return [self._event(LineEvent.RINGING)]
        if kind == "CALL_ESTABLISHED":
            return self._answered(leg)
        if kind == "CALL_CLOSED" and self._phase is not Phase.GOODBYE:
            return self._closed(leg, str(told.get("param", "")))
        return []

    def _answered(self, leg: str) -> list[CallEvent]:
        if leg == "desk" and self._phase is Phase.DESK:
            self._second = int(time.time())
            self._go(Phase.BETWEEN)
        if leg == "far" and self._phase is Phase.FAR:
            self._go(Phase.TALK)
            if self._said is not None:
                padded = self.agent.files.folder / "announcement.wav"
                lasts = write_padded(self._said, padded, silence_seconds=SILENCE_SECONDS)
                self._play("far", padded, lasts)
            return [self._event(LineEvent.ANSWERED), *self._look_at_recording()]
        return []

    def _closed(self, leg: str, told: str) -> list[CallEvent]:
        reason = reason_of(told, leg)
        if leg == "desk" and self._phase in {Phase.DESK, Phase.BETWEEN}:
            reason = "collector_not_reached" if self._phase is Phase.DESK else reason
        return self.hang_up(reason)

    def _tick(self) -> Iterator[CallEvent]:
        waited = time.monotonic() - self._since
        settings = self.agent.files.settings
        if self._phase is Phase.DESK and waited > settings.collector_ring_seconds:
            yield from self.hang_up("collector_not_reached")
        elif self._phase is Phase.BETWEEN and int(time.time()) > self._second:
            # The agent names its files by the second: the legs must not share one.
            self._go(Phase.FAR)
            self.agent.at("far", "dial", self._far, mark="dial-far")
        elif self._phase is Phase.FAR and waited > settings.ring_seconds:
            yield from self.hang_up("no_answer")
        elif self._phase is Phase.TALK:
            if self._until is not None and time.monotonic() >= self._until[0]:
                self._join(self._until[1])
            yield from self._look_at_recording()
        elif self._phase is Phase.GOODBYE and waited > 0.2:
            yield from self._finish(waited)

    def _finish(self, waited: float) -> Iterator[CallEvent]:
        """Both legs are down: the recording is whole."""
        if waited > _GOODBYE_SECONDS or self._sizes_stand_still():
            found = self.agent.gather()
            if found is not None:
                yield self._event(LineEvent.RECORDED, recording_path=str(found))
            self.call_id = None
            self._go(Phase.IDLE)

    def _lost(self) -> list[CallEvent]:
        """The process died: its call ends, what was written is kept, and it starts again."""
        events: list[CallEvent] = []
        if self._phase not in {Phase.IDLE, Phase.GOODBYE}:
            events = [self._event(LineEvent.ENDED, "provider_lost")]
        if self.call_id is not None:
            found = self.agent.gather()
            if found is not None:
                events.append(self._event(LineEvent.RECORDED, recording_path=str(found)))
        self.call_id, self._far = None, ""
        self._go(Phase.IDLE)
        self.agent.restart_when_due()
        return events

    def _play(self, leg: str, sound: Path, seconds: float) -> None:
        self.agent.at(leg, "ausrc", f"aufile,{sound}")
        self._until = (time.monotonic() + seconds, leg)
        self._silence_legs()

    def _join(self, leg: str) -> None:
        """Let a leg hear the other one again: both ends of a bridge by a new name."""
        other = "desk" if leg == "far" else "far"
        bridge = f"aubridge,again-{next(self._joins)}"
        self.agent.at(other, "auplay", bridge)
        self.agent.at(leg, "ausrc", bridge)
        self._until = None
        self._silence_legs()

    def _silence_legs(self) -> None:
        """Silence each leg as wished; one a sound is played to hears it, and nothing else."""
        heard = self._until[1] if self._until is not None else ""
        for leg in self._silences.to_toggle(sounding=heard):
            self.agent.at(leg, "mute", mark=f"mute-{leg}")

    def _look_at_recording(self) -> list[CallEvent]:
        """Whether both files of the borrower's leg still grow, once a second."""
        looked_at, before = self._sizes
        is_new = self._is_recorded is None
        if time.monotonic() - looked_at < (_FIRST_CHECK_SECONDS if is_new else _CHECK_SECONDS):
            return []
        sides = self.agent.far_sides()
        size = sum(side.stat().st_size for side in sides if side.exists()) if sides else 0
        self._sizes = (time.monotonic(), size)
        grows = size > max(before, 0)
        may_yet_begin = is_new and time.monotonic() - self._since < _CHECK_SECONDS
        if before < 0 or grows is self._is_recorded or (may_yet_begin and not grows):
            return []
        self._is_recorded = grows
        return [self._event(LineEvent.RECORDING if grows else LineEvent.RECORDING_BROKE)]

    def _sizes_stand_still(self) -> bool:
        size = sum(dump.stat().st_size for dump in self.agent.dumps())
        before, self._sizes = self._sizes[1], (time.monotonic(), size)
        return size == before

    def _go(self, phase: Phase) -> None:
        self._phase, self._since = phase, time.monotonic()

    def _event(self, kind: LineEvent, reason: str = "", recording_path: str = "") -> CallEvent:
        name = str(self.call_id)
        return CallEvent(
            event_id=f"{name}:{next(self._numbers)}",
            provider_call_id=name,
            kind=kind,
            at=self._now(),
            reason=reason,
            recording_path=recording_path,
        )
