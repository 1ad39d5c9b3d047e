"""A lender's own gateway behind our webhook: a fake that keeps the promises the contract asks for.

It checks the signature by its own few lines, takes an id once, and answers as it is told to.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from peers.serving import Request, Response, served, told


@dataclass(slots=True)
class LenderGateway:
    """`script` holds the next answers: a status, or `hang_up_before`, `hang_up_after` taking."""

    signing_secret: str
    url: str = ""
    script: list[int | str] = field(default_factory=list)
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def answer(self, request: Request) -> Response:
        name, seconds = request.headers["webhook-id"], request.headers["webhook-timestamp"]
        key = base64.b64decode(self.signing_secret.removeprefix("whsec_"))
        signed = b".".join((name.encode(), seconds.encode(), request.body))
        mine = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
        if request.headers["webhook-signature"] != f"v1,{mine}":
            return told({"reason": "signature"}, 401)
        self.calls.append(name)
        step = self.script.pop(0) if self.script else 202
        if step == "hang_up_before":
            return Response(hangs_up=True)
        if isinstance(step, int) and step >= 300:
            headers = (("retry-after", "7"),) if step == 429 else ()
            return Response(step, b'{"reason": "number_unknown"}', headers)
        self.taken.setdefault(name, json.loads(request.body)["data"])
        if step == "hang_up_after":
            return Response(hangs_up=True)
        return told({"id": f"L-{list(self.taken).index(name) + 1}"}, 202)


@contextmanager
def started_lender_gateway(signing_secret: str) -> Iterator[LenderGateway]:
    gateway = LenderGateway(signing_secret)
    with served(gateway.answer) as url:
        gateway.url = url
        yield gateway
