"""`forbear log`: the evidence log of this installation: who signs, who seals, how it stands."""

from __future__ import annotations

import json
import multiprocessing
import signal
import threading
from typing import Annotated

import typer
from django.conf import settings
from granian import Granian
from granian.constants import Interfaces

from forbear.evidence.errors import ProofError
from forbear.evidence.log_errors import LogError
from forbear_server.cli.desk import open_desk
from forbear_server.cli.presenting import refusing, say
from forbear_server.jobs.log_sequencer import run_sequencer
from forbear_server.selectors.log_proofs import LogUnreadable, published_head
from forbear_server.services.log_sequencing import LogContradictsDesk, rebuild_log, seal_waiting
from forbear_server.store import log_rows
from forbear_server.store.log_files import log_folder, new_key_text, verifier_key
from forbear_server.ui.clock import wall_now

app = typer.Typer(no_args_is_help=True, help="The evidence log of this installation.")


@app.command()
def key() -> None:
    """Print the log's verifier key: what everybody checks its checkpoints with.

    Example: forbear log key
    """
    with refusing(ProofError):
        typer.echo(verifier_key())


@app.command("new-key")
def new_key(
    name: Annotated[str, typer.Argument(help="The log's origin, such as lender.example/log.")],
) -> None:
    """Print a fresh signing key for FORBEAR_LOG_KEY. Whoever holds it can sign in the log's name.

    Example: forbear log new-key lender.example/forbear > /run/secrets/forbear-log
    """
    with refusing(ProofError):
        typer.echo(new_key_text(name))


@app.command()
def status(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say how many entries are published, how many wait, and whether anything is wrong.

    Example: forbear log status --json
    """
    open_desk()
    with refusing(ProofError, LogUnreadable):
        head = published_head()
        newest = log_rows.newest_head()
        facts = {
            "folder": str(log_folder()),
            "verifier_key": verifier_key(),
            "published": head.checkpoint.size if head else 0,
            "kept": newest.size if newest else 0,
            "root": head.checkpoint.root.hex() if head else "",
            "waiting": log_rows.count_waiting(),
            "trouble": log_rows.trouble(),
        }
    if as_json:
        typer.echo(json.dumps(facts, indent=2))
        return
    for name, value in facts.items():
        typer.echo(f"{name}: {value}")  # never broken over lines: keys are copied from here


@app.command()
def seal() -> None:
    """Seal everything that waits, now; says so when a running sequencer does it.

    Example: forbear log seal
    """
    open_desk()
    with refusing(LogError, LogContradictsDesk, ProofError):
        sealed = seal_waiting(now=wall_now())
    say("Another process is the sequencer." if sealed is None else f"{sealed} entries sealed.")


@app.command()
def run() -> None:
    """Be the sequencer until Ctrl+C: with FORBEAR_LOG_SEQUENCER=separate, `serve` leaves it to this.

    Example: FORBEAR_LOG_SEQUENCER=separate forbear log run
    """
    open_desk()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    say(f"Sealing into {log_folder()} (Ctrl+C stops it)")
    run_sequencer(stop, clock=wall_now)


@app.command()
def intake(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = settings.HOST,
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8100,
) -> None:
    """Be the sequencer, and take reports of contacts over HTTP: POST /v1/contact-outcomes.

    A receipt says where the entry stands in the log; it is given when that is durable. Beside it
    `forbear serve` runs with FORBEAR_LOG_SEQUENCER=separate.

    Example: forbear log intake --port 8100
    """
    open_desk()
    multiprocessing.set_start_method("spawn", force=True)
    say(f"Reports are taken at http://{host}:{port}/v1/contact-outcomes (Ctrl+C stops it)")
    Granian(
        "forbear_server.log_intake:application",
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        workers=1,
        log_access=False,
    ).serve()


@app.command("rebuild")
def rebuild_() -> None:
    """Make the published folder again from the desk: files that are missing or wrong are mended.

    Example: forbear log rebuild
    """
    open_desk()
    with refusing(LogError, LogContradictsDesk, ProofError):
        done = rebuild_log()
    say(f"{done.checkpoint.size} entries; {done.files_changed} files were missing or wrong.")
    for path in done.first_changed:
        say(f"  {path}")
