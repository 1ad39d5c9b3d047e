"""`forbear import`: a lender's file into the book, with every finding said and nothing half done.

Into a book (`--book`) it needs no database; a tape with names and numbers belongs to the desk
(`--desk`), where they are encrypted, and is refused otherwise unless they are to be dropped.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import polars as pl
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from forbear.intake.checking import CheckRequest
from forbear.intake.checks.examined import Parameters
from forbear.intake.importing import import_tape
from forbear.intake.mappings import TapeMapping
from forbear.intake.presets.catalogue import mapping_file, preset
from forbear.intake.reports import ImportReport, Outcome, TapeKind
from forbear.portfolio.book import Book
from forbear.primitives.errors import RequestRefused
from forbear.primitives.rates import annual_rate
from forbear_server.cli.django_setup import set_up_django
from forbear_server.cli.import_report import tell
from forbear_server.cli.presenting import refusing

app = typer.Typer()
BEIJING_OFFSET = timedelta(hours=8)
STAGES = {"read": "Reading 读取", "check": "Checking 检查", "take": "Taking 导入"}


class PersonsNeedTheDesk(RequestRefused):
    """The tape carries personal data and no desk is there to encrypt it."""

    code = "persons_need_the_desk"


class OptionsUnclear(RequestRefused):
    """The options given contradict each other or cannot be read."""

    code = "options_unclear"


SourceArgument = Annotated[Path, typer.Argument(help="The tape: one file, or a folder of files.")]
BookOption = Annotated[
    Path | None, typer.Option(help="Folder of the book; made when it is not there.")
]
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
ProductOption = Annotated[
    list[str] | None, typer.Option("--product", help="A product there is; repeat. Others: errors.")
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
DeskOption = Annotated[
    bool, typer.Option(help="Into the desk's own book, persons encrypted; needs the database.")
]
DryRunOption = Annotated[bool, typer.Option(help="Check only; write nothing.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print everything as JSON.")]


@dataclass(frozen=True, slots=True)
class Wishes:
    """How the tape is to be taken into a book."""

    clean_rows_only: bool
    dry_run: bool
    without_persons: bool
    rejected_to: Path | None
    as_json: bool


@app.command()
def import_command(
    source: SourceArgument,
    book: BookOption = None,
    preset_name: PresetOption = None,
    mapping: MappingOption = None,
    lender: LenderOption = None,
    kind: KindOption = TapeKind.NEW,
    business_date: DayOption = None,
    rate_cap: RateCapOption = "0.24",
    product: ProductOption = None,
    clean_rows_only: CleanOption = False,
    rejected_to: RejectedOption = None,
    without_persons: WithoutPersonsOption = False,
    desk: DeskOption = False,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Bring a lender's tape into the book: taken whole or not at all, and never twice.

    Examples:

    forbear import --preset superlender ../shared/data/superlender_ng --book BOOK

    forbear import --preset forbear-flat tape.csv --book BOOK --lender qinghe --dry-run

    forbear import --preset forbear demo/qinghe --desk --lender qinghe

    Ends with 0 when taken or already taken, with 1 when refused.
    """
    with refusing(RequestRefused):
        chosen = _mapping(preset_name, mapping)
        cap = None if rate_cap == "none" else annual_rate(rate_cap)
        products = frozenset(product) if product else None
        parameters = Parameters(products=products, rate_cap_annual=cap)
        request = CheckRequest(lender or chosen.id, kind, _day(business_date), parameters)
        if desk:
            _only_with_book(book, dry_run, without_persons, rejected_to)
            report = _at_desk(source, chosen, request, clean_rows_only)
        else:
            wishes = Wishes(clean_rows_only, dry_run, without_persons, rejected_to, as_json)
            report = _into_book(source, chosen, request, book, wishes)
    tell(report, as_json=as_json)
    raise typer.Exit(1 if report.outcome is Outcome.REFUSED else 0)


def _only_with_book(book: Path | None, *wishes: object) -> None:
    if book is not None or any(wishes):
        raise OptionsUnclear(
            "--desk takes the lender's own book and keeps persons encrypted: leave out --book, "
            "--dry-run, --without-persons and --rejected-to, or leave out --desk."
        )


def _at_desk(
    source: Path, chosen: TapeMapping, request: CheckRequest, clean_rows_only: bool
) -> ImportReport:
    # Django and the database only when they are asked for: the other way runs without them.
    set_up_django()
    module = importlib.import_module("forbear_server.cli.desk_import")
    made: ImportReport = module.import_at_desk(
        source, chosen, request, clean_rows_only=clean_rows_only
    )
    return made


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


def _into_book(
    source: Path,
    chosen: TapeMapping,
    request: CheckRequest,
    book: Path | None,
    wishes: Wishes,
) -> ImportReport:
    if book is None:
        raise OptionsUnclear(
            "Say where the tape goes: --book FOLDER, or --desk for the desk's own."
        )

    def refuse_persons(persons: pl.DataFrame) -> None:
        if persons.height and not wishes.without_persons:
            raise PersonsNeedTheDesk(
                f"The tape names {persons.height} persons and this command has no desk to encrypt "
                "them in; nothing was written. Import it with --desk or in the console (数据导入), or "
                "give --without-persons to drop names, numbers and addresses."
            )

    with _progress(is_quiet=wishes.as_json) as advance:
        report = import_tape(
            source,
            mapping=chosen,
            request=request,
            book=Book.open_or_new(book),
            clean_rows_only=wishes.clean_rows_only,
            dry_run=wishes.dry_run,
            rejected_to=wishes.rejected_to or book.with_name(f"{book.name}.rejected"),
            store_persons=refuse_persons,
            progress=advance,
        )
    is_dropped = wishes.without_persons and report.persons and report.outcome is Outcome.TAKEN
    return replace(report, persons_dropped=True) if is_dropped else report


@contextmanager
def _progress(*, is_quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """A bar a stage, on the error stream; gone when the work is done."""
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
        yield advance
