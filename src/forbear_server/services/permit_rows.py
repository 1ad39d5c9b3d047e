"""Rows of permits: from a request and its answer, and back to the request and the permit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from forbear import rulebooks
from forbear.compliance.permits import Permit
from forbear.compliance.verdicts import Ruling
from forbear.contact.channels import Channel
from forbear.contact.permission import ContactRequest, Permission
from forbear.contact.replaying import recorded_verdict
from forbear_server.selectors.actors import Actor
from forbear_server.store.address_words import is_own_word
from forbear_server.store.models import PermitRequest

_STATES = {
    Ruling.ALLOWED: PermitRequest.State.ISSUED,
    Ruling.REFUSED: PermitRequest.State.REFUSED,
    Ruling.NEEDS_REVIEW: PermitRequest.State.NEEDS_REVIEW,
}


class Worded(Protocol):
    """A request with the words its row keeps."""

    @property
    def request(self) -> ContactRequest: ...
    @property
    def address_word(self) -> str: ...
    @property
    def content_digest(self) -> str: ...
    @property
    def idempotency_key(self) -> str: ...


@dataclass(frozen=True, slots=True)
class RequestWords:
    """What a row of a request says besides the answer; `address_word` names the address."""

    request: ContactRequest
    address_word: str
    content_digest: str
    idempotency_key: str


def new_request(
    actor: Actor, borrower_id: int, words: Worded, now: datetime, answer: Permission
) -> PermitRequest:
    """The row of an answer, not yet saved and without its window."""
    asked = words.request
    return PermitRequest(
        lender_id=actor.lender_id,
        borrower_id=borrower_id,
        asked_by_id=actor.user_id,
        asked_at=now,
        idempotency_key=words.idempotency_key,
        channel=asked.channel.value,
        loan_ref=asked.loan_ref or "",
        address_ref=words.address_word,
        content_digest=words.content_digest,
        state=_STATES[answer.judgement.ruling],
        recipient=asked.recipient,
        purpose=asked.purpose,
        grounds=recorded_verdict(answer.judgement)["grounds"],
        rulebooks=rulebooks.version(),
    )


def asked_of(row: PermitRequest) -> ContactRequest:
    return ContactRequest(
        channel=Channel(row.channel),
        number_ref=None if is_own_word(row.address_ref) else row.address_ref or None,
        loan_ref=row.loan_ref or None,
        recipient=row.recipient,
        purpose=row.purpose,
    )


def permit_of(row: PermitRequest, borrower_ref: str) -> Permit | None:
    if row.opens_at is None or row.closes_at is None:
        return None
    return Permit(
        permit_id=str(row.uuid),
        borrower_ref=borrower_ref,
        loan_ref=row.loan_ref or None,
        channel=row.channel,
        address_ref=row.address_ref or None,
        content_digest=row.content_digest,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        rulebooks=row.rulebooks,
        facts_digest=row.facts_digest,
    )
