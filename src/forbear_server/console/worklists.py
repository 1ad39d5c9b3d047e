"""C06 worklist: the right borrower next, with the reason, and the law beside what is not permitted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from forbear.compliance.citations import Confidence
from forbear_server.console.actors import ConsoleRequest, screen
from forbear_server.console.breaks import break_context
from forbear_server.console.call_notices import distress_context
from forbear_server.console.evidence_display import recorded_line, shown_line
from forbear_server.console.rule_wording import CONFIDENCE_KINDS
from forbear_server.console.wording import (
    ACTIONS,
    CONFIDENCES,
    INSTRUMENT_KINDS,
    ITEM_STATES,
    LIST_KINDS,
    OUTCOMES,
    REASONS,
    SNOOZE_REASONS,
    STRENGTHS,
    VERDICT_REASONS,
    WORKLIST_REFUSALS,
    sentence,
    word,
)
from forbear_server.selectors.access import Level, Screen
from forbear_server.selectors.evidence import entries_about
from forbear_server.selectors.rules import Ground, daily_caps
from forbear_server.selectors.worklists import (
    Filters,
    Tab,
    Worklist,
    WorklistLine,
    find_line,
    list_colleagues,
    list_worklist,
    worst_loan,
)
from forbear_server.services.evidence import Recorded
from forbear_server.services.worklists import (
    SnoozeReason,
    WorklistRefusal,
    finish_item,
    reassign_item,
    record_refusal,
    record_worklist_opened,
    release_item,
    snooze_item,
    take_item,
)
from forbear_server.ui.clock import business_now


@dataclass(frozen=True, slots=True)
class ShownGround:
    """A rule against it, in the reader's language."""

    sentence: str
    reason: str
    citation: str
    quote: str
    source_kind: str
    strength: str
    rule_id: str
    confidence: str
    confidence_kind: str
    has_page: bool


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line with its words; the template only lays it out."""

    line: WorklistLine
    action: str
    reasons: list[str]
    outcome: str
    state: str
    state_kind: str
    grounds: list[ShownGround]
    snooze_reason: str


@require_GET
@screen(Screen.WORKLIST)
def worklist(request: ConsoleRequest) -> HttpResponse:
    tab = _tab(request.GET.get("tab", ""))
    now = business_now()
    if not request.htmx:
        record_worklist_opened(actor=request.actor, now=now, tab=str(tab))
    return _page(request, tab, _filters(request.GET), now)


def _page(
    request: ConsoleRequest, tab: Tab, filters: Filters, now: datetime, *, status: int = 200
) -> HttpResponse:
    number = request.GET.get("page", "1")
    found = list_worklist(
        request.actor,
        now=now,
        tab=tab,
        filters=filters,
        page=int(number) if number.isdigit() else 1,
    )
    context = {
        "found": found,
        "caps": daily_caps(now.date(), request.actor.scope),
        "lines": [shown(line) for line in found.lines],
        "tabs": [
            (Tab.NOW, _("现在可联系"), found.counts[Tab.NOW]),
            (Tab.LATER, _("稍后可联系"), found.counts[Tab.LATER]),
            (Tab.DONE, _("已完成"), found.counts[Tab.DONE]),
        ],
        "filters": filters,
        "is_filtered": filters != Filters(),
        "actions": [(code, word(ACTIONS, code)) for code in found.actions],
        "recorded": recorded_line(request),
        "empty_because": _empty_because(found, filters, now),
        "is_reader": request.level is Level.READ,
        "is_lead": request.level is Level.TEAM,
        "colleagues": list_colleagues(request.actor) if request.level is Level.TEAM else [],
        **({} if request.htmx else break_context(request, now)),
        **distress_context(request),
    }
    name = "console/worklist_region.html" if request.htmx else "console/worklist.html"
    return render(request, name, context, status=status)


def shown(line: WorklistLine) -> ShownLine:
    return ShownLine(
        line=line,
        action=word(ACTIONS, line.action),
        reasons=[word(REASONS, code) for code in line.reasons[:2]],
        outcome=word(OUTCOMES, line.last_outcome) if line.last_outcome else "",
        state=word(ITEM_STATES, line.state),
        state_kind=LIST_KINDS[line.state],
        grounds=[shown_ground(ground) for ground in line.grounds],
        snooze_reason=word(SNOOZE_REASONS, line.snooze_reason) if line.snooze_reason else "",
    )


def shown_ground(ground: Ground) -> ShownGround:
    citation = ground.citation
    return ShownGround(
        sentence=sentence(ground),
        reason=word(VERDICT_REASONS, ground.reason),
        citation=f"{citation.instrument.zh} {citation.article}" if citation else ground.rule_id,
        quote=citation.quote if citation else "",
        source_kind=word(INSTRUMENT_KINDS, citation.instrument_kind) if citation else "",
        strength=word(STRENGTHS, citation.strength) if citation else "",
        rule_id=ground.rule_id,
        confidence=word(CONFIDENCES, citation.confidence)
        if citation and citation.confidence is not Confidence.OFFICIAL
        else "",
        confidence_kind=CONFIDENCE_KINDS[citation.confidence] if citation else "",
        has_page=citation is not None,
    )


@require_GET
@screen(Screen.WORKLIST)
def item(request: ConsoleRequest, item_id: int) -> HttpResponse:
    """One line with everything one may do with it."""
    return _item_page(request, item_id, None)


def _item_page(
    request: ConsoleRequest, item_id: int, refusal: str | None, *, status: int = 200
) -> HttpResponse:
    now = business_now()
    line = find_line(request.actor, item_id, now=now)
    if line is None:
        raise Http404
    context = {
        "shown": shown(line),
        "line": line,
        "refusal": refusal,
        "loan_ref": worst_loan(request.actor, item_id),
        "snooze_reasons": [(code, word(SNOOZE_REASONS, code)) for code in SnoozeReason],
        "colleagues": list_colleagues(request.actor) if request.level is Level.TEAM else [],
        "is_reader": request.level is Level.READ,
        "is_lead": request.level is Level.TEAM,
        "caps": daily_caps(now.date(), request.actor.scope),
        "recorded": recorded_line(request),
        "evidence": [
            shown_line(one)
            for one in entries_about(request.actor, f"run:{line.business_date}")
            if one.name in {"plan.published", "gate.mask_recorded"}
        ],
    }
    return render(request, "console/worklist_item.html", context, status=status)


@require_POST
@screen(Screen.WORKLIST, writes=True)
def change(request: ConsoleRequest, item_id: int, verb: str) -> HttpResponseBase:
    """Take, put off, give back, finish or hand on; a refusal is a card with status 409."""
    now = business_now()
    try:
        recorded = _done(request, item_id, verb, now)
    except WorklistRefusal as refusal:
        record_refusal(
            actor=request.actor, item_id=item_id, code=refusal.code, attempted=verb, now=now
        )
        if refusal.code == "not_found":
            raise Http404 from None
        return _item_page(request, item_id, _refusal_text(refusal), status=409)
    address = reverse("console:worklist")
    if verb == "take":
        address = reverse("console:worklist-item", args=[item_id])
    return HttpResponseRedirect(f"{address}?recorded={recorded.entry_id}")


def _done(request: ConsoleRequest, item_id: int, verb: str, now: datetime) -> Recorded:
    actor = request.actor
    if verb == "take":
        return take_item(actor=actor, item_id=item_id, now=now)
    if verb == "release":
        return release_item(actor=actor, item_id=item_id, now=now)
    if verb == "finish":
        return finish_item(actor=actor, item_id=item_id, now=now)
    if verb == "snooze":
        return snooze_item(
            actor=actor,
            item_id=item_id,
            until=_moment(request.POST.get("until", ""), now),
            reason=_snooze_reason(request.POST.get("reason", "")),
            now=now,
        )
    if verb == "reassign":
        to = request.POST.get("to", "")
        return reassign_item(
            actor=actor, item_id=item_id, to_user_id=int(to) if to.isdigit() else 0, now=now
        )
    raise Http404


def _refusal_text(refusal: WorklistRefusal) -> str:
    if refusal.code == "taken_by_colleague":
        return _("%(name)s 正在处理。") % {"name": refusal.by}
    return word(WORKLIST_REFUSALS, refusal.code)


def _moment(text: str, now: datetime) -> datetime:
    """A time of today as `14:30`; anything else is refused as lying in the past."""
    try:
        chosen = time.fromisoformat(text)
    except ValueError:
        return now
    return datetime.combine(now.date(), chosen, ZoneInfo("Asia/Shanghai"))


def _snooze_reason(text: str) -> SnoozeReason:
    return SnoozeReason(text) if text in set(SnoozeReason) else SnoozeReason.NOT_REACHED


def _tab(text: str) -> Tab:
    return Tab(text) if text in set(Tab) else Tab.NOW


def _filters(query: QueryDict) -> Filters:
    return Filters(
        bucket=query.get("bucket", ""),
        action=query.get("action", ""),
        search=query.get("search", "").strip()[:64],
    )


def _empty_because(found: Worklist, filters: Filters, now: datetime) -> str:
    if found.lines:
        return ""
    if found.business_date is None:
        return _("还没有批处理结果，先导入数据。")
    if filters != Filters():
        return _("没有符合条件的记录")
    if found.tab is Tab.NOW and found.counts[Tab.LATER]:
        return _("现在是 %(time)s，没有可以联系的借款人；到了允许的时段会自动出现在这里。") % {
            "time": f"{now:%H:%M}"
        }
    if found.tab is Tab.DONE:
        return _("今天还没有处理完的待办。")
    return _("今天的待办都处理完了。")
