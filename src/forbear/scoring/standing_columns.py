"""Twin of `standing.py` over columns: one row a borrower and lender of the book.

The same points and reasons as the scalar definition, which a property test holds; nothing is
collected here.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from forbear.delinquency.aging import DEFAULT_SCHEME, AgingScheme
from forbear.scoring.features_lateness_columns import instalment_stories
from forbear.scoring.features_tables import (
    BehaviourTables,
    KnownTables,
    counted_days,
    known_tables,
)
from forbear.scoring.histories import PromiseTurn
from forbear.scoring.standing import BOUNDS
from forbear.scoring.standing_rules import (
    HIGHEST,
    LOWEST,
    MOST_HALVINGS,
    StandingRules,
    standing_rules,
)

WHO = ["lender", "borrower_id"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingTables:
    """The book's tables and what protects a borrower; None where nobody told.

    `relief_offers`: lender, loan_id, offered_on. `protections`: lender, loan_id, starts_on,
    ends_on (null: still running). `appeals`: lender, loan_id, due_on, received_on, refused_on.
    """

    behaviour: BehaviourTables
    relief_offers: pl.LazyFrame | None = None
    protections: pl.LazyFrame | None = None
    appeals: pl.LazyFrame | None = None
    offered_after_days: int | None = None


def standing(
    tables: StandingTables, *, as_of: date, scheme: AgingScheme = DEFAULT_SCHEME
) -> pl.LazyFrame:
    """`lender, borrower_id, as_of, points, tier, start, is_known`, a column for each reason."""
    rules = standing_rules(as_of)
    known = known_tables(_protected(tables, as_of), as_of=as_of, scheme=scheme)
    stories = _stories(known).cache()
    effects = pl.concat(
        [
            _on_time(stories, known, rules),
            _kept(tables, known, rules),
            _late(tables, stories, known, rules),
        ]
    )
    codes = ["on_time", "kept_promises", *(step.code for step in rules.late)]
    points = pl.col("points")
    reasons = effects.group_by(WHO).agg(
        points.filter(pl.col("code") == code).sum().alias(code) for code in codes
    )
    due = stories.group_by(WHO).agg((pl.col("due_on") <= as_of).sum().alias("due"))
    total = pl.sum_horizontal(codes) + rules.start
    return (
        known.loans.select(WHO)
        .unique()
        .join(reasons, on=WHO, how="left")
        .join(due, on=WHO, how="left")
        .with_columns(pl.col(codes).fill_null(0))
        .with_columns(total.clip(LOWEST, HIGHEST).alias("points"))
        .select(
            *WHO,
            pl.lit(as_of).alias("as_of"),
            pl.col("points").cast(pl.Int64),
            tier(pl.col("points"), rules).alias("tier"),
            pl.lit(rules.start, pl.Int64).alias("start"),
            (pl.col("due").fill_null(0) >= rules.least_instalments).alias("is_known"),
            *(pl.col(code).cast(pl.Int64) for code in codes),
            (pl.col("points") - total).cast(pl.Int64).alias(BOUNDS),
        )
        .sort(WHO)
    )


def tier(points: pl.Expr, rules: StandingRules) -> pl.Expr:
    """Code of the band a score falls in."""
    passed = [(points >= one.from_points).cast(pl.UInt32) for one in rules.tiers[1:]]
    names = pl.Series([one.code for one in rules.tiers])
    return pl.lit(names).gather(pl.sum_horizontal(passed))


def worth(points: pl.Expr, days_ago: pl.Expr, rules: StandingRules) -> pl.Expr:
    """What an effect is still worth, exactly as the scalar: whole numbers, half away from zero."""
    half = rules.half_life_days
    days = days_ago.cast(pl.Int64).clip(lower_bound=0)
    halved = pl.lit(2, pl.Int64).pow((days // half).clip(upper_bound=MOST_HALVINGS))
    part = (points.abs() * (2 * half - days % half)).cast(pl.Int64)
    whole = 2 * half * halved
    return points.sign() * ((2 * part + whole) // (2 * whole))


def _protected(tables: StandingTables, as_of: date) -> BehaviourTables:
    """The tables with protections among the pauses and without re-ages, which only wipe lateness."""
    events = tables.behaviour.delinquency_events.filter(pl.col("kind") == "pause")
    pauses = [events.select("loan_key", "kind", "starts_on", "ends_on")]
    if tables.protections is not None:
        loans = tables.behaviour.loans.select("loan_key", "lender", "loan_id")
        ends_on = pl.max_horizontal(pl.col("ends_on").fill_null(as_of), "starts_on")
        pauses.append(
            tables.protections.filter(pl.col("starts_on") <= as_of)
            .join(loans, on=["lender", "loan_id"])
            .select(
                "loan_key", pl.lit("pause").alias("kind"), "starts_on", ends_on.alias("ends_on")
            )
        )
    return replace(tables.behaviour, delinquency_events=pl.concat(pauses))


def _stories(known: KnownTables) -> pl.LazyFrame:
    """Instalments with who owes them and the days of their period."""
    loans = known.loans.select("loan_key", "loan_id", *WHO, "disbursed_on")
    before = pl.col("due_on").shift(1).over("loan_key")
    period = (pl.col("due_on") - pl.coalesce(before, "disbursed_on")).dt.total_days()
    return (
        instalment_stories(known)
        .join(loans, on="loan_key")
        .sort("loan_key", "due_on", "seq")
        .with_columns(
            period.clip(lower_bound=0).alias("period"),
            pl.col("met_on").fill_null(known.as_of).alias("end_on"),
            pl.col("due_on").dt.truncate("1mo").alias("month"),
        )
    )


def _on_time(stories: pl.LazyFrame, known: KnownTables, rules: StandingRules) -> pl.LazyFrame:
    is_on_time = pl.col("met_on").is_not_null() & (pl.col("days_late") <= rules.grace_days)
    found = stories.filter((pl.col("due_on") <= known.as_of) & is_on_time)
    days = found.select(*WHO, "month", pl.col("due_on").alias("on"), pl.col("period").alias("own"))
    return _capped("on_time", days, rules.month_cap, known, rules)


def _kept(tables: StandingTables, known: KnownTables, rules: StandingRules) -> pl.LazyFrame:
    told = tables.behaviour.promises
    if told is None:
        schema = {**known.loans.select(WHO).collect_schema(), **_EFFECT}
        return pl.LazyFrame(schema=schema)
    kept = (
        told.filter((pl.col("turn") == PromiseTurn.KEPT.value) & (pl.col("on") <= known.as_of))
        .join(known.loans.select("loan_id", *WHO), on=["lender", "loan_id"])
        .select(
            *WHO,
            pl.col("on").dt.truncate("1mo").alias("month"),
            "on",
            pl.lit(rules.kept_promise, pl.Int64).alias("own"),
        )
    )
    return _capped("kept_promises", kept, rules.kept_month_cap, known, rules)


_EFFECT = {"code": pl.String(), "points": pl.Int64()}


def _capped(
    code: str, found: pl.LazyFrame, cap: int, known: KnownTables, rules: StandingRules
) -> pl.LazyFrame:
    """A month's points together, at most the cap, fading from its last day that counts."""
    days_ago = (pl.lit(known.as_of) - pl.col("on").max()).dt.total_days()
    own = pl.col("own").sum().clip(upper_bound=cap)
    return (
        found.group_by(*WHO, "month")
        .agg(own.alias("own"), days_ago.alias("days_ago"))
        .select(
            *WHO,
            pl.lit(code).alias("code"),
            worth(pl.col("own"), pl.col("days_ago"), rules).cast(pl.Int64).alias("points"),
        )
    )


