"""Receipts are laid on the messages they speak of: by the channel's id, else by what it echoes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from forbear.contact.attempts import Outcome
from forbear_server.services.message_rows import MOVED, message_fact, refs_of
from forbear_server.store.evidence_batches import append_many
from forbear_server.store.models import ChannelReceipt, Message, MessagePart, PermitRequest

FINAL = ("delivered", "undelivered")


def adopt_waiting_receipts(parts: Sequence[MessagePart], *, now: datetime) -> None:
    """Receipts that came before the answer that names their message."""
    if not parts:
        return
    waiting = list(
        ChannelReceipt.objects.filter(
            sender_id=parts[0].sender_id,
            channel_id__among=[part.channel_id for part in parts],
            message__isnull=True,
        )
    )
    if not waiting:
        return
    owners = {part.channel_id: part.message_id for part in parts}
    for receipt in waiting:
        receipt.message_id = owners[receipt.channel_id]
    ChannelReceipt.objects.bulk_update(waiting, ["message"])
    lay_on_parts(waiting, now=now)


def lay_on_parts(receipts: Iterable[ChannelReceipt], *, now: datetime) -> None:
    """Give each part its last word; a message all of whose parts arrived is delivered."""
    final = [receipt for receipt in receipts if receipt.status in FINAL and receipt.message_id]
    if not final:
        return
    by_status: dict[str, list[str]] = {}
    for receipt in final:
        by_status.setdefault(receipt.status, []).append(receipt.channel_id)
    sender_id = final[0].sender_id
    for status, ids in by_status.items():
        MessagePart.objects.filter(sender_id=sender_id, channel_id__among=ids).update(status=status)
    latest = {receipt.message_id: receipt for receipt in final if receipt.message_id is not None}
    touched = set(latest)
    words: dict[object, list[str]] = {}
    for message_id, status in MessagePart.objects.filter(message_id__among=touched).values_list(
        "message_id", "status"
    ):
        words.setdefault(message_id, []).append(status)
    settled = []
    rows = Message.objects.select_for_update().filter(pk__among=touched).order_by("pk")
    for row in rows.only(*MOVED, "delivery", "delivery_at", "delivery_reason"):
        delivery = _delivery(words.get(row.pk, []))
        if delivery and delivery != row.delivery:
            row.delivery, row.delivery_at = delivery, latest[row.pk].at
            row.delivery_reason = latest[row.pk].reason
            settled.append(row)
    _settle(settled, now)


def _delivery(statuses: Sequence[str]) -> str:
    if "undelivered" in statuses:
        return "undelivered"
    return "delivered" if statuses and all(one == "delivered" for one in statuses) else ""


def _settle(rows: Sequence[Message], now: datetime) -> None:
    if not rows:
        return
    # Receipts of one second are alike: a statement for each kind, not a case for each row.
    alike: dict[tuple[str, datetime | None, str], list[UUID]] = {}
    for row in rows:
        alike.setdefault((row.delivery, row.delivery_at, row.delivery_reason), []).append(row.pk)
    for (delivery, at, reason), ids in alike.items():
        Message.objects.filter(pk__among=ids).update(
            delivery=delivery, delivery_at=at, delivery_reason=reason
        )
    for outcome in (Outcome.DELIVERED, Outcome.UNDELIVERED):
        PermitRequest.objects.filter(
            pk__among=[row.permit_id for row in rows if row.delivery == outcome.value]
        ).update(outcome=outcome.value)
    refs = refs_of(rows)
    append_many(
        [
            message_fact(
                f"message.{row.delivery}",
                row,
                refs[row.borrower_id],
                now=now,
                body={"reason": row.delivery_reason},
            )
            for row in rows
        ],
        lender_id=rows[0].lender_id,
    )


def close_as_done(row: Message, channel_ids: Sequence[str], by: str, now: datetime) -> None:
    """The channel took it after all: settled by its receipt, its statement or a person."""
    add_parts(row, channel_ids)
    row.state, row.ended_at, row.reason = "done", now, f"by_{by}"
    row.lease_until, row.worker = None, ""
    row.save(update_fields=["state", "ended_at", "reason", "lease_until", "worker"])
    refs = refs_of([row])
    append_many(
        [
            message_fact(
                "message.resolved",
                row,
                refs[row.borrower_id],
                now=now,
                body={"outcome": "taken", "code": by},
            )
        ],
        lender_id=row.lender_id,
    )


def add_parts(row: Message, channel_ids: Sequence[str]) -> None:
    """Ids of parts that were told of by something else than the channel's answer."""
    have = MessagePart.objects.filter(message=row).count()
    MessagePart.objects.bulk_create(
        [
            MessagePart(
                lender_id=row.lender_id,
                message=row,
                sender_id=row.sender_id,
                part=number,
                channel_id=channel_id,
            )
            for number, channel_id in enumerate(channel_ids, start=have + 1)
        ],
        ignore_conflicts=True,
    )
