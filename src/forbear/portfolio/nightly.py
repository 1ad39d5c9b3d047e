"""The nightly run over one lender's book: age, score, gate, assign, report, resumable by shard.

Stages in order: `lock` (the day and the book's exact content are fixed) · `export` (desk events
laid beside the book) · `age` · `score` (by the approved cards, and
standings; absent where no desk runs) · `gate` · `assign` · `worklists` (rows for the desk; absent
where no desk runs) · `report`. Stages of later capabilities
(allocate, accrue, promises, arrangements, clocks, seal) are absent, not faked; penalty interest
accrues inside `age`.

The caller gives `at`, seed and capacity; they are fixed with the first start of a day and taken
from the manifest when the run goes on.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from functools import partial

import polars as pl

from forbear.compliance.judging import RulesInForce, rules_in_force
from forbear.contact.facts import ContactFacts
from forbear.portfolio import gate, reports
from forbear.portfolio.aging import age_rows, partition_rows
from forbear.portfolio.book import Book
from forbear.portfolio.desk_events import DeskEvents, desk_tables
from forbear.portfolio.desk_wishes import loans_to_speak_of, with_wishes
from forbear.portfolio.manifests import (
    RunFolder,
    RunImpossible,
    RunManifest,
    Shard,
    Stage,
    digest_of,
)
from forbear.portfolio.plan import PlanTerms, all_attempts, people_facts, plan, worklist_rows
from forbear.portfolio.run_terms import Law, Listener, Progress, RunTerms, begun, told
from forbear.portfolio.schema import Schema
from forbear.portfolio.scores import ScoringTerms, behaviour_tables, card_drift, score_rows
from forbear.portfolio.standings import has_rules, standing_rows
from forbear.scoring.card_texts import card_digest
from forbear.scoring.cards import Scorecard
from forbear.scoring.features_tables import BehaviourTables
from forbear.strategy.ladder import StageLadder

STAGES = ("lock", "export", "age", "score", "gate", "assign", "worklists", "report")
Work = Callable[[], tuple[str, int]]


class NightlyRun:
    """One lender's run of one day in its folder.

    Each stage method may be called again at any time: finished shards are passed over.
    `clock` gives the wall time for the manifest's timings only.
    """

    def __init__(
        self,
        folder: RunFolder,
        book: Book,
        terms: RunTerms,
        law: Law,
        ladder: StageLadder,
        listener: Listener,
        clock: Callable[[], datetime],
    ) -> None:
        self.folder, self.book, self.law, self.ladder = folder, book, law, ladder
        self.listener, self.clock = listener, clock
        self.states: pl.DataFrame | None = None
        self.champion: Scorecard | None = None
        self.manifest = begun(folder, terms, law, ladder, clock)
        # a run that goes on keeps the moment, seed and capacity it was begun with
        self.terms = replace(
            terms,
            at=datetime.fromisoformat(self.manifest.at),
            seed=self.manifest.seed,
            capacity=self.manifest.capacity,
        )

    def lock(self) -> None:
        """Fix the book's content for this run; a book that changed since refuses to go on."""
        content = {"book": self.book.digest(), "version": self.book.manifest.version}
        known = self.manifest.stage("lock")
        if known is not None and known.input_digest != digest_of(content):
            raise RunImpossible(
                "The book has changed since this run began. To run the day on the new book, move "
                f"the folder {self.folder.root} away and start again."
            )
        self._stage(
            "lock",
            digest_of(content),
            [("book", lambda: self.folder.write_rows("lock", "book", pl.DataFrame([content])))],
        )

    def export(self, events: DeskEvents) -> None:
        """Lay the desk's events of the borrowers beside the book."""
        known = self.manifest.stage("export")
        if known is not None and known.is_done:
            return
        self._stage(
            "export",
            self._upstream("lock"),
            [
                (name, partial(self._write_export, name, rows, schema))
                for name, (rows, schema) in desk_tables(events).items()
            ],
        )

    def _write_export(self, name: str, rows: pl.DataFrame, schema: Schema) -> tuple[str, int]:
        typed = rows.select(pl.col(n).cast(t) for n, t in schema.items()).sort(list(schema))
        return self.folder.write_rows("export", name, typed)

    def age(self) -> None:
        """Days past due, arrears and penalty interest of every live loan, a shard a partition."""

        def aged(number: int) -> Work:
            def work() -> tuple[str, int]:
                rows = age_rows(
                    partition_rows(self.book, number), self.terms.business_date, self.terms.scheme
                )
                own = rows.filter(pl.col("lender") == self.terms.lender)
                return self.folder.write_rows("age", f"p{number:02d}", own)

            return work

        self._stage(
            "age",
            digest_of([self._upstream("export"), asdict(self.terms.scheme)]),
            [(f"p{n:02d}", aged(n)) for n in range(self.book.manifest.partitions)],
        )

    def score(
        self,
        terms: ScoringTerms,
        publish_scores: Callable[[pl.DataFrame], None],
        publish_standings: Callable[[pl.DataFrame], None],
    ) -> None:
        """Scores of every loan not yet at the outcome and standings of every borrower.

        A shard a card and partition. The publishers lay the champion's rows and the standings on
        the desk; they must be safe to repeat.
        """
        self.champion = terms.cards[0] if terms.cards else None
        day, numbers = self.terms.business_date, range(self.book.manifest.partitions)
        shards: list[tuple[str, Work]] = []
        for place, card in enumerate(terms.cards):
            names = [f"c{place}-p{n:02d}" for n in numbers]
            shards += [(name, self._scored(name, card, terms)) for name in names]
            if place == 0:
                shards.append(("scores", self._published("scores", names, publish_scores)))
        if has_rules(day):
            names = [f"s-p{n:02d}" for n in numbers]
            shards += [(name, self._standings(name, terms)) for name in names]
            shards.append(("standings", self._published("standings", names, publish_standings)))
        self._stage("score", digest_of([self._upstream("age"), terms.told()]), shards)

    def _scored(self, name: str, card: Scorecard, terms: ScoringTerms) -> Work:
        def work() -> tuple[str, int]:
            rows = score_rows(
                self._tables(name, terms),
                card,
                lender=self.terms.lender,
                as_of=self.terms.business_date,
            )
            return self.folder.write_rows("score", name, rows)

        return work

    def _standings(self, name: str, terms: ScoringTerms) -> Work:
        def work() -> tuple[str, int]:
            rows = standing_rows(
                self._tables(name, terms),
                pl.scan_parquet(self.folder.file("export", "behaviour")),
                pl.scan_parquet(self.folder.file("export", "appeals")),
                lender=self.terms.lender,
                as_of=self.terms.business_date,
                offered_after_days=terms.offered_after_days,
            )
            return self.folder.write_rows("score", name, rows)

        return work

    def _tables(self, shard: str, terms: ScoringTerms) -> BehaviourTables:
        """The partition a shard's name ends with, with what the desk was told."""
        behaviour = pl.scan_parquet(self.folder.file("export", "behaviour"))
        number = int(shard.rpartition("p")[2])
        return behaviour_tables(self.book, number, behaviour, time_zone=terms.time_zone)

    def _published(
        self, name: str, shards: Sequence[str], publish: Callable[[pl.DataFrame], None]
    ) -> Work:
        def work() -> tuple[str, int]:
            rows = pl.concat(pl.read_parquet(self.folder.file("score", one)) for one in shards)
            publish(rows)
            return self.folder.write_rows("score", name, rows.select("lender", "points"))

        return work

    def gate(self) -> None:
        """What is permitted today, for every borrower in arrears and channel."""

        in_force = self._in_force()

        def masked(number: int) -> Work:
            def work() -> tuple[str, int]:
                mask = gate.permitted(self._facts(number).collect(), in_force)
                return self.folder.write_rows("gate", f"p{number:02d}", mask)

            return work

        self._stage(
            "gate",
            digest_of(
                [
                    self._upstream("age"),
                    self.law.version,
                    told(self.terms),
                    self.terms.at.isoformat(),
                ]
            ),
            [(f"p{n:02d}", masked(n)) for n in range(self.book.manifest.partitions)],
        )

    def assign(self) -> None:
        """The strategy's choice among what is permitted: the plan."""

        def work() -> tuple[str, int]:
            partitions = range(self.book.manifest.partitions)
            attempts = self.book.scan_all("contact_attempts").filter(self._own)
            made = plan(
                self._spoken_of(self.folder.rows("age")),
                pl.concat([self._facts(n) for n in partitions]),
                self.folder.rows("gate"),
                all_attempts(attempts, self._told("attempts")),
                pl.scan_parquet(self.folder.file("export", "snoozes")),
                self.ladder,
                PlanTerms(
                    self.terms.business_date, self.terms.at, self.terms.seed, self.terms.capacity
                ),
            )
            return self.folder.write_rows("assign", "plan", made)

        inputs = [self._upstream("gate"), self.ladder.id, self.ladder.version]
        self._stage(
            "assign",
            digest_of([*inputs, self.terms.seed, self.terms.capacity]),
            [("plan", work)],
        )

    def worklists(self, publish: Callable[[pl.DataFrame], None]) -> None:
        """Rows a person must see: what is assigned, then what a rule stopped, in one order.

        `publish` lays them on the desk; it must be safe to repeat.
        """

        def work() -> tuple[str, int]:
            rows = worklist_rows(self.folder.rows("assign")).collect()
            publish(rows)
            return self.folder.write_rows("worklists", "desk", rows)

        self._stage("worklists", self._upstream("assign"), [("desk", work)])

    def report(self) -> None:
        """DPD ladder of the day and of 30 days before, roll rates, vintages, plan counts."""
        makers: list[tuple[str, Callable[[], object]]] = [
            ("ladder", self._ladder),
            ("roll_rates", self._roll_rates),
            ("vintages", self._vintages),
            ("plan", self._plan_counts),
        ]
        if self.champion is not None:
            makers.append(("scores", partial(self._drift, self.champion)))

        def shard(name: str, make: Callable[[], object]) -> Work:
            return lambda: self.folder.write_report(name, make())

        self._stage(
            "report",
            self._upstream("assign"),
            [(name, shard(name, make)) for name, make in makers],
        )

    def finish(self) -> RunManifest:
        """Mark the run finished; its manifest is final."""
        if self.manifest.finished_at is None:
            self._save(replace(self.manifest, finished_at=self.clock().isoformat()))
        return self.manifest

    def _drift(self, card: Scorecard) -> object:
        """How far tonight's scored loans are from those the champion was trained on."""
        rows = pl.read_parquet(self.folder.root / "score" / "c0-p*.parquet")
        return {
            "scorecard_digest": card_digest(card),
            "rows": rows.height,
            "drift": card_drift(card, rows),
        }

    def _ladder(self) -> object:
        day = self.terms.business_date
        rows = reports.dpd_ladder(self.folder.rows("age").collect(), self.terms.scheme)
        before = reports.dpd_ladder_before(self.book, self.terms.lender, day, self.terms.scheme)
        return {"as_of": str(day), "now": rows.to_dicts(), "before": before.to_dicts()}

    def _roll_rates(self) -> object:
        moves = reports.month_moves(self._month_states())
        pairs = reports.roll_rate_months(moves, self.terms.scheme)
        return [{"from_month": a, "to_month": b, "rows": f.to_dicts()} for a, b, f in pairs]

    def _vintages(self) -> object:
        return reports.vintages(self._month_states()).to_dicts()

    def _month_states(self) -> pl.DataFrame:
        """Computed once for both history reports."""
        if self.states is None:
            self.states = reports.month_states(
                self.book,
                until=self.terms.business_date,
                lender=self.terms.lender,
                scheme=self.terms.scheme,
            )
        return self.states

    def _plan_counts(self) -> object:
        made = self.folder.rows("assign")
        actions = made.group_by("action").agg(pl.len().alias("borrowers")).sort("action")
        hindered = (
            made.filter(pl.col("verdict") != "allowed")
            .explode("rule_ids")
            .group_by("rule_ids")
            .agg(pl.len().alias("borrowers"))
            .sort("rule_ids")
        )
        return {"actions": actions.collect().to_dicts(), "refusals": hindered.collect().to_dicts()}

    def _in_force(self) -> RulesInForce:
        """The contact rules of the day for this lender; several loans, so of every product."""
        return rules_in_force(
            self.law.rules,
            ContactFacts,
            on=self.terms.business_date,
            scope=self.terms.scope,
            policy=self.terms.policy,
        )

    def _facts(self, number: int) -> pl.LazyFrame:
        aged = self._spoken_of(pl.scan_parquet(self.folder.file("age", f"p{number:02d}")))
        consents = self.book.scan("consents", number).filter(self._own)
        facts = people_facts(
            aged,
            self.book.scan("borrowers", number).filter(self._own),
            all_attempts(self.book.scan("contact_attempts", number), self._told("attempts")),
            pl.concat([consents, self._told("consents")], how="diagonal_relaxed"),
            self.terms.at,
        )
        stated, holds = self._told("preferences"), self._told("holds")
        return with_wishes(facts, aged, stated, holds, self.terms.at)

    def _spoken_of(self, aged: pl.LazyFrame) -> pl.LazyFrame:
        return loans_to_speak_of(aged, self._told("holds"), self.terms.at)

    def _told(self, name: str) -> pl.LazyFrame:
        """What the desk was told, as it was exported for this run."""
        return pl.scan_parquet(self.folder.file("export", name)).filter(self._own)

    @property
    def _own(self) -> pl.Expr:
        return pl.col("lender") == self.terms.lender

    def _upstream(self, name: str) -> str:
        stage = self.manifest.stage(name)
        if stage is None or not stage.is_done:
            raise RunImpossible(f"Stage {name} is not finished: run the stages in order.")
        return stage.output_digest

    def _stage(self, name: str, input_digest: str, shards: Iterable[tuple[str, Work]]) -> None:
        """Run what is not yet done of a stage, saving the manifest after each shard."""
        todo = list(shards)
        stage = self.manifest.stage(name)
        if stage is None or stage.input_digest != input_digest:
            stage = Stage(name, input_digest, len(todo))
        standing = tuple(s for s in stage.shards if self.folder.holds(name, s))
        was_begun = self.manifest.stage(name) is not None and not stage.is_done
        stage = replace(stage, shards=standing, retries=stage.retries + was_begun)
        self._save(self.manifest.with_stage(stage))
        done = {s.name for s in standing}
        for shard_name, work in todo:
            if shard_name in done:
                continue
            started = self.clock()
            digest, rows = work()
            seconds = f"{(self.clock() - started).total_seconds():.3f}"
            shard = Shard(shard_name, digest, rows, seconds)
            stage = stage.with_shard(shard)
            self._save(self.manifest.with_stage(stage))
            self.listener(Progress(self.manifest, stage, shard))
        self.listener(Progress(self.manifest, stage, None))

    def _save(self, manifest: RunManifest) -> None:
        self.folder.save(manifest)
        self.manifest = manifest
