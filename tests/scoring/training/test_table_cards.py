"""A card from a table end to end: the truth found again, reasons add, same bytes, odd rows."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from forbear.scoring.card_texts import card_text, read_card
from forbear.scoring.cards import Scorecard
from forbear.scoring.measures import auc
from forbear.scoring.points import score
from forbear.scoring.training.predictions import predictions
from forbear.scoring.training.tables import table_rows
from forbear_server.cli.scoring import app
from scoring.training.made_samples import chance_of, made_table, write_table

RUN = CliRunner()
FIT = ["fit", "--recipe", "early_warning", "--preset", "table", "--id", "case", "--target", "bad"]


def forbear(*arguments: object) -> str:
    done = RUN.invoke(app, [str(one) for one in arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with data, a card fitted on them and its predictions of other rows."""
    folder = tmp_path_factory.mktemp("table")
    frame = made_table()
    write_table(folder / "train", frame.drop("truth"))
    write_table(folder / "asked", made_table(seed=9).drop("bad", "truth"))
    told = forbear(
        *FIT, "--data", folder / "train", "--out", folder / "card.json", "--rises", "late",
        "--group", "job", "--json",
    )  # fmt: skip
    (folder / "told.json").write_text(told)
    forbear(
        "predict", "--card", folder / "card.json", "--data", folder / "asked", "--out",
        folder / "predictions.parquet",
    )  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def card(place: Path) -> Scorecard:
    return read_card((place / "card.json").read_text())


def test_truth_is_found_again(place: Path) -> None:
    truth = made_table(seed=9)
    told = pl.read_parquet(place / "predictions.parquet")
    possible = auc(truth["bad"], truth["truth"])
    assert auc(truth["bad"], told["probability"]) > possible - 0.02
    assert float((told["probability"] - truth["truth"]).abs().mean()) < 0.06  # type: ignore[arg-type]


def test_answer_has_ids_and_columns_as_promised(place: Path) -> None:
    told = pl.read_parquet(place / "predictions.parquet")
    reasons = pl.List(pl.Struct({"characteristic": pl.String, "points": pl.Int32}))
    assert dict(told.schema) == {
        "case": pl.Int64(), "probability": pl.Float64(), "points": pl.Int32(),
        "base_points": pl.Int32(), "reasons": reasons,
    }  # fmt: skip
    assert told["case"].to_list() == list(range(1_200))


def test_direction_asked_for_holds(card: Scorecard) -> None:
    late = next(one for one in card.characteristics if one.name == "late")
    known = late.points[:-1]
    assert list(known) == sorted(known, reverse=True)
    assert late.monotone == "risk_rises"


def test_reasons_add_up_for_a_hundred_thousand_random_accounts(
    card: Scorecard, tmp_path: Path
) -> None:
    rows, chance = 100_000, chance_of(11)
    odd = pl.DataFrame(
        {
            "case": np.arange(rows),
            "late": np.where(chance.uniform(size=rows) < 0.1, np.nan, chance.normal(size=rows) * 3),
            "job": pl.Series(chance.choice(["none", "wage", "own", "king", ""], rows)),
            "noise": chance.normal(size=rows) * 1e6,
        }
    )
    data = write_table(tmp_path, odd)
    told = predictions(card, table_rows(card, data))
    losses = pl.col("reasons").list.eval(pl.element().struct.field("points"))
    checked = told.select(
        adds=(pl.col("base_points") + losses.list.sum() == pl.col("points")).all(),
        falls=(losses.list.sort() == losses).all(),
        all_told=(pl.col("reasons").list.len() == len(card.characteristics)).all(),
    )
    assert checked.row(0) == (True, True, True)
    for place in range(0, rows, 5_000):
        row = odd.row(place, named=True)
        alone = score(card, row)
        assert alone.points == told["points"][place]
        assert alone.ppm == round(told["probability"][place] * 1_000_000)
        assert [(one.characteristic, one.points) for one in alone.reasons] == [
            (one["characteristic"], one["points"]) for one in told["reasons"][place]
        ]


def test_second_run_in_another_process_writes_the_same_bytes(place: Path, tmp_path: Path) -> None:
    for command in (
        [*FIT, "--data", place / "train", "--out", tmp_path / "card.json", "--rises", "late",
         "--group", "job"],
        ["predict", "--card", place / "card.json", "--data", place / "asked", "--out",
         tmp_path / "predictions.parquet"],
    ):  # fmt: skip
        subprocess.run(
            [sys.executable, "-m", "forbear_server.cli.main", "scoring", *map(str, command)],
            check=True,
            capture_output=True,
            env={**os.environ, "PYTHONHASHSEED": "77"},
        )
    for name in ("card.json", "predictions.parquet"):
        first, second = (
            hashlib.sha256((folder / name).read_bytes()).hexdigest() for folder in (place, tmp_path)
        )
        assert first == second, name


def test_card_text_is_canonical(place: Path, card: Scorecard) -> None:
    assert card_text(card) == (place / "card.json").read_text()


def test_card_carries_what_it_rests_on(place: Path, card: Scorecard) -> None:
    training = card.training
    assert (training["rows"], training["persons"]) == (1_200, 1_200)
    assert training["events"] == made_table()["bad"].sum()
    assert sorted(training["libraries"]) == [
        "interpret-core", "lightgbm", "numpy", "polars", "scikit-learn",
    ]  # fmt: skip
    told = json.loads((place / "told.json").read_text())["validation"]
    assert set(told["challengers"]) == {"lightgbm_tuned", "lightgbm_default", "woe_logistic"}
    low, value, high = (float(told["measures"]["auc"][end]) for end in ("low", "value", "high"))
    assert 0.6 < low < value < high < 0.9
    groups = [(one["attribute"], one["group"]) for one in told["fairness"]]
    assert groups == [("job", "none"), ("job", "own"), ("job", "wage")]


def test_report_measures_other_rows(place: Path, tmp_path: Path) -> None:
    other = write_table(tmp_path, made_table(seed=21).drop("truth"))
    told = json.loads(forbear("report", place / "card.json", "--data", other, "--json"))
    found = told["on_data"]
    assert (found["rows"], found["is_training_data"]) == (1_200, False)
    assert float(found["measures"]["slope"]) == pytest.approx(1, abs=0.35)
    assert max(float(one["psi"]) for one in found["drift"]) < 0.1


def test_missing_input_is_refused_and_nothing_written(place: Path, tmp_path: Path) -> None:
    data = write_table(tmp_path, made_table(50).drop("late", "bad", "truth"))
    out = tmp_path / "predictions.parquet"
    done = RUN.invoke(
        app, ["predict", "--card", str(place / "card.json"), "--data", str(data), "--out", str(out)]
    )
    assert done.exit_code == 2
    assert "cases.parquet lacks late; it has case, job, noise." in " ".join(done.stderr.split())
    assert not out.exists()


def test_text_where_a_number_is_read_names_its_row(place: Path, tmp_path: Path) -> None:
    rows = made_table(50).drop("bad", "truth").with_columns(pl.col("late").cast(pl.String))
    faulty = rows.with_columns(
        pl.when(pl.col("case") == 7).then(pl.lit("soon")).otherwise(pl.col("late")).alias("late")
    )
    data = write_table(tmp_path, faulty, "cases.csv")
    out = tmp_path / "predictions.parquet"
    done = RUN.invoke(
        app, ["predict", "--card", str(place / "card.json"), "--data", str(data), "--out", str(out)]
    )
    assert done.exit_code == 2
    assert "Column late, row 8: 'soon' is no number" in " ".join(done.stderr.split())
    assert not out.exists()
