"""The control link to one SIP agent: commands out, what it tells back in, as netstrings of JSON.

Nothing here waits: a command is queued and written as the socket takes it, what was told is read
as far as it has come. A lost link is opened again at the next call; what the agent told meanwhile
is not told again, so whoever drives it asks how its calls stand (`opened` counts the openings).
"""

import json
import socket
import time
from dataclasses import dataclass, field
from typing import Any

LONGEST_TOLD = 65536
_WAIT_BETWEEN_TRIES = 0.1


class ControlFaulty(ValueError):
    """What came over the link is no netstring of JSON."""


def packed(command: str, argument: str = "", *, mark: str = "") -> bytes:
    """One command as it goes over the link.

    >>> packed("hangup")
    b'54:{"command": "hangup", "params": "", "token": "hangup"},'
    """
    told = json.dumps({"command": command, "params": argument, "token": mark or command}).encode()
    return b"%d:%s," % (len(told), told)


def unpacked(octets: bytes) -> tuple[list[dict[str, Any]], bytes]:
    """Every whole message of the octets, and what is left of them. Raises `ControlFaulty`.

    >>> unpacked(b'13:{"ok": false},12:{"ok"')
    ([{'ok': False}], b'12:{"ok"')
    """
    told: list[dict[str, Any]] = []
    while True:
        head, colon, rest = octets.partition(b":")
        if not colon:
            if len(head) > len(str(LONGEST_TOLD)):
                raise ControlFaulty("a length without an end")
            return told, octets
        if not head.isdigit() or int(head) > LONGEST_TOLD:
            raise ControlFaulty("no length")
        length = int(head)
        if len(rest) < length + 1:
            return told, octets
        try:
            message = json.loads(rest[:length])
        except ValueError as fault:
            raise ControlFaulty("no JSON") from fault
        if rest[length : length + 1] != b"," or not isinstance(message, dict):
            raise ControlFaulty("no netstring of an object")
        told.append(message)
        octets = rest[length + 1 :]


@dataclass(slots=True)
class ControlLink:
    """The link to one agent on loopback."""

    port: int
    opened: int = 0
    _socket: socket.socket | None = None
    _in: bytes = b""
    _out: bytearray = field(default_factory=bytearray)
    _next_try: float = 0.0

    def is_up(self) -> bool:
        """Whether the link stands now; opens it when it does not, a few times a second at most."""
        if self._socket is None and time.monotonic() >= self._next_try:
            self._next_try = time.monotonic() + _WAIT_BETWEEN_TRIES
            try:
                self._socket = socket.create_connection(("127.0.0.1", self.port), timeout=0.2)
                self._socket.setblocking(False)
                self.opened += 1
            except OSError:
                self._socket = None
        return self._socket is not None

    def say(self, command: str, argument: str = "", *, mark: str = "") -> None:
        """Queue a command; commands are carried out in their order."""
        self._out += packed(command, argument, mark=mark)
        self._write()

    def hear(self) -> list[dict[str, Any]]:
        """What was told since the last call."""
        if not self.is_up() or self._socket is None:
            return []
        self._write()
        told: list[dict[str, Any]] = []
        try:
            while self._socket is not None and (octets := self._socket.recv(LONGEST_TOLD)):
                found, self._in = unpacked(self._in + octets)
                told += found
            self.close()  # the other side closed it
        except BlockingIOError:
            pass
        except (OSError, ControlFaulty):
            self.close()
        return told

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket, self._in = None, b""
        self._out.clear()

    def _write(self) -> None:
        if self._socket is None or not self._out:
            return
        try:
            sent = self._socket.send(self._out)
            del self._out[:sent]
        except BlockingIOError:
            return
        except OSError:
            self.close()
