"""What preset `table` makes of dates in texts, unknown outcomes, options and columns it cannot read."""

from __future__ import annotations

import os
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from forbear.scoring.errors import ScoringRefused
from forbear.scoring.training.tables import TableOptions, outcome, table_sample
from forbear_server.cli.scoring import app
from scoring.training.made_samples import write_table
from scoring.training.test_refusals import refused, table

RUN = CliRunner()
ASKED = datetime(2026, 5, 1)


def dated(rows: int = 300, *, faulty: str = "2026-04-01") -> pl.DataFrame:
    """`paid_on` in text: one date for each row, the fifth one `faulty`."""
    days = [str(ASKED.date() - timedelta(days=1 + n % 40)) for n in range(rows)]
    days[4] = faulty
    return table(rows).with_columns(asked_on=pl.lit("2026-05-01"), paid_on=pl.Series(days))


def sample_of(folder: Path, frame: pl.DataFrame, **more: object):  # type: ignore[no-untyped-def]
    given = {"target": "bad", "ids": ("case",), **more}
    return table_sample(write_table(folder, frame), TableOptions(**given))  # type: ignore[arg-type]


def test_text_date_from_the_future(tmp_path: Path) -> None:
    said = refused(tmp_path, dated(faulty="2026-05-09"), "--time", "asked_on")
    assert said.startswith(
        "Column paid_on lies after asked_on in 1 rows, first in row 5 (2026-05-09 after 2026-05-01)"
    )


def test_text_date_of_days_first_from_the_future(tmp_path: Path) -> None:
    frame = dated().with_columns(paid_on=pl.lit("31/12/2026"))
    said = refused(tmp_path, frame, "--time", "asked_on")
    assert said.startswith("Column paid_on lies after asked_on in 300 rows")


def test_text_date_without_time(tmp_path: Path) -> None:
    said = refused(tmp_path, dated().drop("asked_on"))
    assert said.startswith("Column paid_on is a date; without --time")


def test_text_that_is_no_date_among_dates_names_its_row(tmp_path: Path) -> None:
    said = refused(tmp_path, dated(faulty="soon"), "--time", "asked_on")
    assert said.startswith("cases.parquet: column paid_on, row 5: 'soon' is no date, as nearly all")
    assert "--drop paid_on" in said


def test_time_that_is_no_date_names_its_row(tmp_path: Path) -> None:
    frame = dated().with_columns(
        asked_on=pl.when(pl.col("case") == 2).then(pl.lit("May")).otherwise(pl.lit("2026-05-01"))
    )
    said = refused(tmp_path, frame, "--time", "asked_on")
    assert said.startswith("cases.parquet: column asked_on, row 3: 'May' is no date.")


def test_text_dates_count_days_before_the_time_and_empty_ones_are_missing(tmp_path: Path) -> None:
    sample = sample_of(tmp_path, dated(faulty=" "), time="asked_on")
    assert sample.frame["paid_on"].to_list()[:6] == [1, 2, 3, 4, None, 6]


def test_time_of_a_zone_is_the_day_of_its_own_clock(tmp_path: Path) -> None:
    # 2026-05-01 02:00 in Shanghai is 2026-04-30 in UTC
    shanghai = pl.lit(datetime(2026, 5, 1, 2)).dt.replace_time_zone("Asia/Shanghai")
    frame = table().with_columns(at=shanghai, utc=pl.lit(datetime(2026, 4, 30, 17)))
    sample = sample_of(
        tmp_path, frame.with_columns(pl.col("utc").dt.replace_time_zone("UTC")), time="at"
    )
    assert sample.span == ("2026-05-01", "2026-05-01")
    assert sample.times is not None
    assert sample.times[0] == (date(2026, 5, 1) - date(1970, 1, 1)).days
    # an hour before, told by the clock of Shanghai
    assert sample.frame["utc"][0] == pytest.approx(1 / 24)


@pytest.mark.parametrize(
    ("column", "event", "expected"),
    [
        (pl.Series("bad", [1.0, 0.0, float("nan"), None]), None, [1, 0, -1, -1]),
        (pl.Series("bad", ["yes", "no", "", " "]), None, [1, 0, -1, -1]),
        (pl.Series("bad", ["Off", "Paid", "", None]), "Off", [1, 0, -1, -1]),
        (pl.Series("bad", [2.0, 7.0, float("nan"), None]), "2", [1, 0, -1, -1]),
    ],
)
def test_unknown_outcomes_are_not_trained_on(
    column: pl.Series, event: str | None, expected: list[int]
) -> None:
    options = TableOptions(target="bad", ids=("case",), event=event)
    assert outcome(column, options).tolist() == expected


def test_nothing_left_to_score_by(tmp_path: Path) -> None:
    said = refused(tmp_path, table().select("case", "bad"))
    assert said.startswith("No input is left:")


@pytest.mark.parametrize(
    "odd",
    [
        pl.concat_list("late"),
        pl.struct("late"),
        pl.lit(b"x"),
        pl.duration(days=1),
        pl.lit(datetime(2026, 5, 1, 9)).dt.time(),
    ],
    ids=["list", "struct", "binary", "duration", "time"],
)
def test_column_no_card_reads_is_refused_by_name(tmp_path: Path, odd: pl.Expr) -> None:
    said = refused(tmp_path, table().with_columns(odd=odd))
    assert said.startswith("cases.parquet: column odd holds ")
    assert said.endswith("or leave it out with --drop odd.")


