"""An entry, its proof and its replay as the pages show them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from forbear import rulebooks
from forbear.compliance.fact_kinds import vocabulary
from forbear.contact.facts import ContactFacts
from forbear.evidence.commitments import Opening
from forbear.evidence.entries import Entry
from forbear.evidence.merkle import node_hash
from forbear_server.console.actors import ConsoleRequest
from forbear_server.console.evidence_wording import RULINGS, event_word, field_word
from forbear_server.console.rule_display import ShownRule, shown_rule
from forbear_server.console.rule_wording import fact_label, fact_value
from forbear_server.console.wording import VERDICT_REASONS, word
from forbear_server.selectors.evidence import EvidenceLine, find_entry
from forbear_server.selectors.log_proofs import LogProof

_FACTS = vocabulary(ContactFacts)


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One line of a list."""

    line: EvidenceLine
    event: str
    ruling: str
    ruling_kind: str
    rules: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class ShownField:
    """A field; facts are told one by one, those that differ from an ordinary case first."""

    name: str
    label: str
    value: str
    facts: tuple[tuple[str, str], ...] = ()
    ordinary_facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ShownGround:
    """One rule that stood against it, as it is in today's books; None when it is gone."""

    rule_id: str
    reason: str
    rule: ShownRule | None


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One hash of the path: on which side it stands, and what both together hash to."""

    number: int
    is_left: bool
    sibling: str
    result: str


def recorded_line(request: ConsoleRequest) -> EvidenceLine | None:
    """The entry a change has just made, named in the address it led to."""
    return find_entry(request.actor, request.GET.get("recorded", "")[:64])


def shown_line(line: EvidenceLine) -> ShownLine:
    kind, ruling = RULINGS.get(line.ruling, ("quiet", ""))
    known = rulebooks.rules_by_id()
    return ShownLine(
        line,
        event_word(line.name),
        str(ruling),
        kind,
        tuple((rule_id, rule_id in known) for rule_id in line.rule_ids),
    )


def open_fields(entry: Entry) -> list[ShownField]:
    """What stands open; grounds have a card of their own."""
    return [
        ShownField(name, field_word(name), told(value))
        for name, value in sorted(entry.open_fields.items())
        if name not in {"grounds", "ruling"}
    ]


def committed_fields(entry: Entry) -> list[ShownField]:
    """What is committed: the 32 bytes that stand for it."""
    return [
        ShownField(name, field_word(name), raw.hex())
        for name, raw in sorted(entry.commitments.items())
    ]


def opened_fields(openings: Mapping[str, Opening]) -> list[ShownField]:
    return [_opened(name, opening.value) for name, opening in sorted(openings.items())]


def _opened(name: str, value: Any) -> ShownField:
    if name != "facts" or not isinstance(value, dict):
        return ShownField(name, field_word(name), told(value))
    kinds, neutral = _FACTS.kinds, _FACTS.defaults
    shown: dict[bool, list[tuple[str, str]]] = {True: [], False: []}
    for fact, held in value.items():
        kind = kinds.get(fact)
        pair = (fact_label(kind), fact_value(kind, held)) if kind else (fact, told(held))
        shown[fact in neutral and held == neutral[fact]].append(pair)
    return ShownField(name, field_word(name), "", tuple(shown[False]), tuple(shown[True]))


def grounds(line: EvidenceLine, at: datetime) -> list[ShownGround]:
    known = rulebooks.rules_by_id()
    return [
        ShownGround(
            str(one["rule_id"]),
            word(VERDICT_REASONS, str(one.get("reason", ""))),
            shown_rule(known[one["rule_id"]], on=at.date()) if one["rule_id"] in known else None,
        )
        for one in line.body.get("grounds", ())
    ]


def steps(proof: LogProof) -> list[ShownStep]:
    """The path from the leaf to the root, one hash at a time (RFC 6962 section 2.1.1)."""
    size, index, node = proof.head.checkpoint.size, proof.index, proof.leaf_hash
    inner = (index ^ (size - 1)).bit_length()
    made = []
    for number, sibling in enumerate(proof.hashes):
        is_left = number >= inner or bool(index >> number & 1)
        node = node_hash(sibling, node) if is_left else node_hash(node, sibling)
        made.append(ShownStep(number + 1, is_left, sibling.hex(), node.hex()))
    return made


def told(value: Any) -> str:
    """A value as one line of text: a word as it is, anything else as JSON."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def differences(recorded: bytes, repeated: bytes) -> list[tuple[str, str, str]]:
    """The parts in which two verdicts differ: name, then, now."""
    then, now = json.loads(recorded), json.loads(repeated)
    return [
        (field_word(name), told(then.get(name)), told(now.get(name)))
        for name in sorted(set(then) | set(now))
        if then.get(name) != now.get(name)
    ]


def verdict_words(verdict: Mapping[str, Any]) -> tuple[str, str, Sequence[str]]:
    """A verdict's badge kind, its word and the rules it rests on."""
    kind, ruling = RULINGS.get(str(verdict.get("ruling")), ("quiet", ""))
    return kind, str(ruling), _rule_ids(verdict.get("grounds", ()))


def _rule_ids(found: Iterable[Mapping[str, Any]]) -> Sequence[str]:
    return [str(one["rule_id"]) for one in found]
