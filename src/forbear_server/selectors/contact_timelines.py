"""What happened with one person over all loans, newest first, each item with its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from forbear_server.selectors.actors import Actor
from forbear_server.selectors.book_contacts import book_contacts
from forbear_server.selectors.borrower_pages import BorrowerPage
from forbear_server.selectors.calls import list_calls
from forbear_server.store.models import (
    ContactHold,
    ContactPreference,
    EvidenceEntry,
    InboundMessage,
    Message,
    PermitRequest,
)
from forbear_server.store.sealing import unseal

MOST_ITEMS = 200


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """One thing that happened. `kind` chooses words and icon; `group` the filter it belongs to.

    `text` is what was written to or by the borrower, opened for this page only.
    """

    at: datetime
    group: str
    kind: str
    channel: str = ""
    who: str = ""
    loan_ref: str = ""
    outcome: str = ""
    text: str = ""
    amount_minor: int | None = None
    currency: str = ""
    rule_ids: tuple[str, ...] = ()
    intents: tuple[str, ...] = ()
    next_step: str = ""
    inbound_id: UUID | None = None
    is_handled: bool = False
    evidence_id: str = ""
    message_id: UUID | None = None
    call_id: UUID | None = None


def find_timeline(actor: Actor, page: BorrowerPage, *, group: str = "") -> list[TimelineItem]:
    """Everything of this person, the newest first; `group` contact, money, wishes or decision."""
    items = [
        *_attempts(actor, page),
        *_payments(page, ZoneInfo(actor.lender_time_zone)),
        *_messages(actor, page),
        *_inbound(page),
        *_refusals(page),
        *_calls(actor, page),
        *_wishes(page),
    ]
    chosen = [item for item in items if not group or item.group == group]
    return sorted(chosen, key=lambda item: item.at, reverse=True)[:MOST_ITEMS]


def _attempts(actor: Actor, page: BorrowerPage) -> Iterable[TimelineItem]:
    found, _ = book_contacts(actor.lender_code, [page.ref])
    for one in found.get(page.ref, ()):
        yield TimelineItem(
            at=one.attempted_at,
            group="contact",
            kind="attempt",
            channel=one.channel.value,
            who=one.actor,
            loan_ref=one.loan_ref or "",
            outcome=one.outcome.value,
        )


def _payments(page: BorrowerPage, place: ZoneInfo) -> Iterable[TimelineItem]:
    for loan in page.loans:
        for payment in loan.payments:
            yield TimelineItem(
                at=datetime.combine(payment.effective_on, time(0, 0), place),
                group="money",
                kind="payment",
                loan_ref=loan.facts.ref,
                outcome=payment.kind.value,
                amount_minor=payment.amount_minor,
                currency=loan.facts.currency,
            )


def _messages(actor: Actor, page: BorrowerPage) -> Iterable[TimelineItem]:
    rows = list(
        Message.objects.filter(borrower_id=page.borrower_id)
        .select_related("queued_by")
        .order_by("-queued_at")[:MOST_ITEMS]
    )
    entries = _entries([f"message:{row.pk}" for row in rows])
    for row in rows:
        yield TimelineItem(
            at=row.queued_at,
            group="contact",
            kind="message",
            channel=row.channel,
            who=row.queued_by.display_name,
            loan_ref=row.loan_ref,
            outcome=row.delivery or row.state,
            text=unseal(row.text_sealed, field="message.text", row=f"{row.lender_id}:{row.pk}"),
            rule_ids=(row.reason,) if row.state == "cancelled" else (),
            evidence_id=entries.get(f"message:{row.pk}", ""),
            message_id=row.pk,
        )


def _inbound(page: BorrowerPage) -> Iterable[TimelineItem]:
    rows = list(
        InboundMessage.objects.filter(borrower_id=page.borrower_id).order_by("-received_at")[
            :MOST_ITEMS
        ]
    )
    entries = _entries([f"inbound:{row.pk}" for row in rows])
    for row in rows:
        yield TimelineItem(
            at=row.received_at,
            group="contact",
            kind="inbound",
            channel=row.channel,
            outcome="opted_out" if row.opted_out else "",
            text=unseal(
                row.text_sealed, field="inbound_message.text", row=f"{row.lender_id}:{row.pk}"
            ),
            intents=tuple(one["code"] for one in row.intents),
            next_step=row.next_step,
            inbound_id=row.pk,
            is_handled=row.handled_at is not None,
            evidence_id=entries.get(f"inbound:{row.pk}", ""),
        )


def _refusals(page: BorrowerPage) -> Iterable[TimelineItem]:
    rows = list(
        PermitRequest.objects.filter(
            borrower_id=page.borrower_id, state__in=["refused", "needs_review"]
        ).order_by("-asked_at")[:MOST_ITEMS]
    )
    entries = _entries([f"permit:{row.pk}" for row in rows])
    for row in rows:
        yield TimelineItem(
            at=row.asked_at,
            group="decision",
            kind="refused",
            channel=row.channel,
            loan_ref=row.loan_ref,
            outcome=row.state,
            rule_ids=tuple(ground["rule_id"] for ground in row.grounds),
            evidence_id=entries.get(f"permit:{row.pk}", ""),
        )


def _calls(actor: Actor, page: BorrowerPage) -> Iterable[TimelineItem]:
    calls = list_calls(actor, page.ref)
    entries = _entries([f"call:{call.call_id}" for call in calls])
    for call in calls:
        yield TimelineItem(
            at=call.asked_at,
            group="contact",
            kind="call",
            channel="voice_interactive" if call.voice == "person" else "voice_notice_ai",
            who=call.collector,
            outcome=call.disposition or call.state,
            evidence_id=entries.get(f"call:{call.call_id}", ""),
            call_id=call.call_id,
        )


def _wishes(page: BorrowerPage) -> Iterable[TimelineItem]:
    for stated in ContactPreference.objects.filter(borrower_id=page.borrower_id):
        yield TimelineItem(
            at=stated.granted_at,
            group="wishes",
            kind="stated",
            channel=stated.channel,
            who=stated.source,
            outcome=stated.kind,
            evidence_id=stated.evidence_id,
        )
    for hold in ContactHold.objects.filter(borrower_id=page.borrower_id):
        yield TimelineItem(
            at=hold.placed_at,
            group="wishes",
            kind="hold",
            who=hold.source,
            loan_ref=hold.loan_ref,
            outcome=hold.kind,
            evidence_id=hold.evidence_id,
        )


def _entries(about: list[str]) -> Mapping[str, str]:
    """The newest entry about each thing, by what it is about."""
    rows = EvidenceEntry.objects.filter(about__in=about).order_by("id")
    return {thing: entry.hex for thing, entry in rows.values_list("about", "uuid")}
