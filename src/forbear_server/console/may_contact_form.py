"""What the page 能否联系 was asked: reads the address, names each fault beside its field.

Every fact a rule may read has a field of its own name, so an address written by hand, by a case or
by a colleague means the same; what is left out is neutral.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from forbear.compliance.fact_kinds import Kind, vocabulary
from forbear.compliance.scopes import AGENCY, Scope, usual_memberships
from forbear.contact.channels import LenderKind
from forbear.contact.facts import ContactFacts
from forbear_server.console.problems import Problem
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.rule_catalogue import (
    contact_jurisdictions,
    contact_memberships,
    contact_products,
)

KINDS = vocabulary(ContactFacts).kinds
# These two come from the date and the time; every other fact has its own field.
OF_THE_CLOCK = frozenset({"local_minute", "local_weekday"})
NO_BODY = "none"
ASKED_NAMES = frozenset(
    ["jurisdiction", "kind", "product", "members", "agency", "borrower", "on", "time", "zone"]
) | (KINDS.keys() - OF_THE_CLOCK)
_YES_NO = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class Question:
    """One supposed contact, or with `borrower_ref` one to a real borrower at that moment."""

    scope: Scope
    borrower_ref: str
    on: date
    minute: int
    facts: ContactFacts


@dataclass(frozen=True, slots=True)
class ReadForm:
    """The answers as typed, the faults, and the question when there is none."""

    typed: dict[str, str]
    problems: list[Problem]
    question: Question | None


def read_form(query: QueryDict, actor: Actor, now: datetime) -> ReadForm:
    """Reads a query; an empty one asks about a human call of the reader's own lender, now."""
    typed = _usual(actor, now) | {name: query.get(name, "").strip()[:64] for name in query}
    problems: list[Problem] = []
    on = _day(typed["on"], problems)
    is_zone_known = typed.get("zone", "") != "unknown"
    minute = _minute("time", typed["time"], problems) if typed["time"] or is_zone_known else 0
    scope = _scope(typed, actor, problems)
    facts = {
        name: _fact(kind, typed.get(name, ""), problems)
        for name, kind in KINDS.items()
        if name not in OF_THE_CLOCK and typed.get(name, "")
    }
    if problems or on is None or minute is None or scope is None:
        return ReadForm(typed, problems, None)
    stated = ContactFacts(
        local_minute=minute if is_zone_known else None,
        local_weekday=on.isoweekday() if is_zone_known else None,
        **facts,
    )
    return ReadForm(typed, [], Question(scope, typed.get("borrower", ""), on, minute, stated))


def _usual(actor: Actor, now: datetime) -> dict[str, str]:
    return {
        "jurisdiction": actor.scope.jurisdiction,
        "kind": actor.lender_kind,
        "product": "",
        "members": "",
        "on": f"{now:%Y-%m-%d}",
        "time": f"{now:%H:%M}",
        "channel": "voice_interactive",
    }


def _scope(typed: dict[str, str], actor: Actor, problems: list[Problem]) -> Scope | None:
    """Who asks. The reader's own lender keeps the memberships of its settings."""
    choices: dict[str, list[str]] = {
        "jurisdiction": contact_jurisdictions(),
        "kind": [*LenderKind],
        "product": ["", *contact_products()],
        "members": ["", NO_BODY, "all", *contact_memberships()],
        "agency": ["", "yes"],
        "zone": ["", "unknown"],
    }
    wrong = [name for name, known in choices.items() if typed.get(name, "") not in known]
    problems += [Problem(name, _unknown_choice(typed[name])) for name in wrong]
    if wrong:
        return None
    kind = typed["kind"]
    members: frozenset[str]
    if typed["members"] == "":
        is_own = kind == actor.lender_kind and typed["jurisdiction"] == actor.scope.jurisdiction
        members = actor.scope.memberships if is_own else usual_memberships(kind)
    elif typed["members"] == "all":
        members = frozenset(contact_memberships())
    else:
        members = frozenset({typed["members"]} - {NO_BODY})
    return Scope(
        jurisdiction=typed["jurisdiction"],
        lender_kind=kind,
        actor=AGENCY if typed.get("agency") else "in_house",
        product=typed["product"] or None,
        memberships=members,
    )


def _fact(kind: Kind, text: str, problems: list[Problem]) -> Any:
    if kind.kind == "word":
        if text not in kind.words:
            problems.append(Problem(kind.name, _unknown_choice(text)))
        return text
    if kind.kind == "bool":
        if text not in _YES_NO:
            problems.append(Problem(kind.name, _unknown_choice(text)))
        return _YES_NO.get(text, False)
    if is_clock(kind):
        return _minute(kind.name, text, problems, hi=kind.hi)
    if not text.isascii() or not text.isdigit() or not kind.lo <= int(text) <= kind.hi:
        said = _("请输入 %(lo)s 到 %(hi)s 的整数。") % {"lo": kind.lo, "hi": kind.hi}
        problems.append(Problem(kind.name, said))
        return None
    return int(text)


def is_clock(kind: Kind) -> bool:
    """Whether a fact is a time of the day, typed as 22:00."""
    return kind.unit.startswith("minute of the day")


def _minute(name: str, text: str, problems: list[Problem], *, hi: int = 1439) -> int | None:
    if text == "24:00" and hi == 1440:
        return hi
    try:
        if len(text) != 5:
            raise ValueError(text)
        held = time.fromisoformat(text)
    except ValueError:
        problems.append(Problem(name, _("请输入 00:00 到 23:59 的时间。")))
        return None
    return held.hour * 60 + held.minute


def _day(text: str, problems: list[Problem]) -> date | None:
    try:
        held = date.fromisoformat(text)
    except ValueError:
        problems.append(Problem("on", _("请输入日期，例如 2026-11-20。")))
        return None
    if not 1978 <= held.year <= 2100:
        problems.append(Problem("on", _("请输入 1978 年到 2100 年之间的日期。")))
        return None
    return held


def _unknown_choice(text: str) -> str:
    return _("没有「%(text)s」这个选项，请从列表中选择。") % {"text": text}
