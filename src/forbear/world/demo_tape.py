"""The demonstration's tapes: three lenders in our own full schema, written as CSV files.

They come in through the same import as anyone's file. Same seed, same bytes.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl

from forbear.loans.schedules import Instalment, due_date, schedule
from forbear.loans.terms import RepaymentMethod, Terms
from forbear.primitives.day_counts import DayCount
from forbear.primitives.money import Currency, Money
from forbear.world.chances import Chances
from forbear.world.contacts import LateSpell, attempts, consents
from forbear.world.demo_persons import (
    NAMES,
    TODAY,
    instalment_rows,
    loan_row,
    payment_rows,
    persons_tables,
)
from forbear.world.flat_tape import write_flat_tape
from forbear.world.histories import Habit, Paid, habit, payments
from forbear.world.lenders import DEMO_LENDERS, DemoLender, Product
from forbear.world.people import person
from forbear.world.rows import Row, Tables, columns_of, no_tables

HISTORY_DAYS = 730
FIRST_PHONE = {"qinghe": 0, "yunshan": 2500, "hesui": 4000}
PAUSED_PER_MILLE = 40
RE_AGED_PER_MILLE = 120


@dataclass(frozen=True, slots=True)
class BorrowerLoan:
    """One loan with its schedule and what was paid on it."""

    loan_id: str
    terms: Terms
    product: Product
    instalments: Sequence[Instalment]
    paid: Sequence[Paid]


def write_demo_tapes(folder: Path, *, seed: int) -> dict[str, Path]:
    """Write one folder a lender, `tape_demo.csv` and `world.json`; returns what lies where."""
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    for number, lender in enumerate(DEMO_LENDERS):
        tables = lender_tables(lender, Chances(seed, number))
        written[lender.code] = _write(folder / lender.code, tables)
    written["tape_demo"] = write_flat_tape(folder / "tape_demo.csv", Chances(seed, 99))
    lenders = [{"code": x.code, "name": x.name, "kind": x.kind} for x in DEMO_LENDERS]
    facts = {"seed": seed, "business_date": TODAY.isoformat(), "lenders": lenders}
    text = json.dumps(facts, ensure_ascii=False, indent=1) + "\n"
    (folder / "world.json").write_text(text, encoding="utf-8")
    return written


def lender_tables(lender: DemoLender, chances: Chances) -> Tables:
    """Every table of one lender's tape."""
    tables = no_tables()
    for index in range(lender.borrowers):
        borrower_id = f"B-{lender.first_number + index}"
        own = chances.child(index)
        tables["borrowers"].append(_borrower(lender, borrower_id, index, own))
        if borrower_id not in NAMES:
            _add_borrower_history(tables, lender, borrower_id, own)
    if lender.code == "qinghe":
        persons_tables(tables)
    _number_attempts(tables, lender)
    return tables


def _borrower(lender: DemoLender, borrower_id: str, index: int, chances: Chances) -> Row:
    # 林小满 and the others keep their number: B-100231 is the 231st.
    who = person(FIRST_PHONE[lender.code] + index, chances, name=NAMES.get(borrower_id))
    draw = 1000 if borrower_id in NAMES else chances.below(1000)
    zone = None if draw < 15 else "Asia/Urumqi" if draw < 25 else "Asia/Shanghai"
    return {
        "borrower_id": borrower_id,
        "time_zone": zone,
        "language": "zh-Hans",
        "name": who.name,
        "phone": who.phone,
        "id_number": who.id_number,
        "address": who.address,
    }


