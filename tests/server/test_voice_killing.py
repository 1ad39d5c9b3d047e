"""`forbear voice run` as a process of its own, killed while somebody talks, and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from gateways.phones import HERE, modules, own_network, phone, why_no_phones

pytestmark = pytest.mark.skipif(bool(why_no_phones()), reason=why_no_phones())
CLI = [sys.executable, "-m", "forbear_server.cli"]
ON_THE_DESK = """
from forbear_server.cli.desk import open_desk
from forbear_server.cli.django_setup import set_up_django
set_up_django()
from django.conf import settings
from forbear_server.store import embedded
embedded.attach(settings.DATA_DIR, is_durable=False)  # nobody will miss this desk
open_desk(is_new=True)
from forbear_server.store.migrating import migrate
migrate()
from forbear_server.ui.clock import business_now, start_demo_clock
start_demo_clock()
from forbear_server.selectors.actors import Role
from forbear_server.services.lenders import register_lender
from forbear_server.services.users import add_user
from forbear_server.store.lender_scope import lender_scope
from server.telephones import on_the_list
lender = register_lender(code="qinghe", name_zh="青禾", name_en="Qinghe",
                         kind="consumer_finance", now=business_now())
add_user(lender_code="qinghe", username="wang.min", display_name="w", role=Role.COLLECTOR,
         team="", is_demo=False, now=business_now())
with lender_scope(lender):
    on_the_list(lender)
import time
from forbear_server.selectors.actors import find_actor_by_name
from forbear_server.selectors.telephones import find_telephones
from forbear_server.store.models import Call
from server.telephones import begun
def wait(holds):
    until = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < until, list(Call.objects.values())
        time.sleep(0.02)
def can_record():
    found = find_telephones(now=business_now())
    return found is not None and found.can_record
def tell():
    row = Call.objects.get()
    print(row.state, row.hangup_reason, len(row.recording_digest), flush=True)
print("prepared", flush=True)
with lender_scope(lender):
    wait(can_record)
    begun(find_actor_by_name("wang.min"), now=business_now())
    wait(lambda: Call.objects.get().recording == "on")
    tell()
    wait(lambda: Call.objects.get().recording == "kept")
    tell()
"""


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    sender = {
        "sender": "calls",
        "channel": "voice_interactive",
        "lender": "qinghe",
        "gateway": "baresip",
        "rate_per_second": 1,
        "listen": HERE,
        "interface": "v0",
        "borrower_address": f"sip:{{number}}@{HERE}:20080",
        "collector_address": f"sip:{{line}}@{HERE}:20060",
        "caller": "02112345678",
        "folder": "calls",
        "modules": str(modules()),
        "lines": 1,
        "least_free_mb": 1,
    }
    file = tmp_path / "channels.yaml"
    file.write_text(yaml.safe_dump({"senders": [sender]}))
    tests = Path(__file__).resolve().parents[1]
    told = {
        **os.environ,
        "FORBEAR_DATA_DIR": str(tmp_path / "data"),
        "FORBEAR_DEMO": "1",
        "FORBEAR_DEMO_CLOCK": "2026-11-20T10:30:00+08:00",
        "FORBEAR_CHANNELS": str(file),
        "PYTHONPATH": os.pathsep.join([str(tests), str(tests.parent)]),
    }
    told.pop("FORBEAR_DATABASE_URL", None)
    with own_network():
        yield told


def started(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([*CLI, "voice", "run"], env=environment, stdout=subprocess.DEVNULL)


def test_killed_in_a_call_nothing_goes_on_unwatched_and_the_next_start_finds_what_was_said(
    environment: dict[str, str], tmp_path: Path
) -> None:
    desk = subprocess.Popen(
        [sys.executable, "-c", ON_THE_DESK], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert desk.stdout is not None
    with (
        desk,
        phone(tmp_path / "collector", "wang.min", 440, 20060),
        phone(tmp_path / "borrower", "+8619900000231", 880, 20080),
    ):
        assert desk.stdout.readline() == "prepared\n"
        holder = started(environment)
        try:
            assert desk.stdout.readline() == "connected  0\n"
            agent = (tmp_path / "calls" / "line-0" / "pid").read_text()
        finally:
            holder.kill()
            holder.wait()
        again = started(environment)
        try:
            assert desk.stdout.readline() == "wrap_up provider_lost 64\n"
        finally:
            again.send_signal(signal.SIGTERM)
            assert again.wait(timeout=20) == 0
    assert not Path(f"/proc/{agent}/fd/0").exists()
    assert len(list((tmp_path / "data" / "recordings").glob("*/*"))) == 1
    assert list((tmp_path / "calls" / "finished").iterdir()) == []
