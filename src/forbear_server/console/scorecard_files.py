"""What C17 hands out: the card as approved, and its model card."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from forbear.scoring.model_cards import model_card_html
from forbear_server.console.actors import ConsoleRequest, screen
from forbear_server.console.scorecards import whole_or_404
from forbear_server.console.wording import is_english
from forbear_server.selectors.access import Screen


@require_GET
@screen(Screen.SCORECARDS)
def model_card(request: ConsoleRequest, card_uuid: UUID) -> HttpResponse:
    """The model card as one HTML file."""
    whole = whole_or_404(card_uuid)
    page = model_card_html(whole.card, language="en" if is_english() else "zh-Hans")
    return _file(page, f"{whole.card.name}-{whole.card.version}.html", "text/html")


@require_GET
@screen(Screen.SCORECARDS)
def card_file(request: ConsoleRequest, card_uuid: UUID) -> HttpResponse:
    """The card itself, as it was approved: canonical JSON."""
    whole = whole_or_404(card_uuid)
    return _file(whole.text, f"{whole.card.name}-{whole.card.version}.json", "application/json")


def _file(text: str, name: str, kind: str) -> HttpResponse:
    answer = HttpResponse(text, content_type=f"{kind}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
