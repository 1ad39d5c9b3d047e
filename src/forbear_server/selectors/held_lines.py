"""Lines of the worklist that rest because of what borrowers said since the night: holds, as they stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

import polars as pl
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q

from forbear.loans.spoken_of import LoanInQuestion, contact_rests
from forbear.portfolio.book import partition_of
from forbear_server.selectors.books import open_book, run_folder
from forbear_server.store.models import ContactHold, WorklistItem


def standing_holds(now: datetime) -> ArraySubquery:
    """For a query of lines: the loans its borrower's standing holds name, "" for the person."""
    return ArraySubquery(
        ContactHold.objects.filter(
            Q(until__isnull=True) | Q(until__gt=now),
            borrower_id=OuterRef("borrower_id"),
            lifted_at__isnull=True,
            placed_at__lte=now,
        ).values("loan_ref")
    )


def held_back(
    lender_code: str, lines: Iterable[tuple[WorklistItem, Sequence[str]]]
) -> frozenset[int]:
    """Our keys of the borrowers contact with whom rests: a hold on them, or on every loan left.

    `lines` are of one day, each with its `standing_holds`; the loans are those of its night.
    """
    held = {line.borrower.ref: (line, refs) for line, refs in lines if refs}
    loans = _loans_of_the_night(lender_code, [line for line, refs in held.values()])
    return frozenset(
        line.borrower_id
        for ref, (line, refs) in held.items()
        if contact_rests(loans.get(ref, ()), held=refs)
    )


def aged_loans(lender_code: str, day: date, refs: Sequence[str]) -> pl.DataFrame:
    """Rows of that night's aging of these borrowers, in one reading; none where it left none."""
    partitions = open_book(lender_code).manifest.partitions
    folder = run_folder(lender_code, day)
    shards = sorted({partition_of(lender_code, ref, partitions) for ref in refs})
    files = [path for n in shards if (path := folder.file("age", f"p{n:02d}")).exists()]
    if not files:
        return pl.DataFrame()
    own = (pl.col("lender") == lender_code) & pl.col("borrower_id").is_in(list(refs))
    return pl.scan_parquet(files).filter(own).collect()


def _loans_of_the_night(
    lender_code: str, lines: Sequence[WorklistItem]
) -> dict[str, list[LoanInQuestion]]:
    if not lines:
        return {}
    refs = [line.borrower.ref for line in lines]
    found: dict[str, list[LoanInQuestion]] = {}
    for row in aged_loans(lender_code, lines[0].business_date, refs).iter_rows(named=True):
        found.setdefault(row["borrower_id"], []).append(
            LoanInQuestion(
                ref=row["loan_id"],
                is_active=row["status"] == "active",
                days_past_due=row["days_past_due"],
                arrears_minor=row["arrears_minor"],
            )
        )
    return found
