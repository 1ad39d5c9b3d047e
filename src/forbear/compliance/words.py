"""A rule in plain words, Chinese and English, from the same tree the engines fold.

Minutes of the day are printed as clock times, a test that is not true as its own opposite, and
each `until` as the moment it names. Reading aids, not law: the law is the quotation.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from forbear.compliance.citations import Bilingual
from forbear.compliance.expressions import WORD, Branch, Expr, Leaf, Tree
from forbear.compliance.fact_kinds import Kind
from forbear.compliance.verdicts import Ruling

OPPOSITE = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "==": "!=", "!=": "=="}
SIGNS = {
    "zh": {"<": "小于", "<=": "不超过", ">": "大于", ">=": "不小于", "==": "为", "!=": "不为"},
    "en": {
        "<": "is less than",
        "<=": "is at most",
        ">": "is more than",
        ">=": "is at least",
        "==": "is",
        "!=": "is not",
    },
}
RULINGS = {
    "zh": {
        Ruling.ALLOWED: "本条不禁止",
        Ruling.REFUSED: "禁止",
        Ruling.NEEDS_REVIEW: "由人复核",
    },
    "en": {
        Ruling.ALLOWED: "this rule does not forbid it",
        Ruling.REFUSED: "forbidden",
        Ruling.NEEDS_REVIEW: "a person decides",
    },
}


@dataclass(frozen=True, slots=True)
class RuleWords:
    """Says one rule's tree in one language, with the parameters of a day."""

    language: str
    kinds: Mapping[str, Kind]
    parameters: Mapping[str, int]

    def tree(self, tree: Tree, depth: int = 0) -> list[str]:
        """The rule as indented lines."""
        pad = "  " * depth
        if isinstance(tree, Leaf):
            return [pad + self.leaf(tree)]
        first, then = ("如果", "：") if self.language == "zh" else ("If ", ":")
        other = "否则：" if self.language == "zh" else "Otherwise:"
        lines = [f"{pad}{first}{self.test(tree.test)}{then}", *self.tree(tree.then, depth + 1)]
        if isinstance(tree.other, Branch):
            return [*lines, *self.tree(tree.other, depth)]
        return [*lines, f"{pad}{other}", *self.tree(tree.other, depth + 1)]

    def leaf(self, leaf: Leaf) -> str:
        """One outcome: the ruling and, where waiting helps, until when."""
        said = RULINGS[self.language][leaf.ruling]
        if leaf.exception:
            said += (
                f"（例外：{leaf.exception}）"
                if self.language == "zh"
                else f" (exception: {leaf.exception})"
            )
        if leaf.code:
            said += f"（{leaf.code}）" if self.language == "zh" else f" ({leaf.code})"
        if leaf.until is not None:
            moment = self.number(leaf.until, is_clock=True)
            said += (
                f"，最早可在 {moment} 再询问"
                if self.language == "zh"
                else f"; ask again at {moment}"
            )
        return said + ("。" if self.language == "zh" else ".")

    def test(self, e: Expr, *, is_denied: bool = False) -> str:
        """A test in words; `is_denied` says its opposite."""
        match e.op:
            case "not":
                return self.test(e.args[0], is_denied=not is_denied)
            case "and" | "or":
                is_and = (e.op == "and") is not is_denied
                joined = {"zh": ("，并且", "，或者"), "en": (" and ", " or ")}[self.language]
                parts = [self.test(a, is_denied=is_denied) for a in e.args]
                return joined[0 if is_and else 1].join(parts)
            case "known":
                return self._known(self.kinds[e.args[0]], is_denied)
            case "in":
                return self._membership(e, is_denied)
            case "fact":
                name = self._name(e)
                if self.language == "zh":
                    return f"并非{name}" if is_denied else name
                return f"it is not so that {name}" if is_denied else name
        sign = OPPOSITE[e.op] if is_denied else e.op
        return self._compared(sign, *e.args)

    def number(self, e: Expr, *, is_clock: bool = False) -> str:
        """A number in words; minutes of the day as clock times where asked."""
        match e.op:
            case "const":
                return clock(e.args[0]) if is_clock else str(e.args[0])
            case "param":
                held = self.parameters[e.args[0]]
                return clock(held) if is_clock else str(held)
            case "fact":
                return self._name(e)
        if is_clock and (known := self._wait(e)) is not None:
            return known
        inner_clock = is_clock and e.op in ("+", "-")
        a, b = (self.number(x, is_clock=inner_clock and _is_clock(x)) for x in e.args)
        return f"({a} {e.op} {b})"

    def _wait(self, e: Expr) -> str | None:
        """The common form `now + (moment - now) % 1440`: the next time the clock shows it."""
        match e:
            case Expr(op="+", args=(now, Expr(op="%", args=(Expr(op="-", args=(at, again)), day)))):
                if now.args == again.args and day.args == (1440,):
                    moment = self.number(at, is_clock=True)
                    return f"下一个 {moment}" if self.language == "zh" else f"the next {moment}"
        return None

    def _compared(self, sign: str, a: Expr, b: Expr) -> str:
        is_clock = any(_holds_clock(x, self.kinds) for x in (a, b))
        right = str(b.args[0]) if b.kind == WORD else self.number(b, is_clock=is_clock)
        left = self.number(a, is_clock=is_clock) if a.kind != WORD else str(a.args[0])
        said = SIGNS[self.language][sign]
        return f"{left}{said}{right}" if self.language == "zh" else f"{left} {said} {right}"

    def _membership(self, e: Expr, is_denied: bool) -> str:
        asked, members = e.args
        if self.language == "zh":
            return f"{self._name(asked)}{'不属于' if is_denied else '属于'} {'、'.join(map(str, members))}"
        return f"{self._name(asked)} is {'not ' if is_denied else ''}one of {', '.join(map(str, members))}"

    def _known(self, kind: Kind, is_denied: bool) -> str:
        if self.language == "zh":
            return f"{kind.zh}{'未知' if is_denied else '已知'}"
        return f"{kind.en} is {'not known' if is_denied else 'known'}"

    def _name(self, e: Expr) -> str:
        if e.op != "fact":
            return self.number(e)
        kind = self.kinds[e.args[0]]
        return kind.zh if self.language == "zh" else kind.en


def rule_in_words(
    tree: Tree, kinds: Mapping[str, Kind], parameters: Mapping[str, int]
) -> Bilingual:
    """The whole rule as indented lines in both languages, with the numbers of the day."""
    said = ["\n".join(RuleWords(lang, kinds, parameters).tree(tree)) for lang in ("zh", "en")]
    return Bilingual(*said)


def clock(minute: int) -> str:
    """A minute of the day as a clock time; later days carry their number.

    >>> clock(1320), clock(1920)
    ('22:00', '08:00 (+1)')
    """
    day, rest = divmod(minute, 1440)
    said = f"{rest // 60:02d}:{rest % 60:02d}"
    return said if day == 0 else f"{said} (+{day})"


def _holds_clock(e: Expr, kinds: Mapping[str, Kind]) -> bool:
    if e.op == "fact":
        return kinds[e.args[0]].unit.startswith("minute of the day")
    return any(_holds_clock(a, kinds) for a in e.args if isinstance(a, Expr))


def _is_clock(e: Expr) -> bool:
    return e.op == "param" or (e.op == "const" and e.args[0] >= 60)
