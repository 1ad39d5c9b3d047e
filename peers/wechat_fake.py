"""A fake of WeChat and WeCom: the part of their documented HTTP interface that our gateways use.

It is a fake: it shows that we keep to the documents as we read them, not that the platform would
agree. It hands out tokens that end, knows who follows the account, and makes callbacks encrypted
and signed by its own lines (not those of the gateway).
"""

import base64
import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from peers.serving import Request, Response, served, told

APP_ID, APP_SECRET = "wx0123456789abcdef", "fake-app-secret"
CORP_ID, CORP_SECRET, AGENT_ID = "ww0123456789abcdef", "fake-corp-secret", 1000002
TOKEN, AES_KEY = "fakecallbacktoken", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
TEMPLATE_ID = "fake-template-1"


@dataclass(slots=True)
class WechatFake:
    """`script` holds the next answers to sends: an errcode, `hang_up_before` or `hang_up_after`."""

    url: str = ""
    followers: set[str] = field(default_factory=lambda: {"openid-lin", "lin"})
    script: list[int | str] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    tokens_given: int = 0
    token_seconds: int = 7200
    _valid: set[str] = field(default_factory=set)

    def end_tokens(self) -> None:
        """Every token handed out so far is invalid now."""
        self._valid.clear()

    def answer(self, request: Request) -> Response:
        if request.path == "/cgi-bin/stable_token" and request.method == "POST":
            asked = json.loads(request.body)
            return self._token((asked.get("appid"), asked.get("secret")) == (APP_ID, APP_SECRET))
        if request.path == "/cgi-bin/gettoken" and request.method == "GET":
            asked = request.query
            is_known = (asked.get("corpid"), asked.get("corpsecret")) == (CORP_ID, CORP_SECRET)
            return self._token(is_known)
        sends = {
            "/cgi-bin/message/template/send": self._official,
            "/cgi-bin/message/subscribe/bizsend": self._official,
            "/cgi-bin/message/send": self._company,
        }
        if request.path not in sends or request.method != "POST":
            return told({}, 404)
        if request.query.get("access_token") not in self._valid:
            return told({"errcode": 42001, "errmsg": "access_token expired"})
        step = self.script.pop(0) if self.script else 0
        if step == "hang_up_before":
            return Response(hangs_up=True)
        if isinstance(step, int) and step:
            return told({"errcode": step, "errmsg": "as the script says"})
        result = sends[request.path](json.loads(request.body))
        return Response(hangs_up=True) if step == "hang_up_after" else told(result)

    def _token(self, is_known: bool) -> Response:
        if not is_known:
            return told({"errcode": 40001, "errmsg": "invalid credential"})
        self.tokens_given += 1
        token = f"token-{self.tokens_given}"
        self._valid.add(token)
        return told({"access_token": token, "expires_in": self.token_seconds})

    def _official(self, body: dict[str, Any]) -> dict[str, Any]:
        if body["touser"] not in self.followers:
            return {"errcode": 43004, "errmsg": "require subscribe"}
        if body["template_id"] != TEMPLATE_ID:
            return {"errcode": 40037, "errmsg": "invalid template_id"}
        known = [m.get("client_msg_id") for m in self.sent]
        if body.get("client_msg_id") is None or body["client_msg_id"] not in known:
            self.sent.append(body)
        return {"errcode": 0, "errmsg": "ok", "msgid": 200000 + len(self.sent)}

    def _company(self, body: dict[str, Any]) -> dict[str, Any]:
        if body["touser"] not in self.followers:
            return {"errcode": 0, "errmsg": "ok", "invaliduser": body["touser"], "msgid": ""}
        self.sent.append(body)
        return {"errcode": 0, "errmsg": "ok", "invaliduser": "", "msgid": f"m-{len(self.sent)}"}


@contextmanager
def started_wechat_fake() -> Iterator[WechatFake]:
    fake = WechatFake()
    with served(fake.answer) as url:
        fake.url = url
        yield fake


def callback(
    fields: dict[str, str], *, at: int, receiver: str = APP_ID, token: str = TOKEN
) -> tuple[dict[str, str], bytes]:
    """Query and body of a callback that tells `fields`, signed at the second `at`."""
    values = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in fields.items())
    ciphertext = _encrypted(f"<xml>{values}</xml>".encode(), receiver)
    query = _signed(at, token, ciphertext)
    body = (
        f"<xml><ToUserName><![CDATA[{receiver}]]></ToUserName>"
        f"<Encrypt><![CDATA[{ciphertext}]]></Encrypt></xml>"
    )
    return query, body.encode()


def echo_call(*, at: int, receiver: str | None, token: str = TOKEN) -> dict[str, str]:
    """The query of the first call to an address; a company's (with receiver) is encrypted."""
    if receiver is not None:
        echo = _encrypted(b"4711", receiver)
        return {**_signed(at, token, echo), "echostr": echo}
    query = _signed(at, token)
    return {**query, "signature": query.pop("msg_signature"), "echostr": "4711"}


def post_callback(address: str, fields: dict[str, str], *, receiver: str = APP_ID) -> int:
    """Tell our endpoint as the platform would; its status comes back."""
    query, body = callback(fields, at=int(time.time()), receiver=receiver)
    answer = httpx.post(f"{address}?{urlencode(query)}", content=body, trust_env=False)
    return answer.status_code


def _signed(at: int, token: str, *ciphertext: str) -> dict[str, str]:
    nonce = os.urandom(5).hex()
    parts = sorted([token, str(at), nonce, *ciphertext])
    digest = hashlib.sha1("".join(parts).encode(), usedforsecurity=False).hexdigest()
    return {"msg_signature": digest, "timestamp": str(at), "nonce": nonce}


def _encrypted(text: bytes, receiver: str) -> str:
    padder = PKCS7(256).padder()
    whole = os.urandom(16) + len(text).to_bytes(4, "big") + text + receiver.encode()
    padded = padder.update(whole) + padder.finalize()
    key = base64.b64decode(AES_KEY + "=")
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()
