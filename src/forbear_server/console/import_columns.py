"""Step 2 of an import: which column goes where, from the proposal to a person's choice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from forbear.intake.fields import Kind
from forbear.intake.mappings import MappingFaulty, TapeMapping
from forbear.intake.presets.catalogue import SHAPE_FIELDS
from forbear.intake.proposals import MappingProposal, propose_mapping, target_fields
from forbear.intake.reading import RawTable
from forbear.intake.required_fields import unmapped_required
from forbear_server.console.problems import Problem
from forbear_server.services.imports import MappingChoice

Entries = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class ShownColumn:
    number: int
    source: str
    samples: tuple[str, ...]
    is_refused: bool
    to: str
    unit: str
    is_required: bool


@dataclass(frozen=True, slots=True)
class MappingPage:
    proposal: MappingProposal
    columns: list[ShownColumn]
    targets: tuple[str, ...]
    currency: str


def mapping_page(raw: RawTable, kept: Mapping[str, Any]) -> MappingPage:
    """The proposal, overlaid with what was chosen before (in this import or a template)."""
    proposal = propose_mapping(raw)
    chosen: Entries | None = kept.get("columns") or None
    shape = kept.get("shape") or proposal.shape
    columns = []
    for number, one in enumerate(proposal.columns):
        entry: Mapping[str, Any] = {"to": one.to or "", **(one.transform or {})}
        if chosen is not None:
            entry = chosen.get(one.source, {})
        columns.append(
            ShownColumn(
                number=number,
                source=one.source,
                samples=one.samples,
                is_refused=one.is_refused,
                to=entry.get("to", ""),
                unit=entry.get("amount") or entry.get("rate") or "",
                is_required=one.required,
            )
        )
    return MappingPage(proposal, columns, target_fields(shape), kept.get("currency", ""))


def choice_of(raw: RawTable, form: QueryDict) -> MappingChoice:
    """What the form says; left as proposed by a preset it is that preset, unchanged."""
    proposal = propose_mapping(raw)
    proposed = {
        one.source: {"to": one.to, **(one.transform or {})} for one in proposal.columns if one.to
    }
    chosen: dict[str, dict[str, Any]] = {}
    for number, one in enumerate(proposal.columns):
        to = form.get(f"to-{number}", "")
        if to and not one.is_refused:
            before = proposed.get(one.source, {})
            chosen[one.source] = _entry(proposal.shape, to, form.get(f"unit-{number}", ""), before)
    currency = form.get("currency", "").strip().upper()
    is_unchanged = proposal.preset is not None and chosen == proposed and not currency
    return MappingChoice(
        preset=proposal.preset or "",
        shape=proposal.shape,
        currency=currency,
        columns={} if is_unchanged else chosen,
    )


def choice_problems(raw: RawTable, choice: MappingChoice, kind: str) -> list[Problem]:
    """Why this choice makes no mapping yet."""
    try:
        mapping = choice.mapping()
    except MappingFaulty as fault:
        return [Problem("mapping", str(fault))]
    part = mapping.for_file(raw.file)
    if part is None:
        return [Problem("mapping", _("这个预设不认识此文件名。"))]
    return [
        Problem("mapping", _("必填字段还没有对应的列：%(field)s") % {"field": field})
        for field in _unfilled(mapping, raw, kind)
    ]


def _unfilled(mapping: TapeMapping, raw: RawTable, kind: str) -> list[str]:
    part = mapping.for_file(raw.file)
    return [] if part is None else unmapped_required(mapping, part, kind)


def _entry(shape: str, to: str, unit: str, before: Mapping[str, Any]) -> dict[str, Any]:
    table, _dot, name = to.partition(".")
    field = SHAPE_FIELDS[shape].get(table, {}).get(name)
    if before.get("to") == to and not unit:
        return dict(before)
    if field is not None and field.kind is Kind.AMOUNT:
        return {"to": to, "amount": unit or "major"}
    if field is not None and field.kind is Kind.RATE:
        return {"to": to, "rate": unit or "decimal"}
    return dict(before) if before.get("to") == to else {"to": to}
