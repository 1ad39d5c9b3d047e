"""From 拨打 to the sealed recording over real SIP agents, and a process that is killed while it talks."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from forbear.contact.calls import Identity
from forbear_server.gateways.baresip import BaresipProvider
from forbear_server.jobs.voice import VoiceLoop
from forbear_server.selectors.actors import Actor, Role
from forbear_server.selectors.telephones import find_telephones
from forbear_server.services.call_closing import verify_identity
from forbear_server.services.call_lines import ask_to_end
from forbear_server.services.recordings import open_recording
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import Call
from gateways.phones import own_network, phone, settings_in, tone, why_no_phones
from server.conftest import NOW
from server.outbox import Moment
from server.telephones import begun, close, loop_with, on_the_list

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(bool(why_no_phones()), reason=why_no_phones()),
]
COLLECTOR, BORROWER = "wang.min", "+8619900000231"


@pytest.fixture(scope="module")
def network() -> Iterator[None]:
    with own_network():
        yield


@pytest.fixture
def caller(
    network: None, qinghe: int, fresh_data_dir: Path, make_actor: Callable[..., Actor]
) -> Iterator[Actor]:
    actor = make_actor(COLLECTOR, Role.COLLECTOR)
    with (
        lender_scope(qinghe),
        phone(fresh_data_dir / "collector", COLLECTOR, 440, 20060),
        phone(fresh_data_dir / "borrower", BORROWER, 880, 20080),
    ):
        on_the_list(qinghe)
        yield actor


def looped(actor: Actor, folder: Path, clock: Moment) -> VoiceLoop:
    provider = BaresipProvider(settings_in(folder / "desk"), now=clock)
    loop = loop_with(actor.lender_id, provider, clock)
    loop.begin()
    return loop


def step_until(loop: VoiceLoop, holds: Callable[[], bool], *, seconds: float = 10) -> float:
    """Step until it holds; the seconds it took."""
    begun_at = time.monotonic()
    while not holds():
        assert time.monotonic() - begun_at < seconds, list(Call.objects.values())
        loop.step()
        loop.look_around(loop.clock())
        time.sleep(0.02)
    return time.monotonic() - begun_at


def is_ready() -> bool:
    found = find_telephones(now=NOW)
    return found is not None and found.can_record


def row() -> Call:
    return Call.objects.get()


def in_talk(loop: VoiceLoop, actor: Actor) -> UUID:
    step_until(loop, is_ready)
    call = begun(actor).call_id
    assert call is not None
    step_until(loop, lambda: row().state == "connected" and row().recording == "on")
    return call


def test_a_call_from_its_order_to_its_sealed_recording(
    caller: Actor, tmp_path: Path, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    clock = Moment()
    loop = looped(caller, tmp_path, clock)
    try:
        call = in_talk(loop, caller)
        verify_identity(actor=caller, call_id=call, identity=Identity.UNVERIFIABLE, now=NOW)
        ask_to_end(actor=caller, call_id=call, now=NOW)
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
            step_until(loop, lambda: row().recording == "kept")
        assert (row().state, row().hangup_reason) == ("wrap_up", "ended_by_collector")
        assert list((tmp_path / "desk" / "finished").iterdir()) == []
        sound = open_recording(actor=caller, call_id=call, purpose="quality", now=NOW)
        assert hashlib.sha256(sound).hexdigest() == row().recording_digest
        (tmp_path / "opened.wav").write_bytes(sound)
        sides = [round(tone(tmp_path / "opened.wav", side)) for side in (0, 1)]
        assert sides == [440, 880]
        close(caller, call, "cut")
        assert row().state == "done"
    finally:
        loop.provider.close()


def test_at_the_end_of_its_window_a_call_is_ended_by_us(caller: Actor, tmp_path: Path) -> None:
    clock = Moment()
    loop = looped(caller, tmp_path, clock)
    try:
        in_talk(loop, caller)
        clock.at = row().window_closes_at - timedelta(minutes=2)
        step_until(loop, lambda: row().warned_at is not None)
        clock.at = row().window_closes_at
        took = step_until(loop, lambda: row().state == "wrap_up")
        assert (row().hangup_reason, row().ended_by) == ("window_over", "window")
        assert took < 1.0
    finally:
        loop.provider.close()


def test_a_call_whose_process_was_killed_is_over_and_its_recording_is_found(
    caller: Actor, tmp_path: Path
) -> None:
    clock = Moment()
    loop = looped(caller, tmp_path, clock)
    in_talk(loop, caller)
    os.kill(int((tmp_path / "desk" / "line-0" / "pid").read_text()), signal.SIGKILL)
    # Nothing more is heard of the loop: another one begins, as after kill -9, which frees its lock.
    loop.provider._held.close()  # type: ignore[attr-defined]
    after = looped(caller, tmp_path, clock)
    try:
        assert (row().state, row().hangup_reason) == ("wrap_up", "provider_lost")
        step_until(after, lambda: row().recording == "kept")
        step_until(after, is_ready)
    finally:
        after.provider.close()
        loop.provider.close()
