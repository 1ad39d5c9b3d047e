"""Channels that call us: a lender's own gateway by signed webhook, WeChat by signed callbacks."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
import yaml
from django.test import Client, override_settings
from peers.wechat_fake import AES_KEY, APP_ID, TOKEN, callback

from forbear.contact.channels import Channel
from forbear_server.gateways.webhook import signed_headers
from forbear_server.selectors.actors import Actor, Role
from forbear_server.selectors.addresses import KIND_OF
from forbear_server.services.addresses import add_address
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import (
    ChannelReceipt,
    ContactPreference,
    EvidenceEntry,
    InboundMessage,
)
from forbear_server.ui.clock import wall_now
from server.conftest import NOW
from server.outbox import people

pytestmark = pytest.mark.django_db
SECRET = "whsec_" + base64.b64encode(b"k" * 24).decode()
RECEIPT = {
    "type": "receipt",
    "id": "own-1",
    "status": "delivered",
    "at": "2026-11-20T10:31:00+08:00",
    "address": "+8619900000000",
    "reference": 7,
}
REPLY = {
    "type": "inbound",
    "id": "in-1",
    "address": "+8619900000000",
    "text": "别再打了",
    "at": "2026-11-20T10:31:00+08:00",
}


@pytest.fixture
def desk(
    qinghe: int,
    make_actor: Callable[..., Actor],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Actor]:
    monkeypatch.setenv("OWN_GATEWAY", SECRET)
    monkeypatch.setenv("WX_SECRET", "s")
    monkeypatch.setenv("WX_TOKEN", TOKEN)
    monkeypatch.setenv("WX_AES", AES_KEY)
    own = {
        "sender": "own-sms",
        "channel": "sms",
        "lender": "qinghe",
        "gateway": "webhook",
        "rate_per_second": 10,
        "url": "https://gateway.example/send",
        "signing_secret_env": "OWN_GATEWAY",
    }
    wechat = {
        "sender": "wx",
        "channel": "wechat",
        "lender": "qinghe",
        "gateway": "wechat",
        "rate_per_second": 10,
        "app_id": APP_ID,
        "template_id": "t1",
        "app_secret_env": "WX_SECRET",
        "callback_token_env": "WX_TOKEN",
        "callback_aes_key_env": "WX_AES",
    }
    file = tmp_path / "channels.yaml"
    file.write_text(yaml.safe_dump({"senders": [own, wechat]}))
    actor = make_actor("officer", Role.COMPLIANCE)
    with lender_scope(qinghe):
        people(qinghe)
    with override_settings(CHANNELS_FILE=str(file)):
        yield actor


def tell(*events: object, secret: str = SECRET, minutes: int = 0) -> int:
    body = json.dumps({"events": list(events)}).encode()
    headers = signed_headers("call-1", body, secret, wall_now() + timedelta(minutes=minutes))
    answer = Client().post(
        "/v1/channels/own-sms/events", body, content_type="application/json", headers=headers
    )
    return int(answer.status_code)


def kept(lender: int) -> tuple[int, int, int]:
    with lender_scope(lender):
        return (
            ChannelReceipt.objects.count(),
            InboundMessage.objects.count(),
            ContactPreference.objects.count(),
        )


def last_event(lender: int) -> str:
    with lender_scope(lender):
        return str(EvidenceEntry.objects.order_by("-id").values_list("name", flat=True)[0])


def test_a_signed_call_is_kept_once_and_stop_words_act(desk: Actor) -> None:
    assert tell(RECEIPT, REPLY) == 204
    assert kept(desk.lender_id) == (1, 1, 1)
    assert tell(RECEIPT, REPLY) == 204
    assert kept(desk.lender_id) == (1, 1, 1)
    with lender_scope(desk.lender_id):
        stated = ContactPreference.objects.get()
        assert (stated.kind, stated.source) == ("contact_stopped", "inbound")


@pytest.mark.parametrize(
    ("secret", "minutes"),
    [("whsec_" + base64.b64encode(b"x" * 24).decode(), 0), (SECRET, -6), (SECRET, 6)],
)
def test_a_wrong_or_old_signature_keeps_nothing_but_the_refusal(
    desk: Actor, secret: str, minutes: int
) -> None:
    assert tell(REPLY, secret=secret, minutes=minutes) == 401
    assert kept(desk.lender_id) == (0, 0, 0)
    assert last_event(desk.lender_id) == "callback.refused"


def test_a_call_with_one_faulty_event_is_refused_whole(desk: Actor) -> None:
    assert tell(REPLY, {"type": "receipt", "id": "x", "status": "eaten", "at": "now"}) == 422
    assert kept(desk.lender_id) == (0, 0, 0)


def test_an_unknown_sender_and_one_without_calls_are_404(desk: Actor) -> None:
    for path in ("nobody/events", "wx/events", "own-sms/callback"):
        assert Client().post(f"/v1/channels/{path}", b"{}", "application/json").status_code == 404


def wechat_person(desk: Actor) -> None:
    with lender_scope(desk.lender_id):
        add_address(
            actor=desk,
            borrower_ref="B-0",
            kind=KIND_OF[Channel.WECHAT],
            address="openid-of-lin",
            now=NOW,
            opt_in_words="同意接收服务消息",
        )


def platform_tells(fields: dict[str, str], **options: str) -> tuple[int, bytes]:
    told = {"ToUserName": "gh_1", "FromUserName": "openid-of-lin", "CreateTime": "1", **fields}
    query, body = callback(told, at=int(wall_now().timestamp()), **options)  # type: ignore[arg-type]
    answer = Client().post(f"/v1/channels/wx/callback?{urlencode(query)}", body, "text/xml")
    return answer.status_code, answer.content


def test_a_wechat_unsubscription_opts_the_person_out_of_wechat(desk: Actor) -> None:
    wechat_person(desk)
    assert platform_tells({"MsgType": "event", "Event": "unsubscribe"}) == (200, b"success")
    with lender_scope(desk.lender_id):
        stated = ContactPreference.objects.order_by("-granted_at", "-pk").values_list(
            "kind", "channel"
        )
        assert set(stated) == {("channel_opt_in", "wechat"), ("channel_opt_out", "wechat")}


def test_a_wechat_callback_with_a_wrong_signature_keeps_nothing(desk: Actor) -> None:
    wechat_person(desk)
    told = {"MsgType": "text", "Content": "TD", "MsgId": "1"}
    assert platform_tells(told, token="somebody else's")[0] == 401
    assert kept(desk.lender_id) == (0, 0, 1)
    assert last_event(desk.lender_id) == "callback.refused"
