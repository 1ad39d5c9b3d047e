"""C23 channels and outbox: does what was queued go out, once? Ids and counts, no text, no number.

Replies of numbers nobody knows are the one exception: leads and compliance see them masked, and open
a text for a reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from forbear.primitives.errors import RequestRefused
from forbear_server.console.actors import ConsoleRequest, denied, screen
from forbear_server.console.contact_wording import (
    CHANNEL_REFUSALS,
    INTENTS,
    LINK_KINDS,
    LINKS,
    MESSAGE_KINDS,
    MESSAGE_REASONS,
    MESSAGE_STATES,
    REPLY_OUTCOMES,
    REPLY_REASONS,
)
from forbear_server.console.evidence_display import recorded_line
from forbear_server.console.wording import CHANNELS, word
from forbear_server.selectors.access import Level, Screen
from forbear_server.selectors.inbound import READERS, UnclaimedReply, list_unclaimed
from forbear_server.selectors.outbox import (
    STATES,
    ChannelCard,
    OpenMessage,
    OutboxView,
    find_outbox,
)
from forbear_server.services.channels import resume_channel, stop_channel
from forbear_server.services.evidence import Recorded
from forbear_server.services.inbound import close_inbound, read_unclaimed
from forbear_server.services.receipts import resolve_message
from forbear_server.services.reveals import RevealRefused
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


@dataclass(frozen=True, slots=True)
class ShownReply:
    """A reply of nobody we know; `text` only where it was just opened."""

    reply: UnclaimedReply
    channel: str
    kinds: list[str]
    text: str


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


@require_POST
@screen(Screen.CHANNELS)
def open_reply(request: ConsoleRequest, inbound_id: UUID) -> HttpResponseBase:
    """The text of a reply of nobody we know, once, for a reason that is recorded."""
    if request.actor.role not in READERS:
        return denied(request, Screen.CHANNELS)
    reason = request.POST.get("reason", "")
    try:
        text = read_unclaimed(
            actor=request.actor, inbound_id=inbound_id, reason=reason, now=business_now()
        )
    except RevealRefused as refused:
        is_gone = refused.reason == "not_yours"
        return _page(request, refusal=refused.code, status=404 if is_gone else 422)
    answer = _page(request, opened=(inbound_id, text))
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@screen(Screen.CHANNELS)
def close_reply(request: ConsoleRequest, inbound_id: UUID) -> HttpResponseBase:
    """Somebody has dealt with a reply of nobody we know."""
    if request.actor.role not in READERS:
        return denied(request, Screen.CHANNELS)
    try:
        recorded = close_inbound(
            actor=request.actor,
            inbound_id=inbound_id,
            outcome=request.POST.get("outcome", ""),
            now=business_now(),
        )
    except RequestRefused as refused:
        return _page(request, refusal=refused.code, status=409)
    return _gone_to(recorded)


def _gone_to(recorded: Recorded) -> HttpResponseRedirect:
    address = reverse("console:channels")
    return HttpResponseRedirect(f"{address}?recorded={recorded.entry_id}")


def _page(
    request: ConsoleRequest,
    *,
    refusal: str = "",
    status: int = 200,
    opened: tuple[UUID, str] | None = None,
) -> HttpResponse:
    view = find_outbox(request.actor, now=business_now())
    context = {
        "view": view,
        "cards": [_card(card) for card in view.cards],
        "counts": _counts(view),
        "in_doubt": [_message(one) for one in view.in_doubt],
        "dead": [_message(one) for one in view.dead],
        "is_admin": request.level is Level.FULL,
        "sees_replies": request.actor.role in READERS,
        "replies": [_reply(one, opened) for one in list_unclaimed(request.actor)],
        "reply_reasons": [(code, str(label)) for code, label in REPLY_REASONS.items()],
        "reply_outcomes": [(code, str(label)) for code, label in REPLY_OUTCOMES.items()],
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


def _reply(one: UnclaimedReply, opened: tuple[UUID, str] | None) -> ShownReply:
    is_opened = opened is not None and opened[0] == one.inbound_id
    return ShownReply(
        reply=one,
        channel=word(CHANNELS, one.channel),
        kinds=[word(INTENTS, code) for code in one.kinds],
        text=opened[1] if is_opened and opened else "",
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
