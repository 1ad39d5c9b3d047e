"""What a standing 善还分 may know: the borrower's loans with one lender, and what protects them.

Complaints and preferences have no place here, so they cannot count. A protection (approved relief,
a dispute under review) and an appeal can only take lateness away.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from forbear.delinquency.pauses import Pause
from forbear.primitives.identifiers import BorrowerId, LenderId, LoanId
from forbear.scoring.histories import LoanRecord, PromiseEvent


class ProtectionKind(StrEnum):
    """Why days do not count as late."""

    RELIEF = "relief"  # approved hardship
    DISPUTE = "dispute"  # under review
    ARRANGEMENT = "arrangement"  # kept: what it replaces is not late


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliefOffered:
    """Help was offered on a loan: before this day nothing late is counted."""

    loan_id: LoanId
    offered_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """Days from `starts_on` to `ends_on` (None: still running) that are not late days."""

    loan_id: LoanId
    kind: ProtectionKind
    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """The borrower says one instalment's lateness does not belong. Until refused it does not count."""

    loan_id: LoanId
    due_on: date
    received_on: date
    refused_on: date | None = None

    def holds(self, on: date) -> bool:
        """Whether the instalment is left out on a day: received, and not refused by then."""
        return self.received_on <= on and (self.refused_on is None or self.refused_on > on)


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingHistory:
    """One borrower at one lender. `offered_after_days`: relief is offered to everybody by the
    lender's standing procedure so many days after an instalment fell due unpaid; None: only the
    offers told count.
    """

    lender: LenderId
    borrower_id: BorrowerId
    loans: tuple[LoanRecord, ...]
    promises: tuple[PromiseEvent, ...] = ()
    relief_offers: tuple[ReliefOffered, ...] = ()
    protections: tuple[Protection, ...] = ()
    appeals: tuple[Appeal, ...] = ()
    offered_after_days: int | None = None


def protected(record: LoanRecord, protections: Iterable[Protection], *, as_of: date) -> LoanRecord:
    """The loan with its protections as pauses; one that runs on is cut at `as_of`."""
    pauses = [
        Pause(one.starts_on, max(one.ends_on or as_of, one.starts_on))
        for one in protections
        if one.loan_id == record.loan_id and one.starts_on <= as_of
    ]
    return replace(record, pauses=(*record.pauses, *pauses))
