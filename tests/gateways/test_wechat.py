"""WeChat and WeCom against a fake of their documented interface; the crypto against their vectors."""

import base64
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from peers import wechat_fake
from peers.wechat_fake import WechatFake, callback, echo_call, started_wechat_fake

from forbear.contact.channels import Channel
from forbear.contact.dispatch import (
    Answer,
    Consignment,
    Fate,
    Inbound,
    Link,
    Receipt,
    ReceiptStatus,
)
from forbear_server.gateways.wechat import WechatGateway, WechatSettings
from forbear_server.gateways.wechat_callbacks import (
    CallbackKeys,
    CallbackQuery,
    CallbackRefused,
    callback_body,
    confirm_address,
    read_callback,
)
from forbear_server.gateways.wecom import WecomGateway, WecomSettings
from gateways.consignments import NOW, consignment, now

AT = int(NOW.timestamp())
PARTS = (("thing1", "本月账单"), ("amount2", "¥200.00"))


@pytest.fixture
def fake() -> Iterator[WechatFake]:
    with started_wechat_fake() as held:
        yield held


def account(fake: WechatFake, **changes: Any) -> WechatGateway:
    settings: dict[str, Any] = {
        "sender": "city-bank", "app_id": wechat_fake.APP_ID, "app_secret": wechat_fake.APP_SECRET,
        "template_id": wechat_fake.TEMPLATE_ID, "base_url": fake.url, "response_seconds": 2.0,
    }  # fmt: skip
    return WechatGateway(WechatSettings(**{**settings, **changes}), now=now)


def company(fake: WechatFake, **changes: Any) -> WecomGateway:
    settings: dict[str, Any] = {
        "sender": "city-bank", "corp_id": wechat_fake.CORP_ID, "app_id": wechat_fake.AGENT_ID,
        "app_secret": wechat_fake.CORP_SECRET, "base_url": fake.url, "response_seconds": 2.0,
    }  # fmt: skip
    return WecomGateway(WecomSettings(**{**settings, **changes}), now=now)


def message(address: str = "openid-lin", *, number: int = 1, **changes: Any) -> Consignment:
    settings: dict[str, Any] = {"parts": PARTS, "text": "本月账单 ¥200.00"}
    return consignment(
        number=number, channel=Channel.WECHAT, address=address, **{**settings, **changes}
    )


def test_a_template_message_goes_to_one_follower_with_its_named_values(fake: WechatFake) -> None:
    gateway = account(fake, page_url="https://citybank.example/me")
    assert gateway.send([message(number=5)]) == [Answer(UUID(int=5), Fate.TAKEN, ("200001",))]
    assert fake.sent == [
        {
            "touser": "openid-lin",
            "template_id": "fake-template-1",
            "data": {"thing1": {"value": "本月账单"}, "amount2": {"value": "¥200.00"}},
            "client_msg_id": UUID(int=5).hex,
            "url": "https://citybank.example/me",
        }
    ]
    gateway.close()


def test_a_subscription_message_goes_its_own_way(fake: WechatFake) -> None:
    gateway = account(fake, kind="subscription", page_url="pages/me")
    assert gateway.send([message()])[0].fate is Fate.TAKEN
    assert (fake.sent[0]["page"], "client_msg_id" in fake.sent[0]) == ("pages/me", False)
    gateway.close()


def test_a_companys_text_goes_to_one_member(fake: WechatFake) -> None:
    gateway = company(fake)
    assert gateway.send([message("lin")]) == [Answer(UUID(int=1), Fate.TAKEN, ("m-1",))]
    assert fake.sent == [
        {
            "touser": "lin",
            "msgtype": "text",
            "agentid": 1000002,
            "text": {"content": "本月账单 ¥200.00"},
            "safe": 0,
            "enable_duplicate_check": 1,
            "duplicate_check_interval": 1800,
        }
    ]
    gateway.close()


