"""Scenes kept aside: nothing was learned from them, no threshold chosen on them, no rule written from them."""

from collections import Counter

from forbear.contact.wording.doubt import language_of
from forbear.contact.wording.facts import Case
from forbear.contact.wording.rules import Kind, Severity
from forbear.contact.wording.screening import screen
from forbear.contact.wording.training.texts import written_doubt

ABOUT = Case(lender_names=("青禾消费金融", "Qinghe", "青禾"))
ASIDE = [one for one in written_doubt() if one.is_held_out and one.scene]


def severities(text: str) -> set[Severity]:
    """What holds the text back; amounts of no known case do not count."""
    found = screen(text, about=ABOUT).findings
    return {
        one.severity
        for one in found
        if one.severity is not Severity.ADVISE and one.kind is not Kind.WRONG_AMOUNT
    }


def test_of_the_scenes_kept_aside_as_many_are_stopped_as_documented() -> None:
    texts: Counter[str] = Counter()
    stopped: Counter[str] = Counter()
    blocked: Counter[str] = Counter()
    for one in ASIDE:
        side = "bad" if one.label == "pressing" else "lawful" if one.is_ordinary else "lawful, hard"
        name = f"{language_of(one.text.lower())} {side}"
        found = severities(one.text)
        texts[name] += 1
        stopped[name] += bool(found)
        blocked[name] += Severity.BLOCK in found
    assert {name: (stopped[name], blocked[name], texts[name]) for name in texts} == {
        "en bad": (67, 1, 81),
        "zh-Hans bad": (52, 5, 55),
        "en lawful, hard": (21, 7, 80),
        "zh-Hans lawful, hard": (18, 8, 62),
        "en lawful": (0, 0, 27),
        "zh-Hans lawful": (4, 0, 38),
    }
