"""What borrowers allowed, restricted and are held back by, as the gate reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forbear.contact.channels import Channel
from forbear.contact.consents import Consent, ConsentKind
from forbear.contact.preferences import (
    ALLOWING,
    NO_WISHES,
    Hold,
    HoldKind,
    Preference,
    PreferenceKind,
    Wishes,
)
from forbear_server.store.models import BorrowerAddress, ContactHold, ContactPreference


@dataclass(frozen=True, slots=True)
class Stated:
    """One borrower's consents (which allow) and wishes (which restrict)."""

    consents: tuple[Consent, ...] = ()
    wishes: Wishes = NO_WISHES


NOTHING_STATED = Stated()


def stated_by(borrower_ids: Sequence[int]) -> dict[int, Stated]:
    """What each of these borrowers stated; those who stated nothing are left out. Three queries."""
    consents: dict[int, list[Consent]] = {}
    preferences: dict[int, list[Preference]] = {}
    for row in ContactPreference.objects.filter(borrower_id__among=borrower_ids).order_by(
        "granted_at"
    ):
        if row.kind in ALLOWING:
            consents.setdefault(row.borrower_id, []).append(_consent(row))
        elif row.kind != PreferenceKind.CHANNEL_OPT_IN:
            preferences.setdefault(row.borrower_id, []).append(_preference(row))
    holds: dict[int, list[Hold]] = {}
    for hold in ContactHold.objects.filter(borrower_id__among=borrower_ids):
        holds.setdefault(hold.borrower_id, []).append(_hold(hold))
    numbers: dict[int, set[str]] = {}
    out = BorrowerAddress.objects.filter(
        borrower_id__among=borrower_ids, out_of_use_at__isnull=False
    )
    for borrower_id, ref in out.values_list("borrower_id", "ref"):
        numbers.setdefault(borrower_id, set()).add(ref)
    return {
        one: Stated(
            tuple(consents.get(one, ())),
            Wishes(
                tuple(preferences.get(one, ())),
                tuple(holds.get(one, ())),
                frozenset(numbers.get(one, ())),
            ),
        )
        for one in {*consents, *preferences, *holds, *numbers}
    }


def _consent(row: ContactPreference) -> Consent:
    return Consent(
        consent_id=str(row.uuid),
        kind=ConsentKind(row.kind),
        granted_at=row.granted_at,
        withdrawn_at=row.withdrawn_at,
        from_minute=row.from_minute,
        until_minute=row.until_minute,
        daily_cap=row.daily_cap,
    )


def _preference(row: ContactPreference) -> Preference:
    return Preference(
        preference_id=str(row.uuid),
        kind=PreferenceKind(row.kind),
        granted_at=row.granted_at,
        channel=Channel(row.channel) if row.channel else None,
        address_ref=row.address_ref or None,
        from_minute=row.from_minute,
        until_minute=row.until_minute,
        until=row.until,
        withdrawn_at=row.withdrawn_at,
    )


def _hold(row: ContactHold) -> Hold:
    return Hold(
        hold_id=str(row.uuid),
        kind=HoldKind(row.kind),
        placed_at=row.placed_at,
        loan_ref=row.loan_ref or None,
        until=row.until,
        lifted_at=row.lifted_at,
    )