def test_one_token_serves_many_messages_and_a_dead_one_is_fetched_anew_once(
    fake: WechatFake,
) -> None:
    gateway = account(fake)
    gateway.send([message(number=n) for n in range(1, 4)])
    assert fake.tokens_given == 1
    fake.end_tokens()
    (answer,) = gateway.send([message(number=4)])
    assert (answer.fate, fake.tokens_given) == (Fate.TAKEN, 2)
    fake.script = [42001, 42001]
    (answer,) = gateway.send([message(number=5)])
    assert (answer.fate, answer.reason, fake.tokens_given) == (Fate.BUSY, "token_refused", 3)
    gateway.close()


def test_a_token_that_runs_out_is_fetched_before_it_does(fake: WechatFake) -> None:
    fake.token_seconds = 0
    gateway = account(fake)
    gateway.send([message(number=1), message(number=2)])
    assert fake.tokens_given == 2
    gateway.close()


@pytest.mark.parametrize("opens", [account, company])
def test_a_person_who_did_not_opt_in_is_refused_and_nothing_is_sent(
    fake: WechatFake, opens: Any
) -> None:
    gateway = opens(fake)
    assert gateway.send([message("stranger")]) == [
        Answer(UUID(int=1), Fate.REFUSED, reason="not_opted_in")
    ]
    assert fake.sent == []
    gateway.close()


@pytest.mark.parametrize(
    ("step", "fate", "reason", "link", "sent"),
    [
        (43101, Fate.REFUSED, "not_opted_in", Link.UP, 0),
        (40037, Fate.REFUSED, "errcode_40037", Link.UP, 0),
        (45009, Fate.BUSY, "rate_limited", Link.LIMITED, 0),
        (-1, Fate.BUSY, "system_busy", Link.LIMITED, 0),
        ("hang_up_before", Fate.UNSURE, "no_answer", Link.DOWN, 0),
        ("hang_up_after", Fate.UNSURE, "no_answer", Link.DOWN, 1),
    ],
)
@pytest.mark.parametrize(("opens", "address"), [(account, "openid-lin"), (company, "lin")])
def test_the_platforms_answer_decides_the_fate(
    fake: WechatFake,
    opens: Any,
    address: str,
    step: int | str,
    fate: Fate,
    reason: str,
    link: Link,
    sent: int,
) -> None:
    fake.script = [step]
    gateway = opens(fake)
    assert gateway.send([message(address)]) == [Answer(UUID(int=1), fate, reason=reason)]
    assert (gateway.link(), len(fake.sent)) == (link, sent)
    gateway.close()


@pytest.mark.parametrize("opens", [account, company])
def test_a_wrong_secret_and_a_platform_that_is_not_there_leave_the_message_for_later(
    fake: WechatFake, opens: Any
) -> None:
    wrong = opens(fake, app_secret="wrong")
    assert wrong.send([message()]) == [Answer(UUID(int=1), Fate.BUSY, reason="token_40001")]
    absent = opens(fake, base_url="http://127.0.0.1:1")
    assert absent.send([message()]) == [Answer(UUID(int=1), Fate.BUSY, reason="unreachable")]
    assert fake.sent == []
    wrong.close()
    absent.close()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"address": "lin|wang"}, "address_faulty"),
        ({"address": "@all"}, "address_faulty"),
        ({"address": ""}, "address_faulty"),
        ({"address": "林"}, "address_faulty"),
        ({"sender": "other-bank"}, "other_sender"),
    ],
)
@pytest.mark.parametrize("opens", [account, company])
def test_more_than_one_person_cannot_be_written_to(
    fake: WechatFake, opens: Any, change: dict[str, Any], reason: str
) -> None:
    gateway = opens(fake)
    assert gateway.send([message(**change)]) == [Answer(UUID(int=1), Fate.REFUSED, reason=reason)]
    assert (fake.sent, fake.tokens_given) == ([], 0)
    gateway.close()


