"""`forbear age`: days past due of every live loan of a book at one day."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from forbear.delinquency.aging import AgingScheme
from forbear.portfolio.aging import age_book
from forbear.portfolio.reports import dpd_ladder
from forbear.primitives.errors import RequestRefused
from forbear_server.cli.books import known_book
from forbear_server.cli.days import day_of
from forbear_server.cli.presenting import refusing, say, show_records

app = typer.Typer()


@app.command()
def age(
    book: Annotated[Path, typer.Option(help="Folder of the book.")],
    as_of: Annotated[str, typer.Option(help="The day, 2026-11-20: its end is looked at.")],
    out: Annotated[Path, typer.Option(help="Parquet file to write, one row a live loan.")],
    lender: Annotated[str | None, typer.Option(help="Only this lender's loans.")] = None,
    grace_days: Annotated[int, typer.Option(help="Days that do not count if paid within.")] = 0,
    materiality_minor: Annotated[
        int, typer.Option(help="Shortfall, in minor units, that is not counted.")
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Age a book: one row for each loan paid out by the day and not settled before it.

    Columns: lender, loan_id, borrower_id, product, as_of, days_past_due, bucket, asset_class,
    status, oldest_unmet_due_on, paused_days, arrears_minor, penalty_accrued_minor,
    outstanding_minor, currency, disbursed_on. Needs no database.

    Example: forbear age --book BOOK --as-of 2017-03-31 --out aged.parquet
    """
    with refusing(RequestRefused, ValueError):
        day = day_of(as_of)
        scheme = AgingScheme(grace_days=grace_days, materiality_minor=materiality_minor)
        opened = known_book(book, lender)
        aged = age_book(opened, day, scheme, lender).sort("lender", "loan_id")
        _write(aged, out)
    ladder = dpd_ladder(aged, scheme).to_dicts()
    if as_json:
        typer.echo(json.dumps(_summary(aged, out, day, ladder), ensure_ascii=False, indent=2))
        return
    show_records(ladder, as_json=False, title=f"{aged.height:,} loans on {day}")
    say(f"Written to {out}.")


def _write(aged: pl.DataFrame, out: Path) -> None:
    if out.is_dir() or not out.parent.parent.is_dir():
        raise ValueError(f"Cannot write {out}: name a file in a folder that exists.")
    out.parent.mkdir(exist_ok=True)
    waiting = out.with_name(f".{out.name}.tmp")
    aged.write_parquet(waiting)
    waiting.replace(out)


def _summary(
    aged: pl.DataFrame, out: Path, day: date, ladder: list[dict[str, object]]
) -> dict[str, object]:
    return {"as_of": str(day), "loans": aged.height, "out": str(out), "ladder": ladder}
