"""Telephones beside the browser's site: agents and phones on a network of their own, the desk shared.

Only `forbear voice run` and the phones live on that network; the web server and the browser stay
outside, and both reach the desk over its socket file.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

import yaml

from browser.site import Site
from gateways.phones import HERE, Phone, modules, own_network, phone

T = TypeVar("T")
BORROWER_PORT, COLLECTOR_PORT = 20080, 20060


class Switchboard:
    """Things that begin and end on the network: one thread is in it, and does what it is asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._inside = ThreadPoolExecutor(max_workers=1)
        self._begun = ExitStack()

    def begin(self, thing: Callable[[], AbstractContextManager[T]]) -> T:
        return self._inside.submit(lambda: self._begun.enter_context(thing())).result()

    def phone(self, name: str, *, hertz: int, port: int, answers: bool) -> Phone:
        folder = self.folder / f"phone-{port}"
        return self.begin(lambda: phone(folder, name, hertz, port, answers=answers, seconds=600))

    def end(self) -> None:
        self._inside.submit(self._begun.close).result()
        self._inside.shutdown()


@contextmanager
def switchboard(site: Site, folder: Path) -> Iterator[Switchboard]:
    """A network with the telephone system of the site's lender on it."""
    board = Switchboard(folder)
    try:
        board.begin(own_network)
        board.begin(lambda: _voice_run(site, _channels(folder)))
        yield board
    finally:
        board.end()


def _channels(folder: Path) -> Path:
    sender = {
        "sender": "calls",
        "channel": "voice_interactive",
        "lender": "qinghe",
        "gateway": "baresip",
        "rate_per_second": 1,
        "listen": HERE,
        "interface": "v0",
        "borrower_address": f"sip:{{number}}@{HERE}:{BORROWER_PORT}",
        "collector_address": f"sip:{{line}}@{HERE}:{COLLECTOR_PORT}",
        "caller": "02112345678",
        "folder": "calls",
        "modules": str(modules()),
        "lines": 1,
        "least_free_mb": 1,
    }
    path = folder / "calls.yaml"
    path.write_text(yaml.safe_dump({"senders": [sender]}))
    return path


@contextmanager
def _voice_run(site: Site, channels: Path) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", "forbear_server.cli.main", "voice", "run", "--channels", channels],
        env=site.environment,
        stdout=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)