def test_a_text_too_long_for_the_platform_is_refused_before_it_is_asked(fake: WechatFake) -> None:
    official, firm = account(fake), company(fake)
    long_part = (("thing1", "好" * 201),)
    assert official.send([message(parts=long_part)])[0].reason == "text_too_long"
    assert official.send([message(parts=())])[0].reason == "parts_missing"
    assert firm.send([message("lin", text="好" * 683)])[0].reason == "text_too_long"
    assert fake.tokens_given == 0
    official.close()
    firm.close()


def test_no_secret_and_no_token_comes_into_the_log(
    fake: WechatFake, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    firm = company(fake)
    firm.send([message("lin")])
    assert wechat_fake.CORP_SECRET not in caplog.text + repr(firm._settings) + repr(firm._platform)
    assert "token-1" not in caplog.text + repr(firm._platform)
    firm.close()


KEYS = CallbackKeys(wechat_fake.TOKEN, wechat_fake.AES_KEY, wechat_fake.APP_ID)


def heard(fields: dict[str, str], *, at: int = AT, **options: Any) -> list[Receipt | Inbound]:
    told = {"ToUserName": "gh_1", "FromUserName": "openid-lin", "CreateTime": str(AT), **fields}
    query, body = callback(told, at=at, **options)
    return read_callback(CallbackQuery.of(query), body, KEYS, NOW, sender="city-bank")


def test_a_text_is_an_inbound_message() -> None:
    assert heard({"MsgType": "text", "Content": "别再打了🙏", "MsgId": "77"}) == [
        Inbound("city-bank", "77", "openid-lin", "别再打了🙏", NOW)
    ]


@pytest.mark.parametrize(
    ("told", "status", "reason"),
    [
        ("success", ReceiptStatus.DELIVERED, ""),
        ("failed:user block", ReceiptStatus.UNDELIVERED, "user_block"),
        ("failed: system failed", ReceiptStatus.UNDELIVERED, "system_failed"),
        ("failed: 林小满", ReceiptStatus.UNDELIVERED, "failed"),
    ],
)
def test_the_end_of_a_template_message_is_its_receipt(
    told: str, status: ReceiptStatus, reason: str
) -> None:
    fields = {"MsgType": "event", "Event": "TEMPLATESENDJOBFINISH", "MsgID": "200001"}
    assert heard({**fields, "Status": told}) == [
        Receipt("city-bank", "200001", status, NOW, reason, address="openid-lin")
    ]


def test_unfollowing_and_switching_the_notices_off_are_stop_words() -> None:
    for fields in (
        {"Event": "unsubscribe"},
        {"Event": "subscribe_msg_change_event", "SubscribeStatusString": "reject"},
    ):
        (event,) = heard({"MsgType": "event", **fields})
        assert isinstance(event, Inbound)
        assert (event.address, event.text) == ("openid-lin", "退订")
        assert heard({"MsgType": "event", **fields}) == [event]


@pytest.mark.parametrize(
    "fields",
    [
        {"MsgType": "event", "Event": "subscribe"},
        {"MsgType": "event", "Event": "VIEW"},
        {"MsgType": "image", "MediaId": "1"},
        {
            "MsgType": "event",
            "Event": "subscribe_msg_change_event",
            "SubscribeStatusString": "accept",
        },
    ],
)
def test_what_says_nothing_to_us_is_no_event(fields: dict[str, str]) -> None:
    assert heard(fields) == []


TEXT = {"MsgType": "text", "Content": "退订", "MsgId": "1"}


@pytest.mark.parametrize(
    "options",
    [
        {"token": "another"},
        {"receiver": "wx-another-account"},
        {"at": AT - 301},
        {"at": AT + 301},
    ],
)
def test_a_callback_wrongly_signed_for_another_or_old_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(CallbackRefused) as refused:
        heard(TEXT, **options)
    assert refused.value.code == "callback_refused"


def test_a_callback_changed_by_one_octet_anywhere_is_refused() -> None:
    told = {"ToUserName": "gh_1", "FromUserName": "openid-lin", **TEXT}
    query, body = callback(told, at=AT)
    start = body.index(b"<Encrypt><![CDATA[") + len(b"<Encrypt><![CDATA[")
    for place in range(start, start + 40):
        changed = bytearray(body)
        changed[place] = ord("A") if changed[place] != ord("A") else ord("B")
        with pytest.raises(CallbackRefused):
            read_callback(CallbackQuery.of(query), bytes(changed), KEYS, NOW, sender="city-bank")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"<xml>",
        b"<xml></xml>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><xml><Encrypt>&a;</Encrypt></xml>',
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><Encrypt>&a;</Encrypt></xml>',
        b"<xml>" + b" " * 1_000_001 + b"</xml>",
    ],
)
def test_what_is_no_callback_is_refused(body: bytes) -> None:
    query, _ = callback(TEXT, at=AT)
    with pytest.raises(CallbackRefused):
        read_callback(CallbackQuery.of(query), body, KEYS, NOW, sender="city-bank")


