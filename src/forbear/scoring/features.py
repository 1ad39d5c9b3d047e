"""Behaviour features of one loan at the end of one day: the definition.

Every feature is computed from what was known at `as_of` (`histories.known_at`): a score of a past
day can be made again and says the same. The closed list with units and sentences is
`features_catalogue.yaml`; the batch form `features_columns.py`, and a property test holds the two
equal. A feature is a whole number, an exact quotient of two, or None where it is not known.
"""

from datetime import date

from forbear.delinquency.aging import DEFAULT_SCHEME, AgingScheme
from forbear.scoring.features_lateness import (
    Facts,
    instalment_stories,
    lateness_features,
)
from forbear.scoring.features_payments import (
    income_features,
    payment_features,
    schedule_features,
)
from forbear.scoring.features_surroundings import event_features, other_loan_features
from forbear.scoring.histories import LoanHistory, known_at


def behaviour_features(
    history: LoanHistory, *, as_of: date, scheme: AgingScheme = DEFAULT_SCHEME
) -> Facts:
    """Every feature of the catalogue for the history's loan, in the catalogue's order.

    >>> from forbear.loans.schedules import Instalment
    >>> from forbear.primitives.identifiers import BorrowerId, LenderId, LoanId
    >>> from forbear.scoring.histories import LoanRecord
    >>> loan = LoanRecord(lender=LenderId("q"), loan_id=LoanId("1"), borrower_id=BorrowerId("b"),
    ...     disbursed_on=date(2026, 9, 14), principal_minor=180_000, schedule=(
    ...     Instalment(1, date(2026, 10, 14), 95_000), Instalment(2, date(2026, 11, 14), 95_000)))
    >>> facts = behaviour_features(LoanHistory(loan=loan), as_of=date(2026, 11, 20))
    >>> facts["days_past_due"], facts["late_7_plus_90d"], facts["arrears_to_instalment"]
    (37, 1, 2.0)
    """
    known = known_at(history, as_of)
    stories = instalment_stories(known.loan, as_of=as_of, scheme=scheme)
    lateness, now = lateness_features(known.loan, stories, as_of=as_of, scheme=scheme)
    return {
        **lateness,
        **payment_features(known.loan, stories, as_of=as_of),
        **schedule_features(known.loan, stories, now, as_of=as_of),
        **event_features(known, as_of=as_of),
        **income_features(known.loans, stories, as_of=as_of),
        **other_loan_features(known, as_of=as_of, scheme=scheme),
    }
