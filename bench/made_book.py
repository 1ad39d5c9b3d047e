"""A book of any size made straight as Parquet: loans × 12 instalments with lifelike payments.

Made partition by partition, so ten million loans need the memory of one partition only.
"""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from forbear.portfolio.book import Book, TapeRecord
from forbear.portfolio.schema import BOOK
from forbear.portfolio.taking import (
    partitions_for,
    with_running_totals,
    with_schedule_totals,
)

START = date(2025, 10, 1)
AS_OF = date(2026, 11, 20)
COUNT = 12
DUE_MINOR = 103_650


def make_book(root: Path, loans: int, *, seed: int = 20261120) -> Book:
    """Write a book of `loans` loans with 12 instalments each, partitioned as an import would."""
    partitions = partitions_for(loans)
    book = Book.open_or_new(root, partitions=partitions)
    with book.writing() as draft:
        for number in range(partitions):
            size = loans // partitions + (number < loans % partitions)
            rng = np.random.Generator(np.random.Philox([seed, number]))
            tables = _partition(number, size, rng)
            for name, frame in tables.items():
                draft.replace(name, number, frame)
        record = TapeRecord(
            f"{seed:064d}", "made", "new", "made", "bench", str(AS_OF), loans, 0, 0, 0
        )
        draft.record(record, lender_terms={"kind": "consumer_finance"})
    return book


def _partition(number: int, size: int, rng: np.random.Generator) -> dict[str, pl.DataFrame]:
    keys = np.arange(size, dtype=np.uint32)
    first = rng.integers(0, 300, size)
    paid_count = np.where(rng.random(size) < 0.83, COUNT, rng.integers(0, COUNT, size))
    loans = _loans(number, keys, first, rng)
    day = np.datetime64(START)
    seq = np.tile(np.arange(COUNT, dtype=np.int32), size)
    key = np.repeat(keys, COUNT)
    due = day + (np.repeat(first, COUNT) + 30 + 30 * seq).astype("timedelta64[D]")
    instalments = with_running_totals(_instalments(key, seq, due))
    late = rng.choice([0, 0, 0, 0, 0, 1, 3, 9, 20], key.size).astype("timedelta64[D]")
    is_paid = seq < np.repeat(paid_count, COUNT)
    payments = pl.DataFrame({"loan_key": key[is_paid], "effective_on": (due + late)[is_paid]})
    payments = payments.with_row_index("payment_id").with_columns(
        pl.col("payment_id").cast(pl.String),
        pl.lit(DUE_MINOR).alias("amount_minor"),
        pl.lit("payment").alias("kind"),
        pl.lit(None, pl.String).alias("reverses"),
    )
    return {
        "loans": with_schedule_totals(loans, instalments),
        "instalments": instalments,
        "payments": payments,
    }


def _loans(
    number: int, keys: np.ndarray, first: np.ndarray, rng: np.random.Generator
) -> pl.DataFrame:
    day = np.datetime64(START)
    frame = pl.DataFrame({"loan_key": keys, "disbursed_on": day + first.astype("timedelta64[D]")})
    frame = frame.with_columns(
        pl.lit("made").alias("lender"),
        pl.format(f"L{number:02d}-{{}}", "loan_key").alias("loan_id"),
        pl.format(f"B{number:02d}-{{}}", "loan_key").alias("borrower_id"),
        pl.lit("online").alias("product"),
        pl.lit("CNY").alias("currency"),
        pl.lit(1_140_000).alias("principal_minor"),
        pl.lit("given").alias("method"),
        pl.lit("0.126").alias("interest_rate_annual"),
        pl.lit("0.189").alias("penalty_rate_annual"),
        pl.lit("actual/360").alias("day_count"),
        pl.lit(0).alias("scheduled_minor"),
    )
    missing = [c for c in BOOK["loans"] if c not in frame.columns]
    frame = frame.with_columns(pl.lit(None).alias(c) for c in missing)
    return frame.select(pl.col(c).cast(t) for c, t in BOOK["loans"].items())


def _instalments(key: np.ndarray, seq: np.ndarray, due: np.ndarray) -> pl.DataFrame:
    frame = pl.DataFrame({"loan_key": key, "seq": seq + 1, "due_on": due})
    return frame.with_columns(
        pl.lit(95_000).alias("principal_minor"),
        pl.lit(8_650).alias("interest_minor"),
        pl.lit(0).alias("fees_minor"),
        pl.lit(0).alias("penalty_minor"),
    )
