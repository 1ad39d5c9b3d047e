"""Templates: typed places, values that cannot smuggle, checks before a second person reads."""

from datetime import date

import pytest

from contact.wording.cases import LENDER
from forbear.contact.channels import Channel
from forbear.contact.wording.checks import checked, require_submittable, sample_values
from forbear.contact.wording.errors import TemplateFaulty, TemplateNotSubmittable, ValueUnfit
from forbear.contact.wording.facts import Language
from forbear.contact.wording.templates import (
    FirstToneNotHelp,
    MessageTemplate,
    Tone,
    digest,
    filled,
    require_first_tone,
)
from forbear.contact.wording.variables import Variable
from forbear.primitives.money import Currency, Money

GOOD = (
    "您好，这里是{机构}。您尾号{借据尾号}的借款目前应还{应还金额}，应还日是{应还日}。"
    "有困难请联系{客服电话}，{自由:20}回复TD退订。"
)
VALUES = {
    Variable.LENDER: LENDER,
    Variable.LOAN_TAIL: "0042",
    Variable.AMOUNT_DUE: Money(209_440, Currency.CNY),
    Variable.DUE_DAY: date(2026, 11, 20),
    Variable.SERVICE_PHONE: "400-800-1234",
}


def template(text: str = GOOD, **other) -> MessageTemplate:
    told = {
        "name": "first-help",
        "version": 1,
        "channel": Channel.SMS,
        "purpose": "collect",
        "language": Language.ZH,
        "tone": Tone.HELP,
        "text": text,
    }
    return MessageTemplate(**told | other)


def test_values_stand_where_the_template_asks_for_them() -> None:
    made = filled(template(), VALUES)
    assert made.text == (
        "您好，这里是青禾消费金融。您尾号0042的借款目前应还2,094.40 元，应还日是2026年11月20日。"
        "有困难请联系400-800-1234，回复TD退订。"
    )
    assert [(one.variable.value, made.text[one.start : one.end]) for one in made.spans] == [
        ("lender", "青禾消费金融"),
        ("loan_tail", "0042"),
        ("amount_due", "2,094.40 元"),
        ("due_day", "2026年11月20日"),
        ("service_phone", "400-800-1234"),
        ("free", ""),
    ]


def test_english_says_the_currency_and_the_day_in_english() -> None:
    text = "{lender}: {amount due} is due on {due day}."
    values = VALUES | {Variable.LENDER: "Qinghe"}
    assert filled(template(text, language=Language.EN), values).text == (
        "Qinghe: CNY 2,094.40 is due on 20 November 2026."
    )


def test_braces_in_a_value_are_characters_and_never_a_place() -> None:
    made = filled(template("{自由:40}"), {Variable.FREE: "{客服电话}"})
    assert made.text == "{客服电话}"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("您好{机构", "character 3"),
        ("您好}机构", "character 3"),
        ("{机构{姓}}", "character 4"),
        ("{{机构}}", "character 2"),
        ("您好{电话}", "character 3"),
        ("您好{}", "character 3"),
        ("您好\u202e", "character 3"),
        ("您\u200b好", "character 2"),
        ("{自由:0}", "character 1"),
        ("{自由:201}", "character 1"),
    ],
)
def test_a_faulty_place_is_refused_with_its_position(text: str, place: str) -> None:
    with pytest.raises(TemplateFaulty, match=place) as refused:
        template(text)
    assert refused.value.code == "template_faulty"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        (Variable.SURNAME, "林\n您好"),
        (Variable.SURNAME, "林\u202e"),
        (Variable.SURNAME, "林 http://x.cn"),
        (Variable.SURNAME, "x.cn"),
        (Variable.SURNAME, "{机构}"),
        (Variable.SURNAME, "林1"),
        (Variable.SURNAME, ""),
        (Variable.LOAN_TAIL, "00421234"),
        (Variable.LOAN_TAIL, "４２２２"),
        (Variable.AMOUNT_DUE, Money(-1, Currency.CNY)),
        (Variable.AMOUNT_DUE, "2,094.40"),
        (Variable.DUE_DAY, "2026-11-20"),
        (Variable.PORTAL_LINK, "http://portal.example"),
        (Variable.PORTAL_LINK, "javascript:alert(1)"),
        (Variable.SERVICE_PHONE, "call me"),
        (Variable.FREE, "请看 www.x.com"),
        (Variable.FREE, "善" * 21),
        (Variable.FREE, "一\r\n二"),
    ],
)
def test_an_unfit_value_is_refused_by_its_variable(variable: Variable, value: object) -> None:
    text = "{自由:20}" if variable is Variable.FREE else "{" + _NAMES[variable] + "}"
    with pytest.raises(ValueUnfit, match=variable.value) as refused:
        filled(template(text), {variable: value})
    assert refused.value.code == "template_value_unfit"


_NAMES = {
    Variable.SURNAME: "姓",
    Variable.LOAN_TAIL: "借据尾号",
    Variable.AMOUNT_DUE: "应还金额",
    Variable.DUE_DAY: "应还日",
    Variable.PORTAL_LINK: "门户链接",
    Variable.SERVICE_PHONE: "客服电话",
}


def test_a_missing_value_is_refused_with_its_place() -> None:
    with pytest.raises(ValueUnfit, match=r"lender is missing.*character 7"):
        filled(template("您好，这里是{机构}"), {})


def test_the_digest_changes_with_every_field_and_only_then() -> None:
    told = digest(template())
    assert told == digest(template())
    others = [
        template(GOOD + "。"),
        template(version=2),
        template(tone=Tone.REMIND),
        template(channel=Channel.APP),
        template(subject="您好"),
        template(purpose="notice"),
    ]
    assert len({told, *map(digest, others)}) == 7


