"""Templates on the desk: drafted, submitted, approved by somebody else, retired; each step recorded.

What was written never changes: a changed draft is the next version, and the draft before it is
retired. Approving a version retires the one before in the same transaction, so a name always has
one text in use. What was queued under a retired version stays as it was approved.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from forbear.contact.channels import Channel
from forbear.contact.facts import PURPOSES
from forbear.contact.wording.checks import require_submittable
from forbear.contact.wording.facts import Language
from forbear.contact.wording.templates import MessageTemplate as Wording
from forbear.contact.wording.templates import Tone, digest
from forbear.primitives.errors import RequestRefused
from forbear_server.selectors.actors import Actor, Role
from forbear_server.selectors.approved_templates import wording_of
from forbear_server.selectors.message_cases import lender_names
from forbear_server.services.evidence import Recorded, append_evidence
from forbear_server.services.refusals import refusals_recorded
from forbear_server.store.models import MessageTemplate

NOTE_LENGTH = 200
SUBJECT_LENGTH = 200
WRITERS = frozenset({Role.LEAD, Role.STRATEGIST})
_NAME = re.compile(r"\w(?:[\w ·.\-]{0,62}\w)?")
_NEXT = {
    ("draft", "submit"): "submitted",
    ("submitted", "approve"): "approved",
    ("submitted", "return"): "returned",
    ("draft", "retire"): "retired",
    ("approved", "retire"): "retired",
}
_EVENTS = {
    "submit": "template.submitted",
    "approve": "template.approved",
    "return": "template.rejected",
    "retire": "template.retired",
}


class TemplateRefused(RequestRefused):
    """A step with a template that cannot be made; the message says what to do instead."""

    code = "template_refused"


class TemplateUnknown(TemplateRefused):
    """No template of this lender has this id."""

    code = "template_unknown"


class TemplateRoleMissing(TemplateRefused):
    """Leads and strategists write, compliance decides; this account is neither for this step."""

    code = "template_role_missing"


class TemplateOwn(TemplateRefused):
    """Nobody decides about a text they wrote or submitted."""

    code = "template_own"


class TemplateNotInState(TemplateRefused):
    """The version is not in the state this step begins from."""

    code = "template_not_in_state"


class TemplateNoteMissing(TemplateRefused):
    """A version is returned or retired with the reason."""

    code = "template_note_missing"


class TemplateNameFaulty(TemplateRefused):
    """A name that cannot be kept: letters, digits, spaces, dots and hyphens, at most 64."""

    code = "template_name_faulty"


class TemplatePurposeUnknown(TemplateRefused):
    """A purpose that the contact rules do not know."""

    code = "template_purpose_unknown"


class TemplateDiffers(TemplateRefused):
    """A next version has the channel and purpose of the versions before it."""

    code = "template_channel_differs"


class TemplateVersionTaken(TemplateRefused):
    """Somebody drafted the same version at the same moment."""

    code = "template_version_taken"


_REFUSALS = refusals_recorded(
    "template.refused", RequestRefused, about="message_template:template_uuid"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateDraft:
    """What somebody wrote, before it has a version."""

    name: str
    channel: Channel
    purpose: str
    language: Language
    tone: Tone
    text: str
    subject: str = ""

    def wording(self, version: int, /) -> Wording:
        """The draft as a version. Raises `TemplateFaulty` for a place that is none."""
        return Wording(
            name=self.name,
            version=version,
            channel=self.channel,
            purpose=self.purpose,
            language=self.language,
            tone=self.tone,
            subject=self.subject,
            text=self.text,
        )


@_REFUSALS
@transaction.atomic
def draft_template(*, actor: Actor, draft: TemplateDraft, now: datetime) -> UUID:
    """Keep a text as the next version of its name; the same text again is the one there.

    Raises `RequestRefused`: a faulty text, a name that cannot be kept, another's role.
    """
    _require_writer(actor, "draft a template")
    written = replace(
        draft,
        name=draft.name.strip(),
        subject=draft.subject.strip(),
        text=draft.text.replace("\r\n", "\n").strip(),
    )
    _require_fit(written)
    before = _versions_of(written)
    newest = before[0] if before else None
    if newest is not None:
        _require_same_use(written, newest)
        is_open = newest.state in {"draft", "submitted", "approved"}
        if is_open and digest(written.wording(newest.version)) == newest.digest:
            return newest.uuid
    row = _kept(actor, written, 1 if newest is None else newest.version + 1, now)
    for earlier in before:
        if earlier.state == "draft":
            _moved(actor, earlier, "retire", f"replaced by {_told(row)}", now)
    return row.uuid


@_REFUSALS
@transaction.atomic
def submit_template(*, actor: Actor, template_uuid: UUID, now: datetime) -> Recorded:
    """Ask compliance for approval. Raises `TemplateNotSubmittable` when a required check fails."""
    _require_writer(actor, "submit a template")
    row = _locked(template_uuid)
    _require_move(row, "submit")
    require_submittable(wording_of(row), lender_names=lender_names(actor))
    row.submitted_by_id, row.submitted_at = actor.user_id, now
    return _moved(actor, row, "submit", "", now)


@_REFUSALS
@transaction.atomic
def approve_template(
    *, actor: Actor, template_uuid: UUID, note: str = "", now: datetime
) -> Recorded:
    """Let a submitted text reach people, in place of the version before; nobody approves their own.

    The checks are made again: rules may have changed since it was submitted.
    """
    row = _decidable(actor, template_uuid, "approve")
    require_submittable(wording_of(row), lender_names=lender_names(actor))
    live = MessageTemplate.objects.select_for_update().filter(
        name=row.name, language=row.language, state="approved"
    )
    for earlier in live:
        _moved(actor, earlier, "retire", f"replaced by {_told(row)}", now)
    return _moved(actor, row, "approve", note, now)


@_REFUSALS
@transaction.atomic
def return_template(*, actor: Actor, template_uuid: UUID, note: str, now: datetime) -> Recorded:
    """Send a submitted text back with the reason; its author writes the next version."""
    row = _decidable(actor, template_uuid, "return")
    _require_note(note)
    return _moved(actor, row, "return", note, now)


@_REFUSALS
@transaction.atomic
def retire_template(*, actor: Actor, template_uuid: UUID, note: str, now: datetime) -> Recorded:
    """Take an approved text out of use, by compliance; or drop a draft, by a writer."""
    row = _locked(template_uuid)
    if row.state == "draft":
        _require_writer(actor, "drop a draft")
    elif actor.role is not Role.COMPLIANCE:
        raise TemplateRoleMissing("Only the role compliance may retire a template in use.")
    _require_move(row, "retire")
    _require_note(note)
    return _moved(actor, row, "retire", note, now)


def _require_fit(draft: TemplateDraft) -> None:
    if _NAME.fullmatch(draft.name) is None:
        raise TemplateNameFaulty(
            "A template's name has letters, digits, spaces, dots and hyphens, 1 to 64 characters."
        )
    if draft.purpose not in PURPOSES:
        raise TemplatePurposeUnknown(
            f"There is no purpose {draft.purpose}. Known: {', '.join(PURPOSES)}."
        )
    if len(draft.subject) > SUBJECT_LENGTH:
        raise TemplateNameFaulty(f"A subject has at most {SUBJECT_LENGTH} characters.")
    draft.wording(1)


def _require_same_use(draft: TemplateDraft, newest: MessageTemplate) -> None:
    if (draft.channel.value, draft.purpose) != (newest.channel, newest.purpose):
        raise TemplateDiffers(
            f"{newest.name} is for {newest.channel} and {newest.purpose}. A text for another use "
            "has another name: otherwise approving it would take the text in use away."
        )


def _versions_of(draft: TemplateDraft) -> list[MessageTemplate]:
    """Every version of a name and language, newest first, locked."""
    rows = MessageTemplate.objects.select_for_update().filter(
        name=draft.name, language=draft.language.value
    )
    return list(rows.order_by("-version"))


def _kept(actor: Actor, draft: TemplateDraft, version: int, now: datetime) -> MessageTemplate:
    try:
        with transaction.atomic():
            row = MessageTemplate.objects.create(
                lender_id=actor.lender_id,
                name=draft.name,
                version=version,
                channel=draft.channel.value,
                purpose=draft.purpose,
                language=draft.language.value,
                tone=draft.tone.value,
                subject=draft.subject,
                text=draft.text,
                digest=digest(draft.wording(version)),
                added_by_id=actor.user_id,
                added_at=now,
            )
    except IntegrityError:
        raise TemplateVersionTaken(
            f"{draft.name} version {version} was drafted a moment ago. Look at it, then draft again."
        ) from None
    _record("template.drafted", actor, row, now)
    return row


def _decidable(actor: Actor, template_uuid: UUID, verb: str) -> MessageTemplate:
    if actor.role is not Role.COMPLIANCE:
        raise TemplateRoleMissing(f"Only the role compliance may {verb} a template.")
    row = _locked(template_uuid)
    _require_move(row, verb)
    if actor.user_id in {row.added_by_id, row.submitted_by_id}:
        raise TemplateOwn("Nobody decides about a text they wrote: ask a colleague of compliance.")
    return row


def _require_move(row: MessageTemplate, verb: str) -> None:
    if (row.state, verb) not in _NEXT:
        raise TemplateNotInState(
            f"{_told(row)} is {row.state}: {verb} is not its next step. A returned or retired text "
            "comes back as the next version."
        )


def _require_note(note: str) -> None:
    if not note.strip():
        raise TemplateNoteMissing("Say why: the author must know, and it is recorded.")


def _require_writer(actor: Actor, deed: str) -> None:
    if actor.role not in WRITERS:
        roles = " and ".join(sorted(role.value for role in WRITERS))
        raise TemplateRoleMissing(f"Only the roles {roles} may {deed}.")


def _moved(actor: Actor, row: MessageTemplate, verb: str, note: str, now: datetime) -> Recorded:
    row.state = _NEXT[row.state, verb]
    if verb != "submit":
        row.decided_by_id, row.decided_at = actor.user_id, now
        row.decision_note = note.strip()[:NOTE_LENGTH]
    row.save()
    return _record(_EVENTS[verb], actor, row, now)


def _locked(template_uuid: UUID) -> MessageTemplate:
    row = MessageTemplate.objects.select_for_update().filter(pk=template_uuid).first()
    if row is None:
        raise TemplateUnknown(f"There is no template {template_uuid}.")
    return row


def _told(row: MessageTemplate) -> str:
    return f"{row.name}/{row.language}/{row.version}"


def _record(event: str, actor: Actor, row: MessageTemplate, now: datetime) -> Recorded:
    is_decided = event != "template.submitted" and bool(row.decision_note)
    return append_evidence(
        event,
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        about=f"message_template:{row.uuid}",
        body={"template": _told(row), "digest": row.digest},
        private={"note": row.decision_note} if is_decided else {},
    )
