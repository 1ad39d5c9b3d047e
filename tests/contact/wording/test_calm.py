"""Calm: where the model is sure that nothing presses, a mention is none; telling others stays blocked."""

import pytest

from contact.wording.cases import LITIGABLE, USUAL, silent
from forbear.contact.wording.linear import Leaning
from forbear.contact.wording.rules import Kind
from forbear.contact.wording.screening import Outcome, Severity, screen

STOPPED = {Outcome.PERSON, Outcome.BLOCKED}


def sure(plain: str) -> Leaning:
    """A model that is sure of every word."""
    return Leaning(-9_000_000, 0, 0, len(plain), ((0, len(plain)),))


def outcome_of(text: str, leaning=sure) -> Outcome:
    return screen(text, about=USUAL, leaning=leaning).outcome


@pytest.mark.parametrize("text", ["您先生今天好些了吗", "Your sister has a lovely garden"])
def test_a_mention_the_model_is_sure_of_is_none_and_without_a_model_goes_to_a_person(text) -> None:
    assert outcome_of(text) is Outcome.ADVISE
    if "sister" in text:
        assert outcome_of(text, silent) is Outcome.PERSON


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("坐不了高铁", Kind.FALSE_CONSEQUENCE),
        ("This is your final notice", Kind.FALSE_URGENCY),
        ("Detective", Kind.IMPERSONATION),
    ],
)
def test_a_blocking_word_the_model_is_sure_of_is_still_read_by_a_person(text, kind) -> None:
    (found,) = [
        one
        for one in screen(text, about=USUAL, leaning=sure).findings
        if one.severity is not Severity.ADVISE
    ]
    assert (found.kind, found.severity) == (kind, Severity.PERSON)
    assert outcome_of(text, silent) is Outcome.BLOCKED


@pytest.mark.parametrize(
    "text",
    [
        "我们会告诉您的单位",
        "We will tell your employer",
        "你这个老赖",
        "We will take you to court",
        "只要您今天还款，您的工资卡就不会被冻结",
        "If you pay today you will not be arrested",
        "应还 1 元",
    ],
)
def test_no_model_however_sure_softens_telling_others_insults_suits_conditions_or_facts(
    text,
) -> None:
    assert outcome_of(text) is Outcome.BLOCKED


def test_a_text_that_presses_anywhere_is_calm_nowhere() -> None:
    def uneasy(plain: str) -> Leaning:
        return Leaning(1, 0, 0, 2, ((0, len(plain)),))

    told = screen("Your sister has a lovely garden", about=USUAL, leaning=uneasy)
    assert {one.kind for one in told.findings if one.severity is Severity.PERSON} == {
        Kind.THIRD_PARTY,
        Kind.PRESSURE,
    }


@pytest.mark.parametrize(
    "text",
    [
        "We will never call your employer.",
        "If your mother helps you with the app, please keep your password to yourself.",
        "You asked if we will call your boss. No, we will not.",
        "If a caller offers to delete your credit record for a fee, it is a scam.",
        "A court summons never comes by text message; if you got one, it is a fake.",
        "There is no warrant, no police and no court.",
        "You will not lose your job, your visa or your home over this.",
        "如有冒充公检法要求转账的，请报警",
        "您可以请一位亲属代为沟通，请先签授权书",
        "您问会不会通知单位，不会",
        "我们不会联系您公司，同事也不会知道",
        "只有法院才能决定查封和冻结，我们没有这样的权力",
    ],
)
def test_lawful_words_about_courts_police_and_relatives_leave(text: str) -> None:
    assert screen(text, about=USUAL).outcome in {Outcome.PASSED, Outcome.ADVISE}


@pytest.mark.parametrize(
    "text",
    [
        "Your employer will not know if you pay today",
        "As long as you pay now you will not be deported",
        "You will not lose your job as long as you pay",
        "只要您今天还，您单位不会知道",
        "您父母不会知道，前提是今天到账",
        "You asked if we will call your boss. We will call your boss tomorrow.",
        "No court will help you when we file a claim",
    ],
)
def test_a_denial_with_a_price_is_blocked(text: str) -> None:
    assert screen(text, about=USUAL).outcome is Outcome.BLOCKED


def test_a_claim_of_a_suit_is_blocked_and_a_bare_word_of_law_is_read() -> None:
    claims = ("我们将依法起诉您", "We have filed a lawsuit against you", "Our lawyers will call")
    bare = ("诉讼的说明见附件", "The court form is attached")
    for text in claims:
        assert outcome_of(text, silent) is Outcome.BLOCKED
    for text in bare:
        assert outcome_of(text, silent) is Outcome.PERSON
    for text in (claims[0], bare[0]):
        found = screen(text, about=LITIGABLE, leaning=silent)
        assert Kind.UNTRUE_LEGAL_CLAIM not in found.kinds()


def test_an_english_word_is_no_pinyin() -> None:
    for text in ("Would you like to talk", "If you like it, pay by card"):
        assert outcome_of(text, silent) is Outcome.ADVISE
