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
from forbear.compliance.expressions import Leaf, Tree, leaves, value
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
    numbered = {o: n for n, o in enumerate(dict.fromkeys(map(_outcome, leaves(rule.tree))))}

    def outcome(tree: Tree) -> Any:
        return value(tree, lambda leaf: z3.IntVal(numbered[_outcome(leaf)]), algebra)

    solver.add(
        z3.Or(
            outcome(rule.tree) != outcome(other),
            algebra.until(rule.tree) != algebra.until(other),
        )
    )
    if solver.check() != z3.sat:
        return None
    return _told(rule, algebra, solver.model())


def _outcome(leaf: Leaf) -> tuple[str, str, str | None]:
    """What a caller sees of an outcome; two branches may end in the same one."""
    return leaf.ruling.value, leaf.code, leaf.exception


def _told(rule: Rule, algebra: FormulaAlgebra, model: Any) -> dict[str, Any]:
    """The facts of a model, words as words, unknown ones as None, those that play no part left out."""
    told: dict[str, Any] = {}
    for name, kind in rule.vocabulary.kinds.items():
        held, known = model.eval(algebra.facts[name]), algebra.known.get(name)
        if known is not None and z3.is_false(model.eval(known)):
            told[name] = None
        elif z3.is_int_value(held):
            told[name] = kind.words[held.as_long()] if kind.words else held.as_long()
        elif z3.is_true(held) or z3.is_false(held):
            told[name] = z3.is_true(held)
    return told


def _latest(rule: Rule) -> date:
    """A day on which the rule holds and all its numbers have their last value."""
    days = [rule.reach.from_on, *(v.from_on for p in rule.parameters.values() for v in p.values)]
    inside = [d for d in days if rule.reach.holds_on(d)]
    return max(inside, default=rule.reach.from_on)
