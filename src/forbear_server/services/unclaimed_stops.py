"""Stop words that came from an address nobody had: they bind whoever it turns out to belong to.

Whoever wrote is left in peace from the moment the lender knows who it is: the opt-out is stated in the
transaction that records the address, so no gate ever sees the one without the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from forbear.contact.channels import Channel
from forbear.contact.preferences import PreferenceKind
from forbear.contact.wording.stop_words import Scope
from forbear_server.selectors.inbound import reply_text
from forbear_server.services.preference_rows import Statement, keep_statement
from forbear_server.store.models import Borrower, ContactPreference, InboundMessage

_LOCK = 5


def share_unclaimed(lender_id: int) -> None:
    """To be taken before the stop words of an address just recorded are looked for, to the end.

    Whoever waits for rows while holding it lets a reply of a stranger wait too: lock them first.
    """
    _lock("pg_advisory_xact_lock_shared", lender_id)


def hold_unclaimed(lender_id: int) -> None:
    """To be taken last, before a stop word is left to nobody: its owners are then as committed.

    Who holds it waits for nobody: the row of a borrower may be a whole import's.
    """
    _lock("pg_advisory_xact_lock", lender_id)


def stopped_words(lender_id: int) -> frozenset[str]:
    """Words of the addresses nobody had from which somebody asked us to stop."""
    return frozenset(_unclaimed(lender_id).values_list("address_ref", flat=True))


def bind_stops(*, borrower: Borrower, words: Iterable[str], now: datetime) -> int:
    """State for a locked borrower what was said from these addresses; how many were stated.

    What was stated for a message once is not stated again: it may have been taken back since.
    """
    bound = 0
    for row in _unclaimed(borrower.lender_id).filter(address_ref__in=list(words)):
        said = stop_statement(
            Scope(row.opted_out), row.channel, words=reply_text(row), about=f"inbound:{row.pk}"
        )
        known = ContactPreference.objects.filter(
            borrower=borrower,
            kind=said.kind.value,
            channel=said.channel.value if said.channel else "",
            granted_at__gte=row.received_at,
        )
        if not known.exists():
            keep_statement(borrower=borrower, said=said, actor=None, now=now)
            bound += 1
    return bound


def stop_statement(scope: Scope, channel: str, *, words: str, about: str = "") -> Statement:
    """The opt-out somebody's stop word states: of the channel, or of all contact."""
    is_all = scope is Scope.ALL
    return Statement(
        kind=PreferenceKind.CONTACT_STOPPED if is_all else PreferenceKind.CHANNEL_OPT_OUT,
        source="inbound",
        channel=None if is_all else Channel(channel),
        words=words[:200],
        about=about,
    )


def _unclaimed(lender_id: int) -> QuerySet[InboundMessage]:
    rows = InboundMessage.objects.filter(lender_id=lender_id, borrower__isnull=True)
    return rows.exclude(opted_out="").order_by("received_at", "pk")


def _lock(function: str, lender_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s, %s)", [_LOCK, lender_id])
