"""Personal data at rest: AES-256-GCM, the key's name in the value, bound to its row and field.

A sealed value copied to another row, field or lender does not open. Keys come from the environment
or, when absent, from a file below the data directory; the first key seals, every key opens.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from forbear_server.store.secrets_on_disk import read_or_make_secret

_KEY_BYTES = 32
_NONCE_BYTES = 12


class SealBroken(ValueError):
    """A sealed value does not open: wrong key, changed value, or moved to another row."""


def seal(text: str, *, field: str, row: str) -> str:
    """`text` sealed for one field of one row; the empty text stays empty."""
    if not text:
        return ""
    key_id, key = _keys()[0]
    nonce = os.urandom(_NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), _bound_to(field, row))
    return f"{key_id}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"


def unseal(value: str, *, field: str, row: str) -> str:
    if not value:
        return ""
    key_id, _, body = value.partition(".")
    key = dict(_keys()).get(key_id)
    if key is None:
        raise SealBroken(
            f"{field} is sealed with key {key_id!r}, which FORBEAR_FIELD_KEYS does not hold. "
            "Add the old key behind the current one and run `forbear db rotate-keys`."
        )
    raw = base64.urlsafe_b64decode(body)
    try:
        opened = AESGCM(key).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _bound_to(field, row))
    except InvalidTag:
        raise SealBroken(f"{field} does not open for this row: it was changed or moved.") from None
    return opened.decode()


def reseal(value: str, *, field: str, row: str) -> str:
    """The same text under the current key."""
    return seal(unseal(value, field=field, row=row), field=field, row=row)


def current_key_id() -> str:
    return _keys()[0][0]


def seal_bytes(content: bytes, *, field: str, row: str) -> bytes:
    """A whole file, sealed: the key's name, a full stop, then nonce and cipher text."""
    key_id, key = _keys()[0]
    nonce = os.urandom(_NONCE_BYTES)
    return (
        key_id.encode() + b"." + nonce + AESGCM(key).encrypt(nonce, content, _bound_to(field, row))
    )


def unseal_bytes(value: bytes, *, field: str, row: str) -> bytes:
    key_id, _, raw = value.partition(b".")
    key = dict(_keys()).get(key_id.decode())
    if key is None:
        raise SealBroken(f"{field} is sealed with a key that FORBEAR_FIELD_KEYS does not hold.")
    try:
        return AESGCM(key).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _bound_to(field, row))
    except InvalidTag:
        raise SealBroken(f"{field} does not open: it was changed or moved.") from None


def _bound_to(field: str, row: str) -> bytes:
    return f"{field}|{row}".encode()


def _keys() -> tuple[tuple[str, bytes], ...]:
    return _parsed(settings.FIELD_KEYS or _keys_on_disk(settings.DATA_DIR))


@lru_cache(maxsize=8)
def _keys_on_disk(folder: Path) -> str:
    """The keys below a data folder; the file is written once and never changes."""
    made = read_or_make_secret(folder / "field.keys")
    # A fresh secret is random text; its first 32 bytes, decoded, are the key named k1.
    if ":" in made:
        return made
    return "k1:" + base64.b64encode(base64.urlsafe_b64decode(made + "==")[:_KEY_BYTES]).decode()


@lru_cache(maxsize=8)
def _parsed(text: str) -> tuple[tuple[str, bytes], ...]:
    """`id:base64,id:base64`, the current key first."""
    keys = []
    for part in text.split(","):
        key_id, _, encoded = part.strip().partition(":")
        try:
            key = base64.b64decode(encoded)
        except binascii.Error:
            key = b""
        if not key_id.isalnum() or len(key) != _KEY_BYTES:
            raise ValueError(
                "FORBEAR_FIELD_KEYS is a comma list of id:base64 with 32-byte keys and "
                f"alphanumeric ids; the entry {key_id!r} is not."
            )
        keys.append((key_id, key))
    return tuple(keys)


def new_key() -> str:
    """A fresh key in base64, for whoever writes FORBEAR_FIELD_KEYS."""
    return base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()
