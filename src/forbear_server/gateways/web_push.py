"""Web push: a notification on the borrower's own device that there is something to read.

What is shown on a locked screen is seen by whoever holds the phone, so the notification carries
the lender's own title, a fixed line and a link, and never the permitted text: that is read behind
the link, after signing in. The payload is encrypted to the browser (RFC 8291, aes128gcm), the
sender shows itself by VAPID (RFC 8292), and the push service holds it no longer than the permit.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import http_ece  # type: ignore[import-untyped]
import httpx
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from forbear.contact.channels import Channel
from forbear.contact.dispatch import AddressFaulty, Answer, Consignment, Fate, Heard, Link
from forbear_server.gateways.http_client import http_client
from forbear_server.gateways.link_watch import LinkWatch
from forbear_server.gateways.secrets_apart import secret

TOKEN_HOURS = 12
LONGEST_SUBSCRIPTION = 2000
_POINT_OCTETS, _AUTH_OCTETS, _SCALAR_OCTETS = 65, 16, 32
PUSH_HOSTS = (
    "fcm.googleapis.com", "updates.push.services.mozilla.com", "web.push.apple.com",
    "notify.windows.com",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class WebPushSettings:
    """One sender of notifications.

    `vapid_key` is the private key (32 octets in base64url), `contact` who runs the sender
    (mailto: or https:). `link` may hold `{message_id}`. `push_hosts` are the services a
    subscription may name, each with its subdomains: an address a browser sends us is not called
    because it says so.
    """

    sender: str
    title: str
    link: str
    contact: str
    vapid_key: str = secret()
    line: str = "您有一条新消息"
    line_english: str = "You have a new message"
    push_hosts: tuple[str, ...] = PUSH_HOSTS
    most_seconds: int = 12 * 3600
    response_seconds: float = 10.0

    def __post_init__(self) -> None:
        if not self.contact.startswith(("mailto:", "https://")):
            raise ValueError("contact begins with mailto: or https://")
        self.signing_key()

    def signing_key(self) -> ec.EllipticCurvePrivateKey:
        try:
            octets = unpadded(self.vapid_key)
            if len(octets) != _SCALAR_OCTETS:
                raise ValueError("length")
            return ec.derive_private_key(int.from_bytes(octets, "big"), ec.SECP256R1())
        except ValueError as fault:
            raise ValueError("vapid_key is 32 octets in base64url") from fault


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where a browser is reached and what to encrypt to: PushSubscription.toJSON()."""

    endpoint: str
    point: bytes
    auth: bytes

    @property
    def origin(self) -> str:
        parts = urlsplit(self.endpoint)
        return f"{parts.scheme}://{parts.netloc}"


