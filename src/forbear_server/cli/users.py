"""`forbear users`: staff accounts."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from forbear_server.cli.desk import open_desk
from forbear_server.cli.presenting import refusing, say, show_records
from forbear_server.selectors.actors import Role
from forbear_server.selectors.lenders import LenderUnknown
from forbear_server.selectors.users import list_users
from forbear_server.services.users import (
    PasswordTooShort,
    UserExists,
    UserUnknown,
    add_user,
    disable_user,
    reset_second_factor,
)
from forbear_server.ui.clock import wall_now

app = typer.Typer(no_args_is_help=True, help="Staff accounts and their second factor.")


@app.command()
def add(
    username: Annotated[str, typer.Argument(help="Small letters, digits, dot, dash.")],
    lender: Annotated[str, typer.Option(help="Code of the lender.")],
    role: Annotated[Role, typer.Option(help="The one role of the account.")],
    name: Annotated[str, typer.Option(help="Name shown to colleagues.")] = "",
    team: Annotated[str, typer.Option(help="Team of a collector or lead.")] = "",
    password_stdin: Annotated[
        bool, typer.Option(help="Read the first password from standard input.")
    ] = False,
    demo: Annotated[
        bool, typer.Option(help="A demonstration account: its codes are shown at sign-in.")
    ] = False,
) -> None:
    """Add an account; without --password-stdin a password is made and printed once.

    Example: forbear users add lin.mei --lender qinghe --role collector --name 林梅 --team 一组
    """
    open_desk()
    password = typer.get_text_stream("stdin").readline().strip() if password_stdin else ""
    with refusing(UserExists, LenderUnknown, PasswordTooShort):
        made = add_user(
            lender_code=lender,
            username=username,
            display_name=name or username,
            role=role,
            team=team,
            password=password,
            is_demo=demo,
            now=wall_now(),
        )
    say(f"User {made.username} may sign in.")
    if not password_stdin:
        say(f"First password (shown once): {made.password}")


@app.command("list")
def list_(
    lender: Annotated[str, typer.Option(help="Code of the lender.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the accounts of a lender.

    Example: forbear users list --lender qinghe --json
    """
    open_desk()
    with refusing(LenderUnknown):
        rows = [asdict(row) for row in list_users(lender)]
    show_records(rows, as_json=as_json, title="Users")


@app.command()
def disable(username: str) -> None:
    """Disable an account; nothing it did is lost.

    Example: forbear users disable lin.mei
    """
    open_desk()
    with refusing(UserUnknown):
        disable_user(username=username, now=wall_now())
    say(f"User {username} can no longer sign in.")


@app.command("reset-second-factor")
def reset_second_factor_(username: str) -> None:
    """Take the second factor away; the next sign-in binds a new one.

    Example: forbear users reset-second-factor lin.mei
    """
    open_desk()
    with refusing(UserUnknown):
        reset_second_factor(username=username, now=wall_now())
    say(f"User {username} binds a new second factor at the next sign-in.")
