"""Whatever a stranger sends, the reading of it ends in a value or in a refusal of ours."""

import json
from contextlib import suppress
from dataclasses import fields
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from peers import wechat_fake

from forbear.contact.dispatch import AddressFaulty, Inbound, Receipt
from forbear_server.gateways.addresses import heard_number, mail_address, sms_address
from forbear_server.gateways.letter_tracking import TrackingFaulty, read_tracking_file
from forbear_server.gateways.mail_inbox import read_mail
from forbear_server.gateways.smpp_pdus import DELIVER_SM, HEADER, BrokenPdu, Delivery, read_delivery
from forbear_server.gateways.smpp_receipts import (
    Reading,
    is_receipt,
    part_place,
    read_inbound,
    read_receipt,
)
from forbear_server.gateways.smpp_texts import parts_of, text_of
from forbear_server.gateways.web_push import PUSH_HOSTS, read_subscription
from forbear_server.gateways.webhook import EventsFaulty, parse_events
from forbear_server.gateways.wechat_callbacks import (
    CallbackKeys,
    CallbackQuery,
    CallbackRefused,
    read_callback,
)
from gateways.consignments import NOW

READING = Reading("city-bank")
KEYS = CallbackKeys(wechat_fake.TOKEN, wechat_fake.AES_KEY, wechat_fake.APP_ID)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


def assert_keepable(event: Receipt | Inbound) -> None:
    """PostgreSQL keeps no NUL, and UTF-8 no half of an emoji: such an event would come for ever."""
    for held in fields(event):
        value = getattr(event, held.name)
        if isinstance(value, str):
            assert "\0" not in value
            value.encode()


@given(st.binary(max_size=120))
def test_octets_for_a_delivery(body: bytes) -> None:
    with suppress(BrokenPdu):
        read_delivery(HEADER.pack(16 + len(body), DELIVER_SM, 0, 1) + body)


@given(
    source=st.text(st.characters(max_codepoint=255), max_size=20),
    esm_class=st.integers(0, 255),
    coding=st.integers(0, 255),
    octets=st.binary(max_size=160)
    | st.from_regex(rb"id:[0-9a-f]{1,9} done date:\d{8,12} stat:[A-Z]{7} err:\w{3}"),
    options=st.dictionaries(
        st.sampled_from([0x1E, 0x427, 0x424, 0x204, 0x20C, 0x20E, 0x20F]), st.binary(max_size=12)
    ),
)
def test_a_delivery_of_any_fields(
    source: str, esm_class: int, coding: int, octets: bytes, options: dict[int, bytes]
) -> None:
    told = Delivery(DELIVER_SM, 1, source, 1, "10690001", esm_class, coding, octets, options)
    event = (
        read_receipt(told, READING, now=NOW)
        if is_receipt(told)
        else read_inbound([told], READING, now=NOW)
    )
    assert_keepable(event)
    part_place(told)


@given(st.text(max_size=400))
def test_any_text_comes_back_from_its_parts(text: str) -> None:
    parts = parts_of(text, reference=3)
    whole = b"".join(part.octets[6:] if part.esm_class else part.octets for part in parts)
    assert text_of(whole, parts[0].data_coding) == text.replace("\0", "")
    assert all(len(part.octets) <= (160, 140)[part.data_coding == 8] for part in parts)


@given(st.text(max_size=30))
def test_any_address(text: str) -> None:
    for read in (sms_address, mail_address):
        with suppress(AddressFaulty):
            read(text)
    heard_number(text, is_international=True)


@given(
    st.binary(max_size=300)
    | st.builds(
        lambda kind, charset, body: (
            b"From: a@b.example\nMIME-Version: 1.0\nContent-Type: " + kind + charset + b"\n\n" + body
        ),
        st.sampled_from([
            b"text/plain; charset=", b"text/html; charset=",
            b"multipart/report; report-type=delivery-status; boundary=b; x=",
            b"multipart/report; report-type=feedback-report; boundary=b; x=",
        ]),
        st.sampled_from([b"utf-8", b"gbk", b"nonsense", b"\xff"]),
        st.binary(max_size=100)
        | st.binary(max_size=60).map(
            lambda x: b"--b\nContent-Type: message/delivery-status\n\n" + x + b"\n\nAction: " + x
        )
        | st.binary(max_size=60).map(
            lambda x: b"--b\nContent-Type: message/feedback-report\n\nOriginal-Rcpt-To: " + x
        ),
    )
)  # fmt: skip
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_any_mail(octets: bytes) -> None:
    for event in read_mail(octets, sender="city-bank", now=NOW):
        assert_keepable(event)


@given(ANY_JSON, ANY_JSON)
def test_any_call_to_the_webhooks_endpoint(event: object, whole: object) -> None:
    for told in ({"events": [event]}, whole, {"events": whole}):
        with suppress(EventsFaulty):
            parse_events(json.dumps(told).encode(), sender="city-bank")


@given(st.text(max_size=5), st.sampled_from(["", "\0", "\ud83d"]))
def test_an_event_with_any_words(text: str, sign: str) -> None:
    for kind in ("inbound", "receipt"):
        event = {
            "type": kind, "at": "2026-11-22T02:00:00Z", "status": "delivered",
            "id": text + sign, "text": text + sign, "address": sign + text,
        }  # fmt: skip
        with suppress(EventsFaulty):
            for read in parse_events(json.dumps({"events": [event]}).encode(), sender="city-bank"):
                assert_keepable(read)


@given(st.text(max_size=200), ANY_JSON, ANY_JSON)
def test_any_push_subscription(text: str, endpoint: object, keys: object) -> None:
    for told in (text, json.dumps({"endpoint": endpoint, "keys": keys})):
        with suppress(AddressFaulty):
            read_subscription(told, PUSH_HOSTS)


@given(st.binary(max_size=200), st.text(max_size=50))
def test_any_callback_signed_by_whoever_knows_the_token(octets: bytes, text: str) -> None:
    at = str(int(NOW.timestamp()))
    for ciphertext in (text, KEYS.encrypt(text)):
        body = f"<xml><Encrypt><![CDATA[{ciphertext}]]></Encrypt></xml>".encode(errors="replace")
        query = CallbackQuery(KEYS.signature(at, "n", ciphertext), at, "n")
        for told in (body, octets):
            with suppress(CallbackRefused):
                for event in read_callback(query, told, KEYS, NOW, sender="city-bank"):
                    assert_keepable(event)


@given(st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_carriers_file(tmp_path: Path, octets: bytes) -> None:
    path = tmp_path / "carrier.csv"
    for whole in (octets, b"number,status,at\n" + octets):
        path.write_bytes(whole)
        with suppress(TrackingFaulty):
            read_tracking_file(path, sender="city-bank")
