"""Four borrowers with numbers, a planner, and an outbox over a real message centre."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from peers.smsc import Smsc, started_smsc

from forbear.contact.channels import Channel
from forbear_server.gateways.sms import SmppGateway, SmppSettings
from forbear_server.jobs.outbox import OutboxLoop
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.lenders import find_lender
from forbear_server.services.channels import SenderTerms, register_senders
from forbear_server.services.message_drafts import MessageDraft, Queued
from forbear_server.services.messages import queue_messages
from forbear_server.services.persons import Person, record_persons
from forbear_server.store.models import EvidenceEntry, Message, MessageTemplate
from server.conftest import NOW

SENDER = "10690000"
HELLO = (
    "您好，这里是青禾消费金融。如果这段时间手头紧，可以回复我们商量一个能承受的安排。回复 TD 退订。"
)


def approved_template(writer: Actor, approver: Actor, text: str = HELLO) -> MessageTemplate:
    """A template of tone help that somebody else approved."""
    return MessageTemplate.objects.create(
        lender_id=writer.lender_id,
        name="帮助",
        version=1,
        channel="sms",
        purpose="collect",
        tone="help",
        text=text,
        digest="0" * 64,
        state="approved",
        added_by_id=writer.user_id,
        added_at=NOW,
        decided_by_id=approver.user_id,
        decided_at=NOW,
    )


class Moment:
    """A clock that stands until it is moved."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


def people(lender_id: int, count: int = 4) -> None:
    """Borrowers B-0 … with a number and a known place."""
    record_persons(
        lender_id=lender_id,
        persons=[
            Person(f"B-{n}", name="林小满", phone=f"1990000{n:04}", time_zone="Asia/Shanghai")
            for n in range(count)
        ],
    )


def sms_sender(lender_id: int, *, rate: float = 1000) -> int:
    terms = [SenderTerms("sms", SENDER, "smpp", rate)]
    return register_senders(lender_id=lender_id, terms=terms)[SENDER]


def draft(borrower: str = "B-0", *, key: str = "", **changes: Any) -> MessageDraft:
    told: dict[str, Any] = {
        "borrower_ref": borrower,
        "channel": Channel.SMS,
        "text": HELLO,
        "idempotency_key": key or f"key-of-{borrower}",
        "was_read_by_person": True,
    }
    return MessageDraft(**{**told, **changes})


def queue(actor: Actor, *drafts: MessageDraft, now: datetime = NOW) -> list[Queued]:
    return queue_messages(actor=actor, drafts=drafts, now=now)


@contextmanager
def sms_loop(sender_id: int, clock: Moment, **centre: Any) -> Iterator[tuple[OutboxLoop, Smsc]]:
    """An outbox loop to be stepped by hand, and the message centre it is bound to."""
    with started_smsc(**{"senders": [SENDER], "receipt_after_ms": [1, 5], **centre}) as smsc:
        settings = SmppSettings(
            sender=SENDER,
            source=SENDER,
            host="127.0.0.1",
            port=smsc.port,
            system_id="app",
            password="secret",
            response_seconds=2.0,
            reconnect_first_seconds=0.1,
        )
        loop = OutboxLoop(
            lender=find_lender("qinghe"),
            sender_id=sender_id,
            address_kind="phone",
            gateway=SmppGateway(settings, now=clock),
            clock=clock,
            stop=threading.Event(),
        )
        try:
            yield loop, smsc
        finally:
            loop.gateway.close()


def step_until(loop: OutboxLoop, done: Any, *, seconds: float = 8) -> None:
    """Step the loop until something is true; fails with the states it saw."""
    waited = threading.Event()
    for _ in range(int(seconds * 50)):
        loop.step()
        if done():
            return
        waited.wait(0.02)
    raise AssertionError(f"still {states()}")


def states() -> dict[str, int]:
    found: dict[str, int] = {}
    for state in Message.objects.values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


def events(about: str = "") -> list[str]:
    """Names of entries in their order."""
    rows = EvidenceEntry.objects.order_by("id")
    return list((rows.filter(about=about) if about else rows).values_list("name", flat=True))
