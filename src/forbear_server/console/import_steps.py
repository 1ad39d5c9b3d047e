"""C03 data import, steps 2 to 6: columns, preview, findings, confirmation, outcome."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from forbear.intake.catalogue import message, remedy
from forbear.primitives.findings import Finding
from forbear_server.console.actors import ConsoleRequest, screen
from forbear_server.console.evidence_display import shown_line
from forbear_server.console.import_columns import choice_of, choice_problems, mapping_page
from forbear_server.console.imports import shown, step_address, steps
from forbear_server.console.problems import Problem
from forbear_server.console.wording import (
    IMPORT_REFUSALS,
    LEVELS,
    LIST_KINDS,
    PREVIEW_COLUMNS,
    PREVIEWS,
    is_english,
    word,
)
from forbear_server.selectors.access import Level, Screen
from forbear_server.selectors.actors import Role
from forbear_server.selectors.evidence import entries_about
from forbear_server.selectors.imports import (
    ImportRow,
    every_finding,
    find_import,
    find_preview,
    list_findings,
    list_templates,
)
from forbear_server.selectors.tapes import find_tape
from forbear_server.services.import_acceptance import (
    ErrorsStandAgainst,
    ImportNotReady,
    ImportRefused,
    accept_import,
)
from forbear_server.services.import_rejects import write_rejects
from forbear_server.services.import_workers import begin_check
from forbear_server.services.imports import map_tape
from forbear_server.ui.clock import business_now
from forbear_server.ui.templatetags.forbear import amount, money

STOP_POLLING = 286


@dataclass(frozen=True, slots=True)
class ShownFinding:
    level: str
    level_kind: str
    row: int | None
    column: str
    value_class: str
    code: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A table of the preview: headings and cells, each with whether it is an amount."""

    name: str
    label: str
    columns: list[tuple[str, bool]]
    rows: list[list[tuple[str, bool]]]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One control total: ours, the lender's, and whether they agree."""

    label: str
    ours: str
    theirs: str
    difference: str


@require_http_methods(["GET", "POST"])
@screen(Screen.IMPORTS, writes=True)
def mapping(request: ConsoleRequest, import_uuid: UUID) -> HttpResponseBase:
    """Step 2: which column goes where. A third-party column is refused and cannot be mapped."""
    row = _row(import_uuid)
    raw = find_tape(request.actor, row.sha256)
    problems: list[Problem] = []
    if request.method == "POST":
        choice = choice_of(raw, request.POST)
        problems = choice_problems(raw, choice, row.kind)
        if not problems:
            now = business_now()
            map_tape(
                actor=request.actor,
                import_uuid=import_uuid,
                choice=choice,
                template=request.POST.get("template", "").strip(),
                now=now,
            )
            begin_check(
                actor=request.actor, import_uuid=import_uuid, size_bytes=row.size_bytes, now=now
            )
            return HttpResponseRedirect(step_address(import_uuid, "preview"))
        kept = {**choice.as_json()}
    else:
        templates = dict(list_templates())
        kept = templates.get(request.GET.get("template", ""), dict(row.mapping))
    context = {
        "shown": shown(row),
        "page": mapping_page(raw, kept),
        "templates": [name for name, _mapping in list_templates()],
        "problems": problems,
        "steps": steps("mapping"),
    }
    return render(request, "console/import_mapping.html", context, status=422 if problems else 200)


@require_GET
@screen(Screen.IMPORTS)
def preview(request: ConsoleRequest, import_uuid: UUID) -> HttpResponse:
    """Step 3: the first rows as the book would see them; names and numbers masked for everybody."""
    row = _row(import_uuid)
    tables = find_preview(request.actor.lender_id, row.sha256)
    context = {
        "shown": shown(row),
        "tables": [_shown_table(name, table) for name, table in tables.items()],
        "steps": steps("preview"),
        "is_checking": row.state == "checking",
    }
    return render(request, "console/import_preview.html", context)


