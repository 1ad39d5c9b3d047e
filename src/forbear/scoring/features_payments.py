"""What was paid and how: the features of money, of the schedule, and of the day income comes.

Money is laid on the oldest instalment first, as everywhere (`loans.allocation`). A payment that
was taken back by `as_of` is no payment; a waiver meets an instalment but is no money received.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from forbear.delinquency.aging import Aging
from forbear.delinquency.vintages import months_on_book
from forbear.loans.payments import Payment, PaymentKind
from forbear.scoring.features_lateness import Facts, InstalmentStory
from forbear.scoring.histories import LoanRecord, days_within

MONEY = frozenset({PaymentKind.PAYMENT, PaymentKind.RECOVERY})
INCOME_WINDOW = 365
INCOME_PAYING_DAYS = 3  # fewer say nothing about a day of income
MONTH = 31  # days of the circle on which days of the month lie
NEAR = 2  # days around the income day that belong to it


def payment_features(
    record: LoanRecord, stories: Sequence[InstalmentStory], *, as_of: date
) -> Facts:
    """Part payments, paying days, days since the last payment, shares paid, reversals."""
    money = paying_days(record.payments)
    parts = _part_payment_days(record, stories)
    reversed_on = [p.effective_on for p in record.payments if p.kind is PaymentKind.REVERSAL]
    facts: Facts = {
        "part_payments_90d": days_within(parts, as_of=as_of, window=90),
        "part_payments_180d": days_within(parts, as_of=as_of, window=180),
        "paying_days_30d": days_within(money, as_of=as_of, window=30),
        "paying_days_90d": days_within(money, as_of=as_of, window=90),
        "days_since_payment": (as_of - money[-1]).days if money else None,
        "reversals_90d": days_within(reversed_on, as_of=as_of, window=90),
        "reversals_365d": days_within(reversed_on, as_of=as_of, window=365),
    }
    paid = sum(p.amount_minor for p in record.payments)
    for window in (30, 90, 180):
        facts[f"paid_share_{window}d"] = _paid_share(stories, paid, as_of=as_of, window=window)
    return facts


def paying_days(payments: Iterable[Payment]) -> list[date]:
    """The days on which money came and stayed, each once, in order."""
    known = list(payments)
    taken_back = {p.reverses for p in known if p.reverses is not None}
    return sorted(
        {p.effective_on for p in known if p.kind in MONEY and p.payment_id not in taken_back}
    )


def _part_payment_days(record: LoanRecord, stories: Sequence[InstalmentStory]) -> list[date]:
    """Days on which money came but did not complete the instalment it went to."""
    by_day: Counter[date] = Counter()
    for payment in record.payments:
        by_day[payment.effective_on] += payment.amount_minor
    found = []
    before = 0
    for day in sorted(by_day):
        after = before + by_day[day]
        open_one = next((s for s in stories if s.cumulative_minor > before), None)
        if after > before and open_one is not None and after < open_one.cumulative_minor:
            found.append(day)
        before = after
    return found


def _paid_share(
    stories: Sequence[InstalmentStory], paid: int, *, as_of: date, window: int
) -> float | None:
    """Share of what fell due in the window that is met at `as_of`; None if nothing fell due."""
    first = as_of - timedelta(days=window - 1)
    before = sum(one.due_minor for one in stories if one.due_on < first)
    fell_due = sum(one.due_minor for one in stories if first <= one.due_on <= as_of)
    met = min(max(paid - before, 0), fell_due)
    return met / fell_due if fell_due else None


def schedule_features(
    record: LoanRecord, stories: Sequence[InstalmentStory], now: Aging, *, as_of: date
) -> Facts:
    """Where the loan stands on its schedule, and what is still owed against what was lent."""
    scheduled = sum(one.due_minor for one in stories)
    coming = next((one for one in stories if one.due_on > as_of), None)
    met = sum(one.met_on is not None for one in stories)
    arrears, owed = now.arrears_minor * len(stories), now.outstanding_minor
    return {
        "arrears_to_instalment": arrears / scheduled if scheduled else None,
        "outstanding_to_principal": owed / record.principal_minor
        if record.principal_minor
        else None,
        "instalments_paid": met,
        "instalments_remaining": len(stories) - met,
        "months_on_book": months_on_book(record.disbursed_on, as_of),
        "days_to_next_due": (coming.due_on - as_of).days if coming else None,
        "next_due_to_mean": coming.due_minor * len(stories) / scheduled
        if coming and scheduled
        else None,
    }


def income_features(
    loans: Iterable[LoanRecord], stories: Sequence[InstalmentStory], *, as_of: date
) -> Facts:
    """The day of the month payments cluster on, how much they do, and where the due date lies.

    The cluster is the day with the most weight: 3 for a paying day on it, 2 for one a day away,
    1 for two days away, on a circle of 31 days; the earliest of equals. Paying days of all the
    borrower's loans in the last year count, three at least.
    """
    first = as_of - timedelta(days=INCOME_WINDOW - 1)
    known = {day for one in loans for day in paying_days(one.payments) if first <= day <= as_of}
    if len(known) < INCOME_PAYING_DAYS:
        return {"income_day": None, "income_day_share": None, "due_after_income_days": None}
    weights: Counter[int] = Counter()
    for day in known:
        for away in range(-NEAR, NEAR + 1):
            weights[(day.day - 1 + away) % MONTH + 1] += NEAR + 1 - abs(away)
    income = min(weights, key=lambda day: (-weights[day], day))
    near = sum((day.day - income + NEAR) % MONTH <= 2 * NEAR for day in known)
    coming = next((one for one in stories if one.due_on > as_of), None)
    return {
        "income_day": income,
        "income_day_share": near / len(known),
        "due_after_income_days": (coming.due_on.day - income) % MONTH if coming else None,
    }
