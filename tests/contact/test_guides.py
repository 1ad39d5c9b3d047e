"""The guide of a call: what must be said, and which words of a script may be shown before whom."""

import pytest

from forbear.contact.channels import Channel
from forbear.contact.guides import GUIDE, lines_unsaid, script_lines
from forbear.contact.wording.facts import Language
from forbear.contact.wording.templates import MessageTemplate, Tone
from forbear.contact.wording.variables import Variable

KNOWN = {Variable.LENDER: "青禾消费金融", Variable.SURNAME: "林"}


def script(text: str) -> MessageTemplate:
    return MessageTemplate(
        name="通话指引",
        version=1,
        channel=Channel.VOICE_INTERACTIVE,
        purpose="collect",
        language=Language.ZH,
        tone=Tone.HELP,
        text=text,
    )


def test_the_guide_goes_from_who_we_are_to_a_kind_close_and_three_lines_must_be_said() -> None:
    assert [line.code for line in GUIDE] == [
        "who", "recorded", "identity", "reason", "listen", "options", "repeat", "close",
    ]  # fmt: skip
    assert lines_unsaid(frozenset()) == ("who", "recorded", "identity")
    assert lines_unsaid(frozenset({"who", "recorded", "identity"})) == ()


def test_a_line_of_the_guide_gets_the_scripts_words_by_its_number() -> None:
    told = script_lines(
        script("1 您好，我是{机构}的工作人员。\n3. 请问是{姓}先生或女士吗？\n5、最近有困难吗？"),
        KNOWN,
    )
    assert told == {
        "who": "您好，我是青禾消费金融的工作人员。",
        "identity": "请问是林先生或女士吗？",
        "listen": "最近有困难吗？",
    }


def test_a_line_without_its_value_or_its_number_has_no_words() -> None:
    text = "4 我们想说说尾号{借据尾号}的借款。\n我们打来问候。\n9 没有这一句。\n0 也没有。"
    assert script_lines(script(text), KNOWN) == {}
    assert script_lines(script(text), {**KNOWN, Variable.LOAN_TAIL: "0042"}) == {
        "reason": "我们想说说尾号0042的借款。"
    }


@pytest.mark.parametrize(
    "text",
    [
        "1 我是{机构}的，来说说您的欠款。",
        "2 通话录音，{应还金额}今天到期。",
        "3 您尾号{借据尾号}的借据是您本人的吗？",
        "8 再见，记得还款。",
        "1 This is about your loan.",
    ],
)
def test_before_anybody_is_verified_no_line_of_a_script_names_a_debt(text: str) -> None:
    assert script_lines(script(text), {**KNOWN, Variable.LOAN_TAIL: "0042"}) == {}