def _shown_table(name: str, table: dict[str, Any]) -> ShownTable:
    """Headings in words, amounts as people write them."""
    columns: list[str] = table["columns"]
    is_amount = [column.endswith("_minor") for column in columns]
    return ShownTable(
        name=name,
        label=word(PREVIEWS, name),
        columns=[(word(PREVIEW_COLUMNS, one), is_amount[n]) for n, one in enumerate(columns)],
        rows=[
            [
                (
                    amount(value) if is_amount[n] else "" if value is None else str(value),
                    is_amount[n],
                )
                for n, value in enumerate(row)
            ]
            for row in table["rows"]
        ],
    )


@require_GET
@screen(Screen.IMPORTS)
def findings(request: ConsoleRequest, import_uuid: UUID) -> HttpResponse:
    """Step 4: every finding with its place and its remedy; polls while the check runs."""
    row = _row(import_uuid)
    number = request.GET.get("page", "1")
    found = list_findings(
        import_uuid,
        level=request.GET.get("level", ""),
        code=request.GET.get("code", ""),
        page=int(number) if number.isdigit() else 1,
    )
    context = {
        "shown": shown(row),
        "found": found,
        "findings": [_shown(one) for one in found.findings],
        "by_code": [
            (word(LEVELS, lv), LIST_KINDS[lv], lv, code, n) for lv, code, n in found.by_code
        ],
        "level": request.GET.get("level", ""),
        "code": request.GET.get("code", ""),
        "is_checking": row.state == "checking",
        "may_import": request.level is Level.FULL,
        "left_out": row.totals.get("findings_left_out", 0),
        "steps": steps("findings"),
    }
    if request.htmx:
        answer = render(request, "console/import_findings_region.html", context)
        answer.status_code = 200 if context["is_checking"] else STOP_POLLING
        return answer
    return render(request, "console/import_findings.html", context)


@require_POST
@screen(Screen.IMPORTS, writes=True)
def recheck(request: ConsoleRequest, import_uuid: UUID) -> HttpResponseBase:
    """Judge the same tape again, against the book as it is now."""
    row = _row(import_uuid)
    if row.state not in {"awaiting_confirmation", "failed", "checking"} or not row.mapping:
        raise Http404
    begin_check(
        actor=request.actor,
        import_uuid=import_uuid,
        size_bytes=row.size_bytes,
        now=business_now(),
    )
    return HttpResponseRedirect(step_address(import_uuid, "findings"))


@require_http_methods(["GET", "POST"])
@screen(Screen.IMPORTS, writes=True)
def confirm(request: ConsoleRequest, import_uuid: UUID) -> HttpResponseBase:
    """Step 5: totals against the lender's, then take it whole, or the clean rows, or nothing."""
    row = _row(import_uuid)
    problems: list[Problem] = []
    status = 200
    if request.method == "POST":
        choice = request.POST.get("choice", "")
        if choice == "none":
            return HttpResponseRedirect(step_address(import_uuid, "findings"))
        try:
            accept_import(
                actor=request.actor,
                import_uuid=import_uuid,
                clean_rows_only=choice == "clean",
                now=business_now(),
            )
        except ErrorsStandAgainst:
            problems = [
                Problem("choice", _("文件里有错误：请选择只导入无错误的行，或先修改文件。"))
            ]
            status = 422
        except ImportNotReady:
            problems = [Problem("choice", _("这次导入不在待确认的状态。"))]
            status = 422
        except ImportRefused as refusal:
            problems = [Problem("choice", word(IMPORT_REFUSALS, refusal.code))]
            status = 409
        else:
            return HttpResponseRedirect(step_address(import_uuid, "outcome"))
    context = {
        "shown": shown(row),
        "comparisons": _comparisons(row, request),
        "expected": {name: request.GET.get(name, "") for name in ("loans", "principal", "arrears")},
        "has_errors": row.rejected + row.quarantined > 0,
        "problems": problems,
        "steps": steps("confirm"),
    }
    return render(request, "console/import_confirm.html", context, status=status)


