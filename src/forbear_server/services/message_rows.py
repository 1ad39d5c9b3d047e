"""Messages move on together with their entries: the few moves every service shares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from forbear.contact.attempts import Outcome
from forbear_server.store.evidence_batches import append_many
from forbear_server.store.evidence_persons import borrower_person
from forbear_server.store.evidence_rows import Fact
from forbear_server.store.models import Borrower, Message, PermitRequest

WAITING = ("queued", "claimed")
# What is read of a message that moves on; its words and its address stay unread.
MOVED = ("uuid", "lender", "borrower", "permit", "sender", "channel", "state", "reason")


def message_fact(
    name: str,
    row: Message,
    borrower_ref: str,
    *,
    now: datetime,
    body: Mapping[str, object] | None = None,
    private: Mapping[str, object] | None = None,
    actor_id: int | None = None,
) -> Fact:
    """An entry about one message; its permit is among what is committed."""
    return Fact(
        name=name,
        at=now,
        lender_id=row.lender_id,
        actor_id=actor_id,
        about=f"message:{row.uuid}",
        person=borrower_person(borrower_ref),
        body={"channel": row.channel, **(body or {})},
        private={"permit": str(row.permit_id), **(private or {})},
    )


def refs_of(rows: Iterable[Message]) -> dict[int, str]:
    """The lender's ids of the borrowers of these messages."""
    ids = {row.borrower_id for row in rows}
    return dict(Borrower.objects.filter(pk__among=ids).values_list("pk", "ref"))


def end_messages(
    rows: Sequence[Message], *, state: str, reasons: Mapping[UUID, str], now: datetime
) -> None:
    """Cancel messages or bury them, with the reason of each, and free their contact budget.

    `state` is "cancelled" or "dead". What nobody sent reached nobody: a permit that was used counts
    as an attempt not delivered, one that was not is over.
    """
    if not rows:
        return
    for row in rows:
        row.state, row.reason, row.ended_at = state, reasons[row.uuid][:64], now
        row.lease_until, row.worker = None, ""
    Message.objects.bulk_update(rows, ["state", "reason", "ended_at", "lease_until", "worker"])
    refs = refs_of(rows)
    permits = PermitRequest.objects.filter(pk__among=[row.permit_id for row in rows])
    permits.filter(state="used", outcome="").update(outcome=Outcome.UNDELIVERED.value)
    unused = set(permits.filter(state="issued").values_list("pk", flat=True))
    permits.filter(pk__among=unused).update(state="lapsed")
    append_many(
        [
            Fact(
                name="permit.lapsed",
                at=now,
                lender_id=row.lender_id,
                about=f"permit:{row.permit_id}",
                person=borrower_person(refs[row.borrower_id]),
                body={},
                private={},
            )
            for row in rows
            if row.permit_id in unused
        ]
        + [
            message_fact(
                f"message.{state}",
                row,
                refs[row.borrower_id],
                now=now,
                body={"reason": row.reason},
            )
            for row in rows
        ],
        lender_id=rows[0].lender_id,
    )


def cancel_waiting(
    *,
    borrower_id: int,
    channel: str,
    loan_ref: str,
    reason: str,
    now: datetime,
    address_word: str = "",
) -> int:
    """Cancel what waits for this borrower: on one channel or (empty) all, about one loan or all.

    What is being sent at this very moment cannot be called back; the next look at the permit
    stops everything else.
    """
    waiting = Message.objects.select_for_update().filter(borrower_id=borrower_id, state__in=WAITING)
    if channel:
        waiting = waiting.filter(channel=channel)
    if loan_ref:
        waiting = waiting.filter(loan_ref__in=["", loan_ref])
    if address_word:
        waiting = waiting.filter(address_ref=address_word)
    rows = list(waiting.order_by("pk"))
    end_messages(rows, state="cancelled", reasons={row.uuid: reason for row in rows}, now=now)
    return len(rows)
