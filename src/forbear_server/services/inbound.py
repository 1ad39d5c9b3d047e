"""What borrowers send us: kept once, read for stop words, which act at once; the rest proposes.

Stop words are the only thing that acts by itself. Whatever else a text seems to say is shown to a
person with the step it proposes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.db import transaction

from forbear.contact.dispatch import Inbound
from forbear.contact.wording.intents import intents_of
from forbear.contact.wording.stop_words import Scope, opt_out
from forbear.primitives.errors import RequestRefused
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.addresses import owners_of
from forbear_server.selectors.borrower_access import visible_refs
from forbear_server.selectors.inbound import (
    ADDRESS_FIELD,
    READERS,
    TEXT_FIELD,
    reply_text,
    unclaimed_replies,
)
from forbear_server.selectors.lenders import LenderRow
from forbear_server.services.addresses import index_phones
from forbear_server.services.evidence import Recorded, append_evidence
from forbear_server.services.preference_rows import keep_statement
from forbear_server.services.refusals import refusals_recorded
from forbear_server.services.reveals import RevealRefused
from forbear_server.services.unclaimed_stops import hold_unclaimed, stop_statement
from forbear_server.store.address_words import address_word
from forbear_server.store.evidence_persons import borrower_person
from forbear_server.store.models import Borrower, ChannelSender, InboundMessage
from forbear_server.store.sealing import seal

LONGEST_KEPT = 5000
# What a person may say was done; nothing else stands open in the log.
OUTCOMES = frozenset({"read", "done", "answered"})


class ReplyReason(StrEnum):
    """What the text of a reply nobody is known to have written is read for."""

    WHOSE_NUMBER = "whose_number"
    COMPLAINT = "complaint"
    REGULATOR = "regulator"


class InboundUnknown(RequestRefused):
    """No such message of a borrower this person may see, or somebody handled it before."""

    code = "inbound_unknown"


class _OwnedMeanwhile(Exception):
    """Somebody's address was recorded while its stop word was about to be left to nobody."""


def record_inbound(
    *, lender: LenderRow, sender_id: int, kind: str, event: Inbound, now: datetime
) -> UUID | None:
    """Keep what came in, once; stop words opt the person out in the same transaction.

    None when it was told before. An address that several borrowers share opts all of them out;
    one that is nobody's we know is kept, shown on the page of the channels, and binds whoever it
    turns out to belong to. The numbers of the book are looked through when nobody is known.
    """
    if kind == "phone" and not owners_of(address_word(kind, event.address)):
        index_phones(lender_id=lender.lender_id, now=now)
    while True:
        try:
            return _kept(lender, sender_id, kind, event, now)
        except _OwnedMeanwhile:
            continue


@transaction.atomic
def _kept(
    lender: LenderRow, sender_id: int, kind: str, event: Inbound, now: datetime
) -> UUID | None:
    sender = ChannelSender.objects.get(pk=sender_id)
    if InboundMessage.objects.filter(sender=sender, channel_id=event.channel_id).exists():
        return None
    word = address_word(kind, event.address)
    text = event.text[:LONGEST_KEPT]
    found = intents_of(text, on=now.astimezone(ZoneInfo(lender.time_zone)).date())
    stop = opt_out(text)
    opted_out = stop.scope.value if stop else ""
    owners = owners_of(word)
    borrower = Borrower.objects.select_for_update().get(pk=owners[0]) if len(owners) == 1 else None
    row_id = uuid4()
    place = f"{lender.lender_id}:{row_id}"
    row = InboundMessage.objects.create(
        uuid=row_id,
        lender_id=lender.lender_id,
        sender=sender,
        borrower=borrower,
        channel=sender.channel,
        channel_id=event.channel_id,
        address_ref=word,
        address_sealed="" if borrower else seal(event.address, field=ADDRESS_FIELD, row=place),
        text_sealed=seal(text, field=TEXT_FIELD, row=place),
        received_at=event.at,
        intents=[
            {"code": one.code.value, "on": one.on.isoformat() if one.on else ""} for one in found
        ],
        next_step=found[0].next_step if found else "",
        opted_out=opted_out,
    )
    _record_received(row, now)
    if stop is not None:
        _opt_out_all(owners, stop.scope, sender.channel, text, now)
        _leave_to_later(lender.lender_id, word, owners, has_owner=borrower is not None)
    return row_id


def _record_received(row: InboundMessage, now: datetime) -> None:
    append_evidence(
        "message.received",
        now=now,
        lender_id=row.lender_id,
        about=f"inbound:{row.pk}",
        person=borrower_person(row.borrower.ref) if row.borrower else None,
        body={
            "channel": row.channel,
            "kinds": [one["code"] for one in row.intents],
            "opted_out": row.opted_out,
        },
    )


def _opt_out_all(
    owners: Sequence[int], scope: Scope, channel: str, text: str, now: datetime
) -> None:
    """Everybody who shares the address: leaving in peace comes first."""
    locked = Borrower.objects.select_for_update().filter(pk__in=owners)
    said = stop_statement(scope, channel, words=text)
    for owner in locked.order_by("pk"):
        keep_statement(borrower=owner, said=said, actor=None, now=now)


def _leave_to_later(lender_id: int, word: str, owners: Sequence[int], *, has_owner: bool) -> None:
    """A stop word of nobody, or of several, waits for whom the address becomes: last of all steps.

    Raises `_OwnedMeanwhile` when it became somebody's since it was looked up.
    """
    if has_owner:
        return
    hold_unclaimed(lender_id)
    if owners_of(word) != list(owners):
        raise _OwnedMeanwhile


@transaction.atomic
def close_inbound(*, actor: Actor, inbound_id: UUID, outcome: str, now: datetime) -> Recorded:
    """A person has read it and says what was done about it. Raises `InboundUnknown`."""
    row = (
        InboundMessage.objects.select_for_update(of=("self",))
        .select_related("borrower")
        .filter(pk=inbound_id, handled_at__isnull=True)
        .first()
    )
    if row is None or not _may_read(actor, row):
        raise InboundUnknown("There is no such message to close, or it is not yours to see.")
    outcome = outcome if outcome in OUTCOMES else "read"
    row.handled_at, row.handled_by_id, row.handled_as = now, actor.user_id, outcome
    row.save(update_fields=["handled_at", "handled_by", "handled_as"])
    return append_evidence(
        "message.answered",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        about=f"inbound:{row.pk}",
        person=borrower_person(row.borrower.ref) if row.borrower else None,
        body={"channel": row.channel, "outcome": outcome},
    )


@refusals_recorded("pii.refused", RevealRefused)
@transaction.atomic
def read_unclaimed(*, actor: Actor, inbound_id: UUID, reason: str, now: datetime) -> str:
    """What somebody wrote from a number nobody here has, for a reason. Raises `RevealRefused`."""
    if reason not in set(ReplyReason):
        raise RevealRefused(
            "Say what the text is read for: the reason is recorded.", reason="reason_missing"
        )
    row = unclaimed_replies(actor).filter(pk=inbound_id).first()
    if row is None:
        raise RevealRefused("There is no such reply, or you may not read it.", reason="not_yours")
    append_evidence(
        "pii.revealed",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        about=f"inbound:{row.pk}",
        body={"role": str(actor.role)},
        private={"what": "reply", "reason": reason},
    )
    return reply_text(row)


def _may_read(actor: Actor, row: InboundMessage) -> bool:
    if row.borrower is None:
        return actor.role in READERS
    return bool(visible_refs(actor, [row.borrower.ref]))
