"""Templates as a file: one template, or a list under `templates`, as people write them in YAML."""

from __future__ import annotations

import yaml

from forbear.contact.channels import Channel
from forbear.contact.wording.facts import Language
from forbear.contact.wording.templates import Tone
from forbear_server.services.templates import TemplateDraft, TemplateRefused

_FIELDS = frozenset({"name", "channel", "purpose", "language", "tone", "subject", "text"})


class TemplateFileFaulty(TemplateRefused):
    """A file that holds no templates: it has name, channel, purpose, tone and text for each."""

    code = "template_file_faulty"


def read_drafts(text: str, /) -> list[TemplateDraft]:
    """The drafts of a file, in its order. Raises `TemplateFileFaulty` with the faulty one's place."""
    try:
        told = yaml.safe_load(text)
    except yaml.YAMLError as fault:
        raise TemplateFileFaulty(f"The file is no YAML: {fault}. Nothing was kept.") from None
    listed = told.get("templates", [told]) if isinstance(told, dict) else None
    if not isinstance(listed, list) or not listed:
        raise TemplateFileFaulty(
            "The file holds no templates: write name, channel, purpose, tone and text, or a list of "
            "such templates under `templates`."
        )
    return [_draft(number, one) for number, one in enumerate(listed, start=1)]


def _draft(number: int, told: object) -> TemplateDraft:
    try:
        if not isinstance(told, dict) or set(told) - _FIELDS:
            raise ValueError(f"its fields are {', '.join(sorted(_FIELDS))}")
        return TemplateDraft(
            name=str(told["name"]),
            channel=Channel(told["channel"]),
            purpose=str(told["purpose"]),
            language=Language(told.get("language", Language.ZH.value)),
            tone=Tone(told["tone"]),
            text=str(told["text"]),
            subject=str(told.get("subject", "")),
        )
    except (KeyError, ValueError) as fault:
        raise TemplateFileFaulty(
            f"Template {number} of the file cannot be read: {fault}. Nothing was kept."
        ) from None
