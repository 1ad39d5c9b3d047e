"""The call panel of C07 in words."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.utils.translation import get_language

from forbear.compliance.citations import Bilingual
from forbear.contact.attempts import Outcome
from forbear.contact.calls import WARNED_BEFORE, VoiceKind
from forbear.contact.channels import Channel
from forbear.contact.dispositions import DISPOSITION_WITHIN, DISPOSITIONS
from forbear.contact.guides import FOR_A_THIRD_PERSON, GUIDE, script_lines
from forbear.contact.wording.facts import Language
from forbear_server.console.actors import ConsoleRequest
from forbear_server.console.call_wording import (
    CALL_STATE_KINDS,
    CALL_STATES,
    HANGUP_REASONS,
    IDENTITIES,
    PURPOSES,
)
from forbear_server.console.composer_display import Drafts
from forbear_server.console.contact_wording import DISPOSITIONS as DISPOSITIONS_SAID
from forbear_server.console.wording import word
from forbear_server.selectors.approved_templates import approved_templates, template_values
from forbear_server.selectors.borrower_pages import BorrowerPage
from forbear_server.selectors.calls import (
    UNDER_WAY,
    CallView,
    find_own_open_call,
    has_team_lead,
    list_calls,
)
from forbear_server.selectors.kept_drafts import DraftLine, DraftPlace
from forbear_server.selectors.telephones import find_telephones

_PAST = 5


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One line of the guide; `is_said` when it was ticked."""

    code: str
    says: str
    words: str  # of the approved script, in the borrower's language; empty without one
    is_mandatory: bool
    is_said: bool


@dataclass(frozen=True, slots=True)
class ShownDisposition:
    code: str
    key: str
    word: str
    acts_at_once: bool


@dataclass(frozen=True, slots=True)
class ShownCall:
    """A call as the panel shows it."""

    view: CallView
    state: str
    kind: str
    is_under_way: bool
    reason: str
    disposition: str
    identity: str
    is_window_closing: bool
    closes_at: datetime
    # Until when its disposition is due, and whether that is past.
    disposed_by: datetime | None
    is_late: bool
    is_a_persons: bool

    @classmethod
    def of(cls, view: CallView, now: datetime) -> ShownCall:
        is_on = view.state in UNDER_WAY
        waits = view.state == "wrap_up" and view.ended_at is not None
        disposed_by = view.ended_at + DISPOSITION_WITHIN if waits and view.ended_at else None
        return cls(
            view=view,
            state=word(CALL_STATES, view.state),
            kind=CALL_STATE_KINDS[view.state],
            is_under_way=is_on,
            reason=word(HANGUP_REASONS, view.hangup_reason) if view.hangup_reason else "",
            disposition=word(DISPOSITIONS_SAID, view.disposition) if view.disposition else "",
            identity=word(IDENTITIES, view.identity) if view.identity in IDENTITIES else "",
            is_window_closing=is_on and view.window_closes_at - now <= WARNED_BEFORE,
            closes_at=view.window_closes_at,
            disposed_by=disposed_by,
            is_late=disposed_by is not None and now > disposed_by,
            is_a_persons=view.voice == VoiceKind.PERSON,
        )