@require_GET
@screen(Screen.IMPORTS)
def outcome(request: ConsoleRequest, import_uuid: UUID) -> HttpResponse:
    """Step 6: what was taken, what was not, and where that is on record."""
    row = _row(import_uuid)
    is_taken = row.state in {"completed", "part_completed"}
    role = request.actor.role
    context = {
        "shown": shown(row),
        "is_taken": is_taken,
        "evidence": [shown_line(one) for one in entries_about(request.actor, f"import:{row.uuid}")],
        "may_ask_withdrawal": is_taken and role is Role.ADMIN and not row.withdrawal_asked_by,
        "may_approve_withdrawal": is_taken
        and role is Role.COMPLIANCE
        and bool(row.withdrawal_asked_by),
        "steps": steps("outcome"),
    }
    return render(request, "console/import_outcome.html", context)


@require_GET
@screen(Screen.IMPORTS)
def findings_file(request: ConsoleRequest, import_uuid: UUID) -> HttpResponse:
    """The findings as CSV: places and remedies, no values."""
    row = _row(import_uuid)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["level", "file", "row", "column", "value_class", "code", "message", "remedy"])
    language = _language()
    for one in every_finding(import_uuid):
        writer.writerow(
            [
                one.level.value,
                one.file,
                one.row or "",
                one.column or "",
                one.value_class or "",
                one.code,
                message(one, language),
                remedy(one, language),
            ]
        )
    return _download(out.getvalue(), f"findings-{str(row.uuid)[:8]}.csv")


@require_GET
@screen(Screen.IMPORTS, writes=True)
def rejects_file(request: ConsoleRequest, import_uuid: UUID) -> HttpResponse:
    """The rows that were not taken, with the findings beside each, to be mended."""
    row = _row(import_uuid)
    with TemporaryDirectory() as folder:
        path = write_rejects(
            actor=request.actor,
            import_uuid=import_uuid,
            folder=Path(folder),
            now=business_now(),
        )
        if path is None:
            raise Http404
        return _download(path.read_text(encoding="utf-8-sig"), f"rejected-{row.file_name}.csv")


def _download(text: str, name: str) -> HttpResponse:
    answer = HttpResponse("\ufeff" + text, content_type="text/csv; charset=utf-8")
    plain = name.encode("ascii", "ignore").decode() or "file.csv"
    answer["Content-Disposition"] = f'attachment; filename="{plain}"'
    return answer


def _row(import_uuid: UUID) -> ImportRow:
    row = find_import(import_uuid)
    if row is None:
        raise Http404
    return row


def _shown(one: Finding) -> ShownFinding:
    language = _language()
    return ShownFinding(
        level=word(LEVELS, one.level),
        level_kind=LIST_KINDS[one.level],
        row=one.row,
        column=one.column or "",
        value_class=one.value_class or "",
        code=one.code,
        message=message(one, language),
        remedy=remedy(one, language),
    )


def _language() -> str:
    return "en" if is_english() else "zh"


def _comparisons(row: ImportRow, request: ConsoleRequest) -> list[Comparison]:
    """Ours beside the lender's; what they did not give is not compared."""
    totals = row.totals

    def counted(name: str, label: str, ours: int, show: Callable[[int], str]) -> Comparison:
        typed = request.GET.get(name, "").replace(",", "").strip()
        try:
            theirs = int(Decimal(typed) * (1 if name == "loans" else 100))
        except InvalidOperation:
            return Comparison(label, show(ours), "", "")
        gap = ours - theirs
        return Comparison(label, show(ours), show(theirs), show(gap) if gap else "")

    found = [counted("loans", _("笔数"), int(totals.get("loans", 0)), lambda n: f"{n:,}")]
    for name, label in (("principal", _("本金")), ("arrears", _("逾期应还"))):
        for currency, minor in totals.get(f"{name}_minor", {}).items():

            def show(total: int, unit: str = currency) -> str:
                return money(total, unit)

            found.append(counted(name, f"{label} {currency}", int(minor), show))
    return found
