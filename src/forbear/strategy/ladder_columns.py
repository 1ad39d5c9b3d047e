"""Twin of `ladder.py` over columns.

Reads days_past_due, arrears_minor, days_since_attempt (null: none), last_connected, is_snoozed
and, per stage channel, the gate's answer in `ruling_<channel>`.
"""

from functools import reduce

import polars as pl

from forbear.strategy.ladder import Stage, StageLadder
from forbear.strategy.treatments import Action


def choose(ladder: StageLadder) -> dict[str, pl.Expr]:
    """`action`, `channel`, `reasons`, `priority` of the day before capacity."""
    hindrance = _hindrance(ladder)
    is_watched = _by_stage(ladder, [pl.lit(s.action is Action.WATCH) for s in ladder.stages])
    is_taken = is_watched | hindrance.is_null()
    stage_reason = _by_stage(ladder, [pl.lit(f"stage_{s.name}") for s in ladder.stages])
    action = _by_stage(ladder, [pl.lit(s.action.value) for s in ladder.stages])
    channel = _by_stage(ladder, [pl.lit(s.channel, pl.String) for s in ladder.stages])
    priority = _by_stage(ladder, [pl.lit(s.priority, pl.Int32) for s in ladder.stages])
    given = pl.when(~is_taken).then(hindrance)
    return {
        "action": pl.when(is_taken).then(action).otherwise(pl.lit(Action.WATCH.value)),
        "channel": pl.when(is_taken).then(channel),
        "reasons": pl.concat_list(given, stage_reason).list.drop_nulls(),
        "priority": pl.when(is_taken).then(priority).otherwise(pl.lit(0, pl.Int32)),
    }


def _by_stage(ladder: StageLadder, values: list[pl.Expr]) -> pl.Expr:
    """The value of the stage a row is in."""

    def step(chosen: pl.Expr, pair: tuple[Stage, pl.Expr]) -> pl.Expr:
        stage, value = pair
        return pl.when(pl.col("days_past_due") >= stage.from_days).then(value).otherwise(chosen)

    pairs = list(zip(ladder.stages, values, strict=True))
    return reduce(step, pairs[1:], pairs[0][1])


def _hindrance(ladder: StageLadder) -> pl.Expr:
    """The first reason not to act today, or null."""
    rulings = [
        pl.lit(None, pl.String) if s.channel is None else pl.col(f"ruling_{s.channel}")
        for s in ladder.stages
    ]
    ruling = _by_stage(ladder, rulings)
    rest = _by_stage(ladder, [pl.lit(s.rest_days) for s in ladder.stages])
    pause = _by_stage(ladder, [pl.lit(s.pause_days) for s in ladder.stages])
    needed = pl.when(pl.col("last_connected")).then(rest).otherwise(pause)
    return (
        pl.when(pl.col("is_snoozed"))
        .then(pl.lit("snoozed"))
        .when(pl.col("arrears_minor") < ladder.small_arrears_minor)
        .then(pl.lit("small_arrears"))
        .when((ruling == "refused").fill_null(False))
        .then(pl.lit("refused_by_rule"))
        .when((ruling == "needs_review").fill_null(False))
        .then(pl.lit("needs_review"))
        .when((pl.col("days_since_attempt") < needed).fill_null(False))
        .then(pl.lit("recently_contacted"))
    )
