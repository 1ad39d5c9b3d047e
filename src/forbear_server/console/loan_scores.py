"""The score on a loan's page, its warning, and what is done about it: help first, never pressure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from forbear.scoring.alerts import Help, help_words
from forbear_server.console.actors import ConsoleRequest, denied, screen
from forbear_server.console.score_wording import (
    CAUSES,
    DISMISSALS,
    WARNING_STATE_KINDS,
    WARNING_STATES,
    in_language,
)
from forbear_server.console.wording import word
from forbear_server.selectors.access import Level, Screen
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.early_warnings import WarningRow, find_warning
from forbear_server.selectors.loan_scores import ScoreExplained, find_loan_score
from forbear_server.selectors.loans import find_loan
from forbear_server.selectors.rule_catalogue import find_rule
from forbear_server.services.early_warnings import WARNING_RECIPE, WarningRefused, close_warning
from forbear_server.ui.clock import business_now

STEPS = 3


@dataclass(frozen=True, slots=True)
class ShownGround:
    """What a help rests on; a rule that has a page of its own is linked."""

    help: str
    basis: str
    rules: list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class ShownWarning:
    """A warning in words; `grounds` say what the help rests on."""

    row: WarningRow
    cause: str
    state: str
    state_kind: str
    percent: str
    reasons: list[tuple[str, int]]
    helps: list[tuple[str, str]]
    grounds: list[ShownGround]
    closing: str


def score_context(actor: Actor, loan_ref: str) -> dict[str, Any]:
    """What the loan page shows of score and warning; nothing where no card is in use."""
    found = find_loan_score(loan_ref, recipe=WARNING_RECIPE)
    warning = find_warning(actor, loan_ref)
    return {
        "scored": found,
        "score_percent": "" if found is None else percent(found.score.ppm or 0),
        "score_cause": "" if found is None else word(CAUSES, found.cause),
        "score_lines": [] if found is None else score_lines(found),
        "score_losses": [] if found is None else _losses(found),
        "score_steps": [] if found is None else _steps(found),
        "warning": None if warning is None else shown_warning(warning, found),
        "dismissals": [(code, word(DISMISSALS, code)) for code in DISMISSALS],
    }


def score_lines(found: ScoreExplained) -> list[tuple[str, int]]:
    """Every reason with its points; with the base they add to the score."""
    says = {one.name: in_language(one.says) or one.name for one in found.card.characteristics}
    return [(says[one.characteristic], one.points) for one in found.score.reasons]


def _losses(found: ScoreExplained) -> list[tuple[str, int]]:
    tells = {one.name: in_language(one.tells) or one.name for one in found.card.characteristics}
    return [(tells[one.characteristic], one.points) for one in found.score.losses]


def _steps(found: ScoreExplained) -> list[tuple[str, int]]:
    advice = {one.name: in_language(one.advice or {}) for one in found.card.characteristics}
    return [(advice[step.characteristic], step.gain) for step in found.steps[:STEPS]]


def percent(ppm: int) -> str:
    """Parts per million as people read them: 12.3%."""
    return f"{ppm / 10_000:.1f}%"


def shown_warning(row: WarningRow, found: ScoreExplained | None = None) -> ShownWarning:
    """A warning with its reasons in the card's own sentences, where the card is at hand."""
    says: dict[str, str] = {}
    if found is not None:
        says = {one.name: in_language(one.says) for one in found.card.characteristics}
    closing = help_word(row.closing_word) if row.state == "helped" else ""
    if row.state == "dismissed":
        closing = word(DISMISSALS, row.closing_word)
    return ShownWarning(
        row=row,
        cause=word(CAUSES, row.cause),
        state=word(WARNING_STATES, row.state),
        state_kind=WARNING_STATE_KINDS[row.state],
        percent=percent(row.ppm),
        reasons=[
            (says.get(one["characteristic"], "") or one["characteristic"], one["points"])
            for one in row.reasons
        ],
        helps=[(code, help_word(code)) for code in row.helps],
        grounds=[
            ShownGround(
                help_word(one["help"]),
                in_language(one["basis"]),
                [(rule_id, find_rule(rule_id) is not None) for rule_id in one["rules"]],
            )
            for one in row.grounds
        ],
        closing=closing,
    )


def help_word(code: str) -> str:
    """The sentence that offers a help; a code of an earlier version is shown as it is."""
    return in_language(help_words(Help(code))) if code in set(Help) else code


@require_POST
@screen(Screen.LOAN)
def close(request: ConsoleRequest, ref: str) -> HttpResponseBase:
    """Which help was given, or why none was; recorded, and the warning is closed."""
    now = business_now()
    if find_loan(request.actor, ref, as_of=now.date()) is None:
        raise Http404
    if request.level is Level.READ:
        return denied(request, Screen.LOAN)
    try:
        close_warning(
            actor=request.actor,
            loan_ref=ref,
            word=request.POST.get("word", ""),
            now=now,
        )
    except WarningRefused as refusal:
        return HttpResponseRedirect(f"{_address(ref)}?refused={refusal.code}#warning")
    return HttpResponseRedirect(f"{reverse('console:overview')}#attention")


def refusal_text(code: str) -> str:
    """What a refused step on a warning says on the page."""
    told = {
        "warning_closed": _("这条预警已经处理过了。"),
        "warning_word_unknown": _("请选择给了哪种帮助，或为什么不需要。"),
        "appeal": _("申诉没有被接受：请检查到期日与理由，同一期只能有一个申诉。"),
        "warning_unknown": _("这笔借据没有需要处理的预警。"),
    }
    return told.get(code, "")


def _address(ref: str) -> str:
    return reverse("console:loan", args=[ref])
