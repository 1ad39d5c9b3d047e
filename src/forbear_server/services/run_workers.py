"""Ask for a nightly run from a page: the answer comes at once, a process of its own does the work.

The process is the same `forbear nightly` a person would type, so a run started here and one started
there are one and the same.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from forbear_server.selectors.actors import Actor
from forbear_server.services.evidence import append_evidence
from forbear_server.services.runs import RunBusy
from forbear_server.store import run_locks
from forbear_server.store.models import Run


class RunFinished(RuntimeError):
    """The day's run is finished; there is nothing to go on with."""

    code = "run_finished"


@transaction.atomic
def request_run(*, actor: Actor, business_date: date, now: datetime) -> None:
    """Start the day's run or let it go on. Raises `RunBusy` or `RunFinished`, and records that."""
    if run_locks.is_held(actor.lender_id):
        raise RunBusy("A nightly run of this lender is in progress.")
    if Run.objects.filter(business_date=business_date, state=Run.State.FINISHED).exists():
        raise RunFinished(f"The run of {business_date} is finished.")
    append_evidence(
        "run.requested",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        about=f"run:{business_date}",
    )
    transaction.on_commit(lambda: _start_worker(actor.lender_code, business_date))


@transaction.atomic
def record_run_refused(*, actor: Actor, business_date: date, code: str, now: datetime) -> None:
    append_evidence(
        "run.refused",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        about=f"run:{business_date}",
        body={"code": code},
    )


def _start_worker(lender_code: str, business_date: date) -> None:
    logs = Path(settings.DATA_DIR) / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    with (logs / f"nightly-{lender_code}-{business_date}.log").open("ab") as log:
        subprocess.Popen(
            [
                *(sys.executable, "-m", "forbear_server.cli.main", "nightly"),
                *("--lender", lender_code, "--business-date", business_date.isoformat()),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
