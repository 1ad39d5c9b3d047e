"""How the outbox and its channels stand: counts and ids, never a text or a number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Min, QuerySet

from forbear_server.selectors.actors import Actor, Role
from forbear_server.store.models import ChannelReceipt, ChannelSender, InboundMessage, Message

STATES = ("queued", "claimed", "sending", "done", "in_doubt", "cancelled", "dead")
# A worker says how the link is every second; older than this, nobody works on it.
SEEN_LATELY = timedelta(seconds=10)
LAST_MINUTE = timedelta(minutes=1)
MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class ChannelCard:
    """One sender now. `state`: up, limited, down, stopped or idle (no worker runs)."""

    sender_id: int
    channel: str
    sender: str
    gateway: str
    state: str
    rate_milli: int
    sent_last_minute: int
    waiting: int
    oldest_waiting_seconds: int | None
    last_sent_at: datetime | None
    last_receipt_at: datetime | None
    stopped_reason: str
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class OpenMessage:
    """A message in doubt or dead, by its ids."""

    message_id: UUID
    channel: str
    state: str
    reason: str
    since: datetime | None
    age_seconds: int
    parts: int


@dataclass(frozen=True, slots=True)
class OutboxView:
    """Everything the page and `forbear outbox status` show."""

    cards: tuple[ChannelCard, ...]
    counts: dict[str, int]
    delivered: int
    undelivered: int
    unmatched_receipts: int
    # Replies from numbers nobody here has.
    unknown_replies: int
    in_doubt: tuple[OpenMessage, ...]
    dead: tuple[OpenMessage, ...]


def find_outbox(actor: Actor, *, now: datetime) -> OutboxView:
    """The outbox of the actor's lender; a lead sees what their own team queued."""
    messages = Message.objects.all()
    if actor.role is Role.LEAD:
        messages = messages.filter(queued_by__team=actor.team)
    by_sender: dict[int, dict[str, int]] = {}
    for sender_id, state, count in messages.values_list("sender_id", "state").annotate(
        many=Count("pk")
    ):
        by_sender.setdefault(sender_id, {})[state] = count
    waiting = messages.filter(state="queued", send_from__lte=now)
    oldest = dict(waiting.values_list("sender_id").annotate(first=Min("send_from")))
    sent = dict(
        messages.filter(state="done", ended_at__gte=now - LAST_MINUTE)
        .values_list("sender_id")
        .annotate(many=Count("pk"))
    )
    cards = tuple(
        _card(row, by_sender.get(row.pk, {}), oldest.get(row.pk), sent.get(row.pk, 0), now)
        for row in ChannelSender.objects.order_by("channel", "sender")
    )
    deliveries = dict(
        messages.exclude(delivery="").values_list("delivery").annotate(many=Count("pk"))
    )
    return OutboxView(
        cards=cards,
        counts={
            state: sum(counts.get(state, 0) for counts in by_sender.values()) for state in STATES
        },
        delivered=deliveries.get("delivered", 0),
        undelivered=deliveries.get("undelivered", 0),
        unmatched_receipts=ChannelReceipt.objects.filter(message__isnull=True).count(),
        unknown_replies=InboundMessage.objects.filter(borrower__isnull=True).count(),
        in_doubt=_open(messages, "in_doubt", now),
        dead=_open(messages, "dead", now),
    )


def find_sender(name: str) -> int | None:
    """The id of a sender by its name."""
    return ChannelSender.objects.filter(sender=name).values_list("pk", flat=True).first()


def _card(
    row: ChannelSender,
    counts: dict[str, int],
    oldest: datetime | None,
    sent: int,
    now: datetime,
) -> ChannelCard:
    return ChannelCard(
        sender_id=row.pk,
        channel=row.channel,
        sender=row.sender,
        gateway=row.gateway,
        state=_state(row, now),
        rate_milli=row.rate_milli,
        sent_last_minute=sent,
        waiting=counts.get("queued", 0),
        oldest_waiting_seconds=None if oldest is None else int((now - oldest).total_seconds()),
        last_sent_at=row.last_sent_at,
        last_receipt_at=row.last_receipt_at,
        stopped_reason=row.stopped_reason,
        counts={state: counts.get(state, 0) for state in STATES},
    )


def _state(row: ChannelSender, now: datetime) -> str:
    if row.stopped_at is not None:
        return "stopped"
    if row.link_seen_at is None or now - row.link_seen_at > SEEN_LATELY:
        return "idle"
    return row.link


def _open(messages: QuerySet[Message], state: str, now: datetime) -> tuple[OpenMessage, ...]:
    rows = (
        messages.filter(state=state)
        .annotate(known_parts=Count("messagepart"))
        .order_by("sending_at", "queued_at")[:MOST_ROWS]
    )
    return tuple(
        OpenMessage(
            message_id=row.pk,
            channel=row.channel,
            state=row.state,
            reason=row.reason,
            since=row.sending_at or row.queued_at,
            age_seconds=int((now - (row.sending_at or row.queued_at)).total_seconds()),
            parts=row.known_parts,
        )
        for row in rows
    )
