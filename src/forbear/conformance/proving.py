"""What a theorem is, and how one is tried: the claim must hold, and its seeded fault must not.

The prover is given its timer; nothing here reads a clock.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import z3

from forbear.compliance.expressions import Leaf, Tree
from forbear.compliance.fact_kinds import vocabulary
from forbear.compliance.formulas import FormulaAlgebra
from forbear.compliance.rules import Rule
from forbear.compliance.verdicts import Ruling
from forbear.contact.facts import ContactFacts

ON = date(2026, 11, 20)
CONTACT = vocabulary(ContactFacts)
TIME_LIMIT_MS = 120_000
Timer = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Theorem:
    """One claim: `proved`, `refuted` with a counterexample, or `unknown` after the time limit."""

    name: str
    rule_ids: tuple[str, ...]
    window: str
    status: str
    seconds: float
    seeded_fault: str
    seeded_fault_caught: bool
    counterexample: str


Task = Callable[[Timer], Theorem]
# What would break a claim, for a rule's tree and its numbers: formulas that must be unsatisfiable.
Breaking = Callable[[Tree, Mapping[str, int]], list[Any]]


def theorem(
    name: str,
    rule: Rule,
    window: str,
    breaking: Breaking,
    fault: str,
    change_numbers: Callable[[Mapping[str, int]], Mapping[str, int]] | None = None,
    change_tree: Callable[[Tree], Tree] | None = None,
) -> Task:
    def prove(timer: Timer) -> Theorem:
        numbers = rule.numbers_on(day_of(rule))
        begun = timer()
        status, found = checked(breaking(rule.tree, numbers))
        seconds = timer() - begun
        tree = change_tree(rule.tree) if change_tree else rule.tree
        changed = change_numbers(numbers) if change_numbers else numbers
        caught = checked(breaking(tree, changed))[0] == "refuted"
        return Theorem(name, (rule.id,), window, status, round(seconds, 3), fault, caught, found)

    return prove


def checked(formulas: Sequence[Any]) -> tuple[str, str]:
    """Whether the formulas have no model: `proved`, else `refuted` with it, or `unknown`."""
    solver = z3.Solver()
    solver.set("timeout", TIME_LIMIT_MS)
    solver.add(*formulas)
    answer = solver.check()
    if answer == z3.unsat:
        return "proved", ""
    return ("refuted", str(solver.model())[:2000]) if answer == z3.sat else ("unknown", "")


def model_of(formulas: Sequence[Any]) -> Any | None:
    """A model of the formulas; None when there is none."""
    solver = z3.Solver()
    solver.set("timeout", TIME_LIMIT_MS)
    solver.add(*formulas)
    return solver.model() if solver.check() == z3.sat else None


def known_of(algebra: FormulaAlgebra) -> dict[str, Any]:
    """The is-known flags of a contact, to be shared by another."""
    return {"known:" + name: held for name, held in algebra.known.items()}


def is_allowed(leaf: Leaf) -> bool:
    """Allowed, also through an exception."""
    return leaf.ruling is Ruling.ALLOWED


def plainly_allowed(leaf: Leaf) -> bool:
    """Allowed, and not through an exception."""
    return leaf.ruling is Ruling.ALLOWED and leaf.exception is None


def day_of(rule: Rule) -> date:
    """A day on which the rule holds: the usual one, else its first."""
    return ON if rule.reach.holds_on(ON) else rule.reach.from_on
