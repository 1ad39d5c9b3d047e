"""Templates of the lender: every version, how it was used, what people did after it, its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q

from forbear.contact.preferences import HoldKind, PreferenceKind
from forbear.contact.wording.templates import MessageTemplate as Wording
from forbear_server.selectors.approved_templates import wording_of
from forbear_server.store.models import (
    ContactHold,
    ContactPreference,
    EvidenceEntry,
    Message,
    MessageTemplate,
)

# What a person does within this time after a message is counted with the message's template.
FOLLOWED_WITHIN = timedelta(days=7)
STOPPED = (PreferenceKind.CHANNEL_OPT_OUT.value, PreferenceKind.CONTACT_STOPPED.value)


@dataclass(frozen=True, slots=True)
class TemplateUse:
    """Messages sent with a version; after how many the person stopped contact or complained."""

    sent: int = 0
    stopped: int = 0
    complained: int = 0


@dataclass(frozen=True, slots=True)
class TemplateStep:
    """One step of a version's history, as it stands in the evidence."""

    event: str
    at: datetime
    who: str
    entry_id: UUID
    number: int


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """A version as it stands on the desk; names are those of staff."""

    uuid: UUID
    name: str
    version: int
    channel: str
    purpose: str
    language: str
    tone: str
    state: str
    digest: str
    added_by: str
    added_by_id: int
    added_at: datetime
    submitted_by_id: int | None
    decided_by: str
    decided_at: datetime | None
    decision_note: str
    approved_at: datetime | None
    retired_at: datetime | None
    use: TemplateUse

    @property
    def label(self) -> str:
        """As commands name it."""
        return f"{self.name}/{self.language}/{self.version}"


@dataclass(frozen=True, slots=True)
class TemplateWhole:
    """A version with its words, its history, and the words it would replace."""

    row: TemplateRow
    wording: Wording
    steps: tuple[TemplateStep, ...]
    live: Wording | None


def list_templates() -> list[TemplateRow]:
    """Every version, by name and language, the newest first. Three queries."""
    rows = list(
        MessageTemplate.objects.select_related("added_by", "decided_by")
        .defer("text")
        .order_by("name", "-language", "-version")
    )
    ids = [one.uuid for one in rows]
    uses, moments = _uses(), _moments(ids)
    return [_row(one, uses.get(one.uuid, TemplateUse()), moments) for one in rows]


def find_template(template_uuid: UUID) -> TemplateWhole | None:
    """One version with its words and history."""
    one = (
        MessageTemplate.objects.select_related("added_by", "decided_by")
        .filter(pk=template_uuid)
        .first()
    )
    if one is None:
        return None
    uses, moments = _uses([one.uuid]), _moments([one.uuid])
    live = (
        MessageTemplate.objects.filter(name=one.name, language=one.language, state="approved")
        .exclude(pk=one.pk)
        .first()
    )
    return TemplateWhole(
        row=_row(one, uses.get(one.uuid, TemplateUse()), moments),
        wording=wording_of(one),
        steps=_steps(one.uuid),
        live=None if live is None else wording_of(live),
    )


def _uses(ids: Sequence[UUID] | None = None) -> dict[UUID, TemplateUse]:
    """Use by template, counted over messages the channel took."""
    until = OuterRef("sending_at") + FOLLOWED_WITHIN
    stops = ContactPreference.objects.filter(
        Q(channel="") | Q(channel=OuterRef("channel")),
        borrower_id=OuterRef("borrower_id"),
        kind__in=STOPPED,
        granted_at__gte=OuterRef("sending_at"),
        granted_at__lt=until,
    )
    complaints = ContactHold.objects.filter(
        borrower_id=OuterRef("borrower_id"),
        kind=HoldKind.COMPLAINT.value,
        placed_at__gte=OuterRef("sending_at"),
        placed_at__lt=until,
    )
    sent = Message.objects.filter(state="done", template__isnull=False)
    if ids is not None:
        sent = sent.filter(template_id__in=ids)
    counted = (
        sent.annotate(is_stopped=Exists(stops), is_complained=Exists(complaints))
        .values(of=F("template_id"))
        .annotate(
            sent=Count("uuid"),
            stopped=Count("uuid", filter=Q(is_stopped=True)),
            complained=Count("uuid", filter=Q(is_complained=True)),
        )
    )
    return {
        one["of"]: TemplateUse(one["sent"], one["stopped"], one["complained"]) for one in counted
    }


def _about(template_uuid: UUID) -> str:
    return f"message_template:{template_uuid}"


def _moments(ids: Sequence[UUID]) -> dict[tuple[str, str], datetime]:
    """When each version was approved and retired, by (about, event)."""
    told = EvidenceEntry.objects.filter(
        about__in=[_about(one) for one in ids], name__in=["template.approved", "template.retired"]
    )
    return {(about, name): at for about, name, at in told.values_list("about", "name", "at")}


def _steps(template_uuid: UUID) -> tuple[TemplateStep, ...]:
    rows = (
        EvidenceEntry.objects.filter(about=_about(template_uuid), name__startswith="template.")
        .select_related("actor")
        .order_by("id")
    )
    return tuple(
        TemplateStep(
            event=one.name,
            at=one.at,
            who="" if one.actor is None else one.actor.display_name,
            entry_id=one.uuid,
            number=one.pk,
        )
        for one in rows
    )


def _row(
    one: MessageTemplate, use: TemplateUse, moments: dict[tuple[str, str], datetime]
) -> TemplateRow:
    about = _about(one.uuid)
    return TemplateRow(
        uuid=one.uuid,
        name=one.name,
        version=one.version,
        channel=one.channel,
        purpose=one.purpose,
        language=one.language,
        tone=one.tone,
        state=one.state,
        digest=one.digest,
        added_by=one.added_by.display_name,
        added_by_id=one.added_by_id,
        added_at=one.added_at,
        submitted_by_id=one.submitted_by_id,
        decided_by="" if one.decided_by is None else one.decided_by.display_name,
        decided_at=one.decided_at,
        decision_note=one.decision_note,
        approved_at=moments.get((about, "template.approved")),
        retired_at=moments.get((about, "template.retired")),
        use=use,
    )
