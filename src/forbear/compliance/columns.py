"""Second engine: a rule as Polars expressions over columns of facts.

An unknown is put as some value in range beside a flag, so no null enters any expression and
three-valued logic never starts. Arithmetic runs in the smallest integer type that holds operands
and result: Polars wraps silently. "Refused" is compiled as truth values, numbers only for
`until`, once for each form of the book.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import polars as pl

from forbear.compliance.expressions import (
    Expr,
    Leaf,
    Tree,
    coded,
    condition,
    facts_named,
    leaves,
    value,
)
from forbear.compliance.fact_kinds import FactOutOfKind, Kind, Vocabulary
from forbear.compliance.verdicts import NO_RULE, Ruling

NEVER = 2**31 - 1  # waiting does not help
SIZES = ((8, pl.Int8()), (16, pl.Int16()), (32, pl.Int32()), (64, pl.Int64()))
COMPARE: dict[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}
OPERATE: dict[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
}


def integer_type(lo: int, hi: int) -> pl.DataType:
    """The smallest signed integer that holds lo..hi."""
    return next(t for bits, t in SIZES if -(2 ** (bits - 1)) <= lo and hi < 2 ** (bits - 1))


def column_type(kind: Kind) -> pl.DataType:
    """The type of a fact's column; words are their position in the list."""
    return pl.Boolean() if kind.kind == "bool" else integer_type(kind.lo, kind.hi)


def facts_frame(vocabulary: Vocabulary, rows: Iterable[object]) -> pl.DataFrame:
    """Columns of facts from facts objects: for tests, cases and small batches."""
    known = list(rows)
    return pl.DataFrame(
        {
            name: pl.Series(
                [vocabulary.code(name, getattr(row, name)) for row in known],
                dtype=column_type(kind),
            )
            for name, kind in vocabulary.kinds.items()
        }
    )


def check_columns(vocabulary: Vocabulary, facts: pl.DataFrame) -> None:
    """Refuse a frame with a wrong type, a null where nothing may be unknown, or a value out of range.

    A null would read as false and turn unknown into allowed. Raises `FactOutOfKind`.
    """
    kinds = [k for n, k in vocabulary.kinds.items() if n in facts.columns]
    wrong = [
        f"{k.name} is {facts.schema[k.name]}, not {column_type(k)}"
        for k in kinds
        if facts.schema[k.name] != column_type(k)
    ]
    numbers = [k for k in kinds if k.kind != "bool"]
    if not wrong and len(facts):
        found = facts.select(
            *(pl.col(k.name).null_count().alias("n:" + k.name) for k in kinds),
            *(pl.col(k.name).min().alias("lo:" + k.name) for k in numbers),
            *(pl.col(k.name).max().alias("hi:" + k.name) for k in numbers),
        ).row(0, named=True)
        wrong += [
            f"{k.name} has {found['n:' + k.name]} unknown values"
            for k in kinds
            if not k.is_optional and found["n:" + k.name]
        ]
        wrong += [
            f"{k.name} holds {found['lo:' + k.name]}..{found['hi:' + k.name]}, not {k.lo}..{k.hi}"
            for k in numbers
            if found["lo:" + k.name] is not None
            and not k.lo <= found["lo:" + k.name] <= found["hi:" + k.name] <= k.hi
        ]
    if wrong:
        raise FactOutOfKind(f"{vocabulary.name}: {'; '.join(wrong)}. No rule was asked.")