class WebPushGateway:
    """A sender of notifications; see `forbear.contact.dispatch.Gateway`."""

    channel = Channel.APP
    at_once = 1

    def __init__(self, settings: WebPushSettings, *, now: Callable[[], datetime]) -> None:
        self.sender = settings.sender
        self._settings, self._now = settings, now
        self._key = settings.signing_key()
        self._watch = LinkWatch()
        self._client = http_client(settings.response_seconds)

    def send(self, batch: Sequence[Consignment], /) -> list[Answer]:
        """One call a notification."""
        return [self._send_one(consignment) for consignment in batch]

    def hear(self, /) -> list[Heard]:
        """Nothing: push services tell no delivery."""
        return []

    def link(self, /) -> Link:
        return self._watch.link()

    def close(self, /) -> None:
        self._client.close()

    def _send_one(self, consignment: Consignment) -> Answer:
        if consignment.sender != self.sender or consignment.channel is not self.channel:
            return Answer(consignment.message_id, Fate.REFUSED, reason="other_sender")
        try:
            subscription = read_subscription(consignment.address, self._settings.push_hosts)
        except AddressFaulty as faulty:
            return Answer(consignment.message_id, Fate.REFUSED, reason=faulty.code)
        seconds = int((consignment.permit.closes_at - self._now()).total_seconds())
        if seconds <= 0:
            return Answer(consignment.message_id, Fate.REFUSED, reason="permit_over")
        try:
            response = self._client.post(
                subscription.endpoint,
                content=self._encrypted(consignment, subscription),
                headers=self._headers(consignment, subscription, seconds),
            )
        except (httpx.ConnectError, httpx.ConnectTimeout):
            self._watch.failed()
            return Answer(consignment.message_id, Fate.BUSY, reason="unreachable")
        except httpx.HTTPError:
            self._watch.failed()
            return Answer(consignment.message_id, Fate.UNSURE, reason="no_answer")
        return self._answer(consignment, response)

    def _answer(self, consignment: Consignment, response: httpx.Response) -> Answer:
        status, name = response.status_code, consignment.message_id
        if status in (200, 201, 202):
            self._watch.went_well()
            return Answer(name, Fate.TAKEN, (str(name),))
        if status in (404, 410):
            return Answer(name, Fate.REFUSED, reason="subscription_gone")
        if status in (429, 503):
            after = response.headers.get("retry-after", "")
            self._watch.was_limited(float(after) if after.isdigit() else 0.0)
            return Answer(name, Fate.BUSY, reason=f"http_{status}")
        fate = Fate.UNSURE if status >= 500 else Fate.REFUSED
        return Answer(name, fate, reason=f"http_{status}")

    def _headers(
        self, consignment: Consignment, subscription: Subscription, seconds: int
    ) -> dict[str, str]:
        return {
            "authorization": self._vapid(subscription),
            "content-encoding": "aes128gcm",
            "content-type": "application/octet-stream",
            "ttl": str(min(seconds, self._settings.most_seconds)),
            "topic": consignment.message_id.hex,
            "urgency": "normal",
        }

    def _vapid(self, subscription: Subscription) -> str:
        """The Authorization header: a token signed with ES256, and the key it is signed with."""
        claims = {
            "aud": subscription.origin,
            "exp": int((self._now() + timedelta(hours=TOKEN_HOURS)).timestamp()),
            "sub": self._settings.contact,
        }
        signed = ".".join(_base64(_json(part)) for part in ({"typ": "JWT", "alg": "ES256"}, claims))
        der = self._key.sign(signed.encode(), ec.ECDSA(hashes.SHA256()))
        both = b"".join(n.to_bytes(_SCALAR_OCTETS, "big") for n in utils.decode_dss_signature(der))
        return f"vapid t={signed}.{_base64(both)}, k={_base64(public_point(self._key))}"

    def _encrypted(self, consignment: Consignment, subscription: Subscription) -> bytes:
        held = self._settings
        payload = {
            "title": held.title,
            "body": held.line_english if consignment.language == "en" else held.line,
            "link": held.link.replace("{message_id}", str(consignment.message_id)),
        }
        octets: bytes = http_ece.encrypt(
            _json(payload),
            private_key=ec.generate_private_key(ec.SECP256R1()),
            dh=subscription.point,
            auth_secret=subscription.auth,
            version="aes128gcm",
        )
        return octets


def read_subscription(address: str, push_hosts: Sequence[str]) -> Subscription:
    """The subscription a browser gave us; raises `AddressFaulty` unless it names a push service."""
    try:
        told = json.loads(address[: LONGEST_SUBSCRIPTION + 1])
        keys = told.get("keys", told)
        endpoint, point, auth = told["endpoint"], unpadded(keys["p256dh"]), unpadded(keys["auth"])
        parts = urlsplit(endpoint)
        host, _ = parts.hostname or "", parts.port
        is_sound = len(point) == _POINT_OCTETS and len(auth) == _AUTH_OCTETS
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise AddressFaulty(
            "This is no push subscription. It is the browser's own JSON with endpoint, p256dh, auth."
        ) from fault
    is_known = any(host == known or host.endswith(f".{known}") for known in push_hosts)
    is_own = host in push_hosts and host in ("127.0.0.1", "localhost")
    if not is_sound or not is_known or parts.username or (parts.scheme != "https" and not is_own):
        raise AddressFaulty(
            "The subscription names no push service of this sender. push_hosts of the channels file "
            "lists them."
        )
    return Subscription(endpoint, point, auth)


def public_point(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The public key as the browser wants it (applicationServerKey)."""
    return key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )


def unpadded(text: str) -> bytes:
    """Base64url without its padding, read; raises `ValueError`."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as fault:
        raise ValueError("no base64url") from fault


def _base64(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
