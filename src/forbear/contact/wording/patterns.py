"""The small pattern language of our rule files: regular expressions that cannot run away.

`~N` is a gap of at most N characters inside one clause, `~~N` inside one sentence, `<name>` one of
the words a file lists under `words`. Loops without an upper bound, back references and look-behinds
over loops are refused, so reading a text takes time in proportion to its length.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from re import _parser as grammar  # type: ignore[attr-defined]
from typing import Any

LONGEST_GAP = 40
LONGEST_GRAM = 3


@dataclass(frozen=True, slots=True)
class QuickPattern:
    """A pattern with what a text must hold for it to match at all.

    Each of `needs` is a set of short strings, one of which must stand in the text. Almost every
    text lacks one of them, so almost every pattern costs a look into a set.
    """

    compiled: re.Pattern[str]
    needs: tuple[frozenset[str], ...]

    def spans(self, plain: str, grams: frozenset[str], /) -> list[tuple[int, int]]:
        """Where it matches in a text, given the text's `grams_of`."""
        for need in self.needs:
            if need.isdisjoint(grams):
                return []
        return [match.span() for match in self.compiled.finditer(plain)]


def grams_of(plain: str, /) -> frozenset[str]:
    """Every stretch of one to three characters of a text."""
    return frozenset(
        plain[at : at + length]
        for length in range(1, LONGEST_GRAM + 1)
        for at in range(len(plain) - length + 1)
    )


def quick_pattern(
    told: str, words: Mapping[str, str], *, reaches_far: bool = False
) -> QuickPattern:
    """A pattern as a file writes it, with its needs. Raises `ValueError` as `compiled_pattern`."""
    compiled = compiled_pattern(told, words, reaches_far=reaches_far)
    return QuickPattern(compiled, tuple(_needs(grammar.parse(compiled.pattern))))


def _needs(sequence: Iterable[tuple[Any, Any]]) -> Iterator[frozenset[str]]:
    """What every match of a sequence must hold; what is not understood asks for nothing."""
    run = ""
    for op, value in sequence:
        if op is grammar.LITERAL:
            run += chr(value)
            continue
        if run:
            yield frozenset({run[:LONGEST_GRAM]})
            run = ""
        if op is grammar.SUBPATTERN:
            yield from _needs(value[3])
        elif op in {grammar.MAX_REPEAT, grammar.MIN_REPEAT} and value[0] >= 1:
            yield from _needs(value[2])
        elif op is grammar.BRANCH:
            yield from _branch_needs(value[1])
        elif op is grammar.IN and all(kind is grammar.LITERAL for kind, _ in value):
            yield frozenset(chr(code) for _, code in value)
    if run:
        yield frozenset({run[:LONGEST_GRAM]})


def _branch_needs(branches: Iterable[Iterable[tuple[Any, Any]]]) -> Iterator[frozenset[str]]:
    """One need for a branch: the longest of each alternative together; none if one has none."""
    together: set[str] = set()
    for branch in branches:
        needs = list(_needs(branch))
        if not needs:
            return
        together |= max(needs, key=lambda need: (min(map(len, need)), -len(need)))
    yield frozenset(together)


_UNBOUNDED = re.compile(r"(?<!\\)[*+]|\{\d*,\}|\\[1-9]|\(\?P=|\(\?<=")
_WORD = re.compile(r"<(\w+)>")
_GAP = re.compile(r"~{1,2}(\d{1,2})")
_WIDE_GAP = re.compile(r"~~(\d{1,2})")


def compiled_pattern(
    told: str, words: Mapping[str, str], *, reaches_far: bool = False
) -> re.Pattern[str]:
    """A pattern as a file writes it; gaps take little, or (exceptions) as much as they may.

    Raises `ValueError` for a pattern that could loop without bound.
    """
    if _UNBOUNDED.search(told):
        raise ValueError("a loop without an upper bound")
    text = _WORD.sub(lambda one: f"(?:{words[one[1]]})", told)
    # `(a|b)` groups; only the whole match counts
    text = re.sub(r"(?<!\\)\((?!\?)", "(?:", text)
    for gap in _GAP.findall(text):
        if int(gap) > LONGEST_GAP:
            raise ValueError(f"a gap of {gap}, at most {LONGEST_GAP}")
    lazy = "" if reaches_far else "?"
    text = _WIDE_GAP.sub(rf"[^。!?;\\n]{{0,\1}}{lazy}", text)
    text = _GAP.sub(rf"[^。!?;,\\n]{{0,\1}}{lazy}", text)
    try:
        return re.compile(text)
    except re.error as fault:
        raise ValueError(f"no pattern: {fault}") from None
