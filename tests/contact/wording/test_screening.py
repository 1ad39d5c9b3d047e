"""Screening: outcomes, the words marked as written, the facts of the case, time in all weathers."""

import time
from datetime import date

import pytest

from contact.wording.cases import BARRED, LITIGABLE, UNVERIFIED, USUAL, silent
from forbear.contact.wording.errors import RulesFaulty, TextTooLong
from forbear.contact.wording.facts import Case, Direction
from forbear.contact.wording.linear import Leaning
from forbear.contact.wording.rules import Kind, read_rules
from forbear.contact.wording.screening import Outcome, Severity, screen

POLITE = "青禾消费金融：{}。有困难请联系客服。"


def found(text: str, about: Case = USUAL, direction: Direction = Direction.OUTGOING):
    return screen(text, about=about, direction=direction, leaning=silent)


def test_the_text_of_the_design_is_blocked_with_its_words_and_rules() -> None:
    told = found("不还就告诉你单位")
    (third,) = [one for one in told.findings if one.severity is Severity.BLOCK]
    assert told.outcome is Outcome.BLOCKED
    assert (third.kind, third.start, third.end, third.words) == (
        Kind.THIRD_PARTY,
        3,
        8,
        "告诉你单位",
    )
    assert third.citations == ("CN-CBA2026-THIRD-BAN", "CN-GBT45251-DEBTOR-ONLY", "house/voice-6")


def test_a_good_message_passes_without_a_word() -> None:
    told = found(POLITE.format("您的借款目前应还 2,094.40 元"))
    assert (told.outcome, told.findings) == (Outcome.PASSED, ())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("我是公*安局的", "我是公*安局"),
        ("请勿告诉他人。后 果 zi负", "后 果 zi负"),
        ("ＹＯＵ will go to ｊａｉｌ", "ｊａｉｌ"),
        ("w3 kn0w wh3re y0u l1ve", "kn0w wh3re y0u l1ve"),
        ("通知您单Wei", "通知您单Wei"),
        ("聯繫您的家人", "聯繫您的家人"),
        ("告诉你家\u200b人", "告诉你家\u200b人"),
    ],
)
def test_disguised_words_are_marked_as_they_were_written(text: str, words: str) -> None:
    blocked = [one for one in found(text).findings if one.severity is Severity.BLOCK]
    assert words in {one.words for one in blocked}
    assert all(text[one.start : one.end] == one.words for one in blocked)


@pytest.mark.parametrize(
    "text",
    [
        "我们不会通知您的单位",
        "我们绝不会把您的情况告诉第三人",
        "警方提醒，谨防冒充公检法的电话",
        "逾期不是犯罪",
        "我们没有起诉您",
        "请不要为了还款去借新的钱",
        "还款请不要转到个人账户",
        "我们不收任何额外费用",
        "不需要马上决定",
        "您可以请家人陪同您一起来",
    ],
)
def test_true_reassurance_passes(text: str) -> None:
    assert found(POLITE.format(text)).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    "text",
    [
        "只要您今天处理，我们就不会联系您的家人",
        "不会通知您的单位，前提是您明天之前还清",
        "我们不得不通知您的单位了",
        "我们暂时还没有联系您的单位",
        "If you pay today we will not need to call your workplace",
    ],
)
def test_silence_as_the_price_of_paying_is_pressure(text: str) -> None:
    told = found(text)
    assert (told.outcome, Kind.THIRD_PARTY in told.kinds()) == (Outcome.BLOCKED, True)


def test_a_suit_may_be_named_only_when_it_is_decided_and_not_time_barred() -> None:
    text = POLITE.format("我们已决定向人民法院提起诉讼")
    assert found(text, LITIGABLE).outcome is Outcome.PASSED
    for about in (USUAL, BARRED):
        assert Kind.UNTRUE_LEGAL_CLAIM in found(text, about).kinds()
        assert found(text, about).outcome is Outcome.BLOCKED


def test_nothing_of_the_debt_is_said_before_the_person_is_identified() -> None:
    text = POLITE.format("您尾号 0042 的借款已逾期")
    assert Kind.DISCLOSURE in found(text, UNVERIFIED).kinds()
    assert Kind.DISCLOSURE not in found(text).kinds()
    assert found(POLITE.format("请转告本人方便时联系我们"), UNVERIFIED).outcome is Outcome.PASSED


def test_an_amount_that_is_not_the_cases_is_blocked_and_the_only_right_one_suggested() -> None:
    one_amount = Case(amounts_minor=frozenset({209_440}), lender_names=("青禾消费金融",))
    told = found(POLITE.format("应还 2,904.40 元"), one_amount)
    (wrong,) = told.findings
    assert (wrong.kind, wrong.words) == (Kind.WRONG_AMOUNT, "2,904.40 元")
    assert wrong.suggestion is not None
    assert wrong.suggestion.zh == "¥2,094.40"


def test_without_known_amounts_no_amount_may_be_named() -> None:
    nobody = Case(lender_names=("青禾消费金融",))
    assert Kind.WRONG_AMOUNT in found(POLITE.format("应还 1 元"), nobody).kinds()


