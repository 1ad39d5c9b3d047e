"""Do the cases of the books notice a changed law? Every mutant of every rule is tried on them.

A mutant is killed when a case of its rule gets another verdict, reason, moment or exception than
the rule gives. One that no case kills is put to Z3: proven equal for all facts it is no mutant at
all; else the witness is a case that a lawyer should be asked about.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import z3

from forbear.compliance.cases import facts_of
from forbear.compliance.explaining import decided
from forbear.compliance.expressions import Tree
from forbear.compliance.formulas import FormulaAlgebra
from forbear.compliance.rules import Rule
from forbear.compliance.verdicts import Verdict
from forbear.conformance.mutants import mutants


@dataclass(frozen=True, slots=True)
class Survivor:
    """A mutant that no case notices: where, what was changed, and facts on which it differs."""

    rule_id: str
    line: int
    change: str
    witness: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MutationResult:
    """One rule's mutants: how many, killed by cases, proven equal, and those left."""

    rule_id: str
    mutants: int
    killed: int
    equivalent: int
    survivors: tuple[Survivor, ...]


def mutation_results(rules: Iterable[Rule]) -> Iterator[MutationResult]:
    """Each rule's mutants tried on its cases."""
    for rule in rules:
        yield _of(rule)


def _of(rule: Rule) -> MutationResult:
    asked = [(facts_of(rule, case), rule.numbers_on(case.day)) for case in rule.cases]
    want = [decided(rule.tree, facts, numbers) for facts, numbers in asked]
    numbers = rule.numbers_on(_latest(rule))
    made = killed = equal = 0
    left: list[Survivor] = []
    for mutant in mutants(rule.tree):
        made += 1
        if any(
            _differs(mutant.tree, facts, held, verdict)
            for (facts, held), verdict in zip(asked, want, strict=True)
        ):
            killed += 1
            continue
        witness = difference(rule, mutant.tree, numbers)
        if witness is None:
            equal += 1
        else:
            left.append(Survivor(rule.id, mutant.line, mutant.change, witness))
    return MutationResult(rule.id, made, killed, equal, tuple(left))


def _differs(tree: Tree, facts: object, numbers: Mapping[str, int], want: Verdict) -> bool:
    """Whether a mutant answers otherwise; one that uses an unknown would not even load."""
    try:
        return decided(tree, facts, numbers) != want
    except TypeError:
        return True


def difference(rule: Rule, other: Tree, numbers: Mapping[str, int]) -> dict[str, Any] | None:
    """Facts on which the rule and `other` answer differently; None when there are none."""
    algebra = FormulaAlgebra(rule.vocabulary.kinds, numbers)
    solver = z3.Solver()
    solver.add(*algebra.bounds)
    solver.add(
        z3.Or(
            algebra.leaf(rule.tree) != algebra.leaf(other),
            algebra.until(rule.tree) != algebra.until(other),
        )
    )
    if solver.check() != z3.sat:
        return None
    model = solver.model()
    return {
        name: str(model.eval(held))
        for name, held in algebra.facts.items()
        if model.eval(held) is not held and str(model.eval(held)) != str(held)
    }


def _latest(rule: Rule) -> date:
    """A day on which the rule holds and all its numbers have their last value."""
    days = [rule.reach.from_on, *(v.from_on for p in rule.parameters.values() for v in p.values)]
    inside = [d for d in days if rule.reach.holds_on(d)]
    return max(inside, default=rule.reach.from_on)
