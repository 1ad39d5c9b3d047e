"""Columns of another kind than they should be: refused by file, column and row, or read rightly."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from forbear.scoring.errors import ScoringRefused
from forbear.scoring.training.card_panel import panel_sample, read_panel
from forbear.scoring.training.column_kinds import moments, numbers, text_moments
from forbear.scoring.training.presets import sample_to_train
from forbear.scoring.training.superlender import (
    read_superlender,
    superlender_features,
    superlender_sample,
)
from forbear_server.cli.scoring import app
from scoring.training.made_samples import write_table
from scoring.training.test_card_panel import panel
from scoring.training.test_superlender import AT, DAY, earlier, tables

RUN = CliRunner()
FILES = ("previous_loans", "customers", "next_loan_outcome")


def lender(folder: Path, suffix: str = ".parquet", **changed: pl.Expr) -> Path:
    """A folder of the preset with two borrowers; `loans_x=...` changes column x of the loans."""
    given = tables(
        earlier("a", 1, AT - 90 * DAY, late=2),
        earlier("a", 2, AT - 40 * DAY, late=-1),
        borrowers=("a", "b"),
    )
    parts = {
        "previous_loans": given.earlier,
        "customers": given.customers,
        "next_loan_outcome": given.loans,
    }
    short = {"earlier": FILES[0], "customers": FILES[1], "loans": FILES[2]}
    for key, change in changed.items():
        table, _, column = key.partition("_")
        parts[short[table]] = parts[short[table]].with_columns(change.alias(column))
    for name, frame in parts.items():
        write_table(folder, frame, name + suffix)
    return folder


def second(column: str, value: object) -> pl.Expr:
    """The column with another value in its second row."""
    return pl.when(pl.int_range(pl.len()) == 1).then(pl.lit(value)).otherwise(pl.col(column))


def test_text_dates_and_csv_are_read_as_the_dates_they_are(tmp_path: Path) -> None:
    plain, _ = read_superlender(lender(tmp_path / "plain"), with_outcomes=True)
    expected = superlender_features(plain)
    text = pl.col("approveddate").dt.to_string("iso") + "+01:00"
    for folder in (
        lender(tmp_path / "text", loans_approveddate=text, earlier_approveddate=text),
        lender(tmp_path / "csv", ".csv"),
        lender(
            tmp_path / "zone",
            loans_approveddate=pl.col("approveddate").dt.replace_time_zone("Asia/Shanghai"),
            loans_loanamount=pl.col("loanamount").cast(pl.String),
            earlier_termdays=pl.col("termdays").cast(pl.Float64),
        ),
    ):
        found, _ = read_superlender(folder, with_outcomes=True)
        assert superlender_features(found).equals(expected), folder.name


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (
            {"earlier_closeddate": second("loanamount", 5)},
            "previous_loans.parquet: column closeddate, row 1: 10000.0 is no date. Write 2026-11-20",
        ),
        (
            {
                "earlier_firstduedate": second("firstduedate", None)
                .cast(pl.String)
                .fill_null("soon")
            },
            "previous_loans.parquet: column firstduedate, row 2: 'soon' is no date",
        ),
        (
            {"loans_loanamount": second("loanamount", "much")},
            "next_loan_outcome.parquet: column loanamount, row 2: 'much' is no number",
        ),
        (
            {"loans_termdays": second("termdays", 7.5)},
            "next_loan_outcome.parquet: column termdays, row 2: 7.5 is no whole number",
        ),
        (
            {"loans_approveddate": second("approveddate", None)},
            "next_loan_outcome.parquet: column approveddate, row 2: nothing is no value",
        ),
        (
            {"loans_customerid": second("customerid", None)},
            "next_loan_outcome.parquet: column customerid, row 2: nothing is no id",
        ),
        (
            {"loans_termdays": pl.concat_list("termdays")},
            "next_loan_outcome.parquet: column termdays holds List(Int64)",
        ),
    ],
)
def test_superlender_names_file_column_and_row(
    tmp_path: Path, changed: dict[str, pl.Expr], words: str
) -> None:
    folder = lender(tmp_path, **changed)
    with pytest.raises(ScoringRefused) as refused:
        read_superlender(folder, with_outcomes=True)
    assert str(refused.value).startswith(words)


def test_superlender_outcome_that_is_neither_names_its_row(tmp_path: Path) -> None:
    folder = lender(tmp_path, loans_good_bad_flag=second("good_bad_flag", None))
    given, _ = read_superlender(folder, with_outcomes=True)
    with pytest.raises(ScoringRefused, match="good_bad_flag is Good or Bad, found None in row 2"):
        superlender_sample(given, with_outcomes=True)


def test_superlender_without_a_term_is_scored_on_what_is_there(tmp_path: Path) -> None:
    none = second("termdays", None)
    folder = lender(tmp_path, loans_termdays=none, earlier_termdays=none)
    given, _ = read_superlender(folder, with_outcomes=True)
    sample = superlender_sample(given, with_outcomes=True)
    assert sample.outcome_window == 30
    assert sample.frame["term_days"].to_list() == [30.0, None]
    nowhere = given.loans.with_columns(termdays=pl.lit(None, dtype=pl.Int64))
    empty = type(given)(loans=nowhere, earlier=given.earlier, customers=given.customers)
    assert superlender_sample(empty, with_outcomes=True).outcome_window == 30


def test_superlender_ids_of_different_types_are_the_same_borrower(tmp_path: Path) -> None:
    number = pl.col("customerid").replace_strict({"a": 1, "b": 2})
    folder = lender(
        tmp_path,
        loans_customerid=number,
        earlier_customerid=number.cast(pl.Float64),
        customers_customerid=number.cast(pl.String),
    )
    given, _ = read_superlender(folder, with_outcomes=True)
    sample = superlender_sample(given, with_outcomes=True)
    assert sample.frame["previous_loans"].to_list() == [2, 0]
    assert sample.frame["birth_year"].to_list() == [1984, None]
    assert sample.ids["customerid"].dtype == pl.Int64


def test_superlender_of_one_file_asks_for_its_folder(tmp_path: Path) -> None:
    folder = lender(tmp_path)
    with pytest.raises(ScoringRefused, match=r"reads three files, .* is one file. Name the folder"):
        sample_to_train("superlender", folder / "customers.parquet", None)


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("MONTHS_BALANCE", second("MONTHS_BALANCE", -0.5), "row 2: -0.5 is no whole month"),
        ("MONTHS_BALANCE", pl.lit(date(2026, 5, 1)), "row 1: 2026-05-01 is no whole month. Months"),
        ("MONTHS_BALANCE", second("MONTHS_BALANCE", None), "row 2: nothing is no whole month"),
        ("ID", second("ID", None), "row 2: nothing is no id. Every row needs one"),
    ],
)
def test_panel_names_column_and_row(
    tmp_path: Path, column: str, value: pl.Expr, words: str
) -> None:
    rows = panel((1, -2, "000")).with_columns(value.alias(column))
    write_table(tmp_path, rows, "monthly_status.parquet")
    with pytest.raises(ScoringRefused) as refused:
        read_panel(tmp_path)
    assert str(refused.value).startswith(f"monthly_status.parquet: column {column}, {words}")


def test_panel_state_that_is_not_there_names_its_row(tmp_path: Path) -> None:
    rows = panel((1, -2, "000")).with_columns(STATUS=second("STATUS", None))
    write_table(tmp_path, rows, "monthly_status.parquet")
    with pytest.raises(ScoringRefused, match="found None in row 2"):
        read_panel(tmp_path)


def test_panel_months_may_be_whole_floats(tmp_path: Path) -> None:
    rows = panel((1, -6, "X010CC0"))
    write_table(tmp_path, rows.cast({"MONTHS_BALANCE": pl.Float64}), "monthly_status.parquet")
    found, _, _ = read_panel(tmp_path)
    sample = panel_sample(found, None, with_outcomes=True)
    assert sample.frame.equals(panel_sample(rows, None, with_outcomes=True).frame)


def test_panel_reads_a_single_file_and_applicants_of_another_id_type(tmp_path: Path) -> None:
    rows = panel((1, -2, "000"), (2, -2, "000"))
    path = write_table(tmp_path, rows, "monthly_status.parquet")
    people = pl.DataFrame({"ID": ["2", "1"], "CODE_GENDER": ["F", "M"]})
    write_table(tmp_path, people, "applications.parquet")
    sample = sample_to_train("card-panel", path, None).sample
    assert sample.groups is not None
    assert sample.groups["CODE_GENDER"].to_list() == ["M"] * 3 + ["F"] * 3
    assert sample.ids["ID"].dtype == pl.Int64


def test_panel_to_be_scored_does_not_read_applicants(tmp_path: Path) -> None:
    path = write_table(tmp_path, panel((1, -2, "000")), "monthly_status.parquet")
    (tmp_path / "applications.parquet").write_bytes(b"nothing to read")
    assert read_panel(tmp_path, with_groups=False)[1:] == (None, [path])


def test_panel_without_rows_is_refused_for_its_outcome(tmp_path: Path) -> None:
    write_table(tmp_path, panel((1, -2, "000")).clear(), "monthly_status.parquet")
    out = tmp_path / "card.json"
    done = RUN.invoke(
        app,
        ["fit", "--recipe", "early_warning", "--preset", "card-panel", "--data", str(tmp_path),
         "--out", str(out)],
    )  # fmt: skip
    assert done.exit_code == 2, done.output
    assert "has 0 events in 0 rows" in done.stderr
    assert not out.exists()


def test_moments_of_texts() -> None:
    told = ["2026-05-01", " 2026/5/1 ", "2026-05-01T09:30", "2026-05-01 09:30:15.25Z", "2026-02-30",
            "20260501", "May", None]  # fmt: skip
    assert text_moments(pl.Series(told)).to_list() == [
        datetime(2026, 5, 1), datetime(2026, 5, 1), datetime(2026, 5, 1, 9, 30),
        datetime(2026, 5, 1, 9, 30, 15, 250_000), None, None, None, None,
    ]  # fmt: skip


def test_blank_values_are_missing_ones() -> None:
    frame = pl.DataFrame({"text": ["", " ", "7", None], "number": [float("nan"), None, 1.5, 2.0]})
    assert numbers(frame, "text", "f").to_list() == [None, None, 7.0, None]
    assert numbers(frame, "number", "f").to_list() == [None, None, 1.5, 2.0]
    assert moments(frame.select(text=pl.lit("")), "text", "f").to_list() == [None]


def test_zone_is_left_off_as_it_stands() -> None:
    aware = pl.DataFrame({"at": [datetime(2026, 5, 1, 2)]}).with_columns(
        pl.col("at").dt.replace_time_zone("Asia/Shanghai")
    )
    assert moments(aware, "at", "f").to_list() == [datetime(2026, 5, 1) + timedelta(hours=2)]
