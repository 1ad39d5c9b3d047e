"""Mutants of a rule: each comparison, constant, parameter, word and exception changed, one at a time.

A rule whose cases cannot tell a mutant from the law has a gap in its cases. Mutants are made on
the checked tree, so none of them can be refused by the reader for its form.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from forbear.compliance.expressions import INT, Branch, Expr, Leaf, Tree

FLIPS = {
    "<": ("<=", ">="),
    "<=": ("<", ">"),
    ">": (">=", "<="),
    ">=": (">", "<"),
    "==": ("!=",),
    "!=": ("==",),
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A changed tree: where, and what was changed into what."""

    line: int
    change: str
    tree: Tree


def mutants(tree: Tree) -> Iterator[Mutant]:
    """Every mutant of a rule, in the order of its text."""
    if isinstance(tree, Leaf):
        if tree.until is not None:
            for line, change, until in _changed(tree.until):
                yield Mutant(line or tree.line, f"until: {change}", replace(tree, until=until))
        return
    for line, change, test in _changed(tree.test):
        yield Mutant(line or tree.line, change, replace(tree, test=test))
    for one in mutants(tree.then):
        yield Mutant(one.line, one.change, Branch(tree.test, one.tree, tree.other, tree.line))
    for one in mutants(tree.other):
        yield Mutant(one.line, one.change, Branch(tree.test, tree.then, one.tree, tree.line))


def _changed(e: Expr) -> Iterator[tuple[int, str, Expr]]:
    """Every expression that differs from `e` in one place."""
    for sign in FLIPS.get(e.op, ()):
        yield e.line, f"{e.op} into {sign}", replace(e, op=sign)
    if e.op in ("and", "or"):
        other = "or" if e.op == "and" else "and"
        yield e.line, f"{e.op} into {other}", replace(e, op=other)
    if e.op == "not":
        yield e.line, "not dropped", e.args[0]
    if e.op == "in" and len(e.args[1]) > 1:
        for member in e.args[1]:
            rest = tuple(m for m in e.args[1] if m != member)
            yield e.line, f"{member} out of the set", replace(e, args=(e.args[0], rest))
    if e.kind == INT and e.op in ("const", "param"):
        for step in (1, -1):
            shifted = Expr(
                "+",
                (e, Expr("const", (step,), INT, step, step)),
                INT,
                e.lo + step,
                e.hi + step,
                e.line,
            )
            yield e.line, f"{e.args[0]} {step:+d}", shifted
    for position, held in enumerate(e.args):
        if not isinstance(held, Expr):
            continue
        for line, change, inner in _changed(held):
            if e.op in ("//", "%") and position == 1 and inner.op == "+":
                # Engines divide by a plain number: put the shifted divisor as one.
                if held.op == "const":
                    step = inner.args[1].args[0]
                    inner = Expr(
                        "const", (held.args[0] + step,), INT, inner.lo, inner.hi, held.line
                    )
                else:
                    continue
            args = (*e.args[:position], inner, *e.args[position + 1 :])
            yield line or e.line, change, replace(e, args=args)
