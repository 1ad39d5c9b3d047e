"""The workbench of C07 as one page: everything about a person, in the order a collector needs it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse
from django.shortcuts import render

from forbear.contact.channels import Channel
from forbear.contact.permission import ContactRequest
from forbear.contact.preferences import LONGEST_PAUSE_DAYS
from forbear_server.console.actors import ConsoleRequest
from forbear_server.console.borrower_display import (
    PANEL,
    REVEAL_REASONS,
    ShownCounts,
    shown_channels,
    shown_hold,
    shown_preference,
)
from forbear_server.console.breaks import break_context
from forbear_server.console.call_display import call_context
from forbear_server.console.call_wording import PURPOSES
from forbear_server.console.composer_display import composer_context
from forbear_server.console.evidence_display import recorded_line
from forbear_server.console.loan_cards import (
    bucket_word,
    shown_loans,
    shown_scores,
    to_be_disputed,
)
from forbear_server.console.timeline_display import GROUPS, group_words, shown_items
from forbear_server.console.wording import CHANNELS, word
from forbear_server.selectors.access import Screen, may_write
from forbear_server.selectors.actors import Role
from forbear_server.selectors.borrower_pages import BorrowerPage, find_borrower_page
from forbear_server.selectors.calls import CallView, list_calls
from forbear_server.selectors.case_timelines import newest_import
from forbear_server.selectors.contact_timelines import find_timeline
from forbear_server.selectors.kept_drafts import list_drafts
from forbear_server.selectors.rules import daily_caps
from forbear_server.services.gate import GateClosed, check_log_is_sound, may_contact_on

CAN_STOP = (Channel.VOICE_INTERACTIVE, Channel.VOICE_NOTICE_AI, Channel.SMS, Channel.MAIL,
            Channel.WECHAT, Channel.APP)  # fmt: skip


def page_with(
    request: ConsoleRequest, ref: str, now: datetime, *, status: int, **more: Any
) -> HttpResponse:
    """The whole page again with something to say on it, typed values kept."""
    return whole_page(request, found_or_404(request, ref, now), now, status=status, **more)


def found_or_404(request: ConsoleRequest, ref: str, now: datetime) -> BorrowerPage:
    found = find_borrower_page(request.actor, ref, now=now)
    if found is None:
        raise Http404
    return found


def whole_page(
    request: ConsoleRequest, found: BorrowerPage, now: datetime, *, status: int = 200, **more: Any
) -> HttpResponse:
    asked = request.GET.get("show", "")
    group = asked if asked in GROUPS else ""
    calls = list_calls(request.actor, found.ref)
    call = next((one for one in calls if one.is_open), None)
    whole = found
    found = concealed(found, call)
    hides_money = call is not None and call.hides_money
    today = now.astimezone(ZoneInfo(request.actor.lender_time_zone)).date()
    worst = found.worst
    # Nothing typed about a debt is shown while another may be on the line, nor written over.
    is_kept = may_write(request.actor, Screen.LOAN) and not hides_money
    drafts = list_drafts(request.actor, found.borrower_id, now=now) if is_kept else None
    context = {
        "page": found,
        "today": today,
        "hides_money": hides_money,
        "bucket": bucket_word(worst.bucket) if worst else "",
        "loans": shown_loans(request.actor, found),
        "to_be_disputed": to_be_disputed(found),
        "scores": shown_scores(request.actor, found),
        "reveal_reasons": [(code, str(label)) for code, label in REVEAL_REASONS.items()],
        "purposes_of_playing": [(code, str(label)) for code, label in PURPOSES.items()],
        "holds": [shown_hold(one, hides_kind=hides_money) for one in found.holds],
        "preferences": [shown_preference(one) for one in found.preferences],
        "items": shown_items(
            find_timeline(request.actor, found, group=group, calls=calls),
            hides_money=hides_money,
            group=group,
        ),
        "groups": group_words(),
        "book_evidence_id": newest_import(),
        "group": group,
        "may_work": may_write(request.actor, Screen.LOAN),
        "may_state": may_write(request.actor, Screen.LOAN)
        or request.actor.role in {Role.COMPLIANCE, Role.COMPLAINTS},
        "channels_to_stop": [(one.value, word(CHANNELS, one.value)) for one in CAN_STOP],
        "pauses": (7, 14, LONGEST_PAUSE_DAYS),
        "recorded": recorded_line(request),
        **panel_context(request, whole, now),
        **break_context(request, now),
        **call_context(request, found, call, now, drafts or {}, calls),
        **composer_context(request, found, now, drafts=drafts),
        **more,
    }
    return render(request, "console/borrower.html", context, status=status)


def concealed(found: BorrowerPage, call: CallView | None) -> BorrowerPage:
    """The page as it may be shown during this call.

    While somebody is on the line who is not known to be the borrower, nothing of a loan may reach
    the page, from whichever part of it.
    """
    return replace(found, loans=()) if call is not None and call.hides_money else found


def panel_context(request: ConsoleRequest, found: BorrowerPage, now: datetime) -> dict[str, object]:
    """Closed gate: no verdict is shown as allowed while nothing can be recorded."""
    try:
        check_log_is_sound()
    except GateClosed:
        return {"is_gate_closed": True, "channels": [], "now": now}
    meant = found.spoken_of
    answers = may_contact_on(
        actor=request.actor,
        borrower_ref=found.ref,
        asked=ContactRequest(
            channel=Channel.SMS,
            loan_ref=meant.facts.ref if meant else None,
            days_past_due=meant.aging.days_past_due if meant else None,
        ),
        channels=PANEL,
        at=now,
    )
    return {
        "is_gate_closed": False,
        "channels": shown_channels(answers, found.address_kinds, now),
        "counts": ShownCounts.of(
            answers[Channel.VOICE_INTERACTIVE], daily_caps(now.date(), request.actor.scope)
        ),
        "local_minute": answers[Channel.SMS].facts.local_minute,
        "now": now,
    }
