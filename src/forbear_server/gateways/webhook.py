"""A lender's own gateway over HTTPS: signed, idempotent, asked again until it answers.

Signatures are those of Standard Webhooks: HMAC-SHA256 over id, timestamp and body. The id is the
message's own, the same in every attempt, and whoever receives it promises to take one id once:
only therefore may an attempt without an answer be made again here. Receipts and inbound messages
come back to an endpoint of ours under the same signature (`verify_signature`, `parse_events`).
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import httpx

from forbear.contact.channels import Channel
from forbear.contact.dispatch import (
    LONGEST_TEXT,
    Answer,
    Consignment,
    Fate,
    Heard,
    Inbound,
    Link,
    Receipt,
    ReceiptStatus,
)
from forbear.primitives.errors import RequestRefused
from forbear_server.gateways.http_client import http_client
from forbear_server.gateways.link_watch import LinkWatch
from forbear_server.gateways.secrets_apart import secret

TOLERANCE = timedelta(minutes=5)
MOST_EVENTS = 1000
_SECRET_PREFIX = "whsec_"  # noqa: S105 a prefix, no secret
_CODE = re.compile(r"[a-z0-9_]{1,40}")
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class SignatureWrong(RequestRefused):
    """A call to our endpoint whose signature, time or headers do not fit: nothing is read."""

    code = "webhook_signature_wrong"


class EventsFaulty(RequestRefused):
    """A signed call whose body is none we know: nothing of it is kept."""

    code = "webhook_events_faulty"


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """One sender behind a lender's own gateway. `signing_secret` is base64, with or without whsec_."""

    sender: str
    url: str
    signing_secret: str = secret()
    channel: Channel = Channel.SMS
    tries: int = 3
    wait_seconds: float = 0.5
    response_seconds: float = 10.0

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            raise ValueError("url begins with https://")
        if not 1 <= self.tries <= 10:
            raise ValueError("tries is 1 to 10")
        _key(self.signing_secret)


class WebhookGateway:
    """A sender behind a webhook; see `forbear.contact.dispatch.Gateway`.

    Requests are signed by `wall`, the real moment: another's clock does not follow a demonstration.
    """

    at_once = 1

    def __init__(self, settings: WebhookSettings, *, wall: Callable[[], datetime]) -> None:
        self.sender, self.channel = settings.sender, settings.channel
        self._settings, self._wall = settings, wall
        self._watch = LinkWatch()
        self._client = http_client(settings.response_seconds)

    def send(self, batch: Sequence[Consignment], /) -> list[Answer]:
        """One call a message; an unanswered one is made again under the same id."""
        return [self._send_one(consignment) for consignment in batch]

    def hear(self, /) -> list[Heard]:
        """Nothing: what comes back comes to our endpoint."""
        return []

    def link(self, /) -> Link:
        return self._watch.link()

    def close(self, /) -> None:
        self._client.close()

    def _send_one(self, consignment: Consignment) -> Answer:
        if consignment.sender != self.sender or consignment.channel is not self.channel:
            return Answer(consignment.message_id, Fate.REFUSED, reason="other_sender")
        if len(consignment.text) > LONGEST_TEXT:
            return Answer(consignment.message_id, Fate.REFUSED, reason="text_too_long")
        body = _body(consignment)
        may_have_it, reason = False, "unreachable"
        for attempt in range(self._settings.tries):
            if attempt:
                time.sleep(self._settings.wait_seconds * 2 ** (attempt - 1))
            try:
                response = self._post(consignment, body)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
            except httpx.HTTPError:
                may_have_it, reason = True, "no_answer"
                continue
            if response.status_code < 500:
                return self._answer(consignment, response, may_have_it)
            may_have_it, reason = True, f"http_{response.status_code}"
        self._watch.failed()
        fate = Fate.UNSURE if may_have_it else Fate.BUSY
        return Answer(consignment.message_id, fate, reason=reason)

    def _post(self, consignment: Consignment, body: bytes) -> httpx.Response:
        signed = signed_headers(
            str(consignment.message_id), body, self._settings.signing_secret, self._wall()
        )
        headers = {"content-type": "application/json", **signed}
        return self._client.post(self._settings.url, content=body, headers=headers)

    def _answer(
        self, consignment: Consignment, response: httpx.Response, may_have_it: bool
    ) -> Answer:
        told = _told(response)
        if response.status_code in (200, 201, 202):
            self._watch.went_well()
            name = told.get("id", "")
            channel_id = name if isinstance(name, str) and 0 < len(name) <= 100 else ""
            return Answer(
                consignment.message_id, Fate.TAKEN, (channel_id or str(consignment.message_id),)
            )
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            after = response.headers.get("retry-after", "")
            self._watch.was_limited(float(after) if after.isdigit() else 0.0)
            fate = Fate.UNSURE if may_have_it else Fate.BUSY
            return Answer(consignment.message_id, fate, reason="http_429")
        reason = told.get("reason", "")
        is_code = isinstance(reason, str) and _CODE.fullmatch(reason)
        return Answer(
            consignment.message_id,
            Fate.REFUSED,
            reason=str(reason) if is_code else f"http_{response.status_code}",
        )


