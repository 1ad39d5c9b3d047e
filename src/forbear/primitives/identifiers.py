"""Names of things, so that a loan's id can never be passed where a borrower's is meant."""

from typing import NewType

LenderId = NewType("LenderId", str)
BorrowerId = NewType("BorrowerId", str)
LoanId = NewType("LoanId", str)
PaymentId = NewType("PaymentId", str)
RuleId = NewType("RuleId", str)
