"""C17 score cards: a score anybody can check, and its way from draft to use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from forbear.scoring.axes import Axis
from forbear.scoring.cards import Scorecard
from forbear.scoring.errors import ScoringRefused
from forbear.scoring.points import score
from forbear.scoring.what_if import what_would_raise
from forbear_server.console import scorecard_display as display
from forbear_server.console.actors import ConsoleRequest, screen
from forbear_server.console.problems import Problem
from forbear_server.console.score_wording import (
    CARD_REFUSALS,
    CARD_STATE_KINDS,
    CARD_STATES,
    PARTS,
    RECIPES,
    VALIDATION_KINDS,
    in_language,
)
from forbear_server.console.wording import is_english, word
from forbear_server.selectors.access import Screen
from forbear_server.selectors.actors import Actor, Role
from forbear_server.selectors.scorecards import (
    ScoreCardRow,
    ScoreCardWhole,
    find_scorecard,
    list_scorecards,
    newest_drift,
)
from forbear_server.services.scorecards import (
    add_scorecard,
    approve_scorecard,
    retire_scorecard,
    return_scorecard,
    submit_scorecard,
)
from forbear_server.ui.clock import business_now

MOST_BYTES = 4 * 1024 * 1024
SECTIONS = ("points", "reasons", "figures", "calibration", "stability", "fairness", "trial")


@dataclass(frozen=True, slots=True)
class ShownCard:
    row: ScoreCardRow
    use: str
    state: str
    state_kind: str
    part: str


@dataclass(frozen=True, slots=True)
class TrialField:
    """One input of the trial: a number with an example, or a choice of levels."""

    name: str
    id: str
    says: str
    levels: list[str]
    typed: str


@require_GET
@screen(Screen.SCORECARDS)
def scorecards(request: ConsoleRequest) -> HttpResponse:
    return _list_page(request)


def _list_page(
    request: ConsoleRequest, problems: list[Problem] | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "cards": [_shown(row) for row in list_scorecards()],
        "may_add": request.actor.role is Role.STRATEGIST,
        "problems": problems or [],
        "limit": MOST_BYTES // 1024 // 1024,
    }
    return render(request, "console/scorecards.html", context, status=status)


@require_POST
@screen(Screen.SCORECARDS, writes=True)
def add(request: ConsoleRequest) -> HttpResponseBase:
    """Take a card that `forbear scoring fit` wrote."""
    uploaded = request.FILES.get("file")
    if uploaded is None or (uploaded.size or 0) > MOST_BYTES:
        told = _("请选择评分卡文件（JSON，最多 %(limit)s MB）。") % {
            "limit": MOST_BYTES // 1024 // 1024
        }
        return _list_page(request, [Problem("file", told)], 422)
    try:
        text = uploaded.read().decode("utf-8")
        made = add_scorecard(actor=request.actor, text=text, now=business_now())
    except UnicodeDecodeError:
        return _list_page(request, [Problem("file", _("文件不是 UTF-8 文本。"))], 422)
    except ScoringRefused as refusal:
        return _list_page(request, [Problem("file", _told(refusal))], 422)
    return HttpResponseRedirect(_address(made))


@require_GET
@screen(Screen.SCORECARDS)
def scorecard(request: ConsoleRequest, card_uuid: UUID) -> HttpResponse:
    whole = whole_or_404(card_uuid)
    if request.htmx and request.htmx.target == "trial-outcome":
        return render(request, "console/scorecard_trial.html", _trial(whole.card, request.GET))
    return _card_page(request, whole)


def _card_page(
    request: ConsoleRequest, whole: ScoreCardWhole, refusal: str = "", status: int = 200
) -> HttpResponse:
    card = whole.card
    bands = display.reliability(card.validation)
    periods = display.stability(card.validation)
    context = {
        "shown": _shown(whole.row),
        "card": card,
        "characteristics": display.characteristics(card),
        "measures": display.measures(card.validation),
        "challengers": display.challengers(card.validation),
        "validation_kind": word(VALIDATION_KINDS, str(card.validation.get("kind", ""))),
        "bands": bands,
        "band_block": display.reliability_block(bands),
        "periods": periods,
        "period_block": display.stability_block(periods),
        "drift": display.night_drift(
            card, newest_drift(request.actor.lender_code, whole.row.digest)
        ),
        "groups": display.groups(card.validation),
        "left_out": display.left_out(card.training),
        "moves": _moves(request.actor, whole.row),
        "parts": [(code, word(PARTS, code)) for code in PARTS],
        "refusal": refusal,
        **_trial(card, request.GET),
    }
    return render(request, "console/scorecard.html", context, status=status)


@require_POST
@screen(Screen.SCORECARDS, writes=True)
def decide(request: ConsoleRequest, card_uuid: UUID, verb: str) -> HttpResponseBase:
    """Submit, approve, return or retire; a refusal shows why and changes nothing."""
    whole = whole_or_404(card_uuid)
    now, note = business_now(), request.POST.get("note", "")
    try:
        if verb == "submit":
            submit_scorecard(actor=request.actor, card_uuid=card_uuid, now=now)
        elif verb == "approve":
            approve_scorecard(
                actor=request.actor,
                card_uuid=card_uuid,
                part=request.POST.get("part", ""),
                note=note,
                is_demonstration=bool(settings.DEMO),
                now=now,
            )
        elif verb == "return":
            return_scorecard(actor=request.actor, card_uuid=card_uuid, note=note, now=now)
        elif verb == "retire":
            retire_scorecard(actor=request.actor, card_uuid=card_uuid, note=note, now=now)
        else:
            raise Http404
    except ScoringRefused as refusal:
        return _card_page(request, whole, _told(refusal), 409)
    return HttpResponseRedirect(_address(card_uuid))


def _trial(card: Scorecard, query: QueryDict) -> dict[str, Any]:
    """What somebody typed, scored; nothing is stored. Untyped inputs count as not known."""
    fields, facts, faults = [], {}, []
    for place, (name, axis) in enumerate(_inputs(card).items()):
        typed = query.get(f"x{place}", "").strip()
        fields.append(
            TrialField(name, f"x{place}", _says(card, name), list(axis.levels or ()), typed)
        )
        try:
            facts[name] = typed or None if axis.levels is not None else _number(typed)
        except ValueError:
            faults.append(Problem(f"x{place}", _("请输入数字：%(name)s") % {"name": name}))
    scored = score(card, facts)
    by_name = {one.name: one for one in card.characteristics}
    lines = [
        (
            in_language(by_name[reason.characteristic].says) or reason.characteristic,
            reason.points,
        )
        for reason in scored.reasons
    ]
    return {
        "trial_fields": fields,
        "trial_problems": faults,
        "trial_lines": lines,
        "trial_points": scored.points,
        "trial_base": scored.base_points,
        "trial_percent": None if scored.ppm is None else scored.ppm / 10_000,
        "trial_losses": [
            (in_language(by_name[one.characteristic].tells), one.points) for one in scored.losses
        ],
        "trial_steps": [
            (in_language(by_name[step.characteristic].advice or {}), step.gain)
            for step in what_would_raise(card, facts)[:3]
        ],
    }


def _inputs(card: Scorecard) -> dict[str, Axis]:
    """One axis for each input; the finest, where two characteristics read the same."""
    found: dict[str, Axis] = {}
    for one in card.characteristics:
        for axis in one.axes:
            held = found.get(axis.input)
            if held is None or axis.places > held.places:
                found[axis.input] = axis
    return found


def _says(card: Scorecard, name: str) -> str:
    for one in card.characteristics:
        if len(one.axes) == 1 and one.axes[0].input == name:
            return in_language(one.says) or name
    return name


def _number(typed: str) -> float | None:
    return float(typed.replace(",", "")) if typed else None


def _moves(actor: Actor, row: ScoreCardRow) -> list[str]:
    """What this person may do with the version now; nobody decides about their own."""
    if actor.role is Role.STRATEGIST:
        return ["submit"] if row.state == "draft" else []
    if actor.role is not Role.COMPLIANCE or actor.user_id in {row.added_by_id, row.submitted_by_id}:
        return []
    if (row.state, row.part) == ("approved", "challenger"):
        return ["approve", "retire"]
    return {"submitted": ["approve", "return"], "approved": ["retire"]}.get(row.state, [])


def whole_or_404(card_uuid: UUID) -> ScoreCardWhole:
    whole = find_scorecard(card_uuid)
    if whole is None:
        raise Http404
    return whole


def _shown(row: ScoreCardRow) -> ShownCard:
    return ShownCard(
        row=row,
        use=word(RECIPES, row.recipe),
        state=word(CARD_STATES, row.state),
        state_kind=CARD_STATE_KINDS[row.state],
        part=word(PARTS, row.part) if row.state == "approved" else "",
    )


def _told(refusal: ScoringRefused) -> str:
    """The sentence of the code, and the details as they were raised."""
    return f"{word(CARD_REFUSALS, refusal.code)}{'. ' if is_english() else '。'}{refusal}"


def _address(card_uuid: UUID) -> str:
    return reverse("console:scorecard", args=[card_uuid])
