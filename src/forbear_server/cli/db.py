"""`forbear db`: the tables, the embedded server, the keys of sealed fields."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from django.conf import settings

from forbear_server.cli.desk import open_desk
from forbear_server.cli.presenting import refusing, say
from forbear_server.services.field_keys import rotate_field_keys
from forbear_server.store import embedded
from forbear_server.store.migrating import migrate as migrate_tables
from forbear_server.store.migrating import migration_status
from forbear_server.store.sealing import SealBroken
from forbear_server.ui.clock import wall_now

app = typer.Typer(no_args_is_help=True, help="The desk's database.")


@app.command()
def migrate() -> None:
    """Make or bring up to date the tables, as their owner, and set the serving role's rights.

    Example: forbear db migrate
    """
    with refusing(embedded.EmbeddedServerError):
        open_desk(is_new=True)
    migrate_tables()
    say("The tables are up to date.")


@app.command()
def status(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say where the database is and which migrations wait.

    Example: forbear db status --json
    """
    was_running = not settings.DATABASE_IS_EMBEDDED or embedded.is_running(settings.DATA_DIR)
    open_desk(is_new=True)
    state = migration_status()
    facts = {
        "embedded": settings.DATABASE_IS_EMBEDDED,
        "was_running": was_running,
        "data_dir": str(settings.DATA_DIR),
        "applied": state.applied,
        "waiting": state.waiting,
    }
    if as_json:
        typer.echo(json.dumps(facts, indent=2))
        return
    for name, value in facts.items():
        say(f"{name}: {value}")


@app.command("rotate-keys")
def rotate_keys(
    batch: Annotated[int, typer.Option(help="Rows in one transaction.")] = 500,
) -> None:
    """Re-seal personal data under the first key of FORBEAR_FIELD_KEYS; may be stopped and repeated.

    Example: FORBEAR_FIELD_KEYS=k2:NEW,k1:OLD forbear db rotate-keys
    """
    open_desk()
    with refusing(SealBroken):
        rows = rotate_field_keys(now=wall_now(), batch=batch)
    say(f"{rows} rows re-sealed.")


@app.command()
def stop() -> None:
    """Stop the embedded PostgreSQL of this data directory although others may use it.

    Example: forbear db stop
    """
    say("Stopped." if embedded.stop(settings.DATA_DIR) else "It was not running.")
