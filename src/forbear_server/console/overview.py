"""C02 overview: how the book stands, and at what cost to people."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from forbear_server.console.actors import ConsoleRequest, screen
from forbear_server.console.call_notices import distress_context
from forbear_server.console.loan_scores import shown_warning
from forbear_server.console.wording import ACTIONS, BUCKETS, word
from forbear_server.console.worklists import shown_ground
from forbear_server.selectors.access import Level, Screen, access_level
from forbear_server.selectors.early_warnings import count_open_warnings, list_warnings
from forbear_server.selectors.overview import (
    Ladder,
    LadderRow,
    Overview,
    RollCell,
    RollRates,
    Vintages,
    find_overview,
)
from forbear_server.services.reports import record_report_viewed
from forbear_server.ui.clock import business_now


@dataclass(frozen=True, slots=True)
class Tile:
    label: str
    value: int
    definition: str


@dataclass(frozen=True, slots=True)
class ShownLadder:
    """A ladder with its chart; the block and the table hold the same numbers."""

    ladder: Ladder
    block_id: str
    block: dict[str, Any]
    total: LadderRow


@dataclass(frozen=True, slots=True)
class ShownCell:
    cell: RollCell
    spoken: str


@dataclass(frozen=True, slots=True)
class ShownRow:
    label: str
    of: int
    cells: list[ShownCell]


@require_GET
@screen(Screen.OVERVIEW)
def overview(request: ConsoleRequest) -> HttpResponse:
    found = find_overview(request.actor, month=request.GET.get("month", ""))
    if found is None:
        return render(
            request, "console/overview.html", {"found": None, **distress_context(request)}
        )
    record_report_viewed(actor=request.actor, report="overview", now=business_now())
    context = {
        "found": found,
        "tiles": _tiles(found),
        "ladders": [_shown_ladder(ladder, n) for n, ladder in enumerate(found.ladders)],
        "roll_rows": _roll_rows(found.roll_rates) if found.roll_rates else [],
        "roll_columns": _roll_columns(found.roll_rates) if found.roll_rates else [],
        "vintage_block": _vintage_block(found.vintages) if found.vintages else None,
        "actions": [(word(ACTIONS, code), n) for code, n in found.actions],
        **_attention(request),
        **distress_context(request),
        "hindered": [(shown_ground(one.ground), one.borrowers) for one in found.hindered],
    }
    return render(request, "console/overview.html", context)


def _attention(request: ConsoleRequest) -> dict[str, Any]:
    """需要关注: warnings with the help suggested first; a count only for who sees no persons."""
    rows, count = list_warnings(request.actor)
    return {
        "sees_persons": access_level(request.actor, Screen.LOAN) is not Level.NONE,
        "warnings": [shown_warning(row) for row in rows],
        "warning_count": count if rows else count_open_warnings(),
    }


def _tiles(found: Overview) -> list[Tile]:
    """People first, at the same size as loans."""
    return [
        Tile(
            _("今天不打扰的人"),
            found.left_alone,
            _("有逾期、而今天的计划决定不联系的借款人：不联系也是一个决定。"),
        ),
        Tile(
            _("今天计划联系的人"),
            found.contacted,
            _("今天的计划里建议短信、电话或提供还款安排的借款人。"),
        ),
        Tile(_("逾期借据"), found.loans_in_arrears, _("逾期 1 天以上、未结清的借据数。")),
        Tile(_("在管借据"), found.loans, _("已放款、未结清、未撤回的借据数。")),
    ]


def _shown_ladder(ladder: Ladder, number: int) -> ShownLadder:
    rows = ladder.rows
    return ShownLadder(
        ladder=ladder,
        block_id=f"ladder-{number}",
        block={
            "kind": "ladder",
            "says": _("逾期阶梯：各分档的借据数，今天与 30 天前"),
            "buckets": [row.bucket for row in rows],
            "series": [
                {"name": _("今天"), "values": [row.loans for row in rows]},
                {"name": _("30 天前"), "values": [row.loans_before for row in rows]},
            ],
        },
        total=LadderRow(
            _("合计"),
            *(
                sum(getattr(row, name) for row in rows)
                for name in (
                    "loans",
                    "arrears_minor",
                    "outstanding_minor",
                    "loans_before",
                    "arrears_before_minor",
                )
            ),
        ),
    )


def _roll_columns(rates: RollRates) -> list[str]:
    return [word(BUCKETS, name) for name in rates.columns]


def _roll_rows(rates: RollRates) -> list[ShownRow]:
    return [
        ShownRow(
            word(BUCKETS, row.bucket),
            row.of,
            [ShownCell(cell, _spoken(row.bucket, cell)) for cell in row.cells],
        )
        for row in rates.rows
    ]


def _spoken(from_bucket: str, cell: RollCell) -> str:
    share = _("样本不足") if cell.percent is None else f"{cell.percent:.1f}%"
    return _("从 %(from)s 到 %(to)s，%(share)s，%(n)s 笔") % {
        "from": word(BUCKETS, from_bucket),
        "to": word(BUCKETS, cell.to),
        "share": share,
        "n": cell.n,
    }


def _vintage_block(vintages: Vintages) -> dict[str, Any]:
    return {
        "kind": "lines",
        "says": _("账龄曲线：各放款季度曾逾期 30 天以上的借据占比"),
        "x": _("放款后月数"),
        "points": list(vintages.months),
        "series": [
            {
                "name": curve.vintage,
                "values": [_number(percent) for percent in curve.percents],
            }
            for curve in vintages.curves
        ],
    }


def _number(percent: Decimal | None) -> float | None:
    """A chart's coordinate; it is drawn, never counted with."""
    return None if percent is None else float(percent)
