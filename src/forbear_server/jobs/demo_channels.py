"""Channels of the demonstration: a message centre of the checkout, and the outbox that sends to it.

Nothing leaves this machine: the centre listens on loopback, takes messages over SMPP as a real one
does, sends receipts, and answers for the invented borrower. Without node or the npm package smpp
the console works and messages stay in the outbox.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml
from django.conf import settings

from forbear_server.ui.clock import wall_now

CHECKOUT = Path(__file__).resolve().parents[3]
CENTRE = CHECKOUT / "peers" / "smsc.js"
SENDER = "10690088"
LENDER = "qinghe"
PASSWORD_ENV = "FORBEAR_DEMO_SMSC_WORD"  # noqa: S105 the name of a variable
# What the invented borrower writes back, by what our message says.
REPLIES = [
    {"when": "商量|安排", "text": "最近手头紧，25号发工资，可以先还一部分吗？"},
    {
        "when": "talk it over",
        "text": "Money is tight until payday on the 25th. Can I pay part of it?",
    },
]


def channels_file() -> Path:
    """Where the demonstration's senders are written down, anew at each start."""
    return Path(settings.DATA_DIR) / "channels.yaml"


def why_no_centre() -> str:
    """Why messages stay in the outbox; empty when the centre can run."""
    if shutil.which("node") is None:
        return "node is not installed"
    if not CENTRE.exists() or not (CHECKOUT / "node_modules" / "smpp").is_dir():
        return "the npm package smpp is not installed (make front-end)"
    return ""


@contextmanager
def demo_channels() -> Iterator[str]:
    """Centre and outbox for as long as the console runs; a sentence about them."""
    missing = why_no_centre()
    if missing:
        yield f"No message centre: {missing}. Messages stay in the outbox."
        return
    centre = _start_centre()
    port = json.loads(centre.stdout.readline() if centre.stdout else "{}").get("port", 0)
    channels_file().write_text(yaml.safe_dump({"senders": [_sender(port)]}), encoding="utf-8")
    settings.CHANNELS_FILE = str(channels_file())
    os.environ["FORBEAR_CHANNELS"] = str(channels_file())
    os.environ[PASSWORD_ENV] = "secret"
    outbox = subprocess.Popen(
        [sys.executable, "-m", "forbear_server.cli", "outbox", "run"], stdout=subprocess.DEVNULL
    )
    try:
        yield f"SMS sender {SENDER}: a message centre on loopback (SMPP port {port}) and the outbox."
    finally:
        for one in (outbox, centre):
            one.terminate()
        for one in (outbox, centre):
            one.wait(timeout=30)


def _start_centre() -> subprocess.Popen[str]:
    wanted = {
        "senders": [SENDER],
        "receipt_after_ms": [800, 3000],
        "replies": REPLIES,
        # Its ids never come again: an id stands for one message for ever.
        "first_id": int(wall_now().timestamp()),
        "statement": str(Path(settings.DATA_DIR) / "message-centre.jsonl"),
    }
    return subprocess.Popen(
        [str(shutil.which("node")), str(CENTRE), json.dumps(wanted)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _sender(port: int) -> dict[str, object]:
    return {
        "sender": SENDER,
        "channel": "sms",
        "lender": LENDER,
        "gateway": "smpp",
        "rate_per_second": 20,
        "source": SENDER,
        "host": "127.0.0.1",
        "port": port,
        "system_id": "app",
        "password_env": PASSWORD_ENV,
    }
