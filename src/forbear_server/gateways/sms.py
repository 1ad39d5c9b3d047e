"""SMS over SMPP 3.4: a sender's sessions with a message centre, as one gateway.

A batch goes through the windows of all sessions at once; each part is its own submit_sm with the
consignment's reference, asks for a receipt, and is good only until the permit's window closes, so
that a centre with a queue does not deliver at night. A throttled centre gets nothing new of the
batch. A part that was certainly not taken is tried again where its message is already begun.
"""

import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Literal
from zoneinfo import available_timezones

from forbear.contact.channels import Channel
from forbear.contact.dispatch import (
    HANDED_OVER_WITHIN,
    LONGEST_TEXT,
    AddressFaulty,
    Answer,
    Consignment,
    Fate,
    Heard,
    Inbound,
    Link,
    Receipt,
)  # fmt: skip
from forbear_server.gateways.addresses import sms_address
from forbear_server.gateways.secrets_apart import secret
from forbear_server.gateways.smpp_link import LinkSettings, SmppLink, Submission
from forbear_server.gateways.smpp_pdus import Delivery, absolute_time, submit_body, submit_head
from forbear_server.gateways.smpp_receipts import (
    Puzzle,
    Reading,
    is_receipt,
    read_inbound,
    read_receipt,
)  # fmt: skip
from forbear_server.gateways.smpp_texts import parts_of

LONGEST_PASSWORD, LONGEST_SOURCE = 8, 20
BEGUN_AGAIN_SECONDS = (0.2, 0.4, 0.8, 1.6)
LIMITED_FIRST_SECONDS, LIMITED_MOST_SECONDS = 1.0, 30.0
_ALPHANUMERIC, _UNKNOWN, _INTERNATIONAL, _NATIONAL, _ISDN = 5, 0, 1, 2, 1


@dataclass(frozen=True, slots=True)
class SmppSettings:
    """One sender with a message centre.

    `sender` is our name of it, `source` the number or name the borrower sees. `mode` `pair` binds
    a transmitter and a receiver in place of one transceiver, for centres that ask for it.
    `receipt_ids` and `clock_zone`: see `Reading`. `tls_ca_file` alone turns on TLS with that
    authority; `tls` without a file takes the system's authorities.
    """

    sender: str
    source: str
    host: str
    port: int
    system_id: str
    password: str = secret()
    system_type: str = ""
    service_type: str = ""
    mode: Literal["transceiver", "pair"] = "transceiver"
    binds: int = 1
    window: int = 32
    number_form: Literal["international", "national"] = "international"
    source_ton: int | None = None
    source_npi: int | None = None
    default_alphabet: Literal["gsm", "none"] = "gsm"
    receipt_ids: Literal["same", "decimal_of_hex", "hex_of_decimal"] = "same"
    clock_zone: str = "Asia/Shanghai"
    tls: bool = False
    tls_ca_file: Path | None = None
    ends_with_permit: bool = True
    response_seconds: float = 10.0
    link_wait_seconds: float = 2.0
    parts_wait_seconds: float = 2.0
    enquire_seconds: float = 30.0
    reconnect_first_seconds: float = 0.5
    reconnect_most_seconds: float = 30.0

    def __post_init__(self) -> None:
        if len(self.password.encode()) > LONGEST_PASSWORD:
            raise ValueError(f"an SMPP password has at most {LONGEST_PASSWORD} octets")
        if self.binds < 1 or self.window < 1:
            raise ValueError("binds and window are at least 1")
        if self.clock_zone not in available_timezones():
            raise ValueError("clock_zone is the name of a zone such as Asia/Shanghai")
        if not self.source.isascii() or not 1 <= len(self.source) <= LONGEST_SOURCE:
            raise ValueError(f"source is 1 to {LONGEST_SOURCE} ASCII characters")

    def tls_context(self) -> ssl.SSLContext | None:
        if not self.tls and not self.tls_ca_file:
            return None
        return ssl.create_default_context(cafile=self.tls_ca_file)


