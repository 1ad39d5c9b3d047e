"""What the gate answered, as an entry: verdict and window open, what it was judged on committed."""

from __future__ import annotations

from datetime import datetime

from forbear.compliance.verdicts import Ruling
from forbear.contact.counting import ContactHistory
from forbear.contact.permission import Permission, law_day
from forbear.contact.replaying import recorded_facts, recorded_law, recorded_verdict
from forbear.evidence.commitments import TOGETHER
from forbear.evidence.entries import moment_text
from forbear_server.selectors.actors import Actor
from forbear_server.store.evidence_persons import borrower_person
from forbear_server.store.evidence_rows import ComposedEntry, Fact
from forbear_server.store.models import PermitRequest

_EVENTS = {
    Ruling.ALLOWED: "contact.permitted",
    Ruling.REFUSED: "contact.refused",
    Ruling.NEEDS_REVIEW: "contact.review_needed",
}


def answer_fact(
    actor: Actor,
    borrower_ref: str,
    history: ContactHistory,
    answer: Permission,
    row: PermitRequest,
    now: datetime,
) -> Fact:
    """What is recorded of an answer, to be written with its row, which names its facts."""
    return Fact(
        name=_EVENTS[answer.judgement.ruling],
        at=now,
        lender_id=actor.lender_id,
        actor_id=actor.user_id,
        about=f"permit:{row.uuid}",
        person=borrower_person(borrower_ref),
        body={
            "channel": row.channel,
            **recorded_verdict(answer.judgement),
            "rulebooks": row.rulebooks,
            **({"opens_at": moment_text(row.opens_at)} if row.opens_at else {}),
            **({"closes_at": moment_text(row.closes_at)} if row.closes_at else {}),
        },
        private={
            "borrower": borrower_ref,
            "facts": recorded_facts(answer.facts),
            "law": recorded_law(law_day(history, answer.at), actor.scope, actor.policy),
            # the records an exception rests on; each can be withdrawn
            "consents": [c.consent_id for c in history.consents if c.holds(now)],
            "content_digest": row.content_digest,
            "actor": actor.username,
            **({"address": actor.address} if actor.address else {}),
        },
    )


def facts_commitment(entry: ComposedEntry) -> str:
    """What stands for the facts in the permit: the entry's commitment to them."""
    commitments = entry.entry.commitments
    return commitments.get("facts", commitments.get(TOGETHER, b"")).hex()
