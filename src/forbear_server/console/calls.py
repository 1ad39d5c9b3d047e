"""Calling from C07: asked again on the server, followed while it is on, closed with what happened.

The web process holds no telephone: it writes what is wished, and `forbear voice run` does it.
"""

from __future__ import annotations

import re
from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from forbear.contact.calls import CallRefused, Identity, Silence, VoiceKind
from forbear_server.console.actors import ConsoleRequest, screen
from forbear_server.console.borrower_page import found_or_404, page_with
from forbear_server.console.call_display import call_context
from forbear_server.console.call_wording import CALL_REFUSALS
from forbear_server.console.contact_wording import MESSAGE_REFUSALS
from forbear_server.console.wording import word
from forbear_server.console.worklists import shown_ground
from forbear_server.selectors.access import Screen, may_write
from forbear_server.selectors.calls import CallView, find_open_call
from forbear_server.selectors.kept_drafts import DraftPlace
from forbear_server.selectors.rules import ground_of
from forbear_server.selectors.telephones import find_telephones
from forbear_server.services.ai_calls import with_ai_voice
from forbear_server.services.call_closing import (
    Told,
    close_call,
    confirm_disposition,
    tick_guide_line,
    verify_identity,
)
from forbear_server.services.call_distress import go_on_with_guide, note_distress
from forbear_server.services.call_lines import ask_for_silence, ask_to_end
from forbear_server.services.calls import CallAnswer, CallAsked, begin_call
from forbear_server.services.gate import GateClosed
from forbear_server.services.kept_drafts import discard_draft
from forbear_server.services.recordings import open_recording
from forbear_server.ui.clock import business_now

STOP_POLLING = 286
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


@require_POST
@screen(Screen.LOAN, writes=True)
def place(request: ConsoleRequest, ref: str) -> HttpResponseBase:
    """Dial: the gate is asked here, whatever the page showed."""
    now = business_now()
    page = found_or_404(request, ref, now)
    telephones = find_telephones(now=now)
    meant = page.spoken_of
    asked = CallAsked(
        borrower_ref=ref,
        provider=telephones.sender if telephones else "",
        collector_line=request.actor.username,
        can_record=telephones is not None and telephones.can_record,
        idempotency_key=request.POST.get("key", "")[:64] or f"call-{now.timestamp()}",
        loan_ref=meant.facts.ref if meant else "",
    )
    try:
        if request.POST.get("voice") == VoiceKind.AI:
            script = request.POST.get("script", "")[:64]
            asked = with_ai_voice(
                actor=request.actor, page=page, asked=asked, script_id=script, now=now
            )
        answer = begin_call(actor=request.actor, asked=asked, now=now)
    except CallRefused as refused:
        return _refused(request, ref, refused, now)
    except GateClosed as closed:
        text = word(MESSAGE_REFUSALS, closed.code)
        return page_with(request, ref, now, status=409, refusal=text)
    if answer.call_id is None:
        return _not_placed(request, ref, answer, now)
    return _back(ref, answer.evidence_id)


@require_GET
@screen(Screen.LOAN)
def panel(request: ConsoleRequest, ref: str) -> HttpResponse:
    """The panel alone, once a second while a call is on; the whole page when it must change."""
    now = business_now()
    page = found_or_404(request, ref, now)
    call = find_open_call(request.actor, ref)
    is_on = call is not None and call.is_under_way
    context = {
        "page": page,
        "may_work": may_write(request.actor, Screen.LOAN),
        **call_context(request, page, call, now),
    }
    answer = render(
        request, "console/call_panel.html", context, status=200 if is_on else STOP_POLLING
    )
    hid_money = request.GET.get("hid") == "1"
    if not is_on or hid_money != (call is not None and call.hides_money):
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
@screen(Screen.LOAN, writes=True)
def end(request: ConsoleRequest, ref: str) -> HttpResponseBase:
    """The collector ends it."""
    now = business_now()
    try:
        ask_to_end(actor=request.actor, call_id=_own_call(request, ref, now).call_id, now=now)
    except CallRefused as refused:
        return _refused(request, ref, refused, now)
    return _back(ref)


@require_POST
@screen(Screen.LOAN, writes=True)
def silence(request: ConsoleRequest, ref: str, verb: str) -> HttpResponseBase:
    """静音 or 保持, or the end of it; the panel shows what the line says, not what was asked."""
    wishes = {
        "mute": (Silence.MUTE, True),
        "unmute": (Silence.MUTE, False),
        "hold": (Silence.HOLD, True),
        "resume": (Silence.HOLD, False),
    }
    if verb not in wishes:
        raise Http404
    now = business_now()
    which, is_on = wishes[verb]
    call_id = _own_call(request, ref, now).call_id
    try:
        ask_for_silence(actor=request.actor, call_id=call_id, silence=which, is_on=is_on, now=now)
    except CallRefused as refused:
        return _refused(request, ref, refused, now)
    return _back(ref)


