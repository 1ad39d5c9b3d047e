"""Made facts and histories for the rule benchmarks: seeded, within their kinds."""

import random
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from forbear.compliance.columns import column_type
from forbear.compliance.fact_kinds import Vocabulary
from forbear.contact.attempts import ContactAttempt, Outcome
from forbear.contact.channels import Channel
from forbear.contact.counting import ContactHistory

AT = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)


def made_frame(vocabularies: list[Vocabulary], rows: int, seed: int) -> pl.DataFrame:
    """Random columns of facts: counts small, as they are, optional facts unknown in three of ten."""
    draw = np.random.default_rng(seed)
    columns: dict[str, pl.Series] = {}
    for vocabulary in vocabularies:
        for name, kind in vocabulary.kinds.items():
            if name in columns:
                continue
            if kind.kind == "bool":
                held = pl.Series(name, draw.random(rows, dtype=np.float32) < 0.1)
            else:
                most = kind.hi if kind.words or kind.unit.startswith("minute of") else 9
                span = (kind.lo, min(kind.hi, max(most, kind.lo)))
                values = draw.integers(span[0], span[1] + 1, rows, dtype=np.int32)
                held = pl.Series(name, values).cast(column_type(kind))
            if kind.is_optional:
                known = pl.Series(draw.random(rows, dtype=np.float32) > 0.3)
                held = pl.select(pl.when(known).then(held).alias(name))[name]
            columns[name] = held
    return pl.DataFrame(columns)


def made_history(events: int, seed: int) -> ContactHistory:
    """One borrower's past: `events` attempts over half a year."""
    r = random.Random(seed)
    attempts = [
        ContactAttempt(
            attempt_id=str(n),
            attempted_at=AT - timedelta(minutes=r.randint(1, 180 * 1440)),
            channel=r.choice([Channel.VOICE_INTERACTIVE, Channel.VOICE_NOTICE_AI, Channel.SMS]),
            outcome=r.choice([Outcome.CONNECTED, Outcome.NO_ANSWER, Outcome.BUSY]),
            number_ref="mobile",
        )
        for n in range(events)
    ]
    return ContactHistory.of(attempts, time_zones=["Asia/Shanghai"])


def made_events(borrowers: int, each: int, seed: int) -> pl.DataFrame:
    """Events of many borrowers over a month, `person` a dense index."""
    draw = np.random.default_rng(seed)
    rows = borrowers * each
    channels, outcomes = [c.value for c in Channel], [o.value for o in Outcome]
    minutes = draw.integers(1, 30 * 1440, rows, dtype=np.int64)
    return pl.DataFrame(
        {
            "person": np.repeat(np.arange(borrowers, dtype=np.uint32), each),
            "attempted_at": pl.Series(minutes * 60_000_000).cast(pl.Duration("us")),
            "channel": _words(channels, draw.integers(0, 3, rows, dtype=np.int8)),
            "outcome": _words(outcomes, draw.integers(0, 5, rows, dtype=np.int8)),
        }
    ).with_columns(
        (pl.lit(AT) - pl.col("attempted_at")).alias("attempted_at"),
        pl.lit("mobile").alias("number_ref"),
        pl.lit(None, pl.String).alias("loan_ref"),
    )


def _words(words: list[str], codes: np.ndarray) -> pl.Series:
    return pl.Series(codes).cast(pl.UInt8).cat.to(pl.Enum(words))


def made_people(borrowers: int) -> pl.DataFrame:
    """The borrowers of `made_events`, all in one zone, asked about at one moment."""
    return pl.DataFrame({"person": np.arange(borrowers, dtype=np.uint32)}).with_columns(
        pl.lit("Asia/Shanghai").alias("time_zone"),
        pl.lit("mobile").alias("number_ref"),
        pl.lit(None, pl.String).alias("loan_ref"),
        pl.lit(AT).alias("at"),
    )
