"""What is true of the borrowers a text is about: what its amounts and claims are held against.

One borrower's numbers are worked out afresh from schedule and payments; many at once are taken
from the last night's aging, since a night is what their plan was made from.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from forbear.contact.wording.facts import Case
from forbear.primitives.money import Currency
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.books import run_folder
from forbear_server.selectors.loans import LoanExplained, find_loan
from forbear_server.store.models import Loan, Run

FEW = 8
TAIL = 4


def message_cases(actor: Actor, refs: Sequence[str], *, at: datetime) -> dict[str, Case]:
    """The case of each borrower, over all their loans; those without loans are left out."""
    if len(refs) <= FEW:
        return {ref: found for ref in refs if (found := _case_now(actor, ref, at)) is not None}
    return _cases_of_the_night(actor, refs)


def lender_names(actor: Actor) -> tuple[str, ...]:
    """Every name the lender may be told by."""
    return tuple(name for name in (actor.lender_name_zh, actor.lender_name_en) if name)


def _case_now(actor: Actor, ref: str, at: datetime) -> Case | None:
    today = at.astimezone(ZoneInfo(actor.lender_time_zone)).date()
    loans = [
        found
        for loan in Loan.objects.filter(borrower__ref=ref).order_by("ref")
        if (found := find_loan(actor, loan.ref, as_of=today)) is not None
    ]
    if not loans:
        return None
    amounts = {amount for loan in loans for amount in _amounts(loan)}
    amounts |= _totals(loans)
    return Case(
        amounts_minor=frozenset(amounts),
        currency=Currency(loans[0].facts.currency),
        lender_names=lender_names(actor),
        loan_tails=frozenset(loan.facts.ref[-TAIL:] for loan in loans),
        due_on=frozenset(part.due_on for loan in loans for part in loan.schedule),
    )


def _amounts(loan: LoanExplained) -> set[int]:
    """Every amount of a loan that a text may name."""
    parts = {part.due_minor for part in loan.schedule}
    parts |= {part.principal_minor for part in loan.schedule}
    parts |= {payment.amount_minor for payment in loan.payments}
    arrears, penalty = loan.aging.arrears_minor, loan.penalty_minor
    parts |= {arrears, penalty, arrears + penalty, loan.outstanding_minor}
    parts |= {loan.aging.outstanding_minor}
    if loan.facts.principal_minor is not None:
        parts.add(loan.facts.principal_minor)
    if loan.payoff is not None:
        parts.add(loan.payoff.payoff_amount_minor)
    return parts


def _totals(loans: Sequence[LoanExplained]) -> set[int]:
    """Sums over all loans of one currency."""
    if len({loan.facts.currency for loan in loans}) != 1:
        return set()
    arrears = sum(loan.aging.arrears_minor for loan in loans)
    penalty = sum(loan.penalty_minor for loan in loans)
    return {arrears, arrears + penalty, sum(loan.outstanding_minor for loan in loans)}


def _cases_of_the_night(actor: Actor, refs: Sequence[str]) -> dict[str, Case]:
    run = Run.objects.filter(state="finished").order_by("-business_date").first()
    if run is None:
        return {}
    folder: Path = run_folder(actor.lender_code, run.business_date).root / "age"
    files = sorted(folder.glob("*.parquet"))
    if not files:
        return {}
    aged = (
        pl.scan_parquet(files)
        .filter(pl.col("borrower_id").is_in(list(refs)))
        .select(
            *("borrower_id", "loan_id", "currency", "arrears_minor"),
            *("penalty_accrued_minor", "outstanding_minor"),
        )
        .collect()
    )
    names = lender_names(actor)
    found: dict[str, Case] = {}
    for (ref,), rows in aged.group_by(["borrower_id"]):
        amounts: set[int] = set()
        for arrears, penalty, outstanding in rows.select(
            "arrears_minor", "penalty_accrued_minor", "outstanding_minor"
        ).iter_rows():
            amounts |= {arrears, penalty, arrears + penalty}
            amounts |= {outstanding, outstanding + penalty}
        found[str(ref)] = Case(
            amounts_minor=frozenset(amounts),
            currency=Currency(rows["currency"][0]),
            lender_names=names,
            loan_tails=frozenset(loan[-TAIL:] for loan in rows["loan_id"]),
        )
    return found
