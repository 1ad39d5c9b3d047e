"""Reads one expression of a rule: checks its form, its types, its ranges and what is known.

A fact that can be unknown may be used only where a test `is None` on the same path has shown
that it is there. Ranges are followed through the arithmetic, so that nothing can leave 64 bits
and no test is always the same.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

from forbear.compliance.expressions import BOOL, INT, WORD, Expr
from forbear.compliance.fact_kinds import Kind
from forbear.compliance.source_checks import Fault, SubsetFault

COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
ARITHMETIC: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.FloorDiv: "//",
    ast.Mod: "%",
}
LIMIT = 2**62
NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Read:
    """An expression, and the facts known to be there when it is true and when it is false."""

    expr: Expr
    when_true: frozenset[str] = NONE
    when_false: frozenset[str] = NONE


@dataclass(slots=True)
class ExpressionReader:
    """Reads expressions of one file: `parameters` maps a name to its least and greatest value."""

    file: str
    kinds: Mapping[str, Kind]
    parameters: Mapping[str, tuple[int, int]]
    constants: Mapping[str, frozenset[int] | frozenset[str]]
    used_parameters: set[str]
    used_names: set[str]

    def fail(self, node: ast.AST, what: str, advice: str) -> NoReturn:
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        raise SubsetFault(Fault(self.file, line, column + 1, what, advice))

    def boolean(self, node: ast.expr, env: Mapping[str, Read], known: frozenset[str]) -> Read:
        """A test; anything that is not true or false is refused."""
        read = self.expr(node, env, known)
        if read.expr.kind != BOOL:
            self.fail(node, "a test must be true or false", "compare it: x > 0, x is None, x in S")
        return read

    def integer(self, node: ast.expr, env: Mapping[str, Read], known: frozenset[str]) -> Expr:
        """A whole number; booleans are none."""
        expr = self.expr(node, env, known).expr
        if expr.kind != INT:
            self.fail(node, "not a whole number", "use whole numbers here")
        return expr

    def expr(self, node: ast.expr, env: Mapping[str, Read], known: frozenset[str]) -> Read:
        """Any expression of the subset. Raises `SubsetFault`."""
        match node:
            case ast.Constant():
                return Read(self._constant(node))
            case ast.Name(id=name) if name in env:
                self.used_names.add(name)
                return env[name]
            case ast.Attribute(value=ast.Name(id="f"), attr=name) if name in self.kinds:
                return Read(self._fact(node, name, known))
            case ast.Attribute(value=ast.Name(id="p"), attr=name) if name in self.parameters:
                self.used_parameters.add(name)
                return Read(Expr("param", (name,), INT, *self.parameters[name], node.lineno))
            case ast.Attribute(value=ast.Name(id="f"), attr=name):
                self.fail(node, f"no fact is called {name}", "look it up in the facts class")
            case ast.Attribute(value=ast.Name(id="p"), attr=name):
                self.fail(node, f"no parameter is called {name}", "add it under parameters/")
            case ast.BoolOp():
                return self._bool_op(node, env, known)
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                read = self.boolean(inner, env, known)
                return Read(self._truth(node, "not", read.expr), read.when_false, read.when_true)
            case ast.BinOp(op=op) if type(op) in ARITHMETIC:
                return Read(self._arithmetic(node, ARITHMETIC[type(op)], env, known))
            case ast.Compare():
                return self._compare(node, env, known)
        self.fail(
            node,
            f"`{ast.unparse(node)[:60]}` is outside the subset",
            "use facts f.x, parameters p.x, locals, and/or/not, comparisons, + - * // %, is None, in",
        )

    def members(self, node: ast.expr) -> frozenset[int] | frozenset[str]:
        """A constant set: words, or whole numbers, all different."""
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "frozenset"
            and len(node.args) == 1
            and not node.keywords
        ):
            node = node.args[0]
        if isinstance(node, ast.Set | ast.Tuple) and node.elts:
            found = [e.value for e in node.elts if isinstance(e, ast.Constant)]
            is_whole = len(found) == len(node.elts) == len(set(found))
            if is_whole and all(type(v) is str for v in found):
                return frozenset(str(v) for v in found)
            numbers = [v for v in found if type(v) is int]
            if is_whole and len(numbers) == len(found):
                return frozenset(numbers)
        self.fail(
            node, "not a constant set", "write frozenset({...}) of different words or whole numbers"
        )

    def _constant(self, node: ast.Constant) -> Expr:
        held = node.value
        if type(held) is str:
            return Expr("const", (held,), WORD, 0, 0, node.lineno)
        if type(held) is int and abs(held) < LIMIT:
            return Expr("const", (held,), INT, held, held, node.lineno)
        self.fail(
            node,
            f"constant {held!r:.40}",
            "only whole numbers and words; a yes/no fact stands alone, unknown is `is None`",
        )

    def _fact(self, node: ast.Attribute, name: str, known: frozenset[str]) -> Expr:
        kind = self.kinds[name]
        if kind.is_optional and name not in known:
            self.fail(
                node, f"f.{name} may be unknown here", f"test `f.{name} is None` first on this path"
            )
        held = kind.words or (BOOL if kind.kind == "bool" else INT)
        return Expr("fact", (name,), held, kind.lo, kind.hi, node.lineno)

    def _bool_op(self, node: ast.BoolOp, env: Mapping[str, Read], known: frozenset[str]) -> Read:
        """`and`: a later part is read only if all before were true; `or`: only if all were false."""
        is_and = isinstance(node.op, ast.And)
        parts: list[Expr] = []
        goes_on: frozenset[str] = NONE
        stops: frozenset[str] | None = None
        for part in node.values:
            read = self.boolean(part, env, known | goes_on)
            go, stop = (
                (read.when_true, read.when_false) if is_and else (read.when_false, read.when_true)
            )
            stops = goes_on | stop if stops is None else stops & (goes_on | stop)
            goes_on = goes_on | go
            parts.append(read.expr)
        expr = self._truth(node, "and" if is_and else "or", *parts)
        short = stops or NONE
        return Read(expr, goes_on, short) if is_and else Read(expr, short, goes_on)

    def _compare(self, node: ast.Compare, env: Mapping[str, Read], known: frozenset[str]) -> Read:
        match node:
            case ast.Compare(ops=[ast.Is() | ast.IsNot()]):
                return self._is_none(node)
            case ast.Compare(left=left, ops=[ast.In() | ast.NotIn() as op], comparators=[right]):
                return Read(self._membership(node, left, op, right, env, known))
            case ast.Compare(ops=ops) if all(type(op) in COMPARISONS for op in ops):
                terms = [self.expr(t, env, known).expr for t in (node.left, *node.comparators)]
                parts = [
                    self._comparison(node, COMPARISONS[type(op)], a, b)
                    for op, a, b in zip(ops, terms, terms[1:], strict=False)
                ]
                return Read(parts[0] if len(parts) == 1 else self._truth(node, "and", *parts))
        self.fail(node, f"`{ast.unparse(node)[:60]}`", "compare with < <= > >= == != , is None, in")

    def _is_none(self, node: ast.Compare) -> Read:
        match node:
            case ast.Compare(
                left=ast.Attribute(value=ast.Name(id="f"), attr=name),
                ops=[op],
                comparators=[ast.Constant(value=None)],
            ) if name in self.kinds:
                if not self.kinds[name].is_optional:
                    self.fail(node, f"f.{name} is never unknown", "delete the test")
                known = self._truth(node, "known", name)
                there = frozenset({name})
                if isinstance(op, ast.Is):
                    return Read(self._truth(node, "not", known), NONE, there)
                return Read(known, there, NONE)
        self.fail(
            node, "`is` compares a fact with None only", "write f.x is None or f.x is not None"
        )

    def _membership(
        self,
        node: ast.Compare,
        left: ast.expr,
        op: ast.cmpop,
        right: ast.expr,
        env: Mapping[str, Read],
        known: frozenset[str],
    ) -> Expr:
        asked = self.expr(left, env, known).expr
        if isinstance(right, ast.Name) and right.id in self.constants:
            self.used_names.add(right.id)
            members = self.constants[right.id]
        else:
            members = self.members(right)
        if isinstance(asked.kind, tuple):
            is_possible = all(m in asked.kind for m in members)
        else:
            is_possible = asked.kind == INT and all(type(m) is int for m in members)
        if not is_possible:
            self.fail(right, "not a set of possible values", f"a constant set out of {asked.kind}")
        found = self._truth(node, "in", asked, tuple(sorted(members)))
        return found if isinstance(op, ast.In) else self._truth(node, "not", found)

    def _comparison(self, node: ast.AST, op: str, a: Expr, b: Expr) -> Expr:
        word = next((x.args[0] for x in (a, b) if x.kind == WORD), None)
        if word is not None:
            kind = b.kind if a.kind == WORD else a.kind
            if op not in ("==", "!=") or not isinstance(kind, tuple) or word not in kind:
                self.fail(node, f"{word!r} cannot be here", f"== or != with one of {kind}")
        elif a.kind != b.kind or a.kind != INT:
            self.fail(
                node,
                "compares unlike things",
                "whole number with whole number, word with word; a yes/no fact stands alone",
            )
        elif _is_constant(op, a, b):
            self.fail(
                node,
                f"always the same: {a.lo}..{a.hi} {op} {b.lo}..{b.hi}",
                "delete it or correct the number",
            )
        return self._truth(node, op, a, b)

    def _arithmetic(
        self, node: ast.BinOp, op: str, env: Mapping[str, Read], known: frozenset[str]
    ) -> Expr:
        a, b = self.integer(node.left, env, known), self.integer(node.right, env, known)
        if op in ("//", "%") and (b.op not in ("const", "param") or b.lo <= 0):
            self.fail(node, "division", "divide by a positive constant or parameter only")
        ends = _ends(op, a, b)
        if not -LIMIT < min(ends) <= max(ends) < LIMIT:
            self.fail(
                node,
                f"may reach {max(map(abs, ends))}",
                "this does not fit a 64-bit column; narrow the facts",
            )
        return Expr(op, (a, b), INT, min(ends), max(ends), node.lineno)

    def _truth(self, node: ast.AST, op: str, *args: object) -> Expr:
        return Expr(op, args, BOOL, 0, 1, getattr(node, "lineno", 0))


def _is_constant(op: str, a: Expr, b: Expr) -> bool:
    if a.hi < b.lo or b.hi < a.lo or a.lo == a.hi == b.lo == b.hi:
        return True
    if op in ("<", ">="):
        return a.lo == b.hi
    return op in (">", "<=") and a.hi == b.lo


def _ends(op: str, a: Expr, b: Expr) -> list[int]:
    """The ends of the range of the result, from the ends of both operands."""
    if op == "%":
        return [0, b.hi - 1]
    operate = {"+": int.__add__, "-": int.__sub__, "*": int.__mul__, "//": int.__floordiv__}[op]
    return [operate(x, y) for x in (a.lo, a.hi) for y in (b.lo, b.hi)]
