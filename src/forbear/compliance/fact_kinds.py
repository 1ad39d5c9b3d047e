"""Fact kinds: what a rule may know, declared field by field on a frozen dataclass.

A field is `Annotated[int, Whole(...)]`, `Annotated[bool, YesNo(...)]` or `Annotated[str,
Words(...)]`, each `| None` when the fact can be unknown. The declaration carries the range, the
name in Chinese and English, the unit, how it is counted and what unknown means: it is at once
the documentation, the type of the column and the bound of the proof. A value outside its kind
is refused at the door (`check_facts`), so that no rule ever sees one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from types import NoneType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from forbear.primitives.errors import RequestRefused


class FactOutOfKind(RequestRefused):
    """A fact is missing, of another type or outside its declared range: nothing was judged."""

    code = "fact_out_of_kind"


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A whole number from `lo` to `hi`, both inclusive."""

    lo: int
    hi: int
    zh: str
    en: str
    unit: str
    counted: str
    unknown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class YesNo:
    """A plain yes or no."""

    zh: str
    en: str
    counted: str
    unknown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One word out of a closed list."""

    words: tuple[str, ...]
    zh: str
    en: str
    counted: str
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One fact as the compiler sees it: `kind` is int, bool or word; words count from 0."""

    name: str
    kind: str
    is_optional: bool
    lo: int
    hi: int
    words: tuple[str, ...]
    zh: str
    en: str
    unit: str
    counted: str
    unknown: str


@dataclass(frozen=True)
class Vocabulary:
    """The facts of one matter: a frozen dataclass and the kind of each of its fields."""

    name: str
    facts: type[Any]
    kinds: Mapping[str, Kind]

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """The neutral value of every field that has one."""
        return {
            f.name: f.default for f in fields(self.facts) if not repr(f.default).startswith("<")
        }

    def check(self, facts: object) -> None:
        """Refuse facts outside their kinds. Raises `FactOutOfKind` naming every wrong field."""
        wrong = [
            f"{k.name}={value!r} ({_expected(k)})"
            for k in self.kinds.values()
            if not _fits(k, value := getattr(facts, k.name))
        ]
        if wrong:
            raise FactOutOfKind(
                f"{self.name}: {'; '.join(wrong)}. No rule was asked; correct the facts."
            )

    def code(self, name: str, value: Any) -> Any:
        """A word as its position in the list; anything else as it stands."""
        kind = self.kinds[name]
        return kind.words.index(value) if kind.words and value is not None else value


@lru_cache
def vocabulary(facts: type[Any]) -> Vocabulary:
    """The kinds of a facts dataclass. Raises `TypeError` when a field does not declare one."""
    hints = get_type_hints(facts, include_extras=True)
    return Vocabulary(
        facts.__name__, facts, {f.name: _kind(f.name, hints[f.name]) for f in fields(facts)}
    )


def _kind(name: str, hint: Any) -> Kind:
    if get_origin(hint) is not Annotated:
        raise TypeError(f"{name}: declare it as Annotated[..., Whole | YesNo | Words].")
    held, declared = get_args(hint)
    is_optional = NoneType in get_args(held)
    if is_optional and not declared.unknown:
        raise TypeError(f"{name}: a fact that can be unknown says what unknown means.")
    shared = (declared.zh, declared.en)
    rest = (declared.counted, declared.unknown)
    match declared:
        case Whole(lo=lo, hi=hi, unit=unit):
            return Kind(name, "int", is_optional, lo, hi, (), *shared, unit, *rest)
        case YesNo():
            return Kind(name, "bool", is_optional, 0, 1, (), *shared, "", *rest)
        case Words(words=words):
            return Kind(name, "word", is_optional, 0, len(words) - 1, words, *shared, "", *rest)
    raise TypeError(f"{name}: {declared!r} is not a fact kind.")


def _fits(kind: Kind, value: Any) -> bool:
    if value is None:
        return kind.is_optional
    if kind.kind == "bool":
        return isinstance(value, bool)
    if kind.kind == "word":
        return value in kind.words
    return type(value) is int and kind.lo <= value <= kind.hi


def _expected(kind: Kind) -> str:
    if kind.kind == "word":
        return "one of " + ", ".join(kind.words)
    return "yes or no" if kind.kind == "bool" else f"{kind.lo} to {kind.hi}"
