"""The webhook channel against a lender's gateway that checks signatures by its own lines."""

import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from peers.lender_gateway import LenderGateway, started_lender_gateway

from forbear.contact.dispatch import Answer, Fate, Inbound, Link, Receipt, ReceiptStatus
from forbear_server.gateways.webhook import (
    EventsFaulty,
    SignatureWrong,
    WebhookGateway,
    WebhookSettings,
    parse_events,
    signed_headers,
    verify_signature,
)
from gateways.consignments import NOW, consignment, now

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def lender() -> Iterator[LenderGateway]:
    with started_lender_gateway(SECRET) as gateway:
        yield gateway


def opened(url: str, secret: str = SECRET) -> WebhookGateway:
    settings = WebhookSettings("city-bank", url, secret, wait_seconds=0.01, response_seconds=2.0)
    return WebhookGateway(settings, wall=now)


def test_a_message_is_taken_once_with_all_the_receiver_needs(lender: LenderGateway) -> None:
    gateway = opened(lender.url)
    answers = gateway.send([consignment("您好🙏", number=5), consignment("您好🙏", number=5)])
    assert answers == [Answer(UUID(int=5), Fate.TAKEN, ("L-1",))] * 2
    assert lender.taken == {
        str(UUID(int=5)): {
            "message_id": str(UUID(int=5)),
            "reference": 5,
            "permit_id": "permit-5",
            "not_after": "2026-11-22T14:00:00+00:00",
            "channel": "sms",
            "sender": "city-bank",
            "address": "13800138000",
            "subject": "",
            "text": "您好🙏",
            "parts": {},
            "language": "zh-Hans",
        }
    }
    gateway.close()


@pytest.mark.parametrize(
    ("script", "fate", "reason", "calls", "taken"),
    [
        (["hang_up_after"], Fate.TAKEN, "", 2, 1),
        (["hang_up_before", 503], Fate.TAKEN, "", 3, 1),
        ([503, 503, 503], Fate.UNSURE, "http_503", 3, 0),
        (["hang_up_after"] * 3, Fate.UNSURE, "no_answer", 3, 1),
        ([400], Fate.REFUSED, "number_unknown", 1, 0),
        ([302], Fate.REFUSED, "number_unknown", 1, 0),
        ([429], Fate.BUSY, "http_429", 1, 0),
        (["hang_up_after", 429], Fate.UNSURE, "http_429", 2, 1),
    ],
)
def test_what_the_receiver_does_decides_the_fate(
    lender: LenderGateway,
    script: list[int | str],
    fate: Fate,
    reason: str,
    calls: int,
    taken: int,
) -> None:
    lender.script = script
    gateway = opened(lender.url)
    (answer,) = gateway.send([consignment()])
    assert (answer.fate, answer.reason) == (fate, reason)
    assert (len(lender.calls), len(set(lender.calls)), len(lender.taken)) == (calls, 1, taken)
    gateway.close()


def test_a_throttling_receiver_limits_the_link(lender: LenderGateway) -> None:
    lender.script = [429]
    gateway = opened(lender.url)
    gateway.send([consignment()])
    assert gateway.link() is Link.LIMITED
    gateway.close()


def test_a_receiver_that_is_not_there_leaves_the_message_busy() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        gateway = opened(f"http://127.0.0.1:{nobody.getsockname()[1]}")
        (answer,) = gateway.send([consignment()])
        assert (answer.fate, answer.reason) == (Fate.BUSY, "unreachable")
        assert gateway.link() is Link.DOWN
        gateway.close()


def test_a_wrong_secret_is_refused_by_the_receiver_and_nothing_is_taken(
    lender: LenderGateway,
) -> None:
    gateway = opened(lender.url, "whsec_" + "A" * 32)
    assert gateway.send([consignment()])[0].fate is Fate.REFUSED
    assert lender.taken == {}
    gateway.close()


