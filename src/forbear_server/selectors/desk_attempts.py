"""Attempts that only the desk knows: permits given or used, and contacts others reported.

A permit issued and not lapsed is a contact that may be under way: until its outcome is known it
counts as a contact that reached the borrower, so two people asking at once share one budget. A
report without a permit is a contact all the same, and counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import polars as pl

from forbear.contact.attempts import ContactAttempt, Outcome
from forbear.contact.channels import VOICE, Channel
from forbear.portfolio.desk_events import ATTEMPTS
from forbear_server.store.address_words import is_own_word
from forbear_server.store.models import Borrower, ContactReport, PermitRequest

# What is read of a permit that counts as a contact.
_COUNTED = (
    "uuid", "borrower", "channel", "asked_at", "opens_at", "used_at", "outcome", "address_ref",
    "loan_ref",
)  # fmt: skip
_REPORTED = ("evidence_id", "borrower_id", "channel", "outcome", "ended_at")
INSTANT = timedelta(microseconds=1)


def desk_attempts(
    borrower_ids: Sequence[int] | None, *, at: datetime, without: frozenset[UUID] = frozenset()
) -> Iterator[tuple[int, ContactAttempt]]:
    """Each attempt with the borrower's key, of these borrowers or (None) all of the lender.

    `without`: permits left out. The book may tell of the same contact under the same
    `attempt_id`: then it is one.
    """
    permits = PermitRequest.objects.filter(state__in=["issued", "used"])
    reports = ContactReport.objects.filter(permit__isnull=True)
    if borrower_ids is None:  # a night that runs late knows nothing of the days after it
        permits = permits.filter(asked_at__lte=at).exclude(used_at__gt=at)
        reports = reports.filter(ended_at__lte=at)
    else:
        permits = permits.filter(borrower_id__among=borrower_ids)
        reports = reports.filter(borrower_id__among=borrower_ids)
    if without:
        permits = permits.exclude(pk__among=without)
    counted = permits.exclude(state="issued", closes_at__lte=at).only(*_COUNTED)
    for row in counted.iterator() if borrower_ids is None else counted:
        yield row.borrower_id, _of_permit(row, at)
    for key, borrower_id, channel, outcome, ended_at in reports.values_list(*_REPORTED):
        yield (
            borrower_id,
            ContactAttempt(
                attempt_id=f"report:{key.hex}",
                attempted_at=ended_at,
                channel=Channel(channel),
                outcome=Outcome(outcome),
            ),
        )


def list_attempts(lender_code: str, *, at: datetime) -> pl.DataFrame:
    """The same of everybody at the current lender, as the night's export takes it."""
    refs = dict(Borrower.objects.values_list("pk", "ref"))
    return pl.DataFrame(
        [
            {
                "lender": lender_code,
                "borrower_id": refs[borrower_id],
                "attempt_id": one.attempt_id,
                "attempted_at": one.attempted_at.astimezone(UTC),
                "channel": one.channel.value,
                "number_ref": one.number_ref,
                "outcome": one.outcome.value,
                "actor": one.actor,
                "loan_ref": one.loan_ref,
            }
            for borrower_id, one in desk_attempts(None, at=at)
        ],
        schema=dict(ATTEMPTS),
    )


def _of_permit(row: PermitRequest, at: datetime) -> ContactAttempt:
    """One for a later window counts from then on: it is asked about again when its moment comes."""
    channel = Channel(row.channel)
    reached = Outcome.CONNECTED if channel in VOICE else Outcome.DELIVERED
    begun = row.used_at or max(row.asked_at, row.opens_at or row.asked_at)
    is_ahead = row.used_at is None and row.opens_at is not None and row.opens_at > at
    return ContactAttempt(
        attempt_id=f"permit:{row.uuid}",
        # asked in the very moment that asks again: it came before, so it counts
        attempted_at=begun if is_ahead else min(begun, at - INSTANT),
        channel=channel,
        outcome=Outcome(row.outcome) if row.outcome else reached,
        # Our words and the tape's cannot be held against each other: it counts for all.
        number_ref=None if is_own_word(row.address_ref) else row.address_ref or None,
        loan_ref=row.loan_ref or None,
    )
