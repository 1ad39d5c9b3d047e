"""The telephone system at work: one loop a sender, killed at any instant without a call placed twice.

The loop places what the pages asked for, follows what the lines tell, warns before the permitted
time is over and ends the call when it is. What it was told stays in hand until the desk has it.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import psycopg
from django.db import DatabaseError, connection

from forbear.contact.calls import CallEvent, CallRefused, LineEvent, VoiceProvider
from forbear_server.selectors.lenders import LenderRow
from forbear_server.services.call_lines import (
    calls_past_window,
    calls_to_end,
    end_lost_calls,
    fail_order,
    note_telephones,
    silences_due,
    take_order,
    warn_before_window,
)
from forbear_server.services.call_rows import NOTIFY
from forbear_server.services.calls import end_call_by_window, record_line_event
from forbear_server.services.gate import GateClosed
from forbear_server.services.recordings import delete_recordings_over, keep_recording
from forbear_server.store.lender_scope import lender_scope

IDLE_SECONDS = 0.05
TROUBLE_SECONDS = 1.0
LOOK_AROUND = timedelta(milliseconds=500)
TIDY = timedelta(hours=1)
_log = logging.getLogger("forbear.voice")


@dataclass(slots=True)
class VoiceLoop:
    """One sender's telephone system in one thread, with its own connection to the desk."""

    lender: LenderRow
    sender_id: int
    provider: VoiceProvider
    clock: Callable[[], datetime]
    stop: threading.Event
    _in_hand: deque[CallEvent] = field(default_factory=deque)
    _looked_at: datetime | None = None
    _tidied_at: datetime | None = None
    _is_woken: bool = True
    # When each call on our lines must be over: known here too, should the desk be out of reach.
    _windows: dict[str, datetime] = field(default_factory=dict)
    _listens_on: object = None

    def run(self) -> None:
        """Work until told to stop; calls that are on end with us."""
        with lender_scope(self.lender.lender_id):
            try:
                self._until_done(self.begin)
                while not self.stop.is_set():
                    self._safely(self.step)
                    self._safely(self._wait)
            finally:
                self._safely(self.begin)
                self.provider.close()
        connection.close()

    def begin(self) -> None:
        """What an earlier process left on its lines is over, before anything is placed."""
        for lost in end_lost_calls(provider=self.provider.name, now=self.clock()):
            self.provider.hang_up(lost.provider_call_id, reason="provider_lost")

    def step(self) -> None:
        """One round."""
        self._in_hand.extend(self.provider.events())
        self._end_by_clock(self.clock())
        while self._in_hand:
            self._record(self._in_hand[0])
            self._in_hand.popleft()
        now = self.clock()
        is_time = self._looked_at is None or not (
            timedelta() <= now - self._looked_at < LOOK_AROUND
        )
        if self._is_woken or is_time:
            self._is_woken, self._looked_at = False, now
            self.look_around(now)

    def look_around(self, now: datetime) -> None:
        """Place, warn, end; say that we are here."""
        name = self.provider.name
        for due in calls_past_window(provider=name, now=now):
            end_call_by_window(call_id=due.call_id, now=now)
            self.provider.hang_up(due.provider_call_id, reason="window_over")
        for due in calls_to_end(provider=name):
            self.provider.hang_up(due.provider_call_id, reason="ended_by_collector")
        for due in warn_before_window(provider=name, now=now):
            self.provider.warn(due.provider_call_id)
        for wish in silences_due(provider=name):
            self.provider.silence(wish.provider_call_id, wish.silence, is_on=wish.is_on)
        while (order := take_order(provider=name, now=now)) is not None:
            try:
                self._windows[self.provider.place(order)] = order.window_closes_at
            except CallRefused as refused:
                _log.warning("call %s was not placed: %s", order.call_id, refused)
                fail_order(call_id=order.call_id, now=now)
        note_telephones(sender_id=self.sender_id, can_record=self.provider.can_record(), now=now)
        if self._tidied_at is None or not (timedelta() <= now - self._tidied_at < TIDY):
            self._tidied_at = now
            delete_recordings_over(lender=self.lender, now=now)

    def _end_by_clock(self, now: datetime) -> None:
        for name, closes_at in list(self._windows.items()):
            if now >= closes_at:
                self.provider.hang_up(name, reason="window_over")
                del self._windows[name]
                self._is_woken = True  # the desk says who ended it before it hears of the end

    def _record(self, event: CallEvent) -> None:
        if event.kind in {LineEvent.ENDED, LineEvent.FAILED}:
            self._windows.pop(event.provider_call_id, None)
        now, name = self.clock(), self.provider.name
        if event.kind is LineEvent.RECORDED:
            keep_recording(lender=self.lender, provider=name, event=event, now=now)
        else:
            record_line_event(lender_id=self.lender.lender_id, provider=name, event=event, now=now)

    def _safely(self, act: Callable[[], None]) -> bool:
        try:
            act()
        except GateClosed as closed:
            _log.warning("%s", closed)
        except (DatabaseError, psycopg.Error) as fault:
            _log.error("the desk cannot be reached: %s", fault)
            connection.close()
        else:
            return True
        self.stop.wait(TROUBLE_SECONDS)
        return False

    def _until_done(self, act: Callable[[], None]) -> None:
        while not self._safely(act) and not self.stop.is_set():
            continue  # `_safely` has waited

    def _wait(self) -> None:
        """Until a page asks for something, or it is time to hear the lines again."""
        if self._listens_on is not connection.connection or connection.connection is None:
            with connection.cursor() as cursor:
                cursor.execute(f"LISTEN {NOTIFY}")
            self._listens_on = connection.connection
        for _ in connection.connection.notifies(timeout=IDLE_SECONDS, stop_after=1):
            self._is_woken = True


def run_voice_loops(loops: Sequence[VoiceLoop]) -> None:
    """Run every sender's loop until their stop is set."""
    threads = [threading.Thread(target=loop.run, name=f"voice-{loop.sender_id}") for loop in loops]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
