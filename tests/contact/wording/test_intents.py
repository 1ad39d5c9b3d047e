"""What borrowers' messages mean: rules in the order of what must not be overlooked."""

from datetime import date

import pytest

from forbear.contact.wording.intents import IntentCode, intents_of
from forbear.contact.wording.promised_dates import promised_date

WEDNESDAY = date(2026, 11, 18)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("周五发工资还", "will_pay_on"),
        ("I'll pay on the 15th", "will_pay_on"),
        ("没钱", "cannot_pay"),
        ("can't pay this month", "cannot_pay"),
        ("打错了", "wrong_number"),
        ("wrong number", "wrong_number"),
        ("我没借过这笔钱", "disputes_debt"),
        ("this is not my loan", "disputes_debt"),
        ("我会投诉你们", "complains"),
        ("别再打了", "stop"),
        ("我上个月失业了", "hardship"),
        ("I lost my job", "hardship"),
        ("已经还了", "says_paid"),
        ("already paid", "says_paid"),
        ("联系我的律师", "represented"),
        ("speak to my attorney", "represented"),
        ("他去世了", "deceased_told"),
        ("he passed away", "deceased_told"),
        ("我才16岁", "minor_told"),
        ("在开会", "callback"),
        ("你是谁", "asks_who"),
        ("还要还多少钱", "asks_amount"),
        ("请问怎么还", "asks_how"),
        ("至于吗天天打", "refuses"),
        ("我是他老婆", "third_person"),
        ("好的", "affirm"),
        ("您好", "greeting"),
        ("qwxz", "out_of_scope"),
        ("", "out_of_scope"),
    ],
)
def test_the_first_meaning(text: str, code: str) -> None:
    assert intents_of(text, on=WEDNESDAY)[0].code is IntentCode(code)


def test_a_death_comes_before_everything_else_said() -> None:
    told = intents_of("我老公去世了，没钱，别再打了", on=WEDNESDAY)
    assert [one.code.value for one in told] == ["deceased_told", "stop", "cannot_pay"]
    assert (told[0].next_step, told[0].words) == ("stop_and_compliance", "老公去世")


def test_every_meaning_proposes_a_step_in_both_languages() -> None:
    (told,) = intents_of("周五发工资还", on=WEDNESDAY)
    assert (told.next_step, told.on) == ("take_promise", date(2026, 11, 20))
    assert told.says.zh == "与本人复述确认金额和日期，登记承诺"
    assert told.says.en == "Repeat amount and date with the person, then record the promise"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("周五", date(2026, 11, 20)),
        ("周三", date(2026, 11, 18)),  # said on a Wednesday: today
        ("周一", date(2026, 11, 23)),
        ("下周五", date(2026, 11, 27)),
        ("next friday", date(2026, 11, 27)),
        ("friday", date(2026, 11, 20)),
        ("15号", date(2026, 12, 15)),
        ("18号", date(2026, 11, 18)),
        ("二十五号", date(2026, 11, 25)),
        ("下个月3号", date(2026, 12, 3)),
        ("12月3号", date(2026, 12, 3)),
        ("1月5日", date(2027, 1, 5)),
        ("the 15th", date(2026, 12, 15)),
        ("3 december", date(2026, 12, 3)),
        ("明天", date(2026, 11, 19)),
        ("后天", date(2026, 11, 20)),
        ("大后天", date(2026, 11, 21)),
        ("三天后", date(2026, 11, 21)),
        ("in two weeks", date(2026, 12, 2)),
        ("月底", date(2026, 11, 30)),
        ("下个月底", date(2026, 12, 31)),
        ("end of the month", date(2026, 11, 30)),
        ("today", date(2026, 11, 18)),
        ("下周", None),
        ("过几天", None),
        ("31号", date(2026, 12, 31)),
        ("40号", None),
    ],
)
def test_the_day_a_person_means(text: str, day: date | None) -> None:
    assert promised_date(text, on=WEDNESDAY) == day
