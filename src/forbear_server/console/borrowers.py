"""C07 workbench: one person over all loans, only lawful actions, help within one click."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from forbear.contact.channels import Channel
from forbear.contact.preferences import HoldKind, PreferenceKind
from forbear.primitives.errors import RequestRefused
from forbear_server.console.actors import ConsoleRequest, screen
from forbear_server.console.borrower_display import REVEAL_REASONS, REVEAL_REFUSALS
from forbear_server.console.borrower_page import (
    found_or_404,
    page_with,
    panel_context,
    whole_page,
)
from forbear_server.console.contact_wording import MESSAGE_REFUSALS
from forbear_server.console.wording import word
from forbear_server.selectors.access import Screen
from forbear_server.services.evidence import Recorded
from forbear_server.services.inbound import close_inbound
from forbear_server.services.loans import record_borrower_read
from forbear_server.services.preference_rows import Statement
from forbear_server.services.preferences import (
    give_preference,
    lift_hold,
    place_hold,
    withdraw_preference,
)
from forbear_server.services.reveals import RevealRefused, reveal_phone
from forbear_server.ui.clock import business_now

REVEAL_SECONDS = 30
# One click, always there: the hold stands before anything is written down.
INTAKE = (HoldKind.HARDSHIP, HoldKind.DISPUTE, HoldKind.COMPLAINT)


@require_GET
@screen(Screen.LOAN)
def borrower(request: ConsoleRequest, ref: str) -> HttpResponse:
    now = business_now()
    found = found_or_404(request, ref, now)
    record_borrower_read(actor=request.actor, borrower_ref=ref, now=now)
    return whole_page(request, found, now)


@require_GET
@screen(Screen.LOAN)
def panel(request: ConsoleRequest, ref: str) -> HttpResponse:
    """The panel 能否联系 alone: asked again every half minute and after any event."""
    now = business_now()
    found = found_or_404(request, ref, now)
    context = {"page": found, **panel_context(request, found, now)}
    return render(request, "console/borrower_panel.html", context)


@require_POST
@screen(Screen.LOAN)
def reveal(request: ConsoleRequest, ref: str) -> HttpResponseBase:
    """The whole number for half a minute, for a reason that is recorded."""
    now = business_now()
    found = found_or_404(request, ref, now)
    context: dict[str, object] = {
        "page": found,
        "reveal_reasons": [(code, str(label)) for code, label in REVEAL_REASONS.items()],
        "reveal_seconds": REVEAL_SECONDS,
    }
    status = 200
    try:
        context["phone_shown"] = reveal_phone(
            actor=request.actor, borrower_ref=ref, reason=request.POST.get("reason", ""), now=now
        )
    except RevealRefused as refused:
        context["reveal_problem"] = word(REVEAL_REFUSALS, refused.reason)
        status = 422
    if request.htmx:
        answer = render(request, "console/borrower_phone.html", context, status=status)
    else:
        context.pop("page")
        answer = page_with(request, ref, now, status=status, **context)
        if status == 200:  # without script the page itself goes back to the mask
            answer["Refresh"] = f"{REVEAL_SECONDS}; url={reverse('console:borrower', args=[ref])}"
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@screen(Screen.LOAN)
def hold(request: ConsoleRequest, ref: str) -> HttpResponseBase:
    """困难 · 异议 · 投诉, or a pause the borrower asks for: contact is held back from this moment."""
    now = business_now()
    kind = request.POST.get("kind", "")
    if kind not in {one.value for one in (*INTAKE, HoldKind.PAUSE)}:
        raise Http404
    days = request.POST.get("days", "")
    is_days = days.isascii() and days.isdigit() and len(days) <= 4
    until = now + timedelta(days=int(days)) if is_days else None
    try:
        kept = place_hold(
            actor=request.actor,
            borrower_ref=ref,
            kind=HoldKind(kind),
            source="collector",
            now=now,
            loan_ref=request.POST.get("loan_ref", "")[:64],
            until=until if kind == HoldKind.PAUSE else None,
        )
    except RequestRefused as refused:
        return _refused(request, ref, refused, now)
    return _gone_to(ref, kept.recorded)


@require_POST
@screen(Screen.LOAN)
def lift(request: ConsoleRequest, ref: str, hold_id: UUID) -> HttpResponseBase:
    now = business_now()
    try:
        recorded = lift_hold(
            actor=request.actor, borrower_ref=ref, hold_id=hold_id, outcome="lifted", now=now
        )
    except RequestRefused as refused:
        return _refused(request, ref, refused, now)
    return _gone_to(ref, recorded)


@require_POST
@screen(Screen.LOAN)
def state(request: ConsoleRequest, ref: str) -> HttpResponseBase:
    """What the borrower said about contact: stop a channel, hours, language, or stop altogether."""
    now = business_now()
    said = _statement(request)
    if said is None:
        raise Http404
    try:
        kept = give_preference(actor=request.actor, borrower_ref=ref, said=said, now=now)
    except RequestRefused as refused:
        return _refused(request, ref, refused, now)
    return _gone_to(ref, kept.recorded)


@require_POST
@screen(Screen.LOAN)
def withdraw(request: ConsoleRequest, ref: str, preference_id: UUID) -> HttpResponseBase:
    now = business_now()
    try:
        recorded = withdraw_preference(
            actor=request.actor,
            borrower_ref=ref,
            preference_id=preference_id,
            source="collector",
            now=now,
        )
    except RequestRefused as refused:
        return _refused(request, ref, refused, now)
    return _gone_to(ref, recorded)


@require_POST
@screen(Screen.LOAN, writes=True)
def close_reply(request: ConsoleRequest, ref: str, inbound_id: UUID) -> HttpResponseBase:
    """A person has read a reply and says what was done."""
    now = business_now()
    found_or_404(request, ref, now)
    try:
        recorded = close_inbound(
            actor=request.actor,
            inbound_id=inbound_id,
            outcome=request.POST.get("outcome", "") or "read",
            now=now,
        )
    except RequestRefused as refused:
        return _refused(request, ref, refused, now)
    return _gone_to(ref, recorded)


def _statement(request: ConsoleRequest) -> Statement | None:
    told = request.POST
    kind = told.get("kind", "")
    if kind not in {one.value for one in PreferenceKind}:
        return None
    channel = told.get("channel", "")
    return Statement(
        kind=PreferenceKind(kind),
        source="collector",
        channel=Channel(channel) if channel in {one.value for one in Channel} else None,
        from_minute=_minute(told.get("from", "")),
        until_minute=_minute(told.get("until", "")),
        language=told.get("language", ""),
        words=told.get("words", "")[:200],
    )


def _minute(text: str) -> int | None:
    hour, _colon, minute = text.partition(":")
    if not (text.isascii() and len(text) <= 5 and hour.isdigit() and minute.isdigit()):
        return None
    return int(hour) * 60 + int(minute)


def _refused(
    request: ConsoleRequest, ref: str, refused: RequestRefused, now: datetime
) -> HttpResponse:
    said = word(MESSAGE_REFUSALS, refused.code)
    text = str(refused) if said == refused.code else said
    return page_with(request, ref, now, status=409, refusal=text or _("没有执行。"))


def _gone_to(ref: str, recorded: Recorded) -> HttpResponseRedirect:
    address = reverse("console:borrower", args=[ref])
    return HttpResponseRedirect(f"{address}?recorded={recorded.entry_id}")
