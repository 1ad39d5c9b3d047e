"""The gate as a mask: for every borrower and channel, whether and when contact is permitted.

People share few combinations of facts, so each rule is asked once per combination, channel and
half hour of the local day, and the answers are laid back on the people. A half hour is permitted
only if the rules allow its first and its last minute. The window is the first unbroken run of
permitted half hours. Which actions use it is decided in `strategy`.
"""

import polars as pl

from forbear.compliance.columns import column_type, facts_read, grounds, judged
from forbear.compliance.fact_kinds import vocabulary
from forbear.compliance.judging import RulesInForce
from forbear.compliance.verdicts import BY_SEVERITY, Ruling
from forbear.contact.channels import Channel
from forbear.contact.facts import ContactFacts

SLOT_MINUTES = 30
CONTACT = vocabulary(ContactFacts)
# What the gate itself varies; every other fact comes with the person.
ASKED = frozenset({"channel", "local_minute"})


def permitted(facts: pl.DataFrame, in_force: RulesInForce) -> pl.DataFrame:
    """One row a person and channel: ruling, window, rule ids, reasons.

    `facts`: lender, borrower_id, local_minute (null: zone unknown) and counted facts, all of one
    lender; a fact without a column has its neutral value. A channel is `allowed` if some half
    hour of the day is.
    """
    rules = in_force.column_rules()
    read = sorted(facts_read(rules) - ASKED)
    known = pl.col("local_minute").is_not_null().alias("is_zone_known")
    people = facts.select("lender", "borrower_id", known, *(_fact(n, facts) for n in read))
    kinds = people.drop("lender", "borrower_id").unique()
    asked = _asked(kinds.with_row_index("kind"))
    rulings = pl.col("ruling").replace_strict(
        dict(enumerate(r.value for r in BY_SEVERITY)), return_dtype=pl.String
    )
    answered = asked.with_columns(judged(rules)[0], **grounds(rules)).with_columns(rulings)
    keyed = people.join(
        kinds.with_row_index("kind"), on=["is_zone_known", *read], how="left", nulls_equal=True
    )
    words = _channel_words()
    laid = keyed.select("lender", "borrower_id", "kind").join(
        _windows(answered).with_columns(words), on="kind"
    )
    return laid.drop("kind").sort("lender", "borrower_id", "channel")


def _fact(name: str, facts: pl.DataFrame) -> pl.Expr:
    """A person's fact in its column type; words of a closed list as their position."""
    kind = CONTACT.kinds[name]
    if name not in facts.columns:
        neutral = CONTACT.code(name, CONTACT.defaults[name])
        return pl.lit(neutral, dtype=column_type(kind)).alias(name)
    return pl.col(name).cast(column_type(kind))


def _channel_words() -> pl.Expr:
    words = dict(enumerate(CONTACT.kinds["channel"].words))
    return pl.col("channel").replace_strict(words, return_dtype=pl.String)


def _asked(kinds: pl.DataFrame) -> pl.DataFrame:
    """Every combination × channel × first and last minute of each half hour."""
    minutes = [m for s in range(0, 1440, SLOT_MINUTES) for m in (s, s + SLOT_MINUTES - 1)]
    codes = [CONTACT.code("channel", c.value) for c in Channel]
    channels = pl.DataFrame(
        {"channel": codes}, schema={"channel": column_type(CONTACT.kinds["channel"])}
    )
    minute = column_type(CONTACT.kinds["local_minute"])
    asked = kinds.join(channels, how="cross").join(
        pl.DataFrame({"minute": minutes}, schema={"minute": minute}), how="cross"
    )
    return asked.with_columns(
        pl.when(pl.col("is_zone_known")).then(pl.col("minute")).alias("local_minute"),
        (pl.col("minute") // SLOT_MINUTES).alias("slot"),
    )


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
