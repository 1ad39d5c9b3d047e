"""A text as it is meant, with the way back to the text as it was written.

People hide words from filters: full-width letters, signs between characters, another character of
the same sound, pinyin, digits for letters. Every character of the plain text knows which stretch of
the written one it stands for, so that a finding marks what the reader sees. The table of disguises
is `normalising.yaml`; it is ours and short, and a reader can dispute each line of it.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources

import yaml

HAN = "㐀-䶿一-鿿豈-﫿"
_IS_HAN = re.compile(f"[{HAN}]")
# A run of at most three signs between two Chinese characters hides a word; marks that end a clause
# (，。；：！？、) do not.
_BETWEEN_HAN = re.compile(rf"(?<=[{HAN}])[ \t*·•・.\-_~|/\\^#@&+=●■□◆★☆'\"`…—－]{{1,3}}(?=[{HAN}])")
_MIXED = re.compile(rf"(?<=[{HAN}])[ \t*·•・.\-_~|/\\^#@&+=]{{1,2}}(?=[a-z])|(?<=[a-z])[ \t*·•・.\-_~|/\\^#@&+=]{{1,2}}(?=[{HAN}])")  # fmt: skip
_SPACED_LETTERS = re.compile(r"(?<![a-z])[a-z](?:[ .*\-_][a-z]){2,30}(?![a-z])")
_SPACES = re.compile(r"[ \t]{2,20}")
_LEET_WORD = re.compile(r"(?<![\w@$.,])[a-z0134579@$]{3,20}(?![\w@$]|[.,]\d)")
DIGITS = "0123456789"
_QUOTES = {"’": "'", "‘": "'", "“": '"', "”": '"', "′": "'"}


@dataclass(frozen=True, slots=True)
class Normalised:
    """The plain text; `starts[i]` and `ends[i]` bound what character i stands for as written."""

    plain: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def written_span(self, start: int, end: int, /) -> tuple[int, int]:
        """Where a stretch of the plain text stands in the text as written."""
        return self.starts[start], self.ends[end - 1]


class _Draft:
    """Characters with their places, edited step by step."""

    __slots__ = ("ends", "plain", "starts")

    def __init__(self, plain: str, starts: list[int], ends: list[int]) -> None:
        self.plain, self.starts, self.ends = plain, starts, ends

    def replace(self, found: Iterable[tuple[int, int, str]]) -> None:
        """Put the word meant for every stretch found; its characters stand for the whole stretch."""
        pieces: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        at = 0
        for s, e, word in found:
            pieces += (self.plain[at:s], word)
            starts += self.starts[at:s] + [self.starts[s]] * len(word)
            ends += self.ends[at:s] + [self.ends[e - 1]] * len(word)
            at = e
        if at:
            self.plain = "".join(pieces) + self.plain[at:]
            self.starts = starts + self.starts[at:]
            self.ends = ends + self.ends[at:]


@dataclass(frozen=True, slots=True)
class _Disguises:
    characters: Mapping[str, str]
    leet: Mapping[int, str]
    first: re.Pattern[str]
    by_first: Mapping[str, tuple[tuple[re.Pattern[str], str], ...]]


def normalised(text: str, /) -> Normalised:
    """The text as it is meant: widths, scripts, separators, leetspeak and disguised words undone.

    >>> normalised("公*安，ＰＯＬＩＣＥ").plain
    '公安,police'
    >>> normalised("公*安").written_span(0, 2)
    (0, 3)
    """
    table = disguises()
    draft = _by_character(text, table.characters)
    for pattern, meant in ((_BETWEEN_HAN, ""), (_MIXED, ""), (_SPACES, " ")):
        draft.replace((*one.span(), meant) for one in pattern.finditer(draft.plain))
    _join_spaced_letters(draft)
    _undo_leet(draft, table.leet)
    draft.replace(_disguised(draft.plain, table))
    return Normalised(draft.plain, tuple(draft.starts), tuple(draft.ends))


def has_han(text: str, /) -> bool:
    """Whether the text has a Chinese character."""
    return _IS_HAN.search(text) is not None


def _by_character(text: str, characters: Mapping[str, str]) -> _Draft:
    plain: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for at, sign in enumerate(text):
        for one in _plain_signs(sign):
            plain.append(characters.get(one, one))
            starts.append(at)
            ends.append(at + 1)
    return _Draft("".join(plain), starts, ends)


@functools.lru_cache(maxsize=16_384)
def _plain_signs(sign: str) -> str:
    """What one character comes to by width and case; nothing for marks that cannot be seen."""
    if sign.isascii():
        return sign.lower()
    if sign in _QUOTES:
        return _QUOTES[sign]
    category = unicodedata.category(sign)
    if category in {"Cf", "Mn", "Me", "Cc", "Cs", "Co"}:
        return ""
    wide = unicodedata.normalize("NFKD" if category[0] == "L" else "NFKC", sign).lower()
    return "".join(one for one in wide if unicodedata.category(one) not in {"Mn", "Cf"})


def _join_spaced_letters(draft: _Draft) -> None:
    """`p.o.l.i.c.e` is police; two spaced letters or initials (`a. b.`) stay as they are."""
    for match in reversed(list(_SPACED_LETTERS.finditer(draft.plain))):
        s, e = match.span()
        kept = range(s, e, 2)
        draft.plain = draft.plain[:s] + draft.plain[s:e:2] + draft.plain[e:]
        draft.starts[s:e] = [draft.starts[i] for i in kept]
        draft.ends[s:e] = [draft.ends[i] for i in kept]


def _undo_leet(draft: _Draft, leet: Mapping[int, str]) -> None:
    """`p0lice` is police: signs for letters, in words that have more letters than signs."""
    signs = list(draft.plain)
    for match in _LEET_WORD.finditer(draft.plain):
        word = match.group()
        letters = sum(one.isalpha() for one in word)
        has_digit_edge = word[0] in DIGITS or word[-1] in DIGITS
        if letters < len(word) <= 2 * letters and not has_digit_edge:
            signs[match.start() : match.end()] = word.translate(leet)
    draft.plain = "".join(signs)


def _disguised(plain: str, table: _Disguises) -> Iterator[tuple[int, int, str]]:
    """Disguised words in order, none inside another; a word written as itself is none."""
    until = 0
    for one in table.first.finditer(plain):
        at = one.start()
        if at < until:
            continue
        for pattern, word in table.by_first[one.group()]:
            match = pattern.match(plain, at)
            if match is not None:
                until = match.end()
                if match.group() != word:
                    yield at, until, word
                break


@functools.cache
def disguises() -> _Disguises:
    """The table of disguises, read and compiled once."""
    text = resources.files(__package__).joinpath("normalising.yaml").read_text(encoding="utf-8")
    told = yaml.safe_load(text)
    characters = {pair[0]: pair[1] for pair in told["traditional"].split()}
    characters.update(told["lookalikes"])
    by_first: dict[str, list[tuple[re.Pattern[str], str]]] = {}
    for word, how in told["words"].items():
        for first, patterns in _spellings(word, how).items():
            compiled = re.compile("|".join(patterns))
            by_first.setdefault(first, []).append((compiled, word))
    return _Disguises(
        characters=characters,
        leet=str.maketrans(told["leet"]),
        first=re.compile(f"[{''.join(sorted(by_first))}]"),
        by_first={first: tuple(listed) for first, listed in by_first.items()},
    )


def _spellings(word: str, how: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Patterns for the ways one word is written, by their first character.

    Pure pinyin stands alone, never inside a word: `la` and `ji` in English words are none of ours.
    """
    made: dict[str, list[str]] = {}
    for one in how.get("spelled", ()):
        alone = rf"(?<![a-z]){re.escape(one)}(?![a-z])" if one.isascii() else re.escape(one)
        made.setdefault(one[0], []).append(alone)
    syllables = how.get("pinyin")
    if syllables is None:
        return made
    likes = [
        "".join(dict.fromkeys((own, *like)))
        for own, like in zip(word, how.get("like", list(word)), strict=True)
    ]
    places = [f"(?:[{like}]|{said})" for like, said in zip(likes, syllables, strict=True)]
    rest = "".join(places[1:])
    for first in likes[0]:
        made.setdefault(first, []).append(f"{first}{rest}")
    spoken = made.setdefault(syllables[0][0], [])
    spoken.append(rf"(?<![a-z]){' ?'.join(syllables)}(?![a-z])")
    for at in range(1, len(places)):  # the first in letters, at least one other Chinese
        spoken.append("".join([syllables[0], *places[1:at], f"[{likes[at]}]", *places[at + 1 :]]))
    return made
