"""Complaint triage by our own words."""

import pytest

from forbear.contact.wording.triage import complaint_classes, triage


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("天天爆通讯录骚扰我家人", "conduct"),
        ("利息太高，收了担保费和服务费", "pricing"),
        ("一直打营销电话推销贷款，广告说免息", "marketing"),
        ("客服打不通，账户无法注销", "service"),
        ("合同条款没有本人签字", "contract"),
        ("今天下雨", "other"),
        ("", "other"),
    ],
)
def test_a_complaint_goes_to_its_class(text: str, code: str) -> None:
    assert triage(text).code == code


def test_the_words_that_carried_it_are_told() -> None:
    told = triage("你们辱骂我还威胁我")
    assert (told.words, told.is_by_model) == (("威胁", "辱骂"), False)


def test_there_are_six_classes() -> None:
    assert [one.code for one in complaint_classes()] == [
        "conduct",
        "pricing",
        "marketing",
        "service",
        "contract",
        "other",
    ]
