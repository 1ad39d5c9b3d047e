"""Which branch decided: the tests on the way to a rule's answer, with the facts they read.

Made on request, by walking the tree; it is held equal to the plain call by a property test.
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from forbear.compliance.citations import Bilingual
from forbear.compliance.expressions import Expr, Leaf, Tree, subexpressions
from forbear.compliance.fact_kinds import Kind
from forbear.compliance.verdicts import Verdict
from forbear.compliance.words import RuleWords

OPERATIONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "//": operator.floordiv,
    "%": operator.mod,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


@dataclass(frozen=True, slots=True)
class Step:
    """One test: its line in the rule file, its words, whether it held, the facts it read."""

    line: int
    words: Bilingual
    held: bool
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Explanation:
    """One rule's answer with the tests that led to it and the line that gave it."""

    rule_id: str
    verdict: Verdict
    steps: tuple[Step, ...]
    line: int
    parameters: Mapping[str, int]


def explained(
    rule_id: str,
    tree: Tree,
    kinds: Mapping[str, Kind],
    facts: object,
    parameters: Mapping[str, int],
) -> Explanation:
    """Walks the tree with these facts."""
    steps: list[Step] = []
    zh, en = (RuleWords(lang, kinds, parameters) for lang in ("zh", "en"))
    while not isinstance(tree, Leaf):
        held = bool(_value(tree.test, facts, parameters))
        said = Bilingual(
            zh.test(tree.test, is_denied=not held), en.test(tree.test, is_denied=not held)
        )
        read = {
            e.args[0]: getattr(facts, e.args[0])
            for e in subexpressions(tree.test)
            if e.op in ("fact", "known")
        }
        steps.append(Step(tree.line, said, held, read))
        tree = tree.then if held else tree.other
    until = None if tree.until is None else int(_value(tree.until, facts, parameters))
    verdict = Verdict(tree.ruling, tree.code or None, until, tree.exception)
    used = dict(parameters.items())
    return Explanation(rule_id, verdict, tuple(steps), tree.line, used)


def decided(tree: Tree, facts: object, parameters: Mapping[str, int]) -> Verdict:
    """The verdict alone, by walking the tree: for trees that no function was compiled from."""
    while not isinstance(tree, Leaf):
        tree = tree.then if _value(tree.test, facts, parameters) else tree.other
    until = None if tree.until is None else int(_value(tree.until, facts, parameters))
    return Verdict(tree.ruling, tree.code or None, until, tree.exception)


def _value(e: Expr, facts: object, parameters: Mapping[str, int]) -> Any:
    match e.op:
        case "const":
            return e.args[0]
        case "param":
            return parameters[e.args[0]]
        case "fact":
            return getattr(facts, e.args[0])
        case "known":
            return getattr(facts, e.args[0]) is not None
        case "and":
            return all(_value(a, facts, parameters) for a in e.args)
        case "or":
            return any(_value(a, facts, parameters) for a in e.args)
        case "not":
            return not _value(e.args[0], facts, parameters)
        case "in":
            return _value(e.args[0], facts, parameters) in e.args[1]
    a, b = (_value(x, facts, parameters) for x in e.args)
    return OPERATIONS[e.op](a, b)
