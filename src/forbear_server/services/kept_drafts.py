"""Keeping what is typed on a borrower's page, and letting go of it once it was sent or discarded.

A draft is no act: it has no evidence entry and nobody else ever reads it. It is not screened either;
what must not be said is refused when somebody tries to send or keep it.
"""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from django.db import transaction

from forbear.primitives.errors import RequestRefused
from forbear_server.selectors.access import Screen, may_write
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.calls import find_open_call
from forbear_server.selectors.contact_histories import known_borrowers
from forbear_server.selectors.kept_drafts import (
    KEPT_FOR,
    OF_MESSAGES,
    DraftPlace,
    DraftText,
    opened_draft,
    sealed_draft,
)
from forbear_server.services.addresses import BorrowerNotHere
from forbear_server.store.models import BorrowerNote, KeptDraft, Message

LONGEST_DRAFT = 6000


class DraftNotKept(RequestRefused):
    """A draft that has no place on the page now; nothing was kept, and nothing changed."""

    code = "draft_not_kept"


@transaction.atomic
def keep_draft(
    *,
    actor: Actor,
    borrower_ref: str,
    place: DraftPlace,
    draft: DraftText,
    form_key: str,
    now: datetime,
) -> datetime | None:
    """Keep what is typed in one place, over what was kept there; None when nothing is left of it.

    `form_key` is the form's idempotency key: words that left with it are no draft any more, even
    when they arrive late. Raises `DraftNotKept` or `BorrowerNotHere`.
    """
    borrower_id = _borrower(actor, borrower_ref)
    _require_place(actor, borrower_ref, place)
    own = KeptDraft.objects.filter(owner_id=actor.user_id)
    own.filter(saved_at__lt=now - KEPT_FOR).delete()
    here = own.filter(borrower_id=borrower_id, place=place.value)
    if draft.is_blank or _has_left(actor, place, form_key):
        here.delete()
        return None
    if max(len(draft.text), len(draft.subject)) > LONGEST_DRAFT:
        raise DraftNotKept(f"A draft has at most {LONGEST_DRAFT} characters: shorten it.")
    row_id = uuid4()
    row, is_new = own.get_or_create(
        lender_id=actor.lender_id,
        owner_id=actor.user_id,
        borrower_id=borrower_id,
        place=place.value,
        defaults={
            "uuid": row_id,
            "text_sealed": sealed_draft(draft, lender_id=actor.lender_id, row_id=row_id),
            "saved_at": now,
        },
    )
    if not is_new:
        row.text_sealed = sealed_draft(draft, lender_id=actor.lender_id, row_id=row.uuid)
        row.saved_at = now
        row.save(update_fields=["text_sealed", "saved_at"])
    return now


@transaction.atomic
def discard_draft(*, actor: Actor, borrower_ref: str, place: DraftPlace, text: str = "") -> int:
    """Let go of one's own draft; how many went.

    With a sent `text`, the same words kept at another channel go too: typed once, they were carried
    from tab to tab. Raises `BorrowerNotHere`.
    """
    borrower_id = _borrower(actor, borrower_ref)
    own = KeptDraft.objects.filter(owner_id=actor.user_id, borrower_id=borrower_id)
    places = {place}
    if place in OF_MESSAGES and text.strip():
        carried = own.filter(place__in=OF_MESSAGES)
        places |= {DraftPlace(row.place) for row in carried if opened_draft(row).text == text}
    gone, _ = own.filter(place__in=places).delete()
    return gone


@transaction.atomic
def drop_old_drafts(*, now: datetime) -> int:
    """Let go of every draft of the current lender that is past its days, whoever typed it."""
    gone, _ = KeptDraft.objects.filter(saved_at__lt=now - KEPT_FOR).delete()
    return gone


def _borrower(actor: Actor, borrower_ref: str) -> int:
    """Our key of the borrower, if this person may see them."""
    key = known_borrowers(actor, {borrower_ref}).get(borrower_ref)
    if key is None:
        raise BorrowerNotHere(f"There is no borrower {borrower_ref}, or you may not see them.")
    return key


def _require_place(actor: Actor, borrower_ref: str, place: DraftPlace) -> None:
    if not may_write(actor, Screen.LOAN):
        raise DraftNotKept("Drafts are kept for those who work the case.")
    call = find_open_call(actor, borrower_ref)
    if call is not None and call.hides_money:
        raise DraftNotKept(
            "Drafts are not shown until the person on the line is known, so none is written over: "
            "verify who it is first."
        )
    is_closing = call is not None and call.is_mine and not call.is_under_way
    if place is DraftPlace.DISPOSITION and not is_closing:
        raise DraftNotKept("No call of yours waits for its disposition.")


def _has_left(actor: Actor, place: DraftPlace, form_key: str) -> bool:
    """Whether the form these words stand in was sent already."""
    if place in OF_MESSAGES:
        return Message.objects.filter(queued_by_id=actor.user_id, idempotency_key=form_key).exists()
    if place is DraftPlace.NOTE:
        return BorrowerNote.objects.filter(
            written_by_id=actor.user_id, idempotency_key=form_key
        ).exists()
    return False
