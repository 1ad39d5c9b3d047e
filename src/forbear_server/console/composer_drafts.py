"""Drafts of C07: kept while somebody types, shown again to them, let go of when sent or discarded."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from forbear_server.console.actors import ConsoleRequest, screen
from forbear_server.selectors.access import Screen
from forbear_server.selectors.kept_drafts import DraftPlace, DraftText
from forbear_server.services.addresses import BorrowerNotHere
from forbear_server.services.kept_drafts import DraftNotKept, discard_draft, keep_draft
from forbear_server.ui.clock import business_now
from forbear_server.ui.templatetags.forbear import clock_time


@require_POST
@screen(Screen.LOAN, writes=True)
def keep(request: ConsoleRequest, ref: str, place: str) -> HttpResponse:
    """Keep what stands in the form; says when, or 204 when nothing is left of it."""
    told = request.POST
    draft = DraftText(
        text=told.get("note" if place == DraftPlace.DISPOSITION else "text", ""),
        subject=told.get("subject", ""),
        template_id=told.get("template", "")[:36],
    )
    try:
        saved_at = keep_draft(
            actor=request.actor,
            borrower_ref=ref,
            place=_place(place),
            draft=draft,
            form_key=told.get("key", "")[:64],
            now=business_now(),
        )
    except BorrowerNotHere:
        raise Http404 from None
    except DraftNotKept:
        return HttpResponse(_("草稿没有保存"), status=409, content_type="text/plain")
    if saved_at is None:
        return HttpResponse(status=204)
    said = _("草稿已保存 %(time)s") % {"time": clock_time(saved_at)}
    return HttpResponse(said, content_type="text/plain; charset=utf-8")


@require_POST
@screen(Screen.LOAN, writes=True)
def discard(request: ConsoleRequest, ref: str, place: str) -> HttpResponseBase:
    """丢弃草稿: what was kept goes, and the page opens without it."""
    which = _place(place)
    try:
        discard_draft(actor=request.actor, borrower_ref=ref, place=which)
    except BorrowerNotHere:
        raise Http404 from None
    address = reverse("console:borrower", args=[ref])
    if which is DraftPlace.DISPOSITION:
        return HttpResponseRedirect(address)
    return HttpResponseRedirect(f"{address}?channel={which.value}")


def _place(name: str) -> DraftPlace:
    if name not in set(DraftPlace):
        raise Http404
    return DraftPlace(name)
