"""Payments as events: money received, reversed, refunded; order of arrival never matters.

A reversal is a payment of the negative amount on the day it takes effect: before that day the
payment counted, from it on it does not, and the days past due run from the original due date.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from forbear.primitives.errors import RequestRefused
from forbear.primitives.identifiers import PaymentId


class PaymentImpossible(RequestRefused):
    """A payment that cannot be: a sign against its kind, or a reversal of nothing."""

    code = "payment_impossible"


class PaymentKind(StrEnum):
    """What an entry in the list of payments is."""

    PAYMENT = "payment"
    REVERSAL = "reversal"  # the payment never came through (returned debit)
    REFUND = "refund"  # money given back to the borrower
    WAIVER = "waiver"  # the lender lets go of an amount: counts as met, is no money received
    RECOVERY = "recovery"  # money received after write-off


@dataclass(frozen=True, slots=True)
class Payment:
    """One entry; `effective_on` is the value date: it counts from the end of that day.

    `amount_minor` is positive, for a reversal or refund negative. `reverses` names the payment
    a reversal takes back. Raises `PaymentImpossible` when sign and kind disagree.
    """

    payment_id: PaymentId
    effective_on: date
    amount_minor: int
    kind: PaymentKind = PaymentKind.PAYMENT
    reverses: PaymentId | None = None

    def __post_init__(self) -> None:
        is_outward = self.kind in (PaymentKind.REVERSAL, PaymentKind.REFUND)
        if (self.amount_minor < 0) != is_outward or self.amount_minor == 0:
            raise PaymentImpossible(
                f"Payment {self.payment_id}: a {self.kind} must be "
                f"{'negative' if is_outward else 'positive'}, got {self.amount_minor}."
            )
        if (self.reverses is None) == (self.kind is PaymentKind.REVERSAL):
            raise PaymentImpossible(
                f"Payment {self.payment_id}: only a reversal names the payment it reverses."
            )


def reversal(payment: Payment, *, payment_id: PaymentId, effective_on: date) -> Payment:
    """The entry that takes `payment` back from `effective_on` on."""
    return Payment(
        payment_id=payment_id,
        effective_on=effective_on,
        amount_minor=-payment.amount_minor,
        kind=PaymentKind.REVERSAL,
        reverses=payment.payment_id,
    )


def paid_minor(payments: Iterable[Payment], as_of: date) -> int:
    """Everything received less everything taken back, at the end of `as_of`.

    >>> paid = Payment(PaymentId("1"), date(2026, 3, 5), 100)
    >>> back = reversal(paid, payment_id=PaymentId("2"), effective_on=date(2026, 3, 9))
    >>> [paid_minor([back, paid], date(2026, 3, day)) for day in (4, 5, 9)]
    [0, 100, 0]
    """
    return sum(p.amount_minor for p in payments if p.effective_on <= as_of)


def in_order(payments: Iterable[Payment]) -> list[Payment]:
    """Payments by value date, then id: one order whatever the order of arrival."""
    return sorted(payments, key=lambda p: (p.effective_on, p.payment_id))