@pytest.mark.parametrize("value", ["", " ", None])
def test_text_column_of_nothing(tmp_path: Path, value: str | None) -> None:
    said = refused(tmp_path, table().with_columns(empty=pl.lit(value, dtype=pl.String)))
    assert said.startswith("Column empty has no value in any of 300 rows")


@pytest.mark.parametrize("option", ["--drop", "--rises", "--falls", "--group", "--inputs"])
def test_option_naming_no_column(tmp_path: Path, option: str) -> None:
    said = refused(tmp_path, table(), option, "salary")
    assert said.startswith("The table lacks salary; it has case, late, job, noise, bad.")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--rises", "late", "--falls", "late"), "Column late is named by --rises and by --falls"),
        (("--rises", "job"), "Column job holds String, which has no direction"),
        (("--falls", "late", "--drop", "late"), "Column late is no input, so --rises and --falls"),
    ],
)
def test_direction_that_cannot_be(tmp_path: Path, options: tuple[str, ...], words: str) -> None:
    assert refused(tmp_path, table(), *options).startswith(words)


def test_id_called_as_an_answer_is_refused_before_training(tmp_path: Path) -> None:
    said = refused(
        tmp_path, table().with_columns(probability=pl.col("case")), "--id", "probability"
    )
    assert said.startswith("cases.parquet: the id column is called probability, as a column of the")


@pytest.mark.parametrize("name", ["case", "who"])
def test_row_without_id(tmp_path: Path, name: str) -> None:
    gone = pl.when(pl.int_range(pl.len()) != 3).then(pl.col("case")).alias(name)
    said = refused(tmp_path, table().with_columns(gone), *(["--person", "who"] * (name == "who")))
    assert said.startswith(f"cases.parquet: column {name}, row 4: nothing is no id.")


def test_amount_that_is_not_a_number_names_its_row(tmp_path: Path) -> None:
    paid = np.where(np.arange(300) == 6, np.nan, 100.0)
    with pytest.raises(ScoringRefused, match="Column paid, row 7: nan is no whole number of minor"):
        sample_of(
            tmp_path, table().with_columns(paid=pl.Series(paid)), target="paid", amount="paid"
        )


@pytest.fixture(scope="module")
def dated_card(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A card that reads a date told in text; fitted once, on few rows."""
    folder = tmp_path_factory.mktemp("dated")
    data = write_table(folder, dated(400).with_columns(old=pl.lit("x")))
    done = RUN.invoke(
        app,
        ["fit", "--recipe", "early_warning", "--preset", "table", "--data", str(data), "--out",
         str(folder / "card.json"), "--id", "case", "--target", "bad", "--time", "asked_on",
         "--person", "case", "--drop", "old", "--inputs", "late", "--inputs", "paid_on"],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    return folder / "card.json"


def predict(card: Path, folder: Path, frame: pl.DataFrame, out: Path | None = None):  # type: ignore[no-untyped-def]
    data = write_table(folder / "data", frame)
    given = out or folder / "predictions.parquet"
    return RUN.invoke(
        app, ["predict", "--card", str(card), "--data", str(data), "--out", str(given)]
    )


def test_text_dates_are_read_when_scoring_as_in_training(dated_card: Path, tmp_path: Path) -> None:
    text, real = dated(60), dated(60).with_columns(pl.col("asked_on", "paid_on").str.to_date())
    found = []
    for name, frame in (("text", text), ("real", real)):
        done = predict(dated_card, tmp_path / name, frame.drop("bad"))
        assert done.exit_code == 0, done.output
        found.append(pl.read_parquet(tmp_path / name / "predictions.parquet"))
    assert found[0].equals(found[1])


def test_report_needs_no_column_that_was_dropped(dated_card: Path, tmp_path: Path) -> None:
    data = write_table(tmp_path, dated(300))
    done = RUN.invoke(app, ["report", str(dated_card), "--data", str(data), "--json"])
    assert done.exit_code == 0, done.output


def test_row_to_be_scored_without_id_is_refused(dated_card: Path, tmp_path: Path) -> None:
    gone = pl.when(pl.col("case") != 3).then(pl.col("case")).alias("case")
    done = predict(dated_card, tmp_path, dated(60).with_columns(gone))
    assert done.exit_code == 2
    assert "cases.parquet: column case, row 4: nothing is no id." in done.stderr
    assert not (tmp_path / "predictions.parquet").exists()


@pytest.mark.parametrize(
    "out",
    ["no/such/folder/p.parquet", "data/cases.parquet/p.parquet", f"{'x' * 300}.parquet", "data"],
)
def test_predictions_that_cannot_be_written(dated_card: Path, tmp_path: Path, out: str) -> None:
    done = predict(dated_card, tmp_path, dated(60), tmp_path / out)
    assert done.exit_code == 2, done.output
    assert "".join(f"Cannot write {tmp_path / out}".split()) in "".join(done.stderr.split())
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_pipe_is_no_place_for_predictions(dated_card: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    done = predict(dated_card, tmp_path, dated(60), pipe)
    assert done.exit_code == 2, done.output
    assert f"Cannot write {pipe}" in "".join(done.stderr.splitlines())
    assert pipe.is_fifo()
