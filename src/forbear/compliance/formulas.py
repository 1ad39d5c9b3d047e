"""Third engine: a rule as a Z3 formula, for proofs.

An optional fact is a number and an is-known flag. `given` puts formulas (a symbolic history) in
the place of free facts. Needs z3-solver; only proofs import this module.
"""

from collections.abc import Callable, Mapping
from typing import Any

import z3

from forbear.compliance.columns import COMPARE, NEVER, OPERATE
from forbear.compliance.expressions import Expr, Leaf, Tree, coded, condition, value
from forbear.compliance.fact_kinds import Kind
from forbear.compliance.verdicts import Ruling


class FormulaAlgebra:
    """Folds a rule's tree into Z3: one symbolic contact, named apart by `tag`."""

    def __init__(
        self,
        kinds: Mapping[str, Kind],
        parameters: Mapping[str, Any],
        given: Mapping[str, Any] | None = None,
        tag: str = "",
    ) -> None:
        self.parameters = parameters
        held = given or {}
        self.facts = {
            n: held[n] if n in held else (z3.Bool if k.kind == "bool" else z3.Int)(tag + n)
            for n, k in kinds.items()
        }
        self.known = {
            n: held.get("known:" + n, z3.Bool(tag + "known_" + n))
            for n, k in kinds.items()
            if k.is_optional
        }
        self.bounds = [
            z3.And(self.facts[n] >= k.lo, self.facts[n] <= k.hi)
            for n, k in kinds.items()
            if n not in held and k.kind != "bool"
        ]

    def and_(self, a: Any, b: Any) -> Any:
        return z3.And(a, b)

    def or_(self, a: Any, b: Any) -> Any:
        return z3.Or(a, b)

    def not_(self, a: Any) -> Any:
        return z3.Not(a)

    def if_(self, c: Any, a: Any, b: Any) -> Any:
        return z3.If(c, a, b)

    def expr(self, e: Expr) -> Any:
        """Any checked expression."""
        match e.op:
            case "const":
                return z3.IntVal(e.args[0])
            case "param":
                held = self.parameters[e.args[0]]
                return z3.IntVal(held) if isinstance(held, int) else held
            case "fact":
                return self.facts[e.args[0]]
            case "known":
                return self.known[e.args[0]]
            case "and" | "or":
                return (z3.And if e.op == "and" else z3.Or)([self.expr(a) for a in e.args])
            case "not":
                return z3.Not(self.expr(e.args[0]))
            case "in":
                asked, members = e.args
                codes = [
                    asked.kind.index(m) if isinstance(asked.kind, tuple) else m for m in members
                ]
                return z3.Or([self.expr(asked) == c for c in codes])
        x, y = (self.expr(a) for a in coded(e.args))
        if e.op in COMPARE:
            return COMPARE[e.op](x, y)
        # Z3's `/` on whole numbers floors for a positive divisor, and the divisor is positive.
        return x / y if e.op == "//" else OPERATE[e.op](x, y)

    def reaches(self, tree: Tree, pick: Callable[[Leaf], bool]) -> Any:
        """The formula under which a leaf that `pick` chooses is reached."""
        found = condition(tree, pick, self)
        return z3.BoolVal(found) if isinstance(found, bool) else found

    def refuses(self, tree: Tree) -> Any:
        """The formula under which the rule refuses."""
        return self.reaches(tree, lambda x: x.ruling is Ruling.REFUSED)

    def leaf(self, tree: Tree) -> Any:
        """The number of the outcome reached."""
        return value(tree, lambda x: z3.IntVal(x.n), self)

    def until(self, tree: Tree) -> Any:
        """The candidate minute, as in `columns.ColumnRule.until`."""
        return value(tree, self._until, self)

    def _until(self, leaf: Leaf) -> Any:
        if leaf.until is not None:
            return self.expr(leaf.until)
        return z3.IntVal(NEVER if leaf.ruling is Ruling.REFUSED else 0)
