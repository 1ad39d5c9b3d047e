"""What happens beside the loan: failed debits, contacts, promises, the borrower's other loans.

Contacts say as much about the lender as about the borrower; a recipe that uses them says so in
its model card. `connected` is what the book tells: somebody answered. Complaints, disputes and
applications for relief are no features, and none may be added.
"""

from datetime import date

from forbear.contact.attempts import Outcome
from forbear.delinquency.aging import AgingScheme, days_past_due
from forbear.scoring.features_lateness import Facts
from forbear.scoring.histories import LoanHistory, LoanRecord, PromiseTurn, days_within, is_live

WINDOWS = (30, 90)


def event_features(history: LoanHistory, *, as_of: date) -> Facts:
    """Failed debits and promises of this loan, attempts to reach the borrower; None: not told."""
    key = history.loan.key
    debits = history.failed_debits
    failed = (
        None if debits is None else [f.failed_on for f in debits if (f.lender, f.loan_id) == key]
    )
    attempts = history.attempts
    tried = None if attempts is None else [history.attempted_on(a) for a in attempts]
    reached = (
        None
        if attempts is None
        else [history.attempted_on(a) for a in attempts if a.outcome is Outcome.CONNECTED]
    )
    facts: Facts = {}
    for name, days in (
        ("failed_debits", failed),
        ("attempts", tried),
        ("connected", reached),
        ("promises_kept", _turns(history, PromiseTurn.KEPT)),
        ("promises_broken", _turns(history, PromiseTurn.BROKEN)),
    ):
        for window in WINDOWS:
            facts[f"{name}_{window}d"] = (
                None if days is None else days_within(days, as_of=as_of, window=window)
            )
    return facts


def _turns(history: LoanHistory, turn: PromiseTurn) -> list[date] | None:
    if history.promises is None:
        return None
    key = history.loan.key
    return [p.on for p in history.promises if p.turn is turn and (p.lender, p.loan_id) == key]


def other_loan_features(history: LoanHistory, *, as_of: date, scheme: AgingScheme) -> Facts:
    """How many loans and lenders the borrower has, arrears elsewhere, days since the first loan."""
    live = [one for one in history.others if is_live(one, as_of)]
    late = [_days_past_due(one, as_of, scheme) for one in live]
    return {
        "loans_live": 1 + len(live),
        "lenders_live": len({one.lender for one in (history.loan, *live)}),
        "other_days_past_due_max": max(late, default=None),
        "other_loans_in_arrears": sum(days > 0 for days in late),
        "first_loan_days": (as_of - min(one.disbursed_on for one in history.loans)).days,
    }


def _days_past_due(record: LoanRecord, as_of: date, scheme: AgingScheme) -> int:
    return days_past_due(
        record.schedule,
        record.payments,
        as_of,
        scheme=scheme,
        pauses=record.pauses,
        re_ages=record.re_ages,
    )
