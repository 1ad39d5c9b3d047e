"""Amounts of money named in a text, and whether they are amounts of the case.

Read: digits with or without thousands commas, Chinese numerals, 万 and 千, marks before (¥, RMB, $)
and units after (元, 块, yuan, dollars). A bare number counts only after a word of owing. An amount
finer than the minor unit, or in another currency, is not the case's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from forbear.primitives.money import Currency

_DIGITS = r"(?:\d{1,3}(?:,\d{3}){1,4}|\d{1,12})(?:\.\d{1,6})?"
_HAN_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_HAN_UNITS = {"十": 10, "百": 100, "千": 1_000}
_HAN = "[零〇一二两三四五六七八九十百千万]"
_SCALE = r"(?: ?(?P<scale{n}>万|千|百|k(?![a-z])|w(?![a-z])))?"
_BEFORE = {
    "¥": Currency.CNY, "rmb": Currency.CNY, "cny": Currency.CNY, "人民币": Currency.CNY,
    "us$": Currency.USD, "$": Currency.USD, "usd": Currency.USD, "€": Currency.EUR,
    "eur": Currency.EUR, "£": Currency.GBP, "gbp": Currency.GBP,
}  # fmt: skip
_AFTER = {
    "元": Currency.CNY, "块钱": Currency.CNY, "块": Currency.CNY, "圆": Currency.CNY,
    "yuan": Currency.CNY, "cny": Currency.CNY, "rmb": Currency.CNY, "人民币": Currency.CNY,
    "美元": Currency.USD, "dollars": Currency.USD, "dollar": Currency.USD, "usd": Currency.USD,
    "euros": Currency.EUR, "euro": Currency.EUR, "eur": Currency.EUR, "pounds": Currency.GBP,
}  # fmt: skip
_MARKS = "|".join(sorted(map(re.escape, _BEFORE), key=len, reverse=True))
_UNITS = "|".join(sorted(map(re.escape, _AFTER), key=len, reverse=True))
_NAMED = re.compile(
    rf"(?P<mark>{_MARKS}) ?(?P<a>{_DIGITS}){_SCALE.format(n=1)}(?: ?元)?"
    rf"|(?<![\d.])(?P<b>{_DIGITS}){_SCALE.format(n=2)} ?(?P<unit>{_UNITS})"
    rf"(?:(?P<jiao>[\d一二两三四五六七八九])角(?:(?P<fen>[\d一二三四五六七八九])分)?)?(?![a-z])"
    rf"|(?P<han>{_HAN}{{1,16}})(?P<hanunit>元|圆|块钱)"
    rf"(?:(?P<hanjiao>[\d一二两三四五六七八九])角(?:(?P<hanfen>[\d一二三四五六七八九])分)?)?"
)
_BARE = re.compile(
    r"(?:欠款?|应还|还款|逾期|金额|本金|合计|共计?|结清|owes?|due|pay|total)(?:金额)?(?:了|为|是|共)?[: ]{0,2}"
    rf"(?P<bare>{_DIGITS})(?: ?(?P<scale>万|千|k(?![a-z])|w(?![a-z])))?(?![\d年月日天期号个次笔%:/\-点时分小]| ?[年月日天期号个次笔%])"
)
_TIMES = {"万": 10_000, "w": 10_000, "千": 1_000, "k": 1_000, "百": 100, None: 1}


@dataclass(frozen=True, slots=True)
class NamedAmount:
    """An amount in a text; `amount_minor` is None when it is finer than the minor unit.

    `currency` is None where the text names none.
    """

    start: int
    end: int
    amount_minor: int | None
    currency: Currency | None

    def is_of(self, amounts_minor: frozenset[int], currency: Currency, /) -> bool:
        """Whether it is one of the amounts, in their currency."""
        return self.amount_minor in amounts_minor and self.currency in {None, currency}


def named_amounts(plain: str, currency: Currency, /) -> list[NamedAmount]:
    """Amounts of money in a normalised text, in order.

    >>> [one.amount_minor for one in named_amounts("应还 2,094.40 元,未结清 1.85 万元", Currency.CNY)]
    [209440, 1850000]
    """
    named = list(_with_currency(plain, currency))
    taken = [(one.start, one.end) for one in named]
    for match in _BARE.finditer(plain):
        start, end = match.span("bare")
        if any(start < e and s < end for s, e in taken):
            continue
        number = Decimal(match["bare"].replace(",", "")) * _TIMES[match["scale"]]
        if number >= 100 or "." in match["bare"]:
            named.append(NamedAmount(start, match.end(), _minor(number, currency), None))
    return sorted(named, key=lambda one: one.start)


def _with_currency(plain: str, currency: Currency) -> Iterator[NamedAmount]:
    for match in _NAMED.finditer(plain):
        if match["mark"] is not None:
            number = Decimal(match["a"].replace(",", "")) * _TIMES[match["scale1"]]
            said = _BEFORE[match["mark"]]
        elif match["b"] is not None:
            number = Decimal(match["b"].replace(",", "")) * _TIMES[match["scale2"]]
            number += _cents(match["jiao"], match["fen"])
            said = _AFTER[match["unit"]]
        else:
            number = Decimal(_han_number(match["han"])) + _cents(match["hanjiao"], match["hanfen"])
            said = Currency.CNY
        yield NamedAmount(match.start(), match.end(), _minor(number, currency), said)


def _cents(jiao: str | None, fen: str | None) -> Decimal:
    return Decimal(_digit(jiao) * 10 + _digit(fen)) / 100


def _digit(sign: str | None) -> int:
    if sign is None:
        return 0
    return _HAN_DIGITS[sign] if sign in _HAN_DIGITS else int(sign)


def _minor(number: Decimal, currency: Currency) -> int | None:
    exact = number.scaleb(currency.exponent)
    return int(exact) if exact == exact.to_integral_value() else None


def _han_number(text: str) -> int:
    """The value of Chinese numerals: 一万八千六百 is 18,600; 两千三 is 2,003 only with 零, else 2,300."""
    whole, section, digit, unit = 0, 0, 0, 1
    for sign in text:
        if sign in _HAN_DIGITS:
            digit = _HAN_DIGITS[sign]
            unit = 1 if digit == 0 else unit
        elif sign == "万":
            whole, section, digit, unit = (section + digit) * 10_000, 0, 0, 10_000
        else:
            unit = _HAN_UNITS[sign]
            section += (digit or 1) * unit
            digit = 0
    return whole + section + digit * (unit // 10 if unit > 10 else 1)
