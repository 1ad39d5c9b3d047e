"""The tree a rule is read into: every engine folds this one tree.

A rule has no joins: each path ends in a leaf, so the tree is as long as its text and the leaf
reached is the explanation.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from forbear.compliance.verdicts import Ruling

# What an expression is: a whole number, a truth, a constant word, or a fact out of these words.
ExprKind = str | tuple[str, ...]
INT, BOOL, WORD = "int", "bool", "str"


@dataclass(frozen=True, slots=True)
class Expr:
    """One checked expression; `lo` and `hi` bound its value, words count from 0.

    `op`: const, param, fact, known, and, or, not, in, a comparison or an arithmetic sign.
    """

    op: str
    args: tuple[Any, ...]
    kind: ExprKind
    lo: int
    hi: int
    line: int = 0


@dataclass(frozen=True, slots=True)
class Leaf:
    """One outcome of a rule: `n` counts the outcomes in the order of the text."""

    n: int
    ruling: Ruling
    code: str
    until: Expr | None
    exception: str | None
    line: int


@dataclass(frozen=True, slots=True)
class Branch:
    """A test and what follows when it is true and when it is not."""

    test: Expr
    then: "Tree"
    other: "Tree"
    line: int


Tree = Leaf | Branch
T = TypeVar("T")


class Algebra(Protocol[T]):
    """What an engine must offer to fold a tree: truth values of its own kind."""

    def expr(self, e: Expr) -> T: ...
    def and_(self, a: T, b: T) -> T: ...
    def or_(self, a: T, b: T) -> T: ...
    def not_(self, a: T) -> T: ...
    def if_(self, c: T, a: T, b: T) -> T: ...


def condition(tree: Tree, pick: Callable[[Leaf], bool], algebra: Algebra[T]) -> T | bool:
    """When a leaf that `pick` chooses is reached; True or False when always or never."""
    if isinstance(tree, Leaf):
        return pick(tree)
    a = condition(tree.then, pick, algebra)
    b = condition(tree.other, pick, algebra)
    if isinstance(a, bool) and a is b:
        return a
    test = algebra.expr(tree.test)
    if isinstance(b, bool):
        return _with_constant_else(test, a, b, algebra)
    if isinstance(a, bool):
        return algebra.or_(test, b) if a else algebra.and_(algebra.not_(test), b)
    return algebra.or_(algebra.and_(test, a), algebra.and_(algebra.not_(test), b))


def _with_constant_else(test: T, a: T | bool, b: bool, algebra: Algebra[T]) -> T:
    if b:
        return algebra.not_(test) if isinstance(a, bool) else algebra.or_(algebra.not_(test), a)
    return test if isinstance(a, bool) else algebra.and_(test, a)


def value(tree: Tree, of: Callable[[Leaf], T], algebra: Algebra[T]) -> T:
    """The value `of` the leaf that is reached."""
    if isinstance(tree, Leaf):
        return of(tree)
    return algebra.if_(
        algebra.expr(tree.test), value(tree.then, of, algebra), value(tree.other, of, algebra)
    )


def leaves(tree: Tree) -> tuple[Leaf, ...]:
    """All outcomes in the order of the text."""
    if isinstance(tree, Leaf):
        return (tree,)
    return (*leaves(tree.then), *leaves(tree.other))


def subexpressions(e: Expr) -> tuple[Expr, ...]:
    """An expression and everything inside it."""
    inner = tuple(x for a in e.args if isinstance(a, Expr) for x in subexpressions(a))
    return (e, *inner)


def tests(tree: Tree) -> tuple[Expr, ...]:
    """All tests of a tree, outermost first."""
    if isinstance(tree, Leaf):
        return ()
    return (tree.test, *tests(tree.then), *tests(tree.other))


def facts_named(tree: Tree) -> frozenset[str]:
    """The names of all facts that a tree looks at, in its tests and in the moments it names."""
    untils = [leaf.until for leaf in leaves(tree) if leaf.until is not None]
    return frozenset(
        str(inner.args[0])
        for whole in (*tests(tree), *untils)
        for inner in subexpressions(whole)
        if inner.op in ("fact", "known")
    )


def coded(args: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """Both sides of a comparison, a constant word put as its position in the fact's list."""
    words = next((a.kind for a in args if isinstance(a.kind, tuple)), None)
    if words is None:
        return args
    return tuple(
        Expr(
            "const", (words.index(a.args[0]),), INT, words.index(a.args[0]), words.index(a.args[0])
        )
        if a.kind == WORD
        else a
        for a in args
    )
