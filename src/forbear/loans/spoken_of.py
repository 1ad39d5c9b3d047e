"""Which of a borrower's loans a contact is about, and whether holds leave any.

The night chooses the same way over the whole book (`portfolio.desk_wishes` and `portfolio.plan`).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from forbear.loans.states import LoanState

# The lender's own books have let go of these, or nobody here works on them.
INACTIVE = frozenset({LoanState.RECALLED, LoanState.WRITTEN_OFF})


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanInQuestion:
    """What the choice looks at; arrears with the penalty interest accrued."""

    ref: str
    is_active: bool
    days_past_due: int
    arrears_minor: int


def loan_spoken_of(loans: Iterable[LoanInQuestion], *, held: Collection[str]) -> str | None:
    """The ref of the active loan in arrears the furthest past due that no hold of its own keeps back.

    With all of those held it is the worst of them, and the hold answers; with none in arrears there
    is nothing to speak of.

    >>> late = LoanInQuestion(ref="L-1", is_active=True, days_past_due=37, arrears_minor=100)
    >>> other = LoanInQuestion(ref="L-5", is_active=True, days_past_due=20, arrears_minor=100)
    >>> loan_spoken_of([late, other], held={"L-1"})
    'L-5'
    """
    late = sorted(
        (one for one in loans if one.is_active and one.arrears_minor > 0),
        key=lambda one: (-one.days_past_due, -one.arrears_minor, one.ref),
    )
    free = [one for one in late if one.ref not in held]
    return next((one.ref for one in free or late), None)


def contact_rests(loans: Iterable[LoanInQuestion], *, held: Collection[str]) -> bool:
    """Whether holds keep back all contact with a borrower; `held` names loans, "" the person.

    A hold on one loan leaves the others in work. With no loan known in arrears a hold on one is
    taken for a hold on all: the stricter reading.

    >>> late = LoanInQuestion(ref="L-1", is_active=True, days_past_due=37, arrears_minor=100)
    >>> other = LoanInQuestion(ref="L-5", is_active=True, days_past_due=20, arrears_minor=100)
    >>> [contact_rests([late, other], held=held) for held in ([], ["L-1"], ["L-1", "L-5"], [""])]
    [False, False, True, True]
    """
    if not held:
        return False
    chosen = loan_spoken_of(loans, held=held)
    return "" in held or chosen is None or chosen in held
