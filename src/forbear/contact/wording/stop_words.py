"""Words by which a person stops contact, in Chinese and English, also misspelt.

The only thing in an inbound text that acts by itself, so recall comes before precision: whoever is
left in peace by mistake can say so, whoever is not has been wronged. The words are data
(`stop_words.yaml`); the English list is that of 47 CFR 64.1200(a)(10) in full.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources

import yaml

from forbear.contact.wording.normalising import Normalised, normalised
from forbear.contact.wording.patterns import compiled_pattern

LONGEST_READ = 5000
LONGEST_WORD = 14
_NOT_WORDS = re.compile(r"[\W_]")
_POLITE = re.compile(r"^(?:please|pls|plz|kindly|请|麻烦|谢谢)|(?:please|pls|plz|thanks?|thankyou|谢谢|吧|了|啊)$")  # fmt: skip


class Scope(StrEnum):
    """How far an opt-out reaches."""

    CHANNEL = "channel"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class OptOut:
    """An opt-out; `start` and `end` bound the words in the text as written."""

    scope: Scope
    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True)
class _StopWords:
    whole: Mapping[str, Scope]
    near: tuple[str, ...]
    not_near: frozenset[str]
    within: tuple[tuple[Scope, re.Pattern[str]], ...]
    excepts: tuple[re.Pattern[str], ...]


def opt_out(text: str, /) -> OptOut | None:
    """Whether the text stops contact, how far, and by which words.

    >>> opt_out("别再打了").scope, opt_out("stpo").scope, opt_out("don't stop")
    (<Scope.ALL: 'all'>, <Scope.CHANNEL: 'channel'>, None)
    """
    text = text[:LONGEST_READ]
    plain = normalised(text)
    table = _stop_words()
    scope = _whole(plain.plain, table)
    if scope is not None:
        return OptOut(scope, 0, len(text), text)
    return _within(text, plain, table)


def _whole(plain: str, table: _StopWords) -> Scope | None:
    word = _NOT_WORDS.sub("", plain)
    if not word or len(word) > LONGEST_WORD:
        return None
    for candidate in (word, _POLITE.sub("", word)):
        if candidate in table.whole:
            return table.whole[candidate]
    if word in table.not_near:
        return None
    for near in table.near:
        if word[0] == near[0] and is_one_slip(word, near):
            return table.whole.get(near, Scope.ALL)
    return None


def _within(text: str, plain: Normalised, table: _StopWords) -> OptOut | None:
    spared = [one.span() for pattern in table.excepts for one in pattern.finditer(plain.plain)]
    found = [
        (scope is not Scope.ALL, one.start(), one.end(), scope)
        for scope, pattern in table.within
        for one in pattern.finditer(plain.plain)
        if not any(s <= one.start() and one.end() <= e for s, e in spared)
    ]
    if not found:
        return None
    _, first, last, scope = min(found)
    start, end = plain.written_span(first, last)
    return OptOut(scope, start, end, text[start:end])


def is_one_slip(word: str, meant: str, /) -> bool:
    """Whether one letter is missing, added, changed, or two neighbours are swapped.

    >>> is_one_slip("stpo", "stop"), is_one_slip("stop", "stop"), is_one_slip("shops", "stop")
    (True, True, False)
    """
    if word == meant:
        return True
    if abs(len(word) - len(meant)) > 1:
        return False
    at = 0
    while at < min(len(word), len(meant)) and word[at] == meant[at]:
        at += 1
    if len(word) == len(meant):
        swapped = (
            word[at : at + 2] == meant[at : at + 2][::-1] and word[at + 2 :] == meant[at + 2 :]
        )
        return swapped or word[at + 1 :] == meant[at + 1 :]
    longer, shorter = (word, meant) if len(word) > len(meant) else (meant, word)
    return longer[at + 1 :] == shorter[at:]


@functools.cache
def _stop_words() -> _StopWords:
    text = resources.files(__package__).joinpath("stop_words.yaml").read_text(encoding="utf-8")
    told = yaml.safe_load(text)
    whole = {str(word): Scope(scope) for scope, words in told["whole"].items() for word in words}
    whole.update(dict.fromkeys(told["near_han"], Scope.CHANNEL))
    return _StopWords(
        whole=whole,
        near=tuple(told["near"]),
        not_near=frozenset(told["not_near"]),
        within=tuple(
            (Scope(scope), compiled_pattern(one, told["words"]))
            for scope, patterns in told["within"].items()
            for one in patterns
        ),
        excepts=tuple(
            compiled_pattern(one, told["words"], reaches_far=True) for one in told["except"]
        ),
    )
