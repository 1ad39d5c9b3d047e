"""Entries are canonical, short and silent about people; commitments open only with their key."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
from datetime import UTC, datetime, timedelta, timezone

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from forbear.evidence.commitments import (
    TOGETHER,
    CommitmentBroken,
    FieldsClosed,
    Opening,
    check_openings,
    commitment,
    committed_entry,
    open_openings,
    seal_openings,
)
from forbear.evidence.entries import (
    ENTRY_BYTES,
    Entry,
    EntryFaulty,
    canonical,
    decode_entry,
    encode_entry,
    entry_fault,
)
from forbear.evidence.events import EVENTS

AT = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)
PLAIN = Entry(
    entry_id="0123456789abcdef0123456789abcdef",
    event="contact.refused",
    issuer="qinghe",
    at=AT,
    logged_at=AT,
    about="permit:1",
    subject="c3ViamVjdA",
    open_fields={"ruling": "refused", "channel": "sms"},
)
RAW = (
    b'{"about":"permit:1","at":"2026-11-20T02:30:00.000000Z","event":"contact.refused",'
    b'"id":"0123456789abcdef0123456789abcdef","issuer":"qinghe",'
    b'"logged_at":"2026-11-20T02:30:00.000000Z",'
    b'"open":{"channel":"sms","ruling":"refused"},"subject":"c3ViamVjdA","v":1}'
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


def drawn(seed: int) -> object:
    source = random.Random(seed)
    return source.randbytes


def test_an_entry_is_written_with_sorted_keys_and_no_spaces() -> None:
    assert encode_entry(PLAIN) == RAW
    assert decode_entry(RAW) == PLAIN


def test_a_moment_of_another_zone_is_written_in_utc() -> None:
    beijing = AT.astimezone(timezone(timedelta(hours=8)))
    entry = Entry(entry_id=PLAIN.entry_id, event="run.started", issuer="", at=beijing, logged_at=AT)
    assert b'"at":"2026-11-20T02:30:00.000000Z"' in encode_entry(entry)


@pytest.mark.parametrize(
    ("was", "now"),
    [
        (b'"v":1', b'"v":2'),
        (b'"v":1', b'"v":true'),
        (b'"v":1', b'"v":1.0'),
        (b'{"about"', b'{ "about"'),
        (b'"issuer":"qinghe"', b'"issuer":7'),
        (b'"subject":"c3ViamVjdA"', b'"subject":""'),
        (b'"v":1}', b'"v":1,"x":1}'),
        (b'"id":"0123456789abcdef0123456789abcdef"', b'"id":"0123"'),
        (b'"event":"contact.refused"', b'"event":"refused"'),
        (b"02:30:00.000000Z", b"02:30:00Z"),
        (b'"channel":"sms","ruling":"refused"', b'"ruling":"refused","channel":"sms"'),
        (b'"channel":"sms"', b'"channel":1.5'),
        (b'"sms"', b'"sms\xff"'),
    ],
)
def test_bytes_that_are_no_entry_are_refused(was: bytes, now: bytes) -> None:
    changed = RAW.replace(was, now, 1)
    assert changed != RAW
    with pytest.raises(EntryFaulty):
        decode_entry(changed)
    assert entry_fault(changed)
    assert entry_fault(RAW) is None


@pytest.mark.parametrize("value", [1.5, 2**53, float("nan"), {1: "x"}, {"a": object()}, b"raw"])
def test_what_has_no_one_text_is_refused(value: object) -> None:
    with pytest.raises(EntryFaulty):
        canonical(value)


@given(JSON)
def test_canonical_json_reads_back_and_is_its_own_canonical_form(value: object) -> None:
    try:
        data = canonical(value)
    except EntryFaulty:  # half of a surrogate pair has no UTF-8
        return
    assert json.loads(data) == value
    assert data == rfc8785.dumps(value)
    assert canonical(json.loads(data)) == data


def test_a_commitment_is_hmac_over_the_canonical_value() -> None:
    key = bytes(range(32))
    assert commitment(key, {"b": 1, "a": "借"}) == hmac.digest(
        key, '{"a":"借","b":1}'.encode(), hashlib.sha256
    )


def test_an_entry_with_commitments_hides_the_values_and_opens_with_the_key() -> None:
    private = {"phone": "13812345678", "borrower": "B-1"}
    entry, data, openings = committed_entry(PLAIN, private, random=drawn(1))
    assert b"13812345678" not in data and b"B-1" not in data
    assert decode_entry(data) == entry
    check_openings(entry, openings)
    key = bytes(32)
    sealed = seal_openings(openings, entry_id=entry.entry_id, person_key=key, random=drawn(2))
    assert open_openings(sealed, entry_id=entry.entry_id, person_key=key) == openings
    for other_id, other_key in (("f" * 32, key), (entry.entry_id, b"\1" * 32)):
        with pytest.raises(FieldsClosed):
            open_openings(sealed, entry_id=other_id, person_key=other_key)
    for place in range(len(sealed)):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(FieldsClosed):
            open_openings(changed, entry_id=entry.entry_id, person_key=key)


def test_a_value_that_was_not_committed_does_not_open() -> None:
    entry, _, openings = committed_entry(PLAIN, {"phone": "13812345678"}, random=drawn(1))
    forged = {"phone": Opening(openings["phone"].key, "13812345679")}
    with pytest.raises(CommitmentBroken, match="phone"):
        check_openings(entry, forged)
    with pytest.raises(CommitmentBroken, match="phone"):
        check_openings(entry, {})


@given(
    st.dictionaries(st.sampled_from("abcdefgh"), st.text(max_size=400), max_size=8),
    st.dictionaries(st.sampled_from("ijklmnop"), st.text(max_size=400), max_size=8),
)
def test_no_field_is_lost_however_long_and_no_entry_is_longer_than_allowed(
    shown: dict[str, str], hidden: dict[str, str]
) -> None:
    base = Entry(
        entry_id=PLAIN.entry_id,
        event="contact.refused",
        issuer="qinghe",
        at=AT,
        logged_at=AT,
        open_fields=shown,
    )
    try:
        entry, data, openings = committed_entry(base, hidden, random=drawn(3))
    except EntryFaulty:  # half of a surrogate pair
        assert any(
            0xD800 <= ord(c) < 0xE000 for t in (*shown.values(), *hidden.values()) for c in t
        )
        return
    assert len(data) <= ENTRY_BYTES
    check_openings(entry, openings)
    values = {name: one.value for name, one in openings.items()}
    together = values.pop(TOGETHER, {})
    assert {**entry.open_fields, **together, **values} == {**shown, **hidden}


def test_equal_values_have_commitments_that_share_nothing() -> None:
    one, _, _ = committed_entry(PLAIN, {"a": "x", "b": "x"}, random=drawn(4))
    assert one.commitments["a"] != one.commitments["b"]


def test_every_event_has_a_purpose_and_names_in_the_past_tense() -> None:
    assert len({event.purpose for event in EVENTS.values()}) == 12
    assert all(len(event.purpose) <= 16 for event in EVENTS.values())
    identifying = {"borrower", "phone", "name", "actor", "address", "loan", "facts", "item"}
    assert [name for name, event in EVENTS.items() if event.open_fields & identifying] == []
