"""The message composer of C07 in words: approved texts, a free slot, findings beside the words.

Its last tab is no message: a note for colleagues, which is never sent.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings

from forbear.contact.channels import Channel
from forbear.contact.wording.errors import WordingRefused
from forbear.contact.wording.facts import Case, Direction, Language
from forbear.contact.wording.lengths import SmsLength, sms_parts
from forbear.contact.wording.message_cases import MessageCase
from forbear.contact.wording.normalising import has_han
from forbear.contact.wording.rules import KIND_WORDS, Kind
from forbear.contact.wording.screening import Finding, Outcome, Screening, screen
from forbear.contact.wording.templates import FilledText, filled
from forbear.contact.wording.variables import Variable
from forbear.primitives.errors import RequestRefused
from forbear_server.console.actors import ConsoleRequest
from forbear_server.console.contact_wording import MESSAGE_REFUSALS
from forbear_server.console.rule_wording import in_language
from forbear_server.console.wording import word
from forbear_server.selectors.actors import Role
from forbear_server.selectors.approved_templates import (
    TemplateChoice,
    approved_templates,
    template_values,
)
from forbear_server.selectors.borrower_pages import BorrowerPage
from forbear_server.selectors.kept_drafts import DraftLine, DraftPlace
from forbear_server.selectors.message_cases import lender_names, message_cases
from forbear_server.services.message_drafts import Refusal
from forbear_server.services.notes import LONGEST_NOTE

TABS = (Channel.SMS, Channel.APP, Channel.MAIL, Channel.WECHAT, Channel.LETTER)
LANGUAGES = frozenset(one.value for one in Language)
WITH_SUBJECT = frozenset({Channel.MAIL, Channel.LETTER})
READERS = frozenset({Role.LEAD, Role.COMPLIANCE})
NOTE = "note"
Drafts = Mapping[DraftPlace, DraftLine]
LONGEST_FREE = 400
_KINDS = {"block": "harm", "person": "care", "advise": "note"}


@dataclass(frozen=True, slots=True)
class ShownFinding:
    finding: Finding
    kind: str
    badge: str
    why: str
    # What may stand there instead, in the language of the text; empty where nothing is known.
    suggestion: str
    may_replace: bool
    citations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the text; `kind` is the badge of what was found there, empty for plain words."""

    words: str
    kind: str