class SmppGateway:
    """An SMS sender; see `forbear.contact.dispatch.Gateway`."""

    channel = Channel.SMS
    # A window is filled from a batch; what the batch holds beyond it waits here, not in the queue.
    at_once = 256

    def __init__(self, settings: SmppSettings, *, now: Callable[[], datetime]) -> None:
        self.sender = settings.sender
        self._settings, self._now = settings, now
        self._news = threading.Condition()
        self._heard: deque[Heard] = deque()
        self._limited_until, self._limited_seconds = 0.0, LIMITED_FIRST_SECONDS
        self._reading = Reading(
            settings.sender, settings.default_alphabet, settings.receipt_ids, settings.clock_zone
        )
        ton, npi = _source_numbering(settings)
        self._head = submit_head(
            source=settings.source, ton=ton, npi=npi, service_type=settings.service_type
        )
        roles = ["transceiver"] if settings.mode == "transceiver" else ["transmitter", "receiver"]
        self._links = [self._open_link(role) for role in roles for _ in range(settings.binds)]
        self._puzzles = {id(link): Puzzle(settings.parts_wait_seconds) for link in self._links}
        for link in self._links:
            link.start()

    def send(self, batch: Sequence[Consignment], /) -> list[Answer]:
        """The batch through the windows; back when every part has its answer or ran out of time."""
        refused: dict[int, str] = {}
        messages: dict[int, list[Submission]] = {}
        for index, consignment in enumerate(batch):
            try:
                messages[index] = self._submissions(index, consignment)
            except _Unsendable as why:
                refused[index] = str(why)
        everything = [part for parts in messages.values() for part in parts]
        with self._news:
            self._carry(everything)
            for seconds in BEGUN_AGAIN_SECONDS:
                again = [part for parts in messages.values() for part in _begun_but_busy(parts)]
                if not again:
                    break
                self._wait(seconds)
                self._carry(again)
            self._limit(any(part.is_throttled for part in everything))
        return [
            Answer(consignment.message_id, Fate.REFUSED, reason=refused[index])
            if index in refused
            else _answer(consignment, messages[index])
            for index, consignment in enumerate(batch)
        ]

    def hear(self, /) -> list[Heard]:
        """Receipts and inbound messages told since the last call."""
        with self._news:
            for link in self._links:
                for parts in self._puzzles[id(link)].waited_out(clock=time.monotonic()):
                    self._hand_on(link, parts)
            heard = list(self._heard)
            self._heard.clear()
        return heard

    def link(self, /) -> Link:
        """UP with at least one session that can submit."""
        with self._news:
            if not any(self._carries(link) for link in self._links):
                return Link.DOWN
            is_limited = time.monotonic() < self._limited_until
            return Link.LIMITED if is_limited else Link.UP

    def fault(self) -> str:
        """Why the last session without a link has none: a code, empty while all are up."""
        with self._news:
            return next((link.fault for link in self._links if not link.is_up), "")

    def close(self, /) -> None:
        """Unbind every session. What was told and not acknowledged is told again another day."""
        for link in self._links:
            link.close()

    def _submissions(self, index: int, consignment: Consignment) -> list[Submission]:
        if consignment.sender != self.sender or consignment.channel is not self.channel:
            raise _Unsendable("other_sender")
        if len(consignment.text) > LONGEST_TEXT:
            raise _Unsendable("text_too_long")
        if not consignment.text:
            raise _Unsendable("text_empty")
        try:
            number = sms_address(consignment.address).removeprefix("+")
        except AddressFaulty as faulty:
            raise _Unsendable(faulty.code) from faulty
        ton = _INTERNATIONAL
        if self._settings.number_form == "national" and number.startswith("86"):
            number, ton = number.removeprefix("86"), _NATIONAL
        expires = absolute_time(consignment.permit.closes_at)
        body = partial(
            submit_body, self._head, number=number, ton=ton, reference=consignment.reference,
            expires=expires if self._settings.ends_with_permit else b"",
        )  # fmt: skip
        parts = parts_of(
            consignment.text, reference=consignment.reference,
            default_alphabet=self._settings.default_alphabet,
        )  # fmt: skip
        return [Submission(index, body(part=part)) for part in parts]

    def _carry(self, submissions: list[Submission]) -> None:
        """Give the parts to the links as their windows allow and wait until all are settled."""
        waiting, begun = deque(submissions), {s.message for s in submissions if s.fate}
        for submission in submissions:
            submission.fate = None
        given: list[Submission] = []
        no_link_since = 0.0
        begins_until = time.monotonic() + HANDED_OVER_WITHIN.total_seconds()
        while waiting or any(part.fate is None for part in given):
            if any(part.is_throttled for part in given) or time.monotonic() > begins_until:
                _hold_back(waiting, begun)
            self._fill_windows(waiting, given, begun)
            given = [part for part in given if part.fate is None or part.is_throttled]
            if waiting and not any(self._carries(link) for link in self._links):
                no_link_since = no_link_since or time.monotonic()
                if time.monotonic() - no_link_since > self._settings.link_wait_seconds:
                    for part in waiting:
                        part.settle(Fate.BUSY, reason="link_down")
                    waiting.clear()
            else:
                no_link_since = 0.0
            if waiting or any(part.fate is None for part in given):
                self._news.wait(0.1)

    def _fill_windows(
        self, waiting: deque[Submission], given: list[Submission], begun: set[int]
    ) -> None:
        for link in self._links:
            for _ in range(link.room()):
                if not waiting:
                    break
                part = waiting.popleft()
                begun.add(part.message)
                given.append(part)
                link.submit(part)
            link.flush()

    def _carries(self, link: SmppLink) -> bool:
        return link.is_up and link.settings.role != "receiver"

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._news.wait(left)

    def _limit(self, is_throttled: bool) -> None:
        if is_throttled:
            self._limited_until = time.monotonic() + self._limited_seconds
            self._limited_seconds = min(self._limited_seconds * 2, LIMITED_MOST_SECONDS)
        elif time.monotonic() > self._limited_until:
            self._limited_seconds = LIMITED_FIRST_SECONDS

    def _open_link(self, role: str) -> SmppLink:
        held = self._settings
        settings = LinkSettings(
            host=held.host, port=held.port, system_id=held.system_id, password=held.password,
            system_type=held.system_type, role=role, window=held.window,
            response_seconds=held.response_seconds, enquire_seconds=held.enquire_seconds,
            reconnect_first_seconds=held.reconnect_first_seconds,
            reconnect_most_seconds=held.reconnect_most_seconds, tls=held.tls_context(),
        )  # fmt: skip
        return SmppLink(settings, news=self._news, told=self._told, lost=self._lost)

    def _told(self, link: SmppLink, delivery: Delivery) -> None:
        if is_receipt(delivery):
            self._hand_on(link, [delivery])
        elif parts := self._puzzles[id(link)].add(delivery, clock=time.monotonic()):
            self._hand_on(link, parts)

    def _lost(self, link: SmppLink) -> None:
        self._puzzles[id(link)].forget()

    def _hand_on(self, link: SmppLink, parts: list[Delivery]) -> None:
        event: Receipt | Inbound
        if is_receipt(parts[0]):
            event = read_receipt(parts[0], self._reading, now=self._now())
        else:
            event = read_inbound(parts, self._reading, now=self._now())
        self._heard.append(Heard(event, partial(self._acknowledge, link, parts, link.session)))

    def _acknowledge(self, link: SmppLink, parts: list[Delivery], session: int) -> None:
        with self._news:
            for part in parts:
                link.answer(part, session=session)


