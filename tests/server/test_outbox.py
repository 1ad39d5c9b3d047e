"""From the plan to the receipt over a real message centre, and everything that may not happen."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from peers.smsc import why_no_smsc

from forbear.contact.channels import Channel
from forbear.contact.dispatch import (
    Answer,
    Consignment,
    Fate,
    Heard,
    Inbound,
    Link,
    Receipt,
    ReceiptStatus,
)
from forbear_server.jobs.outbox import OutboxLoop
from forbear_server.selectors.actors import Actor, Role
from forbear_server.selectors.lenders import find_lender
from forbear_server.selectors.outbox import find_outbox
from forbear_server.services.channels import ChannelRefused, resume_channel, stop_channel
from forbear_server.services.inbound import record_inbound
from forbear_server.services.message_drafts import Refusal
from forbear_server.services.outbox import (
    Worker,
    begin_sending,
    claim,
    recover_lapsed,
    release_claimed,
)
from forbear_server.services.persons import Person, record_persons
from forbear_server.services.receipts import (
    ResolutionRefused,
    StatementLine,
    record_receipts,
    resolve_message,
    settle_by_statement,
)
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import (
    ChannelReceipt,
    ContactPreference,
    EvidenceEntry,
    InboundMessage,
    Message,
    PermitRequest,
)
from server.conftest import NOW
from server.outbox import (
    HELLO,
    SENDER,
    Moment,
    draft,
    events,
    people,
    queue,
    sms_loop,
    sms_sender,
    states,
    step_until,
)

pytestmark = pytest.mark.django_db
needs_smsc = pytest.mark.skipif(why_no_smsc() is not None, reason=why_no_smsc() or "")
NIGHT = NOW.replace(hour=22, minute=30)


@pytest.fixture
def planner(qinghe: int, make_actor: Callable[..., Actor]) -> Iterator[Actor]:
    actor = make_actor("planner", Role.COMPLIANCE)
    with lender_scope(qinghe):
        people(qinghe)
        sms_sender(qinghe)
        yield actor


@pytest.fixture
def admin(planner: Actor, make_actor: Callable[..., Actor]) -> Actor:
    return make_actor("the.admin", Role.ADMIN)


def worker(sender_id: int = 0, *, name: str = "w1") -> Worker:
    found = sender_id or Message.objects.values_list("sender_id", flat=True)[0]
    return Worker(name, find_lender("qinghe"), found)


@needs_smsc
def test_a_message_goes_from_the_plan_to_the_receipt_and_the_answer_stops_the_next(
    planner: Actor,
) -> None:
    clock, sender_id = Moment(), sms_sender(planner.lender_id)
    first = queue(planner, draft(key="first-one"))[0]
    later = queue(planner, draft(key="second-one", send_at=NOW + timedelta(minutes=5)))[0]
    with sms_loop(sender_id, clock) as (loop, smsc):
        step_until(loop, lambda: Message.objects.filter(delivery="delivered").exists())
        smsc.reply(number="8619900000000", to=SENDER, text="别再发了，退订")
        step_until(loop, lambda: InboundMessage.objects.exists())
        clock.move(minutes=6)
        loop.step()
    row = Message.objects.get(pk=first.message_id)
    assert (row.state, row.delivery, row.permit.outcome) == ("done", "delivered", "delivered")
    assert Message.objects.get(pk=later.message_id).state == "cancelled"
    assert ContactPreference.objects.get().source == "inbound"
    assert events(f"permit:{row.permit_id}") == ["contact.permitted", "permit.used"]
    assert events(f"message:{row.pk}") == ["message.queued", "message.sent", "message.delivered"]
    assert "consent.given" in events()
    assert events(f"message:{later.message_id}") == ["message.queued", "message.cancelled"]


def test_at_night_nothing_is_queued_and_the_refusal_is_recorded(planner: Actor) -> None:
    answer = queue(planner, draft(), now=NIGHT)[0]
    assert (answer.refusal, answer.message_id) == (Refusal.REFUSED_BY_RULE, None)
    assert answer.next_permitted_at == NOW.replace(hour=8, minute=0) + timedelta(days=1)
    assert Message.objects.count() == 0
    assert events()[-1] == "contact.refused"


def test_what_may_wait_is_queued_for_the_morning(planner: Actor) -> None:
    morning = NOW.replace(hour=8, minute=0) + timedelta(days=1)
    answer = queue(planner, draft(wait_until=morning), now=NIGHT)[0]
    row = Message.objects.get(pk=answer.message_id)
    assert (row.send_from, row.permit.opens_at) == (morning, morning)
    assert row.send_until == NOW.replace(hour=22, minute=0) + timedelta(days=1)
    assert claim(worker=worker(), most=10, now=NIGHT) == []


def test_a_threat_is_not_queued_whoever_read_it(planner: Actor) -> None:
    answer = queue(planner, draft(text="不还就告诉你单位"))[0]
    assert answer.refusal is Refusal.WORDING_BLOCKED
    assert "third_party" in {finding.kind.value for finding in answer.findings}
    assert (Message.objects.count(), PermitRequest.objects.count()) == (0, 0)
    assert events()[-1] == "message.refused"


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"borrower_ref": "B-99"}, Refusal.BORROWER_UNKNOWN),
        ({"channel": Channel.VOICE_INTERACTIVE}, Refusal.CHANNEL_UNSUITED),
        ({"channel": Channel.MAIL}, Refusal.SENDER_UNKNOWN),
        ({"sender": "10699999"}, Refusal.SENDER_UNKNOWN),
        ({"text": "  "}, Refusal.TEXT_FAULTY),
        ({"text": "好" * 5000}, Refusal.TEXT_FAULTY),
        ({"text": HELLO + "\ud83d"}, Refusal.TEXT_FAULTY),
        ({"text": HELLO + "\x00"}, Refusal.TEXT_FAULTY),
    ],
)
def test_bad_drafts_are_refused_and_leave_nothing(
    planner: Actor, changes: dict[str, object], refusal: Refusal
) -> None:
    answer = queue(planner, draft(**{"key": "bad-draft", **changes}))[0]  # type: ignore[arg-type]
    assert answer.refusal is refusal
    assert (Message.objects.count(), PermitRequest.objects.count()) == (0, 0)


def test_a_number_no_channel_reaches_is_no_address(planner: Actor, qinghe: int) -> None:
    fixed_line = Person("B-fixed", phone="010-62770000", time_zone="Asia/Shanghai")
    record_persons(lender_id=qinghe, persons=[fixed_line])
    assert queue(planner, draft("B-fixed"))[0].refusal is Refusal.ADDRESS_MISSING
    assert Message.objects.count() == 0


def test_the_same_key_gets_the_first_answer_and_another_text_under_it_is_refused(
    planner: Actor,
) -> None:
    first = queue(planner, draft())[0]
    again = queue(planner, draft())[0]
    other = queue(planner, draft(text=HELLO + "谢谢。"))[0]
    assert again.message_id == first.message_id
    assert (other.refusal, Message.objects.count()) == (Refusal.KEY_REUSED, 1)


def test_no_more_leaves_in_an_instant_than_the_rate_allows(planner: Actor) -> None:
    sender_id = sms_sender(planner.lender_id, rate=2)
    queue(planner, *(draft(f"B-{n}") for n in range(4)))
    assert len(claim(worker=worker(sender_id), most=10, now=NOW)) == 2
    assert claim(worker=worker(sender_id), most=10, now=NOW) == []
    assert len(claim(worker=worker(sender_id), most=10, now=NOW + timedelta(seconds=1))) == 2


def test_the_urgent_leave_first_and_two_workers_never_claim_the_same(planner: Actor) -> None:
    queue(planner, draft("B-0", priority=5), draft("B-1", priority=1), draft("B-2", priority=3))
    first = claim(worker=worker(), most=2, now=NOW)
    second = claim(worker=worker(name="w2"), most=2, now=NOW)
    refs = dict(Message.objects.values_list("pk", "borrower__ref"))
    assert [sorted(refs[one] for one in batch) for batch in (first, second)] == [
        ["B-1", "B-2"],
        ["B-0"],
    ]


def test_an_opt_out_between_claim_and_sending_cancels_the_message(planner: Actor) -> None:
    queue(planner, draft())
    claimed = claim(worker=worker(), most=10, now=NOW)
    heard(planner, "TD")
    assert begin_sending(worker=worker(), claimed=claimed, now=NOW) == []
    row = Message.objects.get()
    assert (row.state, row.reason, row.permit.state) == ("cancelled", "channel_opt_out", "lapsed")


def heard(planner: Actor, text: str, *, id_: str = "in-1", number: str = "+8619900000000") -> None:
    record_inbound(
        lender=find_lender("qinghe"),
        sender_id=sms_sender(planner.lender_id),
        kind="phone",
        event=Inbound(SENDER, id_, number, text, NOW),
        now=NOW,
    )


def test_after_an_opt_out_the_gate_refuses_the_channel_and_only_it(planner: Actor) -> None:
    heard(planner, "退订")
    answer = queue(planner, draft())[0]
    assert answer.refusal is Refusal.REFUSED_BY_RULE
    assert ("POLICY-OPTED-OUT", "channel_opted_out") in answer.grounds
    assert queue(planner, draft("B-1"))[0].refusal is None


def test_an_inbound_message_told_twice_is_kept_once(planner: Actor) -> None:
    heard(planner, "我周日发工资就还")
    heard(planner, "我周日发工资就还")
    row = InboundMessage.objects.get()
    assert row.intents[0] == {"code": "will_pay_on", "on": "2026-11-22"}
    assert (row.opted_out, ContactPreference.objects.count()) == ("", 0)


def test_stop_words_of_a_number_nobody_knows_are_kept_for_a_person(planner: Actor) -> None:
    heard(planner, "TD", number="+8613700001234")
    row = InboundMessage.objects.get()
    assert (row.borrower, row.opted_out) == (None, "channel")
    assert ContactPreference.objects.count() == 0
    assert find_outbox(planner, now=NOW).unknown_replies == 1


def test_a_worker_that_died_while_claiming_gives_back_one_that_died_sending_leaves_a_doubt(
    planner: Actor,
) -> None:
    queue(planner, draft("B-0"), draft("B-1"))
    claimed = claim(worker=worker(), most=1, now=NOW)
    begin_sending(worker=worker(), claimed=claimed, now=NOW)
    claim(worker=worker(), most=1, now=NOW)
    late = NOW + timedelta(seconds=61)
    assert recover_lapsed(lender_id=planner.lender_id, now=late) == (1, 1)
    assert states() == {"in_doubt": 1, "queued": 1}
    again = claim(worker=worker(name="w2"), most=10, now=late)
    assert [row.state for row in Message.objects.filter(pk__in=again)] == ["claimed"]
    assert states() == {"in_doubt": 1, "claimed": 1}


def in_doubt(planner: Actor) -> Message:
    queue(planner, draft())
    claimed = claim(worker=worker(), most=1, now=NOW)
    begin_sending(worker=worker(), claimed=claimed, now=NOW)
    recover_lapsed(lender_id=planner.lender_id, now=NOW + timedelta(seconds=61))
    return Message.objects.get()


def receipt(row: Message, **changes: object) -> Receipt:
    told: dict[str, object] = {
        "sender": SENDER,
        "channel_id": "smsc-1",
        "status": ReceiptStatus.DELIVERED,
        "at": NOW,
        "reference": row.reference,
        "address": "+8619900000000",
    }
    return Receipt(**{**told, **changes})  # type: ignore[arg-type]


def told(planner: Actor, *receipts: Receipt) -> int:
    return record_receipts(
        sender_id=sms_sender(planner.lender_id), kind="phone", receipts=receipts, now=NOW
    )


def test_the_receipt_with_our_reference_closes_the_doubt(planner: Actor) -> None:
    row = in_doubt(planner)
    assert told(planner, receipt(row)) == 1
    row.refresh_from_db()
    assert (row.state, row.reason, row.delivery) == ("done", "by_receipt", "delivered")
    assert events(f"message:{row.pk}")[-2:] == ["message.resolved", "message.delivered"]


def test_a_receipt_with_another_reference_or_number_closes_nothing(planner: Actor) -> None:
    row = in_doubt(planner)
    wrong = row.reference % 65535 + 1
    told(
        planner,
        receipt(row, reference=wrong),
        receipt(row, channel_id="x", address="+8613700001234"),
    )
    row.refresh_from_db()
    assert (row.state, ChannelReceipt.objects.filter(message__isnull=True).count()) == (
        "in_doubt",
        2,
    )


def test_a_replayed_receipt_counts_once_and_one_of_an_unknown_id_is_kept(planner: Actor) -> None:
    row = in_doubt(planner)
    told(planner, receipt(row))
    entries = EvidenceEntry.objects.count()
    assert told(planner, receipt(row)) == 0
    assert EvidenceEntry.objects.count() == entries
    assert told(planner, receipt(row, channel_id="stranger", reference=None, address="")) == 1
    assert ChannelReceipt.objects.get(channel_id="stranger").message is None
    assert events()[-1] == "receipt.unmatched"


def test_the_statement_settles_what_no_receipt_did(planner: Actor, admin: Actor) -> None:
    row = in_doubt(planner)
    listed = [StatementLine("smsc-9", row.reference, "+8619900000000")]
    settled = settle_by_statement(
        actor=admin,
        sender_id=row.sender_id,
        lines=listed,
        complete_until=NOW + timedelta(minutes=5),
        now=NOW,
    )
    row.refresh_from_db()
    assert (settled, row.state, row.reason) == ((1, 0), "done", "by_statement")


def test_not_on_the_statement_means_dead_and_its_contact_does_not_count(
    planner: Actor, admin: Actor
) -> None:
    row = in_doubt(planner)
    early = settle_by_statement(
        actor=admin, sender_id=row.sender_id, lines=[], complete_until=NOW, now=NOW
    )
    assert early == (0, 0)
    settle_by_statement(
        actor=admin,
        sender_id=row.sender_id,
        lines=[],
        complete_until=NOW + timedelta(minutes=5),
        now=NOW,
    )
    row.refresh_from_db()
    assert (row.state, row.reason, row.permit.outcome) == ("dead", "never_taken", "undelivered")


def test_only_an_administrator_with_a_reason_settles_a_doubt(planner: Actor, admin: Actor) -> None:
    row = in_doubt(planner)
    for actor, reason in ((planner, "asked the operator"), (admin, " ")):
        with pytest.raises(ResolutionRefused):
            resolve_message(actor=actor, message_id=row.pk, was_taken=True, reason=reason, now=NOW)
    assert states() == {"in_doubt": 1}
    resolve_message(actor=admin, message_id=row.pk, was_taken=True, reason="operator", now=NOW)
    assert (states(), events()[-1]) == ({"done": 1}, "message.resolved")
    with pytest.raises(ResolutionRefused):
        resolve_message(actor=admin, message_id=row.pk, was_taken=False, reason="no", now=NOW)


def test_the_database_lets_no_ended_message_go_out_again(planner: Actor) -> None:
    row = in_doubt(planner)
    for state in ("queued", "claimed", "sending"):
        with pytest.raises(DatabaseError), transaction.atomic():
            Message.objects.filter(pk=row.pk).update(state=state, worker="w", lease_until=NOW)
    assert states() == {"in_doubt": 1}


def test_a_stopped_channel_claims_nothing_until_it_is_resumed(planner: Actor, admin: Actor) -> None:
    queue(planner, draft())
    sender_id = sms_sender(planner.lender_id)
    with pytest.raises(ChannelRefused):
        stop_channel(actor=planner, sender_id=sender_id, reason="test", now=NOW)
    stop_channel(actor=admin, sender_id=sender_id, reason="complaints", now=NOW)
    assert claim(worker=worker(), most=10, now=NOW) == []
    assert queue(planner, draft("B-1"))[0].refusal is Refusal.SENDER_STOPPED
    resume_channel(actor=admin, sender_id=sender_id, reason="looked into", now=NOW)
    assert len(claim(worker=worker(), most=10, now=NOW)) == 1


def test_what_nobody_sent_in_its_window_is_cancelled(planner: Actor) -> None:
    queue(planner, draft())
    assert claim(worker=worker(), most=10, now=NIGHT) == []
    assert Message.objects.get().reason == "window_over"


@pytest.mark.parametrize(("seconds_left", "state"), [(5, "cancelled"), (6, "claimed")])
def test_what_could_leave_after_its_window_does_not_begin(
    planner: Actor, seconds_left: int, state: str
) -> None:
    """The gate is asked for a batch: its last message leaves a little after the answer."""
    queue(planner, draft())
    closes = Message.objects.get().send_until
    claim(worker=worker(), most=10, now=closes - timedelta(seconds=seconds_left))
    assert states() == {state: 1}


def test_what_was_claimed_in_time_and_begins_too_late_does_not_begin(planner: Actor) -> None:
    queue(planner, draft())
    closes = Message.objects.get().send_until
    claimed = claim(worker=worker(), most=10, now=closes - timedelta(seconds=6))
    late = closes - timedelta(seconds=5)
    assert begin_sending(worker=worker(), claimed=claimed, now=late) == []
    assert states() == {"cancelled": 1}
    assert Message.objects.get().reason == "window_over"
    assert PermitRequest.objects.get().state == "lapsed"


class OneByOne:
    """A channel that takes each message by itself."""

    channel, sender, at_once = Channel.SMS, SENDER, 1

    def __init__(self) -> None:
        self.taken: list[str] = []

    def send(self, batch: Sequence[Consignment], /) -> list[Answer]:
        self.taken += [one.address for one in batch]
        return [Answer(one.message_id, Fate.TAKEN, (f"c-{one.reference}",)) for one in batch]

    def hear(self, /) -> list[Heard]:
        return []

    def link(self, /) -> Link:
        return Link.UP

    def close(self, /) -> None:
        pass


def test_what_a_slow_channel_has_not_begun_in_time_goes_back_where_a_stop_reaches_it(
    planner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue(planner, *(draft(f"B-{n}") for n in range(3)))
    channel = OneByOne()
    loop = OutboxLoop(
        lender=find_lender("qinghe"),
        sender_id=sms_sender(planner.lender_id),
        address_kind="phone",
        gateway=channel,
        clock=lambda: NOW,
        stop=threading.Event(),
    )
    monkeypatch.setattr("forbear_server.jobs.outbox.HANDED_OVER_WITHIN", timedelta(0))
    assert loop.send_due() == 3
    assert (len(channel.taken), states()) == (1, {"done": 1, "queued": 2})
    monkeypatch.undo()
    assert loop.send_due() == 2
    assert (len(set(channel.taken)), states()) == (3, {"done": 3})


def test_a_second_message_to_one_person_waits_for_the_next_batch(planner: Actor) -> None:
    queue(planner, draft(key="one-of-two"), draft(key="two-of-two"))
    claimed = claim(worker=worker(), most=10, now=NOW)
    assert len(claimed) == 2
    assert len(begin_sending(worker=worker(), claimed=claimed, now=NOW)) == 1
    assert states() == {"sending": 1, "queued": 1}


def test_a_worker_that_stops_gives_back_what_it_has_not_begun(planner: Actor) -> None:
    queue(planner, draft())
    claim(worker=worker(), most=10, now=NOW)
    assert release_claimed(worker=worker()) == 1
    assert states() == {"queued": 1}


@needs_smsc
def test_a_sender_the_centre_does_not_know_ends_as_dead_with_its_reason(planner: Actor) -> None:
    queue(planner, draft())
    with sms_loop(sms_sender(planner.lender_id), Moment(), senders=["1"]) as (loop, _):
        step_until(loop, lambda: states() == {"dead": 1})
    row = Message.objects.get()
    assert (row.reason, row.permit.outcome) == ("rinvsrcadr", "undelivered")


@needs_smsc
def test_a_throttling_centre_gets_everything_once(planner: Actor) -> None:
    queue(planner, *(draft(f"B-{n}") for n in range(4)))
    clock = Moment()
    with sms_loop(sms_sender(planner.lender_id), clock, throttle_every=3) as (loop, smsc):

        def is_done() -> bool:
            clock.move(seconds=1)
            return states() == {"done": 4}

        step_until(loop, is_done)
        assert smsc.order(counts=True)["accepted"] == 4


def test_the_page_counts_and_names_ids_only(planner: Actor, admin: Actor) -> None:
    row = in_doubt(planner)
    view = find_outbox(admin, now=NOW + timedelta(seconds=61))
    assert (view.counts["in_doubt"], view.in_doubt[0].message_id) == (1, row.pk)
    assert view.in_doubt[0].age_seconds == 61
    assert "1990000" not in repr(view)
    assert HELLO not in repr(view)
