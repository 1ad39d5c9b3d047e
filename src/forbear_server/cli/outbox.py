"""`forbear outbox`: send what was decided, see how it stands, settle what is in doubt."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from django.conf import settings

from forbear import rulebooks
from forbear.contact.channels import VOICE
from forbear.primitives.errors import RequestRefused
from forbear_server.cli.asking import asking
from forbear_server.cli.desk import open_desk
from forbear_server.cli.presenting import refusing, say, show_records
from forbear_server.gateways.configured import (
    ChannelsFaulty,
    SenderSettings,
    open_gateway,
    read_channels,
)
from forbear_server.jobs.outbox import BATCH, OutboxLoop, run_loops
from forbear_server.jobs.statements import read_statement
from forbear_server.selectors.access import Screen
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.addresses import KIND_OF
from forbear_server.selectors.lenders import LenderUnknown, find_lender
from forbear_server.selectors.outbox import OutboxView, find_outbox, find_sender
from forbear_server.services.addresses import index_phones
from forbear_server.services.channels import SenderTerms, register_senders
from forbear_server.services.receipts import resolve_message, settle_by_statement
from forbear_server.store.lender_scope import lender_scope
from forbear_server.ui.clock import BEIJING, business_now, wall_now

app = typer.Typer(no_args_is_help=True, help="Messages on their way out, and what became of them.")
Account = Annotated[str, typer.Option("--as", help="Account of the desk that asks.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def run(
    channels: Annotated[
        Path | None, typer.Option(help="The channels file; FORBEAR_CHANNELS by default.")
    ] = None,
    processes: Annotated[int, typer.Option(min=1, max=32, help="Worker processes.")] = 1,
    lease: Annotated[
        int, typer.Option(min=2, max=600, help="Seconds after which a silent worker is given up.")
    ] = 60,
) -> None:
    """Send from the outbox until Ctrl+C; as many of these may run as you like, on any machine.

    Killed at any instant it loses nothing and sends nothing twice: what it was sending is in doubt
    until the channel's receipt says more.

    Examples:

    FORBEAR_CHANNELS=channels.yaml forbear outbox run

    forbear outbox run --channels channels.yaml --processes 2
    """
    open_desk()
    with refusing(ChannelsFaulty, LenderUnknown):
        senders = _senders(channels)
    if processes > 1:
        _run_processes(channels, processes, lease)
        return
    _run(senders, lease)


@app.command()
def drain(
    channels: Annotated[
        Path | None, typer.Option(help="The channels file; FORBEAR_CHANNELS by default.")
    ] = None,
    seconds: Annotated[
        int, typer.Option(min=1, help="Give up after so long although something still waits.")
    ] = 600,
    as_json: AsJson = False,
) -> None:
    """Send what is due now, hear what comes back, then stop.

    Example: forbear outbox drain --seconds 60
    """
    open_desk()
    with refusing(ChannelsFaulty, LenderUnknown):
        loops = _loops(_senders(channels), threading.Event(), 60)
    until = business_now() + timedelta(seconds=seconds)
    for loop in loops:
        with lender_scope(loop.lender.lender_id):
            _drain(loop, until)
        loop.gateway.close()
    counts = [{"sender": loop.gateway.sender, **loop.counts} for loop in loops]
    show_records(counts, as_json=as_json, title="Drained")


@app.command()
def status(account: Account, as_json: AsJson = False) -> None:
    """Channels, counts by state, and what is in doubt or dead. Ids only, never text or number.

    Example: forbear outbox status --as admin
    """
    with refusing(RequestRefused), asking(account, Screen.CHANNELS) as actor:
        view = find_outbox(actor, now=business_now())
    if as_json:
        typer.echo(json.dumps(asdict(view), ensure_ascii=False, default=str, indent=2))
        return
    show_records([_card(view, n) for n in range(len(view.cards))], as_json=False, title="Channels")
    show_records([view.counts], as_json=False, title="Outbox")
    say(f"{view.delivered} delivered, {view.undelivered} not delivered, {view.unmatched_receipts} "
        "receipts fit no message.")  # fmt: skip
    for title, rows in (("In doubt", view.in_doubt), ("Dead", view.dead)):
        if rows:
            show_records([asdict(one) for one in rows], as_json=False, title=title)


@app.command()
def resolve(
    account: Account,
    message: Annotated[UUID | None, typer.Argument(help="The id of one message in doubt.")] = None,
    was_taken: Annotated[
        bool | None,
        typer.Option("--taken/--never-taken", help="What the channel answered about it."),
    ] = None,
    reason: Annotated[str, typer.Option(help="How you know: kept as evidence.")] = "",
    statement: Annotated[
        Path | None, typer.Option(help="The channel's own list of what it took (JSON lines, CSV).")
    ] = None,
    sender: Annotated[str, typer.Option(help="Whose statement it is.")] = "",
    complete_until: Annotated[
        datetime | None,
        typer.Option(help="Everything taken before this moment is on the list; now by default."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Settle what is in doubt: one message by your word, or all of a sender by its statement.

    Nothing is sent again. What the channel never took is dead; write a new message if it is still
    wanted, and the gate is asked anew.

    Examples:

    forbear outbox resolve 0f8c…  --never-taken --reason "operator, call 4711" --as admin

    forbear outbox resolve --statement taken.csv --sender 10690000 --as admin
    """
    with refusing(RequestRefused), asking(account, Screen.CHANNELS) as actor:
        if statement is not None:
            _settle(actor, statement, sender, complete_until, as_json=as_json)
            return
        if message is None or was_taken is None:
            raise RequestRefused("Name a message and --taken or --never-taken, or a --statement.")
        resolve_message(
            actor=actor,
            message_id=message,
            was_taken=was_taken,
            reason=reason,
            now=business_now(),
        )
    say("Settled; see it with `forbear outbox status`.")