def _add_borrower_history(
    tables: Tables, lender: DemoLender, borrower_id: str, chances: Chances
) -> None:
    way = habit(chances)
    loans = [_loan(lender, borrower_id, 1, way, chances)]
    if chances.happens(220):
        loans.append(_loan(lender, borrower_id, 2, way, chances))
    spells: list[LateSpell] = []
    for loan in loans:
        tables["loans"].append(
            loan_row(
                borrower_id,
                loan.loan_id,
                loan.terms,
                product=loan.product.name,
                method=loan.product.method,
            )
        )
        tables["instalments"] += instalment_rows(loan.loan_id, loan.instalments)
        tables["payments"] += payment_rows(loan.loan_id, loan.paid)
        late = late_spells(loan.instalments, loan.paid, until=TODAY)
        tables["delinquency_events"] += _events(loan.loan_id, late, chances)
        spells += late
    tables["contact_attempts"] += attempts(borrower_id, spells, chances, today=TODAY)
    tables["consents"] += consents(borrower_id, chances, today=TODAY)


def _loan(
    lender: DemoLender, borrower_id: str, number: int, way: Habit, chances: Chances
) -> BorrowerLoan:
    product = chances.one_of(lender.products)
    disbursed_on = TODAY - timedelta(days=chances.between(5, HISTORY_DAYS))
    yuan = chances.between(product.from_yuan // 100, product.to_yuan // 100) * 100
    points = chances.between(product.from_basis_points // 10, product.to_basis_points // 10) * 10
    rate = Decimal(points) / 10_000
    months = chances.between(1, 6) if product.method is RepaymentMethod.BULLET else 1
    terms = Terms(
        principal=Money(yuan * 100, Currency.CNY),
        interest_rate_annual=rate,
        instalment_count=chances.one_of(product.counts),
        disbursed_on=disbursed_on,
        first_due_on=due_date(disbursed_on, months),
        method=product.method,
        day_count=DayCount.ACTUAL_360,
        penalty_rate_annual=rate * Decimal("1.5"),
    )
    instalments = schedule(terms)
    return BorrowerLoan(
        loan_id=f"{lender.prefix}-{disbursed_on:%y%m%d}-{borrower_id[2:]}{number}",
        terms=terms,
        product=product,
        instalments=instalments,
        paid=payments(instalments, way, chances, until=TODAY),
    )


def late_spells(
    instalments: Sequence[Instalment], paid: Sequence[Paid], *, until: date
) -> list[LateSpell]:
    """When each instalment that was not met on its due date stood unpaid."""
    found = []
    for instalment in instalments:
        if instalment.due_on >= until:
            break
        parts = [p for p in paid if p.seq == instalment.seq]
        whole = sum(p.amount_minor for p in parts) == instalment.due_minor
        met_on = parts[-1].paid_on if whole and parts else until + timedelta(days=1)
        if met_on > instalment.due_on:
            found.append(LateSpell(instalment.due_on, met_on))
    return found


def _events(loan_id: str, late: Sequence[LateSpell], chances: Chances) -> list[Row]:
    """A few loans were paused for a month in a late spell, a few re-aged after one."""
    if not late:
        return []
    spell = chances.one_of(late)
    if chances.happens(PAUSED_PER_MILLE):
        starts_on = spell.due_on + timedelta(days=chances.between(1, 5))
        ends_on = starts_on + timedelta(days=29)
        return [{"loan_id": loan_id, "kind": "pause", "starts_on": starts_on, "ends_on": ends_on}]
    is_long = (spell.until - spell.due_on).days > 30
    if is_long and chances.happens(RE_AGED_PER_MILLE):
        starts_on = spell.due_on + timedelta(days=31)
        return [{"loan_id": loan_id, "kind": "re_age", "starts_on": starts_on, "ends_on": None}]
    return []


def _number_attempts(tables: Tables, lender: DemoLender) -> None:
    ordered = sorted(
        tables["contact_attempts"],
        key=lambda row: (str(row["attempted_at"]), str(row["borrower_id"])),
    )
    tables["contact_attempts"] = [
        {**row, "attempt_id": f"{lender.prefix}-A{number:06d}"}
        for number, row in enumerate(ordered, 1)
    ]


def _write(folder: Path, tables: Tables) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        columns = columns_of(name)
        lists = {c: [row.get(c) for row in rows] for c in columns}
        pl.DataFrame(lists, strict=False).write_csv(folder / f"{name}.csv")
    return folder
