"""Chinese cases: the action of a case decides which matter's rules are asked, and nothing else.

A case becomes facts; every rule in force on its day that binds the lender or its agency answers.
A rule of one part of an article (`CN-CP2023-41.notice`) is cited by the article's id.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from forbear.compliance.fact_kinds import FactOutOfKind
from forbear.compliance.judging import rules_in_force
from forbear.compliance.matters.conduct import ConductFacts
from forbear.compliance.rulebook import Rulebook
from forbear.compliance.rules import Rule
from forbear.compliance.verdicts import Ground, Ruling
from forbear.conformance.answers import Answer, CaseUnreadable
from forbear.conformance.cn_contact import conduct_facts, contact_facts
from forbear.conformance.cn_matters import BUILDERS
from forbear.conformance.cn_scenario import Scenario, read_scenario

# Off by default and off here too: its clause was not seen and contradicts three calls a day.
LEFT_OUT = frozenset({"CN-GBT45251-INTERVAL-7D"})
VERDICTS = {
    Ruling.REFUSED: "deny",
    Ruling.NEEDS_REVIEW: "needs_review",
    Ruling.ALLOWED: "permit",
}


def run_case(case: Mapping[str, Any], books: Sequence[Rulebook]) -> Answer:
    """What the rules answer to one case. Raises `CaseUnreadable` for what is not documented."""
    scenario = read_scenario(case)
    scope = scenario.scope(books)
    rules = [rule for book in books for rule in book.rules if rule.id not in LEFT_OUT]
    asked: list[Rule] = []
    grounds: list[Ground] = []
    lifted: list[Ground] = []
    for facts in facts_of(scenario, books):
        in_force = rules_in_force(
            rules, type(facts), on=scenario.on, scope=scope, include_disabled=True
        )
        if not in_force.rules:
            continue
        _check(scenario, in_force.rules[0], facts)
        judgement = in_force.judge(facts)
        asked += in_force.rules
        grounds += judgement.grounds
        lifted += judgement.exceptions
    for ruling in (Ruling.REFUSED, Ruling.NEEDS_REVIEW):
        found = [g for g in grounds if g.verdict.ruling is ruling]
        if found:
            return _answer(ruling, [g.rule_id for g in found], found, asked)
    bearing = [g.rule_id for g in lifted] + [rule.id for rule in asked]
    return _answer(Ruling.ALLOWED, bearing, lifted, asked)


def facts_of(scenario: Scenario, books: Sequence[Rulebook]) -> Iterator[object]:
    """The facts of every matter that the action touches."""
    if scenario.action == "contact":
        yield contact_facts(scenario)
        yield conduct_facts(scenario)
        return
    yield BUILDERS[scenario.action](scenario, books)
    if scenario.action == "assert_enforceable":
        # An assignment without notice has no effect on the debtor: 民法典 546.
        is_notified = scenario.flags.says("assignment_notice_given", default=True)
        yield ConductFacts(is_assignment_unannounced=not is_notified)


def article_id(rule_id: str) -> str:
    """The law file's id of a rule.

    >>> article_id("CN-CP2023-41.notice")
    'CN-CP2023-41'
    """
    return rule_id.partition(".")[0]


def _check(scenario: Scenario, rule: Rule, facts: object) -> None:
    try:
        rule.vocabulary.check(facts)
    except FactOutOfKind as refused:
        raise CaseUnreadable(scenario.case_id, "scenario", str(refused)) from refused


def _answer(
    ruling: Ruling, rule_ids: Sequence[str], grounds: Sequence[Ground], asked: Sequence[Rule]
) -> Answer:
    sentences = {rule.id: rule.collector_sentence.en for rule in asked}
    said = "; ".join(
        f"{g.rule_id}: {g.verdict.ruling.value} ({g.verdict.reason or g.verdict.exception}): "
        f"{sentences[g.rule_id]}"
        for g in grounds
    )
    return Answer(
        verdict=VERDICTS[ruling],
        rule_ids=tuple(dict.fromkeys(article_id(rule_id) for rule_id in rule_ids)),
        explanation=said or "No rule in force stands in the way.",
    )