@dataclass(frozen=True, slots=True)
class ColumnAlgebra:
    """Folds a rule's tree into Polars: `parameters` are the numbers of the day."""

    kinds: Mapping[str, Kind]
    parameters: Mapping[str, int]

    def and_(self, a: pl.Expr, b: pl.Expr) -> pl.Expr:
        return a & b

    def or_(self, a: pl.Expr, b: pl.Expr) -> pl.Expr:
        return a | b

    def not_(self, a: pl.Expr) -> pl.Expr:
        return ~a

    def if_(self, c: pl.Expr, a: pl.Expr, b: pl.Expr) -> pl.Expr:
        return pl.when(c).then(a).otherwise(b)

    def number(self, e: Expr, lo: int, hi: int) -> pl.Expr:
        """A whole number in a type that also holds lo..hi."""
        dtype = integer_type(min(lo, e.lo), max(hi, e.hi))
        if e.op == "const":
            return pl.lit(e.args[0], dtype=dtype)
        if e.op == "param":
            return pl.lit(self.parameters[e.args[0]], dtype=dtype)
        if e.op == "fact" and column_type(self.kinds[e.args[0]]) == dtype:
            return self.expr(e)
        return self.expr(e).cast(dtype)

    def expr(self, e: Expr) -> pl.Expr:
        """Any checked expression."""
        match e.op:
            case "fact":
                return self._fact(self.kinds[e.args[0]])
            case "known":
                return pl.col(e.args[0]).is_not_null()
            case "and" | "or":
                join = self.and_ if e.op == "and" else self.or_
                return reduce(join, map(self.expr, e.args))
            case "not":
                return ~self.expr(e.args[0])
            case "in":
                return self._membership(*e.args)
            case op if op in COMPARE:
                x, y = coded(e.args)
                return COMPARE[op](self.number(x, y.lo, y.hi), self.number(y, x.lo, x.hi))
            case op if op in OPERATE:
                a, b = e.args
                lo, hi = min(e.lo, a.lo, b.lo), max(e.hi, a.hi, b.hi)
                return OPERATE[op](self.number(a, lo, hi), self.number(b, lo, hi))
        return self.number(e, e.lo, e.hi)

    def _fact(self, kind: Kind) -> pl.Expr:
        column = pl.col(kind.name)
        if not kind.is_optional:
            return column
        return column.fill_null(
            False if kind.kind == "bool" else pl.lit(kind.lo, dtype=column_type(kind))
        )

    def _membership(self, asked: Expr, members: Sequence[Any]) -> pl.Expr:
        codes = [asked.kind.index(m) if isinstance(asked.kind, tuple) else m for m in members]
        hits = [
            self.number(asked, c, c)
            == pl.lit(c, dtype=integer_type(min(asked.lo, c), max(asked.hi, c)))
            for c in codes
        ]
        return reduce(self.or_, hits)


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """One rule for columns: its id, its tree and the algebra of its parameters of the day."""

    rule_id: str
    tree: Tree
    algebra: ColumnAlgebra

    def leaf(self) -> pl.Expr:
        """The number of the outcome reached."""
        return value(self.tree, lambda x: pl.lit(x.n, dtype=pl.Int8), self.algebra)

    def until(self) -> pl.Expr:
        """The candidate minute of a refusal; NEVER when waiting does not help, 0 when not refused."""
        return value(self.tree, self._until, self.algebra)

    def reason(self) -> pl.Expr:
        """The code of the outcome reached; empty when allowed."""
        return value(self.tree, lambda x: pl.lit(x.code), self.algebra)

    def reaches(self, pick: Callable[[Leaf], bool]) -> pl.Expr | bool:
        """Where a leaf that `pick` chooses is reached."""
        return condition(self.tree, pick, self.algebra)

    def _until(self, leaf: Leaf) -> pl.Expr:
        if leaf.until is not None:
            return self.algebra.number(leaf.until, 0, NEVER)
        return pl.lit(NEVER if leaf.ruling is Ruling.REFUSED else 0, dtype=pl.Int32)


