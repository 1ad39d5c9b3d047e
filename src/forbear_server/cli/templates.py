"""`forbear templates`: the desk's message templates, written, submitted and approved by two people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from forbear.primitives.errors import RequestRefused
from forbear_server.cli.asking import asking
from forbear_server.cli.presenting import refusing, say, show_records
from forbear_server.selectors.access import Screen
from forbear_server.selectors.templates import TemplateRow, find_template, list_templates
from forbear_server.services.evidence import Recorded
from forbear_server.services.template_files import read_drafts
from forbear_server.services.templates import (
    TemplateUnknown,
    approve_template,
    draft_template,
    retire_template,
    return_template,
    submit_template,
)
from forbear_server.ui.clock import business_now

app = typer.Typer(no_args_is_help=True, help="Message templates of the desk, from draft to use.")
As = Annotated[
    str, typer.Option("--as", help="Your account: what you do is recorded under its name.")
]
Template = Annotated[str, typer.Argument(help="A template as NAME/LANGUAGE/VERSION, or its id.")]
Note = Annotated[str, typer.Option(help="Why; it is recorded.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


@app.command("list")
def list_(account: As, as_json: AsJson = False) -> None:
    """Every version with its state and use.

    Example: forbear templates list --as strategist
    """
    with refusing(RequestRefused), asking(account, Screen.TEMPLATES):
        rows = [_told(row) for row in list_templates()]
    show_records(rows, as_json=as_json, title="Templates")


@app.command()
def add(
    file: Annotated[Path, typer.Argument(help="YAML: one template, or a list under `templates`.")],
    account: As,
    as_json: AsJson = False,
) -> None:
    """Keep templates as drafts; a changed text is the next version of its name.

    Example: forbear templates add first-help.yaml --as strategist
    """
    with refusing(RequestRefused), asking(account, Screen.TEMPLATES) as actor:
        drafts = read_drafts(file.read_text(encoding="utf-8"))
        now = business_now()
        made = [draft_template(actor=actor, draft=draft, now=now) for draft in drafts]
        rows = [_told(row) for row in _rows(made)]
    show_records(rows, as_json=as_json, title="Kept")


@app.command()
def submit(template: Template, account: As, as_json: AsJson = False) -> None:
    """Ask compliance for approval; a text that fails a required check is refused.

    Example: forbear templates submit 首次关怀/zh-Hans/1 --as strategist
    """
    with refusing(RequestRefused), asking(account, Screen.TEMPLATES) as actor:
        uuid = _uuid(template)
        done = submit_template(actor=actor, template_uuid=uuid, now=business_now())
        _say(done, "submitted", uuid, as_json)


@app.command()
def approve(template: Template, account: As, note: Note = "", as_json: AsJson = False) -> None:
    """Let a submitted text reach people, in place of the version before; nobody approves their own.

    Example: forbear templates approve 首次关怀/zh-Hans/1 --as compliance --note "plain and true"
    """
    with refusing(RequestRefused), asking(account, Screen.TEMPLATES) as actor:
        uuid = _uuid(template)
        done = approve_template(actor=actor, template_uuid=uuid, note=note, now=business_now())
        _say(done, "approved", uuid, as_json)


@app.command("return")
def return_(template: Template, account: As, note: Note, as_json: AsJson = False) -> None:
    """Send a submitted text back with the reason.

    Example: forbear templates return 首次关怀/zh-Hans/1 --as compliance --note "name the loan"
    """
    with refusing(RequestRefused), asking(account, Screen.TEMPLATES) as actor:
        uuid = _uuid(template)
        done = return_template(actor=actor, template_uuid=uuid, note=note, now=business_now())
        _say(done, "returned", uuid, as_json)


@app.command()
def retire(template: Template, account: As, note: Note, as_json: AsJson = False) -> None:
    """Take an approved text out of use, or drop a draft.

    Example: forbear templates retire 首次关怀/zh-Hans/1 --as compliance --note "phone has changed"
    """
    with refusing(RequestRefused), asking(account, Screen.TEMPLATES) as actor:
        uuid = _uuid(template)
        done = retire_template(actor=actor, template_uuid=uuid, note=note, now=business_now())
        _say(done, "retired", uuid, as_json)


def _say(done: Recorded, deed: str, uuid: UUID, as_json: bool) -> None:
    if as_json:
        told = {**_told(_rows([uuid])[0]), "evidence": done.entry_id}
        show_records([told], as_json=True, title="")
        return
    say(f"{deed.capitalize()}. Recorded as E-{done.number} ({done.entry_id}).")


def _rows(made: list[UUID]) -> list[TemplateRow]:
    return [found.row for one in made if (found := find_template(one)) is not None]


def _told(row: TemplateRow) -> dict[str, object]:
    return {
        "template": row.label,
        "channel": row.channel,
        "purpose": row.purpose,
        "tone": row.tone,
        "state": row.state,
        "sent": row.use.sent,
        "stopped": row.use.stopped,
        "complained": row.use.complained,
        "added_by": row.added_by,
        "decided_by": row.decided_by,
        "sha256": row.digest[:12],
        "id": str(row.uuid),
    }


def _uuid(template: str) -> UUID:
    for row in list_templates():
        if template in {row.label, str(row.uuid)}:
            return row.uuid
    raise TemplateUnknown(f"There is no template {template}. See `forbear templates list`.")
