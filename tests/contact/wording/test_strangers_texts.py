"""Messages of people who never saw the rules: what is stopped, held at what was measured once."""

from pathlib import Path

import pytest
import yaml

from forbear.contact.wording.facts import Case
from forbear.contact.wording.screening import Kind, Severity, screen

FIRST, LATER = "strangers_texts.yaml", "strangers_later.yaml"
ABOUT = Case(lender_names=("青禾消费金融", "Qinghe"))


def counted(file: str, label: str, *severities: Severity, **chosen: object) -> tuple[int, int]:
    """How many of these have such a finding; amounts of no known case do not count."""
    texts = yaml.safe_load((Path(__file__).parent / file).read_text("utf-8"))
    rows = [
        one
        for one in texts
        if one["label"] == label and all(one[key] == value for key, value in chosen.items())
    ]
    return sum(not severities_of(one["text"]).isdisjoint(severities) for one in rows), len(rows)


def severities_of(text: str) -> set[Severity]:
    found = screen(text, about=ABOUT).findings
    return {one.severity for one in found if one.kind is not Kind.WRONG_AMOUNT}


def stopped(file: str, label: str, **chosen: object) -> tuple[int, int]:
    """How many are blocked or sent to a person."""
    return counted(file, label, Severity.BLOCK, Severity.PERSON, **chosen)


@pytest.mark.parametrize(
    ("file", "chosen", "count"),
    [
        (FIRST, {}, (133, 150)),
        (FIRST, {"language": "zh-Hans"}, (94, 100)),
        (FIRST, {"language": "en"}, (39, 50)),
        (FIRST, {"hard": False}, (69, 75)),
        (LATER, {}, (137, 150)),
        (LATER, {"language": "zh-Hans"}, (71, 75)),
        (LATER, {"language": "en"}, (66, 75)),
        (LATER, {"hard": False}, (69, 75)),
    ],
)
def test_of_a_strangers_bad_texts_as_many_are_stopped_as_documented(
    file: str, chosen: dict[str, object], count: tuple[int, int]
) -> None:
    assert stopped(file, "bad", **chosen) == count


@pytest.mark.parametrize(
    ("file", "ordinary", "hard", "blocked"),
    [(FIRST, (2, 45), (21, 45), (16, 90)), (LATER, (2, 45), (20, 45), (16, 90))],
)
def test_of_a_strangers_lawful_texts_as_many_are_stopped_as_documented(
    file: str, ordinary: tuple[int, int], hard: tuple[int, int], blocked: tuple[int, int]
) -> None:
    assert stopped(file, "good", hard=False) == ordinary
    assert stopped(file, "good", hard=True) == hard
    assert counted(file, "good", Severity.BLOCK) == blocked
