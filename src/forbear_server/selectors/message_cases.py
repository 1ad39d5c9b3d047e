"""What is true of the borrowers a text is about: what its amounts and claims are held against.

One borrower's numbers are worked out afresh from schedule and payments; many at once are taken
from the last night's aging, since a night is what their plan was made from. A loan with a hold of
its own (a dispute) is left out: only an answer to the borrower may speak of it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
from django.db.models import Q

from forbear.contact.wording.facts import Case
from forbear.contact.wording.message_cases import MessageCase
from forbear.primitives.money import Currency
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.books import run_folder
from forbear_server.selectors.borrower_access import visible_refs
from forbear_server.selectors.loans import LoanExplained, find_loans
from forbear_server.store.models import Borrower, ContactHold, Run

FEW = 8
TAIL = 4


def message_cases(actor: Actor, refs: Sequence[str], *, at: datetime) -> dict[str, MessageCase]:
    """The case of each borrower, over their loans; borrowers without loans are left out."""
    held = _held_loans(refs, at)
    if len(refs) > FEW:
        return _cases_of_the_night(actor, refs, held)
    found = {ref: _case_now(actor, ref, at, held.get(ref, frozenset())) for ref in refs}
    return {ref: case for ref, case in found.items() if case is not None}


def _held_loans(refs: Sequence[str], at: datetime) -> dict[str, frozenset[str]]:
    """The loans of each borrower with a hold of their own that stands."""
    standing = ContactHold.objects.filter(
        Q(lifted_at__isnull=True) | Q(lifted_at__gt=at),
        Q(until__isnull=True) | Q(until__gt=at),
        borrower__ref__in=list(refs),
        placed_at__lte=at,
    ).exclude(loan_ref="")
    held: dict[str, set[str]] = {}
    for borrower_ref, loan_ref in standing.values_list("borrower__ref", "loan_ref"):
        held.setdefault(borrower_ref, set()).add(loan_ref)
    return {ref: frozenset(loans) for ref, loans in held.items()}


def lender_names(actor: Actor) -> tuple[str, ...]:
    """Every name the lender may be told by."""
    return tuple(name for name in (actor.lender_name_zh, actor.lender_name_en) if name)


def _case_now(actor: Actor, ref: str, at: datetime, held: Collection[str]) -> MessageCase | None:
    borrower = Borrower.objects.filter(ref=ref).first()
    if borrower is None or not visible_refs(actor, [ref]):
        return None
    today = at.astimezone(ZoneInfo(actor.lender_time_zone)).date()
    loans = find_loans(actor, borrower, as_of=today)
    if not loans:
        return None
    free = [loan for loan in loans if loan.facts.ref not in held]
    currency = Currency(loans[0].facts.currency)
    return MessageCase(
        spoken_of=_case_of(actor, free, currency),
        answering=_case_of(actor, loans, currency),
        held=tuple(loan.facts.ref for loan in loans if loan.facts.ref in held),
        others=tuple(loan.facts.ref for loan in free),
    )


def _case_of(actor: Actor, loans: Sequence[LoanExplained], currency: Currency) -> Case:
    amounts = {amount for loan in loans for amount in _amounts(loan)}
    return Case(
        amounts_minor=frozenset(amounts | _totals(loans)),
        currency=currency,
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


def _cases_of_the_night(
    actor: Actor, refs: Sequence[str], held: Mapping[str, Collection[str]]
) -> dict[str, MessageCase]:
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
    found: dict[str, MessageCase] = {}
    for (ref,), rows in aged.group_by(["borrower_id"]):
        own = held.get(str(ref), frozenset())
        currency = Currency(rows["currency"][0])
        answering = _case_of_the_night(rows, currency, names)
        if not own:
            found[str(ref)] = MessageCase(spoken_of=answering, answering=answering)
            continue
        is_held = pl.col("loan_id").is_in(sorted(own))
        free = rows.filter(~is_held)
        found[str(ref)] = MessageCase(
            spoken_of=_case_of_the_night(free, currency, names),
            answering=answering,
            held=tuple(rows.filter(is_held)["loan_id"]),
            others=tuple(free["loan_id"]),
        )
    return found


def _case_of_the_night(rows: pl.DataFrame, currency: Currency, names: tuple[str, ...]) -> Case:
    amounts: set[int] = set()
    for arrears, penalty, outstanding in rows.select(
        "arrears_minor", "penalty_accrued_minor", "outstanding_minor"
    ).iter_rows():
        amounts |= {arrears, penalty, arrears + penalty}
        amounts |= {outstanding, outstanding + penalty}
    return Case(
        amounts_minor=frozenset(amounts),
        currency=currency,
        lender_names=names,
        loan_tails=frozenset(loan[-TAIL:] for loan in rows["loan_id"]),
    )
