"""The labelled messages: nothing missed, nothing wrongly stopped, and what unseen wording does."""

from pathlib import Path

import pytest

from forbear import rulebooks
from forbear.contact.wording.facts import Direction
from forbear.contact.wording.measuring import Share, measured_kinds, read_labelled
from forbear.contact.wording.normalising import normalised
from forbear.contact.wording.patterns import grams_of
from forbear.contact.wording.rules import Kind, screening_rules
from forbear.contact.wording.screening import screen
from forbear.contact.wording.training.texts import written_doubt, written_intents, written_pressing

HERE = Path(__file__).parent
FIRST, LATER, THIRD, FOURTH = (
    read_labelled(HERE / f"labelled_{name}.yaml")
    for name in ("messages", "later", "third", "fourth")
)
STOPS = {"blocked", "person"}


def test_there_are_698_messages_in_two_languages_and_337_are_hard() -> None:
    every = [*FIRST, *LATER, *THIRD]
    assert (len(FIRST), len(LATER), len(THIRD)) == (521, 107, 70)
    assert sum(one.is_hard for one in every) == 337
    assert len({one.text for one in every}) == 698


@pytest.mark.parametrize("messages", [FIRST, LATER], ids=["first", "later"])
def test_no_explicit_rule_family_has_a_miss(messages) -> None:
    assert {one.name: one.missed for one in measured_kinds(messages) if one.missed} == {}


@pytest.mark.parametrize("messages", [FIRST, LATER], ids=["first", "later"])
def test_nothing_lawful_is_found_fault_with(messages) -> None:
    assert {one.name for one in measured_kinds(m for m in messages if not m.kinds)} == set()


def _stopped(messages) -> int:
    return sum(screen(one.text, about=one.about).outcome.value in STOPS for one in messages)


# (bad, of which stopped, lawful, of which stopped), as docs/explanation/wording.md tells them
UNSEEN = {"third": (54, 47, 16, 1), "fourth": (60, 56, 33, 4)}


@pytest.mark.parametrize(("messages", "name"), [(THIRD, "third"), (FOURTH, "fourth")])
def test_the_share_stopped_of_wording_nothing_was_tuned_on_is_as_documented(messages, name) -> None:
    bad = [one for one in messages if one.kinds]
    lawful = [one for one in messages if not one.kinds]
    assert (len(bad), _stopped(bad), len(lawful), _stopped(lawful)) == UNSEEN[name]


def test_no_lawful_labelled_message_is_sent_to_a_person_by_the_model() -> None:
    lawful = [
        one
        for one in (*FIRST, *LATER)
        if not one.kinds and one.direction is Direction.OUTGOING and not one.is_about_advice
    ]
    assert (len(lawful), _stopped(lawful)) == (101, 0)


def test_no_model_lets_a_bad_labelled_message_leave_unread() -> None:
    bad = [
        one
        for one in (*FIRST, *LATER)
        if one.kinds and one.direction is Direction.OUTGOING and not one.is_about_advice
    ]
    assert (len(bad), _stopped(bad)) == (488, 488)


def test_no_labelled_message_was_learned_from() -> None:
    learned = {one.text for one in (*written_pressing(), *written_intents(), *written_doubt())}
    assert learned.isdisjoint(one.text for one in (*FIRST, *LATER, *THIRD, *FOURTH))


def test_every_citation_is_a_rule_of_ours_or_of_our_voice() -> None:
    known = {rule.id for book in rulebooks.load_books() for rule in book.rules}
    known |= {f"house/voice-{number}" for number in range(1, 11)}
    cited = {one for rule in screening_rules() for one in rule.citations}
    assert cited - known == set()


def test_every_rule_says_why_in_both_languages() -> None:
    assert [one.id for one in screening_rules() if not (one.why.zh and one.why.en)] == []


def test_the_quick_look_never_hides_a_match() -> None:
    patterns = [one for rule in screening_rules() for one in (*rule.patterns, *rule.excepts)]
    for message in (*FIRST, *LATER):
        plain = normalised(message.text).plain
        grams = grams_of(plain)
        for pattern in patterns:
            spans = [match.span() for match in pattern.compiled.finditer(plain)]
            assert pattern.spans(plain, grams) == spans


def test_wilsons_interval_by_hand() -> None:
    # 9 of 10: middle (0.9 + 3.8415/20) / 1.38415 = 0.7890; spread 0.1926 (Wilson 1927)
    low, high = Share(9, 10).interval()
    assert (round(low, 4), round(high, 4)) == (0.5958, 0.9821)
    assert Share(0, 0).interval() == (0.0, 1.0)


def test_every_kind_but_the_models_and_the_facts_has_messages() -> None:
    labelled = {kind for one in (*FIRST, *LATER) for kind in one.kinds}
    assert set(Kind) - labelled == {Kind.PRESSURE, Kind.WRONG_FACT}
