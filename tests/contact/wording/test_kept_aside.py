"""Scenes kept aside: nothing was learned from them, no threshold chosen on them, no rule written from them."""

from collections import Counter

from forbear.contact.wording.doubt import language_of
from forbear.contact.wording.facts import Case
from forbear.contact.wording.rules import Kind, Severity
from forbear.contact.wording.screening import screen
from forbear.contact.wording.training.texts import written_doubt

ABOUT = Case(lender_names=("青禾消费金融", "Qinghe", "青禾"))
KEPT = [one for one in written_doubt() if one.is_held_out and one.scene]
ASIDE = [one for one in KEPT if one.family != "fragments"]
LETTERS = {
    "en": "Hello Lin,\n\nThis is Qinghe. Your payment of this month has not reached us yet. If money "
    "is tight, reply and we will look at it together.\n\n",
    "zh": "您好，这里是青禾消费金融。您本期的还款还没有收到，有困难可以回复我们商量。\n",
}


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
        "en bad": (63, 4, 81),
        "zh-Hans bad": (51, 5, 55),
        "en lawful, hard": (35, 21, 80),
        "zh-Hans lawful, hard": (20, 12, 62),
        "en lawful": (0, 0, 27),
        "zh-Hans lawful": (2, 0, 38),
    }


def test_a_letters_closing_and_signature_are_no_pressure() -> None:
    """Of 34 closings, signatures and short answers the model never read two are doubted."""
    kept = [one for one in KEPT if one.family == "fragments"]
    ends = [(one.text, LETTERS[one.scene[:2]] + one.text) for one in kept]
    doubted = [end for end, letter in ends if severities(letter)]
    assert (len(ends), doubted) == (34, ["Have a lovely afternoon.", "Bye for now."])
