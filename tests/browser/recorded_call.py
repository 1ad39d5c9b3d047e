"""A call with a recording at a browser's site, told step by step as a telephone system tells it.

Run inside the site (`recorded_call_at`), since its desk is another process's: prints the borrower's ref.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import wave
from pathlib import Path
from uuid import UUID

from django.db.models import Q

from browser.site import Site
from forbear.contact.calls import CallEvent, LineEvent
from forbear_server.selectors.actors import find_actor_by_name
from forbear_server.selectors.lenders import find_lender
from forbear_server.services.calls import CallAsked, begin_call, record_line_event
from forbear_server.services.recordings import keep_recording
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import Call, WorklistItem
from forbear_server.ui.clock import business_now

PROVIDER = "told"
STEPS = (LineEvent.RINGING, LineEvent.ANSWERED, LineEvent.RECORDING, LineEvent.ENDED)


def recorded_call_at(site: Site) -> str:
    """Make it at the site; the ref of the borrower who was called."""
    code = "import django; django.setup(); import browser.recorded_call as made; made.main()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={
            **site.environment,
            "DJANGO_SETTINGS_MODULE": "forbear_server.settings",
            "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), *sys.path]),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout.split()[-1]


def main() -> None:
    lender = find_lender("qinghe")
    with lender_scope(lender.lender_id):
        lead = find_actor_by_name("lead")
        items = WorklistItem.objects.filter(Q(assigned_to__isnull=True), verdict="allowed")
        ref = items.order_by("-rank").values_list("borrower__ref", flat=True)[0]
        asked = CallAsked(
            borrower_ref=ref,
            provider=PROVIDER,
            collector_line="lead",
            can_record=True,
            idempotency_key="a call that is told",
        )
        now = business_now()
        call = begin_call(actor=lead, asked=asked, now=now).call_id
        Call.objects.filter(pk=call).update(provider_call_id=str(call))
        for step in STEPS:
            record_line_event(
                lender_id=lender.lender_id, provider=PROVIDER, event=_event(call, step), now=now
            )
        with tempfile.TemporaryDirectory() as folder:
            sound = _quarter_second(Path(folder) / "sound.wav")
            kept = _event(call, LineEvent.RECORDED, path=str(sound))
            keep_recording(lender=lender, provider=PROVIDER, event=kept, now=now)
    sys.stdout.write(f"{ref}\n")


def _event(call: UUID, kind: LineEvent, *, path: str = "") -> CallEvent:
    return CallEvent(f"{call}:{kind.value}", str(call), kind, business_now(), "", path)


def _quarter_second(path: Path) -> Path:
    """A quarter of a second of silence at 8 kHz."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(2 * 2000))
    return path
