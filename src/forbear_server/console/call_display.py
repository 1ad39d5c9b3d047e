"""The call panel of C07 in words."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language

from forbear.contact.attempts import Outcome
from forbear.contact.calls import DISPOSITION_WITHIN, DISPOSITIONS, GUIDE, WARNED_BEFORE, GuideLine
from forbear_server.console.actors import ConsoleRequest
from forbear_server.console.call_wording import (
    CALL_STATE_KINDS,
    CALL_STATES,
    HANGUP_REASONS,
    IDENTITIES,
    PURPOSES,
)
from forbear_server.console.contact_wording import DISPOSITIONS as DISPOSITIONS_SAID
from forbear_server.console.wording import word
from forbear_server.selectors.borrower_pages import BorrowerPage
from forbear_server.selectors.calls import UNDER_WAY, CallView, list_calls
from forbear_server.selectors.telephones import find_telephones

_PAST = 5


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One line of the guide; `is_said` when it was ticked."""

    code: str
    says: str
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
    is_late: bool

    @classmethod
    def of(cls, view: CallView, now: datetime) -> ShownCall:
        is_on = view.state in UNDER_WAY
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
            is_late=view.state == "wrap_up"
            and view.ended_at is not None
            and now - view.ended_at > DISPOSITION_WITHIN,
        )


def call_context(
    request: ConsoleRequest, page: BorrowerPage, call: CallView | None, now: datetime
) -> dict[str, object]:
    """The open call with this borrower, what may be done about it, and the calls before it."""
    telephones = find_telephones(now=now)
    is_mine = call is not None and call.is_mine
    past = [one for one in list_calls(request.actor, page.ref) if not one.is_open][:_PAST]
    return {
        "call": ShownCall.of(call, now) if call else None,
        "call_is_mine": is_mine,
        "can_record": telephones is not None and telephones.can_record,
        "call_key": secrets.token_hex(16),
        "guide": shown_guide(call) if call else [],
        "is_upset": request.GET.get("upset") == "1",
        "identities": [(code, str(label)) for code, label in IDENTITIES.items()],
        "dispositions": shown_dispositions(call) if is_mine and call else [],
        "past_calls": [ShownCall.of(one, now) for one in past],
        "purposes": [(code, str(label)) for code, label in PURPOSES.items()],
        "note_typed": request.POST.get("note", "")[:200],
        "disposition_typed": request.POST.get("disposition", ""),
        "call_now": now,
    }


def shown_guide(call: CallView) -> list[ShownLine]:
    """Before the borrower is verified, only the lines that say nothing of a debt."""
    is_verified = call.identity == "right_party"
    return [
        ShownLine(line.code, _says(line), line.is_mandatory, line.code in call.said)
        for line in GUIDE
        if is_verified or not line.speaks_of_debt
    ]


def shown_dispositions(call: CallView) -> list[ShownDisposition]:
    """Those that fit whether the call was answered and who answered it."""
    was_answered = call.answered_at is not None
    return [
        ShownDisposition(
            one.code,
            one.key,
            word(DISPOSITIONS_SAID, one.code),
            one.hold is not None or one.code in {"channel_stopped", "wrong_number"},
        )
        for one in DISPOSITIONS.values()
        if was_answered is (one.outcome is Outcome.CONNECTED)
        and (call.identity == "right_party" or not one.needs_right_party)
        and not (one.code == "third_person" and call.identity == "right_party")
    ]


def _says(line: GuideLine) -> str:
    return line.says.en if (get_language() or "").startswith("en") else line.says.zh
