"""One bound session with a message centre: connecting, binding, writing, reading, coming back.

A thread a link reads and looks at the clock; whoever submits writes at once, under the gateway's
one lock, on a socket that never blocks. What matters is told apart exactly: a part whose last
octet never reached the socket was not sent (BUSY), one that did and has no answer may have been
(UNSURE). A delivery is answered only when its event is acknowledged, in the session that told it.
"""

import contextlib
import logging
import secrets
import selectors
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from smpplib import client, consts, exceptions  # type: ignore[import-untyped]

from forbear.contact.dispatch import Fate
from forbear_server.gateways.smpp_pdus import (
    DATA_SM,
    DELIVER_SM,
    ENQUIRE_LINK,
    GENERIC_NACK,
    HEADER,
    LARGEST_PDU,
    RESPONSE,
    SUBMIT_SM,
    THROTTLED,
    UNBIND,
    BrokenPdu,
    Delivery,
    answer_fate,
    bare,
    delivery_response,
    read_delivery,
)  # fmt: skip

MOST_AT_ONCE = 16_000  # below one TLS record, so a record half written is a PDU not sent
MOST_UNDERWAY = 128 * 1024  # octets in the system's hands: what a lost link leaves in doubt
TICK_SECONDS = 0.1
GOODBYE_SECONDS = 2.0
_LARGEST_SEQUENCE = 0x7FFFFFFF
_WOULD_BLOCK = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
_log = logging.getLogger("forbear.smpp")
_SILENT = logging.getLogger("forbear.smpp.library")  # smpplib logs whole PDUs, numbers and texts
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """How a session is opened and kept; `role` is transceiver, transmitter or receiver."""

    host: str
    port: int
    system_id: str
    password: str
    system_type: str
    role: str
    window: int
    response_seconds: float
    enquire_seconds: float
    reconnect_first_seconds: float
    reconnect_most_seconds: float
    tls: ssl.SSLContext | None


@dataclass(slots=True, eq=False)
class Submission:
    """One part on its way, and what came of it; `fate` is None while the answer is open."""

    message: int
    body: bytes
    fate: Fate | None = None
    channel_id: str = ""
    reason: str = ""
    is_throttled: bool = False
    ends_at: int = 0
    deadline: float = 0.0

    def settle(self, fate: Fate, *, reason: str = "", channel_id: str = "") -> None:
        self.fate, self.reason, self.channel_id = fate, reason, channel_id


class _Session(client.Client):  # type: ignore[misc]
    """smpplib's client for connecting and binding, with a TLS that checks the host's name."""

    _socket: socket.socket | None

    def __init__(self, settings: LinkSettings) -> None:
        super().__init__(
            settings.host, settings.port, timeout=settings.response_seconds,
            logger_name=_SILENT.name, allow_unknown_opt_params=True,
        )  # fmt: skip
        self._tls = settings.tls

    def __del__(self) -> None:
        """The link closes the socket itself."""

    def connect(self) -> None:
        raw = socket.create_connection((self.host, self.port), timeout=self.timeout)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MOST_UNDERWAY)
        try:
            self._socket = (
                self._tls.wrap_socket(raw, server_hostname=self.host) if self._tls else raw
            )
        except OSError:
            raw.close()
            raise
        self.state = consts.SMPP_CLIENT_STATE_OPEN

    def release(self) -> socket.socket:
        """The socket, now the link's own."""
        held, self._socket = self._socket, None
        if held is None:
            raise exceptions.ConnectionError
        held.setblocking(False)
        return held


