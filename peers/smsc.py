"""Starts the message centre of `smsc.js` on loopback and speaks to its control port.

with started_smsc(throttle_every=3) as smsc:
    gateway = SmppGateway(SmppSettings(..., port=smsc.port), now=now)
"""

import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_HERE = Path(__file__).resolve().parent
START_SECONDS = 20


@dataclass(slots=True)
class Smsc:
    """A running message centre."""

    port: int
    control_port: int
    process: subprocess.Popen[str]

    def order(self, **wish: Any) -> dict[str, int]:
        """Say something to the control port; the counts come back."""
        with socket.create_connection(("127.0.0.1", self.control_port), timeout=10) as line:
            line.sendall(json.dumps(wish).encode() + b"\n")
            with line.makefile() as answers:
                counts: dict[str, int] = json.loads(answers.readline())
        return counts

    def reply(self, *, number: str, to: str, text: str, gsm: bool = False) -> None:
        """A person writes: `number` is theirs, `to` the sender's."""
        self.order(reply={"from": number, "to": to, "text": text, "gsm": gsm})

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=10)
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()


def why_no_smsc() -> str | None:
    """Why the message centre cannot run here; None if it can."""
    if shutil.which("node") is None:
        return "node is not installed"
    if not (_HERE.parent / "node_modules" / "smpp").is_dir():
        return "the npm package smpp is not installed (make front-end)"
    return None


def start_smsc(**settings: Any) -> Smsc:
    """Start it with settings of `smsc.js` and wait until it listens; port 0 takes a free one."""
    process = subprocess.Popen(
        ["node", str(_HERE / "smsc.js"), json.dumps(settings)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        process.wait(timeout=START_SECONDS)
        raise RuntimeError("The message centre did not start: run it by hand to see why.")
    ports = json.loads(line)
    return Smsc(ports["port"], ports["control_port"], process)


@contextmanager
def started_smsc(**settings: Any) -> Iterator[Smsc]:
    """A message centre for the length of a `with`."""
    smsc = start_smsc(**settings)
    try:
        yield smsc
    finally:
        smsc.stop()
