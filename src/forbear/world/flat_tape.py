"""`tape_demo.csv`: 1,000 loans, one row each, as a lender's export with Chinese headings.

Thirty columns the preset `forbear-flat` knows and one it refuses (联系人电话); three rows have an
error each, so 997 are sound.
"""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl

from forbear.loans.schedules import due_date, schedule
from forbear.loans.terms import RepaymentMethod, Terms
from forbear.primitives.money import Currency, Money
from forbear.world.chances import Chances
from forbear.world.demo_persons import TODAY
from forbear.world.histories import habit, payments
from forbear.world.people import person

ROWS = 1000
FIRST_BORROWER = 400_001
FIRST_PHONE = 5000
CONTACT_PHONE = 7000
METHODS = {
    RepaymentMethod.EQUAL_INSTALMENT: "等额本息",
    RepaymentMethod.EQUAL_PRINCIPAL: "等额本金",
    RepaymentMethod.INTEREST_FIRST: "先息后本",
}
# Data row, heading and what stands there instead: one fault each.
FAULTS = ((118, "放款日", "2026-02-30"), (402, "本金", "-8000.00"), (877, "币种", "CNH$"))
LADDER = ((181, "M7+"), (151, "M6"), (121, "M5"), (91, "M4"), (61, "M3"), (31, "M2"), (1, "M1"))


def write_flat_tape(path: Path, chances: Chances) -> Path:
    """Write the tape; the faults of `FAULTS` are in it."""
    rows = [_row(index, chances.child(index)) for index in range(ROWS)]
    for number, heading, wrong in FAULTS:
        rows[number - 1][heading] = wrong
    pl.DataFrame(rows, infer_schema_length=None).write_csv(path)
    return path


def yuan(amount_minor: int) -> str:
    """Yuan with two digits, as a lender's export writes it.

    >>> yuan(103650)
    '1036.50'
    """
    return f"{amount_minor // 100}.{amount_minor % 100:02d}"


def _row(index: int, chances: Chances) -> dict[str, str | None]:
    """One loan with its borrower; the columns a lender of this kind leaves empty stay empty."""
    who = person(FIRST_PHONE + index, chances)
    terms = _terms(chances)
    instalments = schedule(terms)
    paid = payments(instalments, habit(chances), chances, until=TODAY)
    total = sum(p.amount_minor for p in paid)
    last_on = paid[-1].paid_on if paid else None
    is_settled = total == sum(i.due_minor for i in instalments)
    days = _days_past_due([(i.due_on, i.due_minor) for i in instalments], total)
    return {
        "借款人编号": f"B-{FIRST_BORROWER + index}",
        "姓名": who.name,
        "手机号": who.phone,
        "身份证号": who.id_number,
        "联系地址": who.address,
        "时区": "Asia/Shanghai",
        "语言": "zh-Hans",
        "借据号": f"QF-{terms.disbursed_on:%y%m%d}-{index + 1:04d}",
        **_terms_cells(terms),
        "末期还款日": _day(instalments[-1].due_on),
        "每期服务费": "0.00",
        "已还总额": yuan(total),
        "最近还款日": _day(last_on),
        "结清日": _day(last_on) if is_settled else None,
        **dict.fromkeys(("核销日", "撤回日", "暂停起始日", "暂停截止日", "重定逾期日")),
        "逾期天数": str(days),
        "分档": next((name for start, name in LADDER if days >= start), "M0"),
        "联系人电话": str(19_900_000_000 + CONTACT_PHONE + index),
    }


def _terms(chances: Chances) -> Terms:
    method = chances.one_of(tuple(METHODS))
    disbursed_on = TODAY - timedelta(days=chances.between(10, 540))
    rate = Decimal(chances.between(108, 236) * 10) / 10_000
    return Terms(
        principal=Money(chances.between(20, 400) * 10_000, Currency.CNY),
        interest_rate_annual=rate,
        instalment_count=chances.one_of((6, 12, 24)),
        disbursed_on=disbursed_on,
        first_due_on=due_date(disbursed_on, 1),
        method=method,
        penalty_rate_annual=rate * Decimal("1.5"),
    )


def _terms_cells(terms: Terms) -> dict[str, str | None]:
    penalty = terms.penalty_rate_annual or Decimal(0)
    return {
        "产品": "青禾易分期",
        "币种": "人民币",
        "放款日": _day(terms.disbursed_on),
        "本金": yuan(terms.principal.amount_minor),
        "年利率": f"{terms.interest_rate_annual * 100:.2f}",
        "罚息年利率": f"{penalty * 100:.2f}",
        "计息基准": terms.day_count.value,
        "还款方式": METHODS[terms.method],
        "期数": str(terms.instalment_count),
        "首期还款日": _day(terms.first_due_on),
    }


def _day(day: date | None) -> str | None:
    return f"{day:%Y-%m-%d}" if day else None


def _days_past_due(dues: list[tuple[date, int]], paid_minor: int) -> int:
    """Days since the first due date the sum paid does not reach, by the demonstration's day."""
    running = 0
    for due_on, due_minor in dues:
        running += due_minor
        if running > paid_minor:
            return max((TODAY - due_on).days, 0)
    return 0
