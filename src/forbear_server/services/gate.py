"""The gate: may this borrower be contacted now? Every contact of this installation passes here.

`may_contact` is a question and writes nothing. `issue_permit` answers under a lock on the
borrower, and every answer (issued, refused, needs review), every use and every lapse is an
evidence entry in the same transaction.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from django.db import IntegrityError, transaction

from forbear import rulebooks
from forbear.compliance.judging import LenderPolicy, RulesInForce, rules_in_force
from forbear.compliance.permits import Permit, PermitNotUsable
from forbear.compliance.scopes import Scope
from forbear.compliance.verdicts import Ruling
from forbear.contact.channels import Channel
from forbear.contact.counting import ContactHistory
from forbear.contact.facts import ContactFacts
from forbear.contact.permission import (
    ContactRequest,
    LawOn,
    Permission,
    channel_permissions,
    permission,
    permit_window,
)
from forbear.primitives.errors import RequestRefused
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.contact_histories import find_borrower, find_borrowers
from forbear_server.services.evidence import append_composed, append_evidence
from forbear_server.services.permit_evidence import answer_fact, facts_commitment
from forbear_server.services.permit_rows import RequestWords, asked_of, new_request, permit_of
from forbear_server.services.rulebook_archives import keep_rulebooks
from forbear_server.store.evidence_persons import borrower_person
from forbear_server.store.evidence_rows import compose_entry
from forbear_server.store.log_rows import longest_wait, trouble
from forbear_server.store.models import Borrower, EvidenceEntry, PermitRequest


class BorrowerUnknown(RequestRefused):
    """No borrower of this ref, or not this person's to see: one answer for both."""

    code = "borrower_unknown"


class GateClosed(RequestRefused):
    """The evidence log cannot be written, so nothing may be permitted: nothing was asked."""

    code = "gate_closed"


class KeyReused(RequestRefused):
    """The idempotency key came before with another request: nothing was asked."""

    code = "idempotency_key_reused"


@dataclass(frozen=True, slots=True)
class PermitAnswer:
    """What came of asking for a permit; `permit` is there exactly when it was issued."""

    request_id: str
    ruling: Ruling
    permit: Permit | None
    grounds: tuple[tuple[str, str], ...]
    next_permitted_at: datetime | None
    evidence_id: str | None


# Entries are sealed within a tenth of a second; after this long nobody is sealing.
LONGEST_UNSEALED = timedelta(minutes=2)


@lru_cache(maxsize=256)
def contact_law(scope: Scope, policy: LenderPolicy, day: date) -> RulesInForce:
    """The contact rules that bind this lender on a day."""
    return rules_in_force(rulebooks.rules(), ContactFacts, on=day, scope=scope, policy=policy)


def law_of(actor: Actor) -> LawOn:
    """The law of the actor's lender by day, over every product."""
    return lambda day: contact_law(actor.scope, actor.policy, day)


def may_contact(
    *, actor: Actor, borrower_ref: str, asked: ContactRequest, at: datetime
) -> Permission:
    """The gate's answer for one channel. Raises `BorrowerUnknown`. Writes nothing."""
    return permission(_history(actor, borrower_ref, at), asked, at=at, law_on=law_of(actor))


def may_contact_on(
    *,
    actor: Actor,
    borrower_ref: str,
    asked: ContactRequest,
    channels: Iterable[Channel],
    at: datetime,
) -> dict[Channel, Permission]:
    """The same question on several channels. Raises `BorrowerUnknown`. Writes nothing."""
    history = _history(actor, borrower_ref, at)
    return channel_permissions(history, asked, channels, at=at, law_on=law_of(actor))


def may_contact_many(
    *, actor: Actor, asked: Sequence[tuple[str, ContactRequest, datetime]], now: datetime
) -> list[Permission | None]:
    """Many questions at once, in their order; None for a borrower unknown to this person."""
    known = find_borrowers(actor, sorted({ref for ref, _, _ in asked}), at=now)
    law_on = law_of(actor)
    return [
        None
        if (borrower := known.get(ref)) is None
        else permission(borrower.history, request, at=at, law_on=law_on)
        for ref, request, at in asked
    ]


@transaction.atomic
def issue_permit(
    *,
    actor: Actor,
    borrower_ref: str,
    asked: ContactRequest,
    content_digest: str,
    idempotency_key: str,
    now: datetime,
) -> PermitAnswer:
    """Asks for a permit to contact now; the same key again gets the same answer.

    Raises `GateClosed`, `BorrowerUnknown` (nothing is written) or `KeyReused`.
    """
    check_log_is_sound()
    seen = find_borrower(actor, borrower_ref, at=now)
    if seen is None:
        raise BorrowerUnknown(f"There is no borrower {borrower_ref}, or you may not see them.")
    keep_rulebooks(now=now)
    # One at a time per borrower: the second asker counts the first one's permit.
    Borrower.objects.select_for_update().get(pk=seen.borrower_id)
    earlier = PermitRequest.objects.filter(idempotency_key=idempotency_key).first()
    if earlier is not None:
        return _same_again(earlier, seen.borrower_id, asked, content_digest)
    counted = find_borrower(actor, borrower_ref, at=now)
    if counted is None:
        raise BorrowerUnknown(f"There is no borrower {borrower_ref}, or you may not see them.")
    answer = permission(counted.history, asked, at=now, law_on=law_of(actor))
    row = new_request(
        actor,
        counted.borrower_id,
        RequestWords(asked, asked.number_ref or "", content_digest, idempotency_key),
        now,
        answer,
    )
    if answer.judgement.ruling is Ruling.ALLOWED:
        row.opens_at = now
        row.closes_at = permit_window(counted.history, asked, at=now, law_on=law_of(actor))
    entry = compose_entry(answer_fact(actor, borrower_ref, counted.history, answer, row, now))
    row.facts_digest = facts_commitment(entry)
    _save_once(row)
    recorded = append_composed(entry)
    return _answered(row, borrower_ref, answer.next_permitted_at, recorded.entry_id)