def call_context(
    request: ConsoleRequest,
    page: BorrowerPage,
    call: CallView | None,
    now: datetime,
    drafts: Drafts | None = None,
    calls: Sequence[CallView] | None = None,
) -> dict[str, object]:
    """The open call with this borrower, what may be done about it, and the calls before it."""
    telephones = find_telephones(now=now)
    is_mine = call is not None and call.is_mine
    known = list_calls(request.actor, page.ref) if calls is None else calls
    past = [one for one in known if not one.is_open][:_PAST]
    elsewhere = None if is_mine else find_own_open_call(request.actor)
    kept = (drafts or {}).get(DraftPlace.DISPOSITION)
    # A note on an earlier call is none on this one.
    closing = kept if kept and call and kept.saved_at >= call.asked_at else None
    return {
        "call": ShownCall.of(call, now) if call else None,
        "call_is_mine": is_mine,
        "own_call_elsewhere": elsewhere,
        "is_lead_told": call is not None and call.is_guide_paused and has_team_lead(request.actor),
        "can_record": telephones is not None and telephones.can_record,
        "call_key": secrets.token_hex(16),
        "ai_scripts": ai_scripts(page),
        "guide": shown_guide(request, page, call) if is_mine and call else [],
        "for_a_third_person": _in_language(FOR_A_THIRD_PERSON),
        "identities": [(code, str(label)) for code, label in IDENTITIES.items()],
        "dispositions": shown_dispositions(call) if is_mine and call else [],
        "past_calls": [
            replace(shown, disposition="") if call is not None and call.hides_money else shown
            for shown in (ShownCall.of(one, now) for one in past)
        ],
        "purposes": [(code, str(label)) for code, label in PURPOSES.items()],
        "closing_typed": _typed(request, call, closing),
        "closing_draft": closing,
        "call_now": now,
    }


def ai_scripts(page: BorrowerPage) -> list[tuple[str, str]]:
    """Approved scripts an AI voice may say to this borrower; none where it has no line."""
    if not settings.AI_VOICE_LINE:
        return []
    found = approved_templates(Channel.VOICE_NOTICE_AI, _language(page).value)
    return [(str(one.template_id), one.name) for one in found]


def _typed(
    request: ConsoleRequest, call: CallView | None, kept: DraftLine | None
) -> dict[str, str]:
    """What stands in the form of the disposition: as typed, or as confirmed before."""
    names = ("note", "disposition", "from", "until", "kept_debt_back")
    is_ours = "step" in request.POST or "disposition" in request.POST
    typed = {name: request.POST.get(name, "")[:200] if is_ours else "" for name in names}
    if not is_ours and kept is not None:
        typed["note"] = kept.draft.text
    if call is not None and not typed["disposition"]:
        typed["disposition"] = call.disposition
    return typed


def shown_guide(request: ConsoleRequest, page: BorrowerPage, call: CallView) -> list[ShownLine]:
    """Before the borrower is verified, only the lines that say nothing of a debt."""
    is_verified = call.identity == "right_party"
    words = _script_words(request, page)
    return [
        ShownLine(
            line.code,
            _in_language(line.says),
            words.get(line.code, ""),
            line.is_mandatory,
            line.code in call.said,
        )
        for line in GUIDE
        if is_verified or not line.speaks_of_debt
    ]


def _script_words(request: ConsoleRequest, page: BorrowerPage) -> dict[str, str]:
    """The words of the approved script, each line of the guide by its code."""
    language = _language(page)
    scripts = approved_templates(Channel.VOICE_INTERACTIVE, language.value)
    if not scripts:
        return {}
    return script_lines(
        scripts[0].wording, template_values(request.actor, page, page.spoken_of, language)
    )


def shown_dispositions(call: CallView) -> list[ShownDisposition]:
    """Those that fit whether the call was answered and who answered it; one that acted, alone."""
    was_answered = call.answered_at is not None
    confirmed = DISPOSITIONS.get(call.disposition)
    acted = call.disposition if confirmed is not None and confirmed.acts_at_once else ""
    return [
        ShownDisposition(
            one.code,
            one.key,
            word(DISPOSITIONS_SAID, one.code),
            one.acts_at_once,
        )
        for one in DISPOSITIONS.values()
        if one.key
        and acted in {"", one.code}
        and was_answered is (one.outcome is Outcome.CONNECTED)
        and (call.identity == "right_party" or not one.needs_right_party)
        and not (one.code == "third_person" and call.identity == "right_party")
    ]


def _language(page: BorrowerPage) -> Language:
    return Language.EN if page.language == Language.EN else Language.ZH


def _in_language(words: Bilingual) -> str:
    return words.en if (get_language() or "").startswith("en") else words.zh
