"""The right to be forgotten: a person's key is destroyed, the log stays whole.

With the key go the pseudonyms, the lender's id for the person and their personal data on the desk.
What remains of them in the log are commitments that nobody can open. A duty to keep stands above
the wish; refusing is recorded with the law that refuses.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import connection, transaction

from forbear.contact.dispatch import AddressFaulty
from forbear.primitives.errors import RequestRefused
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.addresses import sealed_row
from forbear_server.selectors.retention import Obstacle, erasure_obstacles
from forbear_server.services.addresses import written_address
from forbear_server.services.evidence import Recorded, append_evidence
from forbear_server.services.recordings import delete_recordings_of
from forbear_server.store.address_words import address_word
from forbear_server.store.evidence_persons import borrower_person, hold_keys, keeper_of_borrower
from forbear_server.store.models import (
    BehaviourEvent,
    Borrower,
    BorrowerAddress,
    BorrowerNote,
    Call,
    ContactHold,
    ContactPreference,
    ContactReport,
    EarlyWarning,
    EvidencePerson,
    EvidenceSubject,
    InboundMessage,
    KeptDraft,
    LoanScore,
    Message,
    PermitRequest,
    RetentionHold,
    Standing,
    StandingAppeal,
)
from forbear_server.store.sealing import unseal


class PersonUnknown(RequestRefused):
    """Nothing is known of this person, or no more."""

    code = "person_unknown"


class ErasureRefused(RequestRefused):
    """A duty to keep stands against it: nothing was erased, and that is on record."""

    code = "erasure_refused"

    def __init__(self, obstacles: tuple[Obstacle, ...]) -> None:
        told = "; ".join(
            f"{one.citation} ({one.code}"
            + (f", until {one.kept_until})" if one.kept_until else ")")
            for one in obstacles
        )
        super().__init__(
            f"The person's records must be kept: {told}. Ask again when this has passed; "
            "nothing was erased."
        )
        self.obstacles = obstacles


def erase_person(*, actor: Actor, borrower_ref: str, reason: str, now: datetime) -> Recorded:
    """Destroy the person's key, pseudonyms and personal data; the entry that says so.

    Raises `PersonUnknown`, or `ErasureRefused` (which is recorded).
    """
    try:
        return _erase(actor, borrower_ref, reason, now)
    except ErasureRefused as refusal:
        _record_refused(actor, borrower_ref, refusal.obstacles[0], now)
        raise


@transaction.atomic
def _erase(actor: Actor, borrower_ref: str, reason: str, now: datetime) -> Recorded:
    person = _locked(actor, borrower_ref)
    obstacles = erasure_obstacles(actor, borrower_ref, on=now.date())
    if obstacles:
        raise ErasureRefused(tuple(obstacles))
    subjects = EvidenceSubject.objects.filter(person=person)
    recorded = append_evidence(
        "person.erased",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        person=borrower_person(borrower_ref),
        body={"subjects": subjects.count()},
        private={"reason": reason[:200]},
    )
    subjects.delete()
    _delete_unclaimed(borrower_ref)
    delete_recordings_of(borrower_ref)
    _delete_contact(borrower_ref)
    _delete_permits(borrower_ref)
    _delete_scores(borrower_ref)
    person.ref, person.key_sealed, person.erased_at = "", "", now
    person.save(update_fields=["ref", "key_sealed", "erased_at"])
    Borrower.objects.filter(ref=borrower_ref).update(
        name_sealed="", phone_sealed="", id_number_sealed="", address_sealed=""
    )
    return recorded


def _delete_contact(borrower_ref: str) -> None:
    """Messages with their receipts, replies, calls, notes, drafts, addresses, wishes, reports go."""
    for table in (Message, InboundMessage, Call, BorrowerNote, KeptDraft, BorrowerAddress):
        table.objects.filter(borrower__ref=borrower_ref).delete()
    for stated in (ContactPreference, ContactHold, ContactReport):
        stated.objects.filter(borrower__ref=borrower_ref).delete()


def _delete_unclaimed(borrower_ref: str) -> None:
    """What came from the person's numbers while nobody knew whose they were; before these go.

    A number of the book may be no address yet. What came from a number that is somebody else's too
    stays: it may be theirs.
    """
    own = BorrowerAddress.objects.filter(borrower__ref=borrower_ref)
    words = {*own.values_list("ref", flat=True), *_words_of_the_book(borrower_ref)}
    others = BorrowerAddress.objects.filter(ref__in=words).exclude(borrower__ref=borrower_ref)
    words -= set(others.values_list("ref", flat=True))
    InboundMessage.objects.filter(borrower__isnull=True, address_ref__in=words).delete()


def _words_of_the_book(borrower_ref: str) -> set[str]:
    """The word of the number the book has; none when no channel reaches it."""
    borrower = Borrower.objects.filter(ref=borrower_ref).exclude(phone_sealed="").first()
    if borrower is None:
        return set()
    held = unseal(borrower.phone_sealed, field="borrower.phone", row=sealed_row(borrower))
    try:
        return {address_word("phone", written_address("phone", held))}
    except AddressFaulty:
        return set()


def _delete_scores(borrower_ref: str) -> None:
    """Scores, warnings, standing and what was told of the person go with them."""
    for table in (LoanScore, EarlyWarning, BehaviourEvent, Standing, StandingAppeal):
        table.objects.filter(borrower__ref=borrower_ref).delete()


@transaction.atomic
def _record_refused(actor: Actor, borrower_ref: str, obstacle: Obstacle, now: datetime) -> None:
    append_evidence(
        "person.erasure_refused",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        person=borrower_person(borrower_ref),
        body={"code": obstacle.code},
        private={"citation": obstacle.citation},
    )


@transaction.atomic
def hold_records(
    *, actor: Actor, borrower_ref: str, citation: str, kept_until: date | None, now: datetime
) -> Recorded:
    """A duty to keep this person's records, with the law it rests on. Raises `PersonUnknown`."""
    if not citation.strip():
        raise RequestRefused("A duty to keep names the law it rests on: give its citation.")
    keeper = keeper_of_borrower(actor.lender_id, _known(borrower_ref))
    RetentionHold.objects.create(
        lender_id=actor.lender_id,
        person_id=keeper.person_id,
        citation=citation.strip()[:200],
        kept_until=kept_until,
        placed_at=now,
    )
    return append_evidence(
        "retention.held",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        person=borrower_person(borrower_ref),
        body={"kept_until": kept_until.isoformat() if kept_until else ""},
        private={"citation": citation.strip()[:200]},
    )


