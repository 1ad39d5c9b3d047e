"""A fake push service with one browser behind it.

It checks the VAPID token (RFC 8292) and decrypts the payload with the browser's own key by its own
lines (RFC 8188, RFC 8291); the tests hold its decryption against the example of RFC 8291 first.
"""

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from peers.serving import Request, Response, served


def octets_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def text_of(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


@dataclass(slots=True)
class Browser:
    """The subscriber's side: a key pair and an authentication secret."""

    key: ec.EllipticCurvePrivateKey
    auth: bytes

    @property
    def point(self) -> bytes:
        return self.key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )

    def subscription(self, endpoint: str) -> str:
        """What PushSubscription.toJSON() gives."""
        keys = {"p256dh": text_of(self.point), "auth": text_of(self.auth)}
        return json.dumps({"endpoint": endpoint, "expirationTime": None, "keys": keys})

    def decrypt(self, body: bytes) -> bytes:
        """A message of one record: header (salt, size, sender's point), then the record."""
        salt, idlen = body[:16], body[20]
        theirs = body[21 : 21 + idlen]
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
        shared = self.key.exchange(ec.ECDH(), point)
        info = b"WebPush: info\0" + self.point + theirs
        secret = HKDF(hashes.SHA256(), 32, self.auth, info).derive(shared)
        key = HKDF(hashes.SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(secret)
        nonce = HKDF(hashes.SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(secret)
        record = AESGCM(key).decrypt(nonce, body[21 + idlen :], None)
        return record.rstrip(b"\0")[:-1]


@dataclass(slots=True)
class PushFake:
    """`script` holds the next answers: a status, or `hang_up`. `shown` is what the browser showed."""

    server_point: bytes
    now: Callable[[], datetime]
    browser: Browser
    url: str = ""
    script: list[int | str] = field(default_factory=list)
    shown: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def subscription(self) -> str:
        return self.browser.subscription(f"{self.url}/push/abc")

    def answer(self, request: Request) -> Response:
        if request.path != "/push/abc":
            return Response(404)
        if not self._is_sender(request.headers.get("authorization", "")):
            return Response(403)
        if "ttl" not in request.headers:
            return Response(400)
        step = self.script.pop(0) if self.script else 201
        if step == "hang_up":
            return Response(hangs_up=True)
        if isinstance(step, int) and step != 201:
            return Response(step, headers=(("retry-after", "9"),) if step in (429, 503) else ())
        self.headers.append(request.headers)
        self.shown.append(json.loads(self.browser.decrypt(request.body)))
        return Response(201, headers=(("location", f"{self.url}/m/{len(self.shown)}"),))

    def _is_sender(self, authorization: str) -> bool:
        scheme, _, rest = authorization.partition(" ")
        given = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
        if scheme != "vapid" or octets_of(given.get("k", "")) != self.server_point:
            return False
        head, claims, signature = given["t"].split(".")
        raw = octets_of(signature)
        der = utils.encode_dss_signature(
            int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
        )
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), self.server_point)
        try:
            public.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        told = json.loads(octets_of(claims))
        left = told["exp"] - self.now().timestamp()
        is_es256 = json.loads(octets_of(head)) == {"typ": "JWT", "alg": "ES256"}
        return is_es256 and told["aud"] == self.url and 0 < left <= 24 * 3600 and "sub" in told


@contextmanager
def started_push_fake(server_point: bytes, *, now: Callable[[], datetime]) -> Iterator[PushFake]:
    browser = Browser(ec.generate_private_key(ec.SECP256R1()), b"0123456789abcdef")
    fake = PushFake(server_point, now, browser)
    with served(fake.answer) as url:
        fake.url = url
        yield fake
