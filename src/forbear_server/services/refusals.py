"""A refused act changes nothing but the evidence: recorded once, whoever asked, page, program or command."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import transaction

from forbear.primitives.errors import RequestRefused
from forbear_server.selectors.actors import Actor
from forbear_server.services.evidence import append_evidence

P = ParamSpec("P")
R = TypeVar("R")


def refusals_recorded(
    event: str, kind: type[RequestRefused], *, about: str = ""
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Record a service's refusal under `event` with its code, then let it go on.

    The service takes `actor` and `now`; `about` may name one of its arguments: "scorecard:card_uuid".
    Put it outside `transaction.atomic`, so that what was begun is rolled back first.
    """

    def declare(service: Callable[P, R]) -> Callable[P, R]:
        @wraps(service)
        def recording(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return service(*args, **kwargs)
            except kind as refusal:
                told: dict[str, Any] = dict(kwargs)
                _record(event, told["actor"], told["now"], refusal.code, _about(about, told))
                raise

        return recording

    return declare


def _about(about: str, told: dict[str, Any]) -> str:
    thing, _, argument = about.partition(":")
    return f"{thing}:{told[argument]}" if argument in told else ""


@transaction.atomic
def _record(event: str, actor: Actor, now: datetime, code: str, about: str) -> None:
    append_evidence(
        event, now=now, lender_id=actor.lender_id, actor=actor, about=about, body={"code": code}
    )
