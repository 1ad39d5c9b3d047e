"""What channels say about messages: kept once however often it is told, and never dropped.

A receipt finds its message by the channel's own id. A message in doubt has none yet: then the
reference it carried and the address find it, and only if exactly one fits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from forbear.contact.channels import Channel
from forbear.contact.dispatch import Receipt
from forbear.primitives.errors import RequestRefused
from forbear_server.selectors.access import Level, Screen, access_level
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.addresses import KIND_OF
from forbear_server.services.evidence import Recorded, append_evidence
from forbear_server.services.message_rows import MOVED, end_messages
from forbear_server.services.receipt_rows import FINAL, add_parts, close_as_done, lay_on_parts
from forbear_server.store.address_words import address_word
from forbear_server.store.evidence_persons import borrower_person
from forbear_server.store.models import ChannelReceipt, ChannelSender, Message, MessagePart

# States in which the channel's id may be missing although it took the message.
OPEN = ("sending", "in_doubt")
LATE_RECEIPTS = timedelta(hours=1)
MOST_ADOPTED = 500
CLOSED_LATER = ("by_receipt", "by_statement", "by_person")


class ResolutionRefused(RequestRefused):
    """A message cannot be settled like this; nothing was changed."""

    code = "resolution_refused"


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One part of a message the channel says it took."""

    channel_id: str
    reference: int
    address: str


@transaction.atomic
def record_receipts(
    *, sender_id: int, kind: str, receipts: Sequence[Receipt], now: datetime
) -> int:
    """Keep receipts of one sender and lay them on their messages; how many were new.

    `kind` is the kind of address the channel uses, by which an echoed address is found.
    """
    sender = ChannelSender.objects.get(pk=sender_id)
    told = {(one.channel_id, one.status.value): one for one in receipts}
    known = set(
        ChannelReceipt.objects.filter(
            sender=sender, channel_id__among=[channel_id for channel_id, _ in told]
        ).values_list("channel_id", "status")
    )
    fresh = [one for key, one in told.items() if key not in known]
    if not fresh:
        return 0
    owners = dict(
        MessagePart.objects.filter(
            sender=sender, channel_id__among=[one.channel_id for one in fresh]
        ).values_list("channel_id", "message_id")
    )
    rows = [
        ChannelReceipt(
            lender_id=sender.lender_id,
            sender=sender,
            message_id=owners.get(one.channel_id),
            channel_id=one.channel_id,
            status=one.status.value,
            reason=one.reason[:64],
            reference=one.reference,
            address_ref=address_word(kind, one.address) if one.address else "",
            at=one.at,
            received_at=now,
        )
        for one in fresh
    ]
    _find_in_doubt(sender, [row for row in rows if row.message_id is None], now)
    # Waiting for the lock of a message may have let its answer in: look once more.
    _find_parts(sender_id, [row for row in rows if row.message_id is None])
    ChannelReceipt.objects.bulk_create(rows, ignore_conflicts=True)
    lay_on_parts(rows, now=now)
    _record_unmatched([row for row in rows if row.message_id is None], sender, now)
    # Last: whoever claims waits for this row.
    ChannelSender.objects.filter(pk=sender_id).update(last_receipt_at=now)
    return len(rows)


@transaction.atomic
def adopt_late_receipts(*, sender_id: int, now: datetime) -> int:
    """Lay receipts on messages whose answer was kept at the very same moment; how many.

    Two workers may keep an answer and its receipt side by side, neither seeing the other's row.
    """
    waiting = list(
        ChannelReceipt.objects.select_for_update(skip_locked=True).filter(
            sender_id=sender_id,
            message__isnull=True,
            received_at__gt=now - LATE_RECEIPTS,
            channel_id__in=MessagePart.objects.filter(sender_id=sender_id).values("channel_id"),
        )[:MOST_ADOPTED]
    )
    _find_parts(sender_id, waiting)
    ChannelReceipt.objects.bulk_update(waiting, ["message"])
    lay_on_parts(waiting, now=now)
    return len(waiting)


