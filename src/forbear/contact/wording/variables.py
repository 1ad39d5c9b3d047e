"""The values a template may ask for: a closed set, each with its type, its check and its form.

A value comes from a record or from a person typing; either may hold what must not reach a message.
Names carry letters only, links are the portal's own, nothing carries a line break or a control
character. What does not fit is refused with the variable's name, never mended in silence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from forbear.contact.wording.errors import ValueUnfit
from forbear.contact.wording.facts import Language
from forbear.primitives.money import Currency, Money, format_minor

Value = str | Money | date
LONGEST_FREE = 200


class Variable(StrEnum):
    """What a template may ask for."""

    SURNAME = "surname"
    LENDER = "lender"
    LOAN_TAIL = "loan_tail"
    AMOUNT_DUE = "amount_due"
    DUE_DAY = "due_day"
    PORTAL_LINK = "portal_link"
    SERVICE_PHONE = "service_phone"
    FREE = "free"


NAMES: Mapping[str, Variable] = {
    "姓": Variable.SURNAME,
    "机构": Variable.LENDER,
    "借据尾号": Variable.LOAN_TAIL,
    "应还金额": Variable.AMOUNT_DUE,
    "应还日": Variable.DUE_DAY,
    "门户链接": Variable.PORTAL_LINK,
    "客服电话": Variable.SERVICE_PHONE,
    "自由": Variable.FREE,
    "surname": Variable.SURNAME,
    "lender": Variable.LENDER,
    "loan tail": Variable.LOAN_TAIL,
    "amount due": Variable.AMOUNT_DUE,
    "due day": Variable.DUE_DAY,
    "portal link": Variable.PORTAL_LINK,
    "service phone": Variable.SERVICE_PHONE,
    "free": Variable.FREE,
}
_SHAPES: Mapping[Variable, re.Pattern[str]] = {
    Variable.SURNAME: re.compile(r"[^\W\d_](?:[^\W\d_]|[ ·'\-](?=[^\W\d_])){0,29}"),
    Variable.LENDER: re.compile(r"\w[\w ()（）·&.\-]{1,59}"),
    Variable.LOAN_TAIL: re.compile(r"[0-9]{3,6}"),
    Variable.PORTAL_LINK: re.compile(
        r"https://[a-z0-9.\-]{3,100}(?::\d{2,5})?(?:/[\w./\-?=&%]{0,100})?"
    ),
    Variable.SERVICE_PHONE: re.compile(r"\+?[0-9][0-9 \-]{2,18}[0-9]"),
}
_ADVICE: Mapping[Variable, str] = {
    Variable.SURNAME: "letters only, at most 30",
    Variable.LENDER: "a name of 2 to 60 characters",
    Variable.LOAN_TAIL: "3 to 6 digits",
    Variable.PORTAL_LINK: "a link that begins with https://",
    Variable.SERVICE_PHONE: "a phone number of digits, spaces and hyphens",
}
_LINK = re.compile(r"://|www\.|[a-z0-9\-]{2,40}\.(?:com|cn|net|org|cc|top|xyz|io|me|link|info)\b", re.I)  # fmt: skip


def said_value(
    variable: Variable, value: Value, language: Language, *, free_limit: int = LONGEST_FREE
) -> str:
    """A value in the form it has in a message. Raises `ValueUnfit` naming the variable.

    >>> said_value(Variable.AMOUNT_DUE, Money(209440, Currency.CNY), Language.ZH)
    '2,094.40 元'
    """
    match variable:
        case Variable.AMOUNT_DUE:
            if not isinstance(value, Money) or value.amount_minor < 0:
                raise _unfit(variable, "an amount of money that is not negative")
            return _said_money(value, language)
        case Variable.DUE_DAY:
            if not isinstance(value, date):
                raise _unfit(variable, "a day")
            return _said_day(value, language)
    if not isinstance(value, str):
        raise _unfit(variable, "a text")
    text = unicodedata.normalize("NFC", value).strip()
    if any(unicodedata.category(one) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} for one in text):
        raise _unfit(variable, "a text without line breaks and control characters")
    if variable is Variable.FREE:
        return _free(text, free_limit)
    if _SHAPES[variable].fullmatch(text) is None:
        raise _unfit(variable, _ADVICE[variable])
    return text


def _free(text: str, limit: int) -> str:
    if len(text) > limit:
        raise _unfit(Variable.FREE, f"at most {limit} characters")
    if _LINK.search(text):
        raise _unfit(Variable.FREE, "no link of its own: use the portal link")
    return text


def _unfit(variable: Variable, wanted: str) -> ValueUnfit:
    return ValueUnfit(
        f"The value of {variable.value} may not stand in a message: it must be {wanted}."
    )


def _said_money(money: Money, language: Language) -> str:
    units = format_minor(money.amount_minor, money.currency)
    if money.currency is not Currency.CNY:
        return units
    digits = units.removeprefix("¥")
    return f"{digits} 元" if language is Language.ZH else f"CNY {digits}"


def _said_day(day: date, language: Language) -> str:
    if language is Language.ZH:
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
