"""C14 may I contact? The answer before anybody does it: a simulation, never recorded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from forbear import rulebooks
from forbear.compliance.fact_kinds import vocabulary
from forbear.compliance.judging import ALL_BIND, LenderPolicy, RulesInForce
from forbear.compliance.scopes import Scope
from forbear.compliance.verdicts import SEVERITY, Ground
from forbear.contact.channels import Channel
from forbear.contact.facts import ContactFacts
from forbear.contact.permission import OWN_FACTS, ContactRequest, LawOn, Permission
from forbear.contact.standings import facts_read, standings
from forbear.contact.supposing import supposed_days, supposed_permission, with_unrecorded
from forbear_server.console.actors import ConsoleRequest, screen
from forbear_server.console.may_contact_display import (
    shown_day,
    shown_hours,
    shown_standings,
    shown_verdict,
)
from forbear_server.console.may_contact_fields import form_fields
from forbear_server.console.may_contact_form import (
    ASKED_NAMES,
    KINDS,
    OF_THE_CLOCK,
    Question,
    read_form,
)
from forbear_server.console.problems import Problem
from forbear_server.console.rule_wording import fact_label
from forbear_server.console.worklists import shown_ground
from forbear_server.selectors.access import Screen
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.rules import ground_of
from forbear_server.services.gate import BorrowerUnknown, contact_law, law_of
from forbear_server.services.gate import may_contact as may_contact_gate
from forbear_server.ui.clock import business_now

DAYS_SHOWN = 7


@dataclass(frozen=True, slots=True)
class Asked:
    """The answer with what it was made from: `on` is the borrower's local day.

    `place`: the zone moments are written in, None for the borrower's own wall clock; `stated`: the
    facts taken from the form.
    """

    on: date
    permission: Permission
    scope: Scope
    law_on: LawOn
    place: ZoneInfo | None
    stated: ContactFacts
    is_real: bool


@require_GET
@screen(Screen.MAY_CONTACT)
def may_contact(request: ConsoleRequest) -> HttpResponse:
    """The form at the left, the answer at the right; with htmx the answer alone."""
    form = read_form(request.GET, request.actor, business_now())
    problems, asked = list(form.problems), None
    if form.question is not None:
        try:
            asked = _answered(form.question, request.actor)
        except BorrowerUnknown:
            if not request.htmx:
                raise Http404 from None
            problems.append(Problem("borrower", _("没有找到，或您无权查看。")))
    context: dict[str, Any] = {
        "form": form,
        "fields": form_fields(form.typed, problems),
        "problems": problems,
        "problem_of": {problem.field: problem.text for problem in problems},
        "permalink": _permalink(form.typed),
    }
    if asked is not None:
        context |= _shown(asked)
    return _rendered(request, context, is_faulty=bool(problems))


def _rendered(request: ConsoleRequest, context: dict[str, Any], *, is_faulty: bool) -> HttpResponse:
    """Faults, and the first answer after them, replace the form as well as the answer."""
    is_part = bool(request.htmx) and not request.htmx.history_restore_request
    if not is_part:
        name, is_whole = "console/may_contact.html", True
    else:
        is_whole = is_faulty or request.GET.get("faulty") == "yes"
        name = "console/may_contact_body.html" if is_whole else "console/may_contact_result.html"
    answer = render(request, name, context, status=422 if is_faulty else 200)
    if is_part:
        answer["HX-Replace-Url"] = context["permalink"]
        if is_whole:
            answer["HX-Retarget"] = "#may-contact"
    return answer


def _answered(question: Question, actor: Actor) -> Asked:
    """A real borrower is answered by the gate, anybody else by the facts stated."""
    if question.borrower_ref:
        return _of_the_gate(question, actor)
    scope = question.scope
    is_own = replace(scope, product=None) == replace(actor.scope, product=None)
    law_on = _law(scope, actor.policy if is_own else ALL_BIND)
    answer = supposed_permission(question.facts, on=question.on, law_on=law_on)
    return Asked(question.on, answer, scope, law_on, None, question.facts, False)


def _of_the_gate(question: Question, actor: Actor) -> Asked:
    """The gate's own answer; facts that no record holds yet are added and can only refuse more."""
    place, stated, law_on = ZoneInfo(actor.lender_time_zone), question.facts, law_of(actor)
    told = may_contact_gate(
        actor=actor,
        borrower_ref=question.borrower_ref,
        asked=ContactRequest(
            channel=Channel(stated.channel),
            recipient=stated.recipient,
            purpose=stated.purpose,
            days_past_due=stated.days_past_due,
        ),
        at=datetime.combine(question.on, time(), place) + timedelta(minutes=question.minute),
    )
    on = _local_day(told.facts, question.on)
    used = with_unrecorded(ContactFacts(channel=stated.channel, local_minute=None), stated)
    facts = with_unrecorded(told.facts, stated)
    if facts != told.facts:
        supposed = supposed_permission(facts, on=on, law_on=law_on)
        if SEVERITY[supposed.judgement.ruling] >= SEVERITY[told.judgement.ruling]:
            return Asked(on, supposed, actor.scope, law_on, None, used, True)
    return Asked(on, told, actor.scope, law_on, place, used, True)


def _local_day(facts: ContactFacts, on: date) -> date:
    """The borrower's own day, which may be the one before or after the lender's."""
    if facts.local_weekday is None:
        return on
    return on + timedelta(days=(facts.local_weekday - on.isoweekday() + 3) % 7 - 3)


def _law(scope: Scope, policy: LenderPolicy) -> LawOn:
    return lambda day: contact_law(scope, policy, day)


def _shown(asked: Asked) -> dict[str, Any]:
    """Everything the answer's side of the page prints."""
    facts, judgement = asked.permission.facts, asked.permission.judgement
    in_force = asked.law_on(asked.on)
    days = supposed_days(facts, on=asked.on, count=DAYS_SHOWN, law_on=asked.law_on)
    listed = shown_standings(standings(rulebooks.rules(), facts, in_force, asked.scope), asked.on)
    return {
        "verdict": shown_verdict(asked.permission, asked.place),
        "grounds": [shown_ground(ground_of(*_of(ground))) for ground in judgement.grounds],
        "asked_rules": [one for one in listed if one.is_asked],
        "other_rules": [one for one in listed if not one.is_asked],
        "hours": shown_hours(days[0]),
        "asked_hour": None if facts.local_minute is None else facts.local_minute // 60,
        "today": shown_day(days[0]),
        "week": [shown_day(day) for day in days],
        "is_real": asked.is_real,
        "is_beijing": asked.place is not None,
        "unread": _unread(asked.stated, in_force),
    }


def _of(ground: Ground) -> tuple[str, str]:
    return ground.rule_id, ground.verdict.reason or ""


def _unread(facts: ContactFacts, in_force: RulesInForce) -> list[str]:
    """Facts that were stated although no rule in force that day looks at them."""
    read = facts_read(in_force.rules) | OWN_FACTS
    defaults = vocabulary(ContactFacts).defaults
    return [
        fact_label(kind)
        for name, kind in KINDS.items()
        if name in defaults and name not in read | OF_THE_CLOCK
        if getattr(facts, name) != defaults[name]
    ]


def _permalink(typed: dict[str, str]) -> str:
    """The address of this very question, with everything that was left to the usual filled in."""
    kept = {name: held for name, held in sorted(typed.items()) if held and name in ASKED_NAMES}
    return f"{reverse('console:may-contact')}?{urlencode(kept)}"