def signed_headers(name: str, body: bytes, signing_secret: str, now: datetime) -> dict[str, str]:
    """The three headers that make a call ours: id, seconds since 1970, signature."""
    seconds = str(int(now.timestamp()))
    return {
        "webhook-id": name,
        "webhook-timestamp": seconds,
        "webhook-signature": f"v1,{_signature(name, seconds, body, signing_secret)}",
    }


def verify_signature(
    headers: Mapping[str, str], body: bytes, signing_secret: str, now: datetime
) -> str:
    """The call's id, once signature and time fit; raises `SignatureWrong`.

    A call told again within the tolerance is harmless: every event in it counts once by its own id.
    """
    given = {name.lower(): value for name, value in headers.items()}
    name, seconds = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    if not name or not (seconds.isascii() and seconds.isdigit()) or len(seconds) > 12:
        raise SignatureWrong("The call lacks webhook-id or webhook-timestamp. Sign it and repeat.")
    expected = _signature(name, seconds, body, signing_secret)
    signatures = [s.removeprefix("v1,") for s in given.get("webhook-signature", "").split()]
    if not any(hmac.compare_digest(expected.encode(), s.encode()) for s in signatures):
        raise SignatureWrong("The signature is not of this body, id and time. Check the secret.")
    if abs(now.timestamp() - int(seconds)) > TOLERANCE.total_seconds():
        raise SignatureWrong(
            f"The call was signed more than {TOLERANCE.seconds // 60} minutes from now. Check the "
            "clock and sign again."
        )
    return name


def parse_events(body: bytes, *, sender: str) -> list[Receipt | Inbound]:
    """What a signed call tells; raises `EventsFaulty` for the first event that is none."""
    try:
        told = json.loads(body)
        events = told["events"]
        if not isinstance(events, list) or len(events) > MOST_EVENTS:
            raise ValueError(f"events is a list of at most {MOST_EVENTS}")
    except (ValueError, KeyError, TypeError, RecursionError) as fault:
        raise EventsFaulty(
            f'The body is no object with "events", a list of at most {MOST_EVENTS}.'
        ) from fault
    read = []
    for number, event in enumerate(events, 1):
        try:
            read.append(_event(event, sender))
        except (ValueError, KeyError, TypeError, AttributeError) as fault:
            raise EventsFaulty(
                f"Event {number} is no receipt and no inbound message as docs/reference/channels.md "
                "describes them; nothing of this call was kept."
            ) from fault
    return read


def _event(event: Mapping[str, object], sender: str) -> Receipt | Inbound:
    moment = datetime.fromisoformat(_word(event, "at", 40))
    if moment.tzinfo is None:
        raise ValueError("a moment names its zone")
    name = _word(event, "id", 200)
    if event["type"] == "inbound":
        return Inbound(
            sender, name, _word(event, "address", 500), _word(event, "text", 5000), moment
        )
    if event["type"] != "receipt":
        raise ValueError("type")
    reference = event.get("reference")
    if reference is not None and (not isinstance(reference, int) or isinstance(reference, bool)):
        raise ValueError("reference")
    reason = _word(event, "reason", 40) if event.get("reason") else ""
    if reason and not _CODE.fullmatch(reason):
        raise ValueError("reason")
    status = ReceiptStatus(_word(event, "status", 20))
    address = _word(event, "address", 500) if event.get("address") else ""
    return Receipt(sender, name, status, moment, reason, reference, address)


def _word(event: Mapping[str, object], key: str, most: int) -> str:
    value = event[key]
    if not isinstance(value, str) or not 0 < len(value) <= most or "\0" in value:
        raise ValueError(key)
    value.encode()  # half an emoji cannot be kept
    return value


def _body(consignment: Consignment) -> bytes:
    data = {
        "message_id": str(consignment.message_id),
        "reference": consignment.reference,
        "permit_id": consignment.permit.permit_id,
        "not_after": consignment.permit.closes_at.isoformat(),
        "channel": consignment.channel.value,
        "sender": consignment.sender,
        "address": consignment.address,
        "subject": consignment.subject,
        "text": consignment.text,
        "parts": dict(consignment.parts),
        "language": consignment.language,
    }
    told = {"type": "message.send", "data": data}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _told(response: httpx.Response) -> dict[str, object]:
    try:
        told = response.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _signature(name: str, seconds: str, body: bytes, signing_secret: str) -> str:
    signed = f"{name}.{seconds}.".encode() + body
    return base64.b64encode(
        hmac.new(_key(signing_secret), signed, hashlib.sha256).digest()
    ).decode()


def _key(signing_secret: str) -> bytes:
    try:
        key = base64.b64decode(signing_secret.removeprefix(_SECRET_PREFIX), validate=True)
    except binascii.Error as fault:
        raise ValueError("a signing secret is base64") from fault
    if len(key) < 24:
        raise ValueError("a signing secret has at least 24 octets")
    return key
