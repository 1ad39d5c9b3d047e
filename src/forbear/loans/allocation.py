"""Allocation: what a borrower's money pays for.

Chinese law (民法典 第五百六十一条): money that does not cover everything goes first to the costs
of enforcing the claim, then to interest, then to the principal, unless the parties agreed
otherwise. Between instalments the oldest comes first (第五百六十条: the one due first). The
order is a `Waterfall` of the product.

How money is booked between fees, interest and principal never changes the days past due:
those count the total received against the schedule (`delinquency.aging`), so that a lender's
booking cannot make a borrower later.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from forbear.loans.payments import Payment, in_order
from forbear.loans.schedules import Instalment
from forbear.primitives.errors import RequestRefused, require


class WaterfallImpossible(RequestRefused):
    """A waterfall that leaves a component out or names it twice."""

    code = "waterfall_impossible"


class Component(StrEnum):
    """What an instalment consists of."""

    FEES = "fees"
    PENALTY = "penalty"
    INTEREST = "interest"
    PRINCIPAL = "principal"


class Span(StrEnum):
    """Whether an instalment is filled before the next, or a component over all due ones."""

    INSTALMENT = "instalment"
    COMPONENT = "component"


@dataclass(frozen=True, slots=True)
class Waterfall:
    """The order in which money fills what is due; default: by law, oldest instalment first."""

    order: tuple[Component, ...] = (
        Component.FEES,
        Component.PENALTY,
        Component.INTEREST,
        Component.PRINCIPAL,
    )
    span: Span = Span.INSTALMENT

    def __post_init__(self) -> None:
        if sorted(self.order) != sorted(Component):
            raise WaterfallImpossible(
                f"A waterfall names each of {', '.join(Component)} once; got {self.order}."
            )


BY_LAW = Waterfall()


@dataclass(frozen=True, slots=True)
class Share:
    """An amount of one payment laid on one component of one instalment.

    Negative when a reversal or refund takes it off again.
    """

    payment_id: str
    effective_on: date
    seq: int
    component: Component
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Allocation:
    """Every share in order, and what lies over when all is paid (`credit_minor`)."""

    shares: tuple[Share, ...]
    credit_minor: int

    def paid_on(self, seq: int, component: Component | None = None) -> int:
        """Minor units laid on one instalment (and component)."""
        return sum(
            s.amount_minor
            for s in self.shares
            if s.seq == seq and (component is None or s.component is component)
        )


def component_minor(instalment: Instalment, component: Component) -> int:
    """What one component of an instalment amounts to."""
    amounts = {
        Component.FEES: instalment.fees_minor,
        Component.PENALTY: instalment.penalty_minor,
        Component.INTEREST: instalment.interest_minor,
        Component.PRINCIPAL: instalment.principal_minor,
    }
    return amounts[component]


def allocate(
    schedule: Sequence[Instalment],
    payments: Iterable[Payment],
    as_of: date,
    waterfall: Waterfall = BY_LAW,
) -> Allocation:
    """Lay every payment effective by the end of `as_of` on the schedule, by the waterfall.

    Payments are taken in order of value date, so a backdated payment gives the same answer as
    one entered in time. Money beyond what is due when it comes goes to the next instalments.
    A reversal takes off the newest shares first, by the same road back. Money is conserved:
    the shares and the credit add up to what was paid.
    """
    ledger = _Ledger(schedule, waterfall)
    total = 0
    for payment in in_order(payments):
        if payment.effective_on <= as_of:
            total += payment.amount_minor
            ledger.lay(payment)
    given = sum(share.amount_minor for share in ledger.shares) + ledger.credit_minor
    require(given == total, f"allocation lost money: laid {given} of {total}")
    return Allocation(tuple(ledger.shares), ledger.credit_minor)


class _Ledger:
    """Open amounts while payments are laid one after another."""

    def __init__(self, schedule: Sequence[Instalment], waterfall: Waterfall) -> None:
        self.schedule = sorted(schedule, key=lambda i: (i.due_on, i.seq))
        self.waterfall = waterfall
        self.open = {
            (i.seq, component): component_minor(i, component)
            for i in self.schedule
            for component in Component
        }
        self.shares: list[Share] = []
        self.credit_minor = 0

    def lay(self, payment: Payment) -> None:
        if payment.amount_minor < 0:
            self._take_off(payment)
            return
        left = payment.amount_minor + min(self.credit_minor, 0)
        self.credit_minor = max(self.credit_minor, 0)
        if left < 0:
            self.credit_minor += left
            return
        for seq, component in self._slots(payment.effective_on):
            amount = min(left, self.open[seq, component])
            if amount:
                self._share(payment, seq, component, amount)
                left -= amount
        self.credit_minor += left

    def _slots(self, on: date) -> list[tuple[int, Component]]:
        order = self.waterfall.order
        if self.waterfall.span is Span.INSTALMENT:
            return [(i.seq, c) for i in self.schedule for c in order]
        due = [i for i in self.schedule if i.due_on <= on]
        later = [i for i in self.schedule if i.due_on > on]
        return [(i.seq, c) for c in order for i in due] + [(i.seq, c) for i in later for c in order]

    def _take_off(self, payment: Payment) -> None:
        left = -payment.amount_minor
        from_credit = min(left, max(self.credit_minor, 0))
        self.credit_minor -= from_credit
        left -= from_credit
        for share in reversed(self._net_shares()):
            amount = min(left, share.amount_minor)
            if amount:
                self._share(payment, share.seq, share.component, -amount)
                left -= amount
        self.credit_minor -= left

    def _net_shares(self) -> list[Share]:
        """Shares still standing: what was laid less what was already taken off, oldest first."""
        taken: dict[tuple[int, Component], int] = {}
        for share in self.shares:
            if share.amount_minor < 0:
                key = (share.seq, share.component)
                taken[key] = taken.get(key, 0) - share.amount_minor
        standing = []
        for share in reversed([s for s in self.shares if s.amount_minor > 0]):
            key = (share.seq, share.component)
            off = min(taken.get(key, 0), share.amount_minor)
            taken[key] = taken.get(key, 0) - off
            amount = share.amount_minor - off
            standing.append(
                Share(share.payment_id, share.effective_on, share.seq, share.component, amount)
            )
        return standing[::-1]

    def _share(self, payment: Payment, seq: int, component: Component, amount: int) -> None:
        self.open[seq, component] -= amount
        self.shares.append(Share(payment.payment_id, payment.effective_on, seq, component, amount))
