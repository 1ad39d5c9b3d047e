"""Which of a borrower's loans a text may speak of, by what it is for.

A loan with a hold of its own (a dispute) is left out: only an answer to the borrower names it.
"""

from dataclasses import dataclass

from forbear.contact.permission import ANSWERS
from forbear.contact.wording.facts import Case
from forbear.loans.naming import loan_named


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageCase:
    """One borrower's case for a text of any purpose; `held` and `others` are refs of their loans."""

    spoken_of: Case
    answering: Case
    held: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    def for_purpose(self, purpose: str) -> Case:
        """What a text of this purpose may name."""
        return self.answering if purpose in ANSWERS else self.spoken_of

    def names_held_loan(self, text: str, purpose: str) -> bool:
        """Whether a text that is no answer speaks of a loan with a hold of its own."""
        named = loan_named(text, self.held, others=self.others)
        return purpose not in ANSWERS and named is not None
