"""What borrowers asked for on the desk, as the night's export takes it: ids and moments only."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from forbear.contact.preferences import ALLOWING, PreferenceKind
from forbear.portfolio.desk_events import CONSENTS, HOLDS, PREFERENCES
from forbear_server.store.models import ContactHold, ContactPreference

# What allows stands with the consents; what opens a channel or names a language restricts nothing.
_NOT_RESTRICTING = (*ALLOWING, PreferenceKind.CHANNEL_OPT_IN, PreferenceKind.LANGUAGE)


def list_preferences(lender_code: str) -> pl.DataFrame:
    """Every restricting statement of the current lender's borrowers, withdrawn ones too."""
    rows = ContactPreference.objects.exclude(kind__in=[str(one) for one in _NOT_RESTRICTING])
    told = rows.select_related("borrower").defer("text_digest")
    return pl.DataFrame(
        [
            (
                lender_code,
                one.borrower.ref,
                str(one.uuid),
                one.kind,
                one.channel or None,
                one.from_minute,
                one.until_minute,
                _utc(one.granted_at),
                _utc(one.until),
                _utc(one.withdrawn_at),
            )
            for one in told
        ],
        schema=dict(PREFERENCES),
        orient="row",
    )


def list_holds(lender_code: str) -> pl.DataFrame:
    """Every hold of the current lender's borrowers, lifted ones too."""
    rows = ContactHold.objects.values_list(
        "borrower__ref", "uuid", "loan_ref", "kind", "placed_at", "until", "lifted_at"
    )
    return pl.DataFrame(
        [
            (
                lender_code,
                ref,
                str(uuid),
                loan_ref or None,
                kind,
                *(_utc(moment) for moment in (placed_at, until, lifted_at)),
            )
            for ref, uuid, loan_ref, kind, placed_at, until, lifted_at in rows
        ],
        schema=dict(HOLDS),
        orient="row",
    )


def list_consents(lender_code: str) -> pl.DataFrame:
    """Every consent given on the desk; those of the tape stand in the book."""
    rows = ContactPreference.objects.filter(kind__in=[str(one) for one in ALLOWING])
    told = rows.select_related("borrower").defer("text_digest")
    columns = {
        "lender": [lender_code for _ in told],
        "borrower_id": [one.borrower.ref for one in told],
        "consent_id": [str(one.uuid) for one in told],
        "kind": [one.kind for one in told],
        "granted_at": [_utc(one.granted_at) for one in told],
        "withdrawn_at": [_utc(one.withdrawn_at) for one in told],
        "from_minute": [one.from_minute for one in told],
        "until_minute": [one.until_minute for one in told],
        "daily_cap": [one.daily_cap for one in told],
    }
    return pl.DataFrame(columns, schema=dict(CONSENTS))


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)
