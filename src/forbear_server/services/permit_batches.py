"""The gate for many contacts at once: the same rules, locks and entries, in few statements.

A batch holds each borrower at most once, so no two of its answers share a budget; the caller puts
a second message to the same person into the next batch. For messages a permit is good as long as
the law stays as it is on that day, and the rules are asked again when the message leaves.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from forbear.compliance.judging import RulesInForce
from forbear.compliance.permits import Permit
from forbear.compliance.verdicts import Ruling
from forbear.contact.counting import ContactHistory
from forbear.contact.permission import (
    ContactRequest,
    LawOn,
    Permission,
    facts_at,
    judged,
    law_day,
    permission,
    permit_window,
)
from forbear.primitives.errors import require
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.borrower_access import visible_refs
from forbear_server.selectors.contact_histories import histories_of
from forbear_server.selectors.lenders import LenderRow
from forbear_server.services.gate import (
    check_log_is_sound,
    contact_law,
    law_of,
)
from forbear_server.services.permit_evidence import answer_fact, facts_commitment
from forbear_server.services.permit_rows import asked_of, new_request, permit_of
from forbear_server.services.rulebook_archives import keep_rulebooks
from forbear_server.store.evidence_batches import append_many
from forbear_server.store.evidence_persons import borrower_person
from forbear_server.store.evidence_rows import Fact
from forbear_server.store.models import Borrower, PermitRequest

# A message permitted in the morning may leave until the evening of that day.
LONGEST_FOR_MESSAGES = timedelta(hours=14)
QUARTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class PermitAsked:
    """One contact asked about: `address_word` is ours; from `send_at` on, at the latest
    `wait_until` when the law wants it later."""

    borrower_ref: str
    request: ContactRequest
    address_word: str
    content_digest: str
    idempotency_key: str
    send_at: datetime
    wait_until: datetime


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """What came of one of them; `permit` is there exactly when it was issued."""

    row: PermitRequest
    permit: Permit | None
    ruling: Ruling
    next_permitted_at: datetime | None
    evidence_id: str


def issue_permits(
    *, actor: Actor, asked: Sequence[PermitAsked], now: datetime
) -> list[BatchAnswer | None]:
    """Answers in the order asked, all recorded; None for a borrower unknown to this person.

    Raises `GateClosed`. To be called inside the transaction that queues what is permitted.
    """
    check_log_is_sound()
    keep_rulebooks(now=now)
    refs = [one.borrower_ref for one in asked]
    require(len(set(refs)) == len(refs), "a batch of permits holds each borrower once")
    seen = visible_refs(actor, refs)
    locked = lock_people(Borrower.objects.filter(ref__in=seen))
    known = histories_of(actor.lender_code, locked, at=now)
    law_on = law_of(actor)
    windows = _Windows(law_on)
    made: list[tuple[PermitRequest, Permission, Fact] | None] = []
    for one in asked:
        borrower = known.get(one.borrower_ref)
        if borrower is None:
            made.append(None)
            continue
        answer = _answer(borrower.history, one, law_on)
        row = new_request(actor, borrower.borrower_id, one, now, answer)
        if answer.judgement.ruling is Ruling.ALLOWED:
            row.opens_at = answer.at
            row.closes_at = windows.end(borrower.history, one.request, answer)
        fact = answer_fact(actor, one.borrower_ref, borrower.history, answer, row, now)
        made.append((row, answer, fact))
    return _recorded(actor, made, {one.borrower_id: one.ref for one in known.values()})


def _recorded(
    actor: Actor,
    made: Sequence[tuple[PermitRequest, Permission, Fact] | None],
    refs: Mapping[int, str],
) -> list[BatchAnswer | None]:
    there = [one for one in made if one is not None]
    entries = append_many([fact for _, _, fact in there], lender_id=actor.lender_id)
    ids: dict[uuid.UUID, str] = {}
    for (row, _, _), entry in zip(there, entries, strict=True):
        row.facts_digest = facts_commitment(entry)
        ids[row.pk] = entry.entry.entry_id
    PermitRequest.objects.bulk_create([row for row, _, _ in there])
    return [
        None
        if one is None
        else BatchAnswer(
            row=one[0],
            permit=permit_of(one[0], refs[one[0].borrower_id]),
            ruling=one[1].judgement.ruling,
            next_permitted_at=one[1].next_permitted_at,
            evidence_id=ids[one[0].pk],
        )
        for one in made
    ]


def _answer(history: ContactHistory, one: PermitAsked, law_on: LawOn) -> Permission:
    """The answer when it is to leave, or at the next permitted moment if that is soon enough."""
    answer = permission(history, one.request, at=one.send_at, law_on=law_on)
    later = answer.next_permitted_at
    if later is None or later > one.wait_until:
        return answer
    return permission(history, one.request, at=later, law_on=law_on)


class _Windows:
    """Ends of windows for messages, worked out once for facts that are alike.

    Inside a window only the clock moves, so equal facts at equal moments end alike. Every quarter
    of an hour is asked about, and every minute of the one in which the answer turns; the outbox
    asks again when the message leaves, so a shorter gap stops it there.
    """

    def __init__(self, law_on: LawOn) -> None:
        self._law_on = law_on
        self._known: dict[tuple[object, ...], datetime] = {}

    def end(self, history: ContactHistory, asked: ContactRequest, answer: Permission) -> datetime:
        minute = answer.at.replace(second=0, microsecond=0)
        ahead = history.moments and history.moments[-1] >= int(answer.at.timestamp() * 1_000_000)
        if history.wishes or history.consents or ahead:
            return self._asked(history, asked, answer.at)
        key = (answer.facts, history.time_zones, minute)
        if key not in self._known:
            self._known[key] = self._asked(history, asked, minute)
        return max(self._known[key], answer.at + timedelta(seconds=1))

    def _asked(self, history: ContactHistory, asked: ContactRequest, at: datetime) -> datetime:
        last = at
        while last - at < LONGEST_FOR_MESSAGES:
            if not self._allows(history, asked, last + QUARTER):
                break
            last += QUARTER
        else:
            return at + LONGEST_FOR_MESSAGES
        return permit_window(
            history, asked, at=last, law_on=self._law_on, longest=QUARTER + timedelta(minutes=1)
        )

    def _allows(self, history: ContactHistory, asked: ContactRequest, at: datetime) -> bool:
        facts = facts_at(history, asked, at)
        judgement = judged(facts, self._law_on(law_day(history, at)))
        return judgement.ruling is Ruling.ALLOWED


@dataclass(frozen=True, slots=True)
class UsedPermits:
    """Which permits of a batch may be used now, and for what reason the others may not.

    `borrower_refs`: the lender's ids of the borrowers, by our key.
    """

    usable: frozenset[uuid.UUID]
    refused: Mapping[uuid.UUID, str]
    borrower_refs: Mapping[int, str]


def lock_people(who: QuerySet[Borrower]) -> list[Borrower]:
    """These borrowers, locked in their one order; only what the gate needs of them is read."""
    return list(who.select_for_update().order_by("pk").only("pk", "ref", "time_zone"))


def use_permits(*, lender: LenderRow, rows: Sequence[PermitRequest], now: datetime) -> UsedPermits:
    """Ask the rules once more for each permit and mark those that hold as used, before the effect.

    A permit used before may be used again by the same message only: the channel took nothing then.
    Raises `GateClosed`. To be called inside the transaction that begins to send.
    """
    check_log_is_sound()
    ids = [row.borrower_id for row in rows]
    require(len(set(ids)) == len(ids), "a batch of permits holds each borrower once")
    people = lock_people(Borrower.objects.filter(pk__among=ids))
    refs = {borrower.pk: borrower.ref for borrower in people}
    known = histories_of(
        lender.code, people, at=now, without_permits=frozenset(row.pk for row in rows)
    )

    def law_on(day: date) -> RulesInForce:
        return contact_law(lender.scope, lender.policy, day)

    usable: list[PermitRequest] = []
    refused: dict[uuid.UUID, str] = {}
    for row in rows:
        history = known[refs[row.borrower_id]].history
        why = _why_not(row, history, now, law_on)
        if why:
            refused[row.pk] = why
        else:
            usable.append(row)
    fresh = [row for row in usable if row.state == PermitRequest.State.ISSUED]
    PermitRequest.objects.filter(pk__among=[row.pk for row in fresh], state="issued").update(
        state=PermitRequest.State.USED, used_at=now
    )
    append_many(
        [
            Fact(
                name="permit.used",
                at=now,
                lender_id=lender.lender_id,
                about=f"permit:{row.pk}",
                person=borrower_person(refs[row.borrower_id]),
                body={},
                private={},
            )
            for row in fresh
        ],
        lender_id=lender.lender_id,
    )
    return UsedPermits(frozenset(row.pk for row in usable), refused, refs)


def _why_not(row: PermitRequest, history: ContactHistory, now: datetime, law_on: LawOn) -> str:
    """Why this permit may not be used now; empty when it may."""
    if row.state not in {PermitRequest.State.ISSUED, PermitRequest.State.USED}:
        return f"permit_{row.state}"
    if row.opens_at is None or row.closes_at is None or not row.opens_at <= now < row.closes_at:
        return "window_over"
    answer = permission(history, asked_of(row), at=now, law_on=law_on)
    if answer.judgement.ruling is Ruling.ALLOWED:
        return ""
    return answer.judgement.grounds[0].rule_id[:64] if answer.judgement.grounds else "refused"
