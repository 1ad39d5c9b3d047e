"""`/v1/channels/{sender}/…`: what a channel tells us by calling: receipts and messages, signed.

The signature is the sign-in: nothing is read, and nothing kept, before it fits. Told twice, an event
counts once.
"""

from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router

from forbear.contact.calls import CallEvent, LineEvent
from forbear.contact.dispatch import Inbound, Receipt
from forbear_server.api.problems import ProblemOut, problem
from forbear_server.gateways.configured import ChannelsFaulty, SenderSettings, read_channels
from forbear_server.gateways.voice_webhook import (
    VoiceWebhookSettings,
    parse_call_events,
    want_recording,
)
from forbear_server.gateways.webhook import (
    EventsFaulty,
    SignatureWrong,
    WebhookSettings,
    parse_events,
    verify_signature,
)
from forbear_server.gateways.wechat import WechatSettings
from forbear_server.gateways.wechat_callbacks import (
    CallbackQuery,
    CallbackRefused,
    confirm_address,
    read_callback,
)
from forbear_server.gateways.wecom import WecomSettings
from forbear_server.selectors.addresses import KIND_OF
from forbear_server.selectors.lenders import LenderUnknown, find_lender
from forbear_server.services.calls import record_line_event
from forbear_server.services.channel_events import record_callback_refused, take_events
from forbear_server.store.lender_scope import lender_scope
from forbear_server.ui.clock import business_now, wall_now

router = Router(tags=["channels"], auth=None)
NO_SENDER = "There is no such sender with a callback here. Check the address you call."
MOST_BYTES = 1024 * 1024


@router.post(
    "/channels/{sender}/events",
    response={204: None, 401: ProblemOut, 404: ProblemOut, 413: ProblemOut, 422: ProblemOut},
    summary="Tell receipts and inbound messages (a lender's own gateway)",
    operation_id="channel_events_tell",
)
def tell(request: HttpRequest, sender: str) -> HttpResponse:
    """Signed as Standard Webhooks; a wrong or old signature is refused (401) and recorded."""
    found = _sender(sender, WebhookSettings, VoiceWebhookSettings)
    if found is None:
        return problem("sender_unknown", NO_SENDER, 404)
    if len(request.body) > MOST_BYTES:
        return problem("too_large", "A call holds at most 1 MiB: split it.", 413)
    try:
        verify_signature(request.headers, request.body, found.own.signing_secret, wall_now())
        if isinstance(found.own, VoiceWebhookSettings):
            _take_calls(found, found.own, parse_call_events(request.body))
            return HttpResponse(status=204)
        events = parse_events(request.body, sender=sender)
    except SignatureWrong as wrong:
        return _refused(found, wrong.code, str(wrong), 401)
    except EventsFaulty as faulty:
        return _refused(found, faulty.code, str(faulty), 422)
    _take(found, events)
    return HttpResponse(status=204)


@router.get("/channels/{sender}/callback", include_in_schema=False)
def confirm(request: HttpRequest, sender: str) -> HttpResponse:
    """The platform's first call: WeChat and WeCom ask whether the address is ours."""
    found = _sender(sender, WechatSettings, WecomSettings)
    if found is None:
        return problem("sender_unknown", NO_SENDER, 404)
    try:
        echo = confirm_address(
            CallbackQuery.of(request.GET.dict()), found.own.callback_keys(), wall_now()
        )
    except CallbackRefused as refused:
        return _refused(found, refused.code, str(refused), 401)
    return HttpResponse(echo, content_type="text/plain; charset=utf-8")


@router.post("/channels/{sender}/callback", include_in_schema=False)
def callback(request: HttpRequest, sender: str) -> HttpResponse:
    """WeChat and WeCom tell messages, unsubscriptions and what became of a template message."""
    found = _sender(sender, WechatSettings, WecomSettings)
    if found is None:
        return problem("sender_unknown", NO_SENDER, 404)
    if len(request.body) > MOST_BYTES:
        return problem("too_large", "A call holds at most 1 MiB: split it.", 413)
    try:
        events = read_callback(
            CallbackQuery.of(request.GET.dict()),
            request.body,
            found.own.callback_keys(),
            wall_now(),
            sender=sender,
        )
    except CallbackRefused as refused:
        return _refused(found, refused.code, str(refused), 401)
    _take(found, events)
    return HttpResponse("success", content_type="text/plain")


def _sender(name: str, *kinds: type) -> SenderSettings | None:
    if not settings.CHANNELS_FILE:
        return None
    try:
        senders = read_channels(Path(settings.CHANNELS_FILE))
    except ChannelsFaulty:
        return None
    found = next((one for one in senders if one.sender == name), None)
    return found if found is not None and isinstance(found.own, kinds) else None


def _take(found: SenderSettings, events: Sequence[Receipt | Inbound]) -> None:
    lender = find_lender(found.lender)
    with lender_scope(lender.lender_id):
        take_events(
            lender=lender,
            channel=found.channel,
            sender=found.sender,
            kind=KIND_OF[found.channel],
            events=events,
            now=business_now(),
        )


def _take_calls(
    found: SenderSettings, platform: VoiceWebhookSettings, events: Sequence[CallEvent]
) -> None:
    lender = find_lender(found.lender)
    for event in events:
        if event.kind is LineEvent.RECORDED:
            want_recording(platform, event)
    with lender_scope(lender.lender_id):
        for event in events:
            if event.kind is not LineEvent.RECORDED:
                record_line_event(
                    lender_id=lender.lender_id,
                    provider=found.sender,
                    event=event,
                    now=business_now(),
                )


def _refused(found: SenderSettings, code: str, text: str, status: int) -> HttpResponse:
    try:
        lender = find_lender(found.lender)
    except LenderUnknown:
        return problem(code, text, status)
    with lender_scope(lender.lender_id):
        record_callback_refused(
            lender_id=lender.lender_id,
            channel=found.channel.value,
            sender=found.sender,
            code=code,
            now=business_now(),
        )
    return problem(code, text, status)
