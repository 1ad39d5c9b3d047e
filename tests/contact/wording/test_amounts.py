"""Amounts of money as people write them."""

import pytest

from forbear.contact.wording.amounts import named_amounts
from forbear.contact.wording.normalising import normalised
from forbear.primitives.money import Currency


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("应还 2,094.40 元", [209_440]),
        ("￥２，０９４．４０", [209_440]),
        ("RMB 5000", [500_000]),
        ("5千元", [500_000]),
        ("1.85 万元", [1_850_000]),
        ("两千一百元", [210_000]),
        ("一千零四十七元二角", [104_720]),
        ("一万八千六百元", [1_860_000]),
        ("十元", [1_000]),
        ("3元5角", [350]),
        ("您欠款2904.40", [290_440]),
        ("应还 2094.405 元", [None]),
        ("owe 3,000", [300_000]),
        ("12 期，第 3 期，尾号 0042，10 月 14 日，30 天", []),
        ("共 12 期", []),
        ("客服电话 400-800-1234", []),
        ("逾期 37 天", []),
    ],
)
def test_amounts_are_read_in_minor_units(text: str, minor: list[int | None]) -> None:
    plain = normalised(text).plain
    assert [one.amount_minor for one in named_amounts(plain, Currency.CNY)] == minor


def test_another_currency_is_not_the_cases() -> None:
    (dollars,) = named_amounts("$2,094.40", Currency.CNY)
    assert dollars.currency is Currency.USD
    assert not dollars.is_of(frozenset({209_440}), Currency.CNY)
    assert dollars.is_of(frozenset({209_440}), Currency.USD)
