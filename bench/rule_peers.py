"""The same five rules in other engines; each gives allowed or not for facts as a dict."""

import json
from collections.abc import Callable, Iterable
from typing import Any

import cedarpy
import cel
import numpy as np
import zen
from business_rules import run_all
from business_rules.actions import BaseActions, rule_action
from business_rules.fields import FIELD_NUMERIC
from business_rules.variables import BaseVariables, boolean_rule_variable, numeric_rule_variable
from openfisca_core.entities import build_entity
from openfisca_core.periods import MONTH
from openfisca_core.simulation_builder import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

# The five rules in our own language, as a rulebook holds them.
OURS = '''
"""Five rules for the comparison with other engines."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.contact.facts import ContactFacts


@rule("opted-out")
def opted_out(f: ContactFacts, p: Parameters) -> Verdict:
    """Opted out."""
    if f.is_channel_opted_out:
        return refused("opted_out")
    return allowed()


@rule("on-hold")
def on_hold(f: ContactFacts, p: Parameters) -> Verdict:
    """On hold."""
    if f.is_on_hold:
        return refused("on_hold")
    return allowed()


@rule("quiet")
def quiet(f: ContactFacts, p: Parameters) -> Verdict:
    """Quiet hours."""
    if f.local_minute is None or f.local_minute < 480 or f.local_minute >= 1320:
        return refused("quiet")
    return allowed()


@rule("cap")
def cap(f: ContactFacts, p: Parameters) -> Verdict:
    """Three calls a day."""
    if f.channel == "voice_interactive" and f.connected_interactive_calls_today >= 3:
        return refused("cap")
    return allowed()


@rule("seven")
def seven(f: ContactFacts, p: Parameters) -> Verdict:
    """Seven in seven days."""
    if f.calls_seven_days >= 7:
        return refused("seven")
    return allowed()
'''
WORDS = ["opted_out", "on_hold", "minute", "today", "week", "channel"]
EXPRESSION = (
    "opted_out or on_hold or minute < 480 or minute >= 1320 or "
    '(channel == "voice_interactive" and today >= 3) or week >= 7'
)


def zen_expression() -> Callable[[list[dict[str, Any]]], list[bool]]:
    compiled = zen.compile_expression(f"({EXPRESSION}) ? 1 : 0")
    return lambda facts: [compiled.evaluate(f) == 0 for f in facts]


def zen_table() -> Callable[[list[dict[str, Any]]], list[bool]]:
    names = {
        "oo": "opted_out",
        "oh": "on_hold",
        "m": "minute",
        "t": "today",
        "w": "week",
        "c": "channel",
    }
    inputs = [{"id": k, "name": k, "type": "expression", "field": v} for k, v in names.items()]
    blank = dict.fromkeys(names, "")
    tests = [{"oo": "true"}, {"oh": "true"}, {"m": "$ < 480 or $ >= 1320"},
             {"c": '"voice_interactive"', "t": ">= 3"}, {"w": ">= 7"}]  # fmt: skip
    rows = [{"_id": f"r{n}", **blank, **t, "out": "1"} for n, t in enumerate(tests)]
    rows.append({"_id": "else", **blank, "out": "0"})
    output = [{"id": "out", "name": "out", "type": "expression", "field": "code"}]
    table = {"hitPolicy": "first", "inputs": inputs, "outputs": output, "rules": rows}
    place = {"x": 0, "y": 0}
    graph = {
        "nodes": [
            {"id": "i", "name": "in", "type": "inputNode", "position": place},
            {
                "id": "t",
                "name": "t",
                "type": "decisionTableNode",
                "content": table,
                "position": place,
            },
            {"id": "o", "name": "out", "type": "outputNode", "position": place},
        ],
        "edges": [
            {"id": "e1", "type": "edge", "sourceId": "i", "targetId": "t"},
            {"id": "e2", "type": "edge", "sourceId": "t", "targetId": "o"},
        ],
    }
    engine = zen.ZenEngine()
    decision = engine.create_decision(json.dumps(graph))
    return lambda facts: [decision.evaluate(f)["result"]["code"] == 0 for f in facts]


def cel_expression() -> Callable[[list[dict[str, Any]]], list[bool]]:
    text = EXPRESSION.replace(" or ", " || ").replace(" and ", " && ")
    program = cel.compile(text)
    return lambda facts: [not program.execute(f) for f in facts]


POLICIES = """
forbid(principal, action, resource) when {context.opted_out};
forbid(principal, action, resource) when {context.on_hold};
forbid(principal, action, resource) when {context.minute < 480 || context.minute >= 1320};
forbid(principal, action == Action::"voice_interactive", resource) when {context.today >= 3};
forbid(principal, action, resource) when {context.week >= 7};
permit(principal, action, resource);
"""


