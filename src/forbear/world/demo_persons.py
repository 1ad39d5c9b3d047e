"""The four persons of the ten-minute demonstration (design/SCREENS.md section 9), to the fen.

林小满's first loan: 21,890.00 at 12.592 % a year over 24 months gives equal instalments of
1,036.50. After the one of 2026-09-14 she repaid 367.33 early, so the last falls to 633.00.
Unmet: 2026-10-14 and 2026-11-14. Penalty at 1.5 × 12.592 % = 18.888 %, actual/360, on the unpaid
principal of each, at the end of 2026-11-20:
947.41 × 18.888 % × 37/360 = 18.39 and 957.35 × 18.888 % × 6/360 = 3.01, together 21.40.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from forbear.contact.attempts import Outcome
from forbear.contact.channels import Channel
from forbear.contact.consents import ConsentKind
from forbear.loans.schedules import Instalment, due_date, schedule
from forbear.loans.terms import RepaymentMethod, Terms
from forbear.primitives.day_counts import DayCount
from forbear.primitives.errors import require
from forbear.primitives.money import Currency, Money
from forbear.primitives.rates import monthly_rate
from forbear.primitives.rounding import round_to_minor
from forbear.world.contacts import attempt_row, consent_row, moment
from forbear.world.histories import Paid
from forbear.world.rows import Row, Tables

TODAY = date(2026, 11, 20)
XIAOMAN = "B-100231"
QIMING = "B-100507"
ZHOU_NING = "B-100812"
HE_CHUAN = "B-100944"
NAMES = {XIAOMAN: "林小满", QIMING: "赵启明", ZHOU_NING: "周宁", HE_CHUAN: "何川"}
XIAOMAN_LOAN = "QH-250614-0042"
LEVEL_MINOR = 103_650
BALANCE_AFTER_EARLY_MINOR = 849_000


def persons_tables(tables: Tables) -> None:
    """Add loans, payments, attempts and consents of the four to qinghe's tables."""
    _xiaoman(tables)
    _ordinary(tables, QIMING, "QH-260310-0507", date(2026, 3, 10), 12, "8600", paid=7)
    _ordinary(tables, ZHOU_NING, "QH-260214-0812", date(2026, 2, 14), 12, "9600", paid=8)
    _ordinary(tables, HE_CHUAN, "QH-261005-0944", date(2026, 10, 5), 6, "5000", paid=0)
    _qiming_contacts(tables)


def loan_row(
    borrower_id: str, loan_id: str, terms: Terms, *, product: str, method: RepaymentMethod
) -> Row:
    """One loan as a tape writes it."""
    return {
        "loan_id": loan_id,
        "borrower_id": borrower_id,
        "product": product,
        "currency": terms.principal.currency.value,
        "principal_minor": terms.principal.amount_minor,
        "disbursed_on": terms.disbursed_on,
        "method": method.value,
        "interest_rate_annual": terms.interest_rate_annual,
        "penalty_rate_annual": terms.penalty_rate_annual,
        "day_count": terms.day_count.value,
    }


def instalment_rows(loan_id: str, instalments: Sequence[Instalment]) -> list[Row]:
    """The schedule of one loan as a tape writes it."""
    return [
        {
            "loan_id": loan_id,
            "seq": i.seq,
            "due_on": i.due_on,
            "principal_minor": i.principal_minor,
            "interest_minor": i.interest_minor,
            "fees_minor": i.fees_minor,
            "penalty_minor": i.penalty_minor,
        }
        for i in instalments
    ]


def payment_rows(loan_id: str, payments: Sequence[Paid]) -> list[Row]:
    """The payments of one loan as a tape writes them."""
    return [
        {
            "loan_id": loan_id,
            "payment_id": f"{loan_id}-P{number:02d}",
            "effective_on": p.paid_on,
            "amount_minor": p.amount_minor,
            "kind": "payment",
        }
        for number, p in enumerate(payments, 1)
    ]


