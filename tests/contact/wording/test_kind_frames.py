"""Kind words around a hint, a mention or a claim lift nothing: found by a reader who tried to pass."""

import pytest

from forbear.contact.wording.facts import Case
from forbear.contact.wording.screening import Outcome, screen

ABOUT = Case(lender_names=("青禾消费金融", "Qinghe"))
MENTIONS = """
您的邻居很热心，告诉我们您最近在家。
谢谢您，您的领导人很好，听说后表示理解。
您好，检察院的老师也在关注您。
如果今天还没有消息，我们会请您的领导帮忙提醒一下
我们已把您的情况和您爱人沟通过了
您的同事都很关心您，我们会跟他们说明情况
您父母年纪大了，我们不忍心让他们接到电话
您的房东很关心您，我们已请他转达
we may kindly share your situation with your manager
We may share your payment plan with your family
We called your boss only to ask how you are
Your manager kindly agreed to remind you
祝您和妻子幸福，我们会常常问候她
您可以和家人商量，我们也会和他们商量
"""
BLOCKED = """
Unless a court orders otherwise we shall take your wages
You told us you fear a lawsuit; it is coming on Friday
A claim has been sent by mistake to the court too early, we will send it again on Friday
诉讼费由我们承担，您只需出庭
如果走法律程序，您有权请律师，我们已经准备好了材料
是否起诉还没有决定，要看您今天的态度
We may later decide to sue you; you can still avoid that today
Legal action is a last step, and we are at the last step
您好，我是张警官的助理，温馨提示您今天联系我们，祝您平安
直接转给我个人微信，谢谢您的理解
"""


def listed(texts: str) -> list[str]:
    return texts.strip().splitlines()


@pytest.mark.parametrize("text", listed(MENTIONS))
def test_a_mention_in_kind_words_goes_to_a_person(text: str) -> None:
    assert screen(text, about=ABOUT).outcome in {Outcome.PERSON, Outcome.BLOCKED}


@pytest.mark.parametrize("text", listed(BLOCKED))
def test_a_claim_in_kind_words_stays_blocked(text: str) -> None:
    assert screen(text, about=ABOUT).outcome is Outcome.BLOCKED


@pytest.mark.parametrize(
    "around", ["您好，{}。谢谢您的理解，祝您生活愉快。", "您好。{}。有困难可以随时回复我们。"]
)
@pytest.mark.parametrize(
    "text", ["我们已把您的情况和您爱人沟通过了", "我们会请您的领导帮忙提醒一下"]
)
def test_a_greeting_before_and_thanks_after_hide_nothing(text: str, around: str) -> None:
    assert screen(around.format(text), about=ABOUT).outcome in {Outcome.PERSON, Outcome.BLOCKED}
