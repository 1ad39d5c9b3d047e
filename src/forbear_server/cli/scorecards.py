"""`forbear scorecards`: the desk's score cards, added, submitted and approved by two people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from django.conf import settings

from forbear.scoring.errors import ScoringRefused
from forbear_server.cli.asking import WhoIsAsking, asking
from forbear_server.cli.presenting import refusing, say, show_records
from forbear_server.selectors.access import Screen
from forbear_server.selectors.scorecards import ScoreCardRow, list_scorecards
from forbear_server.services.scorecards import (
    add_scorecard,
    approve_scorecard,
    retire_scorecard,
    return_scorecard,
    submit_scorecard,
)
from forbear_server.ui.clock import business_now

app = typer.Typer(no_args_is_help=True, help="Score cards of the desk, from draft to use.")
As = Annotated[
    str, typer.Option("--as", help="Your account: what you do is recorded under its name.")
]
Card = Annotated[str, typer.Argument(help="A card as NAME/VERSION, or its id.")]
Note = Annotated[str, typer.Option(help="Why; it is recorded.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
_KNOWN = (ScoringRefused, WhoIsAsking)


@app.command("list")
def list_(account: As, as_json: AsJson = False) -> None:
    """Every version with its state.

    Example: forbear scorecards list --as strategist
    """
    with refusing(*_KNOWN), asking(account, Screen.SCORECARDS):
        rows = [_told(row) for row in list_scorecards()]
    show_records(rows, as_json=as_json, title="Score cards")


@app.command()
def add(
    file: Annotated[Path, typer.Argument(help="What `forbear scoring fit` wrote.")], account: As
) -> None:
    """Keep a card as a draft.

    Example: forbear scorecards add CARD.json --as strategist
    """
    with refusing(*_KNOWN), asking(account, Screen.SCORECARDS) as actor:
        text = file.read_text(encoding="utf-8")
        made = add_scorecard(actor=actor, text=text, now=business_now())
        say(f"{_named(str(made))} is kept as a draft. Next: forbear scorecards submit {made}")


@app.command()
def submit(card: Card, account: As) -> None:
    """Ask compliance for approval; a card without figures of a later time is refused.

    Example: forbear scorecards submit early-warning/1 --as strategist
    """
    with refusing(*_KNOWN), asking(account, Screen.SCORECARDS) as actor:
        done = submit_scorecard(actor=actor, card_uuid=_uuid(card), now=business_now())
        say(f"Submitted. Recorded as E-{done.number} ({done.entry_id}).")


@app.command()
def approve(
    card: Card,
    account: As,
    part: Annotated[
        str, typer.Option(help="champion (it scores) or challenger (measured beside it).")
    ] = "champion",
    note: Note = "",
) -> None:
    """Let a submitted card score from the next night on; nobody approves their own.

    Example: forbear scorecards approve early-warning/1 --as compliance --note "figures checked"
    """
    with refusing(*_KNOWN), asking(account, Screen.SCORECARDS) as actor:
        done = approve_scorecard(
            actor=actor,
            card_uuid=_uuid(card),
            part=part,
            note=note,
            is_demonstration=bool(settings.DEMO),
            now=business_now(),
        )
        say(f"Approved as {part}. Recorded as E-{done.number} ({done.entry_id}).")


@app.command("return")
def return_(card: Card, account: As, note: Note) -> None:
    """Send a submitted card back with the reason.

    Example: forbear scorecards return early-warning/1 --as compliance --note "too few events"
    """
    with refusing(*_KNOWN), asking(account, Screen.SCORECARDS) as actor:
        done = return_scorecard(actor=actor, card_uuid=_uuid(card), note=note, now=business_now())
        say(f"Returned. Recorded as E-{done.number} ({done.entry_id}).")


@app.command()
def retire(card: Card, account: As, note: Note = "") -> None:
    """Take an approved card out of use.

    Example: forbear scorecards retire early-warning/1 --as compliance --note "drifted"
    """
    with refusing(*_KNOWN), asking(account, Screen.SCORECARDS) as actor:
        done = retire_scorecard(actor=actor, card_uuid=_uuid(card), note=note, now=business_now())
        say(f"Retired. Recorded as E-{done.number} ({done.entry_id}).")


def _told(row: ScoreCardRow) -> dict[str, object]:
    return {
        "card": f"{row.name}/{row.version}",
        "recipe": row.recipe,
        "state": row.state,
        "part": row.part if row.state == "approved" else "",
        "simulated": row.is_simulated,
        "added_by": row.added_by,
        "decided_by": row.decided_by,
        "sha256": row.digest[:12],
        "id": str(row.uuid),
    }


def _uuid(card: str) -> UUID:
    for row in list_scorecards():
        if card in {f"{row.name}/{row.version}", str(row.uuid)}:
            return row.uuid
    raise ScoringRefused(
        "card-unknown", f"There is no score card {card}. See `forbear scorecards list`."
    )


def _named(card: str) -> str:
    row = next(one for one in list_scorecards() if str(one.uuid) == card)
    return f"{row.name}/{row.version}"
