"""The gate as a mask: for every borrower and channel, whether and when contact is permitted.

People share few combinations of facts, so each rule is asked once per combination, channel and
half hour of the local day, and the answers are laid back on the people. A half hour is permitted
only if the rules allow its first and its last minute. The window is the first unbroken run of
permitted half hours. Which actions use it is decided in `strategy`.
"""

from collections.abc import Iterable
from datetime import date

import polars as pl

from forbear.compliance import verdicts_columns
from forbear.compliance.rules import Rule
from forbear.compliance.verdicts import Ruling
from forbear.compliance.verdicts_columns import ColumnRule
from forbear.contact.channels import Channel

SLOT_MINUTES = 30
FACTS = {
    "agreed_from_minute": pl.Int16(),
    "agreed_until_minute": pl.Int16(),
    "has_night_consent": pl.Boolean(),
    "connected_notice_calls_today": pl.Int32(),
    "connected_interactive_calls_today": pl.Int32(),
    "unanswered_attempts_today_same_number": pl.Int32(),
    "agreed_attempt_cap": pl.Int16(),
    "agreed_call_cap": pl.Int16(),
}


def permitted(
    facts: pl.DataFrame,
    rules: Iterable[Rule],
    column_rules: dict[str, ColumnRule],
    *,
    on: date,
    lender_kind: str,
) -> pl.DataFrame:
    """One row a person and channel: ruling, window, rule ids, reasons.

    `facts`: lender, borrower_id, local_minute (null: zone unknown) and the columns of FACTS,
    all of one lender. A channel is `allowed` if some half hour of the day is.
    """
    answers = [
        (r.id, column_rules[r.id](r.parameters(on)))
        for r in rules
        if r.applies(on=on, lender_kind=lender_kind)
    ]
    known = pl.col("local_minute").is_not_null().alias("is_zone_known")
    people = facts.select("lender", "borrower_id", known, *_typed())
    kinds = people.drop("lender", "borrower_id").unique()
    masks = _windows(_asked(kinds.with_row_index("kind"), answers))
    keyed = people.join(
        kinds.with_row_index("kind"), on=["is_zone_known", *FACTS], how="left", nulls_equal=True
    )
    laid = keyed.select("lender", "borrower_id", "kind").join(masks, on="kind")
    return laid.drop("kind").sort("lender", "borrower_id", "channel")


def _typed() -> list[pl.Expr]:
    return [pl.col(name).cast(kind) for name, kind in FACTS.items()]


def _asked(
    kinds: pl.DataFrame, answers: list[tuple[str, verdicts_columns.ColumnVerdict]]
) -> pl.DataFrame:
    """Every combination × channel × first and last minute of each half hour, answered."""
    minutes = [m for s in range(0, 1440, SLOT_MINUTES) for m in (s, s + SLOT_MINUTES - 1)]
    channels = pl.DataFrame({"channel": [c.value for c in Channel]})
    asked = kinds.join(channels, how="cross").join(
        pl.DataFrame({"minute": minutes}, schema={"minute": pl.Int32}), how="cross"
    )
    asked = asked.with_columns(
        pl.when(pl.col("is_zone_known")).then(pl.col("minute")).alias("local_minute"),
        (pl.col("minute") // SLOT_MINUTES).alias("slot"),
    )
    return asked.with_columns(**verdicts_columns.combined(answers))


def _windows(asked: pl.DataFrame) -> pl.DataFrame:
    """Per combination and channel: the answer for the day, its first permitted run, its grounds."""
    key = ["kind", "channel"]
    slots = (
        asked.group_by(*key, "slot")
        .agg(
            (pl.col("ruling") == Ruling.ALLOWED.value).all().alias("is_permitted"),
            (pl.col("ruling") == Ruling.NEEDS_REVIEW.value).any().alias("is_unsure"),
        )
        .sort(*key, "slot")
    )
    is_break = ~pl.col("is_permitted") & pl.col("is_permitted").shift(1).fill_null(False)
    first_run = pl.col("is_permitted") & (is_break.cast(pl.Int32).cum_sum().over(key) == 0)
    permitted_slot = pl.col("slot").filter("in_first_run")
    days = (
        slots.with_columns(first_run.alias("in_first_run"))
        .group_by(key, maintain_order=True)
        .agg(
            pl.when(pl.col("is_permitted").any())
            .then(pl.lit(Ruling.ALLOWED.value))
            .when(pl.col("is_unsure").any())
            .then(pl.lit(Ruling.NEEDS_REVIEW.value))
            .otherwise(pl.lit(Ruling.REFUSED.value))
            .alias("ruling"),
            (permitted_slot.min() * SLOT_MINUTES).cast(pl.Int16).alias("permitted_from_minute"),
            ((permitted_slot.max() + 1) * SLOT_MINUTES)
            .cast(pl.Int16)
            .alias("permitted_until_minute"),
        )
    )
    return days.join(_all_day_grounds(asked), on=key, how="left").with_columns(
        pl.col("rule_ids", "verdict_reasons").fill_null(pl.lit([], dtype=pl.List(pl.String)))
    )


def _all_day_grounds(asked: pl.DataFrame) -> pl.DataFrame:
    """The rules that stand in the way at every minute asked, so that waiting does not help."""
    key = ["kind", "channel"]
    asked_minutes = asked["minute"].n_unique()
    return (
        asked.select(*key, "minute", "rule_ids", "verdict_reasons")
        .explode("rule_ids", "verdict_reasons")
        .drop_nulls("rule_ids")
        .group_by(*key, "rule_ids")
        .agg(pl.col("minute").n_unique().alias("minutes"), pl.col("verdict_reasons").min())
        .filter(pl.col("minutes") == asked_minutes)
        .sort(*key, "rule_ids")
        .group_by(key, maintain_order=True)
        .agg("rule_ids", "verdict_reasons")
    )