@dataclass(frozen=True, slots=True)
class ShownScreening:
    outcome: str
    kind: str
    findings: list[ShownFinding]
    pieces: list[Piece]
    characters: int
    length: SmsLength | None


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the composer."""

    channel: Channel
    template_id: str = ""
    free: str = ""
    text: str = ""
    subject: str = ""
    loan_ref: str = ""
    key: str = ""
    was_read: bool = False
    is_note: bool = False


def composer_context(
    request: ConsoleRequest,
    page: BorrowerPage,
    now: datetime,
    typed: Typed | None = None,
    drafts: Drafts | None = None,
) -> dict[str, object]:
    """The composer as it stands: typed values kept, screened when there is a text.

    `drafts` are those of a page that is opened; None where none may be shown or kept.
    """
    typed = typed or with_draft(request, typed_in(request), drafts or {})
    language = page.language if page.language in LANGUAGES else Language.ZH.value
    choices = [] if typed.is_note else approved_templates(typed.channel, language)
    chosen = next((one for one in choices if str(one.template_id) == typed.template_id), None)
    text, problem = ("", "") if typed.is_note else text_of(request, page, typed, chosen)
    purpose = purpose_of(chosen)
    case = _case(request, page, now) if text else None
    if case is not None and case.names_held_loan(text, purpose):
        problem = word(MESSAGE_REFUSALS, Refusal.LOAN_HELD.value)
    has_subject = typed.channel in WITH_SUBJECT and not typed.is_note
    return {
        "typed": typed,
        "composer_tabs": [one.value for one in TABS],
        "choices": choices,
        "chosen": chosen,
        "has_free_slot": chosen is not None and Variable.FREE in chosen.wording.variables,
        "has_subject": has_subject,
        "composed_subject": subject_of(request, page, typed, chosen) if text else "",
        "composed": text,
        "composer_problem": problem,
        "screening": shown_screening(request, case, text, typed, purpose) if text else None,
        "may_answer_for_words": request.actor.role in READERS,
        "new_key": secrets.token_hex(16),
        "longest_note": LONGEST_NOTE,
        "keeps_drafts": drafts is not None,
        "drafted_places": [place.value for place in drafts or {}],
        "draft": (drafts or {}).get(place_of(typed)),
    }


def place_of(typed: Typed) -> DraftPlace:
    """Where what is typed would be kept."""
    return DraftPlace.NOTE if typed.is_note else DraftPlace(typed.channel.value)


def with_draft(request: ConsoleRequest, typed: Typed, drafts: Drafts) -> Typed:
    """A page just opened goes on with what was kept; a tab that was asked for stays that tab."""
    is_opened = request.method == "GET" and not (typed.text or typed.template_id)
    in_composer = [one for one in drafts.values() if one.place is not DraftPlace.DISPOSITION]
    if not is_opened or not in_composer:
        return typed
    is_asked = "channel" in request.GET
    newest = max(in_composer, key=lambda one: one.saved_at)
    kept = drafts.get(place_of(typed)) if is_asked else newest
    if kept is None:
        return typed
    is_note = kept.place is DraftPlace.NOTE
    return replace(
        typed,
        channel=typed.channel if is_note else Channel(kept.place.value),
        is_note=is_note,
        text=kept.draft.text,
        free=kept.draft.text[:LONGEST_FREE],
        subject=kept.draft.subject,
        template_id=kept.draft.template_id,
    )


def purpose_of(chosen: TemplateChoice | None) -> str:
    """What a text is for: free words collect."""
    return chosen.purpose if chosen else "collect"


def shown_screening(
    request: ConsoleRequest, case: MessageCase | None, text: str, typed: Typed, purpose: str
) -> ShownScreening | None:
    """The findings of a text, with the words marked; None for one too long to be read."""
    found = _screened(request, case, text, purpose)
    if found is None:
        return None
    kinds = {Outcome.PASSED: "ok", Outcome.ADVISE: "note", Outcome.PERSON: "care"}
    written = typed.free if typed.template_id else typed.text
    return ShownScreening(
        outcome=found.outcome.value,
        kind=kinds.get(found.outcome, "harm"),
        findings=[_shown_finding(request, one, text, written) for one in found.findings],
        pieces=pieces(text, found.findings),
        characters=len(text),
        length=sms_parts(text) if typed.channel is Channel.SMS else None,
    )


def with_suggestion(
    request: ConsoleRequest, page: BorrowerPage, typed: Typed, number: int, now: datetime
) -> Typed:
    """What is typed, with the words of a finding replaced by what is suggested for them.

    A finding that is gone by now, or stands in the template's fixed words, changes nothing.
    """
    choices = approved_templates(typed.channel, page.language)
    chosen = next((one for one in choices if str(one.template_id) == typed.template_id), None)
    text, _problem = text_of(request, page, typed, chosen)
    case = _case(request, page, now)
    found = _screened(request, case, text, purpose_of(chosen)) if text else None
    if found is None or not 0 <= number < len(found.findings):
        return typed
    one = found.findings[number]
    written = typed.free if chosen else typed.text
    shown = _shown_finding(request, one, text, written)
    if not shown.may_replace:
        return typed
    if one.words:
        changed = written.replace(one.words, shown.suggestion, 1)
    elif one.kind is Kind.NO_LENDER:
        changed = shown.suggestion + written
    else:
        changed = written + shown.suggestion
    return replace(typed, free=changed[:LONGEST_FREE], text=changed)


def _case(request: ConsoleRequest, page: BorrowerPage, now: datetime) -> MessageCase | None:
    """What the text is held against; nothing of the desk on a page that hides the loans."""
    return message_cases(request.actor, [page.ref], at=now).get(page.ref) if page.loans else None


def _screened(
    request: ConsoleRequest, case: MessageCase | None, text: str, purpose: str
) -> Screening | None:
    unknown = Case(lender_names=lender_names(request.actor))
    about = case.for_purpose(purpose) if case else unknown
    try:
        return screen(text, about=about, direction=Direction.OUTGOING)
    except RequestRefused:
        return None


def _shown_finding(request: ConsoleRequest, one: Finding, text: str, written: str) -> ShownFinding:
    said = ""
    if one.suggestion:
        said = one.suggestion.zh if has_han(text) else one.suggestion.en
    for place, value in _places(request).items():
        said = said.replace(place, value)
    return ShownFinding(
        finding=one,
        kind=in_language(KIND_WORDS[one.kind]),
        badge=_KINDS[one.severity.value],
        why=in_language(one.why),
        suggestion=said,
        # A place nobody knows the value of cannot be sent, and what is not typed is not changed.
        may_replace=bool(said) and "{" not in said and one.words in written,
        citations=one.citations,
    )


def _places(request: ConsoleRequest) -> dict[str, str]:
    """What the places in a suggestion stand for."""
    known = {
        "{机构}": request.actor.lender_name_zh,
        "{lender}": request.actor.lender_name_en,
        "{客服电话}": settings.SERVICE_PHONE,
        "{service phone}": settings.SERVICE_PHONE,
    }
    return {place: value for place, value in known.items() if value}


def pieces(text: str, findings: Iterable[Finding]) -> list[Piece]:
    """The text cut at what was found; where findings overlap the first one marks."""
    made: list[Piece] = []
    at = 0
    for one in sorted(findings, key=lambda f: (f.start, -f.end)):
        if one.start < at or one.start == one.end:
            continue
        made += [
            Piece(text[at : one.start], ""),
            Piece(text[one.start : one.end], _KINDS[one.severity.value]),
        ]
        at = one.end
    return [piece for piece in (*made, Piece(text[at:], "")) if piece.words]


def typed_in(request: ConsoleRequest) -> Typed:
    told = request.POST if request.method == "POST" else request.GET
    channel = told.get("channel", "")
    written = told.get("text", "")
    return Typed(
        channel=Channel(channel) if channel in {one.value for one in TABS} else Channel.SMS,
        template_id=told.get("template", "")[:36],
        # One field: the words of a free text, or what fills the template's slot.
        free=written[:LONGEST_FREE],
        text=written[:6000],
        subject=told.get("subject", "")[:200],
        loan_ref=told.get("about", "")[:64],
        key=told.get("key", "")[:64],
        was_read=told.get("was_read", "") == "yes",
        is_note=channel == NOTE,
    )


def text_of(
    request: ConsoleRequest, page: BorrowerPage, typed: Typed, chosen: TemplateChoice | None
) -> tuple[str, str]:
    """The text as the borrower would get it, and what is wrong with it."""
    if chosen is None:
        return typed.text.strip(), ""
    try:
        return _filled(request, page, typed, chosen).text, ""
    except WordingRefused as refused:
        return "", str(refused)


def subject_of(
    request: ConsoleRequest, page: BorrowerPage, typed: Typed, chosen: TemplateChoice | None
) -> str:
    """The subject as the borrower would get it; only mail and letters have one."""
    if typed.channel not in WITH_SUBJECT:
        return ""
    return typed.subject if chosen is None else _filled(request, page, typed, chosen).subject


def _filled(
    request: ConsoleRequest, page: BorrowerPage, typed: Typed, chosen: TemplateChoice
) -> FilledText:
    loan = next((one for one in page.loans if one.facts.ref == typed.loan_ref), page.spoken_of)
    values = {
        **template_values(request.actor, page, loan, chosen.wording.language),
        Variable.FREE: typed.free,
    }
    return filled(chosen.wording, values)
