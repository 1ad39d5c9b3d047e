"""One person over all their loans: who, what is owed, what they asked for, what holds contact back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from forbear.loans.spoken_of import INACTIVE, LoanInQuestion, loan_spoken_of
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.borrower_access import visible_refs
from forbear_server.selectors.borrowers import full_name, masked_phone
from forbear_server.selectors.loans import LoanExplained, find_loans
from forbear_server.store.models import (
    Borrower,
    BorrowerAddress,
    ContactHold,
    ContactPreference,
)


@dataclass(frozen=True, slots=True)
class HoldLine:
    """One hold that stands."""

    hold_id: UUID
    kind: str
    loan_ref: str
    source: str
    placed_at: datetime
    until: datetime | None
    evidence_id: str


@dataclass(frozen=True, slots=True)
class PreferenceLine:
    """One statement that holds."""

    preference_id: UUID
    kind: str
    channel: str
    from_minute: int | None
    until_minute: int | None
    daily_cap: int | None
    language: str
    until: datetime | None
    source: str
    granted_at: datetime
    evidence_id: str


@dataclass(frozen=True, slots=True)
class BorrowerPage:
    """What the workbench shows of a person."""

    borrower_id: int
    ref: str
    name: str
    phone: str
    language: str
    time_zone: str
    loans: tuple[LoanExplained, ...]
    holds: tuple[HoldLine, ...]
    preferences: tuple[PreferenceLine, ...]
    address_kinds: tuple[str, ...]

    @property
    def currency(self) -> str:
        """Of the totals; empty when loans are in several."""
        found = {loan.facts.currency for loan in self.loans}
        return found.pop() if len(found) == 1 else ""

    @property
    def arrears_minor(self) -> int:
        """Due and unpaid over all loans, penalty interest included."""
        return sum(loan.aging.arrears_minor + loan.penalty_minor for loan in self.loans)

    @property
    def outstanding_minor(self) -> int:
        """Everything still owed over all loans."""
        return sum(loan.outstanding_minor for loan in self.loans)

    @property
    def worst(self) -> LoanExplained | None:
        """The loan the furthest past due."""
        return max(self.loans, key=lambda loan: loan.aging.days_past_due, default=None)

    @property
    def spoken_of(self) -> LoanExplained | None:
        """The loan a contact is about, as the night chooses; the worst where none is in arrears."""
        chosen = loan_spoken_of(
            [
                LoanInQuestion(
                    ref=loan.facts.ref,
                    is_active=loan.state not in INACTIVE,
                    days_past_due=loan.aging.days_past_due,
                    arrears_minor=loan.arrears_minor,
                )
                for loan in self.loans
            ],
            held={hold.loan_ref for hold in self.holds},
        )
        return next((loan for loan in self.loans if loan.facts.ref == chosen), self.worst)


def find_borrower_page(actor: Actor, ref: str, *, now: datetime) -> BorrowerPage | None:
    """The person, or None: not there, or not this person's to see, which is one answer."""
    if not visible_refs(actor, [ref]):
        return None
    row = Borrower.objects.filter(ref=ref).first()
    if row is None:
        return None
    today = now.astimezone(ZoneInfo(actor.lender_time_zone)).date()
    loans = find_loans(actor, row, as_of=today)
    loans.sort(key=lambda loan: (-loan.aging.days_past_due, loan.facts.ref))
    return BorrowerPage(
        borrower_id=row.pk,
        ref=ref,
        name=full_name(row),
        phone=masked_phone(row),
        language=row.language,
        time_zone=row.time_zone,
        loans=tuple(loans),
        holds=tuple(_holds(row, now)),
        preferences=tuple(_preferences(row, now)),
        address_kinds=_address_kinds(row),
    )


def _address_kinds(row: Borrower) -> tuple[str, ...]:
    """Kinds in use; a number or postal address of the tape becomes one when it is first needed."""
    known = list(BorrowerAddress.objects.filter(borrower=row).values_list("kind", "out_of_use_at"))
    told = {"phone": row.phone_sealed, "post": row.address_sealed}
    of_tape = {kind for kind, sealed in told.items() if sealed} - {kind for kind, _ in known}
    return tuple(sorted({kind for kind, gone in known if gone is None} | of_tape))


def _holds(row: Borrower, now: datetime) -> Sequence[HoldLine]:
    standing = ContactHold.objects.filter(borrower=row, lifted_at__isnull=True).order_by(
        "placed_at"
    )
    return [
        HoldLine(
            hold_id=one.uuid,
            kind=one.kind,
            loan_ref=one.loan_ref,
            source=one.source,
            placed_at=one.placed_at,
            until=one.until,
            evidence_id=one.evidence_id,
        )
        for one in standing
        if one.until is None or one.until > now
    ]


def _preferences(row: Borrower, now: datetime) -> Sequence[PreferenceLine]:
    stated = ContactPreference.objects.filter(borrower=row, withdrawn_at__isnull=True)
    return [
        PreferenceLine(
            preference_id=one.uuid,
            kind=one.kind,
            channel=one.channel,
            from_minute=one.from_minute,
            until_minute=one.until_minute,
            daily_cap=one.daily_cap,
            language=one.language,
            until=one.until,
            source=one.source,
            granted_at=one.granted_at,
            evidence_id=one.evidence_id,
        )
        for one in stated.order_by("granted_at")
        if one.until is None or one.until > now
    ]
