"""Importing against merely reading the same CSV with Polars: `python bench/importing.py [rows]`.

The tape is our own full schema: borrowers, loans (12 instalments each) and instalments, all new; then
a financial tape of payments on it. Reading, mapping, every check, merging into the book, fsync included.
"""

import shutil
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from forbear.intake.checking import CheckRequest
from forbear.intake.importing import import_tape
from forbear.intake.presets.catalogue import preset
from forbear.intake.reports import ImportReport, TapeKind
from forbear.intake.sources import Limits
from forbear.portfolio.book import Book

DAY = date(2026, 11, 20)
FIRST = date(2026, 1, 15)
PER_LOAN = 12


def write_new(folder: Path, loans: int) -> None:
    """Borrowers, loans and instalments of `loans` new loans."""
    folder.mkdir(parents=True)
    ids = pl.DataFrame({"n": range(loans)}).select(
        pl.format("L-{}", "n").alias("loan_id"), pl.format("B-{}", "n").alias("borrower_id")
    )
    ids.select(
        "borrower_id", time_zone=pl.lit("Asia/Shanghai"), language=pl.lit("zh-Hans")
    ).write_csv(folder / "borrowers.csv")
    ids.with_columns(
        product=pl.lit("online"),
        currency=pl.lit("CNY"),
        principal_minor=pl.lit("1140000"),
        disbursed_on=pl.lit(str(FIRST - timedelta(days=30))),
        method=pl.lit("given"),
        interest_rate_annual=pl.lit("0.126"),
        penalty_rate_annual=pl.lit("0.189"),
        day_count=pl.lit("actual/360"),
    ).write_csv(folder / "loans.csv")
    seq = pl.DataFrame({"seq": range(1, PER_LOAN + 1)}).with_columns(
        due_on=pl.Series([FIRST + timedelta(days=30 * n) for n in range(PER_LOAN)]).cast(pl.String)
    )
    ids.select("loan_id").join(seq, how="cross").with_columns(
        principal_minor=pl.lit("95000"), interest_minor=pl.lit("8650")
    ).write_csv(folder / "instalments.csv")


def write_payments(folder: Path, loans: int, rows: int) -> None:
    """`rows` payments over the loans."""
    folder.mkdir(parents=True)
    pl.DataFrame({"n": range(rows)}).select(
        pl.format("L-{}", pl.col("n") % loans).alias("loan_id"),
        pl.format("P-{}", "n").alias("payment_id"),
        pl.lit(str(FIRST)).alias("effective_on"),
        pl.lit("103650").alias("amount_minor"),
        pl.lit("payment").alias("kind"),
    ).write_csv(folder / "payments.csv")


def timed_import(folder: Path, book: Book, kind: TapeKind) -> tuple[float, ImportReport]:
    """Seconds and report of one import."""
    started = time.perf_counter()
    report = import_tape(
        folder,
        mapping=preset("forbear"),
        request=CheckRequest("made", kind, DAY),
        book=book,
        limits=Limits(file_bytes=2**33),
    )
    return time.perf_counter() - started, report


def timed_read(folder: Path) -> float:
    """Seconds `polars.read_csv` takes for the same files, every column as text."""
    started = time.perf_counter()
    for path in sorted(folder.glob("*.csv")):
        pl.read_csv(path, infer_schema=False)
    return time.perf_counter() - started


def main(rows: int) -> None:
    """Print one line a tape."""
    root = Path(tempfile.mkdtemp(prefix="forbear-bench-"))
    loans = rows // PER_LOAN
    try:
        write_new(root / "new", loans)
        write_payments(root / "paid", loans, rows)
        book = Book.open_or_new(root / "book")
        print(f"polars {pl.__version__}, {pl.thread_pool_size()} threads")
        print("tape                 rows   read_csv s  import s  ratio   rows/s")
        for name, kind in (("new", TapeKind.NEW), ("paid", TapeKind.FINANCIAL)):
            read = min(timed_read(root / name) for _ in range(3))
            spent, report = timed_import(root / name, book, kind)
            read_rows = report.rows.rows_read
            print(
                f"{name:<12} {read_rows:>12,} {read:>10.2f} {spent:>9.2f} {spent / read:>6.1f}"
                f" {read_rows / spent:>10,.0f}  {report.outcome.value}",
                flush=True,
            )
            book = Book.open(root / "book")
    finally:
        shutil.rmtree(root)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
