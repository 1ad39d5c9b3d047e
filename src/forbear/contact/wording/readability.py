"""How hard a text is to read: stretches between two marks and whole sentences.

SCREENS voice rule 8: at most 20 characters between two marks and 50 in a sentence. A Chinese
character counts one; a number or a Latin word inside Chinese counts one. English has no such rule
of the house; we take 25 words in a sentence, the limit of GOV.UK's writing guidance, and 15 words
between two marks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from forbear.contact.wording.facts import Language
from forbear.contact.wording.normalising import HAN

LIMITS = {Language.ZH: (20, 50), Language.EN: (15, 25)}
_SENTENCE_END = re.compile(r"[。！？!?；;\n]|\.(?!\d|[a-z])")
_MARK = re.compile(r"[。！？!?；;\n，,、：:（）()「」“”\"《》]|\.(?!\d|[a-z])")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
_COUNTED = re.compile(rf"[{HAN}]|[^\W_{HAN}](?:[^\W_{HAN}]|[.,'’/:@\-](?=\w)){{0,60}}")


@dataclass(frozen=True, slots=True)
class LongStretch:
    """A stretch above the limit: where, how long, and what it may be."""

    start: int
    end: int
    counted: int
    limit: int
    is_sentence: bool


def long_stretches(text: str, language: Language, /) -> list[LongStretch]:
    """Sentences above their limit, then stretches between marks above theirs.

    >>> long_stretches("您好，这里是青禾消费金融。", Language.ZH)
    []
    """
    between, sentence = LIMITS[language]
    quiet = _THOUSANDS.sub("0", text)  # a comma inside a number is no mark
    found = _stretches(quiet, _SENTENCE_END, sentence, is_sentence=True)
    held = [(one.start, one.end) for one in found]
    found += [
        one
        for one in _stretches(quiet, _MARK, between, is_sentence=False)
        if not any(s <= one.start and one.end <= e for s, e in held)
    ]
    return sorted(found, key=lambda one: one.start)


def _stretches(
    text: str, ends: re.Pattern[str], limit: int, *, is_sentence: bool
) -> list[LongStretch]:
    made: list[LongStretch] = []
    start = 0
    for end in [*(one.start() for one in ends.finditer(text)), len(text)]:
        counted = sum(1 for _ in _COUNTED.finditer(text, start, end))
        if counted > limit:
            made.append(LongStretch(start, end, counted, limit, is_sentence))
        start = end + 1
    return made
