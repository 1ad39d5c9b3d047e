"""Real calls between real SIP agents: who hears whom, what is recorded, how a call ends."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from forbear.contact.calls import CallEvent, CallRefused, LineEvent, Silence, VoiceKind
from forbear.contact.channels import Channel
from forbear_server.gateways.baresip import BaresipProvider, TelephonesHeld
from gateways.phones import (
    CALL,
    COLLECTOR,
    NOW,
    NUMBER,
    Phone,
    go_on,
    order,
    own_network,
    phone,
    settings_in,
    silences,
    strength,
    tone,
    tone_at_end,
    tone_at_start,
    wait_ready,
    wait_until,
    why_no_phones,
    write_tone,
)

pytestmark = pytest.mark.skipif(bool(why_no_phones()), reason=why_no_phones())


@pytest.fixture(scope="module")
def network() -> Iterator[None]:
    with own_network():
        yield


@contextmanager
def provider_in(folder: Path, **changes: Any) -> Iterator[BaresipProvider]:
    provider = BaresipProvider(settings_in(folder, **changes), now=lambda: NOW)
    try:
        wait_ready(provider)
        yield provider
    finally:
        provider.close()


@contextmanager
def both_phones(folder: Path, *, borrower_answers: bool = True) -> Iterator[tuple[Phone, Phone]]:
    with (
        phone(folder / "collector", COLLECTOR, 440, 20060) as collector,
        phone(folder / "borrower", NUMBER, 880, 20080, answers=borrower_answers) as borrower,
    ):
        yield collector, borrower


def kinds(told: list[CallEvent]) -> list[str]:
    return [one.kind.value for one in told]


def test_both_hear_each_other_and_the_recording_has_a_side_for_each(
    network: None, tmp_path: Path
) -> None:
    told: list[CallEvent] = []
    with both_phones(tmp_path) as (collector, borrower), provider_in(tmp_path / "desk") as desk:
        name = desk.place(order())
        assert name == str(CALL)
        assert not desk.can_record()  # its one line is taken
        wait_until(desk, LineEvent.RECORDING, told)
        go_on(desk, told, 1.0)
        desk.hang_up(name, reason="collector")
        recorded = wait_until(desk, LineEvent.RECORDED, told)
        assert kinds(told) == ["ringing", "answered", "recording", "ended", "recorded"]
        assert [one.reason for one in told if one.kind is LineEvent.ENDED] == ["collector"]
        assert len({one.event_id for one in told}) == 5
        assert round(collector.heard()) == 880
        assert round(borrower.heard()) == 440
        assert round(tone(Path(recorded.recording_path), 0)) == 440
        assert round(tone(Path(recorded.recording_path), 1)) == 880
        assert list((tmp_path / "desk" / "line-0").glob("dump-*")) == []
        wait_ready(desk)


@pytest.mark.parametrize(
    ("number", "hangs_up", "reason"),
    [
        (NUMBER, True, "busy"),
        (NUMBER, False, "no_answer"),
        ("19900009999", False, "number_unknown"),
    ],
)
def test_a_call_nobody_takes_ends_with_the_reason_and_leaves_no_recording(
    network: None, tmp_path: Path, number: str, hangs_up: bool, reason: str
) -> None:
    told: list[CallEvent] = []
    with (
        both_phones(tmp_path, borrower_answers=False) as (_, borrower),
        provider_in(tmp_path / "desk", ring_seconds=1.0) as desk,
    ):
        desk.place(order(address=number))
        if hangs_up:
            wait_until(desk, LineEvent.RINGING, told)
            borrower.hang_up()
        ended = wait_until(desk, LineEvent.ENDED, told)
        assert ended.reason == reason
        wait_ready(desk)
        assert LineEvent.ANSWERED not in {one.kind for one in told}
        assert not (tmp_path / "desk" / "finished").exists()


def test_a_collector_who_does_not_answer_means_that_the_borrower_was_never_dialled(
    network: None, tmp_path: Path
) -> None:
    told: list[CallEvent] = []
    with (
        phone(tmp_path / "borrower", NUMBER, 880, 20080) as borrower,
        phone(tmp_path / "collector", COLLECTOR, 440, 20060, answers=False),
        provider_in(tmp_path / "desk", collector_ring_seconds=1.0) as desk,
    ):
        desk.place(order())
        failed = wait_until(desk, LineEvent.FAILED, told)
        assert failed.reason == "collector_not_reached"
        go_on(desk, told, 1.5)
        assert kinds(told) == ["failed"]
        assert list(borrower.folder.glob("dump-*")) == []


@pytest.mark.parametrize("who", ["borrower", "collector"])
def test_whoever_hangs_up_ends_it_for_both(network: None, tmp_path: Path, who: str) -> None:
    told: list[CallEvent] = []
    with both_phones(tmp_path) as (collector, borrower), provider_in(tmp_path / "desk") as desk:
        desk.place(order())
        wait_until(desk, LineEvent.RECORDING, told)
        (borrower if who == "borrower" else collector).hang_up()
        assert wait_until(desk, LineEvent.ENDED, told).reason == f"hung_up_by_{who}"
        wait_until(desk, LineEvent.RECORDED, told)
        assert len([one for one in told if one.kind is LineEvent.ENDED]) == 1


def test_a_killed_agent_ends_its_call_keeps_what_was_said_and_starts_again(
    network: None, tmp_path: Path
) -> None:
    told: list[CallEvent] = []
    with both_phones(tmp_path), provider_in(tmp_path / "desk") as desk:
        desk.place(order())
        wait_until(desk, LineEvent.RECORDING, told)
        go_on(desk, told, 0.5)
        os.kill(int((tmp_path / "desk" / "line-0" / "pid").read_text()), signal.SIGKILL)
        assert wait_until(desk, LineEvent.ENDED, told).reason == "provider_lost"
        recorded = wait_until(desk, LineEvent.RECORDED, told)
        assert round(tone(Path(recorded.recording_path), 1)) == 880
        wait_ready(desk)


def test_a_recording_left_by_a_process_that_was_killed_is_found_at_the_next_start(
    network: None, tmp_path: Path
) -> None:
    told: list[CallEvent] = []
    with both_phones(tmp_path):
        before = BaresipProvider(settings_in(tmp_path / "desk"), now=lambda: NOW)
        wait_ready(before)
        before.place(order())
        wait_until(before, LineEvent.RECORDING, told)
        go_on(before, told, 0.5)
        # As after kill -9: nobody says goodbye, and a new process begins with the same folder.
        with pytest.raises(TelephonesHeld):
            BaresipProvider(settings_in(tmp_path / "desk"), now=lambda: NOW)
        assert before.can_record() is False  # its call is still on
        before._held.close()  # the lock goes with a process that dies
        after = BaresipProvider(settings_in(tmp_path / "desk"), now=lambda: NOW)
        try:
            found = after.events()
            assert [(one.provider_call_id, one.kind.value) for one in found] == [
                (str(CALL), "recorded")
            ]
            assert round(tone(Path(found[0].recording_path), 1)) == 880
            wait_ready(after)
        finally:
            after.close()
            before.close()


def test_the_control_link_comes_back_and_the_call_goes_on(network: None, tmp_path: Path) -> None:
    told: list[CallEvent] = []
    with both_phones(tmp_path), provider_in(tmp_path / "desk") as desk:
        name = desk.place(order())
        wait_until(desk, LineEvent.RECORDING, told)
        desk._lines[0].agent.link.close()
        go_on(desk, told, 0.6)
        assert kinds(told) == ["ringing", "answered", "recording"]
        desk.hang_up(name, reason="window")
        assert wait_until(desk, LineEvent.ENDED, told).reason == "window"


def test_a_warning_is_heard_by_the_collector_alone_and_then_both_hear_each_other_again(
    network: None, tmp_path: Path
) -> None:
    told: list[CallEvent] = []
    with both_phones(tmp_path) as (collector, borrower), provider_in(tmp_path / "desk") as desk:
        name = desk.place(order())
        wait_until(desk, LineEvent.RECORDING, told)
        desk.warn(name)
        go_on(desk, told, 2.0)
        desk.hang_up(name, reason="collector")
        recorded = wait_until(desk, LineEvent.RECORDED, told)
        heard = next(collector.folder.glob("dump-*-dec.wav"))
        assert strength(heard, 660) > 0.02
        assert tone_at_end(heard) == 880
        assert tone_at_end(next(borrower.folder.glob("dump-*-dec.wav"))) == 440
        assert strength(Path(recorded.recording_path), 660) < 0.01


def test_muted_the_borrower_hears_nothing_held_neither_does_and_the_recording_shows_it(
    network: None, tmp_path: Path
) -> None:
    told: list[CallEvent] = []
    steps = [
        (Silence.MUTE, True, LineEvent.MUTED),
        (Silence.MUTE, False, LineEvent.UNMUTED),
        (Silence.HOLD, True, LineEvent.HELD),
        (Silence.HOLD, False, LineEvent.RESUMED),
    ]
    with both_phones(tmp_path) as (collector, borrower), provider_in(tmp_path / "desk") as desk:
        name = desk.place(order())
        desk.silence(name, Silence.MUTE, is_on=True)  # nobody is on the line: nothing to be muted
        wait_until(desk, LineEvent.RECORDING, told)
        for silence, is_on, tells in steps:
            for _ in range(3):  # asked again before it is done: the line is toggled once
                desk.silence(name, silence, is_on=is_on)
            wait_until(desk, tells, told)
            if silence is Silence.HOLD and is_on:
                desk.warn(name)
            go_on(desk, told, 2.0 if silence is Silence.HOLD and is_on else 0.8)
        desk.hang_up(name, reason="collector")
        recorded = Path(wait_until(desk, LineEvent.RECORDED, told).recording_path)
        assert kinds(told)[3:-2] == ["muted", "unmuted", "held", "resumed"]
        heard = [next(one.folder.glob("dump-*-dec.wav")) for one in (collector, borrower)]
        assert [silences(one) for one in heard] == [1, 2]
        assert [silences(recorded, side) for side in (0, 1)] == [2, 0]
        assert strength(heard[0], 660) > 0.02  # the warning is heard by a collector who holds
        assert (tone_at_end(heard[0]), tone_at_end(heard[1])) == (880, 440)


def test_an_announcement_is_heard_before_anybody_speaks(network: None, tmp_path: Path) -> None:
    told: list[CallEvent] = []
    said = "我是智能语音助手，青禾消费金融。本次通话会录音。"
    announcements = tmp_path / "announcements"
    announcements.mkdir()
    (announcements / "hello.txt").write_text(said)
    write_tone(announcements / "hello.wav", 1200, seconds=1)
    ai = {"voice": VoiceKind.AI, "channel": Channel.VOICE_NOTICE_AI}
    with (
        both_phones(tmp_path) as (_, borrower),
        provider_in(tmp_path / "desk", announcements=announcements) as desk,
    ):
        with pytest.raises(CallRefused, match="no sound file"):
            desk.place(order(announcement="我是智能语音助手，别的话。", **ai))
        assert desk.can_record()
        name = desk.place(order(announcement=said, **ai))
        wait_until(desk, LineEvent.ANSWERED, told)
        go_on(desk, told, 2.2)
        desk.hang_up(name, reason="collector")
        wait_until(desk, LineEvent.RECORDED, told)
        heard = next(borrower.folder.glob("dump-*-dec.wav"))
        assert tone_at_start(heard) == 1200
        assert tone_at_end(heard) == 440


def test_without_room_for_a_recording_nothing_is_dialled(network: None, tmp_path: Path) -> None:
    told: list[CallEvent] = []
    with both_phones(tmp_path) as (collector, _):
        desk = BaresipProvider(settings_in(tmp_path / "desk", least_free_mb=10**9), now=lambda: NOW)
        try:
            go_on(desk, told, 1.0)
            assert not desk.can_record()
            with pytest.raises(CallRefused, match="Recording does not work"):
                desk.place(order())
            go_on(desk, told, 0.3)
            assert told == []
            assert list(collector.folder.glob("dump-*")) == []
        finally:
            desk.close()


@pytest.mark.parametrize("address", ["", "138\n/quit", "sip:x@y", "12", "１３８００１３８０００"])
def test_what_is_no_number_is_not_dialled(network: None, tmp_path: Path, address: str) -> None:
    with provider_in(tmp_path / "desk") as desk:
        with pytest.raises(CallRefused, match="cannot be dialled"):
            desk.place(order(address=address))
        assert desk.can_record()
