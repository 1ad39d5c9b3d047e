"""Which loan a contact is about, and that the night and the desk choose the same one."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from forbear.loans.spoken_of import LoanInQuestion, loan_spoken_of
from forbear.portfolio.desk_wishes import loans_to_speak_of
from forbear.portfolio.plan import borrowers

AT = datetime(2026, 11, 20, 2, tzinfo=UTC)
Row = tuple[str, str, int, int]  # ref, status, days past due, arrears
WORST: Row = ("L-1", "active", 37, 100)
OTHER: Row = ("L-5", "active", 20, 900)
CASES: list[tuple[list[Row], set[str], str | None]] = [
    ([OTHER, WORST], set(), "L-1"),
    ([WORST, OTHER], {"L-1"}, "L-5"),
    ([OTHER, WORST], {"L-1", "L-5"}, "L-1"),
    ([WORST, ("L-5", "written_off", 400, 900)], set(), "L-1"),
    ([WORST, ("L-5", "written_off", 400, 900)], {"L-1"}, "L-1"),
    ([WORST, ("L-5", "recalled", 400, 900)], {"L-1"}, "L-1"),
    ([WORST, ("L-5", "active", 0, 0)], {"L-1"}, "L-1"),
    ([WORST, ("L-5", "active", 37, 900)], set(), "L-5"),
    ([("L-5", "active", 37, 100), WORST], set(), "L-1"),
    ([("L-5", "written_off", 400, 900)], set(), None),
    ([("L-5", "active", 0, 0)], set(), None),
]


def of_the_night(rows: list[Row], held: set[str]) -> str | None:
    """What a night with these loans and holds would speak of."""
    columns = ["loan_id", "status", "days_past_due", "arrears_minor"]
    aged = pl.DataFrame(rows, schema=columns, orient="row").with_columns(
        lender=pl.lit("qinghe"),
        borrower_id=pl.lit("B-1"),
        bucket=pl.lit("M1"),
        currency=pl.lit("CNY"),
        outstanding_minor=pl.col("arrears_minor"),
    )
    holds = pl.DataFrame(
        [("qinghe", "B-1", ref, AT, None, None) for ref in sorted(held)],
        schema={
            "lender": pl.String,
            "borrower_id": pl.String,
            "loan_ref": pl.String,
            "placed_at": pl.Datetime("us", "UTC"),
            "until": pl.Datetime("us", "UTC"),
            "lifted_at": pl.Datetime("us", "UTC"),
        },
        orient="row",
    )
    chosen = borrowers(loans_to_speak_of(aged.lazy(), holds.lazy(), AT)).collect()
    return None if chosen.is_empty() else str(chosen["loan_ids"][0][0])


@pytest.mark.parametrize(("rows", "held", "expected"), CASES)
def test_the_desk_speaks_of_the_loan_the_night_chose(
    rows: list[Row], held: set[str], expected: str | None
) -> None:
    loans = [
        LoanInQuestion(ref=ref, is_active=status == "active", days_past_due=days, arrears_minor=due)
        for ref, status, days, due in rows
    ]
    assert loan_spoken_of(loans, held=held) == expected
    assert of_the_night(rows, held) == expected
