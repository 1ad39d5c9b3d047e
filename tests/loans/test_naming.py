"""What names a loan in a text, and what only looks like it."""

from __future__ import annotations

import pytest

from forbear.loans.naming import loan_named


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("您尾号L-1的借款逾期，请尽快还款", "L-1"),
        ("借据 L-1 还没有还", "L-1"),
        ("借据Ｌ－１还没有还", "L-1"),
        ("您尾号为：0042 的借款", "JD-2026-0042"),
        ("您尾号（０００４２）", "00042"),
        ("尾号\u200b00\u200b42的借款", "JD-20260042"),
        ("合同 jd-20260042 逾期", "JD-20260042"),
        ("您后四位 2612 的借款", "JD-20-26-12"),
        ("your loan ending in 0042 is late", "JD-20260042"),
        ("the last four digits: 0042", "JD-20260042"),
    ],
)
def test_a_loan_is_named_by_ref_or_tail(text: str, ref: str) -> None:
    assert loan_named(text, ["XX-99999", ref]) == ref


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("您尾号L-5的借款逾期", "L-1"),
        ("您尾号L-10的借款逾期", "L-1"),
        ("借据 XL-1 还没有还", "L-1"),
        ("请在 30 日前还 1 元", "30"),
        ("应还 0042 元", "JD-20260042"),
        ("您尾号 00421 的借款", "JD-20260042"),
        ("如果这段时间手头紧，可以回复我们", "L-1"),
    ],
)
def test_another_loan_or_a_mere_number_names_nothing(text: str, ref: str) -> None:
    assert loan_named(text, [ref]) is None


def test_a_tail_shared_with_another_loan_tells_neither_but_the_ref_does() -> None:
    refs, others = ["JD-10042"], ["JD-20042"]
    assert loan_named("您尾号 0042 的借款", refs, others=others) is None
    assert loan_named("您的借据 JD-10042", refs, others=others) == "JD-10042"
