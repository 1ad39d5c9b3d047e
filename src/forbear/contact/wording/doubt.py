"""Does a text nobody has a rule for read like one that presses: the doubt that sends it to a person.

The worst sentence decides, or the worst two that follow one another, so kind words around a hint do
not hide it and a threat in two halves is read whole. Relatives, places of work, offices, moments and
figures are written as one sign each (`doubt.yaml`) before the model reads: what it learned of a
mother holds of an aunt. Chinese is read by its characters, English by the stems of its words, what
they mean and whether a "no" stands before them; each has a line and a threshold of its own. It
blocks nothing.
"""

from __future__ import annotations

import functools
import itertools
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

import yaml

from forbear.contact.wording.facts import Language
from forbear.contact.wording.linear import PLACES, Leaning, LinearModel, committed
from forbear.contact.wording.normalising import has_han

FIRST_SIGN = 0xE001  # private use: no text that was normalised holds these
LANGUAGES = (Language.ZH, Language.EN)  # in the order of the model's lines
LONGEST_PAIR = {Language.ZH: 40, Language.EN: 120}  # characters of two sentences read together
LONGEST_FRAGMENT = {Language.ZH: 3, Language.EN: 2}  # characters, words
REACH_OF_NO = 4  # words
LONGEST_GAP = 2  # words from one to the other of two meanings
_CLASSED, _AS_IT_STANDS = zlib.crc32(b"c"), zlib.crc32(b"r")
_FIGURE = chr(0xE000)
_FIGURES = re.compile("[0-9][0-9,.:]{0,12}|[一二三四五六七八九十百千]{2,6}")
_SENTENCES = re.compile(r"[^。!?;\n]{2,2000}")
_LATIN = re.compile(r"[a-z']{1,24}")
_WORDS = re.compile("[a-z']{1,24}|[\ue000-\uf8ff]")
# Whose name stands in a salutation says nothing: it is read only with the sentence after it.
_SALUTATION = re.compile(
    r"\s*(?:hello|hi|dear|good (?:morning|afternoon|evening))"
    r"(?: (?:mr|mrs|ms|miss|dr)\.?(?: [a-z'-]{1,20}){1,2}| [a-z'-]{1,20})?[\s,:]*"
)
_ENDING = re.compile("(?:'s|ing|ed|es|s|ly|n't)$")


@dataclass(frozen=True, slots=True)
class _Table:
    """Chinese words by their first character, the longest first; Latin words; with their signs."""

    han: Mapping[str, tuple[tuple[str, str], ...]]
    latin: Mapping[str, str]
    meanings: Mapping[str, str]


def sentences(plain: str, /) -> list[tuple[int, int]]:
    """Where the sentences of a normalised text stand.

    >>> sentences("您好。请回电")
    [(0, 2), (3, 6)]
    """
    return [one.span() for one in _SENTENCES.finditer(plain)]


def readings(plain: str, /) -> list[tuple[int, int]]:
    """What is judged: every sentence, and two short ones that follow one another.

    A word or two ("kind regards") are read only with their neighbour, unless there is nothing else;
    a salutation never alone.

    >>> readings("您懂的吧。我来找您。")
    [(0, 4), (5, 9), (0, 9)]
    >>> readings("hello lin, \\n this is qinghe.\\n regards")
    [(12, 28), (0, 28), (12, 37)]
    """
    alone = sentences(plain)
    longest = LONGEST_PAIR[language_of(plain)]
    told = [one for one in alone if not _SALUTATION.fullmatch(plain, *one)]
    whole = [one for one in told if not _is_fragment(plain[slice(*one)])]
    judged = set(whole)
    pairs = [
        (first[0], second[1])
        for first, second in itertools.pairwise(alone)
        if second[1] - first[0] <= longest or first not in judged or second not in judged
    ]
    return (whole or told) + pairs


def _is_fragment(part: str) -> bool:
    """Too little to judge: at most two English words, or three Chinese characters."""
    if has_han(part):
        return sum(one.isalnum() for one in part) <= LONGEST_FRAGMENT[Language.ZH]
    return len(_LATIN.findall(part)) <= LONGEST_FRAGMENT[Language.EN]


def language_of(plain: str, /) -> Language:
    """Which line reads it: the Chinese one where there is a Chinese character."""
    return Language.ZH if has_han(plain) else Language.EN


