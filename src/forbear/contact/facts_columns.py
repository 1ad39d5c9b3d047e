"""Twin of `facts.py` over columns: the counts of one moment for every borrower.

`people`: lender, borrower_id, time_zone (null: unknown), number_ref (null: any number), `at`
(UTC moment). `attempts` and `consents` in the schema of the book. The result adds to each
person the fields of `ContactFacts`, with nulls where the scalar has None.
"""

import polars as pl

from forbear.contact.attempts import UNANSWERED, Outcome
from forbear.contact.channels import VOICE, Channel
from forbear.contact.consents import ConsentKind

PERSON = ["lender", "borrower_id"]
COUNTS = [
    "connected_notice_calls_today",
    "connected_interactive_calls_today",
    "unanswered_attempts_today_same_number",
]


def contact_facts(
    people: pl.LazyFrame, attempts: pl.LazyFrame, consents: pl.LazyFrame
) -> pl.LazyFrame:
    """`people` with their contact facts, one row a person; `channel` is the caller's."""
    local = _local_start(people)
    return (
        local.join(_counts(local, attempts), on=PERSON, how="left")
        .with_columns(pl.col(COUNTS).fill_null(0).cast(pl.Int32))
        .join(_agreed(local, consents), on=PERSON, how="left")
        .with_columns(pl.col("has_night_consent").fill_null(False))
        .drop("day_starts_at")
    )


def _local_start(people: pl.LazyFrame) -> pl.LazyFrame:
    """`local_minute`, and the moment at which the person's local day began.

    Zones are few, so each is converted once for its own rows.
    """
    zones = people.select(pl.col("time_zone").unique().drop_nulls()).collect()["time_zone"]
    minute, starts = pl.lit(None, pl.Int32), pl.col("at") - pl.duration(hours=24, microseconds=-1)
    for name in sorted(zones):
        is_here = pl.col("time_zone") == name
        local = pl.col("at").dt.convert_time_zone(name)
        here_minute = local.dt.hour().cast(pl.Int32) * 60 + local.dt.minute().cast(pl.Int32)
        here_start = local.dt.truncate("1d").dt.convert_time_zone("UTC")
        minute = pl.when(is_here).then(here_minute).otherwise(minute)
        starts = pl.when(is_here).then(here_start).otherwise(starts)
    return people.with_columns(minute.alias("local_minute"), starts.alias("day_starts_at"))


def _counts(people: pl.LazyFrame, attempts: pl.LazyFrame) -> pl.LazyFrame:
    """Calls of the local day before `at`, by what came of them."""
    own = people.select(*PERSON, "at", "day_starts_at", pl.col("number_ref").alias("dialled"))
    today = attempts.join(own, on=PERSON).filter(
        (pl.col("attempted_at") < pl.col("at"))
        & (pl.col("attempted_at") >= pl.col("day_starts_at"))
    )
    is_connected = pl.col("outcome") == Outcome.CONNECTED.value
    is_same_number = (
        pl.col("dialled").is_null()
        | pl.col("number_ref").is_null()
        | (pl.col("number_ref") == pl.col("dialled"))
    ).fill_null(True)
    is_unanswered = (
        pl.col("channel").is_in([c.value for c in VOICE])
        & pl.col("outcome").is_in([o.value for o in UNANSWERED])
        & is_same_number
    )
    sums = [
        ((pl.col("channel") == Channel.VOICE_NOTICE_AI.value) & is_connected).sum(),
        ((pl.col("channel") == Channel.VOICE_INTERACTIVE.value) & is_connected).sum(),
        is_unanswered.sum(),
    ]
    return today.group_by(PERSON).agg(
        one.cast(pl.Int32).alias(name) for one, name in zip(sums, COUNTS, strict=True)
    )


def _agreed(people: pl.LazyFrame, consents: pl.LazyFrame) -> pl.LazyFrame:
    """The latest consent of each kind that holds at `at`."""
    holding = (
        consents.join(people.select(*PERSON, "at"), on=PERSON)
        .filter(
            (pl.col("granted_at") <= pl.col("at"))
            & ~(pl.col("withdrawn_at") <= pl.col("at")).fill_null(False)
        )
        .sort("granted_at", "consent_id")
    )

    def last(field: str, kind: ConsentKind) -> pl.Expr:
        return pl.col(field).filter(pl.col("kind") == kind.value).last()

    return holding.group_by(PERSON, maintain_order=True).agg(
        last("from_minute", ConsentKind.AGREED_HOURS).alias("agreed_from_minute"),
        last("until_minute", ConsentKind.AGREED_HOURS).alias("agreed_until_minute"),
        (pl.col("kind") == ConsentKind.NIGHT_CONTACT.value).any().alias("has_night_consent"),
        last("daily_cap", ConsentKind.ATTEMPT_CAP).alias("agreed_attempt_cap"),
        last("daily_cap", ConsentKind.CALL_CAP).alias("agreed_call_cap"),
    )
