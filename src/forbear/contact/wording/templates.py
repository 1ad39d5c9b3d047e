"""Message templates: fixed words with typed places, each version fixed by its digest.

`{应还金额}` or `{amount due}` is a place; `{free:60}` a slot a person may fill, at most 60
characters. Filling reads the template once: braces inside a value are characters, never places.
Who may approve a version, and when, is the desk's business.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from forbear.contact.channels import Channel
from forbear.contact.wording.errors import TemplateFaulty, ValueUnfit
from forbear.contact.wording.facts import Language
from forbear.contact.wording.variables import LONGEST_FREE, NAMES, Value, Variable, said_value

LONGEST_TEMPLATE = 2000
# No value is longer; places next to each other keep the matching linear enough.
LONGEST_VALUE = 200
_FREE_SLOT = re.compile(r"(free|自由):(\d{1,3})")
_BRACES = re.compile(r"[{}]")


class Tone(StrEnum):
    """How a text speaks; the first one to a borrower about a matter is always help."""

    HELP = "help"
    REMIND = "remind"
    INFORM = "inform"
    NOTICE = "notice"  # statutory, with its article


class FirstToneNotHelp(TemplateFaulty):
    """The first message of a purpose to a borrower offers help; this one does not."""

    code = "first_tone_not_help"


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a template: what it asks for, where, and the limit of a free slot."""

    variable: Variable
    start: int
    end: int
    free_limit: int = LONGEST_FREE


@dataclass(frozen=True, slots=True)
class FilledSpan:
    """Which part of a filled text came from which variable, and from where in the template."""

    variable: Variable
    start: int
    end: int
    template_start: int
    template_end: int


@dataclass(frozen=True, slots=True)
class FilledText:
    """A text ready to be screened; `spans` say what of it came from values."""

    text: str
    subject: str
    spans: tuple[FilledSpan, ...]

    def template_span(self, start: int, end: int, /) -> tuple[int, int]:
        """The stretch of the template a stretch of the text came from."""
        return self._template_place(start, is_end=False), self._template_place(end, is_end=True)

    def _template_place(self, at: int, *, is_end: bool) -> int:
        shift = 0
        for span in self.spans:
            if at < span.start or (is_end and at == span.start):
                break
            if at < span.end or (is_end and at == span.end):
                return span.template_end if is_end else span.template_start
            shift = span.template_end - span.end
        return at + shift


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageTemplate:
    """One version of a template; faulty places are refused when it is made."""

    name: str
    version: int
    channel: Channel
    purpose: str
    language: Language
    tone: Tone
    text: str
    subject: str = ""

    def __post_init__(self) -> None:
        if not self.name or not self.purpose or self.version < 1:
            raise TemplateFaulty("A template has a name, a purpose and a version from 1.")
        if not self.text.strip() or len(self.text) > LONGEST_TEMPLATE:
            raise TemplateFaulty(f"A template's text has 1 to {LONGEST_TEMPLATE} characters.")
        for at, sign in enumerate(self.subject + self.text):
            if sign != "\n" and unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co"}:
                raise TemplateFaulty(
                    f"Template, character {max(0, at - len(self.subject)) + 1}: a control or"
                    " invisible character. Remove it."
                )
        slots = [one for one in self.places if one.variable is Variable.FREE]
        if len(slots) > 1:
            raise TemplateFaulty("A template has at most one free slot.")
        if any(one.variable is Variable.FREE for one in places_in(self.subject)):
            raise TemplateFaulty("A subject has no free slot.")

    @property
    def places(self) -> tuple[Place, ...]:
        """The places of its text in order."""
        return places_in(self.text)

    @property
    def variables(self) -> frozenset[Variable]:
        """What it asks for, subject included."""
        return frozenset(one.variable for one in (*self.places, *places_in(self.subject)))