def classed(plain: str, /) -> str:
    """The text with every word of a class written as that class's sign, and figures as one.

    >>> classed("告诉您妈妈") == classed("告诉您岳父"), classed("12点") == classed("9点")
    (True, True)
    """
    table = _classes()
    pieces: list[str] = []
    at, end = 0, len(plain)
    while at < end:
        for word, sign in table.han.get(plain[at], ()):
            if plain.startswith(word, at):
                pieces.append(sign)
                at += len(word)
                break
        else:
            pieces.append(plain[at])
            at += 1
    known = _LATIN.sub(lambda one: table.latin.get(one[0], one[0]), "".join(pieces))
    return _FIGURES.sub(_FIGURE, known)


def doubt_places(plain: str, /) -> list[int]:
    """The places a reading fills, each named once."""
    told = classed(plain)
    if has_han(plain):
        return sorted({*_grams(told, _CLASSED, 1), *_grams(plain, _AS_IT_STANDS, 2)})
    crc32 = zlib.crc32
    return sorted({crc32(one.encode()) % PLACES for one in _latin_signs(_WORDS.findall(told))})


def _grams(text: str, mark: int, shortest: int) -> set[int]:
    """The places of every stretch of `shortest` and one character more."""
    crc32 = zlib.crc32
    pieces = [one.encode() for one in text]
    codes = [crc32(one, mark) for one in pieces]
    for size in range(1, shortest):
        codes = [crc32(one, code) for code, one in zip(codes, pieces[size:], strict=False)]
    codes += [crc32(one, code) for code, one in zip(codes, pieces[shortest:], strict=False)]
    return {code % PLACES for code in codes}


def _latin_signs(words: Sequence[str]) -> Iterator[str]:
    """Stems alone and in pairs, meanings alone and at a small distance, and what follows a "no"."""
    stems = [stem(one) for one in words]
    meanings = _classes().meanings
    meant = [meanings.get(one, root) for one, root in zip(words, stems, strict=True)]
    denied = 0
    for at, (root, meaning) in enumerate(zip(stems, meant, strict=True)):
        yield "s " + root
        yield "m " + meaning
        if at + 1 < len(stems):
            yield f"s {root} {stems[at + 1]}"
        for other in meant[at + 1 : at + 1 + LONGEST_GAP]:
            yield f"m {meaning} {other}"
        if denied:
            yield "not " + root
            if meaning != root:
                yield "not m " + meaning
        denied = REACH_OF_NO if meaning == "=denial" else max(0, denied - 1)


@functools.lru_cache(maxsize=16_384)
def stem(word: str, /) -> str:
    """An English word without its ending; crude, and the same for all its forms.

    >>> stem("calling"), stem("calls"), stem("families"), stem("us")
    ('call', 'call', 'family', 'us')
    """
    if len(word) <= 3:
        return word
    root = _ENDING.sub("", word)
    if len(root) > 3 and root[-1] == root[-2] and root[-1] != "l":
        root = root[:-1]
    if len(root) > 3 and root[-1] in "ei":
        root = root[:-1] + ("y" if root[-1] == "i" else "")
    return root if len(root) >= 2 else word


def doubted(model: LinearModel, plain: str, /) -> Leaning | None:
    """What the model says of the worst reading of a normalised text; None when there is none."""
    judged = [(span, *_score(model, plain[slice(*span)])) for span in readings(plain)]
    if not judged:
        return None
    span, score, limit = max(judged, key=lambda one: one[1] - one[2])
    return Leaning(score, limit, *span)


def _score(model: LinearModel, part: str) -> tuple[int, int]:
    """Score and threshold of one reading."""
    line = LANGUAGES.index(language_of(part))
    return model.line_at(line, doubt_places(part)), model.threshold_millionths[line]


def doubtful(plain: str, /) -> Leaning | None:
    """What the committed model of doubt says."""
    model = committed("doubt")
    return None if model is None else doubted(model, plain)


@functools.cache
def _classes() -> _Table:
    text = resources.files(__package__).joinpath("doubt.yaml").read_text(encoding="utf-8")
    told = yaml.safe_load(text)
    han: dict[str, list[tuple[str, str]]] = {}
    latin: dict[str, str] = {}
    for at, (name, listed) in enumerate(told["classes"].items()):
        sign = chr(FIRST_SIGN + at)
        for word in listed.split():
            if name.startswith("en_"):
                latin[word] = sign
            else:
                han.setdefault(word[0], []).append((word, sign))
    return _Table(
        han={
            first: tuple(sorted(listed, key=lambda one: -len(one[0])))
            for first, listed in han.items()
        },
        latin=latin,
        meanings={
            word: "=" + name for name, listed in told["meanings"].items() for word in listed.split()
        },
    )
