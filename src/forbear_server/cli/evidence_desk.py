"""`forbear evidence`, the part that needs the desk: prove, replay, bundle, hold, erase, check-desk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from forbear.evidence.commitments import CommitmentBroken, FieldsClosed
from forbear.evidence.errors import ProofError
from forbear.evidence.log_errors import LogError
from forbear.evidence.reading import TileReader
from forbear.primitives.errors import RequestRefused
from forbear_server.cli.asking import WhoIsAsking, asking
from forbear_server.cli.desk import open_desk
from forbear_server.cli.evidence import PROGRESS, AsJson, app
from forbear_server.cli.presenting import refusing, say, show_records
from forbear_server.selectors.access import Level, Screen, access_level
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.desk_checks import check_desk, check_log_rows
from forbear_server.selectors.evidence import EvidenceLine, find_entry
from forbear_server.selectors.lenders import list_lenders
from forbear_server.selectors.log_proofs import (
    LogUnreadable,
    NotSealedYet,
    log_proof,
    published_head,
)
from forbear_server.selectors.permit_checks import DeskFault
from forbear_server.selectors.rulebook_archives import VersionUnknown
from forbear_server.services.erasure import erase_person, hold_records, release_records
from forbear_server.services.evidence_access import record_evidence_exported, replay_decision
from forbear_server.services.evidence_bundles import bundle_person
from forbear_server.services.log_sequencing import LogContradictsDesk, wait_until_sealed
from forbear_server.store.lender_scope import house_scope, lender_scope
from forbear_server.store.log_files import log_folder, verifier_key
from forbear_server.ui.clock import business_now, wall_now

EntryId = Annotated[
    str, typer.Argument(help="An entry's id, or its number as pages show it: E-17.")
]
Person = Annotated[str, typer.Argument(help="The lender's id of the borrower.")]
As = Annotated[
    str, typer.Option("--as", help="Your account: what you do is recorded under its name.")
]
_KNOWN = (
    *(RequestRefused, LogUnreadable, NotSealedYet, LogContradictsDesk, LogError, ProofError),
    *(FieldsClosed, CommitmentBroken, VersionUnknown),
)


@app.command()
def prove(
    entry: EntryId,
    account: As,
    out: Annotated[Path | None, typer.Option(help="File to write; else to the terminal.")] = None,
) -> None:
    """Write the proof file of one entry: entry, inclusion proof, signed checkpoint.

    Anybody checks it offline: forbear evidence verify FILE --key "$(forbear log key)"

    Example: forbear evidence prove E-17 --as compliance --out e17.tlog-proof
    """
    with refusing(*_KNOWN), _asking(account) as actor:
        line = _line(actor, entry)
        wait_until_sealed({line.entry_id}, now=wall_now())
        made = log_proof(line.entry_id)
        record_evidence_exported(
            actor=actor, entries={"entry": line.entry_id.hex}, now=business_now(), person=""
        )
        if out is None:
            typer.echo(made.text, nl=False)
            return
        out.write_text(made.text, encoding="utf-8")
    say(f"{out}: entry {made.index} of {made.head.checkpoint.size}, {len(made.text)} bytes")


@app.command()
def replay(entry: EntryId, account: As, as_json: AsJson = False) -> None:
    """Make a recorded decision again: same facts, same law books, same verdict; exit 1 if not.

    Example: forbear evidence replay E-17 --as compliance
    """
    with refusing(*_KNOWN), _asking(account, writes=True) as actor:
        made = replay_decision(actor=actor, line=_line(actor, entry), now=business_now())
    told = {
        "agrees": made.replay.agrees,
        "rulebooks": made.rulebooks,
        "recorded": made.replay.recorded.decode(),
        "repeated": made.replay.repeated.decode(),
        "today": json.dumps(made.today, ensure_ascii=False),
        "today_rulebooks": made.today_rulebooks,
    }
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        say("一致 same bytes" if made.replay.agrees else "不一致 DIFFERENT")
        for name, value in told.items():
            say(f"{name}: {value}")
    raise typer.Exit(0 if made.replay.agrees else 1)


@app.command()
def bundle(
    person: Person,
    account: As,
    reason: Annotated[str, typer.Option(help="Why; it is recorded.")],
    out: Annotated[Path, typer.Option(help="The ZIP file to write.")],
) -> None:
    """Everything about one person with proofs and a verifier, for the person or a court.

    Example: forbear evidence bundle B-100131 --as compliance --reason "asked for it" --out b.zip
    """
    with refusing(*_KNOWN), _asking(account, writes=True) as actor:
        made, entries = bundle_person(
            actor=actor,
            borrower_ref=person,
            reason=reason,
            now=business_now(),
            sealed_at=wall_now(),
        )
        out.write_bytes(made)
    say(
        f"{out}: {entries} entries, {len(made):,} bytes. It holds personal data: hand it to them only."
    )
    say("Check it: unzip it, then, in one line:")
    typer.echo(f"python forbear_verify.py bundle {out.name} --key {verifier_key()}")


@app.command()
def erase(
    person: Person,
    account: As,
    reason: Annotated[str, typer.Option(help="Why; it is recorded.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,
) -> None:
    """Destroy a person's key: nobody can open what the log holds of them any more. No way back.

    Refused, with the law, while a loan is open or a duty to keep stands.

    Example: forbear evidence erase B-100131 --as compliance --reason "request of 2026-11-20"
    """
    with refusing(*_KNOWN), _asking(account, writes=True) as actor:
        if not yes:
            typer.confirm(f"Erase {person} for good?", abort=True)
        done = erase_person(actor=actor, borrower_ref=person, reason=reason, now=business_now())
    say(f"{person} is erased. Recorded as E-{done.number} ({done.entry_id}).")


@app.command()
def hold(
    person: Person,
    account: As,
    citation: Annotated[str, typer.Option(help="The law the duty to keep rests on.")],
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])] = None,
    release: Annotated[bool, typer.Option("--release", help="Take the duty back.")] = False,
) -> None:
    """Place a duty to keep a person's records, or release it: they cannot be erased meanwhile.

    Example: forbear evidence hold B-100131 --as compliance --citation "民事诉讼法 第六十七条"
    """
    with refusing(*_KNOWN), _asking(account, writes=True) as actor:
        if release:
            done = release_records(
                actor=actor, borrower_ref=person, citation=citation, now=business_now()
            )
        else:
            done = hold_records(
                actor=actor,
                borrower_ref=person,
                citation=citation,
                kept_until=until.date() if until else None,
                now=business_now(),
            )
    say(f"Recorded as E-{done.number} ({done.entry_id}).")


@app.command("check-desk")
def check_desk_(as_json: AsJson = False) -> None:
    """Hold every row of the desk against the log; exit 1 naming each row that says something else.

    Example: forbear evidence check-desk
    """
    open_desk()
    faults: list[DeskFault] = []
    counted = {}
    with refusing(*_KNOWN), PROGRESS.status("checking …"):
        head = published_head()
        size = head.checkpoint.size if head else 0
        leaves, found = check_log_rows(published=TileReader.of_directory(log_folder()), size=size)
        faults += found
        with house_scope():
            counted["the house"], found = check_desk(lender_id=None, issuer="")
            faults += found
        for lender in list_lenders():
            with lender_scope(lender.lender_id):
                counted[lender.code], found = check_desk(
                    lender_id=lender.lender_id, issuer=lender.code
                )
                faults += found
    told = [{"place": fault.place, "what": fault.message} for fault in faults]
    if as_json:
        whole = {"leaves": leaves, "published": size, "entries": counted, "faults": told}
        typer.echo(json.dumps(whole, ensure_ascii=False, indent=2))
    else:
        if told:
            show_records(told, as_json=False, title="Faults")
        say(f"{leaves} places, {size} published, entries {counted}: {len(told)} faults")
    raise typer.Exit(1 if told else 0)


@contextmanager
def _asking(account: str, *, writes: bool = False) -> Iterator[Actor]:
    """Who asks about the evidence; only compliance opens, bundles and erases."""
    with asking(account, Screen.EVIDENCE) as found:
        if writes and access_level(found, Screen.EVIDENCE) is not Level.FULL:
            raise WhoIsAsking(f"The role {found.role} may not do this; compliance may.")
        yield found


def _line(actor: Actor, entry: str) -> EvidenceLine:
    line = find_entry(actor, entry)
    if line is None:
        raise WhoIsAsking(f"There is no entry {entry}, or it is not yours to see.")
    return line
