"""A call-centre platform over HTTPS: calls placed and ended by signed requests, told of by signed calls.

Requests carry the call's own id, the same in every attempt: the platform promises to begin one id
once. A request without an answer may have begun a call; it is therefore asked to end it.
docs/reference/voice-provider.md is the interface, field by field.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid5

import httpx

from forbear.contact.calls import CallEvent, CallOrder, CallRefused, LineEvent, Silence
from forbear_server.gateways.http_client import http_client
from forbear_server.gateways.secrets_apart import secret
from forbear_server.gateways.webhook import MOST_EVENTS, EventsFaulty, signed_headers

LARGEST_RECORDING = 256 << 20
_ASKED_EVERY = 2.0
# A recording that cannot be had is asked for again, less and less often.
_FETCH_AGAIN_AFTER, _FETCH_AGAIN_WITHIN = 2.0, 60.0
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_CODE_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")


@dataclass(frozen=True, slots=True)
class VoiceWebhookSettings:
    """A platform behind one address. `folder` keeps what is still to be fetched."""

    sender: str
    url: str
    folder: Path
    signing_secret: str = secret()
    tries: int = 3
    wait_seconds: float = 0.5
    response_seconds: float = 5.0

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            raise ValueError("url begins with https://")
        if not 1 <= self.tries <= 10:
            raise ValueError("tries is 1 to 10")


class VoiceWebhookProvider:
    """See `forbear.contact.calls.VoiceProvider`.

    `now` dates what is told here; requests are signed by `wall`, the real moment.
    """

    def __init__(
        self,
        settings: VoiceWebhookSettings,
        *,
        now: Callable[[], datetime],
        wall: Callable[[], datetime],
    ) -> None:
        self.name = settings.sender
        self._settings, self._now, self._wall = settings, now, wall
        self._client = http_client(settings.response_seconds)
        self._can_record = False
        self._asked_at = -_ASKED_EVERY
        # Recordings that could not be had: when each is tried again, and after how long then.
        self._fetch_again: dict[str, tuple[float, float]] = {}
        self._numbers = count(1)

    def can_record(self, /) -> bool:
        """What the platform says of itself, asked every two seconds at most."""
        if time.monotonic() - self._asked_at >= _ASKED_EVERY:
            self._asked_at = time.monotonic()
            answer = self._post("call.ready", f"ready-{int(self._wall().timestamp())}", {})
            told = _told(answer) if answer is not None and answer.is_success else {}
            self._can_record = told.get("can_record") is True
        return self._can_record

    def place(self, order: CallOrder, /) -> str:
        """Ask for the call; an unanswered request is made again under the same id."""
        name = str(order.call_id)
        told = {
            "call_id": name,
            "permit_id": order.permit.permit_id,
            "not_after": order.window_closes_at.isoformat(),
            "channel": order.channel.value,
            "voice": order.voice.value,
            "collector_line": order.collector_line,
            "address": order.address,
            "announcement": order.announcement,
            "record": True,
        }
        for attempt in range(self._settings.tries):
            if attempt:
                time.sleep(self._settings.wait_seconds * 2 ** (attempt - 1))
            answer = self._post("call.place", name, told)
            if answer is not None and answer.is_success:
                return name
            if answer is not None and answer.status_code < 500:
                raise CallRefused(f"The platform refused the call: {answer.status_code}.")
        self.hang_up(name, reason="no_answer_from_platform")
        raise CallRefused("The platform did not answer; it was asked to end the call if it began.")

    def hang_up(self, provider_call_id: str, /, *, reason: str) -> None:
        told = {"call_id": provider_call_id, "reason": reason}
        self._post("call.hang_up", f"{provider_call_id}:end", told)

    def warn(self, provider_call_id: str, /) -> None:
        self._post("call.warn", f"{provider_call_id}:warn", {"call_id": provider_call_id})

    def silence(self, provider_call_id: str, silence: Silence, /, *, is_on: bool) -> None:
        """Each request has an id of its own: what is asked for may be taken back and asked again."""
        name = f"{provider_call_id}:{silence.value}:{int(self._wall().timestamp())}-{next(self._numbers)}"
        told = {"call_id": provider_call_id, "on": is_on}
        self._post(f"call.{silence.value}", name, told)

    def events(self, /) -> list[CallEvent]:
        """Recordings that were told of and are fetched now; all else comes to our endpoint."""
        found = []
        self._fetch_one()
        for sound in sorted(self._settings.folder.glob("*.wav")):
            found.append(
                CallEvent(
                    event_id=f"{sound.stem}:fetched",
                    provider_call_id=sound.stem,
                    kind=LineEvent.RECORDED,
                    at=self._now(),
                    recording_path=str(sound),
                )
            )
        return found

    def close(self, /) -> None:
        self._client.close()

    def _fetch_one(self) -> None:
        """Fetch the next recording whose turn it is: one a round, so that calls are followed."""
        for wanted in sorted(self._settings.folder.glob("*.wanted")):
            again_at, waited = self._fetch_again.get(wanted.stem, (0.0, _FETCH_AGAIN_AFTER / 2))
            if time.monotonic() < again_at:
                continue
            sound = wanted.with_suffix(".wav")
            if sound.exists() or self._fetched(wanted.read_text(encoding="utf-8"), sound):
                wanted.unlink()
                self._fetch_again.pop(wanted.stem, None)
            else:
                waits = min(2 * waited, _FETCH_AGAIN_WITHIN)
                self._fetch_again[wanted.stem] = (time.monotonic() + waits, waits)
            return

    def _fetched(self, address: str, into: Path) -> bool:
        """Fetch one recording; what cannot be had now is tried again in the next round."""
        body = json.dumps({"type": "recording.fetch", "data": {"url": address}}).encode()
        name = str(uuid5(UUID(into.stem), "recording"))
        headers = signed_headers(name, body, self._settings.signing_secret, self._wall())
        draft = into.with_suffix(".part")
        try:
            with self._client.stream("GET", address, headers=headers) as answer:
                if not answer.is_success:
                    return False
                with draft.open("wb") as file:
                    for octets in answer.iter_bytes():
                        file.write(octets)
                        if file.tell() > LARGEST_RECORDING:
                            return False
        except httpx.HTTPError:
            return False
        draft.replace(into)
        return True

    def _post(self, kind: str, name: str, data: Mapping[str, Any]) -> httpx.Response | None:
        body = json.dumps({"type": kind, "data": data}, ensure_ascii=False).encode()
        signed = signed_headers(name, body, self._settings.signing_secret, self._wall())
        headers = {"content-type": "application/json", **signed}
        try:
            return self._client.post(self._settings.url, content=body, headers=headers)
        except httpx.HTTPError:
            return None


def want_recording(settings: VoiceWebhookSettings, event: CallEvent) -> None:
    """Note a recording that was told of; the process that holds the platform fetches it.

    Raises `EventsFaulty` for an address that is not on the platform's own host.
    """
    own, asked = urlsplit(settings.url), urlsplit(event.recording_path)
    if (own.scheme, own.netloc) != (asked.scheme, asked.netloc):
        raise EventsFaulty("A recording lies on the platform's own host; this one was not noted.")
    settings.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    wanted = settings.folder / f"{UUID(event.provider_call_id)}.wanted"
    draft = wanted.with_suffix(".draft")
    draft.write_text(event.recording_path, encoding="utf-8")
    draft.replace(wanted)


def parse_call_events(body: bytes) -> list[CallEvent]:
    """What a signed call tells; raises `EventsFaulty` for the first event that is none.

    >>> told = b'{"events": [{"id": "e-1", "call_id": "00000000-0000-0000-0000-000000000001",'
    >>> told += b' "type": "ended", "at": "2026-11-20T10:30:00+08:00", "reason": "busy"}]}'
    >>> [(one.kind.value, one.reason) for one in parse_call_events(told)]
    [('ended', 'busy')]
    """
    try:
        events = json.loads(body)["events"]
        if not isinstance(events, list) or len(events) > MOST_EVENTS:
            raise ValueError("events")
    except (ValueError, KeyError, TypeError, RecursionError) as fault:
        raise EventsFaulty(
            f'The body is no object with "events", a list of at most {MOST_EVENTS}.'
        ) from fault
    read = []
    for number, event in enumerate(events, 1):
        try:
            read.append(_event(event))
        except (ValueError, KeyError, TypeError, AttributeError) as fault:
            raise EventsFaulty(
                f"Event {number} is no event of a call as docs/reference/voice-provider.md "
                "describes them; nothing of this call was kept."
            ) from fault
    return read


def _event(event: Mapping[str, object]) -> CallEvent:
    kind = LineEvent(_word(event, "type", 20))
    moment = datetime.fromisoformat(_word(event, "at", 40))
    if moment.tzinfo is None:
        raise ValueError("a moment names its zone")
    reason = _word(event, "reason", 40) if event.get("reason") else ""
    if not set(reason) <= _CODE_CHARACTERS:
        raise ValueError("reason")
    has_address = kind is LineEvent.RECORDED
    return CallEvent(
        event_id=_word(event, "id", 200),
        provider_call_id=str(UUID(_word(event, "call_id", 36))),
        kind=kind,
        at=moment,
        reason=reason,
        recording_path=_word(event, "recording_url", 500) if has_address else "",
    )


def _word(event: Mapping[str, object], key: str, most: int) -> str:
    value = event[key]
    if not isinstance(value, str) or not 0 < len(value) <= most or "\0" in value:
        raise ValueError(key)
    value.encode()  # half an emoji cannot be kept
    return value


def _told(response: httpx.Response) -> dict[str, object]:
    try:
        told = response.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