def judged(rules: Sequence[ColumnRule]) -> list[pl.Expr]:
    """The whole book for every row.

    `ruling` (0 allowed, 1 needs review, 2 refused), one Boolean a reason (`no:ID`, `ask:ID`) and
    `until_minute` (the latest candidate of the refusals, NEVER when waiting does not help). With
    no rule in force every row needs review: nothing is allowed by the lack of a law.
    """
    if not rules:
        return [pl.lit(1, dtype=pl.Int8).alias("ruling"), pl.lit(0).alias("until_minute")]
    refusing = _where(rules, lambda x: x.ruling is Ruling.REFUSED)
    asking = _where(rules, lambda x: x.ruling is Ruling.NEEDS_REVIEW)
    review = _any(asking).cast(pl.Int8)
    ruling = pl.when(_any(refusing)).then(pl.lit(2, dtype=pl.Int8)).otherwise(review)
    return [
        ruling.alias("ruling"),
        *(found.alias("no:" + rule_id) for rule_id, found in refusing),
        *(found.alias("ask:" + rule_id) for rule_id, found in asking),
        pl.max_horizontal(_ends(rules)).alias("until_minute"),
    ]


def grounds(rules: Sequence[ColumnRule]) -> dict[str, pl.Expr]:
    """`rule_ids` and `verdict_reasons` of every rule that does not allow, in rule order.

    Lists cost more than truth values: for facts that many rows share, ask once and lay back.
    """
    stands = [(r, r.reaches(lambda x: x.ruling is not Ruling.ALLOWED)) for r in rules]
    ids: list[pl.Expr] = []
    reasons: list[pl.Expr] = []
    for rule, where in stands:
        if where is not False:
            ids.append(pl.when(where).then(pl.lit(rule.rule_id)))
            reasons.append(pl.when(where).then(rule.reason()))
    if not rules:
        ids, reasons = [pl.lit(NO_RULE.rule_id)], [pl.lit(NO_RULE.verdict.reason)]
    none = pl.lit(None, dtype=pl.String)
    return {
        "rule_ids": pl.concat_list([none, *ids]).list.drop_nulls(),
        "verdict_reasons": pl.concat_list([none, *reasons]).list.drop_nulls(),
    }


def facts_read(rules: Iterable[ColumnRule]) -> set[str]:
    """The facts that these rules look at."""
    return {name for rule in rules for name in facts_named(rule.tree)}


def _where(rules: Sequence[ColumnRule], pick: Callable[[Leaf], bool]) -> list[tuple[str, pl.Expr]]:
    found = [(r.rule_id, r.reaches(pick)) for r in rules]
    return [(i, pl.lit(c) if isinstance(c, bool) else c) for i, c in found if c is not False]


def _any(found: Sequence[tuple[str, pl.Expr]]) -> pl.Expr:
    return reduce(lambda a, b: a | b, [c for _, c in found], pl.lit(False))


def _ends(rules: Sequence[ColumnRule]) -> list[pl.Expr]:
    """One number for each different form of `until`: few serve a whole book."""
    forms: dict[object, tuple[ColumnAlgebra, Expr | None]] = {}
    for rule in rules:
        for leaf in leaves(rule.tree):
            if leaf.ruling is Ruling.REFUSED:
                forms.setdefault(_form(leaf, rule.algebra), (rule.algebra, leaf.until))
    ends = [pl.lit(0, dtype=pl.Int32)]
    for form, (algebra, until) in forms.items():
        there = _any(_where_form(rules, form))
        end = pl.lit(NEVER, dtype=pl.Int32) if until is None else algebra.number(until, 0, NEVER)
        ends.append(pl.when(there).then(end).otherwise(pl.lit(0, dtype=pl.Int32)))
    return ends


def _form(leaf: Leaf, algebra: ColumnAlgebra) -> object:
    """What an `until` computes: its text with the numbers of the day put in."""
    return None if leaf.until is None else _filled(leaf.until, algebra)


def _filled(e: Expr, algebra: ColumnAlgebra) -> object:
    if e.op == "param":
        return algebra.parameters[e.args[0]]
    if e.op == "const":
        return e.args[0]
    return (e.op, *(_filled(a, algebra) if isinstance(a, Expr) else a for a in e.args))


def _where_form(rules: Sequence[ColumnRule], form: object) -> list[tuple[str, pl.Expr]]:
    return [
        found
        for rule in rules
        for found in _where(
            [rule],
            lambda x, algebra=rule.algebra: (  # type: ignore[misc]
                x.ruling is Ruling.REFUSED and _form(x, algebra) == form
            ),
        )
    ]
