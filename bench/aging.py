"""Aging against merely scanning the columns it reads: `python bench/aging.py [loans ...]`."""

import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

import polars as pl
from made_book import AS_OF, make_book

from forbear.portfolio.aging import age_book
from forbear.portfolio.book import Book

READ = {
    "loans": [
        "loan_key", "lender", "loan_id", "borrower_id", "product", "currency", "disbursed_on",
        "penalty_rate_annual", "day_count", "settled_on", "written_off_on", "recalled_on",
        "scheduled_minor",
    ],
    "instalments": ["loan_key", "due_on", "seq", "principal_minor", "due_cumulative_minor"],
    "payments": ["loan_key", "effective_on", "amount_minor"],
}  # fmt: skip


def scan(book: Book) -> None:
    """Read every column aging reads, partition by partition, and keep nothing."""
    for number in range(book.manifest.partitions):
        for table, columns in READ.items():
            book.scan(table, number).select(columns).collect()


def timed(work: object, *arguments: object) -> float:
    """Seconds of one call."""
    started = time.perf_counter()
    work(*arguments)  # type: ignore[operator]
    return time.perf_counter() - started


def main(sizes: list[int]) -> None:
    """Print one line a size; each figure is the smaller of two runs."""
    print(f"polars {pl.__version__}, {pl.thread_pool_size()} threads")
    print("loans        scan s   age s   ratio  ns/loan  peak GB")
    for loans in sizes:
        root = Path(tempfile.mkdtemp(prefix="forbear-bench-"))
        try:
            book = make_book(root, loans)
            scanned = min(timed(scan, book) for _ in range(2))
            aged = min(timed(age_book, book, AS_OF) for _ in range(2))
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
            print(
                f"{loans:<12,} {scanned:6.2f} {aged:7.2f} {aged / scanned:7.2f}"
                f" {aged / loans * 1e9:8.0f} {peak:8.2f}",
                flush=True,
            )
        finally:
            shutil.rmtree(root)


if __name__ == "__main__":
    main([int(a) for a in sys.argv[1:]] or [100_000, 1_000_000, 10_000_000])
