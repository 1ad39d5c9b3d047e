"""accepted + rejected + quarantined + notes = rows read, whatever is wrong with the tape."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forbear.intake.row_states import RowCounts
from forbear.portfolio.book import Book
from forbear.primitives.errors import InvariantBroken
from intake.tape_files import SOUND, changed, run, write_tape

WORDS = ",x,-1,0,1,2,L1,L2,B1,B2,P1,20000,1.5,2026-02-30,2026-10-14,2030-01-01,CNY,XYZ,payment"
CELLS = st.sampled_from([*WORDS.split(","), "reversal", "13900001111", "=1+1"])
FAULTS = st.tuples(st.sampled_from(sorted(SOUND)), st.integers(0, 3), st.integers(0, 6), CELLS)


def spoilt(faults: list[tuple[str, int, int, str]]) -> dict[str, str]:
    """The sound tape with cells overwritten."""
    grids = {name: [line.split(",") for line in text.splitlines()] for name, text in SOUND.items()}
    for name, row, column, cell in faults:
        rows = grids[name][1:]
        cells = rows[row % len(rows)]
        cells[column % len(cells)] = cell
    return {name: "\n".join(",".join(r) for r in grid) + "\n" for name, grid in grids.items()}


@settings(max_examples=50, deadline=None)
@given(st.lists(FAULTS, max_size=6), st.booleans())
def test_every_row_read_is_counted_once(
    faults: list[tuple[str, int, int, str]], clean_rows_only: bool
) -> None:
    with TemporaryDirectory() as folder:
        tape = write_tape(Path(folder) / "t", spoilt(faults))
        report = run(tape, Path(folder) / "book", clean_rows_only=clean_rows_only)
        rows = report.rows
        assert rows.rows_read == 11
        assert rows.accepted + rows.rejected + rows.quarantined + rows.notes == 11
        errors = {f.code for f in report.findings if f.level == "error"}
        assert (report.outcome == "refused") == bool(errors and not clean_rows_only) or (
            rows.accepted == 0
        )
        if report.outcome == "taken":
            stored = Book.open(Path(folder) / "book")
            heights = {name: stored.scan_all(name).collect().height for name in report.tables}
            assert heights == report.tables
            assert sum(heights.values()) == rows.accepted


@pytest.mark.parametrize(
    ("file", "old", "new", "rejected", "quarantined"),
    [
        # A bad loan row: its two instalments and its payment wait with it.
        ("loans.csv", "2026-08-14", "never", 1, 3),
        # A bad instalment: the loan, its other instalment and its payment.
        ("instalments.csv", "L1,1,2026-09-14", "L1,1,never", 1, 3),
        # A bad payment: the loan would look unpaid, so the loan and both instalments wait.
        ("payments.csv", "2026-09-14,10200", "2026-09-14,free", 1, 3),
        # A borrower without an id: nobody knows B2, so both its loans are rejected,
        # and two instalments and one payment wait.
        ("borrowers.csv", "B2,", ",", 3, 3),
    ],
)
def test_a_loan_stands_or_falls_whole(
    tmp_path: Path, file: str, old: str, new: str, rejected: int, quarantined: int
) -> None:
    report = run(write_tape(tmp_path / "t", changed(file, old, new)), tmp_path / "book")
    sound = 11 - rejected - quarantined
    assert report.rows == RowCounts(11, sound, rejected, quarantined, 0)


def test_counts_that_do_not_add_up_are_a_bug() -> None:
    with pytest.raises(InvariantBroken, match="10 rows counted of 11 read"):
        RowCounts(11, 10, 0, 0, 0)
