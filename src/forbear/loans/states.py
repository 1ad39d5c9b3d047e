"""The one word for how a loan stands: with us or not, paid, on time or late."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class LoanState(StrEnum):
    """How a loan stands at the end of a day."""

    RECALLED = "recalled"  # the lender took it back: nobody here contacts for it
    WRITTEN_OFF = "written_off"
    SETTLED = "settled"
    IN_ARREARS = "in_arrears"
    ON_TIME = "on_time"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanStanding:
    """What the word follows from; the days are None while nothing of the kind happened."""

    outstanding_minor: int
    days_past_due: int
    written_off_on: date | None = None
    recalled_on: date | None = None


def loan_state(standing: LoanStanding, *, as_of: date) -> LoanState:
    """The state at the end of `as_of`; of several the one that ends our work on it comes first.

    A recall ends it whatever is owed; a write-off is a status and lets go of nothing, so a loan
    written off stays so when the money comes in (that is a recovery). A loan paid beyond what is
    owed is settled like one paid to the last.

    >>> late = LoanStanding(outstanding_minor=100, days_past_due=3, recalled_on=date(2026, 6, 2))
    >>> [loan_state(late, as_of=date(2026, 6, day)).value for day in (1, 2)]
    ['in_arrears', 'recalled']
    """
    if standing.recalled_on is not None and standing.recalled_on <= as_of:
        return LoanState.RECALLED
    if standing.written_off_on is not None and standing.written_off_on <= as_of:
        return LoanState.WRITTEN_OFF
    if standing.outstanding_minor <= 0:
        return LoanState.SETTLED
    return LoanState.IN_ARREARS if standing.days_past_due > 0 else LoanState.ON_TIME
