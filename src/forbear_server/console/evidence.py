"""C15 evidence: find an entry, see its proof, make the decision again, hand the proof out."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from forbear.evidence.commitments import CommitmentBroken, FieldsClosed
from forbear.evidence.single_file import single_file_verifier
from forbear.primitives.errors import RequestRefused
from forbear_server.console.actors import ConsoleRequest, denied, screen
from forbear_server.console.evidence_display import (
    committed_fields,
    differences,
    grounds,
    open_fields,
    opened_fields,
    shown_line,
    steps,
    verdict_words,
)
from forbear_server.console.evidence_wording import RULINGS, event_word
from forbear_server.console.problems import Problem
from forbear_server.selectors.access import Level, Screen
from forbear_server.selectors.evidence import (
    EvidenceFilter,
    EvidenceLine,
    find_entry,
    is_erased,
    list_entries,
    list_events,
    logged_entry,
    person_behind,
)
from forbear_server.selectors.log_proofs import (
    LogUnreadable,
    NotSealedYet,
    log_proof,
    published_head,
)
from forbear_server.selectors.rulebook_archives import VersionUnknown
from forbear_server.services.evidence_access import (
    open_evidence,
    record_evidence_exported,
    record_evidence_viewed,
    replay_decision,
)
from forbear_server.services.evidence_bundles import bundle_person
from forbear_server.store.log_files import verifier_key
from forbear_server.ui.clock import business_now, wall_now

# Entries are sealed within a tenth of a second; a page asks again after this long.
SECONDS_TO_SEAL = 2
_BEIJING = ZoneInfo("Asia/Shanghai")


@require_GET
@screen(Screen.EVIDENCE)
def evidence(request: ConsoleRequest) -> HttpResponseBase:
    """What was recorded, newest first."""
    wanted, problems = _filter(request.GET)
    asked = request.GET.get("page", "")[:6]
    page = max(1, int(asked)) if asked.isdecimal() else 1
    found = list_entries(request.actor, wanted, page=page)
    query = request.GET.copy()
    query.pop("page", None)
    try:
        head, broken = published_head(), ""
    except LogUnreadable as fault:
        head, broken = None, str(fault)
    context = {
        "found": found,
        "lines": [shown_line(line) for line in found.lines],
        "wanted": wanted,
        "asked": request.GET,
        "is_filtered": wanted != EvidenceFilter(),
        "problems": problems,
        "query": query.urlencode(),
        "page": page,
        "events": [(name, event_word(name)) for name in list_events(request.actor)],
        "rulings": [(code, told) for code, (_kind, told) in RULINGS.items()],
        "head": head,
        "broken": broken,
        "verifier_key": verifier_key(),
    }
    name = "console/evidence_list.html" if _wants(request, "evidence") else "console/evidence.html"
    return render(request, name, context, status=422 if problems else 200)


@require_GET
@screen(Screen.EVIDENCE)
def entry(request: ConsoleRequest, entry_id: str) -> HttpResponseBase:
    """One entry as a visible chain: decision, rules, log entry, proof, checkpoint."""
    line = _line(request, entry_id)
    is_poll = bool(request.htmx)
    if not is_poll:
        record_evidence_viewed(actor=request.actor, line=line, now=business_now())
    name = "console/evidence_chain.html" if is_poll else "console/evidence_entry.html"
    return render(request, name, _chain(request, line))


@require_POST
@screen(Screen.EVIDENCE)
def opened(request: ConsoleRequest, entry_id: str) -> HttpResponseBase:
    """The committed fields, for a reason that is recorded; compliance only."""
    line = _line(request, entry_id)
    if request.level is not Level.FULL:
        return denied(request, Screen.EVIDENCE)
    try:
        openings = open_evidence(
            actor=request.actor,
            line=line,
            reason=request.POST.get("reason", ""),
            now=business_now(),
        )
    except (RequestRefused, FieldsClosed, CommitmentBroken) as refusal:
        return _page(request, line, refusal=_refusal_text(refusal), status=422)
    return _page(request, line, opened=opened_fields(openings))


@require_POST
@screen(Screen.EVIDENCE)
def replayed(request: ConsoleRequest, entry_id: str) -> HttpResponseBase:
    """The decision made again, beside what was recorded and what today's law would say."""
    line = _line(request, entry_id)
    try:
        made = replay_decision(actor=request.actor, line=line, now=business_now())
    except (RequestRefused, FieldsClosed, CommitmentBroken, VersionUnknown) as refusal:
        context: dict[str, Any] = {"line": line, "refusal": _refusal_text(refusal)}
    else:
        context = {
            "line": line,
            "made": made,
            "recorded": made.replay.recorded.decode(),
            "repeated": made.replay.repeated.decode(),
            "differences": differences(made.replay.recorded, made.replay.repeated),
            "then": verdict_words(json.loads(made.replay.repeated)),
            "today": verdict_words(made.today),
        }
    if _wants(request, "replay"):
        return render(request, "console/evidence_replay.html", context)
    return _page(request, line, **context)