def test_a_text_too_long_is_refused_before_anything_is_sent(lender: LenderGateway) -> None:
    gateway = opened(lender.url)
    (answer,) = gateway.send([consignment("好" * 5000)])
    assert (answer.fate, answer.reason) == (Fate.REFUSED, "text_too_long")
    assert lender.calls == []
    gateway.close()


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("http://gateway.example/in", SECRET),
        ("https://gateway.example", "short"),
        ("ftp://a", SECRET),
    ],
)
def test_an_address_without_tls_and_a_weak_secret_are_refused(url: str, secret: str) -> None:
    with pytest.raises(ValueError, match=r"https|signing secret"):
        WebhookSettings("city-bank", url, secret)


def test_the_signature_is_the_published_one_of_standard_webhooks() -> None:
    """The example of the specification's reference libraries: id, time, body and signature."""
    body = b'{"test": 2432232314}'
    headers = signed_headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", body, SECRET, datetime.fromtimestamp(1614265330, UTC)
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


BODY = b'{"events": []}'
HEADERS = signed_headers("call-1", BODY, SECRET, NOW)


def test_a_signed_call_names_its_id_also_beside_an_old_secrets_signature() -> None:
    both = {**HEADERS, "webhook-signature": "v1,b2xk " + HEADERS["webhook-signature"]}
    upper = {name.title(): value for name, value in both.items()}
    assert verify_signature(upper, BODY, SECRET, NOW + timedelta(minutes=5)) == "call-1"


@pytest.mark.parametrize(
    ("change", "body", "later"),
    [
        ({}, b'{"events": [1]}', 0),
        ({"webhook-id": "call-2"}, BODY, 0),
        ({"webhook-timestamp": str(int(NOW.timestamp()) + 1)}, BODY, 0),
        ({"webhook-signature": ""}, BODY, 0),
        ({"webhook-signature": "v1,é"}, BODY, 0),
        ({"webhook-timestamp": "now"}, BODY, 0),
        ({"webhook-id": ""}, BODY, 0),
        ({}, BODY, 301),
        ({}, BODY, -301),
    ],
)
def test_a_call_that_was_changed_or_is_old_is_refused(
    change: dict[str, str], body: bytes, later: int
) -> None:
    with pytest.raises(SignatureWrong):
        verify_signature({**HEADERS, **change}, body, SECRET, NOW + timedelta(seconds=later))


RECEIPT = {
    "type": "receipt", "id": "L-1", "status": "undelivered", "at": "2026-11-22T10:00:00+08:00",
    "reason": "number_off", "reference": 5, "address": "13800138000",
}  # fmt: skip
INBOUND = {
    "type": "inbound", "id": "R-9", "address": "13800138000", "text": "退订",
    "at": "2026-11-22T02:00:00Z",
}  # fmt: skip


def test_receipts_and_inbound_messages_are_read_in_order() -> None:
    body = json.dumps({"events": [RECEIPT, INBOUND]}).encode()
    assert parse_events(body, sender="city-bank") == [
        Receipt("city-bank", "L-1", ReceiptStatus.UNDELIVERED, NOW, "number_off", 5, "13800138000"),
        Inbound("city-bank", "R-9", "13800138000", "退订", NOW),
    ]


@pytest.mark.parametrize(
    "event",
    [
        {**RECEIPT, "status": "sent"},
        {**RECEIPT, "at": "2026-11-22T10:00:00"},
        {**RECEIPT, "at": "yesterday"},
        {**RECEIPT, "reference": "5"},
        {**RECEIPT, "reason": "王先生不在"},
        {**RECEIPT, "id": ""},
        {**INBOUND, "text": "好" * 5001},
        {**INBOUND, "type": "group"},
        {k: v for k, v in INBOUND.items() if k != "address"},
        "退订",
        None,
    ],
)
def test_one_faulty_event_refuses_the_whole_call(event: object) -> None:
    body = json.dumps({"events": [INBOUND, event]}).encode()
    with pytest.raises(EventsFaulty, match="Event 2") as refused:
        parse_events(body, sender="city-bank")
    assert refused.value.code == "webhook_events_faulty"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"events": {}}',
        b"\xff",
        b"[" * 100_000,
        b'{"events": [' + b"1," * 1000 + b"1]}",
    ],
)
def test_a_body_without_a_list_of_events_is_refused(body: bytes) -> None:
    with pytest.raises(EventsFaulty, match="no object"):
        parse_events(body, sender="city-bank")
