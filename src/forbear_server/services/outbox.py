"""The outbox: claim, ask the gate again, hand over, and settle what the channel answered.

`queued → claimed → sending → done`; a lapsed `claimed` goes back to the queue, a crash in `sending`
leaves `in_doubt`. A message in doubt is never sent again: the channel's own receipt or statement
closes it, or a person who has asked the channel. Each step is one transaction with its entries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet

from forbear.contact.attempts import Outcome
from forbear.contact.channels import Channel
from forbear.contact.dispatch import Answer, Consignment, Fate
from forbear.primitives.errors import InvariantBroken
from forbear_server.selectors.lenders import LenderRow
from forbear_server.services.message_rows import MOVED, end_messages, message_fact, refs_of
from forbear_server.services.permit_batches import use_permits
from forbear_server.services.permit_rows import permit_of
from forbear_server.services.receipt_rows import adopt_waiting_receipts, close_as_done
from forbear_server.store.evidence_batches import append_many
from forbear_server.store.models import (
    Borrower,
    ChannelSender,
    Message,
    MessagePart,
    PermitRequest,
)
from forbear_server.store.sealing import unseal

LEASE = timedelta(seconds=60)
# From the gate's last answer until the channel has it: what has less of its window left does not
# begin. A batch is handed over within `HANDED_OVER_WITHIN`, which is less.
SENDING_TAKES = timedelta(seconds=5)
# The channel said "not now": how long to leave a message alone, and how often to offer it.
PAUSE_WHEN_BUSY = timedelta(seconds=5)
MOST_TRIES = 5000
# No more than this is saved up while nothing was sent: a second's worth.
BURST_SECONDS = 1
SERVICE_MESSAGE_PLACE = "content"


@dataclass(frozen=True, slots=True)
class Worker:
    """Who works on a sender's queue, and for which lender."""

    name: str
    lender: LenderRow
    sender_id: int
    lease: timedelta = LEASE


@transaction.atomic
def claim(*, worker: Worker, most: int, now: datetime) -> list[UUID]:
    """Take up to `most` messages whose time has come, the most urgent first, within the rate.

    Nothing is taken from a stopped sender. What cannot leave inside its window is cancelled here.
    """
    sender = ChannelSender.objects.select_for_update().get(pk=worker.sender_id)
    if sender.stopped_at is not None:
        return []
    allowed = min(most, _allowance(sender, now))
    is_due = Q(not_before__isnull=True) | Q(not_before__lte=now)
    waiting = Message.objects.filter(is_due, sender=sender, state="queued", send_from__lte=now)
    found = list(
        waiting.select_for_update(skip_locked=True)
        .order_by("priority", "send_from", "queued_at")
        .values_list("uuid", "send_until")[:allowed]
    )
    last = now + SENDING_TAKES
    taken = [key for key, send_until in found if send_until > last]
    late = [key for key, send_until in found if send_until <= last]
    end_messages(
        list(Message.objects.filter(pk__among=late).only(*MOVED)) if late else [],
        state="cancelled",
        reasons=dict.fromkeys(late, "window_over"),
        now=now,
    )
    Message.objects.filter(pk__among=taken).update(
        state="claimed",
        worker=worker.name,
        lease_until=now + worker.lease,
    )
    sender.allowance_milli = _allowance_milli(sender, now) - 1000 * len(taken)
    sender.allowance_at = now
    sender.save(update_fields=["allowance_milli", "allowance_at"])
    return taken


