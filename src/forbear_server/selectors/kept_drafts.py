"""Drafts of the workbench, opened for the account that typed them and for nobody else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from forbear_server.selectors.actors import Actor
from forbear_server.store.models import KeptDraft
from forbear_server.store.sealing import seal, unseal

DRAFT_FIELD = "kept_draft.text"
# Older ones are not shown, and go when the account next writes one or at night.
KEPT_FOR = timedelta(days=7)


class DraftPlace(StrEnum):
    """Where on a borrower's page something is typed."""

    SMS = "sms"
    APP = "app"
    MAIL = "mail"
    WECHAT = "wechat"
    LETTER = "letter"
    NOTE = "note"
    DISPOSITION = "disposition"


# What stands there is meant for the borrower.
OF_MESSAGES = frozenset(DraftPlace) - {DraftPlace.NOTE, DraftPlace.DISPOSITION}


@dataclass(frozen=True, slots=True)
class DraftText:
    """What stands in the fields of one place."""

    text: str = ""
    subject: str = ""
    template_id: str = ""

    @property
    def is_blank(self) -> bool:
        return not (self.text.strip() or self.subject.strip())


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One draft with when it was kept."""

    place: DraftPlace
    draft: DraftText
    saved_at: datetime


def list_drafts(actor: Actor, borrower_id: int, *, now: datetime) -> Mapping[DraftPlace, DraftLine]:
    """The person's own drafts about a borrower the caller has made sure they may see, by place."""
    rows = KeptDraft.objects.filter(
        owner_id=actor.user_id, borrower_id=borrower_id, saved_at__gte=now - KEPT_FOR
    )
    return {
        DraftPlace(row.place): DraftLine(DraftPlace(row.place), opened_draft(row), row.saved_at)
        for row in rows.order_by("saved_at")
    }


def opened_draft(row: KeptDraft) -> DraftText:
    told = json.loads(
        unseal(row.text_sealed, field=DRAFT_FIELD, row=_place(row.lender_id, row.uuid))
    )
    return DraftText(**told)


def sealed_draft(draft: DraftText, *, lender_id: int, row_id: UUID) -> str:
    written = json.dumps(asdict(draft), ensure_ascii=False)
    return seal(written, field=DRAFT_FIELD, row=_place(lender_id, row_id))


def _place(lender_id: int, row_id: UUID) -> str:
    return f"{lender_id}:{row_id}"
