"""C04 nightly run: that the night finished, exactly once, and how to go on if it did not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from forbear_server.console.actors import ConsoleRequest, screen
from forbear_server.console.evidence_display import shown_line
from forbear_server.console.problems import Problem
from forbear_server.console.wording import LEVELS, LIST_KINDS, RUN_STATES, STAGES, word
from forbear_server.selectors.access import Level, Screen
from forbear_server.selectors.books import run_folder
from forbear_server.selectors.evidence import entries_about
from forbear_server.selectors.runs import (
    RunView,
    StageRow,
    calendar,
    find_run,
    has_book,
    is_busy,
)
from forbear_server.services.run_workers import RunFinished, record_run_refused, request_run
from forbear_server.services.runs import RunBusy, ask_to_pause
from forbear_server.ui.clock import business_now, wall_now

STOP_POLLING = 286
STARTING_SECONDS = 60


@dataclass(frozen=True, slots=True)
class ShownStage:
    stage: StageRow
    label: str
    state: str
    state_kind: str


@dataclass(frozen=True, slots=True)
class Branch:
    """One entry of the manifest as a tree."""

    name: str
    value: str
    children: list[Branch]


@dataclass(frozen=True, slots=True)
class CalendarDay:
    day: date
    label: str
    kind: str
    is_chosen: bool


@require_GET
@screen(Screen.RUNS)
def runs(request: ConsoleRequest) -> HttpResponseBase:
    return run_of_day(request, business_now().date())


@require_GET
@screen(Screen.RUNS)
def run_day(request: ConsoleRequest, day: str) -> HttpResponseBase:
    return run_of_day(request, _day(day))


def run_of_day(
    request: ConsoleRequest,
    day: date,
    *,
    problems: list[Problem] | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    today = business_now().date()
    level = request.GET.get("level", "")
    found = find_run(request.actor, day, level=level)
    is_starting = _is_starting(request) and (found is None or found.may_resume)
    is_live = is_starting or (found is not None and found.is_live)
    context = {
        "run": found,
        "day": day,
        "today": today,
        "level": level,
        "levels": [(code, word(LEVELS, code)) for code in ("error",)],
        "is_live": is_live,
        "is_starting": is_starting,
        "state": word(RUN_STATES, _state_of(found)) if found else "",
        "state_kind": LIST_KINDS[_state_of(found)] if found else "quiet",
        "stages": [_shown(stage) for stage in found.stages] if found else [],
        "manifest": branches(found.manifest) if found else [],
        "calendar": _calendar(today, day),
        "has_book": has_book(request.actor),
        "may_start": request.level is Level.FULL and day <= today,
        "problems": problems or [],
        "refusal": refusal,
        "estimate": _estimate(found),
        "evidence": [shown_line(one) for one in entries_about(request.actor, f"run:{day}")],
    }
    if request.htmx:
        if is_starting and found is None and not is_busy(request.actor):
            context["is_live"] = True
        answer = render(request, "console/run_region.html", context)
        answer.status_code = 200 if context["is_live"] else STOP_POLLING
        return answer
    return render(request, "console/runs.html", context, status=status)


@require_POST
@screen(Screen.RUNS, writes=True)
def start(request: ConsoleRequest, day: str) -> HttpResponseBase:
    """Start or resume: the date is typed to confirm; two at once is refused."""
    chosen, now = _day(day), business_now()
    if request.POST.get("confirm", "").strip() != chosen.isoformat():
        problem = Problem("confirm", _("请输入营业日 %(day)s 以确认。") % {"day": chosen})
        return run_of_day(request, chosen, problems=[problem], status=422)
    if chosen > now.date():
        problem = Problem("confirm", _("还没有到这一天。"))
        return run_of_day(request, chosen, problems=[problem], status=422)
    try:
        request_run(actor=request.actor, business_date=chosen, now=now)
    except (RunBusy, RunFinished) as refusal:
        record_run_refused(actor=request.actor, business_date=chosen, code=refusal.code, now=now)
        text = _("已有运行在进行") if isinstance(refusal, RunBusy) else _("这一天的运行已完成")
        return run_of_day(request, chosen, refusal=text, status=409)
    return HttpResponseRedirect(f"{_address(chosen)}?starting={wall_now().timestamp():.0f}")


@require_POST
@screen(Screen.RUNS, writes=True)
def pause(request: ConsoleRequest, day: str) -> HttpResponseBase:
    chosen = _day(day)
    if not ask_to_pause(actor=request.actor, business_date=chosen, now=business_now()):
        return run_of_day(request, chosen, refusal=_("没有正在进行的运行"), status=409)
    return HttpResponseRedirect(_address(chosen))


@require_GET
@screen(Screen.RUNS)
def manifest(request: ConsoleRequest, day: str) -> HttpResponseBase:
    """The manifest file itself, byte by byte."""
    chosen = _day(day)
    path = run_folder(request.actor.lender_code, chosen).root / "manifest.json"
    if not path.exists():
        raise Http404
    return FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=f"manifest-{request.actor.lender_code}-{chosen}.json",
        content_type="application/json",
    )


def branches(tree: Mapping[str, object]) -> list[Branch]:
    return [_branch(str(name), value) for name, value in tree.items()]


def _branch(name: str, value: object) -> Branch:
    if isinstance(value, Mapping):
        return Branch(name, "", branches(value))
    if isinstance(value, list):
        inner = [_branch(_name_in(one, place), one) for place, one in enumerate(value)]
        return Branch(name, "", inner)
    return Branch(name, "—" if value is None else str(value), [])


def _name_in(value: object, place: int) -> str:
    return str(value["name"]) if isinstance(value, Mapping) and "name" in value else str(place + 1)


def _shown(stage: StageRow) -> ShownStage:
    return ShownStage(
        stage, word(STAGES, stage.name), word(RUN_STATES, stage.state), LIST_KINDS[stage.state]
    )


def _calendar(today: date, chosen: date) -> list[CalendarDay]:
    return [
        CalendarDay(
            day,
            word(RUN_STATES, state) if state else _("没有运行"),
            LIST_KINDS[state] if state else "none",
            day == chosen,
        )
        for day, state in calendar(today)
    ]


def _state_of(found: RunView) -> str:
    """As recorded, but a run nobody works on any more is not running, whatever its worker wrote."""
    is_left_alone = found.state == "running" and not found.is_worked_on
    return "interrupted" if is_left_alone else found.state


def _is_starting(request: ConsoleRequest) -> bool:
    """Just asked for: a worker needs a moment; after a minute without one it will not come."""
    asked_at = request.GET.get("starting", "")
    return asked_at.isdigit() and wall_now().timestamp() - int(asked_at) < STARTING_SECONDS


def _estimate(found: RunView | None) -> str:
    """Seconds left by the stages' own speed; nothing before the first stage is through."""
    if found is None or not found.is_live or not found.stages:
        return ""
    done = sum(1 for stage in found.stages if stage.state == "finished")
    if not done:
        return ""
    left = found.seconds / done * (len(found.stages) - done)
    return f"{left:.0f}"


def _address(day: date) -> str:
    return reverse("console:run", args=[day.isoformat()])


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Http404 from None
