"""What is true of the case a text is about, and which way the text goes.

Screening reads these facts and nothing else. A fact that is not known is told as the stricter one:
no amount, no decision to sue, not verified.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from forbear.primitives.money import Currency


class Direction(StrEnum):
    """Where a text comes from and goes to."""

    OUTGOING = "outgoing"  # to the borrower
    NOTE = "note"  # a collector's own note, seen inside only
    INBOUND = "inbound"  # from the borrower
    TRANSCRIPT = "transcript"  # what was said in a call


class Language(StrEnum):
    """Languages a text is judged in."""

    ZH = "zh-Hans"
    EN = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The facts a text about a borrower may be held against.

    `amounts_minor`: every amount that may be named (arrears, outstanding, instalment). Litigation is
    decided when the lender has in truth resolved to sue; a text may say so only then, and never when
    the claim is time-barred.
    """

    amounts_minor: frozenset[int] = frozenset()
    currency: Currency = Currency.CNY
    lender_names: tuple[str, ...] = ()
    is_time_barred: bool = False
    is_litigation_decided: bool = False
    is_right_party_verified: bool = True
    loan_tails: frozenset[str] = frozenset()
    due_on: frozenset[date] = frozenset()

    @property
    def may_speak_of_suing(self) -> bool:
        """Whether a claim of legal action is true of this case."""
        return self.is_litigation_decided and not self.is_time_barred
