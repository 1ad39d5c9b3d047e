"""善还分 on the console: the published rules, people by band, and what rewards would cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from forbear.primitives.errors import RequestRefused
from forbear.scoring.errors import ScoringRefused
from forbear.scoring.rewards import RewardPolicy
from forbear.scoring.standing_rules import StandingRules, standing_rules
from forbear_server.console.actors import ConsoleRequest, denied, screen
from forbear_server.console.problems import Problem
from forbear_server.console.score_wording import (
    APPEAL_REASONS,
    APPEAL_STATES,
    CARD_STATE_KINDS,
    CARD_STATES,
    POLICY_REFUSALS,
    in_language,
)
from forbear_server.console.wording import is_english, word
from forbear_server.selectors.access import Level, Screen
from forbear_server.selectors.actors import Actor, Role
from forbear_server.selectors.books import open_book
from forbear_server.selectors.loans import find_loan
from forbear_server.selectors.reward_policies import PolicyRow, list_policies
from forbear_server.selectors.standings import find_standing, people_by_tier
from forbear_server.services.reward_policies import (
    add_policy,
    decide_policy,
    simulate_policy,
)
from forbear_server.services.standings import AppealRefused, decide_appeal, receive_appeal
from forbear_server.ui.clock import business_now

MOST_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class ShownTier:
    says: str
    from_points: int
    people: int


@dataclass(frozen=True, slots=True)
class ShownCost:
    """One reward of a policy: its rule as borrowers read it, who gets it, what it costs a year."""

    rule: str
    people: int
    interest_minor: int
    waived_minor: int
    exposure_minor: int


@dataclass(frozen=True, slots=True)
class ShownPolicy:
    row: PolicyRow
    state: str
    state_kind: str
    currency: str
    costs: list[ShownCost]
    limits: list[tuple[str, int, int]]
    yearly_minor: int
    months: list[tuple[str, int]]
    moves: list[str]


@require_GET
@screen(Screen.SCORECARDS)
def standing_rules_page(request: ConsoleRequest) -> HttpResponse:
    return _page(request)


def _page(
    request: ConsoleRequest, problems: list[Problem] | None = None, status: int = 200
) -> HttpResponse:
    rules = standing_rules(business_now().date())
    people = people_by_tier()
    context = {
        "rules": rules,
        "tiers": [
            ShownTier(in_language(tier.says), tier.from_points, people.get(tier.code, 0))
            for tier in rules.tiers
        ],
        "effects": _effects(rules),
        "policies": [_shown(request.actor, row) for row in list_policies()],
        "may_add": request.actor.role is Role.STRATEGIST,
        "problems": problems or [],
    }
    return render(request, "console/standing_rules.html", context, status=status)


def _effects(rules: StandingRules) -> list[tuple[str, str]]:
    """What adds and what takes away, as the rules have it."""
    late = [
        (
            _("提供帮扶后仍晚还 %(days)s 天以上，每月") % {"days": step.from_days},
            str(step.points),
        )
        for step in rules.late
    ]
    return [
        (_("按时还款，每月最多"), f"+{rules.month_cap}"),
        (_("兑现承诺，每次"), f"+{rules.kept_promise}"),
        *late,
    ]


@require_POST
@screen(Screen.SCORECARDS, writes=True)
def add(request: ConsoleRequest) -> HttpResponseBase:
    """Take a reward policy and simulate on the lender's book what it would cost."""
    now = business_now()
    uploaded = request.FILES.get("policy")
    if uploaded is None or (uploaded.size or 0) > MOST_BYTES:
        return _page(request, [Problem("policy", _("请选择奖励规则文件（YAML）。"))], 422)
    try:
        text = uploaded.read().decode("utf-8")
        costs = simulate_policy(
            actor=request.actor,
            text=text,
            book=open_book(request.actor.lender_code),
            as_of=now.date(),
            now=now,
        )
        add_policy(actor=request.actor, text=text, costs=costs, now=now)
    except UnicodeDecodeError:
        return _page(request, [Problem("policy", _("文件不是 UTF-8 文本。"))], 422)
    except ScoringRefused as refusal:
        return _page(request, [Problem("policy", _told(refusal))], 422)
    return HttpResponseRedirect(reverse("console:standing-rules"))


@require_POST
@screen(Screen.SCORECARDS, writes=True)
def decide(request: ConsoleRequest, policy_uuid: UUID, verb: str) -> HttpResponseBase:
    """Approve, return or retire a policy."""
    now = business_now()
    if verb not in {"approve", "return", "retire"}:
        raise Http404
    try:
        decide_policy(
            actor=request.actor,
            policy_uuid=policy_uuid,
            verb=verb,
            note=request.POST.get("note", ""),
            now=now,
        )
    except ScoringRefused as refusal:
        if refusal.code == "policy-unknown":
            raise Http404 from None
        return _page(request, [Problem("policies", _told(refusal))], 409)
    return HttpResponseRedirect(reverse("console:standing-rules"))


