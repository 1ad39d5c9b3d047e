"""Random facts and random rules: law alone leaves operators of the compiler unused."""

import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from forbear.compliance.expressions import INT, subexpressions, tests
from forbear.compliance.fact_kinds import Kind, Vocabulary
from forbear.compliance.rules import Rule

PARAMETERS = {"open": 480, "close": 1320, "cap": 3, "days": 7, "two": 2}
EDGES = sorted({x + d for x in (0, 7, 127, 128, 480, 1320, 1439, 1440, 32767) for d in (-1, 0, 1)})


def edges_of(rules: Iterable[Rule]) -> list[int]:
    """Every constant and every parameter value of these rules, and its neighbours: boundaries are
    covered by design, not by luck."""
    found = set(EDGES)
    for rule in rules:
        held = {v.value for p in rule.parameters.values() for v in p.values}
        for test in tests(rule.tree):
            held |= {e.args[0] for e in subexpressions(test) if e.op == "const" and e.kind == INT}
        found |= {x + d for x in held for d in (-1, 0, 1)}
    return sorted(found)


class FactDrawer:
    """Draws facts within their kinds, mostly at edges, optional ones often unknown."""

    def __init__(
        self, r: random.Random, vocabulary: Vocabulary, edges: Iterable[int] = EDGES
    ) -> None:
        self.r, self.vocabulary = r, vocabulary
        self.choices = {n: _choices(k, edges) for n, k in vocabulary.kinds.items()}

    def __call__(self) -> object:
        return self.vocabulary.facts(
            **{n: self._value(k, self.choices[n]) for n, k in self.vocabulary.kinds.items()}
        )

    def _value(self, kind: Kind, choices: Sequence[Any]) -> Any:
        r = self.r
        if kind.is_optional and r.random() < 0.3:
            return None
        if kind.kind == "int" and r.random() < 0.3:
            return r.randint(kind.lo, kind.hi)
        return choices[int(r.random() * len(choices))]


def _choices(kind: Kind, edges: Iterable[int]) -> Sequence[Any]:
    if kind.kind == "bool":
        return (False, True)
    if kind.words:
        return kind.words
    near = {*edges, kind.lo, kind.lo + 1, kind.hi - 1, kind.hi}
    return sorted(x for x in near if kind.lo <= x <= kind.hi)


class RuleWriter:
    """Writes the text of random rules over a vocabulary."""

    def __init__(self, r: random.Random, kinds: Mapping[str, Kind]) -> None:
        self.r, self.kinds = r, kinds
        self.optional = [n for n, k in kinds.items() if k.is_optional]
        self.yes_no = [n for n, k in kinds.items() if k.kind == "bool" and not k.is_optional]
        self.word = [n for n, k in kinds.items() if k.words and not k.is_optional]
        self.codes = 0
        self.locals = 0

    def rule(self, facts: str) -> str:
        return f'@rule("X")\ndef x(f: {facts}, p: Parameters) -> Verdict:\n    """Random."""\n' + (
            self.block("    ", 0, frozenset())
        )

    def block(self, pad: str, depth: int, known: frozenset[str]) -> str:
        if depth > 2 or (depth and self.r.random() < 0.2):
            return self.outcome(pad, known)
        text, before = "", ""
        if self.r.random() < 0.3:
            self.locals += 1
            name = f"v{self.locals}"
            before = f"{pad}{name} = {self.test(known, 1)}\n"
            test = self.r.choice([name, f"not {name}", f"{name} and {self.test(known, 2)}"])
        else:
            test = self.test(known, 0)
        text += f"{before}{pad}if {test}:\n{self.block(pad + '    ', depth + 1, known)}"
        if self.r.random() < 0.4:
            second = self.test(known, 0)
            text += f"{pad}elif {second}:\n{self.block(pad + '    ', depth + 1, known)}"
            text += f"{pad}else:\n{self.block(pad + '    ', depth + 1, known)}"
            return text
        return text + self.block(pad, depth + 1, known)

    def outcome(self, pad: str, known: frozenset[str]) -> str:
        self.codes += 1
        code = f"c{self.codes}"
        until = f"({self.number(known, 2)}) * ({self.number(known, 2)}) % 100000"
        return (
            pad
            + "return "
            + self.r.choice(
                [
                    "allowed()",
                    f'needs_review("{code}")',
                    f'refused("{code}")',
                    f'refused("{code}", until={until})',
                    f'refused("{code}", until={self.r.choice([0, 480, 1440])})',
                ]
            )
            + "\n"
        )

    def number(self, known: frozenset[str], depth: int) -> str:
        r = self.r
        if depth > 2 or r.random() < 0.45:
            names = [n for n, k in self.kinds.items() if k.kind == "int"]
            return "f." + r.choice([n for n in names if n not in self.optional or n in known])
        op = r.choice(["+", "-", "*", "//", "%", "p", "c"])
        if op == "p":
            return "p." + r.choice(list(PARAMETERS))
        if op == "c":
            return str(r.choice(EDGES[1:]))
        right = (
            r.choice(["2", "7", "1440", "p.days"]) if op in "//%" else self.number(known, depth + 1)
        )
        return f"({self.number(known, depth + 1)} {op} {right})"

    def test(self, known: frozenset[str], depth: int) -> str:
        r = self.r
        drawn = r.random()
        if depth < 3 and drawn < 0.5:
            name = r.choice(self.optional)
            inner = known | {name}
            if r.random() < 0.5:
                join, isnt = r.choice([("or", "is"), ("and", "is not")])
                return f"(f.{name} {isnt} None {join} {self.test(inner, depth + 1)})"
            if r.random() < 0.3:
                return f"(not {self.test(known, depth + 1)})"
            join = r.choice(["and", "or"])
            return f"({self.test(known, depth + 1)} {join} {self.test(known, depth + 1)})"
        if drawn < 0.6:
            name = r.choice(self.word)
            words = self.kinds[name].words
            members = ", ".join(f'"{w}"' for w in r.sample(words, k=r.randint(1, len(words) - 1)))
            return f"f.{name} {r.choice(['in', 'not in'])} ({members},)"
        if drawn < 0.68:
            name = r.choice(self.word)
            return f'f.{name} {r.choice(["==", "!="])} "{r.choice(self.kinds[name].words)}"'
        if drawn < 0.76:
            return "f." + r.choice(self.yes_no)
        sign = r.choice(["<", "<=", ">", ">=", "==", "!="])
        a, b = self.number(known, 1), self.number(known, 1)
        if drawn < 0.9:
            return f"({a} {sign} {b})"
        return f"({a} {sign} {b} < {self.number(known, 2)})"
