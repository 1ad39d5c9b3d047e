"""Calls through SIP agents of our own: click to call over both legs, recorded, one call a line.

Each line is a baresip process with an account for the collector's phone and one for the
borrower's, joined inside it. It is no exchange and no predictive dialler: it dials one number
under one permit when a person asked for it, and only after that person's own phone was picked up.
"""

import fcntl
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import IO
from uuid import UUID

from forbear.contact.calls import CallEvent, CallOrder, CallRefused, LineEvent, Silence
from forbear.primitives.errors import RequestRefused
from forbear_server.gateways.baresip_agent import FINISHED, Agent
from forbear_server.gateways.baresip_line import Line
from forbear_server.gateways.baresip_settings import AgentFiles, BaresipSettings

_MEGABYTE = 1 << 20


class TelephonesHeld(RequestRefused):
    """Another process holds these telephones: its calls are left alone, nothing was started."""

    code = "telephones_held"


class BaresipProvider:
    """See `forbear.contact.calls.VoiceProvider`. One object holds all lines of a sender."""

    def __init__(self, settings: BaresipSettings, *, now: Callable[[], datetime]) -> None:
        self.name = settings.sender
        self._settings, self._now = settings, now
        self._held = _held(settings.folder)
        self._events: list[CallEvent] = []
        self._lines = []
        for number in range(settings.lines):
            agent = Agent(AgentFiles(settings, number))
            agent.start()
            agent.gather()
            self._lines.append(Line(agent, now=now))
        self._events += self._found_again()

    def can_record(self, /) -> bool:
        """A free line whose recorder is loaded, a folder that takes files, and room on the disk."""
        return self._has_room() and any(line.is_free() for line in self._lines)

    def place(self, order: CallOrder, /) -> str:
        """Ring the collector, then the borrower; the provider's name of the call is its id."""
        collector = self._settings.collector_at(order.collector_line)
        borrower = self._settings.borrower_at(order.address)
        if collector is None or borrower is None:
            raise CallRefused("A line or a number that cannot be dialled: nothing was dialled.")
        said = self._said(order)
        if not self._has_room():
            raise CallRefused("Recording does not work: no call is placed without it.")
        line = next((line for line in self._lines if line.is_free()), None)
        if line is None:
            raise CallRefused("No line is free: wait a moment and try again.")
        line.place(order, collector, borrower, said)
        return str(order.call_id)

    def hang_up(self, provider_call_id: str, /, *, reason: str) -> None:
        line = self._line(provider_call_id)
        if line is not None:
            self._events += line.hang_up(reason)

    def warn(self, provider_call_id: str, /) -> None:
        line = self._line(provider_call_id)
        if line is not None:
            line.warn()

    def silence(self, provider_call_id: str, silence: Silence, /, *, is_on: bool) -> None:
        line = self._line(provider_call_id)
        if line is not None:
            line.silence(silence, is_on=is_on)

    def events(self, /) -> list[CallEvent]:
        told, self._events = self._events, []
        for line in self._lines:
            told += line.step()
        return told

    def close(self, /) -> None:
        """End every call and every agent; a recording that was on is gathered at the next start."""
        for line in self._lines:
            line.agent.end()
        self._held.close()

    def _line(self, provider_call_id: str) -> Line | None:
        return next((one for one in self._lines if str(one.call_id) == provider_call_id), None)

    def _said(self, order: CallOrder) -> Path | None:
        """The sound file whose written words are the order's announcement."""
        if not order.announcement:
            return None
        folder = self._settings.announcements
        for written in sorted(folder.glob("*.txt")) if folder else []:
            sound = written.with_suffix(".wav")
            if written.read_text(encoding="utf-8").strip() == order.announcement.strip():
                if sound.exists():
                    return sound
                break
        raise CallRefused("There is no sound file of this announcement: nothing was dialled.")

    def _has_room(self) -> bool:
        probe = self._settings.folder / ".probe"
        try:
            probe.write_bytes(b"can be written")
            probe.unlink()
            free = shutil.disk_usage(self._settings.folder).free
        except OSError:
            return False
        return free >= self._settings.least_free_mb * _MEGABYTE

    def _found_again(self) -> list[CallEvent]:
        """Recordings an earlier process finished and nobody took away."""
        return [
            CallEvent(
                event_id=f"{found.stem}:recorded",
                provider_call_id=str(UUID(found.stem)),
                kind=LineEvent.RECORDED,
                at=self._now(),
                recording_path=str(found),
            )
            for found in sorted((self._settings.folder / FINISHED).glob("*.wav"))
        ]


def _held(folder: Path) -> IO[bytes]:
    """The folder's lock, which goes with the process. Raises `TelephonesHeld`."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = (folder / "lock").open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as held:
        lock.close()
        raise TelephonesHeld(
            f"Another process holds the telephones of {folder.name}. Stop it first: two would end "
            "each other's calls."
        ) from held
    return lock
