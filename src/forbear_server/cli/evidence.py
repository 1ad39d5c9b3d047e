"""`forbear evidence`: check a log, a proof file, or hand somebody the means to check them."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from forbear.evidence.audit_reports import AuditReport
from forbear.evidence.auditing import audit_log
from forbear.evidence.errors import KeyRefused, NoteMalformed, ProofError
from forbear.evidence.hashing import leaf_hashes, parent_hashes
from forbear.evidence.policies import Policy
from forbear.evidence.single_file import single_file_verifier
from forbear.evidence.tlog_proofs import ProvenEntry, verify_tlog_proof
from forbear_server.cli.presenting import refusing, say, show_records

app = typer.Typer(no_args_is_help=True, help="The tamper-evident log: check it, prove from it.")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Keys = Annotated[list[str], typer.Option("--key", help="Verifier key of the log; may be repeated.")]
Origin = Annotated[
    str | None, typer.Option(help="The log's origin, where its key has another name.")
]
# Progress goes beside the answer, so that an answer can be piped on.
PROGRESS = Console(stderr=True)


@app.command()
def audit(
    directory: Annotated[Path, typer.Argument(help="Folder with `checkpoint` and `tile`.")],
    key: Keys,
    checkpoint: Annotated[
        Path | None, typer.Option(help="A checkpoint kept elsewhere, instead of DIR/checkpoint.")
    ] = None,
    origin: Origin = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = os.cpu_count() or 1,
    max_faults: Annotated[int, typer.Option(min=1, help="Faults shown; all are counted.")] = 1000,
    as_json: AsJson = False,
) -> None:
    """Check a whole log: every entry, tile and partial file; exit 1 if anything is wrong.

    Reads any log in the form of C2SP tlog-tiles, also one written by others. Needs no database
    and no network. Each fault names its file and the place in it.

    Example: forbear evidence audit var/demo/log --key example.com/log+33d7b496+AeHTu4Q3…
    """
    with refusing(KeyRefused, NoteMalformed), _bar() as bar:
        task = bar.add_task("entries", total=None)
        report = audit_log(
            directory,
            verifier_keys=dict.fromkeys(key),
            checkpoint=None if checkpoint is None else _text(checkpoint),
            origin=origin,
            leaf_hashes=leaf_hashes,
            parent_hashes=parent_hashes,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
            workers=workers,
            max_faults=max_faults,
        )
    if as_json:
        typer.echo(json.dumps(_told(report), ensure_ascii=False, indent=2))
    else:
        _show(report)
    raise typer.Exit(0 if report.is_clean else 1)


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="A proof file, .tlog-proof.")],
    key: Annotated[
        list[str] | None, typer.Option("--key", help="Verifier key of the log; may be repeated.")
    ] = None,
    policy: Annotated[
        Path | None, typer.Option(help="Trust policy: logs, witnesses and their quorum.")
    ] = None,
    entry: Annotated[
        Path | None, typer.Option(help="The entry, if the file does not carry it.")
    ] = None,
    origin: Origin = None,
    as_json: AsJson = False,
) -> None:
    """Check a proof file: is this entry in the log that signed; exit 1 if it is not shown.

    Needs no database and no network: only the file and the log's key, or a policy that names
    logs and witnesses.

    Example: forbear evidence verify entry-17.tlog-proof --key example.com/log+33d7b496+AeHTu4Q3…
    """
    if not key and policy is None:
        raise typer.BadParameter("Give --key or --policy: without one nothing can be believed.")
    with refusing(ProofError):
        try:
            proven = verify_tlog_proof(
                _text(file),
                verifier_keys=dict.fromkeys(key or []),
                policy=None if policy is None else Policy.parse(policy.read_bytes()),
                entry=None if entry is None else entry.read_bytes(),
                origin=origin,
            )
        except ProofError as refused:
            if as_json:
                typer.echo(json.dumps(_refused(refused), ensure_ascii=False, indent=2))
            raise
    if as_json:
        typer.echo(json.dumps(_proven(proven), ensure_ascii=False, indent=2))
        return
    say(
        f"Verified: entry {proven.index} is in the log {proven.checkpoint.origin} of "
        f"{proven.checkpoint.size:,} entries, root {proven.checkpoint.root.hex()}."
    )
    for signer in proven.signers:
        at = "" if signer.signed_at is None else f", at {signer.signed_at} (POSIX seconds)"
        say(f"Signed by {signer.name}+{signer.key_id}{at}.")
    say(proven.entry.decode("utf-8", "backslashreplace"))


@app.command("export-verifier")
def export_verifier(
    file: Annotated[
        Path | None, typer.Argument(help="File to write; without one the text is printed.")
    ] = None,
) -> None:
    """Write the verifier as one Python file that needs only the `cryptography` library.

    For a regulator, a court or a borrower: it checks proofs, whole logs and signed notes without
    anything of this product. The same version always gives the same bytes.

    Example: forbear evidence export-verifier forbear_verify.py
    """
    text = single_file_verifier()
    if file is None:
        typer.echo(text, nl=False)
        return
    with refusing():
        file.write_text(text, encoding="utf-8", newline="\n")
    say(f"Written to {file}. Try: python {file} --help")


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=PROGRESS,
        transient=True,
    )


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode()
    except UnicodeDecodeError:
        raise NoteMalformed(
            f"{file} is not UTF-8 text: it was damaged, or is another file."
        ) from None


def _show(report: AuditReport) -> None:
    if report.faults:
        found = [
            {
                "file": one.path,
                "fault": one.kind.value,
                "entry": one.entry_index,
                "told": one.message,
            }
            for one in report.faults
        ]
        show_records(found, as_json=False, title=f"{report.fault_count:,} faults")
    head = report.checkpoint
    if head is not None:
        say(f"Log {head.origin}, size {head.size:,}, root {head.root.hex()}.")
    for signer in report.signers:
        say(f"Signed by {signer.name}+{signer.key_id}.")
    say(f"Read {report.entries:,} entries in {report.files:,} files: {_verdict(report)}")
    if report.beyond:
        say(f"{report.beyond:,} files lie past this checkpoint; they were not judged.")
    if report.strangers:
        say(f"{len(report.strangers)} files belong to no log: {', '.join(report.strangers[:5])}.")


def _verdict(report: AuditReport) -> str:
    if report.is_clean:
        return "nothing was changed."
    if not report.is_complete:
        return f"{report.fault_count:,} faults, and the rest was not looked at."
    return f"{report.fault_count:,} faults."


def _told(report: AuditReport) -> dict[str, Any]:
    head = report.checkpoint
    return {
        "clean": report.is_clean,
        "complete": report.is_complete,
        "origin": None if head is None else head.origin,
        "size": None if head is None else head.size,
        "root": None if head is None else head.root.hex(),
        "signers": [asdict(one) for one in report.signers],
        "entries": report.entries,
        "files": report.files,
        "files_past_the_checkpoint": report.beyond,
        "files_of_no_log": list(report.strangers),
        "fault_count": report.fault_count,
        "faults": [asdict(one) for one in report.faults],
    }


def _refused(refused: ProofError) -> dict[str, Any]:
    return {"verified": False, "code": refused.code, "message": str(refused)}


def _proven(proven: ProvenEntry) -> dict[str, Any]:
    return {
        "verified": True,
        "index": proven.index,
        "origin": proven.checkpoint.origin,
        "size": proven.checkpoint.size,
        "root": proven.checkpoint.root.hex(),
        "signers": [asdict(one) for one in proven.signers],
        "entry": proven.entry.decode("utf-8", "backslashreplace"),
    }
