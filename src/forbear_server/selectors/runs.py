"""The nights of a lender: one run with its stages and log, and the calendar of the last sixty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from forbear.portfolio.book import MANIFEST
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.books import book_root
from forbear_server.store import run_locks
from forbear_server.store.models import Run, RunLogLine, RunStage

CALENDAR_DAYS = 60
LOG_LINES = 200


@dataclass(frozen=True, slots=True)
class StageRow:
    name: str
    state: str
    shards_done: int
    shards_total: int
    rows: int
    seconds: Decimal
    input_digest: str
    output_digest: str
    retries: int
    failure: str

    @property
    def rows_per_second(self) -> int | None:
        return int(self.rows / self.seconds) if self.seconds and self.rows else None


@dataclass(frozen=True, slots=True)
class LogLine:
    at: datetime
    level: str
    stage: str
    text: str


@dataclass(frozen=True, slots=True)
class RunView:
    business_date: date
    state: str
    seed: int
    started_at: datetime | None
    finished_at: datetime | None
    is_worked_on: bool
    pause_asked: bool
    manifest: dict[str, object]
    manifest_sha256: str
    stages: tuple[StageRow, ...]
    lines: tuple[LogLine, ...]

    @property
    def is_live(self) -> bool:
        return self.is_worked_on and self.state in {"pending", "running"}

    @property
    def may_resume(self) -> bool:
        """Begun, not finished, and nobody works on it: also after a worker was killed."""
        return self.state in {"pending", "running", "failed", "paused"} and not self.is_worked_on

    @property
    def seconds(self) -> Decimal:
        return sum((stage.seconds for stage in self.stages), Decimal(0))


def find_run(actor: Actor, business_date: date, *, level: str = "") -> RunView | None:
    run = Run.objects.filter(business_date=business_date).first()
    if run is None:
        return None
    lines = RunLogLine.objects.filter(run=run)
    if level:
        lines = lines.filter(level=level)
    newest = list(lines.order_by("-id")[:LOG_LINES])
    return RunView(
        business_date=run.business_date,
        state=run.state,
        seed=run.seed,
        started_at=run.started_at,
        finished_at=run.finished_at,
        is_worked_on=run_locks.is_held(actor.lender_id),
        pause_asked=run.pause_asked,
        manifest=run.manifest,
        manifest_sha256=run.manifest_sha256,
        stages=tuple(_stage(one) for one in RunStage.objects.filter(run=run).order_by("position")),
        lines=tuple(LogLine(one.at, one.level, one.stage, one.text) for one in reversed(newest)),
    )


def calendar(until: date) -> list[tuple[date, str]]:
    """Sixty days with the state of each day's run, empty where none was begun."""
    first = until - timedelta(days=CALENDAR_DAYS - 1)
    states = dict(
        Run.objects.filter(business_date__range=(first, until)).values_list(
            "business_date", "state"
        )
    )
    days = [first + timedelta(days=n) for n in range(CALENDAR_DAYS)]
    return [(day, states.get(day, "")) for day in days]


def has_book(actor: Actor) -> bool:
    return (book_root(actor.lender_code) / MANIFEST).exists()


def is_busy(actor: Actor) -> bool:
    return run_locks.is_held(actor.lender_id)


def _stage(stage: RunStage) -> StageRow:
    return StageRow(
        name=stage.name,
        state=stage.state,
        shards_done=stage.shards_done,
        shards_total=stage.shards_total,
        rows=stage.rows,
        seconds=stage.seconds,
        input_digest=stage.input_digest,
        output_digest=stage.output_digest,
        retries=stage.retries,
        failure=stage.failure,
    )
