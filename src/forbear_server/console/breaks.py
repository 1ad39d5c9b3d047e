"""下一位, and the pause offered after hard calls: on the worklist and on the workbench."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from forbear.contact.hard_cases import BREAK_LASTS
from forbear_server.console.actors import ConsoleRequest, screen
from forbear_server.console.wording import WORKLIST_REFUSALS, word
from forbear_server.selectors.access import Screen, may_write
from forbear_server.selectors.breaks import find_hard_day
from forbear_server.services.breaks import BreakRefused, end_break, take_break
from forbear_server.services.worklists import WorklistRefusal, take_next
from forbear_server.ui.clock import business_now


def break_context(request: ConsoleRequest, now: datetime) -> dict[str, Any]:
    """What the bar above the list says: nothing on an ordinary day."""
    hard = find_hard_day(request.actor, now=now)
    return {
        "works_worklist": may_write(request.actor, Screen.WORKLIST),
        "is_light_due": hard.is_light_due,
        "break_until": hard.break_until,
        "next_key": hard.next_key,
        "break_minutes": int(BREAK_LASTS.total_seconds()) // 60,
        "break_now": now,
        "break_back": request.path if request.method == "GET" else "",
    }


@require_POST
@screen(Screen.WORKLIST, writes=True)
def following(request: ConsoleRequest) -> HttpResponseBase:
    """下一位: take the next case that may be worked now and open its workbench."""
    try:
        taken = take_next(
            actor=request.actor, now=business_now(), form_key=request.POST.get("key", "")[:64]
        )
    except WorklistRefusal as refused:
        said = word(WORKLIST_REFUSALS, refused.code)
        return render(request, "console/nobody_next.html", {"refusal": said}, status=409)
    address = reverse("console:borrower", args=[taken.borrower_ref])
    told = f"?recorded={taken.recorded.entry_id}" if taken.recorded else ""
    return HttpResponseRedirect(address + told)


@require_POST
@screen(Screen.WORKLIST, writes=True)
def pause(request: ConsoleRequest, verb: str) -> HttpResponseBase:
    """休息 5 分钟, or back to work before the time is over."""
    if verb not in {"take", "end"}:
        raise Http404
    back = _page_asked_on(request.POST.get("back", ""))
    if verb == "end":
        end_break(actor=request.actor)
        return HttpResponseRedirect(back)
    try:
        recorded = take_break(actor=request.actor, now=business_now())
    except BreakRefused as refused:
        said = word(WORKLIST_REFUSALS, refused.code)
        return render(request, "console/nobody_next.html", {"refusal": said}, status=409)
    return HttpResponseRedirect(f"{back}?recorded={recorded.entry_id}")


def _page_asked_on(address: str) -> str:
    """The worklist, or the workbench it was asked on; no address of anybody else's making."""
    worklist = reverse("console:worklist")
    bench = reverse("console:borrower", args=["-"]).removesuffix("-/")
    ref = address.removeprefix(bench).removesuffix("/")
    is_bench = address == f"{bench}{ref}/" and ref != "" and "/" not in ref and "?" not in ref
    return address if is_bench else worklist
