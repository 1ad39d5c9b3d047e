"""C23 channels and outbox: does what was queued go out, once? Ids and counts, no text, no number."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from forbear.primitives.errors import RequestRefused
from forbear_server.console.actors import ConsoleRequest, screen
from forbear_server.console.contact_wording import (
    CHANNEL_REFUSALS,
    LINK_KINDS,
    LINKS,
    MESSAGE_KINDS,
    MESSAGE_REASONS,
    MESSAGE_STATES,
)
from forbear_server.console.evidence_display import recorded_line
from forbear_server.console.wording import CHANNELS, word
from forbear_server.selectors.access import Level, Screen
from forbear_server.selectors.outbox import (
    STATES,
    ChannelCard,
    OpenMessage,
    OutboxView,
    find_outbox,
)
from forbear_server.services.channels import resume_channel, stop_channel
from forbear_server.services.evidence import Recorded
from forbear_server.services.receipts import resolve_message
from forbear_server.ui.clock import business_now


@dataclass(frozen=True, slots=True)
class ShownCard:
    card: ChannelCard
    channel: str
    state: str
    kind: str
    rate: str
    oldest: str


@dataclass(frozen=True, slots=True)
class ShownMessage:
    message: OpenMessage
    channel: str
    reason: str
    age: str


@dataclass(frozen=True, slots=True)
class ShownCount:
    word: str
    kind: str
    count: int


@require_GET
@screen(Screen.CHANNELS)
def channels(request: ConsoleRequest) -> HttpResponse:
    return _page(request)


@require_POST
@screen(Screen.CHANNELS, writes=True)
def change(request: ConsoleRequest, sender_id: int, verb: str) -> HttpResponseBase:
    """Stop a sender or let it run again."""
    service = {"stop": stop_channel, "resume": resume_channel}.get(verb)
    if service is None:
        return _page(request, refusal="channel_refused", status=409)
    reason = request.POST.get("reason", "")
    try:
        recorded = service(
            actor=request.actor, sender_id=sender_id, reason=reason, now=business_now()
        )
    except RequestRefused as refused:
        return _page(request, refusal=refused.code, status=409)
    return _gone_to(recorded)


@require_POST
@screen(Screen.CHANNELS, writes=True)
def resolve(request: ConsoleRequest, message_id: UUID) -> HttpResponseBase:
    """Settle a message in doubt by what the channel answered; nothing is sent again."""
    answered = request.POST.get("answered", "")
    if answered not in {"taken", "never_taken"}:
        return _page(request, refusal="resolution_refused", status=422)
    try:
        recorded = resolve_message(
            actor=request.actor,
            message_id=message_id,
            was_taken=answered == "taken",
            reason=request.POST.get("reason", ""),
            now=business_now(),
        )
    except RequestRefused as refused:
        return _page(request, refusal=refused.code, status=409)
    return _gone_to(recorded)


def _gone_to(recorded: Recorded) -> HttpResponseRedirect:
    address = reverse("console:channels")
    return HttpResponseRedirect(f"{address}?recorded={recorded.entry_id}")


def _page(request: ConsoleRequest, *, refusal: str = "", status: int = 200) -> HttpResponse:
    view = find_outbox(request.actor, now=business_now())
    context = {
        "view": view,
        "cards": [_card(card) for card in view.cards],
        "counts": _counts(view),
        "in_doubt": [_message(one) for one in view.in_doubt],
        "dead": [_message(one) for one in view.dead],
        "is_admin": request.level is Level.FULL,
        "recorded": recorded_line(request),
        "refusal": word(CHANNEL_REFUSALS, refusal) if refusal else "",
    }
    name = "console/channels_region.html" if request.htmx else "console/channels.html"
    return render(request, name, context, status=status)


def _card(card: ChannelCard) -> ShownCard:
    return ShownCard(
        card=card,
        channel=word(CHANNELS, card.channel),
        state=word(LINKS, card.state),
        kind=LINK_KINDS.get(card.state, "quiet"),
        rate=f"{card.rate_milli / 1000:g}",
        oldest="" if card.oldest_waiting_seconds is None else _span(card.oldest_waiting_seconds),
    )


def _counts(view: OutboxView) -> list[ShownCount]:
    counts = [
        ShownCount(word(MESSAGE_STATES, state), MESSAGE_KINDS[state], view.counts[state])
        for state in STATES
    ]
    return [*counts, ShownCount(word(MESSAGE_STATES, "delivered"), "ok", view.delivered)]


def _message(one: OpenMessage) -> ShownMessage:
    return ShownMessage(
        message=one,
        channel=word(CHANNELS, one.channel),
        reason=word(MESSAGE_REASONS, one.reason),
        age=_span(one.age_seconds),
    )


def _span(seconds: int) -> str:
    """`4 d 3 h`, `2 h 5 min`, `40 s`: the two largest units."""
    if seconds < 60:
        return f"{max(0, seconds)} s"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min"
    return f"{hours // 24} d {hours % 24} h"
