"""What a team's lead is told of at once: a call in which the other side is upset."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from forbear.contact.calls import CallRefused
from forbear_server.console.actors import ConsoleRequest, screen
from forbear_server.selectors.access import Screen
from forbear_server.selectors.actors import Role
from forbear_server.selectors.calls import list_distress_unseen
from forbear_server.services.call_distress import mark_distress_seen
from forbear_server.ui.clock import business_now


def distress_context(request: ConsoleRequest) -> dict[str, Any]:
    """The notices of a lead's team; nobody else has any."""
    return _context(request, request.path)


@require_GET
@screen(Screen.WORKLIST)
def notices(request: ConsoleRequest) -> HttpResponse:
    """The notices alone, asked for again while a page of the lead's is open; 204 for the same ones.

    What did not change is not swapped, so that the focus stays and nothing is read out twice.
    """
    context = _context(request, request.GET.get("back", ""))
    if request.GET.get("shown") == context["distress_shown"]:
        return HttpResponse(status=204)
    return render(request, "console/call_notice_list.html", context)


@require_POST
@screen(Screen.WORKLIST)
def seen(request: ConsoleRequest, call_id: UUID) -> HttpResponseBase:
    """The lead has seen it; back to the page it was told on."""
    try:
        mark_distress_seen(actor=request.actor, call_id=call_id, now=business_now())
    except CallRefused as refused:
        raise Http404 from refused
    return HttpResponseRedirect(_page_told_on(request.POST.get("back", "")))


def _context(request: ConsoleRequest, back: str) -> dict[str, Any]:
    is_lead = request.actor.role is Role.LEAD
    found = list_distress_unseen(request.actor) if is_lead else []
    shown = ",".join(f"{one.call_id}{one.is_under_way:d}" for one in found)
    return {
        "is_told_of_distress": is_lead,
        "distress_notices": found,
        "distress_back": _page_told_on(back),
        "distress_shown": hashlib.sha256(shown.encode()).hexdigest()[:16],
    }


def _page_told_on(address: str) -> str:
    """The page a notice stands on, out of those that show any."""
    worklist = reverse("console:worklist")
    return address if address in {reverse("console:overview"), worklist} else worklist