class _Unsendable(Exception):
    """Refused before anything is sent; the text is the reason's code."""


def _source_numbering(settings: SmppSettings) -> tuple[int, int]:
    is_name = not settings.source.isdigit()
    ton = settings.source_ton
    npi = settings.source_npi
    if ton is None:
        ton = _ALPHANUMERIC if is_name else _UNKNOWN
    if npi is None:
        npi = _UNKNOWN if is_name else _ISDN
    return ton, npi


def _hold_back(waiting: deque[Submission], begun: set[int]) -> None:
    """The centre throttles, or time is up: only parts of messages it has some of still go."""
    kept = [part for part in waiting if part.message in begun]
    for part in waiting:
        if part.message not in begun:
            part.settle(Fate.BUSY, reason="held_back")
    waiting.clear()
    waiting.extend(kept)


def _begun_but_busy(parts: list[Submission]) -> list[Submission]:
    """The parts that were certainly not taken, of a message of which others were."""
    if not any(part.fate in (Fate.TAKEN, Fate.UNSURE) for part in parts):
        return []
    return [part for part in parts if part.fate is Fate.BUSY]


def _answer(consignment: Consignment, parts: list[Submission]) -> Answer:
    """One word for all parts: what may have been taken even in part is never called free."""
    unnamed = f"unnamed-{consignment.message_id.hex}"  # some centres name nothing they take
    names = tuple(part.channel_id or f"{unnamed}-{n}" for n, part in enumerate(parts, 1))
    answer = Answer(consignment.message_id, Fate.TAKEN, names)
    fates = {part.fate for part in parts}
    if fates == {Fate.TAKEN}:
        return answer
    if Fate.TAKEN in fates and fates != {Fate.TAKEN, Fate.UNSURE}:
        return replace(answer, fate=Fate.UNSURE, channel_ids=(), reason="taken_in_part")
    for fate in (Fate.UNSURE, Fate.REFUSED, Fate.BUSY):
        for part in parts:
            if part.fate is fate:
                return replace(answer, fate=fate, channel_ids=(), reason=part.reason)
    return replace(answer, fate=Fate.UNSURE, channel_ids=(), reason="no_answer")