def _late(
    tables: StandingTables, stories: pl.LazyFrame, known: KnownTables, rules: StandingRules
) -> pl.LazyFrame:
    """Each month's worst lateness, counted from the day relief was offered."""
    late = _without_appeals(
        tables,
        stories.filter((pl.col("due_on") <= known.as_of) & (pl.col("end_on") > pl.col("due_on"))),
        known.as_of,
    )
    offered = (
        _offers(tables, late, rules).group_by("loan_key", "seq").agg(pl.col("offered_on").min())
    )
    events = tables.behaviour.delinquency_events
    re_aged = (
        events.filter((pl.col("kind") == "re_age") & (pl.col("starts_on") <= known.as_of))
        .group_by("loan_key")
        .agg(pl.col("starts_on").max().alias("re_aged_on"))
    )
    started = (
        late.join(offered, on=["loan_key", "seq"])
        .join(re_aged, on="loan_key", how="left")
        .with_columns(pl.max_horizontal("due_on", "offered_on", "re_aged_on").alias("from_on"))
        .filter(pl.col("end_on") > pl.col("from_on"))
    )
    days = pl.col("counted")
    code, points = pl.lit(None, pl.String), pl.lit(None, pl.Int64)
    for step in rules.late:
        code = pl.when(days >= step.from_days).then(pl.lit(step.code)).otherwise(code)
        points = (
            pl.when(days >= step.from_days).then(pl.lit(step.points, pl.Int64)).otherwise(points)
        )
    ago = (pl.lit(known.as_of) - pl.col("end_on")).dt.total_days()
    return (
        counted_days(started, known, key="seq")
        .with_columns(code.alias("code"), points.alias("points"))
        .drop_nulls("code")
        .with_columns(worth(pl.col("points"), ago, rules).cast(pl.Int64).alias("points"))
        .sort(*WHO, "month", "points", "code")
        .group_by(*WHO, "month", maintain_order=True)
        .agg(pl.col("code").first(), pl.col("points").first())
        .select(*WHO, "code", "points")
    )


def _offers(tables: StandingTables, late: pl.LazyFrame, rules: StandingRules) -> pl.LazyFrame:
    """Offers of relief that count for a late instalment: `loan_key, seq, offered_on`."""
    columns = ["loan_key", "seq", "offered_on"]
    parts = [late.with_columns(pl.lit(None, pl.Date).alias("offered_on")).select(columns).head(0)]
    days = tables.offered_after_days
    if days is not None:
        offered = pl.col("due_on") + timedelta(days=days)
        made = late.with_columns(offered.alias("offered_on"))
        parts.append(made.filter(pl.col("offered_on") <= pl.col("end_on")).select(columns))
    if tables.relief_offers is not None:
        told = late.join(tables.relief_offers, on=["lender", "loan_id"])
        oldest = pl.col("due_on") - timedelta(days=rules.offer_holds_days)
        holds = pl.col("offered_on").is_between(oldest, pl.col("end_on"))
        parts.append(told.filter(holds).select(columns))
    return pl.concat(parts)


def _without_appeals(tables: StandingTables, late: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    if tables.appeals is None:
        return late
    is_open = pl.col("refused_on").is_null() | (pl.col("refused_on") > as_of)
    held = tables.appeals.filter((pl.col("received_on") <= as_of) & is_open)
    return late.join(held, on=["lender", "loan_id", "due_on"], how="anti")
