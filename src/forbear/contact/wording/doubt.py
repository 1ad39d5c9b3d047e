"""Does a text nobody has a rule for read like one that presses: the doubt that sends it to a person.

The worst sentence decides, so kind words around a hint do not hide it. Relatives, places of work,
offices, moments and figures are written as one sign each (`doubt.yaml`) before the model reads:
what it learned of a mother holds of an aunt. It blocks nothing.
"""

from __future__ import annotations

import functools
import re
import zlib
from collections.abc import Mapping
from importlib import resources

import yaml

from forbear.contact.wording.linear import PLACES, Leaning, LinearModel, committed, places_of

FIRST_SIGN = 0xE001  # private use: no text that was normalised holds these
_FIGURE = chr(0xE000)
_FIGURES = re.compile("[0-9][0-9,.:]{0,12}|[一二三四五六七八九十百千]{2,6}")
_SENTENCES = re.compile(r"[^。!?;\n]{2,2000}")
_LATIN = re.compile(r"[a-z']{1,24}")
LONGEST_PHRASE = 3


def sentences(plain: str, /) -> list[tuple[int, int]]:
    """Where the sentences of a normalised text stand.

    >>> sentences("您好。请回电")
    [(0, 2), (3, 6)]
    """
    return [one.span() for one in _SENTENCES.finditer(plain)]


def classed(plain: str, /) -> str:
    """The text with every word of a class written as that class's sign, and figures as one.

    >>> classed("告诉您妈妈") == classed("告诉您岳父"), classed("12点") == classed("9点")
    (True, True)
    """
    han, latin = _classes()
    pieces: list[str] = []
    at, end = 0, len(plain)
    while at < end:
        for word, sign in han.get(plain[at], ()):
            if plain.startswith(word, at):
                pieces.append(sign)
                at += len(word)
                break
        else:
            pieces.append(plain[at])
            at += 1
    known = _LATIN.sub(lambda one: latin.get(one[0], one[0]), "".join(pieces))
    return _FIGURES.sub(_FIGURE, known)


def doubt_places(plain: str, /) -> list[int]:
    """The places a sentence fills: n-grams of the classed text, and phrases of Latin words."""
    told = classed(plain)
    words = _LATIN.findall(plain)
    phrases = {
        zlib.crc32(("w " + " ".join(words[at : at + length])).encode()) % PLACES
        for length in range(1, LONGEST_PHRASE + 1)
        for at in range(len(words) - length + 1)
    }
    return sorted(phrases.union(places_of(told)))


def doubted(model: LinearModel, plain: str, /) -> Leaning | None:
    """What the model says of the worst sentence of a normalised text; None when there is none."""
    threshold = model.threshold_millionths[0]
    worst: Leaning | None = None
    for start, end in sentences(plain):
        (score,) = model.scores_at(doubt_places(plain[start:end]))
        if worst is None or score > worst.score_millionths:
            worst = Leaning(score, threshold, start, end)
    return worst


def doubtful(plain: str, /) -> Leaning | None:
    """What the committed model of doubt says."""
    model = committed("doubt")
    return None if model is None else doubted(model, plain)


@functools.cache
def _classes() -> tuple[Mapping[str, tuple[tuple[str, str], ...]], Mapping[str, str]]:
    """Chinese words by their first character, the longest first; Latin words; with their signs."""
    text = resources.files(__package__).joinpath("doubt.yaml").read_text(encoding="utf-8")
    han: dict[str, list[tuple[str, str]]] = {}
    latin: dict[str, str] = {}
    for at, (name, listed) in enumerate(yaml.safe_load(text)["classes"].items()):
        sign = chr(FIRST_SIGN + at)
        for word in listed.split():
            if name.startswith("en_"):
                latin[word] = sign
            else:
                han.setdefault(word[0], []).append((word, sign))
    return {
        first: tuple(sorted(listed, key=lambda one: -len(one[0]))) for first, listed in han.items()
    }, latin
