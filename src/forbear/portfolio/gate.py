"""The gate as a mask: for every borrower and channel, whether and when contact is permitted.

People share few combinations of facts, so each rule is asked once per combination, channel and
half hour of the local day, and the answers are laid back on the people. A half hour is permitted
only if the rules allow its first and its last minute. What the borrower asked for, and holds, refuse on
top, with the ids of the gate's own grounds (`contact.permission`). The window is the first unbroken
run of permitted half hours. Which actions use it is decided in `strategy`.
"""

import functools
from datetime import UTC, datetime

import polars as pl

from forbear.compliance.columns import ColumnRule, column_type, facts_read, grounds, judged
from forbear.compliance.fact_kinds import vocabulary
from forbear.compliance.judging import RulesInForce
from forbear.compliance.verdicts import BY_SEVERITY, Ruling
from forbear.contact.channels import Channel
from forbear.contact.facts import ContactFacts
from forbear.contact.permission import INCONVENIENT, ON_HOLD, OPTED_OUT, STOPPED
from forbear.contact.preferences import Preference, PreferenceKind, Wishes
from forbear.contact.preferences import wish_facts as facts_of_wishes
from forbear.contact.preferences_columns import BITS, CHANNELS_STATED, HOURS, MASK

SLOT_MINUTES = 30
CONTACT = vocabulary(ContactFacts)
NO_HOURS = -1
# What the gate itself varies; every other fact comes with the person.
VARIED = frozenset(
    {
        "channel",
        "local_minute",
        "is_channel_opted_out",
        "is_contact_stopped",
        "is_time_inconvenient",
    }
)
# The gate's own refusals of a contact to collect from the borrower, as `permission.own_grounds`.
OWN = (
    (ON_HOLD, "is_on_hold"),
    (OPTED_OUT, "is_channel_opted_out"),
    (STOPPED, "is_contact_stopped"),
    (INCONVENIENT, "is_time_inconvenient"),
)


def permitted(facts: pl.DataFrame, in_force: RulesInForce) -> pl.DataFrame:
    """One row a person and channel: ruling, window, rule ids, reasons.

    `facts`: lender, borrower_id, local_minute (null: zone unknown) and counted facts, all of one
    lender; a fact without a column has its neutral value. What a borrower restricted is read from
    the columns of `preferences_columns`, nothing where they are absent. A channel is `allowed` if
    some half hour of the day is.
    """
    rules = in_force.column_rules()
    read = sorted((facts_read(rules) | {"is_on_hold"}) - VARIED)
    known = pl.col("local_minute").is_not_null().alias("is_zone_known")
    hours = _stated_hours(facts)
    stated = _stated(facts, hours)
    people = facts.select("lender", "borrower_id", known, *(_fact(n, facts) for n in read), *stated)
    kinds = people.drop("lender", "borrower_id").unique()
    asked = _asked(kinds.with_row_index("kind"), hours)
    rulings = pl.col("ruling").replace_strict(
        dict(enumerate(r.value for r in BY_SEVERITY)), return_dtype=pl.String
    )
    answered = _answered(asked, rules).with_columns(*_own_refusals()).with_columns(rulings)
    shared = ["is_zone_known", *read, *CHANNELS_STATED, HOURS]
    keyed = people.join(kinds.with_row_index("kind"), on=shared, how="left", nulls_equal=True)
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


def _stated_hours(facts: pl.DataFrame) -> list[str]:
    """The distinct statements of inconvenient hours: people are joined on their place in it."""
    if HOURS not in facts.columns:
        return []
    return facts[HOURS].drop_nulls().unique().sort().to_list()


def _stated(facts: pl.DataFrame, hours: list[str]) -> list[pl.Expr]:
    """What a borrower restricted, nothing where the columns are absent."""
    channels = [
        pl.col(name) if name in facts.columns else pl.lit(0, MASK).alias(name)
        for name in CHANNELS_STATED
    ]
    places = {one: place for place, one in enumerate(hours)}
    if not places:
        return [*channels, pl.lit(NO_HOURS, pl.Int32).alias(HOURS)]
    told = pl.col(HOURS).replace_strict(places, default=NO_HOURS, return_dtype=pl.Int32)
    return [*channels, told.alias(HOURS)]


