"""WeChat official account: template or subscription messages to one person who opted in.

What a message says goes as the named values of the account's own template (`Consignment.parts`);
a person who does not follow the account or has not subscribed is refused as not_opted_in, and
nothing here can reach a group, a friend or a contact. Each call carries the message's id as
client_msg_id, which the platform honours for ten minutes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from forbear.contact.channels import Channel
from forbear.contact.dispatch import Answer, Consignment, Fate, Heard, Link
from forbear_server.gateways.http_client import http_client
from forbear_server.gateways.link_watch import LinkWatch
from forbear_server.gateways.secrets_apart import secret
from forbear_server.gateways.wechat_callbacks import CallbackKeys
from forbear_server.gateways.wechat_tokens import Platform, PlatformUnreachable, error_fate

LONGEST_VALUE = 200


@dataclass(frozen=True, slots=True)
class WechatSettings:
    """One official account. `template_id` is the template whose names `parts` fill."""

    sender: str
    app_id: str
    template_id: str
    app_secret: str = secret()
    callback_token: str = secret(default="")
    callback_aes_key: str = secret(default="")
    kind: Literal["template", "subscription"] = "template"
    page_url: str = ""
    base_url: str = "https://api.weixin.qq.com"
    response_seconds: float = 10.0

    def callback_keys(self) -> CallbackKeys:
        """What the endpoint of ours checks the account's callbacks with."""
        return CallbackKeys(self.callback_token, self.callback_aes_key, self.app_id)


class WechatGateway:
    """An official account as sender; see `forbear.contact.dispatch.Gateway`."""

    channel = Channel.WECHAT
    at_once = 1

    def __init__(self, settings: WechatSettings, *, now: Callable[[], datetime]) -> None:
        self.sender = settings.sender
        self._settings = settings
        self._watch = LinkWatch()
        self._platform = Platform(
            settings.base_url,
            "/cgi-bin/stable_token",
            {
                "grant_type": "client_credential",
                "appid": settings.app_id,
                "secret": settings.app_secret,
            },
            "POST",
            http_client(settings.response_seconds),
        )

    def send(self, batch: Sequence[Consignment], /) -> list[Answer]:
        """One call a message."""
        return [self._send_one(consignment) for consignment in batch]

    def hear(self, /) -> list[Heard]:
        """Nothing: receipts and messages come to our endpoint (`read_callback`)."""
        return []

    def link(self, /) -> Link:
        return self._watch.link()

    def close(self, /) -> None:
        self._platform.client.close()

    def _send_one(self, consignment: Consignment) -> Answer:
        reason = self._obstacle(consignment)
        if reason:
            return Answer(consignment.message_id, Fate.REFUSED, reason=reason)
        is_template = self._settings.kind == "template"
        path = "template/send" if is_template else "subscribe/bizsend"
        try:
            told = self._platform.call(f"/cgi-bin/message/{path}", self._body(consignment))
        except PlatformUnreachable as fault:
            self._watch.failed()
            fate = Fate.UNSURE if fault.may_have_it else Fate.BUSY
            return Answer(consignment.message_id, fate, reason=fault.reason)
        return platform_answer(consignment, told, self._watch, id_field="msgid")

    def _obstacle(self, consignment: Consignment) -> str:
        if consignment.sender != self.sender or consignment.channel is not self.channel:
            return "other_sender"
        if not is_one_person(consignment.address):
            return "address_faulty"
        if not consignment.parts:
            return "parts_missing"
        if any(len(value) > LONGEST_VALUE for _, value in consignment.parts):
            return "text_too_long"
        return ""

    def _body(self, consignment: Consignment) -> dict[str, Any]:
        body: dict[str, Any] = {
            "touser": consignment.address,
            "template_id": self._settings.template_id,
            "data": {name: {"value": value} for name, value in consignment.parts},
        }
        if self._settings.kind == "template":
            body["client_msg_id"] = consignment.message_id.hex
        if self._settings.page_url:
            key = "url" if self._settings.kind == "template" else "page"
            body[key] = self._settings.page_url
        return body


def is_one_person(address: str) -> bool:
    """Whether it is one openid or userid: no list (|), no @all."""
    letters = address.replace("_", "").replace("-", "").replace(".", "").replace("@", "")
    return letters.isascii() and letters.isalnum() and len(address) <= 64 and address[:1] != "@"


def platform_answer(
    consignment: Consignment, told: dict[str, Any], watch: LinkWatch, *, id_field: str
) -> Answer:
    """The platform's answer for the message, and what it says of the link."""
    code = told.get("errcode")
    if code == 0:
        watch.went_well()
        name = str(told.get(id_field) or consignment.message_id)
        return Answer(consignment.message_id, Fate.TAKEN, (name,))
    if not isinstance(code, int):
        return Answer(consignment.message_id, Fate.UNSURE, reason="answer_unreadable")
    fate, reason = error_fate(code)
    if fate is Fate.BUSY:
        watch.was_limited()
    return Answer(consignment.message_id, fate, reason=reason)
