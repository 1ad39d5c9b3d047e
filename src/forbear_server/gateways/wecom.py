"""WeCom (企业微信): a text by a company's application to one member who can see it.

`touser` holds one userid: the interface would take lists, departments and tags, which cannot be
written down here. The platform's own guard against doubles is on for half an hour.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from forbear.contact.channels import Channel
from forbear.contact.dispatch import Answer, Consignment, Fate, Heard, Link
from forbear_server.gateways.http_client import http_client
from forbear_server.gateways.link_watch import LinkWatch
from forbear_server.gateways.secrets_apart import secret
from forbear_server.gateways.wechat import is_one_person, platform_answer
from forbear_server.gateways.wechat_callbacks import CallbackKeys
from forbear_server.gateways.wechat_tokens import Platform, PlatformUnreachable

LONGEST_OCTETS = 2048
DOUBLES_SECONDS = 1800


@dataclass(frozen=True, slots=True)
class WecomSettings:
    """One application of one company. `app_id` is the application's whole number (agentid)."""

    sender: str
    corp_id: str
    app_id: int
    app_secret: str = secret()
    callback_token: str = secret(default="")
    callback_aes_key: str = secret(default="")
    base_url: str = "https://qyapi.weixin.qq.com"
    response_seconds: float = 10.0

    def callback_keys(self) -> CallbackKeys:
        """What the endpoint of ours checks the company's callbacks with."""
        return CallbackKeys(self.callback_token, self.callback_aes_key, self.corp_id)


class WecomGateway:
    """A company's application as sender; see `forbear.contact.dispatch.Gateway`."""

    channel = Channel.WECHAT
    at_once = 1

    def __init__(self, settings: WecomSettings, *, now: Callable[[], datetime]) -> None:
        self.sender = settings.sender
        self._settings = settings
        self._watch = LinkWatch()
        self._platform = Platform(
            settings.base_url,
            "/cgi-bin/gettoken",
            {"corpid": settings.corp_id, "corpsecret": settings.app_secret},
            "GET",
            http_client(settings.response_seconds),
        )

    def send(self, batch: Sequence[Consignment], /) -> list[Answer]:
        """One call a message."""
        return [self._send_one(consignment) for consignment in batch]

    def hear(self, /) -> list[Heard]:
        """Nothing: messages come to our endpoint (`read_callback`)."""
        return []

    def link(self, /) -> Link:
        return self._watch.link()

    def close(self, /) -> None:
        self._platform.client.close()

    def _send_one(self, consignment: Consignment) -> Answer:
        reason = self._obstacle(consignment)
        if reason:
            return Answer(consignment.message_id, Fate.REFUSED, reason=reason)
        body: dict[str, Any] = {
            "touser": consignment.address,
            "msgtype": "text",
            "agentid": self._settings.app_id,
            "text": {"content": consignment.text},
            "safe": 0,
            "enable_duplicate_check": 1,
            "duplicate_check_interval": DOUBLES_SECONDS,
        }
        try:
            told = self._platform.call("/cgi-bin/message/send", body)
        except PlatformUnreachable as fault:
            self._watch.failed()
            fate = Fate.UNSURE if fault.may_have_it else Fate.BUSY
            return Answer(consignment.message_id, fate, reason=fault.reason)
        if told.get("errcode") == 0 and (told.get("invaliduser") or told.get("unlicenseduser")):
            return Answer(consignment.message_id, Fate.REFUSED, reason="not_opted_in")
        return platform_answer(consignment, told, self._watch, id_field="msgid")

    def _obstacle(self, consignment: Consignment) -> str:
        if consignment.sender != self.sender or consignment.channel is not self.channel:
            return "other_sender"
        if not is_one_person(consignment.address) or consignment.address.lower() == "all":
            return "address_faulty"
        if not consignment.text:
            return "text_empty"
        if len(consignment.text.encode()) > LONGEST_OCTETS:
            return "text_too_long"
        return ""
