"""The card panel: every account-month, ids only, its own states as a scheme."""

from pathlib import Path

import pytest

from data_sets.shared_sets import data_set
from forbear.intake.row_states import RowCounts
from forbear.portfolio.book import Book
from intake.tape_files import run

pytestmark = pytest.mark.shared


def test_panel_of_840142_account_months_comes_in(tmp_path: Path) -> None:
    source = data_set("card_monthly_status_panel")
    report = run(source, tmp_path / "book", preset_name="card-panel")
    assert report.outcome == "taken"
    assert report.rows == RowCounts(840_142, 840_142, 0, 0, 0)
    assert report.tables == {"borrowers": 36_894, "loans": 36_894, "monthly_status": 840_142}
    book = Book.open(tmp_path / "book")
    assert book.manifest.status_scheme == "card-panel"
    counts = dict(book.scan_all("monthly_status").collect()["status"].value_counts().iter_rows())
    assert counts == {
        "C": 354_642,
        "0": 307_511,
        "X": 166_552,
        "1": 8_958,
        "2": 695,
        "3": 249,
        "4": 183,
        "5": 1_352,
    }
    loans = book.scan_all("loans").collect()
    assert loans["principal_minor"].null_count() == loans.height