def _settle(
    actor: Actor, statement: Path, sender: str, until: datetime | None, *, as_json: bool
) -> None:
    sender_id = find_sender(sender)
    if sender_id is None:
        raise RequestRefused(f"No sender {sender!r} is known: see `forbear outbox status`.")
    taken, never = settle_by_statement(
        actor=actor,
        sender_id=sender_id,
        lines=read_statement(statement),
        complete_until=business_now() if until is None else _with_zone(until),
        now=business_now(),
    )
    told = {"taken": taken, "never_taken": never}
    if as_json:
        typer.echo(json.dumps(told))
    else:
        show_records([told], as_json=False, title="Settled")


def _with_zone(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)


def _card(view: OutboxView, number: int) -> dict[str, object]:
    card = asdict(view.cards[number])
    counts = card.pop("counts")
    shown = {name: card[name] for name in ("channel", "sender", "gateway", "state", "waiting")}
    return {**shown, "rate/s": card["rate_milli"] / 1000, "sent/min": card["sent_last_minute"],
            **{state: counts[state] for state in ("done", "in_doubt", "dead", "cancelled")}}  # fmt: skip


def _senders(channels: Path | None) -> tuple[SenderSettings, ...]:
    path = channels or (Path(settings.CHANNELS_FILE) if settings.CHANNELS_FILE else None)
    if path is None:
        raise ChannelsFaulty(
            "No channels file is named: give --channels FILE or FORBEAR_CHANNELS. "
            "docs/how-to/connect-channels.md shows how one is written."
        )
    return read_channels(path)


def _loops(
    senders: tuple[SenderSettings, ...], stop: threading.Event, lease: int
) -> list[OutboxLoop]:
    rulebooks.version()  # read the law before the first message waits for it
    loops = []
    for one in senders:
        if one.channel in VOICE:
            continue  # calls are placed by a person, not by the outbox
        lender = find_lender(one.lender)
        with lender_scope(lender.lender_id):
            ids = register_senders(
                lender_id=lender.lender_id,
                terms=[
                    SenderTerms(one.channel.value, one.sender, one.gateway, one.rate_per_second)
                ],
            )
            index_phones(lender_id=lender.lender_id, now=business_now())
        loops.append(
            OutboxLoop(
                lender=lender,
                sender_id=ids[one.sender],
                address_kind=KIND_OF[one.channel],
                gateway=open_gateway(one, now=business_now, wall=wall_now),
                clock=business_now,
                stop=stop,
                lease=timedelta(seconds=lease),
                # Where messages go one by one, the permit is asked about one by one.
                batch=BATCH if one.gateway == "smpp" else 1,
            )
        )
    return loops


def _run(senders: tuple[SenderSettings, ...], lease: int) -> None:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    loops = _loops(senders, stop, lease)
    say(f"Sending for {len(loops)} senders (Ctrl+C stops it)")
    run_loops(loops)


def _run_processes(channels: Path | None, processes: int, lease: int) -> None:
    """The same command several times; what they share is the desk."""
    told = [sys.executable, "-m", "forbear_server.cli", "outbox", "run", "--lease", str(lease)]
    if channels is not None:
        told += ["--channels", str(channels)]
    workers = [subprocess.Popen(told) for _ in range(processes)]

    def end(*_: object) -> None:
        for worker in workers:
            worker.terminate()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    for worker in workers:
        worker.wait()


def _drain(loop: OutboxLoop, until: datetime) -> None:
    quiet = 0
    while quiet < 20 and loop.clock() < until:
        quiet = 0 if loop.step() else quiet + 1
        if quiet:
            loop.stop.wait(0.05)
