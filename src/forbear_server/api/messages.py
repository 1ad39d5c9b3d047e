"""`POST /v1/messages`: queue messages of a plan, each screened and permitted or refused with the law."""

from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from ninja import Router
from pydantic import AwareDatetime, Field

from forbear.contact.channels import Channel
from forbear.contact.facts import PURPOSES
from forbear_server.api.contact_check_forms import Form, Ref
from forbear_server.api.problems import ProblemOut
from forbear_server.api.signing_in import ApiRequest, denied, for_screen
from forbear_server.selectors.access import Screen, may_write
from forbear_server.selectors.actors import Role
from forbear_server.selectors.rules import ground_of
from forbear_server.services.message_drafts import MessageDraft, Queued
from forbear_server.services.messages import MOST_AT_ONCE, queue_messages
from forbear_server.ui.clock import business_now

router = Router(tags=["messages"])
WRITERS = frozenset({Role.LEAD, Role.COMPLIANCE})


class MessageIn(Form):
    """One message to one borrower on one channel. Groups and lists cannot be written here."""

    idempotency_key: str = Field(min_length=8, max_length=64, examples=["plan-2026-11-20-000017"])
    borrower_ref: Ref = Field(examples=["B-000017"])
    channel: Literal["sms", "app", "mail", "wechat", "letter"]
    text: str = Field(
        max_length=2000,
        description="The whole text as the borrower gets it; of a template when one is named.",
    )
    subject: str = Field("", max_length=200)
    template_id: UUID | None = Field(
        None, description="The approved template; without one the text needs a person (lead)."
    )
    loan_ref: str = Field("", max_length=64)
    purpose: str = Field("collect", description=f"One of {', '.join(PURPOSES)}.")
    language: Literal["zh-Hans", "en"] = "zh-Hans"
    sender: str = Field("", max_length=128, description="Empty: the channel's only sender.")
    priority: int = Field(5, ge=0, le=9, description="0 leaves first.")
    send_at: AwareDatetime | None = Field(None, description="Not before; now when left out.")
    wait_until: AwareDatetime | None = Field(
        None, description="If the law wants it later, it may wait until then."
    )


class MessagesIn(Form):
    messages: list[MessageIn] = Field(min_length=1, max_length=MOST_AT_ONCE)


class MessageOut(Form):
    """What came of one message, in the order asked."""

    idempotency_key: str
    message_id: str | None = Field(description="Null: it was not queued.")
    refusal: str | None = Field(None, description="Why not: a code of docs/reference/errors.md.")
    grounds: list[dict[str, str]] = Field(default_factory=list, description="Rules against it.")
    findings: list[dict[str, str | int]] = Field(
        default_factory=list, description="Words found, where in the text, and why."
    )
    send_from: AwareDatetime | None = None
    next_permitted_at: AwareDatetime | None = None
    evidence_id: str = ""


class MessagesOut(Form):
    messages: list[MessageOut]


@router.post(
    "/messages",
    response={200: MessagesOut, 401: ProblemOut, 403: ProblemOut, 422: ProblemOut, 503: ProblemOut},
    summary="Queue messages",
    operation_id="messages_queue",
)
@for_screen(Screen.WORKLIST)
def queue(request: ApiRequest, asked: MessagesIn) -> HttpResponse:
    """Each message is queued or refused for itself; the same key again gets the first answer.

    What is queued is asked about again when it leaves, and cancelled if it may not.
    """
    if not may_write(request.auth, Screen.WORKLIST) and request.auth.role not in WRITERS:
        return denied(request, Screen.WORKLIST)
    queued = queue_messages(
        actor=request.auth,
        drafts=[_draft(one, request) for one in asked.messages],
        now=business_now(),
    )
    told = MessagesOut(messages=[_told(one) for one in queued])
    return JsonResponse(told.model_dump(mode="json"), status=200)


def _draft(one: MessageIn, request: ApiRequest) -> MessageDraft:
    return MessageDraft(
        borrower_ref=one.borrower_ref,
        channel=Channel(one.channel),
        text=one.text,
        idempotency_key=one.idempotency_key,
        subject=one.subject,
        loan_ref=one.loan_ref,
        purpose=one.purpose if one.purpose in PURPOSES else "collect",
        language=one.language,
        sender=one.sender,
        template_uuid=one.template_id,
        priority=one.priority,
        send_at=one.send_at,
        wait_until=one.wait_until,
    )


def _told(one: Queued) -> MessageOut:
    return MessageOut(
        idempotency_key=one.draft.idempotency_key,
        message_id=str(one.message_id) if one.message_id else None,
        refusal=one.refusal.value if one.refusal else None,
        grounds=[
            {
                "rule_id": told.rule_id,
                "reason": told.reason,
                "zh": told.sentence_zh,
                "en": told.sentence_en,
            }
            for told in (ground_of(rule_id, reason) for rule_id, reason in one.grounds)
        ],
        findings=[
            {
                "kind": found.kind.value,
                "severity": found.severity.value,
                "start": found.start,
                "end": found.end,
                "zh": found.why.zh,
                "en": found.why.en,
            }
            for found in one.findings
        ],
        send_from=_utc(one.send_from),
        next_permitted_at=_utc(one.next_permitted_at),
        evidence_id=one.evidence_id,
    )


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)
