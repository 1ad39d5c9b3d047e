"""What a team's lead is told of at once: a call in which the other side is upset."""

from __future__ import annotations

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
    is_lead = request.actor.role is Role.LEAD
    return {
        "is_told_of_distress": is_lead,
        "distress_notices": list_distress_unseen(request.actor) if is_lead else [],
    }


@require_GET
@screen(Screen.WORKLIST)
def notices(request: ConsoleRequest) -> HttpResponse:
    """The notices alone, asked for again while a page of the lead's is open."""
    return render(request, "console/call_notices.html", distress_context(request))


@require_POST
@screen(Screen.WORKLIST)
def seen(request: ConsoleRequest, call_id: UUID) -> HttpResponseBase:
    """The lead has seen it; back to the page it was told on."""
    try:
        mark_distress_seen(actor=request.actor, call_id=call_id, now=business_now())
    except CallRefused as refused:
        raise Http404 from refused
    pages = {reverse("console:overview"), reverse("console:worklist")}
    back = request.POST.get("back", "")
    return HttpResponseRedirect(back if back in pages else reverse("console:worklist"))
