"""A telephone system of the tests' own, and calls begun on the small desk.

`SilentPhones` follows the contract of a provider and dials nothing; real calls are in
tests/gateways/test_baresip.py and test_voice_loop.py.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from forbear.contact.calls import CallEvent, CallOrder, CallRefused, LineEvent, Silence
from forbear_server.jobs.voice import VoiceLoop
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.lenders import find_lender
from forbear_server.services.call_closing import Told, close_call
from forbear_server.services.calls import CallAnswer, CallAsked, begin_call, record_line_event
from forbear_server.services.channels import SenderTerms, register_senders
from forbear_server.services.persons import Person, record_persons
from forbear_server.store.models import Borrower, Call, Run, WorklistItem
from server.conftest import NOW
from server.outbox import Moment

PHONES = "calls"


@dataclass
class SilentPhones:
    """Takes orders and tells what it is given to tell."""

    name: str = PHONES
    is_recording: bool = True
    refuses: bool = False
    orders: list[CallOrder] = field(default_factory=list)
    ended: list[tuple[str, str]] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)
    to_tell: list[CallEvent] = field(default_factory=list)
    silenced: list[tuple[str, Silence, bool]] = field(default_factory=list)

    def can_record(self, /) -> bool:
        return self.is_recording

    def place(self, order: CallOrder, /) -> str:
        if self.refuses:
            raise CallRefused("No line is free.")
        self.orders.append(order)
        return str(order.call_id)

    def hang_up(self, provider_call_id: str, /, *, reason: str) -> None:
        self.ended.append((provider_call_id, reason))
        self.to_tell.append(line_event(provider_call_id, LineEvent.ENDED, NOW, reason=reason))

    def warn(self, provider_call_id: str, /) -> None:
        self.warned.append(provider_call_id)

    def silence(self, provider_call_id: str, silence: Silence, /, *, is_on: bool) -> None:
        self.silenced.append((provider_call_id, silence, is_on))

    def events(self, /) -> list[CallEvent]:
        told, self.to_tell = self.to_tell, []
        return told

    def close(self, /) -> None:
        return


def on_the_list(lender_id: int) -> None:
    """B-1 and B-2 with a number and a known place, on today's list of whoever looks."""
    record_persons(
        lender_id=lender_id,
        persons=[
            Person(f"B-{n}", name="林小满", phone=f"1990000023{n}", time_zone="Asia/Shanghai")
            for n in (1, 2)
        ],
    )
    run = Run.objects.create(
        lender_id=lender_id, business_date=NOW.date(), state="finished", seed=1
    )
    for n in (1, 2):
        WorklistItem.objects.create(
            lender_id=lender_id,
            run=run,
            business_date=NOW.date(),
            borrower=Borrower.objects.get(ref=f"B-{n}"),
            rank=n,
            action="call",
            days_past_due=37,
            bucket="M2",
            arrears_minor=209440,
            outstanding_minor=894640,
            currency="CNY",
            verdict="allowed",
        )


def phones_of(lender_id: int) -> int:
    terms = [SenderTerms("voice_interactive", PHONES, "baresip", 1.0)]
    return register_senders(lender_id=lender_id, terms=terms)[PHONES]


def loop_with(lender_id: int, phones: Any, clock: Moment) -> VoiceLoop:
    """A loop to be stepped by hand."""
    return VoiceLoop(
        lender=find_lender("qinghe"),
        sender_id=phones_of(lender_id),
        provider=phones,
        clock=clock,
        stop=threading.Event(),
    )


def asked(ref: str = "B-1", **changes: Any) -> CallAsked:
    told: dict[str, Any] = {
        "borrower_ref": ref,
        "provider": PHONES,
        "collector_line": "wang.min",
        "can_record": True,
        "idempotency_key": f"key-of-{ref}",
    }
    return CallAsked(**{**told, **changes})


def begun(actor: Actor, ref: str = "B-1", now: datetime = NOW, **changes: Any) -> CallAnswer:
    return begin_call(actor=actor, asked=asked(ref, **changes), now=now)


def line_event(
    name: str, kind: LineEvent, at: datetime = NOW, *, reason: str = "", path: str = ""
) -> CallEvent:
    return CallEvent(f"{name}:{kind.value}:{reason}", name, kind, at, reason, path)


def tell(
    lender_id: int, call: UUID, *kinds: LineEvent, at: datetime = NOW, reason: str = ""
) -> None:
    """The line tells these things of a call that was placed."""
    Call.objects.filter(pk=call, provider_call_id="").update(provider_call_id=str(call))
    for kind in kinds:
        event = line_event(str(call), kind, at, reason=reason)
        record_line_event(lender_id=lender_id, provider=PHONES, event=event, now=at)


def close(
    actor: Actor, call: UUID, code: str, note: str = "", at: datetime = NOW, **more: Any
) -> None:
    """The collector closes their call."""
    close_call(actor=actor, call_id=call, told=Told(code=code, note=note, **more), now=at)
