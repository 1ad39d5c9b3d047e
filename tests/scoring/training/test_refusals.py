"""What `forbear scoring` refuses: the words, the status 2, and that nothing was written."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from forbear_server.cli.scoring import app
from scoring.training.made_samples import chance_of, made_table, write_table

RUN = CliRunner()


def refused(folder: Path, frame: pl.DataFrame, *more: str, recipe: str = "early_warning") -> str:
    """Fits a table, expects status 2 and no card beside the data, and returns what was said."""
    data = write_table(folder / "data", frame)
    out = folder / "card.json"
    done = RUN.invoke(
        app,
        ["fit", "--recipe", recipe, "--preset", "table", "--data", str(data), "--out", str(out),
         "--id", "case", "--target", "bad", *more],
    )  # fmt: skip
    assert done.exit_code == 2, done.output
    assert sorted(path.name for path in folder.iterdir()) == ["data"]
    return " ".join(done.stderr.split())


def table(rows: int = 300) -> pl.DataFrame:
    return made_table(rows).drop("truth")


def test_target_without_events(tmp_path: Path) -> None:
    said = refused(tmp_path, table().with_columns(bad=pl.lit(0)))
    assert said == (
        "bad has 0 events in 300 rows with a known outcome: there is nothing to learn. Give rows in "
        "which the event happened, or name another --target."
    )


def test_target_of_one_class(tmp_path: Path) -> None:
    said = refused(tmp_path, table().with_columns(bad=pl.lit(1)))
    assert said.startswith("bad has one class only: all 300 rows are events.")


def test_target_of_other_words(tmp_path: Path) -> None:
    said = refused(tmp_path, table().with_columns(bad=pl.lit("Charged Off")))
    assert "found Charged Off. Name the value that is the bad event with --event." in said


def test_column_of_nothing(tmp_path: Path) -> None:
    said = refused(tmp_path, table().with_columns(empty=pl.lit(float("nan"))))
    assert said.startswith("Column empty has no value in any of 300 rows")
    assert said.endswith("leave it out with --drop empty.")


def test_missing_column(tmp_path: Path) -> None:
    said = refused(tmp_path, table(), "--inputs", "late", "--inputs", "salary")
    assert said.startswith("The table lacks salary; it has case, late, job, noise, bad.")


def test_sensitive_column(tmp_path: Path) -> None:
    said = refused(tmp_path, table().with_columns(SEX=pl.Series([1, 2] * 150)))
    assert said.startswith("Column SEX is sensitive (sex):")
    assert "--drop SEX" in said
    assert "--allow-sensitive SEX=REASON" in said


def test_column_that_tells_the_outcome(tmp_path: Path) -> None:
    said = refused(tmp_path, table().with_columns(written_off=pl.col("bad") * 900))
    assert said.startswith("Column written_off alone separates the outcome (AUC 1.0000)")
    assert "--drop written_off" in said


def test_level_that_tells_the_outcome(tmp_path: Path) -> None:
    status = pl.when(pl.col("bad") == 1).then(pl.lit("Charged Off")).otherwise(pl.lit("Paid"))
    said = refused(tmp_path, table().with_columns(loan_status=status))
    assert said.startswith("Column loan_status alone separates the outcome (AUC 1.0000)")


def test_missing_values_that_tell_the_outcome(tmp_path: Path) -> None:
    closed = pl.when(pl.col("bad") == 0).then(pl.col("late"))
    said = refused(tmp_path, table().with_columns(closed_after=closed))
    assert said.startswith("Column closed_after alone separates the outcome")


def test_date_from_the_future(tmp_path: Path) -> None:
    frame = table().with_columns(
        asked_on=pl.lit(date(2026, 5, 1)),
        last_paid_on=pl.when(pl.col("case") == 4)
        .then(pl.lit(date(2026, 5, 9)))
        .otherwise(pl.lit(date(2026, 4, 1))),
    )
    said = refused(tmp_path, frame, "--time", "asked_on")
    assert said == (
        "Column last_paid_on lies after asked_on in 1 rows, first in row 5 (2026-05-09 after "
        "2026-05-01): it was not known when the score would have been asked. Leave it out with "
        "--drop last_paid_on, or correct the dates."
    )


def test_date_without_time(tmp_path: Path) -> None:
    said = refused(tmp_path, table().with_columns(paid_on=pl.lit(date(2026, 5, 1))))
    assert "Name the row's own time with --time, or leave it out with --drop paid_on." in said


@pytest.mark.parametrize(
    ("recipe", "preset", "words"),
    [
        ("credit_limit", "table", "No recipe is called credit_limit: there are early_warning, roll"),
        ("early_warning", "homecredit", "No preset is called homecredit: there are book, card-panel"),
        ("self_cure", "superlender", "Preset superlender cannot train self_cure: only from a random"),
        ("reach", "superlender", "Preset superlender cannot train reach: from attempts"),
    ],
)  # fmt: skip
def test_recipe_or_preset_there_is_not(
    tmp_path: Path, recipe: str, preset: str, words: str
) -> None:
    out = tmp_path / "card.json"
    done = RUN.invoke(
        app,
        ["fit", "--recipe", recipe, "--preset", preset, "--data", str(tmp_path), "--out", str(out)]
        + (["--target", "bad", "--id", "case"] if preset == "table" else []),
    )
    assert done.exit_code == 2
    assert words in " ".join(done.stderr.split())
    assert list(tmp_path.iterdir()) == []


def test_self_cure_without_holdout(tmp_path: Path) -> None:
    said = refused(tmp_path, table(), recipe="self_cure")
    assert "without a randomised no-contact holdout" in said
    assert "--holdout" in said


def test_self_cure_where_the_holdout_was_chosen(tmp_path: Path) -> None:
    frame = table(1_200)
    # collectors left alone whom they expected to pay: those never late
    chance = chance_of(5).uniform(size=frame.height)
    chosen = frame.with_columns(alone=((pl.col("late") < 0) & (pl.Series(chance) < 0.8)).cast(int))
    said = refused(tmp_path, chosen, "--holdout", "alone", recipe="self_cure")
    assert said.startswith("Who was held out can be told from the inputs (AUC 0.9")
    assert "the holdout was chosen, not drawn" in said


def test_amount_recipe_without_amount(tmp_path: Path) -> None:
    said = refused(tmp_path, table(), recipe="ability_to_pay")
    assert "name its column of minor units with --amount" in said


def test_out_in_a_folder_that_is_not_there(tmp_path: Path) -> None:
    data = write_table(tmp_path, table())
    done = RUN.invoke(
        app,
        ["fit", "--recipe", "early_warning", "--preset", "table", "--data", str(data), "--target",
         "bad", "--id", "case", "--out", str(tmp_path / "no" / "card.json")],
    )  # fmt: skip
    assert done.exit_code == 2
    assert "name a file in a folder that exists" in " ".join(done.stderr.split())


def test_faulty_file(tmp_path: Path) -> None:
    path = tmp_path / "cases.parquet"
    path.write_bytes(b"no parquet at all")
    done = RUN.invoke(
        app,
        ["fit", "--recipe", "early_warning", "--preset", "table", "--data", str(path), "--target",
         "bad", "--id", "case", "--out", str(tmp_path / "card.json")],
    )  # fmt: skip
    assert done.exit_code == 2
    assert "cases.parquet cannot be read as parquet" in " ".join(done.stderr.split())
    assert not (tmp_path / "card.json").exists()
