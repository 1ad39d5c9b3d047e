"""`forbear nightly`: run one day, for a lender on the desk or over a book alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from forbear.compliance.scopes import Scope, usual_memberships
from forbear.contact.channels import LenderKind
from forbear.portfolio.book import Book
from forbear.portfolio.manifests import RunManifest
from forbear.portfolio.run_terms import Listener, Progress, RunTerms
from forbear.primitives.errors import RequestRefused
from forbear_server.cli.days import day_of, read_clock
from forbear_server.cli.desk import open_desk
from forbear_server.cli.presenting import refusing, show_records
from forbear_server.jobs.nightly import code_version, run_nightly, run_without_desk, seed_of
from forbear_server.selectors.lenders import LenderUnknown, list_lenders
from forbear_server.services.runs import RunBusy
from forbear_server.ui.clock import business_now

app = typer.Typer()
DEFAULT_CAPACITY = 100


@app.command()
def nightly(
    lender: Annotated[
        str | None, typer.Option(help="Lender's code; every lender of the desk if not given.")
    ] = None,
    business_date: Annotated[
        str | None, typer.Option(help="The day, 2026-11-20; the desk's business date if not given.")
    ] = None,
    capacity: Annotated[
        int | None,
        typer.Option(min=0, help="Cases a person can take today; from the desk if not given."),
    ] = None,
    book: Annotated[Path | None, typer.Option(help="Run over this book, without a desk.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="With --book: folder of the run's files.")
    ] = None,
    lender_kind: Annotated[
        LenderKind | None,
        typer.Option(help="With --book: kind of lender, if the book does not tell."),
    ] = None,
    jurisdiction: Annotated[
        str, typer.Option(help="With --book: the legal system whose rulebooks are asked.")
    ] = "CN",
    as_json: Annotated[bool, typer.Option("--json", help="Print the manifest as JSON.")] = False,
) -> None:
    """Age, ask the gate, choose, publish the worklist. Start it again and it goes on.

    Examples:

    forbear nightly --lender qinghe --business-date 2026-11-20

    forbear nightly --book BOOK --lender superlender --business-date 2017-03-31 --out RUN
    """
    with refusing(RequestRefused, LenderUnknown, RunBusy, ValueError), _bars(as_json) as listener:
        day = day_of(business_date) if business_date else None
        if book is not None:
            manifests = [
                _over_book(book, out, lender, lender_kind, jurisdiction, day, capacity, listener)
            ]
        else:
            open_desk()
            manifests = list(_over_desk(lender, day, capacity, listener))
    if as_json:
        typer.echo(
            json.dumps([json.loads(m.text()) for m in manifests], ensure_ascii=False, indent=2)
        )
        return
    for manifest in manifests:
        show_records(_stages(manifest), as_json=False, title=_title(manifest))


def _over_book(
    book: Path,
    out: Path | None,
    lender: str | None,
    lender_kind: LenderKind | None,
    jurisdiction: str,
    day: date | None,
    capacity: int | None,
    listener: Listener,
) -> RunManifest:
    opened = Book.open(book)
    known = opened.manifest.lenders
    code = lender or (next(iter(known)) if len(known) == 1 else None)
    if code is None or day is None or out is None:
        raise ValueError(
            "With --book give --business-date and --out, and --lender when the book holds several "
            f"({', '.join(known)})."
        )
    if code not in known:
        raise ValueError(f"No lender {code!r} in this book; it holds {', '.join(known)}.")
    kind = lender_kind or LenderKind(known[code].get("kind", LenderKind.OTHER))
    at = datetime.fromisoformat(f"{day}T00:30:00+00:00")
    cases = DEFAULT_CAPACITY if capacity is None else capacity
    scope = Scope(
        jurisdiction=jurisdiction,
        lender_kind=kind.value,
        memberships=usual_memberships(kind.value),
    )
    terms = RunTerms(code, scope, day, at, seed_of(code, day), cases, code_version())
    return run_without_desk(book=opened, root=out, terms=terms, listener=listener, clock=read_clock)


def _over_desk(
    lender: str | None, day: date | None, capacity: int | None, listener: Listener
) -> Iterator[RunManifest]:
    codes = [lender] if lender else [row.code for row in list_lenders()]
    for code in codes:
        now = business_now()
        yield run_nightly(
            lender_code=code,
            business_date=day or now.date(),
            at=now,
            clock=business_now,
            capacity=capacity,
            listener=listener,
        ).manifest


def _title(manifest: RunManifest) -> str:
    state = "finished" if manifest.finished_at else "stopped"
    return f"{manifest.lender} {manifest.business_date}: {state}, {manifest.content_digest()[:16]}"


def _stages(manifest: RunManifest) -> list[dict[str, object]]:
    return [
        {
            "stage": stage.name,
            "shards": f"{len(stage.shards)}/{stage.shards_total}",
            "rows": f"{stage.rows:,}",
            "seconds": f"{sum(float(s.seconds) for s in stage.shards):.2f}",
            "output": stage.output_digest[:16] if stage.is_done else "",
        }
        for stage in manifest.stages
    ]


@contextmanager
def _bars(is_quiet: bool) -> Iterator[Listener]:
    """A bar for the stage at work, on the error stream."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Bars(*columns, console=Console(stderr=True), disable=is_quiet) as bars:
        tasks: dict[tuple[str, str], int] = {}

        def hear(progress: Progress) -> None:
            key = (progress.manifest.lender, progress.stage.name)
            if key not in tasks:
                tasks[key] = bars.add_task(" ".join(key), total=progress.stage.shards_total)
            bars.update(tasks[key], completed=len(progress.stage.shards))  # type: ignore[arg-type]

        yield hear
