"""Callbacks of WeChat and WeCom: signature, AES and XML as their documentation describes them.

A callback is signed by SHA-1 over the sorted token, timestamp, nonce and ciphertext, and encrypted
by AES-256-CBC with a key of 43 letters, PKCS#7 to 32 octets, and the receiver's own id behind the
text. A call whose signature, id or age does not fit is refused before its XML is read; the same
call again has the same event id and counts once. Documented by Tencent at
developers.weixin.qq.com (消息加解密说明) and developer.work.weixin.qq.com (path/91144).
"""

import base64
import binascii
import hashlib
import hmac
import secrets
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from forbear.contact.dispatch import Inbound, Receipt, ReceiptStatus
from forbear.primitives.errors import RequestRefused

TOLERANCE = timedelta(minutes=5)
STOP_TEXT = "退订"
_BLOCK, _KEY_LETTERS, LARGEST_CALL = 32, 43, 1_000_000
_FINISHED = {
    "success": (ReceiptStatus.DELIVERED, ""),
    "failed:user block": (ReceiptStatus.UNDELIVERED, "user_block"),
    "failed: system failed": (ReceiptStatus.UNDELIVERED, "system_failed"),
    "failed:system failed": (ReceiptStatus.UNDELIVERED, "system_failed"),
}


class CallbackRefused(RequestRefused):
    """A callback that is not from the platform, not for us, or too old: nothing of it is read."""

    code = "callback_refused"


@dataclass(frozen=True, slots=True)
class CallbackKeys:
    """What signs and encrypts: token, the 43 letters of the AES key, the receiver's id.

    The receiver is the appid of an official account or the corpid of a company.
    """

    token: str
    aes_key: str
    receiver: str

    def __post_init__(self) -> None:
        self.key()

    def key(self) -> bytes:
        try:
            key = base64.b64decode(f"{self.aes_key}=")
        except binascii.Error:
            key = b""
        if len(self.aes_key) != _KEY_LETTERS or len(key) != _BLOCK:
            raise ValueError(f"an EncodingAESKey has {_KEY_LETTERS} letters and digits")
        return key

    def signature(self, timestamp: str, nonce: str, *ciphertext: str) -> str:
        """SHA-1 over the sorted parts, in hexadecimal; without ciphertext the plain URL's."""
        parts = "".join(sorted((self.token, timestamp, nonce, *ciphertext)))
        return hashlib.sha1(parts.encode(), usedforsecurity=False).hexdigest()

    def encrypt(self, text: str, *, salt: bytes | None = None) -> str:
        """The ciphertext in base64; `salt` (16 octets) is drawn unless given."""
        octets = text.encode()
        whole = b"".join((
            salt or secrets.token_bytes(16), struct.pack(">L", len(octets)), octets,
            self.receiver.encode(),
        ))  # fmt: skip
        pad = _BLOCK - len(whole) % _BLOCK
        key = self.key()
        encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
        padded = whole + bytes((pad,)) * pad
        return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()

    def decrypt(self, ciphertext: str) -> str:
        """The text inside; raises `CallbackRefused` where padding, length or receiver are wrong."""
        key = self.key()
        try:
            octets = base64.b64decode(ciphertext, validate=True)
            decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
            whole = decryptor.update(octets) + decryptor.finalize()
            pad = whole[-1]
            if not 1 <= pad <= _BLOCK or whole[-pad:] != bytes((pad,)) * pad:
                raise ValueError("padding")
            (length,) = struct.unpack_from(">L", whole, 16)
            text, receiver = whole[20 : 20 + length], whole[20 + length : -pad]
            if len(text) != length or not hmac.compare_digest(receiver, self.receiver.encode()):
                raise ValueError("receiver")
            return text.decode()
        except (ValueError, IndexError, struct.error, binascii.Error) as fault:
            raise CallbackRefused(
                "The callback cannot be decrypted for this receiver. Check EncodingAESKey and appid "
                "or corpid on both sides."
            ) from fault


@dataclass(frozen=True, slots=True)
class CallbackQuery:
    """The query of a callback's address; official accounts sign as msg_signature too."""

    signature: str
    timestamp: str
    nonce: str
    echo: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "CallbackQuery":
        signature = query.get("msg_signature") or query.get("signature", "")
        return cls(
            signature, query.get("timestamp", ""), query.get("nonce", ""), query.get("echostr", "")
        )


