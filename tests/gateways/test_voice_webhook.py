"""A call-centre platform over HTTPS: asked by signed requests, believed only under its signature."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from forbear.contact.calls import CallEvent, CallRefused, LineEvent, Silence
from forbear_server.gateways.voice_webhook import (
    VoiceWebhookProvider,
    VoiceWebhookSettings,
    parse_call_events,
    want_recording,
)
from forbear_server.gateways.webhook import EventsFaulty, verify_signature
from gateways.phones import CALL, NOW, NUMBER, order

SECRET = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo="


@dataclass
class Platform:
    """What was asked of it, and what it answers."""

    port: int = 0
    statuses: list[int] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    gets: list[str] = field(default_factory=list)

    def kinds(self) -> list[str]:
        return [one["type"] for one in self.asked]


@contextmanager
def platform(*statuses: int) -> Iterator[Platform]:
    told = Platform(statuses=list(statuses))

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            told.ids.append(verify_signature(self.headers, body, SECRET, NOW))
            told.asked.append(json.loads(body))
            self.answer(told.statuses.pop(0) if told.statuses else 200, b'{"can_record": true}')

        def do_GET(self) -> None:
            told.gets.append(self.path)
            body = json.dumps({"type": "recording.fetch", "data": {"url": self.own_address()}})
            verify_signature(self.headers, body.encode(), SECRET, NOW)
            self.answer(200 if self.path == "/r/1.wav" else 404, b"RIFF sound")

        def own_address(self) -> str:
            return f"http://127.0.0.1:{told.port}{self.path}"

        def answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    told.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def provider_of(told: Platform, folder: Path) -> VoiceWebhookProvider:
    return VoiceWebhookProvider(settings_of(told, folder), now=lambda: NOW, wall=lambda: NOW)


def settings_of(told: Platform, folder: Path) -> VoiceWebhookSettings:
    return VoiceWebhookSettings(
        sender="centre",
        url=f"http://127.0.0.1:{told.port}/calls",
        folder=folder,
        signing_secret=SECRET,
        wait_seconds=0.01,
    )


def test_a_call_is_asked_for_once_under_its_own_id(tmp_path: Path) -> None:
    with platform() as told:
        assert provider_of(told, tmp_path).place(order()) == str(CALL)
    assert told.ids == [str(CALL)]
    data = told.asked[0]["data"]
    assert told.asked[0]["type"] == "call.place"
    assert (data["address"], data["record"], data["permit_id"]) == (NUMBER, True, "permit-1")
    assert data["not_after"] == order().window_closes_at.isoformat()


def test_an_attempt_without_an_answer_is_made_again_under_the_same_id(tmp_path: Path) -> None:
    with platform(503, 502) as told:
        assert provider_of(told, tmp_path).place(order()) == str(CALL)
    assert told.ids == [str(CALL)] * 3


def test_a_platform_that_never_answers_is_asked_to_end_what_it_may_have_begun(
    tmp_path: Path,
) -> None:
    with platform(500, 500, 500) as told, pytest.raises(CallRefused, match="did not answer"):
        provider_of(told, tmp_path).place(order())
    assert told.kinds() == ["call.place"] * 3 + ["call.hang_up"]


def test_a_refusal_of_the_platform_is_final(tmp_path: Path) -> None:
    with platform(409) as told, pytest.raises(CallRefused, match="refused the call: 409"):
        provider_of(told, tmp_path).place(order())
    assert told.kinds() == ["call.place"]


def test_it_records_only_while_it_says_so(tmp_path: Path) -> None:
    with platform() as told:
        assert provider_of(told, tmp_path).can_record()
    assert not provider_of(told, tmp_path).can_record()  # nobody answers there any more
    with platform(503) as told:
        assert not provider_of(told, tmp_path).can_record()


def test_warnings_and_ends_name_the_call_and_nothing_else(tmp_path: Path) -> None:
    with platform() as told:
        provider = provider_of(told, tmp_path)
        provider.warn(str(CALL))
        provider.hang_up(str(CALL), reason="window_over")
    assert [(one["type"], one["data"]) for one in told.asked] == [
        ("call.warn", {"call_id": str(CALL)}),
        ("call.hang_up", {"call_id": str(CALL), "reason": "window_over"}),
    ]


def test_mute_and_hold_are_asked_for_by_what_shall_stand_each_under_an_id_of_its_own(
    tmp_path: Path,
) -> None:
    with platform() as told:
        provider = provider_of(told, tmp_path)
        for silence, is_on in (
            (Silence.MUTE, True),
            (Silence.MUTE, False),
            (Silence.MUTE, True),
            (Silence.HOLD, True),
        ):
            provider.silence(str(CALL), silence, is_on=is_on)
    assert [(one["type"], one["data"]["on"]) for one in told.asked] == [
        ("call.mute", True),
        ("call.mute", False),
        ("call.mute", True),
        ("call.hold", True),
    ]
    assert {one["data"]["call_id"] for one in told.asked} == {str(CALL)}
    assert len(set(told.ids)) == 4


def test_requests_are_signed_by_the_real_clock_and_not_by_the_business_day(tmp_path: Path) -> None:
    with platform() as told:
        business = NOW - timedelta(days=400)
        provider = VoiceWebhookProvider(
            settings_of(told, tmp_path), now=lambda: business, wall=lambda: NOW
        )
        provider.warn(str(CALL))  # the platform verifies by NOW
        want_recording(
            settings_of(told, tmp_path), recorded(f"http://127.0.0.1:{told.port}/r/1.wav")
        )
        (found,) = provider.events()
    assert told.ids == [f"{CALL}:warn"]
    assert (found.at, Path(found.recording_path).read_bytes()) == (business, b"RIFF sound")


def test_a_recording_that_cannot_be_had_keeps_no_other_from_being_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with platform() as told:
        settings, provider = settings_of(told, tmp_path), provider_of(told, tmp_path)
        host = f"http://127.0.0.1:{told.port}"
        for number in (1, 2, 3):
            name = "missing" if number == 1 else "1"
            want_recording(settings, recorded(f"{host}/r/{name}.wav", UUID(int=number)))
        found = [[one.provider_call_id for one in provider.events()] for _ in range(4)]
        second, third = str(UUID(int=2)), str(UUID(int=3))
        assert found == [[], [second], [second, third], [second, third]]
        assert [one.name for one in tmp_path.glob("*.wanted")] == [f"{UUID(int=1)}.wanted"]
        assert told.gets == ["/r/missing.wav", "/r/1.wav", "/r/1.wav"]
        # It is asked for again, but not with every look at the lines.
        later = time.monotonic() + 3
        monkeypatch.setattr(time, "monotonic", lambda: later)
        provider.events()
        assert told.gets[3:] == ["/r/missing.wav"]


def test_a_recording_told_of_is_fetched_by_whoever_holds_the_platform(tmp_path: Path) -> None:
    with platform() as told:
        settings, provider = settings_of(told, tmp_path), provider_of(told, tmp_path)
        host = f"http://127.0.0.1:{told.port}"
        want_recording(settings, recorded(f"{host}/r/1.wav"))
        (found,) = provider.events()
        assert (found.kind, found.provider_call_id) == (LineEvent.RECORDED, str(CALL))
        assert Path(found.recording_path).read_bytes() == b"RIFF sound"
        Path(found.recording_path).unlink()
        assert provider.events() == []
        with pytest.raises(EventsFaulty, match="own host"):
            want_recording(settings, recorded("https://elsewhere.example/r/1.wav"))
        assert list(tmp_path.iterdir()) == []


def recorded(address: str, call: UUID = CALL) -> CallEvent:
    return CallEvent("e-1", str(call), LineEvent.RECORDED, NOW, recording_path=address)


def told_event(**changes: Any) -> bytes:
    event = {
        "id": "e-1",
        "call_id": str(CALL),
        "type": "ended",
        "at": "2026-11-20T10:30:00+08:00",
        "reason": "busy",
    }
    return json.dumps({"events": [{**event, **changes}]}).encode()


def test_an_event_is_read_with_its_call_and_its_moment() -> None:
    (found,) = parse_call_events(told_event())
    assert found == CallEvent("e-1", str(CALL), LineEvent.ENDED, NOW, "busy")
    assert parse_call_events(b'{"events": []}') == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b'{"events": {}}',
        b'{"events": [1]}',
        b'{"events": [null]}',
        json.dumps({"events": [{}] * 1001}).encode(),
        b"[" * 100_000,
        b"\xff\xfe",
        told_event(type="dialled"),
        told_event(type=None),
        told_event(at="2026-11-20T10:30:00"),
        told_event(at="yesterday"),
        told_event(at=5),
        told_event(call_id="7"),
        told_event(call_id=None),
        told_event(id=""),
        told_event(id="x" * 201),
        told_event(id="\ud800"),
        told_event(reason="Busy here"),
        told_event(reason=["busy"]),
        told_event(reason="x" * 41),
        told_event(type="recorded"),
        told_event(type="recorded", recording_url=""),
        told_event(type="recorded", recording_url="h" * 501),
    ],
)
def test_what_is_no_event_of_a_call_is_refused_whole(body: bytes) -> None:
    with pytest.raises(EventsFaulty):
        parse_call_events(body)


def test_the_settings_refuse_a_platform_without_encryption(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="https"):
        VoiceWebhookSettings(
            sender="c", url="http://platform.example/x", folder=tmp_path, signing_secret=SECRET
        )


def test_the_id_of_a_call_is_ours(tmp_path: Path) -> None:
    with platform() as told:
        assert UUID(provider_of(told, tmp_path).place(order())) == CALL
