"""`forbear serve`: the web server, until Ctrl+C."""

from __future__ import annotations

import multiprocessing
from typing import Annotated

import typer
from django.conf import settings
from granian import Granian
from granian.constants import Interfaces

from forbear_server.cli.desk import open_desk
from forbear_server.cli.presenting import refusing, say
from forbear_server.jobs.log_sequencer import start_sequencer
from forbear_server.store import embedded
from forbear_server.store.migrating import migration_status
from forbear_server.ui.clock import start_demo_clock, wall_now

app = typer.Typer(help="Serve the pages.")


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = settings.HOST,
    port: Annotated[int, typer.Option(help="Port to listen on.")] = settings.PORT,
    workers: Annotated[int, typer.Option(help="Processes.")] = settings.WORKERS,
) -> None:
    """Serve the console with granian; starts and stops the embedded PostgreSQL.

    Example: forbear serve --port 8000
    """
    with refusing(embedded.EmbeddedServerError):
        open_desk(is_new=True)
    waiting = migration_status().waiting
    if waiting:
        say(f"Migrations wait ({', '.join(waiting)}): run `forbear db migrate` first.")
        raise typer.Exit(1)
    start_demo_clock()
    # A forked worker inherits locks of Polars' threads that no longer run, and waits for ever.
    multiprocessing.set_start_method("spawn", force=True)
    say(f"Forbear 善还 listens on http://{host}:{port}/console/ (Ctrl+C stops it)")
    end = start_sequencer(clock=wall_now) if settings.LOG_SEQUENCER == "serve" else None
    try:
        Granian(
            "forbear_server.wsgi:application",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=4,
            log_access=False,
        ).serve()
    finally:
        if end is not None:
            end()
