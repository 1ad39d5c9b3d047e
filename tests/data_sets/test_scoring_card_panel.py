"""The preset card-panel on the real panel: which rows are known, and nothing from later months."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from data_sets.shared_sets import data_set
from forbear.scoring.training.card_panel import panel_sample, read_panel
from forbear.scoring.training.samples import Sample

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def panel() -> tuple[pl.DataFrame, Sample]:
    rows, applicants, _ = read_panel(data_set("card_monthly_status_panel"))
    return rows, panel_sample(rows, applicants, with_outcomes=True)


def test_every_account_month_is_a_row(panel: tuple[pl.DataFrame, Sample]) -> None:
    rows, sample = panel
    assert sample.rows == 840_142
    assert sample.ids.equals(rows.select("ID", "MONTHS_BALANCE"))


def test_known_rows_are_those_of_a_plain_count(panel: tuple[pl.DataFrame, Sample]) -> None:
    """Apart from the code: shifts within the account, every account being without a gap."""
    rows, sample = panel
    bad = pl.col("STATUS").is_in(["2", "3", "4", "5"])
    ahead = [bad.shift(-n).over("ID", order_by="MONTHS_BALANCE") for n in range(1, 7)]
    counted = rows.with_columns(
        below=~bad,
        seen=pl.any_horizontal(one.fill_null(False) for one in ahead),
        whole=pl.all_horizontal(one.is_not_null() for one in ahead),
    ).with_columns(
        known=pl.col("below")
        & (pl.col("whole") | (pl.col("seen") & (pl.col("MONTHS_BALANCE") <= -6)))
    )
    expected = counted.select(
        pl.when("known").then(pl.col("seen").cast(pl.Int8)).otherwise(-1)
    ).to_series()
    assert np.array_equal(sample.events, expected.to_numpy())  # type: ignore[arg-type]
    assert ((sample.events >= 0).sum(), (sample.events == 1).sum()) == (627_869, 2_856)  # type: ignore[operator,union-attr]


def test_features_stay_when_later_months_are_deleted(panel: tuple[pl.DataFrame, Sample]) -> None:
    rows, sample = panel
    past = rows["MONTHS_BALANCE"] <= -12
    before = panel_sample(rows.filter(past), None, with_outcomes=False)
    assert sample.frame.filter(past).equals(before.frame)


def test_sex_is_no_input_and_is_compared(panel: tuple[pl.DataFrame, Sample]) -> None:
    _, sample = panel
    assert sample.groups is not None
    assert sample.groups.columns == ["CODE_GENDER"]
    assert "CODE_GENDER" not in sample.frame.columns
    assert [one.column for one in sample.refused] == ["CODE_GENDER", "NAME_FAMILY_STATUS"]
