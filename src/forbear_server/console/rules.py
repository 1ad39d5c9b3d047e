"""C13 rules explorer: the law the product obeys, in its own words, as it stood on any day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from forbear import rulebooks
from forbear.compliance.citations import Confidence
from forbear.compliance.rules import Rule
from forbear_server.console.actors import ConsoleRequest, screen
from forbear_server.console.problems import Problem
from forbear_server.console.rule_display import (
    ShownSource,
    shown_case,
    shown_rule,
    shown_source,
)
from forbear_server.console.rule_wording import (
    CONFIDENCE_KINDS,
    JURISDICTIONS,
    LENDER_KINDS,
    TOPICS,
    in_language,
    parameter_value,
)
from forbear_server.console.wording import CONFIDENCES, INSTRUMENT_KINDS, is_english, word
from forbear_server.selectors.access import Level, Screen, access_level
from forbear_server.selectors.rule_catalogue import (
    JurisdictionBranch,
    KindBranch,
    RuleFilters,
    book_of,
    differences,
    find_book,
    find_rule,
    find_rules,
    lender_kinds,
    rule_tree,
    run_cases,
    topics,
)
from forbear_server.selectors.rule_hits import rule_hits
from forbear_server.ui.clock import business_now

_REGIONS = {"rule": "console/rule_region.html", "rule-cases": "console/rule_cases.html"}
# A filtered tree of at most so many rules is shown open.
SHORT_TREE = 30


@dataclass(frozen=True, slots=True)
class ShownBranch:
    """A place in the tree: its branches, or at an instrument its rules."""

    word: str
    count: int
    is_open: bool
    branches: list[ShownBranch]
    rules: list[ShownSource]


@require_GET
@screen(Screen.RULES)
def rules(request: ConsoleRequest) -> HttpResponse:
    """The tree of what is in force, and how sure we are of it."""
    filters, problems = _filters(request.GET)
    found = find_rules(filters)
    context = _frame(request, filters, problems) | {
        "count": len(found),
        "confidences": [
            (
                word(CONFIDENCES, level),
                CONFIDENCE_KINDS[level],
                sum(rule.citation.confidence is level for rule in found),
            )
            for level in Confidence
        ],
        "off": [shown_source(rule) for rule in found if not rule.is_enabled],
        "books": [
            (in_language(book.head.title), book.head.book_id, len(book.rules))
            for book in rulebooks.load_books()
        ],
        "version": rulebooks.version(),
    }
    name = "console/rules_body.html" if _target(request) else "console/rules.html"
    return render(request, name, context, status=422 if problems else 200)


@require_GET
@screen(Screen.RULES)
def rule(request: ConsoleRequest, rule_id: str) -> HttpResponse:
    """One rule: its words, numbers and cases; with `cases=run` the cases have been run."""
    found = find_rule(rule_id)
    if found is None:
        raise Http404
    filters, problems = _filters(request.GET)
    is_run = request.GET.get("cases") == "run"
    may_try = access_level(request.actor, Screen.MAY_CONTACT) is not Level.NONE
    context = _rule_page(request, filters) | {
        "shown": shown_rule(found, on=filters.on),
        "book": book_of(found).head,
        "hits": rule_hits(found.id, now=business_now()),
        "is_run": is_run,
        "cases": [shown_case(found, one, may_try=may_try) for one in run_cases(found)]
        if is_run
        else [],
    }
    if _target(request) in _REGIONS:
        return render(request, _REGIONS[_target(request)], context)
    context |= _frame(request, filters, problems, found)
    return render(request, "console/rules.html", context, status=422 if problems else 200)


@require_GET
@screen(Screen.RULES)
def rule_differences(request: ConsoleRequest) -> HttpResponse:
    """What the law of one day and of another do not share."""
    today = business_now().date()
    problems: list[Problem] = []
    before = _day(request.GET, "before", date(today.year - 1, today.month, 1), problems)
    after = _day(request.GET, "after", today, problems)
    found = differences(rulebooks.rules(), before, after)
    context = {
        "problems": problems,
        "before": request.GET.get("before") or before.isoformat(),
        "after": request.GET.get("after") or after.isoformat(),
        "found": found,
        "lists": [
            (_("新生效的规则"), [(shown_source(r), r.reach.from_on) for r in found.begun]),
            (_("已失效的规则"), [(shown_source(r), r.reach.until_on) for r in found.ended]),
        ],
        "changed": [
            (
                shown_source(one.rule),
                one.parameter.name,
                parameter_value(one.parameter.unit, one.before),
                parameter_value(one.parameter.unit, one.after),
            )
            for one in found.changed
        ],
    }
    status = 422 if problems else 200
    return render(request, "console/rule_differences.html", context, status=status)


@require_GET
@screen(Screen.RULES)
def rulebook_report(request: ConsoleRequest, book_id: str) -> HttpResponse:
    """One rulebook to print: what is encoded, what is not and why, and its readings."""
    book = find_book(book_id)
    if book is None:
        raise Http404
    today = business_now().date()
    context = {
        "book": book,
        "title": in_language(book.head.title),
        "jurisdiction": word(JURISDICTIONS, book.head.reach.jurisdiction),
        "kind": word(INSTRUMENT_KINDS, book.head.kind),
        "rules": [shown_rule(one, on=today) for one in book.rules],
        "readme": book.readme.strip(),
        "is_english": is_english(),
        "case_count": sum(len(one.cases) for one in book.rules),
        "printed_on": today,
        "version": rulebooks.version(),
    }
    return render(request, "console/rulebook_report.html", context)


def _target(request: ConsoleRequest) -> str:
    """The region htmx wants; empty for a whole page, also when the history is gone back."""
    if not request.htmx or request.htmx.history_restore_request:
        return ""
    return request.htmx.target or "rules"


def _frame(
    request: ConsoleRequest,
    filters: RuleFilters,
    problems: list[Problem],
    chosen: Rule | None = None,
) -> dict[str, Any]:
    """The filter bar and the tree, which stand on the list and beside a rule."""
    return _rule_page(request, filters) | {
        "filters": filters,
        "typed_on": request.GET.get("on") or filters.on.isoformat(),
        "is_filtered": filters != RuleFilters(on=business_now().date()),
        "problems": problems,
        "tree": _shown_tree(rule_tree(filters), chosen),
        "only_day": filters == RuleFilters(on=filters.on),
        "kinds": [(code, word(LENDER_KINDS, code)) for code in lender_kinds()],
        "topics": [(code, word(TOPICS, code)) for code in topics()],
        "levels": [(code, word(CONFIDENCES, code)) for code in Confidence],
    }


def _rule_page(request: ConsoleRequest, filters: RuleFilters) -> dict[str, Any]:
    asked = {
        "on": filters.on.isoformat(),
        "kind": filters.lender_kind,
        "topic": filters.topic,
        "status": filters.confidence,
        "q": filters.search,
    }
    return {
        "on": filters.on,
        "query": urlencode({name: held for name, held in asked.items() if held}),
        "may_ask": access_level(request.actor, Screen.MAY_CONTACT) is not Level.NONE,
    }


def _shown_tree(places: list[JurisdictionBranch], chosen: Rule | None) -> list[ShownBranch]:
    """The tree in words, open where the chosen rule stands; short trees are all open."""
    is_short = sum(place.count for place in places) <= SHORT_TREE
    shown = []
    for n, place in enumerate(places):
        kinds = [_shown_kind(kind, chosen, is_short) for kind in place.kinds]
        is_open = any(kind.is_open for kind in kinds) or (chosen is None and n == 0)
        shown.append(
            ShownBranch(word(JURISDICTIONS, place.jurisdiction), place.count, is_open, kinds, [])
        )
    return shown


def _shown_kind(kind: KindBranch, chosen: Rule | None, is_short: bool) -> ShownBranch:
    books = [
        ShownBranch(
            in_language(one.book.head.title),
            len(one.rules),
            is_short or chosen in one.rules,
            [],
            [shown_source(rule) for rule in one.rules],
        )
        for one in kind.books
    ]
    return ShownBranch(
        word(INSTRUMENT_KINDS, kind.kind),
        sum(book.count for book in books),
        any(book.is_open for book in books),
        books,
        [],
    )


def _filters(query: QueryDict) -> tuple[RuleFilters, list[Problem]]:
    """What was asked; a word that names nothing filters nothing, an impossible day is a fault."""
    problems: list[Problem] = []

    def known(name: str, words: list[str]) -> str:
        held = query.get(name, "")
        return held if held in words else ""

    filters = RuleFilters(
        on=_day(query, "on", business_now().date(), problems),
        lender_kind=known("kind", lender_kinds()),
        topic=known("topic", topics()),
        confidence=known("status", [*Confidence]),
        search=query.get("q", "").strip()[:64],
    )
    return filters, problems


def _day(query: QueryDict, name: str, usual: date, problems: list[Problem]) -> date:
    held = query.get(name, "")
    if not held:
        return usual
    try:
        return date.fromisoformat(held)
    except ValueError:
        problems.append(Problem(name, _("请输入日期，例如 2026-11-20。")))
        return usual
