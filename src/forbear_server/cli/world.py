"""`forbear world`: the demonstration's invented lenders and borrowers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from forbear.world.demo_tape import write_demo_tapes
from forbear_server.cli.presenting import say

app = typer.Typer(no_args_is_help=True, help="Invented lenders and borrowers for demonstrations.")
DEMO_SEED = 20261120


@app.callback()
def world() -> None:
    """Invented lenders and borrowers for demonstrations."""


@app.command("demo-tape")
def demo_tape(
    out: Annotated[Path, typer.Option(help="Folder to write to.")],
    seed: Annotated[int, typer.Option(help="Same seed, same files.")] = DEMO_SEED,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write the tapes of three invented lenders and one flat tape with three faulty rows.

    Example: forbear world demo-tape --out demo && forbear import --preset forbear demo/qinghe
    --book BOOK --lender qinghe --business-date 2026-11-20 --without-persons
    """
    written = write_demo_tapes(out, seed=seed)
    if as_json:
        typer.echo(json.dumps({name: str(path) for name, path in written.items()}, indent=2))
        return
    for name, path in written.items():
        say(f"{name}: {path}")
