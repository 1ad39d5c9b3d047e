"""`forbear import`: a lender's file into the book, with every finding said and nothing half done.

Needs no database. A tape with names and numbers belongs to the desk, where they are encrypted:
here it is refused unless they are to be dropped (`--without-persons`).
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import polars as pl
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from forbear.intake.catalogue import entry, message, remedy
from forbear.intake.checking import CheckRequest
from forbear.intake.checks.examined import Parameters
from forbear.intake.importing import import_tape
from forbear.intake.mappings import TapeMapping
from forbear.intake.presets.catalogue import mapping_file, preset
from forbear.intake.reports import ImportReport, Outcome, TapeKind
from forbear.portfolio.book import Book
from forbear.primitives.errors import RequestRefused
from forbear.primitives.findings import Finding, Level
from forbear.primitives.rates import annual_rate
from forbear_server.cli.presenting import refusing, say

app = typer.Typer()
SHOWN = 20
BEIJING_OFFSET = timedelta(hours=8)
STAGES = {"read": "Reading 读取", "check": "Checking 检查"}


class PersonsNeedTheDesk(RequestRefused):
    """The tape carries personal data and no desk is there to encrypt it."""

    code = "persons_need_the_desk"


class OptionsUnclear(RequestRefused):
    """The options given contradict each other or cannot be read."""

    code = "options_unclear"


SourceArgument = Annotated[Path, typer.Argument(help="The tape: one file, or a folder of files.")]
BookOption = Annotated[Path, typer.Option(help="Folder of the book; made when it is not there.")]
PresetOption = Annotated[
    str | None, typer.Option("--preset", help="A shipped mapping, such as superlender.")
]
MappingOption = Annotated[Path | None, typer.Option(help="Your own mapping file (YAML).")]
LenderOption = Annotated[
    str | None, typer.Option(help="Lender's code; the preset's name if not given.")
]
KindOption = Annotated[TapeKind, typer.Option(help="What the tape is for.")]
DayOption = Annotated[
    str | None, typer.Option(help="The tape's day, 2026-11-20; today in Beijing if not given.")
]
RateCapOption = Annotated[
    str, typer.Option(help="Warn above this yearly rate; `none` for no check.")
]
CleanOption = Annotated[
    bool, typer.Option(help="Take the rows without errors; keep the others apart.")
]
RejectedOption = Annotated[
    Path | None, typer.Option(help="Folder for rows not taken; BOOK.rejected if not given.")
]
WithoutPersonsOption = Annotated[
    bool, typer.Option(help="Drop names, numbers and addresses: they are stored nowhere.")
]
DryRunOption = Annotated[bool, typer.Option(help="Check only; write nothing.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print everything as JSON.")]


@app.command()
def import_command(
    source: SourceArgument,
    book: BookOption,
    preset_name: PresetOption = None,
    mapping: MappingOption = None,
    lender: LenderOption = None,
    kind: KindOption = TapeKind.NEW,
    business_date: DayOption = None,
    rate_cap: RateCapOption = "0.24",
    clean_rows_only: CleanOption = False,
    rejected_to: RejectedOption = None,
    without_persons: WithoutPersonsOption = False,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Bring a lender's tape into the book: taken whole or not at all, and never twice.

    Examples:

    forbear import --preset superlender ../shared/data/superlender_ng --book BOOK

    forbear import --preset forbear-flat tape.csv --book BOOK --lender qinghe --dry-run

    Ends with 0 when taken or already taken, with 1 when refused.
    """
    with refusing(RequestRefused):
        chosen = _mapping(preset_name, mapping)
        request = CheckRequest(
            lender=lender or chosen.id,
            kind=kind,
            business_date=_day(business_date),
            parameters=Parameters(
                rate_cap_annual=None if rate_cap == "none" else annual_rate(rate_cap)
            ),
        )
        report = _import(
            source,
            chosen,
            request,
            Book.open_or_new(book),
            clean_rows_only=clean_rows_only,
            dry_run=dry_run,
            without_persons=without_persons,
            rejected_to=rejected_to or book.with_name(f"{book.name}.rejected"),
            is_quiet=as_json,
        )
    if without_persons and report.persons and report.outcome is Outcome.TAKEN:
        report = replace(report, persons_dropped=True)
    if as_json:
        typer.echo(json.dumps(_as_json(report), ensure_ascii=False, indent=2, default=str))
    else:
        _show(report)
    raise typer.Exit(1 if report.outcome is Outcome.REFUSED else 0)


def _mapping(preset_name: str | None, mapping: Path | None) -> TapeMapping:
    if (preset_name is None) == (mapping is None):
        raise OptionsUnclear(
            "Say how the tape is laid out: either --preset NAME or --mapping FILE."
        )
    return preset(preset_name) if preset_name else mapping_file(Path(str(mapping)))


def _day(text: str | None) -> date:
    if text is None:
        return (datetime.now(tz=UTC) + BEIJING_OFFSET).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise OptionsUnclear(f"--business-date {text!r} is no date: write 2026-11-20.") from None


def _import(
    source: Path,
    chosen: TapeMapping,
    request: CheckRequest,
    book: Book,
    *,
    clean_rows_only: bool,
    dry_run: bool,
    without_persons: bool,
    rejected_to: Path,
    is_quiet: bool,
) -> ImportReport:
    def refuse_persons(persons: pl.DataFrame) -> None:
        if persons.height and not without_persons:
            raise PersonsNeedTheDesk(
                f"The tape names {persons.height} persons and this command has no desk to encrypt "
                "them in; nothing was written. Import it in the console (数据导入), or give "
                "--without-persons to drop names, numbers and addresses."
            )

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        disable=is_quiet,
        transient=True,
    )
    tasks: dict[str, TaskID] = {}

    def advance(stage: str, done: int, total: int) -> None:
        if stage not in tasks:
            tasks[stage] = bar.add_task(STAGES.get(stage, stage), total=total)
        bar.update(tasks[stage], completed=done, total=total)

    with bar:
        return import_tape(
            source,
            mapping=chosen,
            request=request,
            book=book,
            clean_rows_only=clean_rows_only,
            dry_run=dry_run,
            rejected_to=rejected_to,
            store_persons=refuse_persons,
            progress=advance,
        )


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
