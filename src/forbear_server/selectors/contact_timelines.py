"""What happened with one person over all loans, newest first, each item with its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from forbear_server.selectors.actors import Actor
from forbear_server.selectors.book_contacts import book_contacts
from forbear_server.selectors.borrower_pages import BorrowerPage
from forbear_server.selectors.calls import CallView, list_calls
from forbear_server.selectors.case_timelines import Happened, decisions, told
from forbear_server.selectors.notes import list_notes
from forbear_server.store.models import (
    ContactHold,
    ContactPreference,
    ContactReport,
    EvidenceEntry,
    InboundMessage,
    Message,
    PermitRequest,
)
from forbear_server.store.sealing import unseal

MOST_ITEMS = 200
# Of a message that went its way nobody asks why.
_TELL_WHY = frozenset({"cancelled", "dead", "in_doubt"})
MACHINE_VOICE = "voice_notice_ai"
# Filters an item belongs to beside its own, by what came of it.
_OF_DISPOSITION: Mapping[str, str] = {
    "promised": "promise",
    "arrangement_asked": "arrangement",
    "hardship_told": "arrangement",
    "disputed": "grievance",
    "complained": "grievance",
}
_OF_HOLD: Mapping[str, str] = {
    "complaint": "grievance",
    "dispute": "grievance",
    "arrangement": "arrangement",
    "hardship": "arrangement",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineItem:
    """One thing that happened. `kind` chooses words and icon; `groups` the filters it belongs to.

    `text` is what was written to or by the borrower, or about them, opened for this page only.
    """

    at: datetime
    groups: tuple[str, ...]
    kind: str
    channel: str = ""
    who: str = ""
    is_machine: bool = False
    loan_ref: str = ""
    outcome: str = ""
    detail: str = ""
    text: str = ""
    amount_minor: int | None = None
    currency: str = ""
    rule_ids: tuple[str, ...] = ()
    intents: tuple[str, ...] = ()
    next_step: str = ""
    inbound_id: UUID | None = None
    is_handled: bool = False
    evidence_id: str = ""
    permit_evidence_id: str = ""
    # What the rules answered when it was asked for; empty where nobody was asked.
    verdict: str = ""
    call_id: UUID | None = None
    has_recording: bool = False


def find_timeline(
    actor: Actor,
    page: BorrowerPage,
    *,
    group: str = "",
    calls: Sequence[CallView] | None = None,
) -> list[TimelineItem]:
    """Everything of this person, newest first; `group` one filter, empty for everything.

    `calls` are the person's, where the caller has read them already.
    """
    calls = list_calls(actor, page.ref) if calls is None else calls
    place = ZoneInfo(actor.lender_time_zone)
    items = [
        *_attempts(actor, page),
        *_reports(page),
        *_payments(page, place),
        *_messages(page),
        *_inbound(page),
        *_refusals(page),
        *_calls(calls),
        *_wishes(page),
        *_holds(page),
        *_notes(page),
        *(_happened(one) for one in told(page, place)),
        *(_happened(one) for one in decisions(page)),
    ]
    chosen = [item for item in items if not group or group in item.groups]
    return sorted(chosen, key=lambda item: item.at, reverse=True)[:MOST_ITEMS]


def _attempts(actor: Actor, page: BorrowerPage) -> Iterable[TimelineItem]:
    found, _ = book_contacts(actor.lender_code, [page.ref])
    for one in found.get(page.ref, ()):
        yield TimelineItem(
            at=one.attempted_at,
            groups=("contact",),
            kind="attempt",
            channel=one.channel.value,
            who=one.actor,
            is_machine=one.channel.value == MACHINE_VOICE,
            loan_ref=one.loan_ref or "",
            outcome=one.outcome.value,
        )


def _reports(page: BorrowerPage) -> Iterable[TimelineItem]:
    """Contacts of other programs; `unasked` where the gate was not asked before."""
    rows = list(
        ContactReport.objects.filter(borrower_id=page.borrower_id)
        .select_related("permit")
        .order_by("-ended_at")[:MOST_ITEMS]
    )
    permits = _entries([f"permit:{row.permit_id}" for row in rows], name="contact.permitted")
    for row in rows:
        yield TimelineItem(
            at=row.ended_at,
            groups=("contact",),
            kind="report",
            channel=row.channel,
            is_machine=row.channel == MACHINE_VOICE,
            loan_ref="" if row.permit is None else row.permit.loan_ref,
            outcome=row.outcome,
            evidence_id=row.evidence_id.hex,
            permit_evidence_id=permits.get(f"permit:{row.permit_id}", ""),
            verdict="unasked" if row.permit is None else "allowed",
        )


def _payments(page: BorrowerPage, place: ZoneInfo) -> Iterable[TimelineItem]:
    for loan in page.loans:
        for payment in loan.payments:
            yield TimelineItem(
                at=datetime.combine(payment.effective_on, time(0, 0), place),
                groups=("money",),
                kind="payment",
                loan_ref=loan.facts.ref,
                outcome=payment.kind.value,
                amount_minor=payment.amount_minor,
                currency=loan.facts.currency,
            )


def _messages(page: BorrowerPage) -> Iterable[TimelineItem]:
    rows = list(
        Message.objects.filter(borrower_id=page.borrower_id)
        .select_related("queued_by")
        .order_by("-queued_at")[:MOST_ITEMS]
    )
    entries = _entries([f"message:{row.pk}" for row in rows])
    permits = _entries([f"permit:{row.permit_id}" for row in rows], name="contact.permitted")
    for row in rows:
        yield TimelineItem(
            at=row.queued_at,
            groups=("contact",),
            kind="message",
            channel=row.channel,
            who=row.queued_by.display_name,
            loan_ref=row.loan_ref,
            outcome=row.delivery or row.state,
            text=unseal(row.text_sealed, field="message.text", row=f"{row.lender_id}:{row.pk}"),
            detail=row.reason if row.state in _TELL_WHY else "",
            # Rule ids are written large, codes of other causes small.
            rule_ids=(row.reason,) if row.state == "cancelled" and row.reason.isupper() else (),
            evidence_id=entries.get(f"message:{row.pk}", ""),
            permit_evidence_id=permits.get(f"permit:{row.permit_id}", ""),
            verdict="allowed",
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
            groups=("contact",),
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
        )
        .select_related("asked_by")
        .order_by("-asked_at")[:MOST_ITEMS]
    )
    entries = _entries([f"permit:{row.pk}" for row in rows])
    for row in rows:
        yield TimelineItem(
            at=row.asked_at,
            groups=("contact", "decision"),
            kind="refused",
            channel=row.channel,
            who=row.asked_by.display_name,
            loan_ref=row.loan_ref,
            rule_ids=tuple(ground["rule_id"] for ground in row.grounds),
            evidence_id=entries.get(f"permit:{row.pk}", ""),
            verdict=row.state,
        )


def _calls(calls: Sequence[CallView]) -> Iterable[TimelineItem]:
    entries = _entries([f"call:{call.call_id}" for call in calls])
    permits = _entries([f"permit:{call.permit_id}" for call in calls], name="contact.permitted")
    for call in calls:
        is_person = call.voice == "person"
        also = _OF_DISPOSITION.get(call.disposition)
        yield TimelineItem(
            at=call.asked_at,
            groups=("contact", also) if also else ("contact",),
            kind="call",
            channel="voice_interactive" if is_person else MACHINE_VOICE,
            who=call.collector,
            is_machine=not is_person,
            outcome=call.disposition or call.state,
            evidence_id=entries.get(f"call:{call.call_id}", ""),
            permit_evidence_id=permits.get(f"permit:{call.permit_id}", ""),
            verdict="allowed",
            call_id=call.call_id,
            has_recording=call.recording == "kept",
        )


def _wishes(page: BorrowerPage) -> Iterable[TimelineItem]:
    for stated in ContactPreference.objects.filter(borrower_id=page.borrower_id):
        yield TimelineItem(
            at=stated.granted_at,
            groups=("wishes",),
            kind="stated",
            channel=stated.channel,
            who=stated.source,
            outcome=stated.kind,
            evidence_id=stated.evidence_id,
        )


def _holds(page: BorrowerPage) -> Iterable[TimelineItem]:
    for hold in ContactHold.objects.filter(borrower_id=page.borrower_id):
        also = _OF_HOLD.get(hold.kind)
        yield TimelineItem(
            at=hold.placed_at,
            groups=("wishes", also) if also else ("wishes",),
            kind="hold",
            who=hold.source,
            loan_ref=hold.loan_ref,
            outcome=hold.kind,
            evidence_id=hold.evidence_id,
        )


def _notes(page: BorrowerPage) -> Iterable[TimelineItem]:
    for note in list_notes(page.borrower_id, most=MOST_ITEMS):
        yield TimelineItem(
            at=note.written_at,
            groups=("note",),
            kind="note",
            who=note.written_by,
            text=note.text,
            evidence_id=note.evidence_id,
        )


def _happened(one: Happened) -> TimelineItem:
    return TimelineItem(
        at=one.at,
        groups=(one.group,),
        kind=one.kind,
        loan_ref=one.loan_ref,
        outcome=one.outcome,
        detail=one.detail,
        amount_minor=one.amount_minor,
        currency=one.currency,
        evidence_id=one.evidence_id,
        verdict=one.verdict,
    )


def _entries(about: list[str], *, name: str = "") -> Mapping[str, str]:
    """The newest entry about each thing, by what it is about; `name` one event only."""
    rows = EvidenceEntry.objects.filter(about__in=about).order_by("id")
    if name:
        rows = rows.filter(name=name)
    return {thing: entry.hex for thing, entry in rows.values_list("about", "uuid")}
