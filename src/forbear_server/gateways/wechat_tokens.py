"""Calls to the HTTP interfaces of WeChat and WeCom: access tokens kept, error codes read.

A token is kept until shortly before it runs out and fetched anew once when the platform calls it
invalid (40001, 40014, 42001): another process may have fetched one, which ends ours. What an
error code means for a message is decided here, for both platforms.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx

from forbear.contact.dispatch import Fate

TOKEN_INVALID = frozenset({40001, 40014, 42001})
EARLY_SECONDS = 300
_BUSY = {
    -1: "system_busy", 45009: "rate_limited", 45011: "rate_limited", 45047: "rate_limited",
    45033: "rate_limited", 43108: "rate_limited", 48004: "interface_blocked", 6000: "rate_limited",
}  # fmt: skip
_NOT_OPTED_IN = frozenset({43004, 43101, 43019, 45015, 84061, 50003})


class PlatformUnreachable(Exception):
    """No answer; `may_have_it` says whether the call may have arrived all the same."""

    def __init__(self, *, may_have_it: bool, reason: str) -> None:
        super().__init__(reason)
        self.may_have_it, self.reason = may_have_it, reason


@dataclass(slots=True)
class Platform:
    """One account's access to the platform.

    The token is asked for by POST (official accounts: the stable token, which several processes
    share without ending each other's) or GET (WeCom).
    """

    base_url: str
    token_path: str
    credentials: Mapping[str, str] = field(repr=False)
    asks_by: Literal["GET", "POST"]
    client: httpx.Client
    _token: str = field(default="", repr=False)
    _good_until: float = 0.0

    def call(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The platform's answer, with one fresh token if it calls ours invalid."""
        told = self._post(path, body)
        if told.get("errcode") in TOKEN_INVALID:
            self._good_until = 0.0
            told = self._post(path, body)
        return told

    def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        token = self._access_token()
        return self._ask("POST", path, {"access_token": token}, body, is_sending=True)

    def _access_token(self) -> str:
        if time.monotonic() < self._good_until:
            return self._token
        query: Mapping[str, str] = self.credentials
        body: Mapping[str, str] | None = None
        if self.asks_by == "POST":
            query, body = {}, self.credentials
        told = self._ask(self.asks_by, self.token_path, query, body, is_sending=False)
        token, seconds = told.get("access_token"), told.get("expires_in")
        if not isinstance(token, str) or not isinstance(seconds, int):
            code = told.get("errcode")
            raise PlatformUnreachable(may_have_it=False, reason=f"token_{code}")
        self._token = token
        self._good_until = time.monotonic() + max(seconds - EARLY_SECONDS, seconds / 2)
        return token

    def _ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: Mapping[str, Any] | None,
        *,
        is_sending: bool,
    ) -> dict[str, Any]:
        try:
            response = self.client.request(
                method, f"{self.base_url}{path}", params=dict(query), json=body
            )
        except (httpx.ConnectError, httpx.ConnectTimeout):
            raise PlatformUnreachable(may_have_it=False, reason="unreachable") from None
        except httpx.HTTPError:
            raise PlatformUnreachable(may_have_it=is_sending, reason="no_answer") from None
        if response.status_code != httpx.codes.OK:
            reason = f"http_{response.status_code}"
            may_have_it = is_sending and response.status_code >= 500
            raise PlatformUnreachable(may_have_it=may_have_it, reason=reason)
        try:
            told = response.json()
        except ValueError:
            told = None
        if not isinstance(told, dict):
            raise PlatformUnreachable(may_have_it=is_sending, reason="answer_unreadable")
        return told


def error_fate(code: int) -> tuple[Fate, str]:
    """What an error code other than 0 means for the message, and its reason.

    >>> error_fate(43101), error_fate(45009)
    ((<Fate.REFUSED: 'refused'>, 'not_opted_in'), (<Fate.BUSY: 'busy'>, 'rate_limited'))
    """
    if code in _NOT_OPTED_IN:
        return Fate.REFUSED, "not_opted_in"
    if code in _BUSY:
        return Fate.BUSY, _BUSY[code]
    if code in TOKEN_INVALID:
        return Fate.BUSY, "token_refused"
    return Fate.REFUSED, f"errcode_{code}"