def _answered(asked: pl.DataFrame, rules: list[ColumnRule]) -> pl.DataFrame:
    """The rules' answers, asked once for each combination of the facts they read."""
    key = sorted(facts_read(rules) | {"channel"})
    once = asked.select(key).unique().with_columns(judged(rules)[0], **grounds(rules))
    return asked.join(once, on=key, how="left", nulls_equal=True)


def _own_refusals() -> list[pl.Expr]:
    """The judgement with the gate's own grounds behind the rules'."""
    found = [(ground, pl.col(name)) for ground, name in OWN]
    none = pl.lit(None, dtype=pl.String)
    ids = [pl.when(is_so).then(pl.lit(ground.rule_id)) for ground, is_so in found]
    reasons = [pl.when(is_so).then(pl.lit(ground.verdict.reason)) for ground, is_so in found]
    refuses = pl.any_horizontal(is_so for _, is_so in found)
    return [
        pl.when(refuses).then(pl.lit(2, dtype=pl.Int8)).otherwise("ruling").alias("ruling"),
        pl.concat_list("rule_ids", pl.concat_list([none, *ids]).list.drop_nulls()),
        pl.concat_list("verdict_reasons", pl.concat_list([none, *reasons]).list.drop_nulls()),
    ]


def _channel_words() -> pl.Expr:
    words = dict(enumerate(CONTACT.kinds["channel"].words))
    return pl.col("channel").replace_strict(words, return_dtype=pl.String)


def _asked(kinds: pl.DataFrame, hours: list[str]) -> pl.DataFrame:
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
    bit = pl.col("channel").replace_strict(
        {CONTACT.code("channel", word): bit for word, bit in BITS.items()}, return_dtype=MASK
    )
    opted_out, stopped = (pl.col(name) & bit != 0 for name in CHANNELS_STATED)
    inconvenient = _inconvenient(hours, asked)
    return asked.join(
        inconvenient, on=[HOURS, "channel", "minute", "is_zone_known"], how="left"
    ).with_columns(
        pl.when(pl.col("is_zone_known")).then(pl.col("minute")).alias("local_minute"),
        (pl.col("minute") // SLOT_MINUTES).alias("slot"),
        opted_out.alias("is_channel_opted_out"),
        stopped.alias("is_contact_stopped"),
        pl.col("is_time_inconvenient").fill_null(False),
    )


def _inconvenient(stated: list[str], asked: pl.DataFrame) -> pl.DataFrame:
    """For each statement of hours: the channels and minutes it speaks of; with the zone unknown all."""
    minutes = sorted(asked["minute"].unique())
    rows = [
        (place, CONTACT.code("channel", channel.value), minute, is_zone_known, True)
        for place, hours in enumerate(stated)
        for channel in Channel
        for is_zone_known in (True, False)
        for minute in minutes
        if _is_inconvenient(hours, channel, minute if is_zone_known else None)
    ]
    schema = {
        HOURS: pl.Int32(),
        **{name: asked.schema[name] for name in ("channel", "minute", "is_zone_known")},
        "is_time_inconvenient": pl.Boolean(),
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


# Any moment: the statements that come here were already found to hold.
_SOME_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


def _is_inconvenient(hours: str, channel: Channel, minute: int | None) -> bool:
    """As `contact.preferences` says of statements in words (`sms,480,600;,1200,1320`)."""
    told = facts_of_wishes(_wishes_of(hours), channel=channel, at=_SOME_MOMENT, local_minute=minute)
    return bool(told.get("is_time_inconvenient", False))


@functools.lru_cache(maxsize=4096)
def _wishes_of(hours: str) -> Wishes:
    made = []
    for one in hours.split(";"):
        channel, start, end = one.split(",")
        made.append(
            Preference(
                preference_id=one,
                kind=PreferenceKind.INCONVENIENT_HOURS,
                granted_at=_SOME_MOMENT,
                channel=Channel(channel) if channel else None,
                from_minute=int(start),
                until_minute=int(end),
            )
        )
    return Wishes(preferences=tuple(made))


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
