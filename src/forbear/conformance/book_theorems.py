"""Theorems about whole books: every outcome can be reached, no rule takes back another's exception."""

from collections.abc import Iterable, Sequence
from typing import Any

import z3

from forbear.compliance.expressions import Branch, Leaf, Tree, leaves
from forbear.compliance.formulas import FormulaAlgebra
from forbear.compliance.rules import Rule
from forbear.compliance.verdicts import Ruling
from forbear.conformance.proving import (
    CONTACT,
    Task,
    Theorem,
    Timer,
    day_of,
    is_allowed,
    known_of,
    model_of,
)


def has_branches(rules: Sequence[Rule]) -> bool:
    """Whether any rule of the book has a test, so that reaching its outcomes says something."""
    return any(not isinstance(rule.tree, Leaf) for rule in rules)


def could_contradict(rules: Sequence[Rule]) -> bool:
    """Whether a rule has an exception that another rule over the same facts could take back."""
    lifting = [r for r in rules if any(leaf.exception for leaf in leaves(r.tree))]
    first = lifting[:1]
    return any(
        other is not rule and other.vocabulary is rule.vocabulary
        for rule in first
        for other in rules
    )


def all_reachable(book_id: str, rules: Sequence[Rule]) -> Task:
    """Every outcome of every rule of the book can be reached."""

    def dead(trees: Iterable[tuple[Rule, Tree]]) -> str:
        for rule, tree in trees:
            algebra = FormulaAlgebra(rule.vocabulary.kinds, rule.numbers_on(day_of(rule)))
            for leaf in leaves(tree):
                wanted = algebra.reaches(tree, lambda x, n=leaf.n: x.n == n)  # type: ignore[misc]
                if model_of([*algebra.bounds, wanted]) is None:
                    return f"{rule.id} line {leaf.line} ({leaf.code or 'allowed'})"
        return ""

    def grafted(tree: Tree) -> Tree:
        if isinstance(tree, Leaf):
            return tree
        never = Leaf(999, Ruling.REFUSED, "never", None, None, tree.line)
        return Branch(
            tree.test, tree.then, Branch(tree.test, never, tree.other, tree.line), tree.line
        )

    def prove(timer: Timer) -> Theorem:
        begun = timer()
        found = dead((r, r.tree) for r in rules)
        seconds = timer() - begun
        branching = [r for r in rules if not isinstance(r.tree, Leaf)][:1]
        caught = bool(dead((r, grafted(r.tree)) for r in branching))
        return Theorem(
            f"{book_id}: every outcome of every rule can be reached",
            tuple(r.id for r in rules),
            "all facts in their ranges",
            "refuted" if found else "proved",
            round(seconds, 3),
            "a branch behind its own opposite",
            caught,
            found,
        )

    return prove


def contradicts_nothing(book_id: str, rules: Sequence[Rule]) -> Task:
    """No exception of one rule of the book is always refused by another."""

    def clash(trees: Sequence[tuple[Rule, Tree]], against: Sequence[tuple[Rule, Tree]]) -> str:
        for rule, tree in trees:
            for leaf in (x for x in leaves(tree) if x.exception):
                for other, other_tree in against:
                    if other is rule or other.vocabulary is not rule.vocabulary:
                        continue
                    algebra = FormulaAlgebra(
                        rule.vocabulary.kinds,
                        {**other.numbers_on(day_of(other)), **rule.numbers_on(day_of(rule))},
                    )
                    lifted = algebra.reaches(tree, lambda x, n=leaf.n: x.n == n)  # type: ignore[misc]
                    free = z3.Not(algebra.refuses(other_tree))
                    if model_of([*algebra.bounds, lifted, free]) is None:
                        return (
                            f"{rule.id}: exception {leaf.exception} is always refused by {other.id}"
                        )
        return ""

    def prove(timer: Timer) -> Theorem:
        begun = timer()
        own = [(r, r.tree) for r in rules]
        found = clash(own, own)
        seconds = timer() - begun
        lifting = [(r, t) for r, t in own if any(x.exception for x in leaves(t))]
        always: Tree = Leaf(0, Ruling.REFUSED, "always", None, None, 1)
        stubborn: list[tuple[Rule, Tree]] = [
            (other, always)
            for r, _ in lifting[:1]
            for other in rules
            if other is not r and other.vocabulary is r.vocabulary
        ][:1]
        caught = bool(stubborn) and bool(clash(lifting[:1], stubborn))
        return Theorem(
            f"{book_id}: no two rules contradict (an exception another rule always refuses)",
            tuple(r.id for r in rules),
            "all facts in their ranges",
            "refuted" if found else "proved",
            round(seconds, 3),
            "a second rule that refuses everything",
            caught,
            found,
        )

    return prove


def permits_something(place: str, rules: Sequence[Rule]) -> Task:
    """On every channel some contact is allowed by all rules of the jurisdiction together."""
    own = [
        r
        for r in rules
        if r.reach.jurisdiction == place and r.vocabulary is CONTACT and r.is_enabled
    ]

    def barred(extra: Sequence[Tree]) -> str:
        for code, word in enumerate(CONTACT.kinds["channel"].words):
            given = {"channel": z3.IntVal(code)}
            formulas: list[Any] = []
            shared: FormulaAlgebra | None = None
            for rule in own:
                held = given if shared is None else {**shared.facts, **known_of(shared)}
                algebra = FormulaAlgebra(CONTACT.kinds, rule.numbers_on(day_of(rule)), held)
                shared = shared or algebra
                formulas += [*algebra.bounds, algebra.reaches(rule.tree, is_allowed)]
            if shared is not None:
                formulas += [shared.reaches(tree, is_allowed) for tree in extra]
            if model_of(formulas) is None:
                return f"nothing is permitted on {word}"
        return ""

    def prove(timer: Timer) -> Theorem:
        begun = timer()
        found = barred(())
        seconds = timer() - begun
        always = Leaf(0, Ruling.REFUSED, "always", None, None, 1)
        return Theorem(
            f"{place}: its contact rules together permit something on every channel",
            tuple(r.id for r in own),
            "all facts in their ranges",
            "refuted" if found else "proved",
            round(seconds, 3),
            "a rule that refuses everything",
            bool(barred((always,))),
            found,
        )

    return prove
