"""Web push against a fake push service whose decryption is first held against RFC 8291."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from peers.push_fake import Browser, PushFake, octets_of, started_push_fake
from peers.serving import Request

from forbear.contact.channels import Channel
from forbear.contact.dispatch import AddressFaulty, Answer, Consignment, Fate, Link
from forbear_server.gateways.web_push import (
    PUSH_HOSTS,
    WebPushGateway,
    WebPushSettings,
    public_point,
    read_subscription,
)
from gateways.consignments import CLOSES_AT, NOW, consignment, now

VAPID_KEY = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"
SETTINGS = WebPushSettings(
    sender="city-bank",
    title="城市银行",
    link="https://citybank.example/messages/{message_id}",
    contact="mailto:push@citybank.example",
    vapid_key=VAPID_KEY,
    push_hosts=("127.0.0.1",),
    response_seconds=2.0,
)


@pytest.fixture
def fake() -> Iterator[PushFake]:
    with started_push_fake(public_point(SETTINGS.signing_key()), now=now) as held:
        yield held


@pytest.fixture
def gateway() -> Iterator[WebPushGateway]:
    held = WebPushGateway(SETTINGS, now=now)
    yield held
    held.close()


def notification(address: str, *, number: int = 1, **changes: Any) -> Consignment:
    return consignment(
        "林女士，您尾号 6789 的借款逾期 37 天，应还 2,094.40 元。", number=number,
        channel=Channel.APP, address=address, **changes,
    )  # fmt: skip


def test_the_browser_of_the_fake_reads_the_example_of_rfc_8291() -> None:
    key = int.from_bytes(octets_of("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"), "big")
    browser = Browser(
        ec.derive_private_key(key, ec.SECP256R1()), octets_of("BTBZMqHH6r4Tts7J_aSIgg")
    )
    body = octets_of(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS"
        "6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qu"
        "lcy4a-fN"
    )
    assert browser.decrypt(body) == b"When I grow up, I want to be a watermelon"


def test_a_notification_says_there_is_something_and_nothing_of_what(
    fake: PushFake, gateway: WebPushGateway
) -> None:
    answers = gateway.send([
        notification(fake.subscription, number=1),
        notification(fake.subscription, number=2, language="en"),
    ])  # fmt: skip
    assert answers == [Answer(UUID(int=n), Fate.TAKEN, (str(UUID(int=n)),)) for n in (1, 2)]
    link = "https://citybank.example/messages/00000000-0000-0000-0000-00000000000"
    assert fake.shown == [
        {"title": "城市银行", "body": "您有一条新消息", "link": f"{link}1"},
        {"title": "城市银行", "body": "You have a new message", "link": f"{link}2"},
    ]
    headers = fake.headers[0]
    assert headers["topic"] == UUID(int=1).hex
    assert headers["content-encoding"] == "aes128gcm"


def test_the_service_holds_it_no_longer_than_the_permit(fake: PushFake) -> None:
    for before, seconds in ((timedelta(minutes=1), "60"), (timedelta(hours=30), "43200")):
        gateway = WebPushGateway(SETTINGS, now=lambda before=before: CLOSES_AT - before)
        fake.now = lambda before=before: CLOSES_AT - before
        assert gateway.send([notification(fake.subscription)])[0].fate is Fate.TAKEN
        assert fake.headers[-1]["ttl"] == seconds
        gateway.close()


def test_after_the_permit_nothing_is_sent(fake: PushFake) -> None:
    gateway = WebPushGateway(SETTINGS, now=lambda: CLOSES_AT)
    (answer,) = gateway.send([notification(fake.subscription)])
    assert (answer.fate, answer.reason) == (Fate.REFUSED, "permit_over")
    assert fake.headers == []
    gateway.close()


@pytest.mark.parametrize(
    ("step", "fate", "reason", "link"),
    [
        (404, Fate.REFUSED, "subscription_gone", Link.UP),
        (410, Fate.REFUSED, "subscription_gone", Link.UP),
        (413, Fate.REFUSED, "http_413", Link.UP),
        (429, Fate.BUSY, "http_429", Link.LIMITED),
        (503, Fate.BUSY, "http_503", Link.LIMITED),
        (500, Fate.UNSURE, "http_500", Link.UP),
        ("hang_up", Fate.UNSURE, "no_answer", Link.DOWN),
    ],
)
def test_the_services_answer_decides_the_fate(
    fake: PushFake, gateway: WebPushGateway, step: int | str, fate: Fate, reason: str, link: Link
) -> None:
    fake.script = [step]
    assert gateway.send([notification(fake.subscription)]) == [
        Answer(UUID(int=1), fate, reason=reason)
    ]
    assert (gateway.link(), fake.shown) == (link, [])


def test_another_senders_key_is_refused_by_the_service(fake: PushFake) -> None:
    gateway = WebPushGateway(replace(SETTINGS, vapid_key=VAPID_KEY.replace("Q", "g")), now=now)
    (answer,) = gateway.send([notification(fake.subscription)])
    assert (answer.fate, answer.reason, fake.shown) == (Fate.REFUSED, "http_403", [])
    gateway.close()


def test_a_token_is_good_for_half_a_day_and_for_one_service(fake: PushFake) -> None:
    gateway = WebPushGateway(SETTINGS, now=lambda: NOW - timedelta(hours=12))
    assert gateway.send([notification(fake.subscription)])[0].reason == "http_403"
    fake.now = lambda: NOW - timedelta(hours=1)
    assert gateway.send([notification(fake.subscription)])[0].fate is Fate.TAKEN
    headers = {"authorization": fake.headers[0]["authorization"], "ttl": "60"}
    call = Request("POST", "/push/abc", {}, headers, b"")
    with started_push_fake(fake.server_point, now=fake.now) as other:
        assert other.answer(call).status == 403
    gateway.close()


def subscription(fake: PushFake, **changes: Any) -> str:
    return json.dumps({**json.loads(fake.subscription), **changes})


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com.evil.example/x",
        "https://evil.example/fcm.googleapis.com",
        "https://evilfcm.googleapis.com@evil.example/",
        "https://user@fcm.googleapis.com/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "file:///etc/passwd",
        "https://fcm.googleapis.com:99999/x",
        "",
        7,
    ],
)
def test_an_endpoint_that_is_no_push_service_is_never_called(
    fake: PushFake, endpoint: object
) -> None:
    with pytest.raises(AddressFaulty):
        read_subscription(subscription(fake, endpoint=endpoint), PUSH_HOSTS)


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"p256dh": "AAAA", "auth": "MDEyMzQ1Njc4OWFiY2RlZg"},
        {"p256dh": "BA" + "A" * 85, "auth": "MDEyMzQ1Njc4OWFiY2RlZg"},
        {"p256dh": "!", "auth": "!"},
        None,
    ],
)
def test_keys_that_cannot_be_encrypted_to_are_refused(
    fake: PushFake, gateway: WebPushGateway, keys: object
) -> None:
    address = subscription(fake, keys=keys)
    (answer,) = gateway.send([notification(address)])
    assert (answer.fate, answer.reason, fake.shown) == (Fate.REFUSED, "address_faulty", [])


@pytest.mark.parametrize("address", ["", "13800138000", "[]", "null", "{" * 3000])
def test_an_address_of_another_kind_is_refused(gateway: WebPushGateway, address: str) -> None:
    assert gateway.send([notification(address)]) == [
        Answer(UUID(int=1), Fate.REFUSED, reason="address_faulty")
    ]


def test_a_subdomain_of_a_push_service_is_one(fake: PushFake) -> None:
    held = read_subscription(
        subscription(fake, endpoint="https://wns2-sg2p.notify.windows.com/w/?token=x"), PUSH_HOSTS
    )
    assert held.origin == "https://wns2-sg2p.notify.windows.com"


@pytest.mark.parametrize("key", ["", "AQE", "not base64!", "A" * 43])
def test_a_key_that_is_none_is_refused_at_once(key: str) -> None:
    with pytest.raises(ValueError, match="vapid_key is 32 octets"):
        replace(SETTINGS, vapid_key=key)
