"""Receipts and inbound messages in the forms message centres write them."""

import struct
from datetime import UTC, datetime

import pytest

from forbear.contact.dispatch import Inbound, Receipt, ReceiptStatus
from forbear_server.gateways.smpp_pdus import BrokenPdu, Delivery, read_delivery
from forbear_server.gateways.smpp_receipts import (
    Puzzle,
    Reading,
    is_receipt,
    part_place,
    read_inbound,
    read_receipt,
)
from gateways.consignments import NOW

READING = Reading("city-bank")


def delivery(
    body: bytes = b"",
    *,
    esm_class: int = 0,
    coding: int = 8,
    source: str = "8613800138000",
    options: dict[int, bytes] | None = None,
) -> Delivery:
    return Delivery(5, 1, source, 1, "10690001", esm_class, coding, body, options or {})


def receipt(text: str, reading: Reading = READING, **options: bytes) -> Receipt:
    tags = {"state": 0x0427, "receipted": 0x001E, "reference": 0x0204}
    told = {tags[name]: value for name, value in options.items()}
    return read_receipt(
        delivery(text.encode(), esm_class=4, coding=0, options=told), reading, now=NOW
    )


def test_the_text_form_names_id_state_error_and_the_centres_own_minute() -> None:
    text = (
        "id:42 sub:001 dlvrd:000 submit date:2611220950 done date:2611220955 stat:EXPIRED err:011"
    )
    assert receipt(text) == Receipt(
        sender="city-bank",
        channel_id="42",
        status=ReceiptStatus.UNDELIVERED,
        at=datetime(2026, 11, 22, 1, 55, tzinfo=UTC),
        reason="expired:011",
        address="+8613800138000",
    )


def test_the_optional_fields_go_before_the_text() -> None:
    read = receipt("id:42 stat:UNDELIV", state=b"\2", receipted=b"abc\0", reference=b"\x01\x02")
    assert (read.channel_id, read.status, read.reference) == ("abc", ReceiptStatus.DELIVERED, 258)


def test_an_id_without_its_closing_nul_keeps_its_last_letter() -> None:
    assert receipt("", state=b"\2", receipted=b"abc").channel_id == "abc"


@pytest.mark.parametrize(
    ("form", "told", "submitted"),
    [("decimal_of_hex", "0000006699", "1a2b"), ("hex_of_decimal", "1A2B", "6699")],
)
def test_ids_told_in_another_base_are_brought_to_the_submitted_form(
    form: str, told: str, submitted: str
) -> None:
    reading = Reading("city-bank", receipt_ids=form)
    assert receipt(f"id:{told} stat:DELIVRD", reading).channel_id == submitted


def test_a_receipt_nobody_can_read_is_unknown_and_never_delivered() -> None:
    read = receipt("thank you")
    assert (read.status, read.reason, read.channel_id) == (
        ReceiptStatus.UNKNOWN, "unreadable", "",
    )  # fmt: skip


def test_a_person_who_writes_a_receipts_words_has_written_a_message() -> None:
    told = delivery(b"id:42 stat:DELIVRD", coding=0)
    assert not is_receipt(told)
    read = read_inbound([told], READING, now=NOW)
    assert read == Inbound(
        sender="city-bank",
        channel_id=read.channel_id,
        address="+8613800138000",
        text="id:42 stat:DELIVRD",
        at=NOW,
    )


def test_the_same_words_told_twice_within_the_hour_have_one_id() -> None:
    told = delivery("退订".encode("utf-16-be"))
    first = read_inbound([told], READING, now=NOW)
    assert first.channel_id == read_inbound([told], READING, now=NOW.replace(minute=59)).channel_id
    assert first.channel_id != read_inbound([told], READING, now=NOW.replace(hour=3)).channel_id
    other = delivery("退订".encode("utf-16-be"), source="8613900139000")
    assert first.channel_id != read_inbound([other], READING, now=NOW).channel_id


def long_part(number: int, text: str, *, total: int = 2) -> Delivery:
    head = bytes((5, 0, 3, 9, total, number))
    return delivery(head + text.encode("utf-16-be"), esm_class=0x40)


def test_a_long_message_is_put_together_in_any_order() -> None:
    puzzle = Puzzle(2.0)
    assert puzzle.add(long_part(2, "再联系我"), clock=0.0) == []
    parts = puzzle.add(long_part(1, "请不要"), clock=0.1)
    assert read_inbound(parts, READING, now=NOW).text == "请不要再联系我"


def test_a_part_that_stays_alone_is_handed_on_after_its_time() -> None:
    puzzle = Puzzle(2.0)
    puzzle.add(long_part(1, "退订"), clock=0.0)
    assert puzzle.waited_out(clock=1.9) == []
    (parts,) = puzzle.waited_out(clock=2.0)
    assert read_inbound(parts, READING, now=NOW).text == "退订"
    assert puzzle.waited_out(clock=9.0) == []


@pytest.mark.parametrize(
    ("told", "place"),
    [
        (long_part(1, "a", total=3), (9, 3, 1)),
        (delivery(bytes.fromhex("06080412340301") + b"\0a", esm_class=0x40), (0x1234, 3, 1)),
        (delivery(b"\0a", options={0x020C: b"\0\7", 0x020E: b"\2", 0x020F: b"\2"}), (7, 2, 2)),
        (long_part(3, "a", total=2), None),
        (delivery(b"\x7f\0a", esm_class=0x40), None),
        (delivery(b"", esm_class=0x40), None),
        (delivery(b"\0a"), None),
    ],
)
def test_the_place_of_a_part_is_read_from_every_known_header(
    told: Delivery, place: tuple[int, int, int] | None
) -> None:
    assert part_place(told) == place


def pdu(body: bytes) -> bytes:
    return struct.pack(">LLLL", 16 + len(body), 5, 0, 1) + body


def test_a_delivery_cut_short_at_any_octet_is_called_broken() -> None:
    options = bytes.fromhex("001e0003") + b"abc"
    body = b"\0\1\1" + b"138\0" + b"\0\1" + b"106\0" + b"\4" + bytes(8) + b"\2TD" + options
    whole = read_delivery(pdu(body))
    assert (whole.source, whole.destination, whole.octets) == ("138", "106", b"TD")
    assert whole.options == {0x001E: b"abc"}
    without_options = len(body) - len(options)
    for length in range(len(body)):
        if length != without_options:
            with pytest.raises(BrokenPdu):
                read_delivery(pdu(body[:length]))
