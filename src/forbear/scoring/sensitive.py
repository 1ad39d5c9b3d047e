"""Which columns may not decide about a person, by their names; the list is data with reasons.

A name tells only what its author wrote into it: a column called `x17` that holds a sex passes here
and is found, if at all, by the fairness report.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

import yaml

from forbear.scoring.errors import ScoringRefused

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SEPARATORS = re.compile(r"[^A-Za-z0-9]+")


class Treatment(StrEnum):
    """What the list says of an attribute."""

    REFUSED = "refused"
    WATCHED = "watched"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """One entry of the list; `words` are whole words in a row, `chinese` texts anywhere."""

    id: str
    treatment: Treatment
    reason: str
    source: str
    words: tuple[tuple[str, ...], ...]
    chinese: tuple[str, ...]


def words_of(column: str) -> tuple[str, ...]:
    """The words of a column's name, small; capitals inside and separators divide them.

    >>> words_of("CODE_GENDER"), words_of("maritalStatus"), words_of("latitude_1dp")
    (('code', 'gender'), ('marital', 'status'), ('latitude', '1dp'))
    """
    parts = _SEPARATORS.split(_CAMEL.sub(" ", column))
    return tuple(part.lower() for part in parts if part)


@cache
def sensitive_attributes() -> tuple[Attribute, ...]:
    """Every entry of `sensitive_attributes.yaml`, in its order."""
    source = resources.files("forbear.scoring").joinpath("sensitive_attributes.yaml")
    raw = yaml.safe_load(source.read_text(encoding="utf-8"))
    return tuple(
        _attribute(one, treatment) for treatment in Treatment for one in raw[treatment.value]
    )


def sensitive_attribute(column: str) -> Attribute | None:
    """The first entry a column's name falls under; None for an ordinary column.

    >>> [found and found.id for found in map(sensitive_attribute, ("SEX", "essex_days", "性别"))]
    ['sex', None, 'sex']
    """
    words = words_of(column)
    for one in sensitive_attributes():
        if any(text in column for text in one.chinese):
            return one
        if any(_stands_in(phrase, words) for phrase in one.words):
            return one
    return None


def refused_columns(columns: Iterable[str]) -> dict[str, Attribute]:
    """Those of the columns that may not be inputs, with the entry that says why."""
    found = {column: sensitive_attribute(column) for column in columns}
    return {
        column: one for column, one in found.items() if one and one.treatment is Treatment.REFUSED
    }


def watched_columns(columns: Iterable[str]) -> dict[str, Attribute]:
    """Those of the columns whose groups the fairness report always compares."""
    found = {column: sensitive_attribute(column) for column in columns}
    return {
        column: one for column, one in found.items() if one and one.treatment is Treatment.WATCHED
    }


def require_allowed(columns: Iterable[str], *, allowed: Mapping[str, str]) -> None:
    """Raise `ScoringRefused("sensitive-column")` for a refused column without a stated reason."""
    for column, one in refused_columns(columns).items():
        if not allowed.get(column, "").strip():
            raise ScoringRefused(
                "sensitive-column",
                f"Column {column} is sensitive ({one.id}): {one.reason} Source: {one.source}. "
                f"Leave it out with --drop {column}, or, where the law allows it, give a reason "
                f"that the card will carry: --allow-sensitive {column}=REASON.",
            )


def _attribute(raw: Mapping[str, Any], treatment: Treatment) -> Attribute:
    return Attribute(
        id=raw["id"],
        treatment=treatment,
        reason=raw["reason"],
        source=raw["source"],
        words=tuple(tuple(str(phrase).split()) for phrase in raw["words"]),
        chinese=tuple(raw["chinese"]),
    )


def _stands_in(phrase: tuple[str, ...], words: tuple[str, ...]) -> bool:
    size = len(phrase)
    return any(words[n : n + size] == phrase for n in range(len(words) - size + 1))