def xiaoman_schedule() -> tuple[Instalment, ...]:
    """Her first loan's 25 rows: 15 regular ones, the early part-repayment, 9 recomputed ones."""
    terms = _terms(21_890, "0.12592", 24, date(2025, 6, 14), RepaymentMethod.EQUAL_INSTALMENT)
    before = schedule(terms)[:15]
    left = terms.principal.amount_minor - sum(i.principal_minor for i in before)
    early = left - BALANCE_AFTER_EARLY_MINOR
    rows = [*before, Instalment(16, date(2026, 9, 20), principal_minor=early)]
    rate = monthly_rate(terms.interest_rate_annual)
    left = BALANCE_AFTER_EARLY_MINOR
    for month in range(15, 24):
        interest = round_to_minor(Fraction(left) * rate)
        principal = left if month == 23 else LEVEL_MINOR - interest
        left -= principal
        due_on = due_date(date(2025, 7, 14), month)
        rows.append(
            Instalment(month + 2, due_on, principal_minor=principal, interest_minor=interest)
        )
    require(rows[-1].due_minor == 63_300, "her last instalment is 633.00")
    return tuple(rows)


def _xiaoman(tables: Tables) -> None:
    first = _terms(21_890, "0.12592", 24, date(2025, 6, 14), RepaymentMethod.EQUAL_INSTALMENT)
    rows = xiaoman_schedule()
    _add(tables, XIAOMAN, XIAOMAN_LOAN, first, rows, paid=16, method=RepaymentMethod.GIVEN)
    second = _terms(3000, "0.126", 6, date(2026, 8, 25), RepaymentMethod.EQUAL_INSTALMENT)
    _add(
        tables,
        XIAOMAN,
        "QH-260825-0117",
        second,
        schedule(second),
        paid=2,
        method=RepaymentMethod.EQUAL_INSTALMENT,
    )
    for hour, minute, outcome in (
        (8, 42, Outcome.NO_ANSWER),
        (9, 15, Outcome.NO_ANSWER),
        (9, 50, Outcome.CONNECTED),
    ):
        at = moment(TODAY, hour, minute)
        row = attempt_row(XIAOMAN, at, Channel.VOICE_INTERACTIVE, outcome)
        tables["contact_attempts"].append(row)


def _qiming_contacts(tables: Tables) -> None:
    """He agreed on 18:00 to 20:00; the call of 2026-11-05 at 12:10 is what he complains of."""
    granted = moment(date(2026, 10, 20), 19, 5)
    hours = (18 * 60, 20 * 60)
    tables["consents"].append(
        consent_row(QIMING, 1, ConsentKind.AGREED_HOURS, granted, hours=hours)
    )
    at = moment(date(2026, 11, 5), 12, 10)
    row = attempt_row(QIMING, at, Channel.VOICE_INTERACTIVE, Outcome.CONNECTED)
    tables["contact_attempts"].append(row)


def _ordinary(
    tables: Tables,
    borrower_id: str,
    loan_id: str,
    disbursed_on: date,
    count: int,
    yuan: str,
    *,
    paid: int,
) -> None:
    terms = _terms(int(yuan), "0.18", count, disbursed_on, RepaymentMethod.EQUAL_INSTALMENT)
    method = RepaymentMethod.EQUAL_INSTALMENT
    _add(tables, borrower_id, loan_id, terms, schedule(terms), paid=paid, method=method)


def _terms(yuan: int, rate: str, count: int, disbursed_on: date, method: RepaymentMethod) -> Terms:
    return Terms(
        principal=Money(yuan * 100, Currency.CNY),
        interest_rate_annual=Decimal(rate),
        instalment_count=count,
        disbursed_on=disbursed_on,
        first_due_on=due_date(disbursed_on, 1),
        method=method,
        day_count=DayCount.ACTUAL_360,
        penalty_rate_annual=Decimal(rate) * Decimal("1.5"),
    )


def _add(
    tables: Tables,
    borrower_id: str,
    loan_id: str,
    terms: Terms,
    rows: Sequence[Instalment],
    *,
    paid: int,
    method: RepaymentMethod,
) -> None:
    product = "青禾易分期"
    tables["loans"].append(loan_row(borrower_id, loan_id, terms, product=product, method=method))
    tables["instalments"] += instalment_rows(loan_id, rows)
    done = [Paid(i.seq, i.due_on, i.due_minor) for i in rows[:paid]]
    tables["payments"] += payment_rows(loan_id, done)