def test_another_loans_tail_and_another_due_day_are_blocked() -> None:
    about = Case(
        amounts_minor=USUAL.amounts_minor,
        lender_names=USUAL.lender_names,
        loan_tails=frozenset({"0042"}),
        due_on=frozenset({date(2026, 10, 14)}),
    )
    right = POLITE.format("尾号 0042 的借款 10 月 14 日到期")
    wrong = POLITE.format("尾号 0043 的借款 10 月 15 日到期")
    assert found(right, about).outcome is Outcome.PASSED
    assert [(one.kind, one.words) for one in found(wrong, about).findings] == [
        (Kind.WRONG_FACT, "尾号 0043"),
        (Kind.WRONG_FACT, "10 月 15 日到期"),
    ]


def test_what_is_said_in_a_call_or_written_to_us_is_never_blocked() -> None:
    for direction in (Direction.TRANSCRIPT, Direction.INBOUND):
        told = found("你这个老赖，后果自负", direction=direction)
        assert told.outcome is Outcome.PERSON
        assert {one.severity for one in told.findings} == {Severity.PERSON}


def test_a_note_is_screened_for_insults_and_other_peoples_data_only() -> None:
    note = Direction.NOTE
    assert found("本人称周五发工资后还款，起诉材料待核", direction=note).outcome is Outcome.PASSED
    insulting = found("典型的老赖", direction=note)
    assert (insulting.outcome, insulting.kinds()) == (Outcome.BLOCKED, {Kind.INSULT})
    naming = found("他妈妈电话 13812345678", direction=note)
    assert (naming.outcome, naming.kinds()) == (Outcome.BLOCKED, {Kind.PERSONAL_DATA})


def test_a_model_sends_to_a_person_and_never_blocks() -> None:
    def certain(plain: str) -> Leaning:
        return Leaning(9_000_000, 0, 0, len(plain))

    told = screen(POLITE.format("您好"), about=USUAL, leaning=certain)
    assert (told.outcome, told.kinds()) == (Outcome.PERSON, {Kind.PRESSURE})


def test_advice_does_not_hold_a_message_back() -> None:
    told = found("请登录查看还款安排。")
    assert told.outcome is Outcome.ADVISE
    assert {one.kind for one in told.findings} == {Kind.NO_LENDER}
    assert {one.citations for one in told.findings} == {("CN-CBA2026-IDENTIFY", "house/voice-1")}


def test_a_stretch_of_21_characters_is_advised_against_and_one_of_20_is_not() -> None:
    stretch = "请您在收到这条消息之后尽早告诉我们您的情况"
    assert len(stretch) == 21
    text = "青禾消费金融：{}。有困难请联系客服。"
    assert found(text.format(stretch)).kinds() == {Kind.HARD_TO_READ}
    assert found(text.format(stretch[1:])).kinds() == frozenset()


def test_a_text_of_2000_characters_is_screened_and_one_more_is_refused() -> None:
    found("善" * 2_000)
    with pytest.raises(TextTooLong) as refused:
        found("善" * 2_001)
    assert refused.value.code == "text_too_long"


ADVERSARIAL = {
    "tell": "通知联系告诉打给",
    "kin": "父母同事单位领导",
    "separators": "通*知*您*的*",
    "negations": "不会不得没有不要",
    "digits": "1,234,567,890",
    "numerals": "一二三四五六七八九十",
    "pinyin": "gonganfayuan",
    "english": "we will tell your employer and call your mother ",
    "letters": "a b c d e ",
    "your": "your your your ",
    "conditions": "如果只要前提除非不会",
    "wide": "ＡＢＣ１２３",
    "marks": "，。，。",
    "emoji": "🙂👨‍👩‍👧",
}


@pytest.mark.parametrize("piece", ADVERSARIAL.values(), ids=list(ADVERSARIAL))
def test_no_text_of_2000_characters_takes_long(piece: str) -> None:
    text = (piece * 2_000)[:2_000]
    best, tries = 1.0, 0
    while best >= 0.020 and tries < 12:  # neighbours on the machine slow a single try
        began = time.process_time()
        screen(text, about=USUAL)
        best, tries = min(best, time.process_time() - began), tries + 1
    assert best < 0.020


RULE = """
words: {{kin: 父母}}
rules:
- id: one
  kind: threat
  language: zh-Hans
  patterns: ['{pattern}']
  why: {{zh: 不可, en: no}}
  citations: {citations}
"""


@pytest.mark.parametrize("pattern", ["a*", "(a|b)+", "a{2,}", "~90b", "<nobody>", "(a", "(a)\\\\1"])
def test_a_rule_that_could_run_away_is_refused_by_name(pattern: str) -> None:
    with pytest.raises(RulesFaulty) as refused:
        read_rules(RULE.format(pattern=pattern, citations="[CN-CBA2026-NO-THREAT]"))
    assert refused.value.code == "screening_rules_faulty"
    assert "Screening rule one" in str(refused.value)


def test_a_rule_that_cites_nothing_is_refused() -> None:
    with pytest.raises(RulesFaulty, match="cites nothing"):
        read_rules(RULE.format(pattern="a", citations="[]"))