@functools.lru_cache(maxsize=512)
def places_in(text: str, /) -> tuple[Place, ...]:
    """Every place of a text. Raises `TemplateFaulty` with the position of the first fault."""
    made: list[Place] = []
    opened: int | None = None
    for match in _BRACES.finditer(text):
        at = match.start()
        if (match.group() == "{") is (opened is not None):
            fault = "a brace inside a place" if opened is not None else "a closing brace alone"
            raise TemplateFaulty(f"Template, character {at + 1}: {fault}. Write {{name}} once.")
        if match.group() == "{":
            opened = at
        elif opened is not None:
            made.append(_place(text[opened + 1 : at].strip(), opened, at + 1))
            opened = None
    if opened is not None:
        raise TemplateFaulty(f"Template, character {opened + 1}: the brace is not closed.")
    return tuple(made)


def _place(name: str, start: int, end: int) -> Place:
    slot = _FREE_SLOT.fullmatch(name)
    if slot is not None and 1 <= int(slot[2]) <= LONGEST_FREE:
        return Place(Variable.FREE, start, end, int(slot[2]))
    variable = NAMES.get(name)
    if variable is None:
        known = ", ".join(dict.fromkeys(NAMES))
        raise TemplateFaulty(f"Template, character {start + 1}: no such place. Known: {known}.")
    return Place(variable, start, end)


def filled(template: MessageTemplate, values: Mapping[Variable, Value], /) -> FilledText:
    """The template with its values. Raises `ValueUnfit` for a missing or unfit one."""
    text, spans = _fill(template.text, template.language, values)
    subject, _ = _fill(template.subject, template.language, values)
    return FilledText(text, subject, spans)


def _fill(
    text: str, language: Language, values: Mapping[Variable, Value]
) -> tuple[str, tuple[FilledSpan, ...]]:
    pieces: list[str] = []
    spans: list[FilledSpan] = []
    at = length = 0
    for place in places_in(text):
        value = values.get(place.variable, "" if place.variable is Variable.FREE else None)
        if value is None:
            raise ValueUnfit(
                f"The value of {place.variable.value} is missing: the template asks for it at"
                f" character {place.start + 1}."
            )
        said = said_value(place.variable, value, language, free_limit=place.free_limit)
        fixed = text[at : place.start]
        length += len(fixed)
        spans.append(FilledSpan(place.variable, length, length + len(said), place.start, place.end))
        pieces += (fixed, said)
        length += len(said)
        at = place.end
    return "".join(pieces) + text[at:], tuple(spans)


def digest(template: MessageTemplate, /) -> str:
    """SHA-256 over every field of a version, in hexadecimal: what an approval is given for."""
    told = [
        template.name, template.version, template.channel.value, template.purpose,
        template.language.value, template.tone.value, template.subject, template.text,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def require_first_tone(template: MessageTemplate, *, messages_before: int) -> None:
    """Raise `FirstToneNotHelp` when the first message of a purpose does not offer help."""
    if messages_before == 0 and template.tone is not Tone.HELP:
        raise FirstToneNotHelp(
            f"The first message about {template.purpose} has the tone help, not"
            f" {template.tone.value}. Send a template of tone help first."
        )


def is_filled_from(template: MessageTemplate, text: str, /, *, subject: str = "") -> bool:
    """Whether `text` is this template with some values: its fixed words whole and in order.

    >>> from forbear.contact.wording.facts import Language
    >>> one = MessageTemplate(name="t", version=1, channel=Channel.SMS, purpose="collect",
    ...     language=Language.ZH, tone=Tone.HELP, text="您好，{姓}女士")
    >>> is_filled_from(one, "您好，林女士"), is_filled_from(one, "快还钱，林女士")
    (True, False)
    """
    is_subject = _fixed_words(template.subject).fullmatch(subject) is not None
    return is_subject and _fixed_words(template.text).fullmatch(text) is not None


@functools.lru_cache(maxsize=512)
def _fixed_words(text: str, /) -> re.Pattern[str]:
    pieces: list[str] = []
    at = 0
    for place in places_in(text):
        pieces += (re.escape(text[at : place.start]), rf"[^\n]{{0,{LONGEST_VALUE}}}")
        at = place.end
    return re.compile("".join(pieces) + re.escape(text[at:]))
