"""Messages of somebody who never saw the rules: what is stopped, held at what was measured once."""

from pathlib import Path

import yaml

from forbear.contact.wording.facts import Case
from forbear.contact.wording.screening import Kind, Severity, screen

TEXTS = yaml.safe_load((Path(__file__).parent / "strangers_texts.yaml").read_text("utf-8"))


def stopped(label: str, **chosen: object) -> tuple[int, int]:
    """How many of these are blocked or sent to a person; amounts of no known case do not count."""
    rows = [
        one
        for one in TEXTS
        if one["label"] == label and all(one[key] == value for key, value in chosen.items())
    ]
    return sum(is_stopped(one["text"]) for one in rows), len(rows)


def is_stopped(text: str) -> bool:
    found = screen(text, about=Case(lender_names=("青禾消费金融", "Qinghe"))).findings
    return any(
        one.severity is not Severity.ADVISE and one.kind is not Kind.WRONG_AMOUNT for one in found
    )


def test_of_a_strangers_bad_texts_as_many_are_stopped_as_documented() -> None:
    assert stopped("bad") == (120, 150)
    assert stopped("bad", language="zh-Hans") == (90, 100)
    assert stopped("bad", language="en") == (30, 50)
    assert stopped("bad", hard=False) == (67, 75)


def test_of_a_strangers_lawful_texts_as_many_are_stopped_as_documented() -> None:
    assert stopped("good") == (23, 90)
    assert stopped("good", hard=False) == (3, 45)