def test_an_address_is_confirmed_in_the_clear_and_encrypted() -> None:
    for receiver in (None, wechat_fake.APP_ID):
        query = CallbackQuery.of(echo_call(at=AT, receiver=receiver))
        assert confirm_address(query, KEYS, NOW) == "4711"
        with pytest.raises(CallbackRefused):
            confirm_address(query, KEYS, NOW + timedelta(minutes=6))
    stranger = CallbackQuery.of(echo_call(at=AT, receiver=None, token="another"))
    with pytest.raises(CallbackRefused):
        confirm_address(stranger, KEYS, NOW)


def test_an_answer_of_ours_can_be_read_by_whoever_has_the_keys() -> None:
    body = callback_body("<xml>好</xml>", KEYS, timestamp=str(AT), nonce="n")
    ciphertext = body.split(b"<Encrypt>")[1].split(b"</Encrypt>")[0].decode()
    assert KEYS.decrypt(ciphertext) == "<xml>好</xml>"
    assert KEYS.signature(str(AT), "n", ciphertext).encode() in body


# The example of developer.work.weixin.qq.com/document/path/91144 (举例说明): published keys,
# ciphertext and signature.
PUBLISHED_KEYS = CallbackKeys(
    "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7"
)
PUBLISHED_CIPHERTEXT = (
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUp"
    "j911L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue"
    "06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+"
    "3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH"
    "27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8"
    "R07+qN+E7Q=="
)


def test_the_platforms_published_example_is_read() -> None:
    at = datetime.fromtimestamp(1409659813, UTC)
    query = CallbackQuery("477715d11cdb4164915debcba66cb864d751f3e6", "1409659813", "1372623149")
    body = f"<xml><Encrypt><![CDATA[{PUBLISHED_CIPHERTEXT}]]></Encrypt></xml>".encode()
    assert read_callback(query, body, PUBLISHED_KEYS, at, sender="city-bank") == [
        Inbound("city-bank", "4561255354251345929", "mycreate", "hello", at)
    ]


def test_what_we_encrypt_is_padded_to_32_octets_and_read_again() -> None:
    text = PUBLISHED_KEYS.decrypt(PUBLISHED_CIPHERTEXT)
    for salt in (b"0" * 16, bytes(range(16))):
        ciphertext = PUBLISHED_KEYS.encrypt(text, salt=salt)
        assert PUBLISHED_KEYS.decrypt(ciphertext) == text
        assert len(base64.b64decode(ciphertext)) % 32 == 0


@pytest.mark.parametrize("key", ["", "short", "!" * 43, "a" * 44])
def test_a_key_of_another_length_is_no_key(key: str) -> None:
    with pytest.raises(ValueError, match="43 letters"):
        CallbackKeys("t", key, "r")
