"""The plain text of a disguised one, and the way back."""

import pytest

from forbear.contact.wording.normalising import normalised


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("公*安", "公安"),
        ("起 诉", "起诉"),
        ("公an局", "公安局"),
        ("cuishou", "催收"),
        ("威信", "微信"),
        ("起素", "起诉"),
        ("法园", "法院"),
        ("老懒", "老赖"),
        ("後果自負", "后果自负"),
        ("ＰＯＬＩＣＥ", "police"),
        ("p0lice", "police"),
        ("p.o.l.i.c.e", "police"),
        ("аrrest", "arrest"),
        ("j@il", "jail"),
        ("弄4你", "弄死你"),
        ("单\u200b位", "单位"),
    ],
)
def test_a_disguise_is_undone(written: str, plain: str) -> None:
    assert normalised(written).plain == plain


@pytest.mark.parametrize(
    "text",
    [
        "您好,这里是青禾消费金融。",
        "之后过来",
        "每月收十元",
        "积蓄生活",
        "请扫二维码上传",
        "剩余期数",
        "检查材料",
        "免费勿扰",
        "无持续",
        "居留证",
        "your 3rd payment of 1,047.20 at 5pm",
        "rmb5000",
    ],
)
def test_ordinary_words_stay_as_they_are(text: str) -> None:
    assert normalised(text).plain == text


def test_each_character_knows_where_it_stood() -> None:
    made = normalised("请 找公*an局！")
    assert made.plain == "请找公安局!"
    assert made.written_span(2, 5) == (3, 8)
    assert made.written_span(5, 6) == (8, 9)


def test_an_emoji_and_a_lone_surrogate_do_no_harm() -> None:
    assert normalised("👨‍👩‍👧还款🙂").plain == "👨👩👧还款🙂"
    assert normalised("\ud83d还款").plain == "还款"


def test_places_are_as_many_as_characters_and_in_order() -> None:
    made = normalised("弄 S 你，tong xun lu，ｔｘｌ，ﷺ ㎏ ½")
    assert len(made.plain) == len(made.starts) == len(made.ends)
    assert list(made.starts) == sorted(made.starts)
    assert all(start < end for start, end in zip(made.starts, made.ends, strict=True))