def standing_context(actor: Actor, borrower_ref: str, day: date) -> dict[str, Any]:
    """What a loan page shows of the borrower's standing; nothing before the first rules."""
    try:
        found = find_standing(actor, borrower_ref, as_of=day)
    except ScoringRefused:
        return {"standing": None}
    made, language = found.standing, "en" if is_english() else "zh-Hans"
    return {
        "standing": made,
        "standing_tier": in_language(made.tier_says),
        "standing_reasons": [(one.words(language), one.points) for one in made.reasons],
        "standing_steps": [
            (one.words(language), one.gain, one.amount_minor) for one in found.steps
        ],
        "standing_held": [in_language(one.rule) for one in found.held],
        "standing_next": [in_language(one.rule) for one in found.following[:2]],
        "standing_limits": [in_language(one.rule) for one in found.limits],
        "has_policy": found.has_policy,
        "appeals": [
            (
                one,
                word(APPEAL_REASONS, one.reason),
                word(APPEAL_STATES, one.state),
                actor.role is Role.COMPLIANCE
                and one.state == "received"
                and one.received_by_id != actor.user_id,
            )
            for one in found.appeals
        ],
        "appeal_reasons": [(code, word(APPEAL_REASONS, code)) for code in APPEAL_REASONS],
    }


@require_POST
@screen(Screen.LOAN)
def appeal(request: ConsoleRequest, ref: str) -> HttpResponseBase:
    """Take a borrower's appeal about one instalment; it stops counting at once."""
    now = business_now()
    if find_loan(request.actor, ref, as_of=now.date()) is None:
        raise Http404
    if request.level is Level.READ:
        return denied(request, Screen.LOAN)
    try:
        receive_appeal(
            actor=request.actor,
            loan_ref=ref,
            due_on=date.fromisoformat(request.POST.get("due_on", "")),
            reason=request.POST.get("reason", ""),
            now=now,
        )
    except (RequestRefused, ValueError):
        return HttpResponseRedirect(f"{_loan(ref)}?refused=appeal#standing")
    return HttpResponseRedirect(f"{_loan(ref)}#standing")


@require_POST
@screen(Screen.LOAN)
def appeal_decide(
    request: ConsoleRequest, ref: str, appeal_uuid: UUID, verb: str
) -> HttpResponseBase:
    """Compliance upholds or refuses; whoever received it does not decide."""
    if (
        verb not in {"uphold", "refuse"}
        or find_loan(request.actor, ref, as_of=business_now().date()) is None
    ):
        raise Http404
    if request.actor.role is not Role.COMPLIANCE:
        return denied(request, Screen.LOAN)
    try:
        decide_appeal(
            actor=request.actor,
            appeal_uuid=appeal_uuid,
            upheld=verb == "uphold",
            now=business_now(),
        )
    except AppealRefused:
        return HttpResponseRedirect(f"{_loan(ref)}?refused=appeal#standing")
    return HttpResponseRedirect(f"{_loan(ref)}#standing")


def _shown(actor: Actor, row: PolicyRow) -> ShownPolicy:
    now = row.costs[0] if row.costs else {}
    return ShownPolicy(
        row=row,
        state=word(CARD_STATES, row.state),
        state_kind=CARD_STATE_KINDS[row.state],
        currency=row.policy.currency.value,
        costs=_shown_costs(row.policy, now),
        limits=[
            (_rule(row.policy, limit), people, minor)
            for limit, people, minor in now.get("limited", [])
        ],
        yearly_minor=int(now.get("yearly_minor", 0)),
        months=[(one["as_of"], int(one["yearly_minor"])) for one in row.costs],
        moves=_moves(actor, row),
    )


def _shown_costs(policy: RewardPolicy, costs: dict[str, Any]) -> list[ShownCost]:
    return [
        ShownCost(
            _rule(policy, one["reward"]),
            one["people"],
            one["interest_forgone_minor"],
            one["waived_minor"],
            one["exposure_minor"],
        )
        for one in costs.get("rewards", [])
    ]


def _rule(policy: RewardPolicy, code: str) -> str:
    """A reward's or limit's rule in the page's language."""
    known = {one.id: one.rule for one in policy.rewards}
    known |= {one.id: one.rule for one in policy.limits}
    return in_language(known.get(code, {})) or code


def _moves(actor: Actor, row: PolicyRow) -> list[str]:
    if actor.role is not Role.COMPLIANCE or actor.user_id == row.added_by_id:
        return []
    return {"submitted": ["approve", "return"], "approved": ["retire"]}.get(row.state, [])


def _told(refusal: ScoringRefused) -> str:
    known = word(POLICY_REFUSALS, refusal.code)
    return str(refusal) if known == refusal.code else f"{known} {refusal}"


def _loan(ref: str) -> str:
    return reverse("console:loan", args=[ref])
