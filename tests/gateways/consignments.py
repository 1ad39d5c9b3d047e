"""Permitted messages as the outbox hands them to a gateway, and what a gateway told."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from forbear.compliance.permits import Permit
from forbear.contact.channels import Channel
from forbear.contact.dispatch import Consignment, Gateway, Heard, Link, content_digest

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)  # 10:00 in Beijing
CLOSES_AT = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)  # 22:00 in Beijing
NUMBER = "13800138000"


def now() -> datetime:
    return NOW


def consignment(
    text: str = "您好，本月账单已出，如有困难请告诉我们。",
    *,
    number: int = 1,
    address: str = NUMBER,
    channel: Channel = Channel.SMS,
    sender: str = "city-bank",
    subject: str = "",
    parts: tuple[tuple[str, str], ...] = (),
    language: str = "zh-Hans",
) -> Consignment:
    """A message; `number` makes its id and its reference."""
    permit = Permit(
        permit_id=f"permit-{number}",
        borrower_ref="borrower-1",
        loan_ref=None,
        channel=channel.value,
        address_ref=None,
        content_digest=content_digest(text, subject=subject),
        opens_at=NOW - timedelta(hours=2),
        closes_at=CLOSES_AT,
        rulebooks="demo",
        facts_digest="0" * 64,
    )
    return Consignment(
        message_id=UUID(int=number),
        reference=number,
        permit=permit,
        channel=channel,
        sender=sender,
        address=address,
        text=text,
        subject=subject,
        language=language,
        parts=parts,
    )


def wait_for(holds: Callable[[], bool], *, seconds: float = 8.0) -> None:
    """Until it holds; a wait that runs out fails the test."""
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            raise AssertionError(f"It did not hold within {seconds} s.")
        time.sleep(0.005)


def wait_until_up(gateway: Gateway) -> None:
    wait_for(lambda: gateway.link() is Link.UP)


def hear(gateway: Gateway, count: int) -> list[Heard]:
    """At least `count` events, or a failed test."""
    heard: list[Heard] = []

    def enough() -> bool:
        heard.extend(gateway.hear())
        return len(heard) >= count

    wait_for(enough)
    return heard
