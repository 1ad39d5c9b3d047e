"""What came of contacts, reported by the program that made them: each an entry of the evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from forbear.contact.attempts import Outcome
from forbear.contact.channels import Channel
from forbear.primitives.errors import RequestRefused
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.contact_histories import known_refs
from forbear_server.store.evidence_batches import append_many
from forbear_server.store.evidence_persons import borrower_person
from forbear_server.store.evidence_rows import Fact
from forbear_server.store.models import PermitRequest

MOST_AT_ONCE = 1000


class OutcomesRefused(RequestRefused):
    """Some of the outcomes cannot be recorded; none was. `where` counts them from 0."""

    code = "outcomes_refused"

    def __init__(self, wrong: Sequence[tuple[int, str]]) -> None:
        super().__init__("; ".join(f"{where}: {what}" for where, what in wrong[:10]))
        self.wrong = tuple(wrong)


@dataclass(frozen=True, slots=True)
class ContactOutcome:
    """One contact that ended, as whoever made it saw it."""

    borrower_ref: str
    channel: Channel
    outcome: Outcome
    ended_at: datetime
    permit_id: UUID | None = None


@transaction.atomic
def record_contact_outcomes(
    *, actor: Actor, outcomes: Sequence[ContactOutcome], now: datetime
) -> list[UUID]:
    """Record contacts that ended; the ids of their entries, in the same order.

    All or none: `OutcomesRefused` names each outcome of a borrower or permit that is unknown.
    """
    _check(actor, outcomes, now)
    facts = [
        Fact(
            name="contact.ended",
            at=one.ended_at,
            lender_id=actor.lender_id,
            actor_id=actor.user_id,
            about="" if one.permit_id is None else f"permit:{one.permit_id}",
            person=borrower_person(one.borrower_ref),
            body={"channel": one.channel.value, "outcome": one.outcome.value},
            private={"borrower": one.borrower_ref, "actor": actor.username},
        )
        for one in outcomes
    ]
    return [UUID(made.entry.entry_id) for made in append_many(facts, lender_id=actor.lender_id)]


def _check(actor: Actor, outcomes: Sequence[ContactOutcome], now: datetime) -> None:
    known = known_refs(actor, {one.borrower_ref for one in outcomes})
    asked = {one.permit_id for one in outcomes if one.permit_id is not None}
    permits = (
        dict(
            PermitRequest.objects.filter(pk__in=asked, state=PermitRequest.State.USED).values_list(
                "pk", "borrower__ref"
            )
        )
        if asked
        else {}
    )
    wrong = []
    for where, one in enumerate(outcomes):
        if one.borrower_ref not in known:
            wrong.append((where, f"there is no borrower {one.borrower_ref}"))
        elif one.permit_id is not None and permits.get(one.permit_id) != one.borrower_ref:
            wrong.append((where, f"no permit {one.permit_id} of this borrower was used"))
        elif one.ended_at > now:
            wrong.append((where, "it has not ended yet: its moment lies ahead"))
    if wrong:
        raise OutcomesRefused(wrong)
