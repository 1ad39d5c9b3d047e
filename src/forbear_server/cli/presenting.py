"""How commands answer: a table for people, JSON for programs, one clear line for a mistake."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.table import Table

_out = Console()
_err = Console(stderr=True)


def show_records(records: Sequence[Mapping[str, object]], *, as_json: bool, title: str) -> None:
    if as_json:
        typer.echo(json.dumps(list(records), ensure_ascii=False, default=str, indent=2))
        return
    if not records:
        _out.print(f"{title}: nothing yet.")
        return
    table = Table(title=title, title_justify="left")
    for column in records[0]:
        table.add_column(column)
    for record in records:
        table.add_row(*("" if value is None else str(value) for value in record.values()))
    _out.print(table)


def say(text: str) -> None:
    _out.print(text, markup=False)


@contextmanager
def refusing(*known: type[Exception]) -> Iterator[None]:
    """A known mistake ends the command with its message and status 1, without a stack."""
    try:
        yield
    except known as mistake:
        _err.print(str(mistake), style="red", markup=False)
        raise typer.Exit(1) from None
    except OSError as mistake:
        place = mistake.filename or "a file"
        text = f"Cannot read or write {place}: {mistake.strerror}. Nothing was changed there."
        _err.print(text, style="red", markup=False)
        raise typer.Exit(1) from None