@transaction.atomic
def settle_by_statement(
    *,
    actor: Actor,
    sender_id: int,
    lines: Sequence[StatementLine],
    complete_until: datetime,
    now: datetime,
) -> tuple[int, int]:
    """Settle what is in doubt from the channel's own list of what it took.

    `complete_until`: everything the channel took before that moment is on the list. A message in
    doubt that is on it is done; one begun before and not on it was never taken: it is dead, and a
    new message may be written under a new permit. Returns how many of each; raises
    `ResolutionRefused`.
    """
    _require_full(actor)
    sender = ChannelSender.objects.get(pk=sender_id)
    kind = KIND_OF[Channel(sender.channel)]
    doubtful = list(
        Message.objects.select_for_update().filter(sender=sender, state="in_doubt").order_by("pk")
    )
    listed: dict[tuple[str, int], list[str]] = {}
    for line in lines:
        key = (address_word(kind, line.address), line.reference)
        listed.setdefault(key, []).append(line.channel_id)
    taken = {
        row: listed[key] for row in doubtful if (key := (row.address_ref, row.reference)) in listed
    }
    for row, ids in taken.items():
        close_as_done(row, ids, "statement", now)
    gone = [
        row
        for row in doubtful
        if row not in taken and row.sending_at is not None and row.sending_at < complete_until
    ]
    end_messages(gone, state="dead", reasons={row.pk: "never_taken" for row in gone}, now=now)
    return len(taken), len(gone)


@transaction.atomic
def resolve_message(
    *, actor: Actor, message_id: UUID, was_taken: bool, reason: str, now: datetime
) -> Recorded:
    """A person who asked the channel says whether it took a message in doubt; nothing is re-sent.

    Raises `ResolutionRefused`.
    """
    _require_full(actor)
    if not reason.strip():
        raise ResolutionRefused("Say what the channel answered: the reason is kept as evidence.")
    row = Message.objects.select_for_update().filter(pk=message_id).first()
    if row is None or row.state != "in_doubt":
        raise ResolutionRefused(
            f"Message {message_id} is not in doubt: there is nothing to settle. "
            "See `forbear outbox status`."
        )
    if was_taken:
        Message.objects.filter(pk=row.pk).update(state="done", ended_at=now, reason="by_person")
    else:
        end_messages([row], state="dead", reasons={row.pk: "never_taken"}, now=now)
    return append_evidence(
        "message.resolved",
        now=now,
        lender_id=row.lender_id,
        actor=actor,
        about=f"message:{row.pk}",
        person=borrower_person(row.borrower.ref),
        body={"channel": row.channel, "outcome": "taken" if was_taken else "never_taken"},
        private={"reason": reason.strip()[:200]},
    )


def _require_full(actor: Actor) -> None:
    if access_level(actor, Screen.CHANNELS) is not Level.FULL:
        raise ResolutionRefused("Only an administrator settles a message in doubt.")


def _find_parts(sender_id: int, receipts: Sequence[ChannelReceipt]) -> None:
    """Name the messages of receipts by the channel's id."""
    owners = dict(
        MessagePart.objects.filter(
            sender_id=sender_id, channel_id__among=[one.channel_id for one in receipts]
        ).values_list("channel_id", "message_id")
    )
    for one in receipts:
        one.message_id = owners.get(one.channel_id)


def _find_in_doubt(
    sender: ChannelSender, receipts: Sequence[ChannelReceipt], now: datetime
) -> None:
    """Receipts of messages whose channel id was never seen: found by reference and address."""
    echoed = [one for one in receipts if one.reference is not None and one.address_ref]
    if not echoed:
        return
    open_rows: dict[tuple[str, int], list[Message]] = {}
    # A long message closed by its first part still waits for the others.
    fitting_state = Q(state__in=OPEN) | Q(state="done", reason__in=CLOSED_LATER)
    rows = Message.objects.select_for_update().filter(
        fitting_state, sender=sender, address_ref__in=[one.address_ref for one in echoed]
    )
    for row in rows.only(*MOVED, "address_ref", "reference"):
        open_rows.setdefault((row.address_ref, row.reference), []).append(row)
    closing: dict[Message, list[str]] = {}
    for one in echoed:
        fitting = open_rows.get((one.address_ref, one.reference or 0), [])
        if len(fitting) == 1:
            closing.setdefault(fitting[0], []).append(one.channel_id)
            one.message_id = fitting[0].pk
    for row, ids in closing.items():
        if row.state == "in_doubt":
            close_as_done(row, ids, "receipt", now)
        else:  # its worker still waits for the answer: only the part is noted
            add_parts(row, ids)


def _record_unmatched(
    receipts: Sequence[ChannelReceipt], sender: ChannelSender, now: datetime
) -> None:
    """A receipt for nothing we know may come before its answer: only a final one is told of."""
    for one in receipts:
        if one.status in FINAL and one.reference is None:
            append_evidence(
                "receipt.unmatched",
                now=now,
                lender_id=sender.lender_id,
                body={"channel": sender.channel, "code": one.status},
                private={"channel_id": one.channel_id},
            )
