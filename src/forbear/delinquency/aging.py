"""Days past due: a pure function of schedule, payments, pauses, scheme and `as_of`.

Definition. At the end of `as_of` an instalment is unmet when what fell due up to and with it
exceeds what was received by more than the materiality threshold; money counts oldest
instalment first, however it is booked (`loans.allocation`). Days past due are the days from
the oldest unmet due date (or from the last re-age, if later) to `as_of`, less paused days.
What is paid on `as_of` counts; what falls due on it is 0 days. Within the grace days the
count is 0, after them the grace days count too.

Nothing stores the result to copy it back: any past day is computed anew and gives the same
answer. The batch form is `aging_columns.py`; a property test holds the two equal.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from forbear.delinquency.pauses import Pause, ReAge, paused_days
from forbear.loans.payments import Payment, paid_minor
from forbear.loans.schedules import Instalment
from forbear.primitives.errors import RequestRefused


class AgingSchemeFaulty(RequestRefused):
    """Negative grace days or a negative threshold."""

    code = "aging_scheme_faulty"


@dataclass(frozen=True, slots=True)
class AgingScheme:
    """How a product counts: grace days, materiality threshold (minor units), ladders by id."""

    grace_days: int = 0
    materiality_minor: int = 0
    ladder: str = "m-ladder"
    asset_classes: str = "five-tier"

    def __post_init__(self) -> None:
        if self.grace_days < 0 or self.materiality_minor < 0:
            raise AgingSchemeFaulty("Grace days and the materiality threshold cannot be negative.")


DEFAULT_SCHEME = AgingScheme()


@dataclass(frozen=True, slots=True)
class Aging:
    """The count with everything it follows from, so that it can be shown and checked.

    `days_past_due` = days from `counted_from` to `as_of` − `paused_days`, or 0 within grace.
    `arrears_minor` is due by the end of `as_of` and unpaid; `outstanding_minor` the unpaid
    schedule; both without accrued penalty interest.
    """

    as_of: date
    paid_minor: int
    due_minor: int
    oldest_unmet_due_on: date | None
    counted_from: date | None
    paused_days: int
    days_past_due: int
    arrears_minor: int
    outstanding_minor: int


def days_past_due(
    schedule: Sequence[Instalment],
    payments: Iterable[Payment],
    as_of: date,
    *,
    scheme: AgingScheme = DEFAULT_SCHEME,
    pauses: Iterable[Pause] = (),
    re_ages: Iterable[ReAge] = (),
) -> int:
    """Days past due at the end of `as_of` (the module's definition).

    >>> due = [Instalment(1, date(2026, 10, 14), 95_000), Instalment(2, date(2026, 11, 14), 95_000)]
    >>> days_past_due(due, [], date(2026, 11, 20)), days_past_due(due, [], date(2026, 10, 14))
    (37, 0)
    """
    return aging(
        schedule, payments, as_of, scheme=scheme, pauses=pauses, re_ages=re_ages
    ).days_past_due


def aging(
    schedule: Sequence[Instalment],
    payments: Iterable[Payment],
    as_of: date,
    *,
    scheme: AgingScheme = DEFAULT_SCHEME,
    pauses: Iterable[Pause] = (),
    re_ages: Iterable[ReAge] = (),
) -> Aging:
    """Days past due at the end of `as_of` with every number that leads to it."""
    paid = paid_minor(payments, as_of)
    due = sum(i.due_minor for i in schedule if i.due_on <= as_of)
    oldest = oldest_unmet_due_on(schedule, paid, as_of, scheme.materiality_minor)
    counted_from = oldest
    if oldest is not None:
        counted_from = max([oldest, *(r.on for r in re_ages if r.on <= as_of)])
    paused = 0 if counted_from is None else paused_days(pauses, after=counted_from, until=as_of)
    days = 0 if counted_from is None else (as_of - counted_from).days - paused
    return Aging(
        as_of=as_of,
        paid_minor=paid,
        due_minor=due,
        oldest_unmet_due_on=oldest,
        counted_from=counted_from,
        paused_days=paused,
        days_past_due=days if days > scheme.grace_days else 0,
        arrears_minor=max(due - paid, 0),
        outstanding_minor=max(sum(i.due_minor for i in schedule) - paid, 0),
    )


def oldest_unmet_due_on(
    schedule: Sequence[Instalment], paid_minor: int, as_of: date, materiality_minor: int
) -> date | None:
    """The first due date by the end of `as_of` whose running total exceeds what was paid."""
    running = 0
    for instalment in sorted(schedule, key=lambda i: (i.due_on, i.seq)):
        running += instalment.due_minor
        if instalment.due_on <= as_of and running - paid_minor > materiality_minor:
            return instalment.due_on
    return None


def settled_on(schedule: Sequence[Instalment], payments: Iterable[Payment]) -> date | None:
    """The day after which nothing was ever owed again; None while something is.

    >>> from forbear.loans.payments import PaymentId
    >>> one = [Instalment(1, date(2026, 3, 1), 500)]
    >>> settled_on(one, [Payment(PaymentId("a"), date(2026, 2, 20), 500)])
    datetime.date(2026, 2, 20)
    """
    total = sum(i.due_minor for i in schedule)
    known = list(payments)
    days = sorted({p.effective_on for p in known})
    settled = None
    for day in days:
        is_met = paid_minor(known, day) >= total
        if is_met and settled is None:
            settled = day
        if not is_met:
            settled = None
    return settled
