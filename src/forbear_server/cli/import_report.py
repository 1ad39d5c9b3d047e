"""How `forbear import` tells what became of a tape: a table for people, JSON for programs."""

from __future__ import annotations

import json

import typer
from rich.console import Console
from rich.table import Table

from forbear.intake.catalogue import entry, message, remedy
from forbear.intake.reports import ImportReport, Outcome
from forbear.primitives.findings import Finding, Level
from forbear_server.cli.presenting import say

SHOWN = 20


def tell(report: ImportReport, *, as_json: bool) -> None:
    """Print the report."""
    if as_json:
        typer.echo(json.dumps(_as_json(report), ensure_ascii=False, indent=2, default=str))
    else:
        _show(report)


def _as_json(report: ImportReport) -> dict[str, object]:
    found = report.as_json()
    found["findings"] = [_explained(f) for f in report.findings]
    return found


def _explained(finding: Finding) -> dict[str, object]:
    return {
        "file": finding.file,
        "row": finding.row,
        "column": finding.column,
        "value_class": finding.value_class,
        "code": finding.code,
        "level": finding.level.value,
        "message": message(finding, "en"),
        "remedy": remedy(finding, "en"),
    }


def _show(report: ImportReport) -> None:
    console = Console()
    headline = {
        Outcome.TAKEN: "Taken into the book.",
        Outcome.DRY_RUN: "Dry run: it would be taken; nothing was written.",
        Outcome.ALREADY_TAKEN: "此文件已导入，未重复写入。Already imported: nothing was written.",
        Outcome.REFUSED: "Refused: nothing was written.",
    }
    say(f"{report.source} ({report.lender}, {report.kind.value}): {headline[report.outcome]}")
    rows = report.rows
    say(
        f"rows read {rows.rows_read} = accepted {rows.accepted} + rejected {rows.rejected}"
        f" + quarantined {rows.quarantined} + notes {rows.notes}"
    )
    _show_totals(console, report)
    if report.counts:
        console.print(_code_table(report))
    told = [f for f in report.findings if f.row is None or f.level is not Level.NOTE]
    for finding in told[:SHOWN]:
        place = f"row {finding.row} " if finding.row else ""
        column = f"[{finding.column}] " if finding.column else ""
        text = f"{message(finding, 'en')}. {remedy(finding, 'en')}."
        say(f"  {finding.level.value}: {finding.file} {place}{column}{finding.code}: {text}")
    unseen = max(len(told) - SHOWN, 0) + report.findings_left_out
    if unseen:
        say(f"  … and {unseen} more; --json lists the first ten thousand.")
    if report.persons_dropped:
        say(f"Names, numbers and addresses of {report.persons} persons were dropped.")
    for path in report.rejected_files:
        say(f"Rows not taken, with their findings: {path}")
    if report.outcome is Outcome.REFUSED and report.rows.accepted:
        say("Mend the rows, or take the sound ones with --clean-rows-only.")


def _show_totals(console: Console, report: ImportReport) -> None:
    if not report.totals.loans:
        return
    table = Table(title="Control totals (minor units)", title_justify="left")
    for heading in ("loans", "currency", "principal", "arrears"):
        table.add_column(heading, justify="right")
    for currency, principal in report.totals.principal_minor.items() or [("", None)]:
        arrears = report.totals.arrears_minor.get(currency)
        table.add_row(str(report.totals.loans), currency, f"{principal}", f"{arrears}")
    console.print(table)


def _code_table(report: ImportReport) -> Table:
    table = Table(title="Findings by code", title_justify="left")
    for heading in ("code", "level", "count"):
        table.add_column(heading)
    levels = {f.code: f.level.value for f in report.findings}
    for code, count in report.counts.items():
        table.add_row(code, levels.get(code, entry(code).level), f"{count:,}")
    return table
