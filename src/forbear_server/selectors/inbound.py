"""Replies of addresses nobody here has: who may read of them, and what of them a page shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from forbear_server.selectors.actors import Actor, Role
from forbear_server.store.models import InboundMessage
from forbear_server.store.sealing import unseal

TEXT_FIELD, ADDRESS_FIELD = "inbound_message.text", "inbound_message.address"
# Who finds out whose number it is, and answers for what is done; everybody else sees the count.
READERS = frozenset({Role.LEAD, Role.COMPLIANCE})
MOST_ROWS = 200
_HIDDEN = "****"


@dataclass(frozen=True, slots=True)
class UnclaimedReply:
    """One reply that waits for a person; its text is opened on its own, for a reason."""

    inbound_id: UUID
    masked_address: str
    channel: str
    received_at: datetime
    kinds: tuple[str, ...]
    has_stop_word: bool


def list_unclaimed(actor: Actor) -> list[UnclaimedReply]:
    """Replies of nobody we know that nobody has dealt with, newest first."""
    return [
        UnclaimedReply(
            inbound_id=row.pk,
            masked_address=masked_address(_address(row)),
            channel=row.channel,
            received_at=row.received_at,
            kinds=tuple(one["code"] for one in row.intents),
            has_stop_word=bool(row.opted_out),
        )
        for row in unclaimed_replies(actor).order_by("-received_at", "pk")[:MOST_ROWS]
    ]


def unclaimed_replies(actor: Actor) -> QuerySet[InboundMessage]:
    """Those this person may read of: none for who only looks after the channels."""
    if actor.role not in READERS:
        return InboundMessage.objects.none()
    return InboundMessage.objects.filter(borrower__isnull=True, handled_at__isnull=True)


def reply_text(row: InboundMessage) -> str:
    return unseal(row.text_sealed, field=TEXT_FIELD, row=f"{row.lender_id}:{row.pk}")


def masked_address(address: str) -> str:
    """Enough to tell two numbers apart, too little to write to one.

    >>> masked_address("+8619900000231"), masked_address("lin@mail.example")
    ('199****0231', 'l****@mail.example')
    >>> masked_address("oGZUI0egBJY1zhBYw2KhdUfwVJJE"), masked_address("10086"), masked_address("")
    ('****VJJE', '****', '')
    """
    if "@" in address:
        name, _at, domain = address.rpartition("@")
        return f"{name[:1]}{_HIDDEN}@{domain}"
    if not address or len(address) < 8:
        return _HIDDEN if address else ""
    number = address.removeprefix("+86").removeprefix("+")
    return f"{number[:3] if number.isdigit() else ''}{_HIDDEN}{number[-4:]}"


def _address(row: InboundMessage) -> str:
    return unseal(row.address_sealed, field=ADDRESS_FIELD, row=f"{row.lender_id}:{row.pk}")
