"""The written part of a rulebook: instrument.yaml and rules.yaml, with the line of each entry."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import yaml

from forbear.compliance.citations import (
    Bilingual,
    Citation,
    Confidence,
    InstrumentKind,
    QuoteKind,
    Strength,
)
from forbear.compliance.rules import RuleException
from forbear.compliance.scopes import KNOWN_BODIES, KNOWN_BOUND, KNOWN_PRODUCTS, Reach
from forbear.compliance.source_checks import Fault

ENTRY_KEYS = frozenset(
    [
        "article",
        "topic",
        "strength",
        "from",
        "until",
        "binds",
        "products",
        "membership",
        "quote",
        "quote_kind",
        "source",
        "confidence",
        "last_checked",
        "collector",
        "borrower",
        "exceptions",
        "not_formalised",
        "enabled",
    ]
)
HEAD_KEYS = frozenset(
    ["id", "jurisdiction", "kind", "title", "from", "until", "binds", "products", "membership"]
)
Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class YamlFile:
    """A parsed mapping and the line of each of its keys."""

    file: str
    body: Mapping[str, Any]
    lines: Mapping[str, int]

    def line(self, key: str) -> int:
        """The line of a key; 1 when it is not there."""
        return self.lines.get(key, 1)


@dataclass(frozen=True, slots=True)
class BookHead:
    """What instrument.yaml says: the instrument and its usual reach."""

    book_id: str
    kind: InstrumentKind
    title: Bilingual
    reach: Reach


@dataclass(frozen=True, slots=True)
class Entry:
    """What rules.yaml says of one rule."""

    topic: str
    citation: Citation
    reach: Reach
    collector: Bilingual
    borrower: Bilingual
    exceptions: Mapping[str, RuleException]
    not_formalised: str | None
    is_enabled: bool


class _Missing(ValueError):
    """A key that is not there or holds something else."""


def read_yaml(path: Path, faults: list[Fault], *, is_required: bool = True) -> YamlFile:
    """A YAML mapping with its lines; faults are added for what cannot be read or repeats."""
    file = f"{path.parent.name}/{path.name}"
    if not path.exists():
        if is_required:
            faults.append(Fault(file, 1, 1, "missing", "add it (docs: write a rulebook)"))
        return YamlFile(file, {}, {})
    text = path.read_text(encoding="utf-8")
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
        body = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        faults.append(Fault(file, line, column, "cannot be read as YAML", "correct the syntax"))
        return YamlFile(file, {}, {})
    if body is None:
        return YamlFile(file, {}, {})
    if not isinstance(body, dict) or not isinstance(node, yaml.MappingNode):
        faults.append(Fault(file, 1, 1, "is not a mapping", "write name: value"))
        return YamlFile(file, {}, {})
    lines: dict[str, int] = {}
    for key, _ in node.value:
        if str(key.value) in lines:
            faults.append(
                Fault(file, key.start_mark.line + 1, 1, f"{key.value} stands twice", "keep one")
            )
        lines[str(key.value)] = key.start_mark.line + 1
    return YamlFile(file, body, lines)


def head_of(texts: YamlFile, faults: list[Fault]) -> BookHead | None:
    """The head of a book; None and a fault when something is missing."""
    body = texts.body
    if not body:
        return None
    try:
        _only(body, HEAD_KEYS)
        reach = Reach(
            jurisdiction=_place(body),
            binds=_known(body, "binds", KNOWN_BOUND),
            products=_products(body),
            membership=_body_of(body),
            from_on=_date(body, "from"),
            until_on=_until(body),
        )
        return BookHead(
            _text(body, "id"),
            _choice(InstrumentKind, body, "kind"),
            _bilingual(body, "title"),
            reach,
        )
    except _Missing as missing:
        faults.append(Fault(texts.file, 1, 1, str(missing), "see docs: write a rulebook"))
        return None


def rule_entry(
    head: BookHead | None, rule_id: str, body: Any, texts: YamlFile, faults: list[Fault]
) -> Entry | None:
    """One entry of rules.yaml; None and a fault when something is missing."""
    line = texts.line(rule_id)
    if head is None:
        return None
    try:
        if not isinstance(body, dict):
            raise _Missing("is not a mapping")
        _only(body, ENTRY_KEYS)
        reach = _reach(head.reach, body)
        confidence = _choice(Confidence, body, "confidence")
        is_enabled = body.get("enabled", True)
        if not isinstance(is_enabled, bool):
            raise _Missing("enabled must be true or false, without quotation marks")
        if confidence is Confidence.UNVERIFIED and is_enabled is not False:
            raise _Missing("an unverified rule is off by default: enabled: false")
        return Entry(
            topic=_text(body, "topic"),
            citation=_citation(head, body, confidence),
            reach=reach,
            collector=_bilingual(body, "collector"),
            borrower=_bilingual(body, "borrower"),
            exceptions={
                name: RuleException(
                    name, _text(held, "excepts"), _text(held, "rests_on"), _both(held)
                )
                for name, held in (body.get("exceptions") or {}).items()
            },
            not_formalised=body.get("not_formalised"),
            is_enabled=is_enabled,
        )
    except _Missing as missing:
        faults.append(
            Fault(texts.file, line, 1, f"{rule_id}: {missing}", "see docs: write a rulebook")
        )
        return None


def _citation(head: BookHead, body: Mapping[str, Any], confidence: Confidence) -> Citation:
    source = body.get("source")
    if not isinstance(source, list) or not source or not all(str(s).strip() for s in source):
        raise _Missing("source must list where the words were seen")
    return Citation(
        instrument=head.title,
        instrument_kind=head.kind,
        article=_text(body, "article"),
        quote=_text(body, "quote"),
        quote_kind=_choice(QuoteKind, body, "quote_kind"),
        source=tuple(str(s) for s in source),
        strength=_choice(Strength, body, "strength"),
        confidence=confidence,
        last_checked_on=_date(body, "last_checked"),
    )


def _reach(usual: Reach, body: Mapping[str, Any]) -> Reach:
    from_on = _date(body, "from") if "from" in body else usual.from_on
    until_on = _until(body) if "until" in body else usual.until_on
    if until_on is not None and until_on <= from_on:
        raise _Missing(f"in force until {until_on} but from {from_on}: the dates overlap")
    return Reach(
        jurisdiction=usual.jurisdiction,
        binds=_known(body, "binds", KNOWN_BOUND) if "binds" in body else usual.binds,
        products=_products(body) if "products" in body else usual.products,
        membership=_body_of(body) if "membership" in body else usual.membership,
        from_on=from_on,
        until_on=until_on,
    )


def _only(body: Mapping[str, Any], known: frozenset[str]) -> None:
    unknown = sorted(str(key) for key in body if key not in known)
    if unknown:
        raise _Missing(f"{', '.join(unknown)}: no such key; known are {', '.join(sorted(known))}")


def _text(body: Mapping[str, Any], key: str) -> str:
    held = body.get(key) if isinstance(body, dict) else None
    if not isinstance(held, str) or not held.strip():
        raise _Missing(f"{key} is missing")
    return held.strip()


def _known(body: Mapping[str, Any], key: str, known: frozenset[str]) -> frozenset[str]:
    """A list of words, each out of a closed list."""
    held = body.get(key)
    if not isinstance(held, list) or not held:
        raise _Missing(f"{key} must be a list of words")
    unknown = sorted(str(word) for word in held if word not in known)
    if unknown:
        raise _Missing(f"{key}: {', '.join(unknown)} is none of {', '.join(sorted(known))}")
    return frozenset(held)


def _products(body: Mapping[str, Any]) -> frozenset[str]:
    """The products a rule is about; an empty list is every product."""
    if body.get("products") in (None, []):
        return frozenset()
    return _known(body, "products", KNOWN_PRODUCTS)


def _body_of(body: Mapping[str, Any]) -> str | None:
    held = body.get("membership")
    if held is None:
        return None
    if held not in KNOWN_BODIES:
        raise _Missing(f"membership: {held!r} is none of {', '.join(sorted(KNOWN_BODIES))}")
    return str(held)


def _place(body: Mapping[str, Any]) -> str:
    held = _text(body, "jurisdiction")
    if not re.fullmatch(r"[A-Z]{2}(-[A-Z]{2})?", held):
        raise _Missing(f"jurisdiction: {held!r} is no code such as CN or US-MA")
    return held


def _date(body: Mapping[str, Any], key: str) -> date:
    held = body.get(key)
    if type(held) is not date:
        raise _Missing(f"{key} must be a day such as 2025-02-28")
    return held


def _until(body: Mapping[str, Any]) -> date | None:
    return None if body.get("until") is None else _date(body, "until")


def _choice(choices: type[Choice], body: Mapping[str, Any], key: str) -> Choice:
    held = body.get(key)
    if held not in {c.value for c in choices}:
        raise _Missing(f"{key} must be one of {', '.join(choices)}")
    return choices(held)


def _bilingual(body: Mapping[str, Any], key: str) -> Bilingual:
    held = body.get(key)
    if not isinstance(held, dict):
        raise _Missing(f"{key} needs zh and en")
    try:
        return _both(held)
    except _Missing as missing:
        raise _Missing(f"{key}: {missing}") from missing


def _both(held: Mapping[str, Any]) -> Bilingual:
    return Bilingual(_text(held, "zh"), _text(held, "en"))
