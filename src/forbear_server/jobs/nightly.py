"""The nightly run, driven: stages in order, progress on the desk, pause between stages.

Kill it at any moment and start it again: finished shards are passed over, the plan comes out the
same, and the worklist is never doubled.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, partial
from pathlib import Path

import polars as pl
from django.conf import settings

import forbear
from forbear import rulebooks
from forbear.portfolio.book import Book
from forbear.portfolio.desk_events import DeskEvents
from forbear.portfolio.manifests import RunFolder, RunManifest
from forbear.portfolio.nightly import STAGES, NightlyRun
from forbear.portfolio.run_terms import Law, Listener, Progress, RunTerms
from forbear.portfolio.scores import ScoringTerms
from forbear.strategy.ladder import stage_ladder
from forbear_server import __version__
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.books import book_root, run_folder
from forbear_server.selectors.desk_attempts import list_attempts
from forbear_server.selectors.lenders import LenderRow, find_lender
from forbear_server.selectors.night_wishes import (
    list_consents,
    list_holds,
    list_preferences,
)
from forbear_server.selectors.reward_policies import policy_in_force
from forbear_server.selectors.score_histories import list_behaviour, told_since
from forbear_server.selectors.scorecards import scoring_cards
from forbear_server.selectors.standings import list_appeals
from forbear_server.selectors.worklist_snoozes import count_collectors, list_snoozes
from forbear_server.services.early_warnings import WARNING_RECIPE
from forbear_server.services.gate import lapse_permits, record_mask
from forbear_server.services.kept_drafts import drop_old_drafts
from forbear_server.services.runs import (
    begin_run,
    finish_run,
    is_pause_asked,
    record_stage,
    run_lock,
    stop_run,
)
from forbear_server.services.score_publication import publish_scores
from forbear_server.services.standings import publish_standings
from forbear_server.services.worklist_publication import PlanDigest, publish_worklist
from forbear_server.store.lender_scope import lender_scope


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """How a run ended: its manifest, and whether it came to its end."""

    lender: str
    business_date: date
    state: str
    manifest: RunManifest


@cache
def law() -> Law:
    """Every shipped rulebook, loaded once."""
    return Law(rulebooks.rules(), rulebooks.version())


@cache
def code_version() -> str:
    """The version, and a digest of the domain's files: two builds never share a run."""
    root = Path(forbear.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(p for p in root.rglob("*") if p.suffix in (".py", ".yaml")):
        digest.update(str(path.relative_to(root)).encode())
        digest.update(path.read_bytes())
    return f"{__version__}+{digest.hexdigest()[:12]}"


def seed_of(lender_code: str, business_date: date) -> int:
    """The day's seed: the same for everybody who asks, different every day."""
    return zlib.crc32(f"{lender_code}.{business_date}".encode())


def run_without_desk(
    *,
    book: Book,
    root: Path,
    terms: RunTerms,
    listener: Listener,
    clock: Callable[[], datetime],
) -> RunManifest:
    """The same stages over a book alone, with no database: no snoozes, no worklist."""
    run = NightlyRun(RunFolder(root), book, terms, law(), stage_ladder(), listener, clock)
    run.lock()
    run.export(DeskEvents())
    run.age()
    run.gate()
    run.assign()
    run.report()
    return run.finish()


def run_nightly(
    *,
    lender_code: str,
    business_date: date,
    at: datetime,
    clock: Callable[[], datetime],
    capacity: int | None = None,
    actor: Actor | None = None,
    listener: Callable[[Progress], None] | None = None,
) -> RunOutcome:
    """Run or go on with one lender's day; raises `RunBusy` while another process does."""
    lender = find_lender(lender_code)
    with lender_scope(lender.lender_id), run_lock(lender.lender_id):
        return _Desk(lender, business_date, actor, clock, listener).drive(at, capacity)


def _plan_digest(manifest: RunManifest) -> PlanDigest:
    """The plan and what it was made from: every file of the run so far, by its digest."""
    files = {
        f"{stage.name}/{shard.name}": shard.digest
        for stage in manifest.stages
        for shard in stage.shards
    }
    made = manifest.stage("assign")
    return PlanDigest(made.output_digest if made else "", files)


class _Desk:
    """One run's thread through the desk."""

    def __init__(
        self,
        lender: LenderRow,
        business_date: date,
        actor: Actor | None,
        clock: Callable[[], datetime],
        listener: Callable[[Progress], None] | None,
    ) -> None:
        self.lender, self.actor, self.clock = lender, actor, clock
        self.business_date = business_date
        self.also = listener
        self.run = begin_run(
            lender_id=lender.lender_id,
            business_date=business_date,
            seed=seed_of(lender.code, business_date),
            stages=STAGES,
            actor=actor,
            now=clock(),
        )
        self.stage = ""

    def drive(self, at: datetime, capacity: int | None) -> RunOutcome:
        """Every stage in order, until the end, a pause or a failure."""
        folder = run_folder(self.lender.code, self.business_date)
        kept = folder.manifest() if self.run.is_finished else None
        if kept is not None:  # a finished day stays as it is, whatever came in since
            return RunOutcome(self.lender.code, self.business_date, "finished", kept)
        lapse_permits(lender_id=self.lender.lender_id, now=self.clock())
        drop_old_drafts(now=self.clock())
        with self._failing():
            nightly = NightlyRun(
                folder,
                Book.open(book_root(self.lender.code)),
                self._terms(at, capacity),
                law(),
                stage_ladder(),
                self._hear,
                self.clock,
            )
            for name, work in self._stages(nightly):
                if is_pause_asked(self.run):
                    self._stop("paused", name, f"paused before {name}")
                    return RunOutcome(
                        self.lender.code, self.business_date, "paused", nightly.manifest
                    )
                self.stage = name
                work()
            manifest = nightly.finish()
        finish_run(run=self.run, manifest=manifest, actor=self.actor, now=self.clock())
        return RunOutcome(self.lender.code, self.business_date, "finished", manifest)

    def _stages(self, nightly: NightlyRun) -> Iterator[tuple[str, Callable[[], None]]]:
        yield "lock", nightly.lock
        yield "export", lambda: nightly.export(self._events(nightly.terms.at))
        yield "age", nightly.age
        terms = self._scoring()
        publish = partial(self._publish_scores, nightly, terms)
        yield "score", lambda: nightly.score(terms, publish, self._publish_standings)
        yield "gate", nightly.gate
        yield "assign", nightly.assign
        yield "worklists", lambda: nightly.worklists(partial(self._publish, nightly))
        yield "report", nightly.report

    def _publish(self, nightly: NightlyRun, rows: pl.DataFrame) -> None:
        publish_worklist(
            run=self.run, rows=rows, plan=_plan_digest(nightly.manifest), now=self.clock()
        )

    def _events(self, at: datetime) -> DeskEvents:
        return DeskEvents(
            snoozes=list_snoozes(self.lender.code),
            behaviour=list_behaviour(self.lender.code),
            appeals=list_appeals(self.lender.code, self.lender.time_zone),
            preferences=list_preferences(self.lender.code),
            holds=list_holds(self.lender.code),
            consents=list_consents(self.lender.code),
            attempts=list_attempts(self.lender.code, at=at),
        )

    def _scoring(self) -> ScoringTerms:
        """The approved cards of the early warning, and when relief is offered by the policy."""
        held = policy_in_force(self.business_date)
        return ScoringTerms(
            scoring_cards(WARNING_RECIPE),
            self.lender.time_zone,
            None if held is None else held.policy.offered_after_days,
        )

    def _publish_standings(self, rows: pl.DataFrame) -> None:
        publish_standings(run=self.run, rows=rows, now=self.clock())

    def _publish_scores(self, nightly: NightlyRun, terms: ScoringTerms, rows: pl.DataFrame) -> None:
        exported = pl.read_parquet(nightly.folder.file("export", "behaviour"))["event_id"]
        publish_scores(
            run=self.run,
            rows=rows,
            card=terms.cards[0],
            told_since=told_since(exported.to_list()),
            now=self.clock(),
        )

    def _terms(self, at: datetime, capacity: int | None) -> RunTerms:
        cases = count_collectors() * int(settings.CASES_PER_COLLECTOR)
        return RunTerms(
            lender=self.lender.code,
            scope=self.lender.scope,
            policy=self.lender.policy,
            business_date=self.business_date,
            at=at.astimezone(UTC),
            seed=self.run.seed,
            capacity=cases if capacity is None else capacity,
            code_version=code_version(),
        )

    def _hear(self, progress: Progress) -> None:
        stage = progress.stage
        record_stage(run=self.run, stage=stage, shard=progress.shard, now=self.clock())
        if stage.name == "gate" and stage.is_done and progress.shard is None:
            record_mask(
                lender_id=self.lender.lender_id,
                business_date=self.business_date,
                digest=stage.output_digest,
                rows=stage.rows,
                version=law().version,
                now=self.clock(),
            )
        if self.also is not None:
            self.also(progress)

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """A failure is written down with its reason, then goes on to the caller."""
        try:
            yield
        except Exception as error:
            self._stop("failed", self.stage, f"{type(error).__name__}: {error}")
            raise

    def _stop(self, state: str, stage: str, reason: str) -> None:
        stop_run(
            run=self.run,
            state=state,
            stage=stage,
            reason=reason,
            actor=self.actor,
            now=self.clock(),
        )
