"""Events a channel tells by calling us: kept like those a link tells, refusals recorded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from forbear.contact.channels import Channel
from forbear.contact.dispatch import Inbound, Receipt
from forbear_server.selectors.lenders import LenderRow
from forbear_server.services.evidence import append_evidence
from forbear_server.services.inbound import record_inbound
from forbear_server.services.receipts import record_receipts
from forbear_server.store.models import ChannelSender


@transaction.atomic
def take_events(
    *,
    lender: LenderRow,
    channel: Channel,
    sender: str,
    kind: str,
    events: Sequence[Receipt | Inbound],
    now: datetime,
) -> None:
    """Keep all events of one call, or none: the caller tells them again."""
    row, _ = ChannelSender.objects.get_or_create(
        lender_id=lender.lender_id,
        channel=channel.value,
        sender=sender,
        defaults={"gateway": "callback"},
    )
    receipts = [event for event in events if isinstance(event, Receipt)]
    record_receipts(sender_id=row.pk, kind=kind, receipts=receipts, now=now)
    for event in events:
        if isinstance(event, Inbound):
            record_inbound(lender=lender, sender_id=row.pk, kind=kind, event=event, now=now)


@transaction.atomic
def record_callback_refused(
    *, lender_id: int, channel: str, sender: str, code: str, now: datetime
) -> None:
    """Somebody called with a wrong or old signature, or told what cannot be read."""
    append_evidence(
        "callback.refused",
        now=now,
        lender_id=lender_id,
        body={"channel": channel, "code": code},
        private={"sender": sender},
    )
