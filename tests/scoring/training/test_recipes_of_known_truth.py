"""Recipes no data at hand can train: invented rows whose truth is known, and the truth found again.

Nothing here says how well such cards do on real people.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from forbear.scoring.cards import Scorecard
from forbear.scoring.hazards import person_periods, risk_by_period
from forbear.scoring.measures import auc
from forbear.scoring.points import score
from forbear.scoring.reach import best_times
from forbear.scoring.training.making import make_card
from forbear.scoring.training.presets import sample_to_train
from forbear.scoring.training.tables import TableOptions
from scoring.training.made_samples import chance_of, logistic, write_table


def card_of(folder: Path, recipe: str, frame: pl.DataFrame, **options: object) -> Scorecard:
    table = TableOptions(ids=("case",), **{"target": "bad", **options})  # type: ignore[arg-type]
    taken = sample_to_train("table", write_table(folder, frame), table)
    return make_card(recipe, "table", taken, seed=1, table=table, challengers=False)


def test_self_cure_is_learned_from_the_random_holdout_and_not_from_the_contacted(
    tmp_path: Path,
) -> None:
    rows, chance = 6_000, chance_of(4)
    paid_before = chance.integers(0, 7, rows)
    held_out = (chance.uniform(size=rows) < 0.4).astype(int)
    alone = logistic(-1.2 + 0.5 * paid_before)
    # a contact makes those pay who would not have: among the contacted the past tells nothing
    pays = chance.uniform(size=rows) < np.where(held_out == 1, alone, 0.8)
    frame = pl.DataFrame(
        {
            "case": np.arange(rows),
            "paid_before": paid_before,
            "alone": held_out,
            "bad": (~pays).astype(int),
        }
    )
    card = card_of(tmp_path, "self_cure", frame, holdout="alone", falls=("paid_before",))
    assert card.training["rows"] == held_out.sum()
    assert card.training["notes"]["holdout"].startswith(
        f"{held_out.sum()} uncontacted rows of 6000"
    )
    for before in (0, 3, 6):
        truth = 1 - float(logistic(np.array([-1.2 + 0.5 * before]))[0])
        told = score(card, {"paid_before": before}).ppm
        assert told is not None
        assert abs(told / 1e6 - truth) < 0.05, before


def test_ability_to_pay_is_found_again_and_its_interval_holds(tmp_path: Path) -> None:
    rows, chance = 3_000, chance_of(6)
    income = chance.integers(200_000, 1_200_000, rows)
    rent = chance.integers(50_000, 300_000, rows)
    spare = 0.3 * income - 0.25 * rent
    amount = np.rint(spare + chance.normal(size=rows) * 20_000).astype(int)
    frame = pl.DataFrame(
        {"case": np.arange(rows), "income_minor": income, "rent_minor": rent, "paid": amount}
    )
    seen, unseen = frame[:2_000], frame[2_000:]
    card = card_of(tmp_path, "ability_to_pay", seen, target="paid", amount="paid")
    assert (card.scale.unit, card.calibration) == ("minor", None)
    told = np.array([score(card, row).points for row in unseen.iter_rows(named=True)])
    assert np.corrcoef(told, spare[2_000:])[0, 1] > 0.98
    assert card.interval is not None
    true = unseen["paid"].to_numpy()
    holds = (true >= told + card.interval.below) & (true <= told + card.interval.above)
    # 1,000 new rows at 90 %: three standard errors are 2.8 points
    assert 0.87 <= holds.mean() <= 0.94


def test_reach_finds_the_best_hour_for_each_kind_of_borrower(tmp_path: Path) -> None:
    rows, chance = 5_000, chance_of(8)
    bands, channels = ["09-12", "12-14", "14-18", "18-20"], ["voice", "sms", "app"]
    band, channel = chance.choice(bands, rows), chance.choice(channels, rows)
    truth = (
        -0.8
        + 1.2 * (band == "18-20")
        + 0.4 * (band == "12-14")
        + 0.7 * (channel == "app")
        - 0.5 * (channel == "voice")
    )
    reached = chance.uniform(size=rows) < logistic(truth)
    frame = pl.DataFrame(
        {
            "case": np.arange(rows), "person": np.arange(rows) // 5, "hour_band": band,
            "channel": channel, "bad": (~reached).astype(int),
        }
    )  # fmt: skip
    card = card_of(tmp_path, "reach", frame, person="person")
    order = best_times(card, {}, hour_bands=bands, channels=channels)
    assert [(one.hour_band, one.channel) for one in order[:2]] == [
        ("18-20", "app"),
        ("18-20", "sms"),
    ]
    assert (order[-1].channel, len(order)) == ("voice", 12)
    best = float(logistic(np.array([-0.8 + 1.2 + 0.7]))[0])
    assert abs(order[0].reached_ppm / 1e6 - best) < 0.05


def test_recovery_in_time_by_hazards_of_each_month(tmp_path: Path) -> None:
    """Money comes back with a hazard of 0.20 a month for secured loans, 0.05 for others."""
    rows, chance = 2_000, chance_of(10)
    secured = chance.integers(0, 2, rows)
    months = chance.geometric(np.where(secured == 1, 0.20, 0.05))
    cases = pl.DataFrame(
        {
            "case": np.arange(rows),
            "secured": secured,
            "months": np.minimum(months, 12),
            "came": (months <= 12).astype(int),
        }
    )
    periods = person_periods(cases, lasted="months", happened="came").rename({"event": "bad"})
    card = card_of(tmp_path, "recovery", periods, inputs=("secured", "period"))
    for kind, hazard in ((1, 0.20), (0, 0.05)):
        told = risk_by_period(card, {"secured": kind}, periods=6)
        by_six = 1 - (1 - hazard) ** 6
        assert abs(told[-1].by_then_ppm / 1e6 - by_six) < 0.05, kind


def test_roll_card_orders_by_the_truth(tmp_path: Path) -> None:
    rows, chance = 2_000, chance_of(12)
    days = chance.choice([0, 5, 20, 45], rows)
    truth = logistic(-3 + 0.08 * days)
    frame = pl.DataFrame(
        {
            "case": np.arange(rows),
            "days_past_due": days,
            "bad": (chance.uniform(size=rows) < truth).astype(int),
        }
    )
    card = card_of(tmp_path, "roll", frame, rises=("days_past_due",))
    told = [score(card, {"days_past_due": int(one)}).points for one in days]
    assert auc(frame["bad"], -np.asarray(told)) > auc(frame["bad"], truth) - 0.001