@transaction.atomic
def release_records(*, actor: Actor, borrower_ref: str, citation: str, now: datetime) -> Recorded:
    """Takes a duty to keep back. Raises `PersonUnknown` when no such duty stands."""
    done = RetentionHold.objects.filter(
        lender_id=actor.lender_id,
        person__kind="borrower",
        person__ref=borrower_ref,
        citation=citation.strip(),
        released_at__isnull=True,
    ).update(released_at=now)
    if not done:
        raise PersonUnknown(f"No duty to keep {borrower_ref} rests on {citation!r}.")
    return append_evidence(
        "retention.released",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        person=borrower_person(borrower_ref),
        private={"citation": citation.strip()[:200]},
    )


def _delete_permits(borrower_ref: str) -> None:
    """Permits name their entries, so they go with the person; a trigger asks for this setting."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('forbear.erasing', 'on', true)")
        PermitRequest.objects.filter(borrower__ref=borrower_ref).delete()
        cursor.execute("SELECT set_config('forbear.erasing', '', true)")


def _known(borrower_ref: str) -> str:
    """A borrower of this lender, also one whose import was withdrawn since."""
    kept = EvidencePerson.objects.filter(kind="borrower", ref=borrower_ref).exclude(key_sealed="")
    is_known = Borrower.objects.filter(ref=borrower_ref).exists() or kept.exists()
    if not borrower_ref or not is_known:
        raise PersonUnknown(f"There is no borrower {borrower_ref} at this lender.")
    return borrower_ref


def _locked(actor: Actor, borrower_ref: str) -> EvidencePerson:
    # First the borrower, then the keys: whoever asks for a permit takes them in this order.
    list(Borrower.objects.select_for_update().filter(ref=borrower_ref))
    with connection.cursor() as cursor:
        hold_keys(cursor, actor.lender_id, is_erasing=True)
    keeper = keeper_of_borrower(actor.lender_id, _known(borrower_ref))
    return EvidencePerson.objects.select_for_update().get(pk=keeper.person_id)
