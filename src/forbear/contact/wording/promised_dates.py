"""The day a person means by "周五", "15号" or "next Friday", given the day it was said.

A weekday without more is its next coming, today included; 下周五 and "next Friday" lie in the week
after this one (weeks begin on Monday). A day of the month that is past means next month. What is
not certain (下周, 过几天) has no day.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

_WEEKDAYS = {c: i for i, c in enumerate("一二三四五六")} | {"日": 6, "天": 6, "末": 5}
_EN_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_EN_MONTHS = tuple(one.lower() for one in calendar.month_name)
_HAN_NUMBERS = {c: i for i, c in enumerate("零一二三四五六七八九十")} | {"两": 2}
_N = r"\d{1,2}|[一二两三四五六七八九十]{1,3}"
_MONTH_NAMES = "|".join(_EN_MONTHS[1:])
_RELATIVE = (
    (re.compile(r"大后天"), 3),
    (re.compile(r"后天|day after tomorrow"), 2),
    (re.compile(r"明天|明早|明晚|明日|\btomorrow\b"), 1),
    (re.compile(r"今天|今晚|今日|下班|一会儿?|待会|等会|点(?:之)?前|\btoday\b|\btonight\b"), 0),
    (re.compile(r"^(?:下午|晚上|中午)"), 0),
)
_MONTH_DAY = re.compile(
    rf"(?P<m>{_N})月(?P<d>{_N})[日号]?|(?P<en_d>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?(?P<en_m>{_MONTH_NAMES})"
    rf"|(?P<en_m2>{_MONTH_NAMES}) (?P<en_d2>\d{{1,2}})"
)
_DAY = re.compile(
    rf"(?P<next>下个?月|next month)?[^。!?;\n\d]{{0,6}}?(?:(?<!\d)(?P<d>{_N})[号日](?!码)|\bthe (?P<en>\d{{1,2}})(?:st|nd|rd|th)?\b)"
)
_WEEKDAY = re.compile(
    rf"(?P<next>下个?)?(?:这个?|本)?(?:周|星期|礼拜)(?P<d>[一二三四五六日天末])|(?P<en_next>next )?\b(?P<en>{'|'.join(_EN_DAYS)})\b"
)
_IN_DAYS = re.compile(
    rf"(?P<n>{_N})天(?:以?后|之后|内|之内)|\bin (?P<en>\d{{1,2}}|two|three|five) days\b"
)
_IN_WEEKS = re.compile(
    rf"(?P<n>{_N})个?(?:周|星期|礼拜)(?:以?后|之后|内)|\bin (?P<en>\d|a|one|two) weeks?\b"
)
_MONTH_END = re.compile(
    r"(?P<next>下个?月)?(?:月底|月末|底)|(?P<en_next>next )?(?:end of (?:the |this |next )?month)"
)
_EN_NUMBERS = {"a": 1, "one": 1, "two": 2, "three": 3, "five": 5}


def promised_date(plain: str, *, on: date) -> date | None:
    """The day a normalised text names, told on the day `on`; None when it names none.

    >>> promised_date("周五发工资还", on=date(2026, 11, 18)), promised_date("15号", on=date(2026, 11, 18))
    (datetime.date(2026, 11, 20), datetime.date(2026, 12, 15))
    """
    for read in (_by_month_day, _by_span, _by_weekday, _by_day, _by_month_end, _by_relative):
        day = read(plain, on)
        if day is not None:
            return day
    return None


def _number(text: str) -> int:
    if text in _EN_NUMBERS:
        return _EN_NUMBERS[text]
    if text[0].isdigit():
        return int(text)
    if "十" in text:
        tens, ones = text.split("十", 1)
        return (_HAN_NUMBERS[tens] if tens else 1) * 10 + (_HAN_NUMBERS[ones] if ones else 0)
    return _HAN_NUMBERS[text[-1]]


def _by_relative(plain: str, on: date) -> date | None:
    for pattern, days in _RELATIVE:
        if pattern.search(plain):
            return on + timedelta(days=days)
    return None


def _by_month_day(plain: str, on: date) -> date | None:
    match = _MONTH_DAY.search(plain)
    if match is None:
        return None
    if match["m"] is not None:
        month, day = _number(match["m"]), _number(match["d"])
    else:
        name = match["en_m"] or match["en_m2"]
        month, day = _EN_MONTHS.index(name), int(match["en_d"] or match["en_d2"])
    made = _valid(on.year, month, day)
    return _valid(on.year + 1, month, day) if made is not None and made < on else made


def _by_span(plain: str, on: date) -> date | None:
    days = _IN_DAYS.search(plain)
    if days is not None:
        return on + timedelta(days=_number(days["n"] or days["en"]))
    weeks = _IN_WEEKS.search(plain)
    if weeks is not None:
        return on + timedelta(weeks=_number(weeks["n"] or weeks["en"]))
    return None


def _by_weekday(plain: str, on: date) -> date | None:
    match = _WEEKDAY.search(plain)
    if match is None:
        return None
    wanted = _WEEKDAYS[match["d"]] if match["d"] else _EN_DAYS.index(match["en"])
    if match["next"] or match["en_next"]:
        return on + timedelta(days=7 - on.weekday() + wanted)
    return on + timedelta(days=(wanted - on.weekday()) % 7)


def _by_day(plain: str, on: date) -> date | None:
    match = _DAY.search(plain)
    if match is None:
        return None
    day = _number(match["d"] or match["en"])
    if match["next"]:
        return _in_next_month(on, day)
    made = _valid(on.year, on.month, day)
    return made if made is not None and made >= on else _in_next_month(on, day)


def _by_month_end(plain: str, on: date) -> date | None:
    match = _MONTH_END.search(plain)
    if match is None:
        return None
    first = _in_next_month(on, 1) if match["next"] or match["en_next"] else on.replace(day=1)
    if first is None:
        return None
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def _in_next_month(on: date, day: int) -> date | None:
    year, month = (on.year + 1, 1) if on.month == 12 else (on.year, on.month + 1)
    return _valid(year, month, day)


def _valid(year: int, month: int, day: int) -> date | None:
    if not 1 <= month <= 12 or not 1 <= day <= calendar.monthrange(year, month)[1]:
        return None
    return date(year, month, day)
