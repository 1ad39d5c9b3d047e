"""Model cards: everything of the card, in both languages, nothing that runs."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from forbear.scoring.card_texts import card_digest
from forbear.scoring.cards import AmountInterval, Scale, Scorecard
from forbear.scoring.model_cards import model_card_html, model_card_markdown
from scoring.card_examples import small_card

TRAINING = {
    "rows": 1_000,
    "events": 40,
    "persons": 900,
    "from": "2016-01-01",
    "until": "2016-12-31",
    "seed": 7,
    "data_digest": "ab" * 32,
    "libraries": {"lightgbm": "4.7.0"},
    "refused": [{"column": "gender", "reason": "sex"}],
    "dropped": [{"column": "row|id", "reason": "an id"}],
}
VALIDATION = {
    "kind": "out_of_time",
    "rows": 200,
    "events": 9,
    "measures": {
        "auc": {"value": "0.729750", "low": "0.710000", "high": "0.750000"},
        "brier": "0.149249",
    },
    "challengers": {
        "lightgbm_tuned": {
            "auc": {"value": "0.724849"},
            "difference": {"value": "-0.004856", "low": "-0.013052", "high": "0.001887"},
        }
    },
    "reliability": [
        {"predicted_ppm": 60_400, "observed_ppm": 60_200, "low_ppm": 1, "high_ppm": 90_200, "n": 50}
    ],
    "psi": [{"period": "2017-01", "psi": "0.120000"}, {"period": "2017-02", "psi": "0.310000"}],
    "fairness": [
        {"attribute": "sex", "group": "f", "n": 100, "mean_predicted_ppm": 1, "observed_ppm": 2},
        {"attribute": "sex", "group": "x", "n": 29, "mean_predicted_ppm": 1, "observed_ppm": 2},
    ],
}


def card(**told: object) -> Scorecard:
    changed = {"simulated": False, "training": TRAINING, "validation": VALIDATION, **told}
    return replace(small_card(), **changed)  # type: ignore[arg-type]


def test_every_section_says_what_the_card_says() -> None:
    text = model_card_markdown(card(), language="en")
    expected = [
        "# Model card: small, version 1",
        f"| SHA-256 of the card | {card_digest(card())} |",
        "Points = base 600 plus every loss",
        "| Rows | 1000 |",
        "| Kind | out of time: a later period than training |",
        "| gender | refused: sex |",
        "| row\\|id | dropped: an id |",
        "| 1 – < 31 | -40 | 20 |  |",  # 20 rows: no rate is shown below 30
        "| < 1 | 0 | 70 | 1.43 % |",
        "| AUC | 0.7298 | 0.7100 | 0.7500 |",
        "| Brier score | 0.1492 |  |  |",
        "| lightgbm_tuned | 0.7248 | -0.0049 | -0.0131 | 0.0019 |",
        "| 6.04 % | 6.02 % | 0.00 % | 9.02 % | 50 |",
        "| 2017-01 | 0.1200 | care |",
        "| 2017-02 | 0.3100 | harm |",
        "| sex | f | 100 | 0.00 % | 0.00 % | — |",
        "| sex | x | too few, withheld |  |  |  |",
        "- to press, to contact more often",
        "## Limits",
    ]
    assert [line for line in expected if line not in text] == []
    assert "invented" not in text


def test_a_card_of_invented_data_says_so_first() -> None:
    text = model_card_markdown(card(simulated=True), language="zh-Hans")
    assert text.splitlines()[2] == "> **本卡用虚构数据训练，绝不能给真人打分。**"


def test_what_a_card_does_not_tell_is_said_to_be_missing() -> None:
    text = model_card_markdown(card(training={}, validation={}), language="en")
    assert text.count("The card tells none.") == 5
    assert "None" not in text


def test_a_card_of_amounts_tells_its_interval() -> None:
    amount = card(
        scale=Scale(base_points=900, unit="minor"),
        calibration=None,
        interval=AmountInterval(level_ppm=900_000, below=-300, above=400),
    )
    text = model_card_markdown(amount, language="en")
    assert "90 % of true amounts lie from -300 to 400 minor units" in text
    assert "Calibration: told and seen" not in text


class Tags(HTMLParser):
    """Collects tags and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_the_page_runs_nothing_and_asks_nobody(language: str) -> None:
    page = model_card_html(card(), language=language)
    read = Tags()
    read.feed(page)
    assert f'<html lang="{language}">' in page
    assert not {"script", "iframe", "img", "link", "object", "form"} & set(read.tags)
    assert not [name for name in read.attributes if name.startswith("on")]
    assert not re.search(r"https?://|url\(|@import|javascript:", page)
    assert (read.tags.count("h1"), read.tags.count("main")) == (1, 1)


def test_a_name_with_marks_of_html_stays_a_name() -> None:
    page = model_card_html(card(name="<script>alert(1)</script>"))
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_both_languages_have_the_same_tables() -> None:
    one, other = (model_card_markdown(card(), language=x).count("|---|") for x in ("zh-Hans", "en"))
    assert one == other
    assert model_card_markdown(card()) == model_card_markdown(card(), language="zh-Hans")
