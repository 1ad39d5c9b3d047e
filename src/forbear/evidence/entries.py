"""One logged fact as bytes: RFC 8785 canonical JSON of at most 1 KiB, nothing personal in the open.

An entry says which event happened, when, at which lender, and about whom only by a random
pseudonym. What could lead to a person is a commitment (`commitments.py`): 32 bytes that mean
nothing without their key. What is open or committed is decided by `events.py`; an entry that would
be too long has its longest open fields committed as well, so nothing is ever cut off.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import rfc8785

ENTRY_BYTES = 1024
ENTRY_VERSION = 1
COMMITMENT_BYTES = 32
_ID = re.compile(r"[0-9a-f]{32}")
_NAME = re.compile(r"[a-z_]+\.[a-z_]+")
_KEYS = frozenset({"v", "id", "event", "issuer", "at", "logged_at", "about", "subject"})
_MAPS = frozenset({"open", "commit"})
Json = object
# With keys in ASCII and no floats this writes what RFC 8785 asks for, ten times as fast as
# `rfc8785` (decision 10); a property test holds the two equal.
_encode = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False
).encode


class EntryFaulty(ValueError):
    """Bytes that are no entry of ours, or a fact that cannot be one; says which rule it breaks."""

    code = "entry_faulty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A fact to be logged, and what `decode_entry` reads back.

    `at` is the business moment, `logged_at` the desk's own clock; both UTC, to the microsecond.
    `about` names a thing by an id that is nobody's (run:2026-11-20); `subject` a person by a
    pseudonym that is random for each purpose.
    """

    entry_id: str
    event: str
    issuer: str
    at: datetime
    logged_at: datetime
    about: str = ""
    subject: str = ""
    open_fields: Mapping[str, Json] = field(default_factory=dict)
    commitments: Mapping[str, bytes] = field(default_factory=dict)


def canonical(value: Json) -> bytes:
    """RFC 8785 (JCS) bytes of a JSON value. Raises `EntryFaulty` for floats and foreign values.

    >>> canonical({"b": 1, "a": ["x"]}).decode()
    '{"a":["x"],"b":1}'
    """
    has_plain_keys = _check_plain(value)
    try:
        if has_plain_keys:
            return _encode(value).encode()
        return rfc8785.dumps(value)  # type: ignore[arg-type]  # checked above
    except (rfc8785.CanonicalizationError, UnicodeError) as fault:
        raise EntryFaulty(f"The value has no canonical JSON form: {fault}") from fault


def encode_entry(entry: Entry) -> bytes:
    """The entry's bytes. Raises `EntryFaulty` when it is malformed or longer than 1 KiB."""
    if not _ID.fullmatch(entry.entry_id):
        raise EntryFaulty("An entry's id is 32 hexadecimal digits, chosen at random.")
    if not _NAME.fullmatch(entry.event):
        raise EntryFaulty(f"{entry.event!r} is no event name: two words and a full stop.")
    written: dict[str, Json] = {
        "v": ENTRY_VERSION,
        "id": entry.entry_id,
        "event": entry.event,
        "issuer": entry.issuer,
        "at": moment_text(entry.at),
        "logged_at": moment_text(entry.logged_at),
    }
    written |= {"about": entry.about} if entry.about else {}
    written |= {"subject": entry.subject} if entry.subject else {}
    written |= {"open": dict(entry.open_fields)} if entry.open_fields else {}
    if entry.commitments:
        written["commit"] = {name: _base64(c) for name, c in entry.commitments.items()}
    data = canonical(written)
    if len(data) > ENTRY_BYTES:
        raise EntryFaulty(
            f"The entry {entry.event} takes {len(data)} bytes, more than {ENTRY_BYTES}: commit "
            "its longer fields, or commit one field that holds several values."
        )
    return data