@transaction.atomic
def use_permit(*, actor: Actor, permit_id: str, now: datetime) -> None:
    """Marks a permit used, before the effect. Raises `PermitNotUsable`, changing nothing.

    The rules are asked once more: a consent may have been withdrawn, or a call answered, since.
    """
    check_log_is_sound()
    key = _uuid(permit_id)
    row = None if key is None else PermitRequest.objects.select_for_update().filter(pk=key).first()
    if row is None:
        raise PermitNotUsable(f"There is no permit {permit_id}, or it is not yours to use.")
    known = find_borrower(actor, row.borrower.ref, at=now, without_permit=key)
    if known is None:
        raise PermitNotUsable(f"There is no permit {permit_id}, or it is not yours to use.")
    permit = permit_of(row, row.borrower.ref)
    if permit is None:
        raise PermitNotUsable(f"Permit {permit_id} was never issued ({row.state}).")
    permit.check_usable(now=now, state=row.state)
    _check_still_allowed(
        row, permission(known.history, asked_of(row), at=now, law_on=law_of(actor))
    )
    row.state, row.used_at = PermitRequest.State.USED, now
    row.save(update_fields=["state", "used_at"])
    append_evidence(
        "permit.used",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        about=f"permit:{permit_id}",
        person=borrower_person(row.borrower.ref),
    )


@transaction.atomic
def lapse_permits(*, lender_id: int, now: datetime) -> int:
    """Closes permits whose window passed unused; how many there were."""
    late = (
        PermitRequest.objects.select_for_update(of=("self",))
        .select_related("borrower")
        .filter(state="issued", closes_at__lte=now)
    )
    rows = list(late)
    for row in rows:
        row.state = PermitRequest.State.LAPSED
        row.save(update_fields=["state"])
        append_evidence(
            "permit.lapsed",
            now=now,
            lender_id=lender_id,
            about=f"permit:{row.uuid}",
            person=borrower_person(row.borrower.ref),
        )
    return len(rows)


@transaction.atomic
def record_mask(
    *, lender_id: int, business_date: date, digest: str, rows: int, version: str, now: datetime
) -> None:
    """The night's answers for everybody are one entry: the digest of the mask's files.

    Safe to repeat: a run that goes on records its mask once.
    """
    about = f"run:{business_date}"
    known = EvidenceEntry.objects.filter(name="gate.mask_recorded", about=about)
    if known.filter(body__digest=digest).exists():
        return
    append_evidence(
        "gate.mask_recorded",
        now=now,
        lender_id=lender_id,
        about=about,
        body={"digest": digest, "rows": rows, "rulebooks": version},
    )


def _history(actor: Actor, borrower_ref: str, at: datetime) -> ContactHistory:
    known = find_borrower(actor, borrower_ref, at=at)
    if known is None:
        raise BorrowerUnknown(f"There is no borrower {borrower_ref}, or you may not see them.")
    return known.history


def _check_still_allowed(row: PermitRequest, answer: Permission) -> None:
    if answer.judgement.ruling is not Ruling.ALLOWED:
        grounds = ", ".join(g.rule_id for g in answer.judgement.grounds)
        raise PermitNotUsable(
            f"Permit {row.uuid} no longer holds: things changed since it was issued ({grounds}). "
            "Ask the gate again."
        )


def check_log_is_sound() -> None:
    """Fail closed: what cannot be logged may not be done."""
    fault = trouble()
    if not fault and longest_wait() > LONGEST_UNSEALED:
        fault = f"entries wait unsealed for more than {LONGEST_UNSEALED}: no sequencer runs"
    if fault:
        raise GateClosed(
            f"No permit is given while the evidence log cannot be written ({fault}). "
            "See `forbear log status`; contact stays stopped until it is mended."
        )


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _save_once(row: PermitRequest) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as clash:  # the same key at the same moment, for somebody else
        raise KeyReused(
            "This idempotency key was used for another request. Choose a new key for a new contact."
        ) from clash


def _same_again(
    row: PermitRequest, borrower_id: int, asked: ContactRequest, content_digest: str
) -> PermitAnswer:
    same = (
        row.borrower_id == borrower_id
        and row.channel == asked.channel.value
        and row.loan_ref == (asked.loan_ref or "")
        and row.address_ref == (asked.number_ref or "")
        and row.content_digest == content_digest
        and row.recipient == asked.recipient
        and row.purpose == asked.purpose
    )
    if not same:
        raise KeyReused(
            "This idempotency key was used for another request. Choose a new key for a new contact."
        )
    entry = EvidenceEntry.objects.filter(about=f"permit:{row.uuid}").order_by("id").first()
    return _answered(row, row.borrower.ref, None, None if entry is None else entry.uuid.hex)


def _answered(
    row: PermitRequest, borrower_ref: str, following: datetime | None, entry: str | None
) -> PermitAnswer:
    rulings = {"refused": Ruling.REFUSED, "needs_review": Ruling.NEEDS_REVIEW}
    return PermitAnswer(
        request_id=str(row.uuid),
        ruling=rulings.get(row.state, Ruling.ALLOWED),
        permit=permit_of(row, borrower_ref),
        grounds=tuple((g["rule_id"], g["reason"]) for g in row.grounds),
        next_permitted_at=following,
        evidence_id=entry,
    )