@require_POST
@screen(Screen.LOAN, writes=True)
def upset(request: ConsoleRequest, ref: str) -> HttpResponseBase:
    """对方情绪激动: the guide rests and the lead is told; or the guide goes on."""
    now = business_now()
    call_id = _own_call(request, ref, now).call_id
    try:
        if request.POST.get("go_on"):
            go_on_with_guide(actor=request.actor, call_id=call_id, now=now)
            return _back(ref)
        recorded = note_distress(actor=request.actor, call_id=call_id, now=now)
    except CallRefused as refused:
        return _refused(request, ref, refused, now)
    return _back(ref, recorded.entry_id if recorded else "")


@require_POST
@screen(Screen.LOAN, writes=True)
def identity(request: ConsoleRequest, ref: str) -> HttpResponseBase:
    """Who is on the line."""
    now = business_now()
    told = request.POST.get("identity", "")
    if told not in {one.value for one in Identity} - {Identity.UNKNOWN.value}:
        raise Http404
    call = _own_call(request, ref, now)
    try:
        recorded = verify_identity(
            actor=request.actor, call_id=call.call_id, identity=Identity(told), now=now
        )
    except CallRefused as refused:
        return _refused(request, ref, refused, now)
    return _back(ref, recorded.entry_id)


@require_POST
@screen(Screen.LOAN, writes=True)
def guide(request: ConsoleRequest, ref: str) -> HttpResponseBase:
    """A line of the guide was said."""
    now = business_now()
    call = _own_call(request, ref, now)
    try:
        tick_guide_line(
            actor=request.actor,
            call_id=call.call_id,
            code=request.POST.get("code", "")[:32],
            now=now,
        )
    except CallRefused as refused:
        return _refused(request, ref, refused, now)
    return _back(ref)


@require_POST
@screen(Screen.LOAN, writes=True)
def close(request: ConsoleRequest, ref: str) -> HttpResponseBase:
    """Confirm a disposition (what acts at once acts now), or close the call with it and a note."""
    now = business_now()
    call = _own_call(request, ref, now)
    said = request.POST
    told = Told(
        code=said.get("disposition", "")[:32],
        note=said.get("note", ""),
        from_minute=_minute(said.get("from", "")),
        until_minute=_minute(said.get("until", "")),
        kept_debt_back=said.get("kept_debt_back") == "1",
    )
    try:
        if said.get("step") == "confirm":
            confirm_disposition(actor=request.actor, call_id=call.call_id, told=told, now=now)
            return page_with(request, ref, now, status=200)  # what was typed stays
        recorded = close_call(actor=request.actor, call_id=call.call_id, told=told, now=now)
    except CallRefused as refused:
        return _refused(request, ref, refused, now, status=422)
    discard_draft(actor=request.actor, borrower_ref=ref, place=DraftPlace.DISPOSITION)
    return _back(ref, recorded.entry_id)


@require_POST
@screen(Screen.LOAN)
def recording(request: ConsoleRequest, ref: str, call_id: UUID) -> HttpResponseBase:
    """The sound of a call, for a purpose that is recorded."""
    now = business_now()
    found_or_404(request, ref, now)
    try:
        sound = open_recording(
            actor=request.actor,
            call_id=call_id,
            purpose=request.POST.get("purpose", ""),
            now=now,
        )
    except CallRefused as refused:
        return _refused(request, ref, refused, now)
    answer = HttpResponse(sound, content_type="audio/wav")
    answer["Cache-Control"] = "no-store"
    return answer


def _own_call(request: ConsoleRequest, ref: str, now: datetime) -> CallView:
    found_or_404(request, ref, now)
    call = find_open_call(request.actor, ref)
    if call is None or not call.is_mine:
        raise Http404
    return call


def _not_placed(
    request: ConsoleRequest, ref: str, answer: CallAnswer, now: datetime
) -> HttpResponse:
    reason = "needs_review" if answer.needs_review else "refused_by_rule"
    return page_with(
        request,
        ref,
        now,
        status=409,
        refusal=word(CALL_REFUSALS, reason),
        refusal_grounds=[shown_ground(ground_of(rule_id, why)) for rule_id, why in answer.grounds],
        refusal_next_at=answer.next_permitted_at,
    )


def _refused(
    request: ConsoleRequest, ref: str, refused: CallRefused, now: datetime, *, status: int = 409
) -> HttpResponse:
    text = word(CALL_REFUSALS, refused.reason) if refused.reason else str(refused)
    return page_with(request, ref, now, status=status, refusal=text)


def _minute(text: str) -> int | None:
    """A time of the clock as a minute of the day; None for anything else."""
    told = _CLOCK.fullmatch(text)
    return int(told[1]) * 60 + int(told[2]) if told else None


def _back(ref: str, evidence_id: str = "") -> HttpResponseRedirect:
    address = reverse("console:borrower", args=[ref])
    return HttpResponseRedirect(f"{address}?recorded={evidence_id}" if evidence_id else address)
