"""Twin of `preferences.wish_facts` over columns: what every borrower restricted, at one moment.

A channel is one bit, in the order of `Channel`; inconvenient hours stay words until the minute is
asked about, since a night asks about every minute. The address is not known at night, so a
statement about one address counts for its channel, as the scalar form reads an unknown address.
"""

import polars as pl

from forbear.contact.channels import Channel
from forbear.contact.preferences import HoldKind, PreferenceKind

PERSON = ["lender", "borrower_id"]
BITS = {channel.value: 1 << place for place, channel in enumerate(Channel)}
EVERY_CHANNEL = sum(BITS.values())
# What the twin adds: facts of the person, channels as bits, hours as `channel,from,until;…`.
HELD = ["is_on_hold", "is_represented", "is_borrower_deceased"]
CHANNELS_STATED = ["opted_out_channels", "stopped_channels"]
HOURS = "inconvenient_hours"
MASK = pl.Int16()


def wish_facts(
    people: pl.LazyFrame, preferences: pl.LazyFrame, holds: pl.LazyFrame
) -> pl.LazyFrame:
    """`people` with what they restricted.

    `people`: lender, borrower_id, `at`, `loan_ref` (null: about no loan, so any hold counts).
    `preferences`: kind, channel (null: all), from_minute, until_minute, granted_at, until,
    withdrawn_at. `holds`: loan_ref (null: the person), kind, placed_at, until, lifted_at.
    """
    asked = people.select(*PERSON, "at", "loan_ref")
    return (
        people.join(_held(asked, holds), on=PERSON, how="left")
        .join(_stated(asked, preferences), on=PERSON, how="left")
        .with_columns(
            pl.col(HELD).fill_null(False),
            *(pl.col(name).fill_null(0).cast(MASK) for name in CHANNELS_STATED),
        )
    )


def stands(at: str = "at") -> pl.Expr:
    """Whether a hold stands at the moment in the column `at`, whatever loan it names."""
    return (pl.col("placed_at") <= pl.col(at)) & _lasts("until", at) & _lasts("lifted_at", at)


def _held(asked: pl.LazyFrame, holds: pl.LazyFrame) -> pl.LazyFrame:
    named = holds.rename({"loan_ref": "held_loan_ref"}).join(asked, on=PERSON)
    is_meant = (
        pl.col("held_loan_ref").is_null()
        | pl.col("loan_ref").is_null()
        | (pl.col("held_loan_ref") == pl.col("loan_ref"))
    )
    kind = pl.col("kind")
    return (
        named.filter(stands() & is_meant)
        .group_by(PERSON)
        .agg(
            pl.lit(True).alias("is_on_hold"),
            (kind == HoldKind.REPRESENTATIVE.value).any().alias("is_represented"),
            (kind == HoldKind.DECEASED.value).any().alias("is_borrower_deceased"),
        )
    )


def _stated(asked: pl.LazyFrame, preferences: pl.LazyFrame) -> pl.LazyFrame:
    holding = preferences.join(asked.select(*PERSON, "at"), on=PERSON).filter(
        (pl.col("granted_at") <= pl.col("at"))
        & _lasts("until", "at")
        & _lasts("withdrawn_at", "at")
    )
    bit = pl.col("channel").replace_strict(BITS, default=EVERY_CHANNEL, return_dtype=MASK)
    hours = pl.concat_str(
        pl.col("channel").fill_null(""),
        pl.col("from_minute").fill_null(0),
        pl.col("until_minute").fill_null(1440),
        separator=",",
    )

    def channels(kind: PreferenceKind) -> pl.Expr:
        return bit.filter(pl.col("kind") == kind.value).bitwise_or()

    return holding.group_by(PERSON).agg(
        channels(PreferenceKind.CHANNEL_OPT_OUT).alias("opted_out_channels"),
        channels(PreferenceKind.CONTACT_STOPPED).alias("stopped_channels"),
        hours.filter(pl.col("kind") == PreferenceKind.INCONVENIENT_HOURS.value)
        .unique()
        .sort()
        .str.join(";")
        .replace("", None)
        .alias(HOURS),
    )


def _lasts(end: str, at: str) -> pl.Expr:
    return pl.col(end).is_null() | (pl.col(end) > pl.col(at))
