"""`forbear report`: roll rates, vintages and the DPD ladder of a book."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from forbear.portfolio import reports
from forbear.portfolio.aging import age_book
from forbear.primitives.errors import RequestRefused
from forbear_server.cli.books import known_book
from forbear_server.cli.days import day_of
from forbear_server.cli.presenting import refusing, show_records

app = typer.Typer(no_args_is_help=True, help="Reports over a book; none needs a database.")

BookFolder = Annotated[Path, typer.Option("--book", help="Folder of the book.")]
OfLender = Annotated[
    str | None, typer.Option("--lender", help="Only this lender; all together if not given.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("roll-rates")
def roll_rates(
    book: BookFolder,
    until: Annotated[
        str | None, typer.Option(help="Last day looked at; the book's last if not given.")
    ] = None,
    lender: OfLender = None,
    as_json: AsJson = False,
) -> None:
    """Share of loans moving from one bucket to another from one month's end to the next.

    A monthly-status set keeps its own states. Records: from, to, n, share.

    Example: forbear report roll-rates --book BOOK --json
    """
    with refusing(RequestRefused, ValueError):
        last = day_of(until) if until else None
        made = reports.roll_rates(known_book(book, lender), until=last, lender=lender)
    _show(
        made.select("from", "to", "n", "share"), as_json=as_json, title="Roll rates, month to month"
    )


@app.command()
def vintages(
    book: BookFolder,
    until: Annotated[
        str | None, typer.Option(help="Last day looked at; the book's last if not given.")
    ] = None,
    lender: OfLender = None,
    as_json: AsJson = False,
) -> None:
    """Share of each quarter's loans 30 or more days late at any month's end, by months on book.

    Example: forbear report vintages --book BOOK --until 2017-07-31
    """
    with refusing(RequestRefused, ValueError):
        last = day_of(until) if until else None
        made = reports.vintages(
            reports.month_states(known_book(book, lender), until=last, lender=lender)
        )
    _show(made, as_json=as_json, title="Share ever 30+ days past due, by quarter of disbursement")


@app.command()
def ladder(
    book: BookFolder,
    as_of: Annotated[str, typer.Option(help="The day, 2026-11-20.")],
    lender: OfLender = None,
    as_json: AsJson = False,
) -> None:
    """Loans, arrears and outstanding in each bucket.

    Example: forbear report ladder --book BOOK --as-of 2026-11-20
    """
    with refusing(RequestRefused, ValueError):
        made = reports.dpd_ladder(age_book(known_book(book, lender), day_of(as_of), lender=lender))
    _show(made, as_json=as_json, title=f"DPD ladder on {as_of}")


def _show(made: pl.DataFrame, *, as_json: bool, title: str) -> None:
    records = made.to_dicts()
    if not as_json:
        for record in records:
            if "share" in record:
                record["share"] = f"{record['share']:.2%}"
    show_records(records, as_json=as_json, title=title)
