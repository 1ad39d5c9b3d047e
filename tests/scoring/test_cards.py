"""Score cards: what they say of a person, what they refuse to be, and what they look like as text."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from dataclasses import replace

import polars as pl
import pytest

from forbear.scoring import points_columns
from forbear.scoring.axes import Axis
from forbear.scoring.card_texts import card_digest, card_text, read_card
from forbear.scoring.cards import Calibration
from forbear.scoring.errors import CardFaulty
from forbear.scoring.points import Reason, score
from forbear.scoring.what_if import Step, what_would_raise
from scoring.card_examples import random_card, random_rows, small_card

ACCOUNTS = 100_000


def test_base_points_less_every_loss_is_the_score() -> None:
    scored = score(small_card(), {"days_past_due": 12, "purpose": "travel"})
    assert scored.points == 600 - 40 - 5 - 5
    assert scored.base_points == 600
    assert scored.reasons == (
        Reason("days_past_due", -40, 1),
        Reason("purpose", -5, 1),
        Reason("days_past_due × purpose", -5, 5),
    )
    assert scored.ppm == 300_000  # 550 lies between 500 and 560


def test_losses_are_the_largest_and_never_a_nought() -> None:
    scored = score(small_card(), {"days_past_due": 0, "purpose": None})
    assert scored.losses == (Reason("purpose", -10, 3),)


def test_a_value_on_an_edge_falls_into_the_place_above_it() -> None:
    assert score(small_card(), {"days_past_due": 31, "purpose": "school"}).points == 510


@pytest.mark.parametrize("value", [None, float("nan")])
def test_what_is_not_known_has_a_place_of_its_own(value: float | None) -> None:
    assert score(small_card(), {"days_past_due": value, "purpose": "school"}).points == 585


def test_a_level_never_seen_is_other_and_not_missing() -> None:
    assert score(small_card(), {"days_past_due": 0, "purpose": "boat"}).points == 597


def test_probability_below_and_above_the_listed_points() -> None:
    table = Calibration(method="platt", points=(480, 500), ppm=(400_000, 300_000))
    assert [table.ppm_of(points) for points in (1, 480, 499, 500, 999)] == [
        400_000,
        400_000,
        400_000,
        300_000,
        300_000,
    ]


def test_what_would_raise_asks_the_whole_card_again() -> None:
    steps = what_would_raise(small_card(), {"days_past_due": 12, "purpose": "travel"})
    # 40 for the days and 5 for the pair; the purpose has no advice, so it is no step
    assert steps == (Step("days_past_due", "days_past_due", 0, 45),)


def test_nothing_is_proposed_to_who_has_the_best_already() -> None:
    assert what_would_raise(small_card(), {"days_past_due": 0, "purpose": "travel"}) == ()


def test_a_card_is_read_back_as_it_was_written() -> None:
    chance = random.Random(5)
    for card in [small_card(), *(random_card(chance) for _ in range(50))]:
        assert read_card(card_text(card)) == card
        assert card_text(read_card(card_text(card))) == card_text(card)


def test_one_point_changed_changes_the_digest() -> None:
    card = small_card()
    first, *rest = card.characteristics
    changed = replace(first, points=(0, -41, -90, -15))
    assert card_digest(replace(card, characteristics=(changed, *rest))) != card_digest(card)


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (("format",), "other/1", "Score card, format: 'forbear-scorecard/1' is expected."),
        (("version",), "1", "Score card, version: a whole number is expected."),
        (("simulated",), 1, "Score card, simulated: true or false is expected."),
        (("scale", "unit"), "stars", "Score card, scale.unit:"),
        (("scale", "points_per_doubling"), 0, "Score card, scale.points_per_doubling:"),
        (("characteristics", 0, "points"), [0, -40], "points has 2 numbers, its places are 4."),
        (("characteristics", 0, "points"), [1, 0, 0, 0], "its best place has 0 points"),
        (("characteristics", 0, "points"), [0.5, 0, 0, 0], "characteristics[0].points:"),
        (("characteristics", 0, "axes", 0, "edges"), [31.0, 1.0], "edges are finite and rise."),
        (("characteristics", 0, "axes", 0, "edges"), None, "has either edges or levels."),
        (("characteristics", 1, "axes", 0, "levels"), ["a", "a"], "a level stands twice."),
        (("characteristics", 0, "monotone"), "up", "characteristics[0].monotone:"),
        (("characteristics", 0, "says"), {"en": "days"}, "characteristics[0].says:"),
        (("characteristics", 1, "name"), "days_past_due", "no name stands twice."),
        (("characteristics",), [], "there is at least one"),
        (("calibration", "ppm"), [1, 2, 3, 4], "ppm never rises"),
        (("calibration", "points"), [1, 1, 2, 3], "points rise."),
        (("calibration",), None, "a card of odds has one"),
    ],
)
def test_a_faulty_card_is_refused_by_the_place(
    path: tuple[str | int, ...], value: object, says: str
) -> None:
    raw = json.loads(card_text(small_card()))
    at = raw
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    with pytest.raises(CardFaulty) as refused:
        read_card(json.dumps(raw))
    assert says in str(refused.value)


def test_no_json_is_refused_with_the_command_that_writes_a_card() -> None:
    with pytest.raises(CardFaulty, match="forbear scoring fit"):
        read_card("points: 600")


def test_a_text_on_a_numeric_axis_is_refused() -> None:
    with pytest.raises(CardFaulty, match="a number is expected, got 'many'"):
        Axis(input="days_past_due", edges=(1.0,)).place_of("many")


def test_the_column_twin_gives_the_scalar_answer() -> None:
    chance = random.Random(20261122)
    for _ in range(60):
        card, rows = random_card(chance), random_rows(chance, 200)
        frame = pl.DataFrame(rows, strict=False)
        points = points_columns.points(card)
        assert card.calibration is not None
        told = frame.select(
            points,
            points_columns.probability_ppm(card.calibration, points),
            *(points_columns.characteristic_points(one) for one in card.characteristics),
        ).to_dicts()
        for facts, row in zip(frame.to_dicts(), told, strict=True):
            scored = score(card, facts)
            assert (row["points"], row["ppm"]) == (scored.points, scored.ppm)
            assert {r.characteristic: r.points for r in scored.reasons} == {
                one.name: row[one.name] for one in card.characteristics
            }


def test_reasons_add_to_the_score_for_a_hundred_thousand_accounts() -> None:
    chance = random.Random(7)
    card = random_card(chance)
    frame = pl.DataFrame(random_rows(chance, ACCOUNTS), strict=False)
    told = frame.select(
        points_columns.points(card),
        pl.sum_horizontal(points_columns.characteristic_points(c) for c in card.characteristics)
        .add(card.scale.base_points)
        .alias("added"),
    )
    assert told.select((pl.col("points") == pl.col("added")).sum()).item() == ACCOUNTS
    for facts, row in zip(frame.iter_rows(named=True), told.iter_rows(named=True), strict=True):
        scored = score(card, facts)
        assert scored.points == row["points"]
        assert scored.base_points + sum(reason.points for reason in scored.reasons) == row["points"]


def test_running_a_card_needs_no_model_library() -> None:
    """Whoever scores at night or re-scores at once imports neither a trainer nor scikit-learn."""
    program = (
        "import sys, forbear.scoring.points, forbear.scoring.points_columns, "
        "forbear.scoring.card_texts, forbear.scoring.what_if; "
        "print([m for m in ('interpret', 'lightgbm', 'sklearn', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
