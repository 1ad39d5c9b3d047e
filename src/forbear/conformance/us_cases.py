"""United States cases: the section a case cites decides which rules are asked, and nothing else.

A case becomes facts; the rules of the cited provision answer. What the case expects is never
read, save the names of the values it asks for.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from forbear.compliance.fact_kinds import FactOutOfKind
from forbear.compliance.rulebook import Rulebook
from forbear.conformance import (
    us_addresses,
    us_calls,
    us_contact,
    us_debt_acts,
    us_messages,
    us_persons,
    us_responses,
    us_validation,
)
from forbear.conformance.answers import Answer, CaseUnreadable
from forbear.conformance.us_asking import Desk, with_values
from forbear.conformance.us_scenario import Scenario, read_scenario

# What reading raises when a key holds something of another shape (a word for a list, a bad date).
MALFORMED = (AttributeError, FactOutOfKind, KeyError, TypeError, ValueError)
Decide = Callable[[Scenario, Desk], Answer]


def _calls_or_language(scenario: Scenario, desk: Desk) -> Answer:
    """1006.14(b): frequency; where the calls are within it, another fault still is one."""
    if scenario.fact("obscene_language") is not None:
        return us_messages.decide_harassment(scenario, desk)
    return us_calls.decide(scenario, desk)


SECTIONS: dict[str, Decide] = {
    "1006.2": us_messages.decide_definition,
    "1006.6(a)": us_persons.decide,
    "1006.6(b)": us_contact.decide,
    "1006.6(c)": us_contact.decide,
    "1006.6(d)(1)": us_persons.decide,
    "1006.6(d)(2)": us_persons.decide,
    "1006.6(d)": us_addresses.decide,
    "1006.6(e)": us_messages.decide_content,
    "1006.10": us_persons.decide,
    "1006.14(a)": us_messages.decide_harassment,
    "1006.14(b)": _calls_or_language,
    "1006.14(d)": us_messages.decide_content,
    "1006.14(g)": us_messages.decide_content,
    "1006.14(h)": us_contact.decide,
    "1006.18": us_messages.decide_content,
    "1006.22(f)": us_messages.decide_content,
    "1006.26": us_debt_acts.decide,
    "1006.30": us_debt_acts.decide,
    "1006.34": us_validation.decide,
    "1006.38": us_responses.decide_dispute,
    "1006.42": us_responses.decide_delivery,
    "1006.100": us_responses.decide_records,
    "1006.104": us_responses.decide_state_law,
}


def run_case(case: Mapping[str, Any], books: Sequence[Rulebook]) -> Answer:
    """What the rules answer to one case. Raises `CaseUnreadable` for what is not documented."""
    try:
        scenario = read_scenario(case)
        answer = section_of(scenario)(scenario, Desk(books, scenario.on))
        return with_values(answer, _parts(scenario, answer))
    except MALFORMED as error:
        raise CaseUnreadable(
            str(case.get("id", "?")),
            "scenario",
            f"a value has another shape than documented ({type(error).__name__}: {error}). "
            "Not judged.",
        ) from error


def _parts(scenario: Scenario, answer: Answer) -> dict[str, Any]:
    """Values with parts, cut to the parts asked for; `event_0.communication` names one part."""
    found: dict[str, Any] = {}
    for name, parts in scenario.asked.items():
        whole, _, part = name.partition(".")
        held = answer.values.get(whole)
        if part and isinstance(held, Mapping) and part in held:
            found[name] = held[part]
        elif parts and isinstance(held, Mapping):
            found[name] = {key: held[key] for key in parts if key in held}
    return found


def section_of(scenario: Scenario) -> Decide:
    """Who decides the cited provision: the longest known beginning of it."""
    known = [
        section
        for section in SECTIONS
        if scenario.provision.startswith(section)
        and not scenario.provision[len(section) :][:1].isdigit()
    ]
    if not known:
        raise CaseUnreadable(
            scenario.case_id,
            "provision",
            f"{scenario.provision!r} is not one of {', '.join(SECTIONS)}. Not judged.",
        )
    return SECTIONS[max(known, key=len)]