@require_GET
@screen(Screen.EVIDENCE)
def proof(request: ConsoleRequest, entry_id: str) -> HttpResponseBase:
    """The self-contained proof file."""
    line = _line(request, entry_id)
    try:
        made = log_proof(line.entry_id)
    except (NotSealedYet, LogUnreadable):
        return _page(request, line, status=409)
    record_evidence_exported(
        actor=request.actor, entries={"entry": line.entry_id.hex}, now=business_now(), person=""
    )
    return _file(made.text, f"{line.entry_id.hex}.tlog-proof", "text/plain; charset=utf-8")


@require_GET
@screen(Screen.EVIDENCE)
def verifier(request: ConsoleRequest) -> HttpResponseBase:
    """The verifier as one file, to check proofs without us."""
    return _file(single_file_verifier(), "forbear_verify.py", "text/x-python; charset=utf-8")


@require_POST
@screen(Screen.EVIDENCE)
def bundle(request: ConsoleRequest, entry_id: str) -> HttpResponseBase:
    """Everything about the person of this entry, with proofs; for a reason, compliance only."""
    line = _line(request, entry_id)
    if request.level is not Level.FULL:
        return denied(request, Screen.EVIDENCE)
    now = business_now()
    try:
        person = person_behind(line)
        if person is None or person.kind != "borrower":
            return _page(request, line, refusal=_("这条记录与借款人无关。"), status=422)
        made, _entries = bundle_person(
            actor=request.actor,
            borrower_ref=person.ref,
            reason=request.POST.get("reason", ""),
            now=now,
            sealed_at=wall_now(),
        )
    except (RequestRefused, FieldsClosed, CommitmentBroken) as refusal:
        return _page(request, line, refusal=_refusal_text(refusal), status=422)
    except (NotSealedYet, LogUnreadable):
        return _page(request, line, status=409)
    return _file(made, f"evidence-{line.entry_id.hex[:8]}.zip", "application/zip")


def _line(request: ConsoleRequest, entry_id: str) -> EvidenceLine:
    found = find_entry(request.actor, entry_id)
    if found is None:
        raise Http404
    return found


def _page(
    request: ConsoleRequest, line: EvidenceLine, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = _chain(request, line) | more
    return render(request, "console/evidence_entry.html", context, status=status)


def _chain(request: ConsoleRequest, line: EvidenceLine) -> dict[str, Any]:
    """The five cards; the last two only when the proof holds."""
    logged = logged_entry(line)
    context: dict[str, Any] = {
        "line": line,
        "shown": shown_line(line),
        "logged": logged,
        "open_fields": open_fields(logged) if logged else [],
        "committed": committed_fields(logged) if logged else [],
        "grounds": grounds(line, line.at),
        "rulebooks": line.body.get("rulebooks", ""),
        "may_open": request.level is Level.FULL,
        "is_erased": is_erased(line),
        "verifier_key": verifier_key(),
        "seconds_to_seal": SECONDS_TO_SEAL,
    }
    try:
        made = log_proof(line.entry_id)
    except NotSealedYet:
        return context | {"is_waiting": True}
    except LogUnreadable as fault:
        return context | {"broken": str(fault)}
    return context | {
        "proof": made,
        "steps": steps(made),
        "canonical": made.canonical.decode(),
        "pretty": json.dumps(json.loads(made.canonical), ensure_ascii=False, indent=2),
    }


def _filter(query: QueryDict) -> tuple[EvidenceFilter, list[Problem]]:
    problems: list[Problem] = []
    since = _day(query, "since", problems)
    until = _day(query, "until", problems)
    return (
        EvidenceFilter(
            text=query.get("q", "").replace("\0", "").strip()[:128],
            event=query.get("event", "").replace("\0", "")[:64],
            rule=query.get("rule", "").replace("\0", "").strip()[:128],
            ruling=query.get("ruling", "") if query.get("ruling") in RULINGS else "",
            since=since,
            until=until + timedelta(days=1) if until else None,
        ),
        problems,
    )


def _day(query: QueryDict, name: str, problems: list[Problem]) -> datetime | None:
    text = query.get(name, "")
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time(), _BEIJING)
    except ValueError:
        problems.append(Problem(name, _("日期应写成 2026-11-20。")))
        return None


def _wants(request: ConsoleRequest, target: str) -> bool:
    """Whether htmx asks for this region alone."""
    if not request.htmx or request.htmx.history_restore_request:
        return False
    return (request.htmx.target or "") == target


def _refusal_text(refusal: Exception) -> str:
    told = {
        "reason_missing": _("请写明打开的原因，至少四个字；原因会被记录。"),
        "fields_closed": _("该人已删除，字段无法再打开。"),
        "commitment_broken": _("校验失败：取值与写入时的承诺不一致，请立即联系合规。"),
        "no_decision": _("这条记录不是规则的决定，无法重放。"),
        "rulebooks_unknown": _("当时的规则书没有保存在本机，无法重放。"),
        "nothing_to_bundle": _("没有与此人有关的证据。"),
    }
    return told.get(getattr(refusal, "code", ""), str(refusal))


def _file(content: str | bytes, name: str, kind: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
