"""What may be filled from a tape: every target field, what kind of value it takes, which it needs.

Follows `portfolio.schema`; adds the person's fields and the lender's own claims (its days past
due and bucket), which are compared and then dropped.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from forbear.contact.attempts import Outcome
from forbear.contact.channels import Channel
from forbear.contact.consents import ConsentKind
from forbear.loans.payments import PaymentKind
from forbear.loans.terms import RepaymentMethod
from forbear.portfolio.schema import PERSON, TAPE
from forbear.primitives.day_counts import DayCount
from forbear.primitives.money import Currency


class Kind(StrEnum):
    """How a source value becomes a field's value."""

    TEXT = "text"
    AMOUNT = "amount"
    DAY = "day"
    MOMENT = "moment"
    RATE = "rate"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Field:
    """One target field."""

    kind: Kind
    required: bool = False
    allowed: tuple[str, ...] = ()
    limits: tuple[int, int] | None = None  # of a whole number


PERSON_FIELDS = ("name", "phone", "id_number", "address")
CLAIMS: Mapping[str, Field] = {
    "lender_days_past_due": Field(Kind.WHOLE),
    "lender_bucket": Field(Kind.TEXT),
}

REQUIRED: Mapping[str, tuple[str, ...]] = {
    "borrowers": ("borrower_id",),
    "loans": ("loan_id", "borrower_id", "currency", "principal_minor", "disbursed_on"),
    "instalments": ("loan_id", "seq", "due_on", "principal_minor"),
    "payments": ("loan_id", "payment_id", "effective_on", "amount_minor"),
    "delinquency_events": ("loan_id", "kind", "starts_on"),
    "contact_attempts": ("borrower_id", "attempt_id", "attempted_at", "channel", "outcome"),
    "consents": ("borrower_id", "consent_id", "kind", "granted_at"),
    "monthly_status": ("loan_id", "month", "status"),
}

KEYS: Mapping[str, tuple[str, ...]] = {
    "borrowers": ("borrower_id",),
    "loans": ("loan_id",),
    "instalments": ("loan_id", "seq"),
    "payments": ("payment_id",),
    "delinquency_events": ("loan_id", "kind", "starts_on"),
    "contact_attempts": ("attempt_id",),
    "consents": ("borrower_id", "consent_id"),
    "monthly_status": ("loan_id", "month"),
}

ALLOWED: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("loans", "method"): tuple(m.value for m in RepaymentMethod),
    ("loans", "day_count"): tuple(d.value for d in DayCount),
    ("payments", "kind"): tuple(k.value for k in PaymentKind),
    ("delinquency_events", "kind"): ("pause", "re_age"),
    ("contact_attempts", "channel"): tuple(c.value for c in Channel),
    ("contact_attempts", "outcome"): tuple(o.value for o in Outcome),
    ("consents", "kind"): tuple(k.value for k in ConsentKind),
}

KNOWN_CURRENCIES = tuple(c.value for c in Currency)

# Tables in the order in which one hangs on the other.
TABLES = tuple(TAPE)
BY_LOAN = ("instalments", "payments", "delinquency_events", "monthly_status")
BY_BORROWER = ("contact_attempts", "consents")
# A row of these missing would falsify its loan's days past due: the loan stands or falls whole.
WHOLE_LOAN = ("loans", *BY_LOAN)


def kind_of(dtype: pl.DataType) -> Kind:
    """The kind of value a schema's column takes."""
    if dtype == pl.Date:
        return Kind.DAY
    if isinstance(dtype, pl.Datetime):
        return Kind.MOMENT
    if isinstance(dtype, pl.Decimal):
        return Kind.RATE
    return Kind.WHOLE if dtype.is_integer() else Kind.TEXT


def limits_of(name: str, dtype: pl.DataType) -> tuple[int, int] | None:
    """Least and largest whole number a column takes; minutes are those of a day."""
    if name in ("from_minute", "until_minute"):
        return 0, 24 * 60
    if dtype == pl.Int16:
        return 0, 2**15 - 1
    return (-(2**31), 2**31 - 1) if dtype == pl.Int32 else None


def fields_of(table: str) -> dict[str, Field]:
    """Every field of a table that a tape may fill (the lender is given apart)."""
    found = {
        name: Field(
            Kind.AMOUNT if name.endswith("_minor") else kind_of(dtype),
            required=name in REQUIRED[table],
            allowed=ALLOWED.get((table, name), ()),
            limits=limits_of(name, dtype),
        )
        for name, dtype in TAPE[table].items()
        if name != "lender"
    }
    if table == "borrowers":
        found |= {name: Field(kind_of(PERSON[name])) for name in PERSON_FIELDS}
    if table == "loans":
        found |= CLAIMS
    return found
