"""Drafts held against the desk and the wording before the gate is asked: why one is not queued."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from forbear.contact.channels import Channel
from forbear.contact.dispatch import LONGEST_TEXT
from forbear.contact.wording.facts import Case, Direction
from forbear.contact.wording.message_cases import MessageCase
from forbear.contact.wording.screening import Finding, Outcome, screen
from forbear.contact.wording.templates import Tone, is_filled_from
from forbear_server.selectors.addresses import KIND_OF, Address
from forbear_server.selectors.approved_templates import wording_of
from forbear_server.store.models import Borrower, ChannelSender, Message, MessageTemplate

VOICE_AND_VISITS = frozenset({Channel.VOICE_INTERACTIVE, Channel.VOICE_NOTICE_AI, Channel.VISIT})
# No more is queued than a sender can send in its longest window.
LONGEST_QUEUE = timedelta(hours=14)


class Refusal(StrEnum):
    """Why a message was not queued."""

    BORROWER_UNKNOWN = "borrower_unknown"
    CHANNEL_UNSUITED = "channel_unsuited"
    SENDER_UNKNOWN = "sender_unknown"
    SENDER_STOPPED = "sender_stopped"
    OUTBOX_FULL = "outbox_full"
    ADDRESS_MISSING = "address_missing"
    TEMPLATE_NOT_APPROVED = "template_not_approved"
    TEXT_FAULTY = "text_faulty"
    TEXT_NOT_OF_TEMPLATE = "text_not_of_template"
    FIRST_TONE_NOT_HELP = "first_tone_not_help"
    LOAN_UNKNOWN = "loan_unknown"
    LOAN_HELD = "loan_held"
    WORDING_BLOCKED = "wording_blocked"
    WORDING_NEEDS_PERSON = "wording_needs_person"
    REFUSED_BY_RULE = "refused_by_rule"
    NEEDS_REVIEW = "needs_review"
    KEY_REUSED = "idempotency_key_reused"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDraft:
    """One message somebody wants to send. `wait_until`: how late it may leave if the law says so."""

    borrower_ref: str
    channel: Channel
    text: str
    idempotency_key: str
    subject: str = ""
    loan_ref: str = ""
    purpose: str = "collect"
    language: str = "zh-Hans"
    sender: str = ""
    template_uuid: UUID | None = None
    priority: int = 5
    send_at: datetime | None = None
    wait_until: datetime | None = None
    # A person has read the findings that need one and answers for the words.
    was_read_by_person: bool = False


@dataclass(frozen=True, slots=True)
class Queued:
    """What came of a draft: the message, or why there is none."""

    draft: MessageDraft
    message_id: UUID | None = None
    refusal: Refusal | None = None
    findings: tuple[Finding, ...] = ()
    grounds: tuple[tuple[str, str], ...] = ()
    next_permitted_at: datetime | None = None
    evidence_id: str = ""
    send_from: datetime | None = None


@dataclass(slots=True)
class Desk:
    """What the drafts of one batch are held against."""

    borrowers: Mapping[str, Borrower]
    addresses: Mapping[tuple[int, str], Address]
    senders: Mapping[tuple[str, str], ChannelSender]
    templates: Mapping[UUID, MessageTemplate]
    cases: Mapping[str, MessageCase]
    # Of a borrower without loans nothing is known but who lends.
    unknown_case: Case
    # Whose loan each is, and how many messages of a purpose went or go to a person.
    loans: Mapping[str, int]
    before: Mapping[tuple[int, str], int]
    room: dict[int, int] = field(default_factory=dict)


def refusal_of(draft: MessageDraft, desk: Desk, now: datetime) -> Queued | None:
    """Why a draft is not even asked about; None when the gate may be asked."""
    refusal = _desk_refusal(draft, desk)
    if refusal is not None:
        return Queued(draft, refusal=refusal)
    is_odd = _is_broken(draft.text) or _is_broken(draft.subject) or "\n" in draft.subject
    if not draft.text.strip() or len(draft.text) > LONGEST_TEXT or is_odd:
        return Queued(draft, refusal=Refusal.TEXT_FAULTY)
    text = f"{draft.subject}\n{draft.text}" if draft.subject else draft.text
    case = desk.cases.get(draft.borrower_ref)
    # The gate holds back what is said to be about a held loan; this, what speaks of one unsaid.
    if case is not None and case.names_held_loan(text, draft.purpose):
        return Queued(draft, refusal=Refusal.LOAN_HELD)
    found = screen(
        text,
        about=case.for_purpose(draft.purpose) if case else desk.unknown_case,
        direction=Direction.OUTGOING,
    )
    if found.outcome is Outcome.BLOCKED:
        return Queued(draft, refusal=Refusal.WORDING_BLOCKED, findings=found.findings)
    # What no rule has seen before may still hurt: words of nobody's approval need a person.
    is_free = draft.template_uuid is None
    if (is_free or found.outcome is Outcome.PERSON) and not draft.was_read_by_person:
        return Queued(draft, refusal=Refusal.WORDING_NEEDS_PERSON, findings=found.findings)
    sender = desk.senders[draft.channel.value, draft.sender]
    return None if _has_room(sender, desk, now) else Queued(draft, refusal=Refusal.OUTBOX_FULL)


def _desk_refusal(draft: MessageDraft, desk: Desk) -> Refusal | None:
    borrower = desk.borrowers.get(draft.borrower_ref)
    if borrower is None:
        return Refusal.BORROWER_UNKNOWN
    if draft.channel in VOICE_AND_VISITS:
        return Refusal.CHANNEL_UNSUITED
    sender = desk.senders.get((draft.channel.value, draft.sender))
    if sender is None:
        return Refusal.SENDER_UNKNOWN
    if sender.stopped_at is not None:
        return Refusal.SENDER_STOPPED
    if (borrower.pk, KIND_OF[draft.channel]) not in desk.addresses:
        return Refusal.ADDRESS_MISSING
    if draft.loan_ref and desk.loans.get(draft.loan_ref) != borrower.pk:
        return Refusal.LOAN_UNKNOWN
    return _template_refusal(draft, desk, borrower) if draft.template_uuid else None


def _template_refusal(draft: MessageDraft, desk: Desk, borrower: Borrower) -> Refusal | None:
    """A template is used for what it was approved for: its words, subject, channel and purpose."""
    template = desk.templates.get(draft.template_uuid) if draft.template_uuid else None
    if template is None or template.state != "approved":
        return Refusal.TEMPLATE_NOT_APPROVED
    if (template.channel, template.purpose) != (draft.channel.value, draft.purpose):
        return Refusal.TEMPLATE_NOT_APPROVED
    wording = wording_of(template)
    if not is_filled_from(wording, draft.text, subject=draft.subject):
        return Refusal.TEXT_NOT_OF_TEMPLATE
    if not desk.before.get((borrower.pk, draft.purpose)) and wording.tone is not Tone.HELP:
        return Refusal.FIRST_TONE_NOT_HELP
    return None


def _has_room(sender: ChannelSender, desk: Desk, now: datetime) -> bool:
    """Back-pressure: no more is queued than the sender can send in its longest window."""
    if sender.pk not in desk.room:
        waiting = Message.objects.filter(sender=sender, state="queued").count()
        most = sender.rate_milli * int(LONGEST_QUEUE.total_seconds()) // 1000
        desk.room[sender.pk] = most - waiting
    desk.room[sender.pk] -= 1
    return desk.room[sender.pk] >= 0


def _is_broken(text: str) -> bool:
    """Control characters other than line breaks, or half a surrogate pair."""
    return any(
        (ord(letter) < 0x20 and letter not in "\n\t") or 0xD800 <= ord(letter) <= 0xDFFF
        for letter in text
    )
