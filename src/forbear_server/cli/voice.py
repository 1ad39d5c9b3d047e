"""`forbear voice`: hold the telephone system, and see how calls stand."""

from __future__ import annotations

import json
import signal
import threading
from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings

from forbear.contact.channels import VOICE
from forbear.primitives.errors import RequestRefused
from forbear_server.cli.asking import asking
from forbear_server.cli.desk import open_desk
from forbear_server.cli.presenting import refusing, say, show_records
from forbear_server.gateways.baresip import TelephonesHeld
from forbear_server.gateways.configured import (
    ChannelsFaulty,
    SenderSettings,
    open_telephones,
    read_channels,
)
from forbear_server.jobs.voice import VoiceLoop, run_voice_loops
from forbear_server.selectors.access import Screen
from forbear_server.selectors.calls import count_calls
from forbear_server.selectors.lenders import LenderUnknown, find_lender
from forbear_server.selectors.telephones import find_telephones
from forbear_server.services.addresses import index_phones
from forbear_server.services.channels import SenderTerms, register_senders
from forbear_server.store.lender_scope import lender_scope
from forbear_server.ui.clock import business_now, wall_now

app = typer.Typer(no_args_is_help=True, help="Calls: the telephone system, and how calls stand.")


@app.command()
def run(
    channels: Annotated[
        Path | None, typer.Option(help="The channels file; FORBEAR_CHANNELS by default.")
    ] = None,
) -> None:
    """Hold the telephone systems of the channels file until Ctrl+C: one such process an installation.

    Without it no call can be placed from the console. Calls that are on when it stops end with it.

    Example: FORBEAR_CHANNELS=channels.yaml forbear voice run
    """
    open_desk()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with refusing(ChannelsFaulty, LenderUnknown, TelephonesHeld):
        loops = [_loop(one, stop) for one in _telephones(channels)]
    say(f"Holding {len(loops)} telephone systems (Ctrl+C stops it)")
    run_voice_loops(loops)


@app.command()
def status(
    account: Annotated[str, typer.Option("--as", help="Account of the desk that asks.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Whether calls can be placed and recorded now, and calls by state. No number, no name.

    Example: forbear voice status --as admin
    """
    with refusing(RequestRefused), asking(account, Screen.CHANNELS):
        found = find_telephones(now=business_now())
        told = {
            "telephones": found.sender if found else "",
            "can_record": found is not None and found.can_record,
            **count_calls(),
        }
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    show_records([told], as_json=False, title="Calls")


def _telephones(channels: Path | None) -> list[SenderSettings]:
    path = channels or (Path(settings.CHANNELS_FILE) if settings.CHANNELS_FILE else None)
    if path is None:
        raise ChannelsFaulty(
            "No channels file is named: give --channels FILE or FORBEAR_CHANNELS. "
            "docs/how-to/place-calls.md shows how one is written."
        )
    found = [one for one in read_channels(path) if one.channel in VOICE]
    if not found:
        raise ChannelsFaulty(
            f"{path.name} names no sender of calls: docs/how-to/place-calls.md shows one."
        )
    return found


def _loop(one: SenderSettings, stop: threading.Event) -> VoiceLoop:
    lender = find_lender(one.lender)
    with lender_scope(lender.lender_id):
        terms = SenderTerms(one.channel.value, one.sender, one.gateway, one.rate_per_second)
        ids = register_senders(lender_id=lender.lender_id, terms=[terms])
        index_phones(lender_id=lender.lender_id, now=business_now())
    return VoiceLoop(
        lender=lender,
        sender_id=ids[one.sender],
        provider=open_telephones(one, now=business_now, wall=wall_now),
        clock=business_now,
        stop=stop,
    )
