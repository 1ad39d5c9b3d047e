"""`forbear lenders`: the lenders of this installation."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from forbear.compliance.citations import Strength
from forbear.primitives.errors import RequestRefused
from forbear_server.cli.desk import open_desk
from forbear_server.cli.presenting import refusing, say, show_records
from forbear_server.selectors.lenders import LenderUnknown, find_lender, list_lenders
from forbear_server.services.lenders import register_lender, set_lender_rules
from forbear_server.ui.clock import wall_now

app = typer.Typer(no_args_is_help=True, help="Lenders whose loans this installation looks after.")


@app.command()
def add(
    code: Annotated[str, typer.Argument(help="Short code, small letters: qinghe")],
    name_zh: Annotated[str, typer.Option(help="Name shown in Chinese.")],
    name_en: Annotated[str, typer.Option(help="Name shown in English.")],
    kind: Annotated[
        str, typer.Option(help="consumer_finance, bank or microloan.")
    ] = "consumer_finance",
    currency: Annotated[str, typer.Option(help="ISO 4217 code.")] = "CNY",
    time_zone: Annotated[str, typer.Option(help="IANA name.")] = "Asia/Shanghai",
) -> None:
    """Register a lender; repeating it changes nothing.

    Example: forbear lenders add qinghe --name-zh 青禾消费金融 --name-en "Qinghe Consumer Finance"
    """
    open_desk()
    register_lender(
        code=code,
        name_zh=name_zh,
        name_en=name_en,
        kind=kind,
        currency=currency,
        time_zone=time_zone,
        now=wall_now(),
    )
    say(f"Lender {code} is registered.")


@app.command("set-rules")
def set_rules(
    code: Annotated[str, typer.Argument(help="The lender's code.")],
    jurisdiction: Annotated[str, typer.Option(help="CN, US, US-MA, IN …")] = "CN",
    member_of: Annotated[
        list[str] | None,
        typer.Option(help="Body whose self-regulation binds it (cba, nifa); may be repeated."),
    ] = None,
    advise: Annotated[
        list[Strength] | None,
        typer.Option(help="Strength that advises instead of binds; 严禁 and 不得 always bind."),
    ] = None,
) -> None:
    """Say under which law a lender stands and which soft rules merely advise.

    Without --member-of its kind's usual memberships hold; without --advise every rule binds.

    Example: forbear lenders set-rules qinghe --member-of cba --advise not_advisable
    """
    open_desk()
    with refusing(RequestRefused, LenderUnknown):
        set_lender_rules(
            code=find_lender(code).code,
            jurisdiction=jurisdiction,
            memberships=tuple(member_of) if member_of else None,
            advisory_strengths=tuple(advise or ()),
            now=wall_now(),
        )
    say(f"Rules of lender {code} are set.")


@app.command("list")
def list_(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the lenders.

    Example: forbear lenders list --json
    """
    open_desk()
    show_records([asdict(row) for row in list_lenders()], as_json=as_json, title="Lenders")