def _request(f: dict[str, Any]) -> dict[str, Any]:
    context = {k: v for k, v in f.items() if k != "channel"}
    action = f'Action::"{f["channel"]}"'
    return {"principal": 'User::"a"', "action": action, "resource": 'Case::"c"', "context": context}


def cedar_single() -> Callable[[list[dict[str, Any]]], list[bool]]:
    return lambda facts: [cedarpy.is_authorized(_request(f), POLICIES, []).allowed for f in facts]


def cedar_batch() -> Callable[[list[dict[str, Any]]], list[bool]]:
    def ask(facts: list[dict[str, Any]]) -> list[bool]:
        requests = [_request(f) for f in facts]
        return [a.allowed for a in cedarpy.is_authorized_batch(requests, POLICIES, [])]

    return ask


class _Known(BaseVariables):
    def __init__(self, facts: dict[str, Any]) -> None:
        self.facts = facts

    @boolean_rule_variable
    def opted_out(self) -> bool:
        return self.facts["opted_out"]

    @boolean_rule_variable
    def on_hold(self) -> bool:
        return self.facts["on_hold"]

    @numeric_rule_variable
    def minute(self) -> int:
        return self.facts["minute"]

    @numeric_rule_variable
    def calls(self) -> int:
        return self.facts["today"] if self.facts["channel"] == "voice_interactive" else 0

    @numeric_rule_variable
    def week(self) -> int:
        return self.facts["week"]


class _Deny(BaseActions):
    def __init__(self) -> None:
        self.code = 0

    @rule_action(params={"code": FIELD_NUMERIC})
    def deny(self, code: int) -> None:
        self.code = code


def business_rules() -> Callable[[list[dict[str, Any]]], list[bool]]:
    def one(name: str, operator: str, value: object) -> dict[str, Any]:
        test = {"name": name, "operator": operator, "value": value}
        return {
            "conditions": {"all": [test]},
            "actions": [{"name": "deny", "params": {"code": 1}}],
        }

    rules = [
        one("opted_out", "is_true", True),
        one("on_hold", "is_true", True),
        one("minute", "less_than", 480),
        one("minute", "greater_than_or_equal_to", 1320),
        one("calls", "greater_than_or_equal_to", 3),
        one("week", "greater_than_or_equal_to", 7),
    ]

    def ask(facts: list[dict[str, Any]]) -> list[bool]:
        out = []
        for f in facts:
            deny = _Deny()
            run_all(rules, _Known(f), deny, stop_on_first_trigger=True)
            out.append(deny.code == 0)
        return out

    return ask


def openfisca() -> Callable[[list[dict[str, Any]]], list[bool]]:
    person = build_entity(key="person", plural="persons", label="Person", is_person=True)

    def known(name: str, kind: type) -> type[Variable]:
        body = {"value_type": kind, "entity": person, "definition_period": MONTH, "label": name}
        return type(name, (Variable,), body)

    class denied(Variable):
        value_type = bool
        entity = person
        definition_period = MONTH
        label = "denied"

        def formula(persons: Any, period: Any) -> Any:
            minute = persons("minute", period)
            calls = persons("is_call", period) * (persons("today", period) >= 3)
            return (
                persons("opted_out", period)
                + persons("on_hold", period)
                + (minute < 480)
                + (minute >= 1320)
                + calls
                + (persons("week", period) >= 7)
            ) > 0

    system = TaxBenefitSystem([person])
    kinds = {
        "opted_out": bool,
        "on_hold": bool,
        "is_call": bool,
        "minute": int,
        "today": int,
        "week": int,
    }
    system.add_variables(*(known(n, k) for n, k in kinds.items()), denied)

    def ask(facts: list[dict[str, Any]]) -> list[bool]:
        simulation = SimulationBuilder().build_default_simulation(system, count=len(facts))
        for name in kinds:
            held = [
                f["channel"] == "voice_interactive" if name == "is_call" else f[name] for f in facts
            ]
            simulation.set_input(name, "2026-11", np.array(held))
        return [not d for d in simulation.calculate("denied", "2026-11")]

    return ask


PEERS: Iterable[tuple[str, Callable[[], Callable[[list[dict[str, Any]]], list[bool]]], int]] = (
    ("zen-engine, compiled expression", zen_expression, 20_000),
    ("zen-engine, decision table", zen_table, 5_000),
    ("CEL (common-expression-language)", cel_expression, 20_000),
    ("cedarpy, one at a time", cedar_single, 1_000),
    ("cedarpy, batch", cedar_batch, 5_000),
    ("business-rules", business_rules, 5_000),
    ("openfisca-core, one call for all", openfisca, 20_000),
)