def confirm_address(query: CallbackQuery, keys: CallbackKeys, now: datetime) -> str:
    """What the platform's first call (GET with echostr) must be answered with.

    WeCom encrypts the echo and signs it along; official accounts send it in the clear.
    """
    if hmac.compare_digest(
        keys.signature(query.timestamp, query.nonce, query.echo).encode(), query.signature.encode()
    ):
        _check_age(query, now)
        return keys.decrypt(query.echo)
    _check(query, keys.signature(query.timestamp, query.nonce), now)
    return query.echo


def read_callback(
    query: CallbackQuery, body: bytes, keys: CallbackKeys, now: datetime, *, sender: str
) -> list[Receipt | Inbound]:
    """The events of one callback; none for kinds that say nothing to us."""
    ciphertext = _xml(body).get("Encrypt", "")
    _check(query, keys.signature(query.timestamp, query.nonce, ciphertext), now)
    fields = _xml(keys.decrypt(ciphertext).encode())
    if fields.get("ToUserName", "") == "" or fields.get("FromUserName", "") == "":
        raise CallbackRefused("The callback names no sender or receiver.")
    event = _event(fields, sender, _moment(fields, now))
    return [event] if event else []


def callback_body(text: str, keys: CallbackKeys, *, timestamp: str, nonce: str) -> bytes:
    """An encrypted and signed answer to a callback, as XML."""
    ciphertext = keys.encrypt(text)
    root = Element("xml")
    for name, value in (
        ("Encrypt", ciphertext),
        ("MsgSignature", keys.signature(timestamp, nonce, ciphertext)),
        ("TimeStamp", timestamp),
        ("Nonce", nonce),
    ):
        SubElement(root, name).text = value
    body: bytes = tostring(root, encoding="utf-8")
    return body


def _event(fields: Mapping[str, str], sender: str, moment: datetime) -> Receipt | Inbound | None:
    person = fields["FromUserName"]
    if fields.get("MsgType") == "text":
        return Inbound(sender, fields.get("MsgId", ""), person, fields.get("Content", ""), moment)
    if fields.get("MsgType") != "event":
        return None
    kind = fields.get("Event", "").lower()
    if kind == "templatesendjobfinish":
        told = fields.get("Status", "").strip().lower()
        status, reason = _FINISHED.get(told, (ReceiptStatus.UNDELIVERED, "failed"))
        return Receipt(sender, fields.get("MsgID", ""), status, moment, reason, address=person)
    if kind == "unsubscribe" or _refuses_all(fields, kind):
        name = f"{kind}:{person}:{fields.get('CreateTime', '')}"
        return Inbound(sender, name, person, STOP_TEXT, moment)
    return None


def _refuses_all(fields: Mapping[str, str], kind: str) -> bool:
    """The person switched our subscription notices off (subscribe_msg_change_event)."""
    return kind == "subscribe_msg_change_event" and fields.get("SubscribeStatusString") == "reject"


def _xml(octets: bytes) -> dict[str, str]:
    if len(octets) > LARGEST_CALL:
        raise CallbackRefused("The callback is larger than any the platform sends.")
    try:
        root = ElementTree.fromstring(octets)
    except (ParseError, DefusedXmlException, ValueError) as fault:
        raise CallbackRefused("The callback is no XML the platform sends.") from fault
    return {element.tag: element.text or "" for element in root.iter() if not len(element)}


def _check(query: CallbackQuery, expected: str, now: datetime) -> None:
    if not hmac.compare_digest(expected.encode(), query.signature.encode()):
        raise CallbackRefused("The signature is not the platform's. Check the token on both sides.")
    _check_age(query, now)


def _check_age(query: CallbackQuery, now: datetime) -> None:
    is_number = (
        query.timestamp.isascii() and query.timestamp.isdigit() and len(query.timestamp) < 12
    )
    if not is_number or abs(now.timestamp() - int(query.timestamp)) > TOLERANCE.total_seconds():
        raise CallbackRefused(
            f"The callback is more than {TOLERANCE.seconds // 60} minutes old or new: a replay, or "
            "a clock that is wrong."
        )


def _moment(fields: Mapping[str, str], now: datetime) -> datetime:
    told = fields.get("CreateTime", "")
    if told.isascii() and told.isdigit() and len(told) < 12:
        return datetime.fromtimestamp(int(told), UTC)
    return now
