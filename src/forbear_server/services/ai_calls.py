"""A call in an AI's voice, started by a person: an approved script, and a line that speaks it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.conf import settings

from forbear.contact.calls import CallRefused, VoiceKind
from forbear.contact.channels import Channel
from forbear.contact.wording.debt_words import first_not_open_to_all
from forbear.contact.wording.errors import WordingRefused
from forbear.contact.wording.facts import Language
from forbear.contact.wording.templates import filled
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.approved_templates import approved_templates, template_values
from forbear_server.selectors.borrower_pages import BorrowerPage
from forbear_server.services.calls import CallAsked
from forbear_server.services.refusals import refusals_recorded


@refusals_recorded("call.refused", CallRefused)
def with_ai_voice(
    *, actor: Actor, page: BorrowerPage, asked: CallAsked, script_id: str, now: datetime
) -> CallAsked:
    """The same call in an AI's voice. Raises `CallRefused`: no line, or no script that may be used."""
    if not settings.AI_VOICE_LINE:
        raise CallRefused(
            "No AI voice is connected: FORBEAR_AI_VOICE_LINE names its line.", reason="no_ai_line"
        )
    language = Language.EN if page.language == Language.EN else Language.ZH
    scripts = approved_templates(Channel.VOICE_NOTICE_AI, language.value)
    script = next((one.wording for one in scripts if str(one.template_id) == script_id), None)
    # Whoever picks up hears it, so nothing of the person or the debt may stand in it.
    if script is None or first_not_open_to_all(script) is not None:
        raise CallRefused(
            "An AI voice says an approved script that names nobody and no debt.",
            reason="script_not_approved",
        )
    try:
        words = filled(script, template_values(actor, page, None, language)).text
    except WordingRefused as unfit:
        raise CallRefused(
            "A value the script asks for is not known.", reason="script_not_approved"
        ) from unfit
    return replace(
        asked,
        voice=VoiceKind.AI,
        announcement=words,
        collector_line=settings.AI_VOICE_LINE,
    )
