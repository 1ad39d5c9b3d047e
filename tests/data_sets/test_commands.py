"""The commands of the README on the real sets, against arithmetic on the raw file done apart."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from data_sets.shared_sets import SHARED as DATA

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not here"),
]


def forbear(*arguments: object, status: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "forbear_server.cli.main", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stderr[-2000:]
    return done.stdout


def expected_on(as_of: date) -> dict[str, tuple[int, int, int]]:
    """loan id → days past due, arrears, outstanding by the words of the issue, loan by loan."""
    found = {}
    rows = pl.read_parquet(DATA / "superlender_ng/previous_loans.parquet").iter_rows(named=True)
    for row in rows:
        closed = row["closeddate"].date()
        if row["approveddate"].date() > as_of or closed < as_of:
            continue
        count = max(row["termdays"] // 30, 1)
        total = round(row["totaldue"] * 100)
        amounts = [total // count] * (count - 1) + [total - total // count * (count - 1)]
        first_due = row["firstduedate"].date()
        unmet = []
        for n, amount in enumerate(amounts):
            cleared = row["firstrepaiddate"].date() if count > 1 and n == 0 else closed
            if cleared > as_of:
                unmet.append((first_due + timedelta(days=30 * n), amount))
        due = [one for one in unmet if one[0] <= as_of]
        days = (as_of - min(due)[0]).days if due else 0
        found[str(row["systemloanid"])] = (days, sum(a for _, a in due), sum(a for _, a in unmet))
    return found


@pytest.fixture(scope="module")
def superlender(tmp_path_factory: pytest.TempPathFactory) -> Path:
    book = tmp_path_factory.mktemp("superlender") / "book"
    told = forbear(
        "import", "--preset", "superlender", DATA / "superlender_ng", "--book", book, "--json"
    )
    counts = json.loads(told)["rows"]
    assert counts == {
        "rows_read": 21_557,
        "accepted": 18_076,
        "rejected": 0,
        "quarantined": 0,
        "notes": 3_481,
    }
    return book


@pytest.mark.parametrize("day", ["2016-06-15", "2016-12-31", "2017-03-31", "2017-07-24"])
def test_every_loan_is_aged_as_the_raw_file_says(superlender: Path, day: str) -> None:
    out = superlender.parent / f"{day}.parquet"
    forbear("age", "--book", superlender, "--as-of", day, "--out", out)
    aged = pl.read_parquet(out).select(
        "loan_id", "days_past_due", "arrears_minor", "outstanding_minor"
    )
    assert {row[0]: row[1:] for row in aged.iter_rows()} == expected_on(date.fromisoformat(day))


def test_the_night_runs_on_real_loans_and_allows_nothing_without_a_law(superlender: Path) -> None:
    out = superlender.parent / "run"
    forbear("nightly", "--book", superlender, "--business-date", "2017-03-31", "--out", out)
    plan = pl.read_parquet(out / "assign/plan.parquet")
    assert plan["verdict"].unique().to_list() == ["needs_review"]
    assert plan["channel"].drop_nulls().to_list() == []


def test_the_card_panel_rolls_as_its_readme_says(tmp_path: Path) -> None:
    source, book = DATA / "card_monthly_status_panel", tmp_path / "book"
    forbear("import", "--preset", "card-panel", source, "--book", book, "--json")
    rates = json.loads(forbear("report", "roll-rates", "--book", book, "--json"))
    shares = {(r["from"], r["to"]): round(100 * r["share"], 2) for r in rates}
    expected = {
        ("0", "1"): 1.89, ("1", "2"): 5.15, ("1", "0"): 49.59, ("2", "3"): 29.90,
        ("3", "4"): 60.41, ("4", "5"): 65.73, ("5", "5"): 89.95,
    }  # fmt: skip
    assert {
        move: abs(shares[move] - share) < 0.01 for move, share in expected.items()
    } == dict.fromkeys(expected, True)


def test_xente_is_refused_whole_and_taken_clean(tmp_path: Path) -> None:
    source, book = DATA / "xente_ug_paylater", tmp_path / "book"
    forbear("import", "--preset", "xente", source, "--book", book, status=1)
    assert not book.exists()
    told = forbear(
        "import", "--preset", "xente", source, "--book", book, "--clean-rows-only", "--json"
    )
    made = json.loads(told)
    assert (made["rows"]["accepted"], made["rows"]["rejected"], made["rows"]["notes"]) == (
        1_483,
        2,
        615,
    )
    assert made["tables"]["loans"] == 1_157
