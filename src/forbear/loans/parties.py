"""Parties: who may be spoken to about a loan, and the document that makes them so.

There is no field for a relative, a colleague or a contact list, and none may be added
(docs/explanation/third-parties.md).
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from forbear.primitives.errors import RequestRefused
from forbear.primitives.identifiers import BorrowerId, LoanId


class PartyImpossible(RequestRefused):
    """A party other than the borrower without the document that makes them one."""

    code = "party_impossible"


class PartyRole(StrEnum):
    """Everyone a loan may know."""

    BORROWER = "borrower"
    CO_BORROWER = "co_borrower"
    GUARANTOR = "guarantor"
    ATTORNEY = "attorney"
    DEBT_ADVISER = "debt_adviser"
    AUTHORISED_REPRESENTATIVE = "authorised_representative"


@dataclass(frozen=True, slots=True)
class Party:
    """One person's role in one loan.

    `document_digest` (SHA-256 of the contract or mandate) is required for every role, so a
    number alone never makes a person a party. Raises `PartyImpossible` without it.
    """

    person: BorrowerId
    loan: LoanId
    role: PartyRole
    document_digest: str
    from_on: date
    until_on: date | None = None

    def __post_init__(self) -> None:
        if len(self.document_digest) != 64:
            raise PartyImpossible(
                f"A {self.role} needs the SHA-256 of the document that makes them so."
            )
