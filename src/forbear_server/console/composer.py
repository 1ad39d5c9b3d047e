"""Composing a message on C07: screened while it is typed, refused or queued when it is sent."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from forbear.contact.wording.errors import WordingRefused
from forbear.contact.wording.templates import require_first_tone
from forbear_server.console.actors import ConsoleRequest
from forbear_server.console.actors import screen as for_screen
from forbear_server.console.borrower_display import NOTE_REFUSALS
from forbear_server.console.borrower_page import concealed, found_or_404, page_with
from forbear_server.console.composer_display import (
    READERS,
    Typed,
    composer_context,
    purpose_of,
    subject_of,
    text_of,
    typed_in,
    with_suggestion,
)
from forbear_server.console.contact_wording import MESSAGE_REFUSALS
from forbear_server.console.wording import word
from forbear_server.console.worklists import ShownGround, shown_ground
from forbear_server.selectors.access import Screen
from forbear_server.selectors.approved_templates import (
    TemplateChoice,
    approved_templates,
    messages_before,
)
from forbear_server.selectors.borrower_pages import BorrowerPage
from forbear_server.selectors.calls import find_open_call
from forbear_server.selectors.kept_drafts import DraftPlace, list_drafts
from forbear_server.selectors.rules import ground_of
from forbear_server.services.gate import GateClosed
from forbear_server.services.kept_drafts import discard_draft
from forbear_server.services.message_drafts import MessageDraft, Queued, Refusal
from forbear_server.services.messages import queue_message
from forbear_server.services.notes import InternalNoteRefused, write_note
from forbear_server.ui.clock import business_now


@require_POST
@for_screen(Screen.LOAN, writes=True)
def check(request: ConsoleRequest, ref: str) -> HttpResponse:
    """Screen what is being typed, or put suggested words in their place; nothing is kept."""
    now = business_now()
    call = find_open_call(request.actor, ref)
    page = concealed(found_or_404(request, ref, now), call)
    hides = call is not None and call.hides_money
    drafts = None if hides else list_drafts(request.actor, page.borrower_id, now=now)
    typed = typed_in(request)
    number = request.POST.get("replace", "")
    is_replaced = number.isascii() and number.isdigit() and len(number) <= 3
    if is_replaced:
        typed = with_suggestion(request, page, typed, int(number), now)
    is_chosen_anew = request.POST.get("chosen") == "anew"
    context = {
        "page": page,
        "may_work": True,
        "is_replaced": is_replaced,
        "is_chosen_anew": is_chosen_anew,
        **composer_context(request, page, now, typed, drafts),
    }
    if not request.htmx:
        context.pop("page")
        return page_with(request, ref, now, status=200, **context)
    is_whole = is_replaced or is_chosen_anew
    part = "borrower_composer" if is_whole else "borrower_screening"
    return render(request, f"console/{part}.html", context)


@require_POST
@for_screen(Screen.LOAN, writes=True)
def note(request: ConsoleRequest, ref: str) -> HttpResponseBase:
    """Keep a note for colleagues; it is never sent."""
    now = business_now()
    found_or_404(request, ref, now)
    typed = typed_in(request)
    try:
        recorded = write_note(
            actor=request.actor,
            borrower_ref=ref,
            text=typed.text,
            idempotency_key=typed.key or secrets.token_hex(16),
            now=now,
        )
    except InternalNoteRefused as refused:
        status = 422 if refused.reason in {"length", "not_fit"} else 409
        problem = word(NOTE_REFUSALS, refused.reason)
        return page_with(request, ref, now, status=status, note_problem=problem)
    discard_draft(actor=request.actor, borrower_ref=ref, place=DraftPlace.NOTE)
    address = reverse("console:borrower", args=[ref])
    return HttpResponseRedirect(f"{address}?recorded={recorded.entry_id}")


@require_POST
@for_screen(Screen.LOAN, writes=True)
def send(request: ConsoleRequest, ref: str) -> HttpResponseBase:
    """Queue the message: the gate and the wording are asked on the server, whatever the page said."""
    now = business_now()
    page = found_or_404(request, ref, now)
    typed = typed_in(request)
    choices = approved_templates(typed.channel, page.language)
    chosen = next((one for one in choices if str(one.template_id) == typed.template_id), None)
    if typed.template_id and chosen is None:
        return _refused(request, ref, now, Refusal.TEMPLATE_NOT_APPROVED.value)
    try:
        if chosen is not None:
            before = messages_before(page.borrower_id, chosen.purpose)
            require_first_tone(chosen.wording, messages_before=before)
        text, problem = text_of(request, page, typed, chosen)
        if problem:
            return page_with(request, ref, now, status=422)
        queued = queue_message(
            actor=request.actor, draft=_draft(page, typed, chosen, text, request), now=now
        )
    except (WordingRefused, GateClosed) as refused:
        return _refused(request, ref, now, refused.code)
    if queued.refusal is not None:
        return _not_queued(request, ref, now, queued)
    place = DraftPlace(typed.channel.value)
    discard_draft(actor=request.actor, borrower_ref=ref, place=place, text=typed.text)
    address = reverse("console:borrower", args=[ref])
    return HttpResponseRedirect(f"{address}?recorded={queued.evidence_id}")


def _draft(
    page: BorrowerPage,
    typed: Typed,
    chosen: TemplateChoice | None,
    text: str,
    request: ConsoleRequest,
) -> MessageDraft:
    meant = page.spoken_of
    return MessageDraft(
        borrower_ref=page.ref,
        channel=typed.channel,
        text=text,
        idempotency_key=typed.key or secrets.token_hex(16),
        subject=subject_of(request, page, typed, chosen),
        loan_ref=typed.loan_ref or (meant.facts.ref if meant else ""),
        purpose=purpose_of(chosen),
        language=page.language,
        template_uuid=chosen.template_id if chosen else None,
        was_read_by_person=typed.was_read and request.actor.role in READERS,
    )


def _not_queued(request: ConsoleRequest, ref: str, now: datetime, queued: Queued) -> HttpResponse:
    grounds: list[ShownGround] = [
        shown_ground(ground_of(rule_id, reason)) for rule_id, reason in queued.grounds
    ]
    is_law = queued.refusal in {Refusal.REFUSED_BY_RULE, Refusal.NEEDS_REVIEW}
    faulty = queued.refusal in {Refusal.TEXT_FAULTY, Refusal.WORDING_NEEDS_PERSON}
    return page_with(
        request,
        ref,
        now,
        status=422 if faulty else 409,
        refusal=word(MESSAGE_REFUSALS, queued.refusal.value if queued.refusal else ""),
        refusal_grounds=grounds if is_law else [],
        refusal_next_at=queued.next_permitted_at,
    )


def _refused(request: ConsoleRequest, ref: str, now: datetime, code: str) -> HttpResponse:
    return page_with(request, ref, now, status=409, refusal=word(MESSAGE_REFUSALS, code))
