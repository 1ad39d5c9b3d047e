"""C03 data import: the list, the first step (choose a file), and taking an import back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from forbear.intake.catalogue import message, remedy
from forbear.intake.reports import TapeKind
from forbear_server.console.actors import ConsoleRequest, screen
from forbear_server.console.problems import Problem
from forbear_server.console.wording import (
    IMPORT_KINDS,
    IMPORT_STATES,
    LIST_KINDS,
    WITHDRAWAL_REFUSALS,
    is_english,
    word,
)
from forbear_server.selectors.access import Level, Screen
from forbear_server.selectors.actors import Role
from forbear_server.selectors.imports import ImportRow, find_import, list_imports
from forbear_server.services.import_withdrawals import (
    WithdrawalRefused,
    approve_withdrawal,
    ask_withdrawal,
    record_withdrawal_refused,
)
from forbear_server.services.imports import AlreadyImported, TapeRefused, receive_tape
from forbear_server.ui.clock import business_now

MIB = 1024 * 1024
STEPS = ("file", "mapping", "preview", "findings", "confirm", "outcome")


@dataclass(frozen=True, slots=True)
class ShownImport:
    row: ImportRow
    kind: str
    state: str
    state_kind: str
    address: str


@require_GET
@screen(Screen.IMPORTS)
def imports(request: ConsoleRequest) -> HttpResponse:
    context = {
        "rows": [shown(row) for row in list_imports()],
        "may_import": request.level is Level.FULL,
    }
    return render(request, "console/imports.html", context)


def shown(row: ImportRow) -> ShownImport:
    return ShownImport(
        row=row,
        kind=word(IMPORT_KINDS, row.kind),
        state=word(IMPORT_STATES, row.state),
        state_kind=LIST_KINDS[row.state],
        address=step_address(row.uuid, _step_of(row)),
    )


def _step_of(row: ImportRow) -> str:
    if row.state == "awaiting_mapping":
        return "mapping"
    return "findings" if row.state in {"checking", "awaiting_confirmation", "failed"} else "outcome"


def step_address(import_uuid: UUID, step: str) -> str:
    return reverse(f"console:import-{step}", args=[import_uuid])


def steps(current: str) -> list[tuple[str, str, bool]]:
    """The six steps with their names; the current one is marked."""
    names = {
        "file": _("选择文件"),
        "mapping": _("列映射"),
        "preview": _("预览"),
        "findings": _("逐行检查"),
        "confirm": _("确认"),
        "outcome": _("结果"),
    }
    return [(step, names[step], step == current) for step in STEPS]


@require_http_methods(["GET", "POST"])
@screen(Screen.IMPORTS, writes=True)
def new(request: ConsoleRequest) -> HttpResponseBase:
    """Step 1: the file, what it is for, and its business date."""
    if request.method == "GET":
        return _new_page(request, [])
    problems: list[Problem] = []
    today = business_now().date()
    uploaded = request.FILES.get("file")
    kind = request.POST.get("kind", "")
    business_date = _day(request.POST.get("business_date", ""))
    if request.META.get("forbear.upload_too_large"):
        problems.append(
            Problem(
                "file",
                _("文件过大（上限 %(limit)s MB），请拆分或用 Parquet。")
                % {"limit": settings.IMPORT_MAX_BYTES // MIB},
            )
        )
    elif not isinstance(uploaded, TemporaryUploadedFile):
        problems.append(Problem("file", _("请选择一个文件。")))
    if kind not in set(TapeKind):
        problems.append(Problem("kind", _("请选择类型。")))
    if business_date is None or business_date > today:
        problems.append(Problem("business_date", _("请填写今天或以前的营业日。")))
    if problems or not isinstance(uploaded, TemporaryUploadedFile) or business_date is None:
        return _new_page(request, problems, status=422)
    try:
        made = receive_tape(
            actor=request.actor,
            path=Path(uploaded.temporary_file_path()),
            file_name=Path(uploaded.name or "tape").name,
            kind=TapeKind(kind),
            business_date=business_date,
            now=business_now(),
        )
    except TapeRefused as refusal:
        language = "en" if is_english() else "zh"
        finding = refusal.finding
        text = f"{message(finding, language)} · {remedy(finding, language)}"
        return _new_page(request, [Problem("file", text)], status=422)
    except AlreadyImported as known:
        return _new_page(request, [], earlier=step_address(known.earlier, "outcome"), status=409)
    return HttpResponseRedirect(step_address(made, "mapping"))


def _new_page(
    request: ConsoleRequest, problems: list[Problem], *, earlier: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "problems": problems,
        "earlier": earlier,
        "steps": steps("file"),
        "kinds": [(code, word(IMPORT_KINDS, code)) for code in TapeKind],
        "kind": request.POST.get("kind", TapeKind.NEW),
        "business_date": request.POST.get("business_date") or business_now().date(),
        "limit": settings.IMPORT_MAX_BYTES // MIB,
    }
    return render(request, "console/import_new.html", context, status=status)


@require_POST
@screen(Screen.IMPORTS)
def withdraw(request: ConsoleRequest, import_uuid: UUID) -> HttpResponseBase:
    """Asked by whoever imports, approved by compliance; nobody approves what they asked."""
    if find_import(import_uuid) is None:
        raise Http404
    now = business_now()
    act = approve_withdrawal if request.actor.role is Role.COMPLIANCE else ask_withdrawal
    try:
        if request.actor.role not in {Role.ADMIN, Role.COMPLIANCE}:
            raise WithdrawalRefused("not_your_role")
        act(actor=request.actor, import_uuid=import_uuid, today=now.date(), now=now)
    except WithdrawalRefused as refusal:
        record_withdrawal_refused(
            actor=request.actor, import_uuid=import_uuid, code=refusal.code, now=now
        )
        row = find_import(import_uuid)
        if row is None:
            raise Http404 from None
        context = {
            "shown": shown(row),
            "refusal": word(WITHDRAWAL_REFUSALS, refusal.code),
            "steps": steps("outcome"),
        }
        return render(request, "console/import_outcome.html", context, status=409)
    return HttpResponseRedirect(step_address(import_uuid, "outcome"))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