def decode_entry(data: bytes) -> Entry:
    """The entry of these bytes. Raises `EntryFaulty` unless they are exactly its canonical form."""
    if len(data) > ENTRY_BYTES:
        raise EntryFaulty(f"The entry takes {len(data)} bytes, more than {ENTRY_BYTES}.")
    try:
        read = json.loads(data.decode("utf-8"), parse_float=_no_float, parse_constant=_no_float)
    except (UnicodeDecodeError, ValueError, RecursionError) as fault:
        raise EntryFaulty(f"The entry is no JSON in UTF-8: {fault}") from None
    if not isinstance(read, dict) or not set(read) <= _KEYS | _MAPS:
        raise EntryFaulty("The entry is no object with the keys of an entry.")
    if read.get("v") != ENTRY_VERSION or isinstance(read.get("v"), bool):
        raise EntryFaulty(f"The entry's version is {read.get('v')!r}, not {ENTRY_VERSION}.")
    texts = {key: read.get(key, "") for key in _KEYS - {"v"}}
    maps = {key: read.get(key, {}) for key in _MAPS}
    if not all(isinstance(t, str) for t in texts.values()):
        raise EntryFaulty("The entry's id, event, issuer, times, about and subject are texts.")
    if not all(isinstance(m, dict) for m in maps.values()):
        raise EntryFaulty("The entry's open fields and commitments are objects.")
    entry = Entry(
        entry_id=texts["id"],
        event=texts["event"],
        issuer=texts["issuer"],
        at=_moment(texts["at"]),
        logged_at=_moment(texts["logged_at"]),
        about=texts["about"],
        subject=texts["subject"],
        open_fields=maps["open"],
        commitments={name: _commitment(name, text) for name, text in maps["commit"].items()},
    )
    if encode_entry(entry) != data:
        raise EntryFaulty("The entry is not in its canonical form (RFC 8785).")
    return entry


def entry_fault(data: bytes) -> str | None:
    """What is wrong with an entry of ours, for an audit; None when it is sound."""
    try:
        decode_entry(data)
    except EntryFaulty as fault:
        return str(fault)
    return None


def moment_text(moment: datetime) -> str:
    """`2026-11-20T02:30:00.000000Z`: always UTC, always microseconds, so that text sorts by time."""
    if moment.utcoffset() is None:
        raise EntryFaulty("A moment without a time zone cannot be logged.")
    return moment.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise EntryFaulty(f"{text!r} is no moment of an entry.") from None
    if moment.utcoffset() is None or moment_text(moment) != text:
        raise EntryFaulty(f"{text!r} is not the one spelling of a moment of an entry.")
    return moment


def _base64(raw: bytes) -> str:
    if len(raw) != COMMITMENT_BYTES:
        raise EntryFaulty(f"A commitment has {COMMITMENT_BYTES} bytes, not {len(raw)}.")
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _commitment(name: str, text: Json) -> bytes:
    try:
        raw = base64.b64decode(f"{text}=", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if not isinstance(text, str) or len(raw) != COMMITMENT_BYTES:
        raise EntryFaulty(f"The commitment {name} is not 32 bytes in base64url.")
    return raw


def _no_float(text: str) -> Json:
    raise EntryFaulty(f"{text} is no whole number: an entry holds none.")


def _check_plain(value: Json) -> bool:
    """Only what has exactly one text: no floats, no numbers beyond 2^53, keys that are texts.

    Whether every key is ASCII, so that sorting by code point is sorting by UTF-16 unit.
    """
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if kind is int:
        if abs(value) >= 2**53:  # type: ignore[arg-type]
            raise EntryFaulty(f"{value} is beyond 2^53: write it as a text.")
        return True
    if kind is dict:
        is_plain = True
        for key, item in value.items():  # type: ignore[attr-defined]
            if type(key) is not str:
                raise EntryFaulty(f"The key {key!r} is no text.")
            is_plain = _check_plain(item) and key.isascii() and is_plain
        return is_plain
    if kind is list or kind is tuple:
        is_plain = True
        for item in value:  # type: ignore[attr-defined]
            is_plain = _check_plain(item) and is_plain
        return is_plain
    if isinstance(value, str):  # a word of an enumeration
        return True
    raise EntryFaulty(f"{kind.__name__} cannot be logged: only JSON without floats can.")
