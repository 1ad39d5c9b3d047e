"""`forbear`: every command of the installation, one module each.

A command's module is imported only when it is used, so that reading a tape starts without Django
and managing users without Polars. To add one: a line in COMMANDS and `cli/<name>.py` with `app`.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command as command_of

from forbear_server.cli.django_setup import set_up_django


@dataclass(frozen=True)
class Listed:
    module: str
    needs_django: bool = True
    # settings a command brings along where the environment does not say otherwise
    settings: Mapping[str, str] = field(default_factory=dict)


DEMO_SETTINGS = {
    "FORBEAR_DEMO": "1",
    "FORBEAR_DEMO_CLOCK": "2026-11-20T10:30:00+08:00",
    "FORBEAR_DATA_DIR": "var/demo",
    "FORBEAR_PORTAL_URL": "https://portal.example/qinghe",
    "FORBEAR_SERVICE_PHONE": "400-800-1234",
}


COMMANDS = {
    "age": Listed("forbear_server.cli.age", needs_django=False),
    "db": Listed("forbear_server.cli.db"),
    "demo": Listed("forbear_server.cli.demo", settings=DEMO_SETTINGS),
    "evidence": Listed("forbear_server.cli.evidence_desk"),
    "import": Listed("forbear_server.cli.import_tape", needs_django=False),
    "lenders": Listed("forbear_server.cli.lenders"),
    "log": Listed("forbear_server.cli.log"),
    "nightly": Listed("forbear_server.cli.nightly"),
    "outbox": Listed("forbear_server.cli.outbox"),
    "report": Listed("forbear_server.cli.report", needs_django=False),
    "rules": Listed("forbear_server.cli.rules"),
    "scorecards": Listed("forbear_server.cli.scorecards"),
    "scoring": Listed("forbear_server.cli.scoring", needs_django=False),
    "serve": Listed("forbear_server.cli.serve"),
    "standing": Listed("forbear_server.cli.standing", needs_django=False),
    "templates": Listed("forbear_server.cli.templates"),
    "tokens": Listed("forbear_server.cli.tokens"),
    "users": Listed("forbear_server.cli.users"),
    "voice": Listed("forbear_server.cli.voice"),
    "wording": Listed("forbear_server.cli.wording", needs_django=False),
    "world": Listed("forbear_server.cli.world", needs_django=False),
}


class CommandsOnDemand(TyperGroup):
    """Looks a command's module up by name and imports it at that moment."""

    def list_commands(self, ctx: Any) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        listed = COMMANDS.get(cmd_name)
        if listed is None:
            return None
        for name, value in listed.settings.items():
            os.environ.setdefault(name, value)
        if listed.needs_django:
            set_up_django()
        command = command_of(importlib.import_module(listed.module).app)
        command.name = cmd_name
        return command


app = typer.Typer(
    cls=CommandsOnDemand,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,
    help="Forbear 善还: lawful, restrained, checkable management of consumer loans.",
)


@app.callback()
def forbear() -> None:
    """Forbear 善还: lawful, restrained, checkable management of consumer loans after pay-out."""


if __name__ == "__main__":
    app()
