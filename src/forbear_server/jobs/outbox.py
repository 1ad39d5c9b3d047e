"""The outbox at work: one loop a sender, as many processes as wanted, killed at any instant safely.

A loop hears what the channel says, keeps it and only then acknowledges it; claims what is due, asks
the gate, hands over, and settles the answers. Nothing is held in memory that the desk does not
know: a loop that dies leaves rows with a lease, and another one goes on.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import psycopg
from django.db import DatabaseError, connection

from forbear.contact.dispatch import (
    HANDED_OVER_WITHIN,
    Answer,
    Consignment,
    Fate,
    Gateway,
    Heard,
    Inbound,
    Link,
    Receipt,
)
from forbear_server.selectors.lenders import LenderRow
from forbear_server.services.gate import GateClosed
from forbear_server.services.inbound import record_inbound
from forbear_server.services.messages import NOTIFY
from forbear_server.services.outbox import (
    LEASE,
    Worker,
    begin_sending,
    claim,
    note_link,
    put_back,
    record_answers,
    recover_lapsed,
    release_claimed,
)
from forbear_server.services.receipts import adopt_late_receipts, record_receipts
from forbear_server.store.lender_scope import lender_scope

BATCH = 256
# Claimed together for a channel that takes them one by one.
ONE_BY_ONE = 16
# How long an idle loop waits for a wake-up before it listens to the channel again.
IDLE_SECONDS = 0.05
TROUBLE_SECONDS = 2.0
LOOK_AROUND = timedelta(seconds=1)
_log = logging.getLogger("forbear.outbox")

Clock = Callable[[], datetime]


@dataclass(slots=True)
class OutboxLoop:
    """One sender's loop in one thread, with its own connection to the desk and to the channel."""

    lender: LenderRow
    sender_id: int
    address_kind: str
    gateway: Gateway
    clock: Clock
    stop: threading.Event
    batch: int = BATCH
    lease: timedelta = LEASE
    counts: dict[str, int] = field(default_factory=dict)
    _looked_at: datetime | None = None
    # Heard and not yet kept: what one fault kept from being kept is kept the next time.
    _in_hand: list[Heard] = field(default_factory=list)

    @property
    def worker(self) -> Worker:
        name = f"{socket.gethostname()[:24]}:{os.getpid()}:{threading.get_ident() % 100000}"
        return Worker(name, self.lender, self.sender_id, self.lease)

    def run(self) -> None:
        """Work until told to stop; then give back what was not begun."""
        with lender_scope(self.lender.lender_id):
            try:
                while not self.stop.is_set():
                    self._safely()
                self._finish()
            finally:
                self.gateway.close()
        connection.close()

    def _safely(self) -> None:
        try:
            if not self.step():
                self._wait()
        except GateClosed as closed:
            _log.warning("%s", closed)
            release_claimed(worker=self.worker)
            self.stop.wait(TROUBLE_SECONDS)
        except (DatabaseError, psycopg.Error) as fault:
            _log.error("the desk cannot be reached: %s", fault)
            connection.close()
            self.stop.wait(TROUBLE_SECONDS)
        except Exception:  # whatever it is, the other messages must go on
            _log.exception("a round of the outbox failed")
            self.stop.wait(TROUBLE_SECONDS)

    def step(self) -> bool:
        """One round; whether there was anything to do."""
        heard = self.listen()
        self._look_around()
        if self.gateway.link() is Link.DOWN:
            return bool(heard)
        return bool(self.send_due() or heard)

    def listen(self) -> int:
        """Keep what the channel said, then acknowledge it: told again after a crash, counted once."""
        self._in_hand += self.gateway.hear()
        if not self._in_hand:
            return 0
        now, many = self.clock(), len(self._in_hand)
        receipts = [one for one in self._in_hand if isinstance(one.event, Receipt)]
        record_receipts(
            sender_id=self.sender_id,
            kind=self.address_kind,
            receipts=[one.event for one in receipts if isinstance(one.event, Receipt)],
            now=now,
        )
        _acknowledge(receipts)
        self._in_hand = [one for one in self._in_hand if isinstance(one.event, Inbound)]
        while self._in_hand:
            event = self._in_hand[0].event
            if isinstance(event, Inbound):
                record_inbound(
                    lender=self.lender,
                    sender_id=self.sender_id,
                    kind=self.address_kind,
                    event=event,
                    now=now,
                )
            _acknowledge([self._in_hand.pop(0)])
        self._count("heard", many)
        return many

    def send_due(self) -> int:
        """Claim, ask, hand over, settle: one batch."""
        worker, now, at_once = self.worker, self.clock(), self.gateway.at_once
        most = self.batch if at_once > 1 else min(self.batch, ONE_BY_ONE)
        claimed = claim(worker=worker, most=most, now=now)
        if not claimed:
            return 0
        going = begin_sending(worker=worker, claimed=claimed, now=self.clock())
        until = time.monotonic() + HANDED_OVER_WITHIN.total_seconds()
        for first in range(0, len(going), at_once):
            if first and time.monotonic() > until:
                left = [one.message_id for one in going[first:]]
                put_back(worker=worker, messages=left)
                self._count("put_back", len(left))
                break
            self._hand_over(worker, going[first : first + at_once])
        return len(claimed)

    def _hand_over(self, worker: Worker, going: Sequence[Consignment]) -> None:
        try:
            answers: Sequence[Answer] = self.gateway.send(going)
        except Exception:  # whatever it was, the channel may have it
            _log.exception("a gateway broke while sending")
            answers = [Answer(one.message_id, Fate.UNSURE, reason="gateway_broke") for one in going]
        for fate, count in record_answers(worker=worker, answers=answers, now=self.clock()).items():
            self._count(fate, count)

    def _look_around(self) -> None:
        """Now and then: what dead workers left, and how the link is."""
        now = self.clock()
        if self._looked_at is not None and now - self._looked_at < LOOK_AROUND:
            return
        self._looked_at = now
        recover_lapsed(lender_id=self.lender.lender_id, now=now)
        adopt_late_receipts(sender_id=self.sender_id, now=now)
        note_link(worker=self.worker, link=self.gateway.link().value, now=now)

    def _wait(self) -> None:
        """Until something is queued, or it is time to listen to the channel again."""
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {NOTIFY}")
        for _ in connection.connection.notifies(timeout=IDLE_SECONDS, stop_after=1):
            break

    def _finish(self) -> None:
        try:
            self.listen()
            release_claimed(worker=self.worker)
        except (DatabaseError, psycopg.Error) as fault:
            _log.error("the desk cannot be reached while stopping: %s", fault)

    def _count(self, what: str, many: int) -> None:
        self.counts[what] = self.counts.get(what, 0) + many


def _acknowledge(heard: Sequence[Heard]) -> None:
    for one in heard:
        one.acknowledge()


def run_loops(loops: Sequence[OutboxLoop]) -> None:
    """Run every sender's loop in a thread of this process until their stop is set."""
    threads = [threading.Thread(target=loop.run, name=f"outbox-{loop.sender_id}") for loop in loops]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