@transaction.atomic
def begin_sending(*, worker: Worker, claimed: Sequence[UUID], now: datetime) -> list[Consignment]:
    """Ask the gate once more for each claimed message; those that may go are marked `sending`.

    What no longer may go is cancelled, with the rule. A second message to the same person in one
    batch goes back to the queue: it is counted after the first. Raises `GateClosed`.
    """
    # People before their messages, as whoever opts them out locks them.
    ids = _own(worker, "claimed").filter(pk__among=claimed).values("borrower_id")
    list(Borrower.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
    rows = list(
        _own(worker, "claimed").filter(pk__among=claimed).select_for_update().order_by("pk")
    )
    firsts = {row.borrower_id: row for row in reversed(rows)}
    seconds = [row.pk for row in rows if firsts[row.borrower_id].pk != row.pk]
    _release(Message.objects.filter(pk__among=seconds))
    last = now + SENDING_TAKES
    late = [row for row in firsts.values() if row.send_until <= last]
    end_messages(
        late, state="cancelled", reasons={row.uuid: "window_over" for row in late}, now=now
    )
    rows = [row for row in firsts.values() if row.send_until > last]
    if not rows:
        return []
    permits = PermitRequest.objects.select_for_update().in_bulk([row.permit_id for row in rows])
    used = use_permits(lender=worker.lender, rows=list(permits.values()), now=now)
    refused = [row for row in rows if row.permit_id in used.refused]
    end_messages(
        refused,
        state="cancelled",
        reasons={row.uuid: used.refused[row.permit_id] for row in refused},
        now=now,
    )
    going = [row for row in rows if row.permit_id in used.usable]
    Message.objects.filter(pk__among=[row.pk for row in going]).update(
        state="sending", sending_at=now, lease_until=now + worker.lease
    )
    sender = ChannelSender.objects.get(pk=worker.sender_id)
    return [
        _consignment(
            row, permits[row.permit_id], used.borrower_refs[row.borrower_id], sender.sender
        )
        for row in going
    ]


@transaction.atomic
def record_answers(*, worker: Worker, answers: Sequence[Answer], now: datetime) -> dict[str, int]:
    """Settle what the channel answered; how many of each fate.

    An answer that comes after the lease was lost settles the message all the same: the channel's
    word counts, whoever asked. What it then says it did not take is dead: a doubt is never resent.
    """
    by_id = {answer.message_id: answer for answer in answers}
    rows = list(
        Message.objects.select_for_update()
        .filter(pk__among=by_id, state__in=["sending", "in_doubt"])
        .order_by("pk")
        .only(*MOVED, "tries")
    )
    fates: dict[Fate, list[Message]] = {fate: [] for fate in Fate}
    for row in rows:
        fates[by_id[row.pk].fate].append(row)
    _taken(worker, fates[Fate.TAKEN], by_id, now)
    end_messages(
        fates[Fate.REFUSED],
        state="dead",
        reasons={row.pk: by_id[row.pk].reason or "refused" for row in fates[Fate.REFUSED]},
        now=now,
    )
    _busy([row for row in fates[Fate.BUSY] if row.state == "sending"], by_id, now)
    refused_late = [row for row in fates[Fate.BUSY] if row.state == "in_doubt"]
    end_messages(
        refused_late,
        state="dead",
        reasons={row.pk: "answered_too_late" for row in refused_late},
        now=now,
    )
    _in_doubt(
        [row for row in fates[Fate.UNSURE] if row.state == "sending"],
        {row.pk: by_id[row.pk].reason or "no_answer" for row in fates[Fate.UNSURE]},
        now,
    )
    if fates[Fate.TAKEN]:
        ChannelSender.objects.filter(pk=worker.sender_id).update(last_sent_at=now)
    return {fate.value: len(found) for fate, found in fates.items()}


@transaction.atomic
def recover_lapsed(*, lender_id: int, now: datetime) -> tuple[int, int]:
    """What dead workers left: claimed messages go back, sending ones are in doubt."""
    late = Message.objects.select_for_update(skip_locked=True).filter(
        lender_id=lender_id, lease_until__lte=now
    )
    back = _release(Message.objects.filter(pk__among=[r.pk for r in late.filter(state="claimed")]))
    lost = list(late.filter(state="sending").order_by("pk"))
    # A receipt came while the worker was dying: the channel has it, there is no doubt.
    told = set(MessagePart.objects.filter(message__in=lost).values_list("message_id", flat=True))
    for row in lost:
        if row.pk in told:
            close_as_done(row, (), "receipt", now)
    doubtful = [row for row in lost if row.pk not in told]
    _in_doubt(doubtful, {row.pk: "worker_lost" for row in doubtful}, now)
    return back, len(doubtful)


@transaction.atomic
def release_claimed(*, worker: Worker) -> int:
    """A worker that stops gives back what it has not begun to send."""
    return _release(_own(worker, "claimed"))


@transaction.atomic
def put_back(*, worker: Worker, messages: Sequence[UUID]) -> int:
    """Back to the queue: time was up before these were handed over, the channel has none of them."""
    rows = _own(worker, "sending").filter(pk__among=messages)
    return rows.update(state="queued", worker="", lease_until=None)


@transaction.atomic
def note_link(*, worker: Worker, link: str, now: datetime) -> None:
    """How the gateway's connection is, for the page of the channels."""
    ChannelSender.objects.filter(pk=worker.sender_id).update(link=link, link_seen_at=now)


def _own(worker: Worker, state: str) -> QuerySet[Message]:
    return Message.objects.filter(sender_id=worker.sender_id, worker=worker.name, state=state)


def _release(rows: QuerySet[Message]) -> int:
    return rows.filter(state="claimed").update(state="queued", worker="", lease_until=None)


def _allowance(sender: ChannelSender, now: datetime) -> int:
    return max(0, _allowance_milli(sender, now) // 1000)


def _allowance_milli(sender: ChannelSender, now: datetime) -> int:
    """Thousandths of a message that may go out now; a link that is throttled gets half."""
    rate = max(1, sender.rate_milli // (2 if sender.link == "limited" else 1))
    most = max(rate * BURST_SECONDS, 1000)
    if sender.allowance_at is None:
        return most
    passed_ms = max(0, int((now - sender.allowance_at).total_seconds() * 1000))
    return min(most, sender.allowance_milli + rate * passed_ms // 1000)


def _consignment(
    row: Message, request: PermitRequest, borrower_ref: str, sender: str
) -> Consignment:
    permit = permit_of(request, borrower_ref)
    if permit is None:
        raise InvariantBroken(f"Message {row.uuid} was queued without a permit.")
    place = f"{row.lender_id}:{row.uuid}"
    text = unseal(row.text_sealed, field="message.text", row=place)
    channel = Channel(row.channel)
    return Consignment(
        message_id=row.uuid,
        reference=row.reference,
        permit=permit,
        channel=channel,
        sender=sender,
        address=unseal(row.address_sealed, field="message.address", row=place),
        text=text,
        subject=unseal(row.subject_sealed, field="message.subject", row=place),
        language=row.language,
        # A service message fills the platform's own template, which has one place for our words.
        parts=((SERVICE_MESSAGE_PLACE, text),) if channel is Channel.WECHAT else (),
    )


def _taken(
    worker: Worker, rows: Sequence[Message], by_id: Mapping[UUID, Answer], now: datetime
) -> None:
    if not rows:
        return
    refs = refs_of(rows)
    parts = [
        MessagePart(
            lender_id=row.lender_id,
            message=row,
            sender_id=row.sender_id,
            part=number,
            channel_id=channel_id,
        )
        for row in rows
        for number, channel_id in enumerate(by_id[row.pk].channel_ids, start=1)
    ]
    MessagePart.objects.bulk_create(parts, ignore_conflicts=True)
    Message.objects.filter(pk__among=[row.pk for row in rows]).update(
        state="done", ended_at=now, lease_until=None, worker="", reason=""
    )
    append_many(
        [
            message_fact(
                "message.sent",
                row,
                refs[row.borrower_id],
                now=now,
                body={"parts": len(by_id[row.pk].channel_ids)},
                private={"channel_ids": list(by_id[row.pk].channel_ids[:8])},
            )
            for row in rows
        ],
        lender_id=worker.lender.lender_id,
    )
    adopt_waiting_receipts(parts, now=now)


def _busy(rows: Sequence[Message], by_id: Mapping[UUID, Answer], now: datetime) -> None:
    """The channel took nothing: later again, unless it was offered often enough."""
    dead = [row for row in rows if row.tries >= MOST_TRIES]
    end_messages(
        dead, state="dead", reasons={row.pk: "channel_never_ready" for row in dead}, now=now
    )
    Message.objects.filter(pk__among=[row.pk for row in rows if row.tries < MOST_TRIES]).update(
        state="queued",
        worker="",
        lease_until=None,
        tries=F("tries") + 1,
        not_before=now + PAUSE_WHEN_BUSY,
    )


def _in_doubt(rows: Sequence[Message], reasons: Mapping[UUID, str], now: datetime) -> None:
    if not rows:
        return
    for row in rows:
        row.state, row.reason = "in_doubt", reasons[row.pk][:64]
        row.lease_until, row.worker = None, ""
    Message.objects.bulk_update(rows, ["state", "reason", "lease_until", "worker"])
    # Until it is known, it counts as a contact that reached the borrower.
    PermitRequest.objects.filter(
        pk__among=[row.permit_id for row in rows], outcome=Outcome.UNDELIVERED.value
    ).update(outcome="")
    refs = refs_of(rows)
    append_many(
        [
            message_fact(
                "message.in_doubt",
                row,
                refs[row.borrower_id],
                now=now,
                body={"reason": row.reason},
            )
            for row in rows
        ],
        lender_id=rows[0].lender_id,
    )
