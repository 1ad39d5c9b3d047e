"""Commitments: a field nobody can read, that its holder can later prove.

The commitment of a value is HMAC-SHA256 of its canonical JSON under 32 random bytes of its own.
Without the key it says nothing, not even to somebody who tries every phone number; with the key
anybody checks it. All keys and values of one entry lie in one sealed piece under the key of the
person they are about: AES-256-GCM, bound to the entry's id. Destroying the person's key therefore
closes every field of every entry about them for good (NIST SP 800-88, cryptographic erase), while
the log itself stays as it is.
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from forbear.evidence.entries import Entry, EntryFaulty, Json, canonical, encode_entry

KEY_BYTES = 32
# One commitment for many fields, where each its own would not fit into an entry.
TOGETHER = "details"
_COMMITTED_TEXT_BYTES = 48
_NONCE_BYTES = 12
_SEAL_VERSION = b"\x01"
RandomBytes = Callable[[int], bytes]


class FieldsClosed(ValueError):
    """Sealed fields that do not open: the person was erased, or the piece was changed or moved."""

    code = "fields_closed"


class CommitmentBroken(ValueError):
    """An opened value is not the one that was committed."""

    code = "commitment_broken"


@dataclass(frozen=True, slots=True)
class Opening:
    """One committed field with what proves it: its key and its value."""

    key: bytes
    value: Json


def commitment(key: bytes, value: Json) -> bytes:
    """The 32 bytes that stand for `value`."""
    if len(key) != KEY_BYTES:
        raise EntryFaulty(f"A field's key has {KEY_BYTES} bytes, not {len(key)}.")
    return hmac.digest(key, canonical(value), sha256)


def check_openings(entry: Entry, openings: Mapping[str, Opening]) -> None:
    """Raises `CommitmentBroken` unless the openings are exactly the entry's committed fields."""
    if set(openings) != set(entry.commitments):
        odd = ", ".join(sorted(set(openings) ^ set(entry.commitments)))
        raise CommitmentBroken(f"Entry {entry.entry_id}: opened and committed differ in {odd}.")
    for name, opening in openings.items():
        if not hmac.compare_digest(commitment(opening.key, opening.value), entry.commitments[name]):
            raise CommitmentBroken(
                f"Entry {entry.entry_id}: the value of {name} is not the one that was committed."
            )


def committed_entry(
    entry: Entry, private: Mapping[str, Json], *, random: RandomBytes
) -> tuple[Entry, bytes, dict[str, Opening]]:
    """The entry with `private` committed, its bytes, and what opens it.

    Open fields that would make it longer than 1 KiB are committed too, the longest first; if that
    is not enough, all of them become one commitment named `details`. Raises `EntryFaulty`.
    """
    hidden = dict(private)
    shown = dict(entry.open_fields)
    while True:
        openings = {name: Opening(random(KEY_BYTES), value) for name, value in hidden.items()}
        made = Entry(
            entry_id=entry.entry_id,
            event=entry.event,
            issuer=entry.issuer,
            at=entry.at,
            logged_at=entry.logged_at,
            about=entry.about,
            subject=entry.subject,
            open_fields=shown,
            commitments={n: commitment(o.key, o.value) for n, o in openings.items()},
        )
        try:
            return made, encode_entry(made), openings
        except EntryFaulty:
            sizes = {name: len(canonical(value)) for name, value in shown.items()}
            longest = max(sizes, key=lambda name: (sizes[name], name), default=None)
            if longest is not None and sizes[longest] > _COMMITTED_TEXT_BYTES:
                hidden[longest] = shown.pop(longest)
            elif len(hidden) > 1:
                hidden = {TOGETHER: hidden}
            else:
                raise


def seal_openings(
    openings: Mapping[str, Opening], *, entry_id: str, person_key: bytes, random: RandomBytes
) -> bytes:
    """All keys and values of an entry, closed under the person's key; empty for none."""
    if not openings:
        return b""
    held = {
        name: {"key": base64.b64encode(o.key).decode(), "value": o.value}
        for name, o in openings.items()
    }
    nonce = random(_NONCE_BYTES)
    closed = AESGCM(person_key).encrypt(nonce, json.dumps(held).encode(), _bound_to(entry_id))
    return _SEAL_VERSION + nonce + closed


def open_openings(sealed: bytes, *, entry_id: str, person_key: bytes) -> dict[str, Opening]:
    """What `seal_openings` closed. Raises `FieldsClosed`."""
    if not sealed:
        return {}
    nonce, closed = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    try:
        if sealed[:1] != _SEAL_VERSION or len(person_key) != KEY_BYTES:
            raise InvalidTag
        held = json.loads(AESGCM(person_key).decrypt(nonce, closed, _bound_to(entry_id)))
    except (InvalidTag, ValueError):
        raise FieldsClosed(
            f"The fields of entry {entry_id} do not open: the person's key is gone or another one, "
            "or the sealed piece was changed."
        ) from None
    return {n: Opening(base64.b64decode(h["key"]), h["value"]) for n, h in held.items()}


def _bound_to(entry_id: str) -> bytes:
    return f"forbear-evidence|{entry_id}".encode()
