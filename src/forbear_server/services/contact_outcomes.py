"""What came of contacts, reported by the program that made them: kept, counted, in the evidence.

A contact told again is kept once, so whoever got no answer may report it again. One made under a
permit counts by its permit, whose outcome it tells; one without a permit counts by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from forbear.contact.attempts import Outcome
from forbear.contact.channels import Channel
from forbear.primitives.errors import RequestRefused
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.contact_histories import known_borrowers
from forbear_server.store.evidence_batches import append_many
from forbear_server.store.evidence_persons import borrower_person
from forbear_server.store.evidence_rows import Fact
from forbear_server.store.models import ContactReport, PermitRequest

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


# What makes two reports one: borrower, channel, moment, permit.
_Key = tuple[int, str, datetime, UUID | None]


@transaction.atomic
def record_contact_outcomes(
    *, actor: Actor, outcomes: Sequence[ContactOutcome], now: datetime
) -> list[UUID]:
    """Record contacts that ended; the ids of their entries, in the same order.

    All or none: `OutcomesRefused` names each outcome of a borrower or permit that is unknown, and
    each that says something else of a contact than was told before.
    """
    borrowers = known_borrowers(actor, {one.borrower_ref for one in outcomes})
    fresh, told = _sorted_out(actor, outcomes, borrowers, now)
    made = append_many([_fact(actor, one) for one in fresh.values()], lender_id=actor.lender_id)
    entries = {key: UUID(entry.entry.entry_id) for key, entry in zip(fresh, made, strict=True)}
    ContactReport.objects.bulk_create(
        ContactReport(
            lender_id=actor.lender_id,
            borrower_id=borrower_id,
            permit_id=permit_id,
            channel=channel,
            outcome=fresh[key].outcome.value,
            ended_at=ended_at,
            reported_at=now,
            evidence_id=entries[key],
        )
        for key in fresh
        for borrower_id, channel, ended_at, permit_id in (key,)
    )
    _tell_permits(fresh.values())
    entries |= {key: row.evidence_id for key, row in told.items()}
    return [entries[_key(one, borrowers)] for one in outcomes]


def _sorted_out(
    actor: Actor,
    outcomes: Sequence[ContactOutcome],
    borrowers: Mapping[str, int],
    now: datetime,
) -> tuple[dict[_Key, ContactOutcome], dict[_Key, ContactReport]]:
    """What is new, and what was told before; raises `OutcomesRefused`."""
    permits = _used_permits(actor, outcomes)
    told, by_permit = _told_before(outcomes, borrowers)
    fresh: dict[_Key, ContactOutcome] = {}
    wrong = []
    for where, one in enumerate(outcomes):
        if why := _fault(one, borrowers, permits, now):
            wrong.append((where, why))
            continue
        key = _key(one, borrowers)
        before = told[key].outcome if key in told else fresh.get(key, one).outcome.value
        if before != one.outcome.value:
            wrong.append((where, f"this contact was reported before, as {before}"))
        elif one.permit_id is not None and by_permit.setdefault(one.permit_id, key) != key:
            wrong.append((where, f"another contact under permit {one.permit_id} was reported"))
        elif key not in told:
            fresh[key] = one
    if wrong:
        raise OutcomesRefused(wrong)
    return fresh, told


def _fault(
    one: ContactOutcome,
    borrowers: Mapping[str, int],
    permits: Mapping[UUID, PermitRequest],
    now: datetime,
) -> str:
    """What is wrong with this outcome by itself; empty when nothing is."""
    if one.borrower_ref not in borrowers:
        return f"there is no borrower {one.borrower_ref}"
    if one.ended_at > now:
        return "it has not ended yet: its moment lies ahead"
    if one.permit_id is None:
        return ""
    permit = permits.get(one.permit_id)
    if permit is None or permit.borrower_id != borrowers[one.borrower_ref]:
        return f"no permit {one.permit_id} of this borrower was used by this account"
    if permit.channel != one.channel.value:
        return f"permit {one.permit_id} is for {permit.channel}, not for {one.channel.value}"
    if permit.used_at is None or one.ended_at < permit.used_at:
        return f"it ended before permit {one.permit_id} was used"
    return ""


def _used_permits(actor: Actor, outcomes: Sequence[ContactOutcome]) -> dict[UUID, PermitRequest]:
    """Permits this account asked for and used itself, by id.

    What became of our own messages and calls their channels say, and nobody else.
    """
    asked = {one.permit_id for one in outcomes if one.permit_id is not None}
    used = PermitRequest.objects.filter(
        pk__among=asked,
        state=PermitRequest.State.USED,
        asked_by_id=actor.user_id,
        message__isnull=True,
        call__isnull=True,
    )
    return used.only("borrower_id", "channel", "used_at").in_bulk() if asked else {}


def _told_before(
    outcomes: Sequence[ContactOutcome], borrowers: Mapping[str, int]
) -> tuple[dict[_Key, ContactReport], dict[UUID, _Key]]:
    """Reports of the same moments, or under the same permits, by key and by permit."""
    permits = {one.permit_id for one in outcomes if one.permit_id is not None}
    rows = ContactReport.objects.filter(
        Q(
            borrower_id__among=set(borrowers.values()),
            ended_at__among={o.ended_at for o in outcomes},
        )
        | Q(permit_id__among=permits)
    )
    told = {(row.borrower_id, row.channel, row.ended_at, row.permit_id): row for row in rows}
    return told, {key[3]: key for key in told if key[3] is not None}


def _key(one: ContactOutcome, borrowers: Mapping[str, int]) -> _Key:
    return borrowers[one.borrower_ref], one.channel.value, one.ended_at, one.permit_id


def _fact(actor: Actor, one: ContactOutcome) -> Fact:
    return Fact(
        name="contact.ended",
        at=one.ended_at,
        lender_id=actor.lender_id,
        actor_id=actor.user_id,
        about="" if one.permit_id is None else f"permit:{one.permit_id}",
        person=borrower_person(one.borrower_ref),
        body={"channel": one.channel.value, "outcome": one.outcome.value},
        private={"borrower": one.borrower_ref, "actor": actor.username},
    )


def _tell_permits(outcomes: Iterable[ContactOutcome]) -> None:
    """What came of permits, where the desk does not know better."""
    by_outcome: dict[Outcome, list[UUID]] = {}
    for one in outcomes:
        if one.permit_id is not None:
            by_outcome.setdefault(one.outcome, []).append(one.permit_id)
    for outcome, ids in by_outcome.items():
        permits = PermitRequest.objects.filter(pk__among=ids, outcome="")
        permits.update(outcome=outcome.value)
