"""The desk's record of a nightly run: begun, each stage as it passes, stopped, finished.

What a run computes is the domain's; a worker calls these between its steps, inside the lender's
scope. One worker at a time works on a lender's book.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from forbear.portfolio.manifests import RunManifest, Shard, Stage
from forbear_server.selectors.actors import Actor
from forbear_server.services.evidence import append_evidence
from forbear_server.store import run_locks
from forbear_server.store.models import Run, RunLogLine, RunStage


class RunBusy(RuntimeError):
    """Another worker is at this lender's book."""

    code = "run_busy"


@dataclass(frozen=True, slots=True)
class BegunRun:
    uuid: UUID
    lender_id: int
    business_date: date
    seed: int
    is_finished: bool


@contextmanager
def run_lock(lender_id: int) -> Iterator[None]:
    """Hold the lender's book for one worker; raises `RunBusy` if another one has it."""
    if not run_locks.try_hold(lender_id):
        raise RunBusy(
            "A nightly run of this lender is in progress. Wait until it ends, or pause it first."
        )
    try:
        yield
    finally:
        run_locks.let_go(lender_id)


@transaction.atomic
def begin_run(
    *,
    lender_id: int,
    business_date: date,
    seed: int,
    stages: Sequence[str],
    actor: Actor | None,
    now: datetime,
) -> BegunRun:
    """Begin the day's run or go on with it; one begun before keeps its own seed."""
    run, _ = Run.objects.select_for_update().get_or_create(
        lender_id=lender_id, business_date=business_date, defaults={"seed": seed}
    )
    is_finished = run.state == Run.State.FINISHED
    if not is_finished:
        event = "run.started" if run.started_at is None else "run.resumed"
        run.state = Run.State.RUNNING
        run.pause_asked = False
        run.started_at = run.started_at or now
        run.save()
        for position, name in enumerate(stages):
            RunStage.objects.get_or_create(
                run=run, name=name, defaults={"lender_id": lender_id, "position": position}
            )
        append_evidence(
            event,
            now=now,
            lender_id=lender_id,
            actor=actor,
            about=f"run:{business_date}",
            body={"seed": run.seed},
        )
    return BegunRun(run.uuid, lender_id, business_date, int(run.seed), is_finished)


@transaction.atomic
def record_stage(*, run: BegunRun, stage: Stage, shard: Shard | None, now: datetime) -> None:
    """The stage as the manifest has it now; a finished shard adds a line to the log."""
    seconds = sum((Decimal(one.seconds) for one in stage.shards), Decimal(0))
    state = RunStage.State.FINISHED if stage.is_done else RunStage.State.RUNNING
    RunStage.objects.filter(run_id=run.uuid, name=stage.name).update(
        state=state,
        shards_done=len(stage.shards),
        shards_total=stage.shards_total,
        rows=stage.rows,
        seconds=seconds,
        input_digest=stage.input_digest,
        output_digest=stage.output_digest if stage.is_done else "",
        retries=stage.retries,
        failure="",
    )
    if shard is not None:
        text = f"{shard.name}: {shard.rows} rows in {shard.seconds} s"
        _line(run, text, stage=stage.name, level="info", now=now)


def is_pause_asked(run: BegunRun) -> bool:
    return bool(Run.objects.filter(pk=run.uuid, pause_asked=True).exists())


@transaction.atomic
def stop_run(
    *,
    run: BegunRun,
    state: str,
    stage: str,
    reason: str,
    actor: Actor | None,
    now: datetime,
) -> None:
    """The run stopped before its end, `paused` or `failed`; starting it again goes on from there."""
    _end(run, state, now)
    if state == Run.State.FAILED:
        RunStage.objects.filter(run_id=run.uuid, name=stage).update(
            state=RunStage.State.FAILED, failure=reason[:2000]
        )
    level = "error" if state == Run.State.FAILED else "info"
    _line(run, reason[:2000], stage=stage, level=level, now=now)
    append_evidence(
        f"run.{state}",
        now=now,
        lender_id=run.lender_id,
        actor=actor,
        about=f"run:{run.business_date}",
        body={"stage": stage},
    )


@transaction.atomic
def finish_run(*, run: BegunRun, manifest: RunManifest, actor: Actor | None, now: datetime) -> None:
    """Every stage is done: keep the manifest and its digest."""
    text = manifest.text()
    row = _end(run, Run.State.FINISHED, now)
    is_first_time = row.finished_at is None
    row.finished_at = row.finished_at or now
    row.manifest = json.loads(text)
    row.manifest_sha256 = hashlib.sha256(text.encode()).hexdigest()
    row.save()
    if is_first_time:
        append_evidence(
            "run.finished",
            now=now,
            lender_id=run.lender_id,
            actor=actor,
            about=f"run:{run.business_date}",
            body={"manifest_sha256": row.manifest_sha256, "content": manifest.content_digest()},
        )


@transaction.atomic
def ask_to_pause(*, actor: Actor, business_date: date, now: datetime) -> bool:
    """Ask a running run to stop before its next stage; False if none runs."""
    asked = Run.objects.filter(business_date=business_date, state=Run.State.RUNNING).update(
        pause_asked=True
    )
    if asked:
        append_evidence(
            "run.pause_asked",
            now=now,
            lender_id=actor.lender_id,
            actor=actor,
            about=f"run:{business_date}",
        )
    return bool(asked)


def _end(run: BegunRun, state: str, now: datetime) -> Run:
    row = Run.objects.select_for_update().get(pk=run.uuid)
    row.state = state
    row.pause_asked = False
    row.save()
    return row


def _line(run: BegunRun, text: str, *, stage: str, level: str, now: datetime) -> None:
    RunLogLine.objects.create(
        run_id=run.uuid, lender_id=run.lender_id, at=now, stage=stage, level=level, text=text
    )
