"""Queue messages: screened, permitted and written to the outbox in one transaction, or refused.

A refusal changes nothing but the evidence. The same idempotency key asked again gets the first
answer. Nothing leaves here: the outbox asks the gate once more and sends.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from forbear.compliance.verdicts import Ruling
from forbear.contact.channels import Channel
from forbear.contact.dispatch import LARGEST_REFERENCE, content_digest
from forbear.contact.permission import ContactRequest
from forbear.contact.wording.facts import Case
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.addresses import KIND_OF, addresses_in_use
from forbear_server.selectors.approved_templates import messages_to
from forbear_server.selectors.message_cases import lender_names, message_cases
from forbear_server.services.addresses import index_phones, index_postal
from forbear_server.services.message_drafts import (
    Desk,
    MessageDraft,
    Queued,
    Refusal,
    refusal_of,
)
from forbear_server.services.message_rows import message_fact
from forbear_server.services.permit_batches import BatchAnswer, PermitAsked, issue_permits
from forbear_server.store.evidence_batches import append_many
from forbear_server.store.evidence_persons import borrower_person
from forbear_server.store.evidence_rows import Fact
from forbear_server.store.models import (
    Borrower,
    ChannelSender,
    Loan,
    Message,
    MessageTemplate,
    PermitRequest,
)
from forbear_server.store.sealing import seal

NOTIFY = "forbear_outbox"
MOST_AT_ONCE = 500


def queue_message(*, actor: Actor, draft: MessageDraft, now: datetime) -> Queued:
    """Queue one message."""
    return queue_messages(actor=actor, drafts=[draft], now=now)[0]


def queue_messages(*, actor: Actor, drafts: Sequence[MessageDraft], now: datetime) -> list[Queued]:
    """Queue messages, each for itself: what is refused does not keep the others back.

    Every transaction holds a borrower once. Raises `GateClosed`.
    """
    done: dict[int, Queued] = {}
    left = list(enumerate(drafts))
    while left:
        batch: list[tuple[int, MessageDraft]] = []
        later: list[tuple[int, MessageDraft]] = []
        seen: set[str] = set()
        for place, draft in left:
            is_full = len(batch) >= MOST_AT_ONCE
            waits = is_full or seen & {draft.borrower_ref, f"key {draft.idempotency_key}"}
            (later if waits else batch).append((place, draft))
            seen |= {draft.borrower_ref, f"key {draft.idempotency_key}"}
        answers = _queue_batch(actor, [draft for _, draft in batch], now)
        done |= {place: answer for (place, _), answer in zip(batch, answers, strict=True)}
        left = later
    return [done[place] for place in range(len(drafts))]


@transaction.atomic
def _queue_batch(actor: Actor, drafts: Sequence[MessageDraft], now: datetime) -> list[Queued]:
    earlier = {
        row.idempotency_key: row
        for row in Message.objects.select_related("borrower").filter(
            idempotency_key__among=[d.idempotency_key for d in drafts]
        )
    }
    asked_before = {
        row.idempotency_key: row
        for row in PermitRequest.objects.select_related("borrower").filter(
            idempotency_key__among=[d.idempotency_key for d in drafts]
        )
    }
    desk = _desk_of(actor, drafts, now)
    answers: dict[str, Queued] = {}
    sound: list[MessageDraft] = []
    for draft in drafts:
        if (known := earlier.get(draft.idempotency_key)) is not None:
            answers[draft.idempotency_key] = _same_again(draft, known)
        elif (asked := asked_before.get(draft.idempotency_key)) is not None:
            answers[draft.idempotency_key] = _refused_again(draft, asked)
        elif (refused := refusal_of(draft, desk, now)) is not None:
            answers[draft.idempotency_key] = refused
        else:
            sound.append(draft)
    wanted = [_asked(draft, desk, now) for draft in sound]
    permits = issue_permits(actor=actor, asked=wanted, now=now)
    rows: list[Message] = []
    for draft, answer in zip(sound, permits, strict=True):
        if answer is None or answer.permit is None:
            answers[draft.idempotency_key] = _not_permitted(draft, answer)
            continue
        row = _row(actor, draft, desk, answer, now)
        rows.append(row)
        answers[draft.idempotency_key] = Queued(
            draft, row.uuid, evidence_id=answer.evidence_id, send_from=row.send_from
        )
    Message.objects.bulk_create(rows)
    _record(actor, rows, [answers[draft.idempotency_key] for draft in drafts], desk, now)
    _wake(rows)
    return [answers[draft.idempotency_key] for draft in drafts]


def _desk_of(actor: Actor, drafts: Sequence[MessageDraft], now: datetime) -> Desk:
    refs = {draft.borrower_ref for draft in drafts}
    if any(KIND_OF.get(draft.channel) == "phone" for draft in drafts):
        index_phones(lender_id=actor.lender_id, now=now, refs=list(refs))
    if any(draft.channel is Channel.LETTER for draft in drafts):
        index_postal(lender_id=actor.lender_id, now=now, refs=list(refs))
    borrowers = {b.ref: b for b in Borrower.objects.filter(ref__among=refs)}
    ids = [b.pk for b in borrowers.values()]
    kinds = {KIND_OF[d.channel] for d in drafts if d.channel in KIND_OF}
    senders = list(ChannelSender.objects.filter(channel__in={d.channel.value for d in drafts}))
    wanted = {d.template_uuid for d in drafts if d.template_uuid}
    return Desk(
        borrowers=borrowers,
        addresses={
            (borrower_id, kind): address
            for kind in kinds
            for borrower_id, address in addresses_in_use(ids, kind).items()
        },
        senders={(s.channel, name): s for s in senders for name in ("", s.sender)},
        templates=MessageTemplate.objects.in_bulk(wanted),
        cases=message_cases(actor, sorted(refs), at=now),
        unknown_case=Case(lender_names=lender_names(actor)),
        loans=dict(
            Loan.objects.filter(ref__in={d.loan_ref for d in drafts}).values_list(
                "ref", "borrower_id"
            )
        ),
        before=messages_to(ids),
    )


def _asked(draft: MessageDraft, desk: Desk, now: datetime) -> PermitAsked:
    borrower = desk.borrowers[draft.borrower_ref]
    start = max(draft.send_at or now, now)
    return PermitAsked(
        borrower_ref=draft.borrower_ref,
        request=ContactRequest(
            channel=draft.channel, loan_ref=draft.loan_ref or None, purpose=draft.purpose
        ),
        address_word=desk.addresses[borrower.pk, KIND_OF[draft.channel]].word,
        content_digest=content_digest(draft.text, subject=draft.subject),
        idempotency_key=draft.idempotency_key,
        send_at=start,
        wait_until=draft.wait_until or start,
    )


def _not_permitted(draft: MessageDraft, answer: BatchAnswer | None) -> Queued:
    if answer is None:
        return Queued(draft, refusal=Refusal.BORROWER_UNKNOWN)
    is_refused = answer.ruling is Ruling.REFUSED
    return Queued(
        draft,
        refusal=Refusal.REFUSED_BY_RULE if is_refused else Refusal.NEEDS_REVIEW,
        grounds=tuple((g["rule_id"], g["reason"]) for g in answer.row.grounds),
        next_permitted_at=answer.next_permitted_at,
        evidence_id=answer.evidence_id,
    )


def _row(
    actor: Actor, draft: MessageDraft, desk: Desk, answer: BatchAnswer, now: datetime
) -> Message:
    borrower = desk.borrowers[draft.borrower_ref]
    address = desk.addresses[borrower.pk, KIND_OF[draft.channel]]
    permit = answer.row
    row = Message(
        lender_id=actor.lender_id,
        borrower=borrower,
        permit=permit,
        sender=desk.senders[draft.channel.value, draft.sender],
        template_id=draft.template_uuid,
        channel=draft.channel.value,
        loan_ref=draft.loan_ref,
        purpose=draft.purpose,
        language=draft.language,
        address_ref=address.word,
        # Two open messages to one address hardly share it; nothing is ever decided by it alone.
        reference=permit.pk.int % LARGEST_REFERENCE + 1,
        priority=draft.priority,
        send_from=permit.opens_at or now,
        send_until=permit.closes_at or now,
        idempotency_key=draft.idempotency_key,
        queued_at=now,
        queued_by_id=actor.user_id,
    )
    place = f"{actor.lender_id}:{row.uuid}"
    row.text_sealed = seal(draft.text, field="message.text", row=place)
    row.subject_sealed = seal(draft.subject, field="message.subject", row=place)
    row.address_sealed = seal(address.opened(), field="message.address", row=place)
    return row


def _record(
    actor: Actor, rows: Sequence[Message], answers: Sequence[Queued], desk: Desk, now: datetime
) -> None:
    """One entry a message queued, and one a message refused before the gate was asked."""
    refs = {b.pk: b.ref for b in desk.borrowers.values()}
    facts = [
        message_fact(
            "message.queued",
            row,
            refs[row.borrower_id],
            now=now,
            actor_id=actor.user_id,
            body={"template": str(row.template_id or "")},
            private={"actor": actor.username},
        )
        for row in rows
    ]
    own = {Refusal.REFUSED_BY_RULE, Refusal.NEEDS_REVIEW, Refusal.BORROWER_UNKNOWN}
    facts += [
        Fact(
            name="message.refused",
            at=now,
            lender_id=actor.lender_id,
            actor_id=actor.user_id,
            person=borrower_person(answer.draft.borrower_ref),
            body={
                "channel": answer.draft.channel.value,
                "code": answer.refusal.value,
                "kinds": sorted({finding.kind.value for finding in answer.findings}),
            },
            private={
                "actor": actor.username,
                "content_digest": content_digest(answer.draft.text),
            },
        )
        for answer in answers
        if answer.refusal is not None and answer.refusal not in own
    ]
    append_many(facts, lender_id=actor.lender_id)


def _same_again(draft: MessageDraft, row: Message) -> Queued:
    is_same = (
        row.borrower.ref == draft.borrower_ref
        and row.channel == draft.channel.value
        and row.permit.content_digest == content_digest(draft.text, subject=draft.subject)
    )
    if not is_same:
        return Queued(draft, refusal=Refusal.KEY_REUSED)
    return Queued(draft, row.uuid, send_from=row.send_from)


def _refused_again(draft: MessageDraft, row: PermitRequest) -> Queued:
    """The key came before and led to no message: the first answer stands."""
    is_same = (
        row.borrower.ref == draft.borrower_ref
        and row.channel == draft.channel.value
        and row.content_digest == content_digest(draft.text, subject=draft.subject)
    )
    refusals = {"refused": Refusal.REFUSED_BY_RULE, "needs_review": Refusal.NEEDS_REVIEW}
    if not is_same or row.state not in refusals:
        return Queued(draft, refusal=Refusal.KEY_REUSED)
    grounds = tuple((g["rule_id"], g["reason"]) for g in row.grounds)
    return Queued(draft, refusal=refusals[row.state], grounds=grounds)


def _wake(rows: Sequence[Message]) -> None:
    """Tell waiting workers, once the transaction is done."""
    if rows:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, '')", [NOTIFY])
