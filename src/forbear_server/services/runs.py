"""The desk's record of a nightly run: begun, each stage as it passes, paused, failed, finished.

What a run computes is the domain's; a worker calls these between its steps, inside the lender's
scope. One worker at a time works on a lender's day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from forbear_server.selectors.actors import Actor
from forbear_server.services.evidence import append_evidence
from forbear_server.store import run_locks
from forbear_server.store.models import Run, RunLogLine, RunStage


class RunInProgress(RuntimeError):
    """Somebody works on this lender's day already."""

    code = "run_in_progress"


@dataclass(frozen=True, slots=True)
class BegunRun:
    uuid: UUID
    lender_id: int
    business_date: date
    seed: int
    is_resumed: bool
    is_finished: bool


@dataclass(frozen=True, slots=True)
class StageRecord:
    """One stage as the manifest has it now."""

    name: str
    position: int
    shards_done: int
    shards_total: int
    rows: int = 0
    seconds: Decimal = Decimal(0)
    input_digest: str = ""
    output_digest: str = ""
    retries: int = 0
    failure: str = ""

    @property
    def state(self) -> str:
        if self.failure:
            return RunStage.State.FAILED
        if self.shards_done == self.shards_total:
            return RunStage.State.FINISHED
        return RunStage.State.RUNNING


def begin_run(
    *, lender_id: int, business_date: date, seed: int, now: datetime, actor: Actor | None = None
) -> BegunRun:
    """Take the day for this worker; raises `RunInProgress` if another holds it.

    A run that was begun before goes on with its own seed. A finished one is handed back as it is.
    """
    if not run_locks.try_hold(lender_id, business_date):
        raise RunInProgress(
            f"A run of {business_date} is in progress. Wait for it, or pause it first."
        )
    with transaction.atomic():
        run, is_new = Run.objects.get_or_create(
            lender_id=lender_id, business_date=business_date, defaults={"seed": seed}
        )
        is_finished = run.state == Run.State.FINISHED
        was_begun = run.started_at is not None
        if not is_finished:
            run.state = Run.State.RUNNING
            run.pause_asked = False
            run.started_at = run.started_at or now
            run.save()
            append_evidence(
                "run.resumed" if was_begun else "run.started",
                now=now,
                lender_id=lender_id,
                actor=actor,
                subject=f"run:{business_date}",
                body={"seed": run.seed},
            )
    return BegunRun(
        uuid=run.uuid,
        lender_id=lender_id,
        business_date=business_date,
        seed=run.seed,
        is_resumed=was_begun and not is_new,
        is_finished=is_finished,
    )


@transaction.atomic
def record_stage(run: BegunRun, stage: StageRecord) -> None:
    RunStage.objects.update_or_create(
        run_id=run.uuid,
        name=stage.name,
        defaults={
            "lender_id": run.lender_id,
            "position": stage.position,
            "state": stage.state,
            "shards_done": stage.shards_done,
            "shards_total": stage.shards_total,
            "rows": stage.rows,
            "seconds": stage.seconds,
            "input_digest": stage.input_digest,
            "output_digest": stage.output_digest,
            "retries": stage.retries,
            "failure": stage.failure,
        },
    )


def record_line(
    run: BegunRun, text: str, *, at: datetime, stage: str = "", level: str = "info"
) -> None:
    """One line of the run's log: counts and ids, never personal data."""
    RunLogLine.objects.create(
        run_id=run.uuid, lender_id=run.lender_id, at=at, stage=stage, level=level, text=text
    )


def is_pause_asked(run: BegunRun) -> bool:
    return bool(Run.objects.filter(pk=run.uuid, pause_asked=True).exists())


def finish_run(
    run: BegunRun, *, manifest: Mapping[str, object], manifest_sha256: str, now: datetime
) -> None:
    _end(run, Run.State.FINISHED, "run.finished", now, manifest, manifest_sha256)


def pause_run(run: BegunRun, *, now: datetime) -> None:
    _end(run, Run.State.PAUSED, "run.paused", now, None, "")


def fail_run(run: BegunRun, *, failure: str, now: datetime) -> None:
    record_line(run, failure, at=now, level="error")
    RunStage.objects.filter(run_id=run.uuid, state=RunStage.State.RUNNING).update(
        state=RunStage.State.FAILED, failure=failure[:2000]
    )
    _end(run, Run.State.FAILED, "run.failed", now, None, "")


def _end(
    run: BegunRun,
    state: Run.State,
    event: str,
    now: datetime,
    manifest: Mapping[str, object] | None,
    manifest_sha256: str,
) -> None:
    with transaction.atomic():
        row = Run.objects.select_for_update().get(pk=run.uuid)
        was_finished = row.finished_at is not None
        row.state = state
        row.pause_asked = False
        if manifest is not None:
            row.manifest = dict(manifest)
            row.manifest_sha256 = manifest_sha256
            row.finished_at = row.finished_at or now
        row.save()
        if not was_finished:
            append_evidence(
                event,
                now=now,
                lender_id=run.lender_id,
                subject=f"run:{run.business_date}",
                body={"manifest_sha256": manifest_sha256} if manifest_sha256 else {},
            )
    run_locks.let_go(run.lender_id, run.business_date)


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
            subject=f"run:{business_date}",
        )
    return bool(asked)
