"""`forbear tokens`: sign programs in to the API."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from forbear_server.cli.desk import open_desk
from forbear_server.cli.presenting import refusing, say, show_records
from forbear_server.selectors.api_tokens import list_tokens
from forbear_server.selectors.lenders import LenderUnknown, find_lender
from forbear_server.services.api_tokens import USUAL_DAYS, TokenRefused, add_token, revoke_token
from forbear_server.ui.clock import wall_now

app = typer.Typer(no_args_is_help=True, help="Tokens that sign programs in to the API.")


@app.command()
def add(
    username: Annotated[str, typer.Argument(help="The account whose role the program has.")],
    name: Annotated[str, typer.Option(help="What the token is for.")],
    days: Annotated[int, typer.Option(min=1, max=366, help="Days until it ends.")] = USUAL_DAYS,
) -> None:
    """Make a token; its text is shown once and cannot be shown again.

    Example: forbear tokens add qinghe.collector1 --name dialler
    """
    open_desk()
    with refusing(TokenRefused):
        typer.echo(add_token(username=username, name=name, days=days, now=wall_now()))


@app.command("list")
def list_(
    lender: Annotated[str, typer.Argument(help="Lender's code.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List a lender's tokens, without their text.

    Example: forbear tokens list qinghe
    """
    open_desk()
    with refusing(LenderUnknown):
        rows = list_tokens(find_lender(lender).lender_id)
    show_records([asdict(row) for row in rows], as_json=as_json, title="Tokens")


@app.command()
def revoke(
    lender: Annotated[str, typer.Argument(help="Lender's code.")],
    name: Annotated[str, typer.Argument(help="The token's name.")],
) -> None:
    """Take a token back: from now on it signs nobody in.

    Example: forbear tokens revoke qinghe dialler
    """
    open_desk()
    with refusing(LenderUnknown, TokenRefused):
        revoke_token(lender_id=find_lender(lender).lender_id, name=name, now=wall_now())
    say(f"Token {name} is taken back.")