class SmppLink:
    """One session. All but `start`, `close` are called with `news` (the gateway's lock) held."""

    def __init__(
        self,
        settings: LinkSettings,
        *,
        news: threading.Condition,
        told: Callable[["SmppLink", Delivery], None],
        lost: Callable[["SmppLink"], None],
    ) -> None:
        self.settings = settings
        self.session = 0
        self.fault = "not_connected"
        self._news, self._told, self._lost = news, told, lost
        self._socket: socket.socket | None = None
        self._sequence = 0
        self._open: dict[int, Submission] = {}
        self._out, self._queued, self._written = bytearray(), 0, 0
        self._in = bytearray()
        self._heard_at, self._enquired_at = 0.0, 0.0
        self._closing = threading.Event()
        self._waker, self._woken = socket.socketpair()
        self._waker.setblocking(False)
        self._woken.setblocking(False)
        self._thread = threading.Thread(target=self._run, name="smpp-link", daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def is_up(self) -> bool:
        return self._socket is not None

    def room(self) -> int:
        """How many parts may still be given before answers must come."""
        if self._socket is None or self.settings.role == "receiver" or self._closing.is_set():
            return 0
        return self.settings.window - len(self._open)

    def submit(self, submission: Submission) -> None:
        """Take a part into the window; `flush` writes it."""
        self._sequence = self._sequence % _LARGEST_SEQUENCE + 1
        self._put(HEADER.pack(16 + len(submission.body), SUBMIT_SM, 0, self._sequence))
        self._put(submission.body)
        submission.ends_at = self._queued
        submission.deadline = time.monotonic() + self.settings.response_seconds
        self._open[self._sequence] = submission

    def flush(self) -> None:
        """Write what the socket takes now; the thread writes the rest."""
        try:
            self._write()
        except OSError:
            self._drop("link_lost")
        if self._out:
            self._wake()

    def answer(self, delivery: Delivery, *, session: int) -> None:
        """Answer a delivery in the session that told it; a later session is told it again."""
        if session == self.session and self._socket is not None:
            self._put(delivery_response(delivery.command, delivery.sequence))
            self.flush()

    def close(self) -> None:
        """Say unbind, wait a moment for the answer, let go. Called without the lock."""
        with self._news:
            self._closing.set()
            if self._socket is not None:
                self._sequence = self._sequence % _LARGEST_SEQUENCE + 1
                self._put(bare(UNBIND, self._sequence))
                self.flush()
            self._wake()
        self._thread.join(GOODBYE_SECONDS + self.settings.response_seconds)
        self._waker.close()
        self._woken.close()

    def _run(self) -> None:
        wait = self.settings.reconnect_first_seconds
        while not self._closing.is_set():
            try:
                self._connect()
            except (OSError, exceptions.ConnectionError):
                self.fault = "unreachable"
            except exceptions.PDUError as refused:
                self.fault = (
                    answer_fate(int(refused.args[1]))[1] if len(refused.args) > 1 else "bind"
                )
            except Exception:  # a peer that speaks no SMPP breaks smpplib's reading in many ways
                self.fault = "no_smpp"
            else:
                wait = self.settings.reconnect_first_seconds
                self._serve()
            self._closing.wait(wait * secrets.SystemRandom().uniform(0.5, 1.0))
            wait = min(wait * 2, self.settings.reconnect_most_seconds)

    def _connect(self) -> None:
        settings, session = self.settings, _Session(self.settings)
        try:
            session.connect()
            bind = getattr(session, f"bind_{settings.role}")
            bind(
                system_id=settings.system_id, password=settings.password,
                system_type=settings.system_type,
            )  # fmt: skip
        except BaseException:
            if session._socket is not None:
                session._socket.close()
                session._socket = None
            raise
        with self._news:
            self._sequence = session.sequence
            self._out, self._in = bytearray(), bytearray()
            self._queued = self._written = 0
            self._heard_at, self._enquired_at = time.monotonic(), 0.0
            self._socket, self.session, self.fault = session.release(), self.session + 1, ""
            self._news.notify_all()

    def _serve(self) -> None:
        held, goodbye_by = self._socket, 0.0
        if held is None:
            return
        with selectors.DefaultSelector() as ready:
            ready.register(held, selectors.EVENT_READ)
            ready.register(self._woken, selectors.EVENT_READ)
            while self._socket is not None:
                wish = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._out else 0)
                if ready.get_key(held).events != wish:
                    ready.modify(held, wish)
                happened = ready.select(TICK_SECONDS)
                with self._news:
                    self._turn(any(key.fileobj is self._woken for key, _ in happened))
                    if self._closing.is_set():
                        goodbye_by = goodbye_by or time.monotonic() + GOODBYE_SECONDS
                        if time.monotonic() > goodbye_by:
                            self._drop("closed")
        held.close()

    def _turn(self, is_woken: bool) -> None:
        """One round of reading, writing and looking at the clock."""
        if self._socket is None:
            return
        if is_woken:
            self._woken.recv(4096)
        try:
            self._read()
            self._write()
            self._look_at_clock()
        except (OSError, BrokenPdu):
            self._drop("link_lost")
        self._news.notify_all()

    def _read(self) -> None:
        while self._socket is not None:
            try:
                octets = self._socket.recv(65536)
            except _WOULD_BLOCK:
                return
            if not octets:
                raise ConnectionResetError
            self._heard_at = time.monotonic()
            self._in += octets
            self._take_pdus()

    def _take_pdus(self) -> None:
        at, held = 0, self._in
        while len(held) - at >= 16 and self._socket is not None:
            length, command, status, sequence = HEADER.unpack_from(held, at)
            if not 16 <= length <= LARGEST_PDU:
                raise BrokenPdu(f"A PDU of {length} octets.")
            if len(held) - at < length:
                break
            if command == SUBMIT_SM | RESPONSE:
                self._answered(sequence, status, held[at + 16 : at + length])
            else:
                self._take_other(command, sequence, status, bytes(held[at : at + length]))
            at += length
        del held[:at]

    def _answered(self, sequence: int, status: int, body: bytearray) -> None:
        submission = self._open.pop(sequence, None)
        if submission is None:  # an answer after its time: the receipt settles the message
            return
        if status:
            fate, reason = answer_fate(status)
            submission.settle(fate, reason=reason)
            submission.is_throttled = status in THROTTLED
        else:
            name = body.partition(b"\0")[0].decode("latin-1")
            submission.settle(Fate.TAKEN, channel_id=name)

    def _take_other(self, command: int, sequence: int, status: int, pdu: bytes) -> None:
        if command in (DELIVER_SM, DATA_SM):
            self._take_delivery(command, sequence, pdu)
        elif command == ENQUIRE_LINK:
            self._put(bare(ENQUIRE_LINK | RESPONSE, sequence))
        elif command == UNBIND:
            self._put(bare(UNBIND | RESPONSE, sequence))
            self._write()
            self._drop("unbound_by_channel")
        elif command == UNBIND | RESPONSE:
            self._drop("closed")
        elif command == GENERIC_NACK:
            self._answered(sequence, status or consts.SMPP_ESME_RUNKNOWNERR, bytearray())
        elif not command & RESPONSE:
            self._put(bare(GENERIC_NACK, sequence, consts.SMPP_ESME_RINVCMDID))

    def _take_delivery(self, command: int, sequence: int, pdu: bytes) -> None:
        """Hand it on; one nobody can read is refused for good, or it would come again for ever."""
        try:
            delivery = read_delivery(pdu)
        except BrokenPdu:
            _log.warning("an unreadable delivery of %d octets was refused", len(pdu))
            self._put(bare(command | RESPONSE, sequence, consts.SMPP_ESME_RX_P_APPN))
        else:
            self._told(self, delivery)

    def _look_at_clock(self) -> None:
        now = time.monotonic()
        while self._open:
            sequence, submission = next(iter(self._open.items()))
            if submission.deadline > now:
                break
            if submission.ends_at > self._written:  # the socket is stuck; it must not go later
                self._drop("link_stuck")
                break
            del self._open[sequence]
            self._give_up(submission, "no_answer")
        if self._enquired_at > self._heard_at:
            if now - self._enquired_at > self.settings.response_seconds:
                self._drop("link_silent")
        elif now - self._heard_at > self.settings.enquire_seconds:
            self._enquired_at = now
            self._sequence = self._sequence % _LARGEST_SEQUENCE + 1
            self._put(bare(ENQUIRE_LINK, self._sequence))
            self._write()

    def _give_up(self, submission: Submission, reason: str) -> None:
        """Written means it may have been taken; not wholly written means it cannot have been."""
        was_written = self._written >= submission.ends_at
        submission.settle(Fate.UNSURE if was_written else Fate.BUSY, reason=reason)

    def _drop(self, fault: str) -> None:
        if self._socket is None:
            return
        with contextlib.suppress(OSError):  # the thread that waits on it closes it
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket, self.fault = None, fault
        for submission in self._open.values():
            self._give_up(submission, fault)
        self._open.clear()
        self._lost(self)
        self._news.notify_all()
        self._wake()

    def _put(self, octets: bytes) -> None:
        self._out += octets
        self._queued += len(octets)

    def _write(self) -> None:
        while self._out and self._socket is not None:
            try:
                count = self._socket.send(bytes(self._out[:MOST_AT_ONCE]))
            except _WOULD_BLOCK:
                return
            self._written += count
            del self._out[:count]

    def _wake(self) -> None:
        with contextlib.suppress(OSError):  # full: it is awake already
            self._waker.send(b"\0")