def test_the_first_message_of_a_purpose_offers_help() -> None:
    require_first_tone(template(), messages_before=0)
    require_first_tone(template(tone=Tone.REMIND), messages_before=1)
    with pytest.raises(FirstToneNotHelp) as refused:
        require_first_tone(template(tone=Tone.REMIND), messages_before=0)
    assert refused.value.code == "first_tone_not_help"


def failing(made: MessageTemplate) -> list[str]:
    return [one.code for one in checked(made) if not one.passed]


def test_a_good_template_passes_every_check_of_the_screen() -> None:
    assert [one.code for one in checked(template())] == [
        "lender_named",
        "no_threat",
        "no_third_person",
        "facts_checkable",
        "help_shown",
        "opt_out_shown",
        "parts",
        "readable",
    ]
    assert failing(template()) == []
    require_submittable(template())


def test_a_template_without_the_lender_cannot_be_submitted() -> None:
    nameless = template(GOOD.replace("{机构}", "客服"))
    with pytest.raises(TemplateNotSubmittable, match="lender_named") as refused:
        require_submittable(nameless)
    assert refused.value.code == "template_not_submittable"
    typed = template(GOOD.replace("{机构}", "青山小贷"))
    require_submittable(typed, lender_names=["青山小贷"])


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        (GOOD + "后果自负。", "no_threat", "后果自负"),
        (GOOD + "否则告诉您单位。", "no_third_person", "告诉您单位"),
        (GOOD + "另有 30 元。", "facts_checkable", "30 元"),
        (GOOD.replace("{借据尾号}", "0042"), "facts_checkable", "尾号0042"),
    ],
)
def test_a_failing_check_shows_its_place_in_the_template(text: str, code: str, words: str) -> None:
    (found,) = [one for one in checked(template(text)) if one.code == code]
    assert (found.passed, found.is_required) == (False, True)
    assert text[found.start : found.end] == words


def test_help_and_a_way_to_stop_are_required() -> None:
    bare = template("这里是{机构}。您尾号{借据尾号}的借款应还{应还金额}。")
    assert failing(bare) == ["help_shown", "opt_out_shown"]


def test_parts_count_the_longest_sample_and_the_whole_free_slot() -> None:
    (parts,) = [one for one in checked(template()) if one.code == "parts"]
    # 74 characters as a usual borrower gets it, 6 more of the large amount, 20 of the slot
    assert parts.says.zh == "最多 100 字 · 2 条"


def test_an_ai_script_says_what_it_is_in_its_first_sentence() -> None:
    says = "您好，我是{机构}的智能语音助手。本次通话会录音。有困难可以说转人工。"
    late = "您好，这里是{机构}。我是智能语音助手。有困难可以说转人工。"
    assert failing(template(says, channel=Channel.VOICE_NOTICE_AI)) == []
    assert failing(template(late, channel=Channel.VOICE_NOTICE_AI)) == ["ai_says_so"]
    english = "I am an automated voice assistant of {lender}. Say human for help."
    made = template(english, channel=Channel.VOICE_NOTICE_AI, language=Language.EN)
    assert failing(made) == []


AI_SAYS = "您好，我是{机构}的智能语音助手。有困难可以说转人工，或拨打{客服电话}。"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("您的贷款已逾期。", "贷"),
        ("請還清您的貸款。", "還清"),
        ("您的欠 款今天要还。", "欠"),
        ("{姓}先生，请回电。", "{姓}"),
        ("尾号{借据尾号}。", "{借据尾号}"),
        ("This is about your l o a n.", "l o a n"),
        ("We call about a past due payment.", "past due"),
    ],
)
def test_an_ai_script_says_nothing_of_a_debt_or_a_person_to_whoever_picks_up(
    more: str, words: str
) -> None:
    made = template(AI_SAYS + more, channel=Channel.VOICE_NOTICE_AI)
    (found,) = [one for one in checked(made) if one.code == "open_to_all"]
    assert (found.passed, found.is_required) == (False, True)
    assert made.text[found.start : found.end] == words
    with pytest.raises(TemplateNotSubmittable, match="open_to_all"):
        require_submittable(made)
    asked_by_a_person = checked(template(AI_SAYS + more, channel=Channel.VOICE_INTERACTIVE))
    assert "open_to_all" not in [one.code for one in asked_by_a_person]


def test_an_ai_script_that_asks_how_one_is_says_nothing_of_a_debt() -> None:
    assert failing(template(AI_SAYS, channel=Channel.VOICE_NOTICE_AI)) == []


def test_a_statutory_notice_names_its_article() -> None:
    text = "{机构}告知您。我们已决定起诉。您可以联系{客服电话}，回复TD退订。"
    assert failing(template(text, tone=Tone.NOTICE)) == ["article_named"]
    named = "{机构}告知您。依民法典第188条，我们已决定起诉。您可以联系{客服电话}，回复TD退订。"
    assert failing(template(named, tone=Tone.NOTICE)) == []
    assert failing(template(named)) == ["no_threat"]


def test_samples_are_a_usual_one_a_long_name_and_a_large_amount() -> None:
    usual, long_name, large = sample_values(Language.ZH)
    assert (usual[Variable.SURNAME], long_name[Variable.SURNAME]) == ("林", "买买提艾力")
    assert large[Variable.AMOUNT_DUE] == Money(12_345_678_900, Currency.CNY)
