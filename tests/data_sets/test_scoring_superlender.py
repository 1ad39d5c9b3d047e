"""The preset superlender on the real loans: known in time, as good as told, any rows scored."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from data_sets.shared_sets import data_set
from forbear.scoring.cards import Scorecard
from forbear.scoring.training.making import make_card
from forbear.scoring.training.predictions import predictions
from forbear.scoring.training.presets import sample_to_score, sample_to_train
from forbear.scoring.training.superlender import (
    SuperlenderTables,
    read_superlender,
    superlender_features,
)

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def folder() -> Path:
    return data_set("superlender_ng")


@pytest.fixture(scope="module")
def card(folder: Path) -> Scorecard:
    taken = sample_to_train("superlender", folder, None)
    return make_card("early_warning", "superlender", taken, seed=1, challengers=False)


def test_every_loan_is_a_row_and_eight_have_no_history(folder: Path) -> None:
    sample = sample_to_train("superlender", folder, None).sample
    assert (sample.rows, int(sample.events.sum())) == (3_481, 767)  # type: ignore[union-attr]
    assert sample.frame["days_late_recent"].null_count() == 8


def test_features_stay_when_everything_after_a_day_is_deleted(folder: Path) -> None:
    tables, _ = read_superlender(folder, with_outcomes=False)
    day = pl.datetime(2017, 7, 10)
    loans = tables.loans.filter(pl.col("approveddate") < day)
    asked = SuperlenderTables(loans=loans, earlier=tables.earlier, customers=tables.customers)
    past = tables.earlier.filter(pl.col("approveddate") < day).with_columns(
        pl.when(pl.col(name) < day).then(pl.col(name)).alias(name)
        for name in ("closeddate", "firstrepaiddate")
    )
    cut = SuperlenderTables(loans=loans, earlier=past, customers=tables.customers)
    assert past.height < tables.earlier.height
    assert superlender_features(asked).equals(superlender_features(cut))


def test_card_is_as_good_as_told(card: Scorecard) -> None:
    """Measured 0.7297 (95 % 0.710 to 0.751) with seed 1; the aim is 0.72."""
    measures = card.validation["measures"]
    assert float(measures["auc"]["value"]) >= 0.72
    assert float(measures["brier"]["value"]) < 0.152
    assert float(measures["ece"]["value"]) < 0.03
    assert card.validation["kind"] == "grouped"


def test_rows_without_outcomes_are_scored_and_reasons_add(
    card: Scorecard, folder: Path, tmp_path: Path
) -> None:
    for name in ("previous_loans", "customers", "next_loan_outcome"):
        rows = pl.read_parquet(folder / f"{name}.parquet").head(3_000)
        if name == "next_loan_outcome":
            rows = rows.drop("good_bad_flag")
        rows.write_parquet(tmp_path / f"{name}.parquet")
    told = predictions(card, sample_to_score(card, tmp_path))
    losses = pl.col("reasons").list.eval(pl.element().struct.field("points")).list.sum()
    assert told.height == 3_000
    assert told.columns == ["customerid", "probability", "points", "base_points", "reasons"]
    assert told.select((pl.col("base_points") + losses == pl.col("points")).all()).item()
    assert told["probability"].is_between(0, 1).all()


def test_refused_columns_are_told(card: Scorecard) -> None:
    assert [one["column"] for one in card.training["refused"]] == [
        "referredby", "longitude_1dp", "latitude_1dp",
    ]  # fmt: skip
    assert not {"referredby", "longitude_1dp", "latitude_1dp"} & set(card.inputs)
    assert {one["attribute"] for one in card.validation["fairness"]} == {"birth_year"}
