"""The channels file: which senders an installation has, and how each is reached.

One YAML file lists every sender with its channel, lender, gateway and rate. Secrets are not in
it: a key ending in `_env` names a variable, one ending in `_file` a file. A file with any fault
is refused as a whole, with entry, key and remedy; half a list of senders would be a surprise.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import datetime
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import yaml

from forbear.contact.calls import VoiceProvider
from forbear.contact.channels import VOICE, Channel
from forbear.contact.dispatch import Gateway
from forbear.primitives.errors import RequestRefused
from forbear_server.gateways.baresip import BaresipProvider
from forbear_server.gateways.baresip_settings import BaresipSettings
from forbear_server.gateways.letters import LetterGateway, LetterSettings
from forbear_server.gateways.mail import MailGateway, SmtpSettings
from forbear_server.gateways.secrets_apart import is_secret
from forbear_server.gateways.sms import SmppGateway, SmppSettings
from forbear_server.gateways.voice_webhook import VoiceWebhookProvider, VoiceWebhookSettings
from forbear_server.gateways.web_push import WebPushGateway, WebPushSettings
from forbear_server.gateways.webhook import WebhookGateway, WebhookSettings
from forbear_server.gateways.wechat import WechatGateway, WechatSettings
from forbear_server.gateways.wecom import WecomGateway, WecomSettings

LARGEST_RATE = 10_000
_OWN = ("sender", "channel", "lender", "gateway", "rate_per_second")


class ChannelsFaulty(RequestRefused):
    """The channels file cannot be used; the message names entry, key and remedy."""

    code = "channels_faulty"


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of gateway: its settings, what opens it and with which clocks, the channels it serves."""

    settings: type[Any]
    opens: Callable[..., Any]
    channels: frozenset[Channel]
    clocks: tuple[str, ...] = ("now",)


KINDS: dict[str, _Kind] = {
    "smpp": _Kind(SmppSettings, SmppGateway, frozenset({Channel.SMS})),
    "letters": _Kind(LetterSettings, LetterGateway, frozenset({Channel.LETTER})),
    "smtp": _Kind(SmtpSettings, MailGateway, frozenset({Channel.MAIL})),
    "web_push": _Kind(WebPushSettings, WebPushGateway, frozenset({Channel.APP})),
    "wechat": _Kind(WechatSettings, WechatGateway, frozenset({Channel.WECHAT})),
    "wecom": _Kind(WecomSettings, WecomGateway, frozenset({Channel.WECHAT})),
    "webhook": _Kind(
        WebhookSettings,
        WebhookGateway,
        frozenset({Channel.SMS, Channel.APP, Channel.MAIL, Channel.WECHAT, Channel.LETTER}),
        clocks=("wall",),
    ),
    "baresip": _Kind(BaresipSettings, BaresipProvider, frozenset({Channel.VOICE_INTERACTIVE})),
    "voice_webhook": _Kind(
        VoiceWebhookSettings,
        VoiceWebhookProvider,
        frozenset({Channel.VOICE_INTERACTIVE}),
        clocks=("now", "wall"),
    ),
}


@dataclass(frozen=True, slots=True)
class SenderSettings:
    """One sender of the channels file; `own` holds the settings of its kind of gateway."""

    sender: str
    channel: Channel
    lender: str
    gateway: str
    rate_per_second: float
    own: Any


def read_channels(
    path: Path, *, environment: Mapping[str, str] | None = None
) -> tuple[SenderSettings, ...]:
    """Every sender of the file, in its order; raises `ChannelsFaulty`.

    Relative paths in it are read from the file's own folder.
    """
    held = os.environ if environment is None else environment
    try:
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as fault:
        raise ChannelsFaulty(
            f"{path.name}: cannot be read ({fault.strerror}). FORBEAR_CHANNELS names the file."
        ) from fault
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        mark = getattr(fault, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise ChannelsFaulty(f"{path.name}{where}: is no YAML. Check its indents.") from fault
    entries = told.get("senders") if isinstance(told, dict) else None
    if not isinstance(entries, list) or set(told) != {"senders"}:
        raise ChannelsFaulty(f"{path.name}: holds one key, senders, with a list of senders.")
    senders: list[SenderSettings] = []
    for number, entry in enumerate(entries, 1):
        sender = _Entry(path, number, entry, held).read()
        if any(sender.sender == other.sender for other in senders):
            raise ChannelsFaulty(
                f"{path.name}, entry {number}: the sender {sender.sender} is there twice. Each "
                "name stands once; its receipts could not be told apart."
            )
        senders.append(sender)
    return tuple(senders)


def open_gateway(
    settings: SenderSettings, *, now: Callable[[], datetime], wall: Callable[[], datetime]
) -> Gateway:
    """The gateway of a sender, connecting. `now` dates what the channel tells without a moment;
    `wall` is the real moment, by which requests are signed."""
    if settings.channel in VOICE:
        raise ChannelsFaulty(
            f"{settings.sender} places calls: `forbear voice run` holds it, not the outbox."
        )
    opened: Gateway = _opened(settings, now=now, wall=wall)
    return opened


def open_telephones(
    settings: SenderSettings, *, now: Callable[[], datetime], wall: Callable[[], datetime]
) -> VoiceProvider:
    """The telephone system of a sender of calls; the clocks as in `open_gateway`."""
    if settings.channel not in VOICE:
        raise ChannelsFaulty(f"{settings.sender} sends messages and places no calls.")
    opened: VoiceProvider = _opened(settings, now=now, wall=wall)
    return opened


def _opened(settings: SenderSettings, **clocks: Callable[[], datetime]) -> Any:
    kind = KINDS[settings.gateway]
    return kind.opens(settings.own, **{name: clocks[name] for name in kind.clocks})


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry of the file on its way to settings."""

    path: Path
    number: int
    told: Any
    environment: Mapping[str, str]

    def read(self) -> SenderSettings:
        if not isinstance(self.told, dict):
            raise self.fault("is no list of keys", "Write sender, channel, lender, gateway …")
        for key in _OWN:
            if key not in self.told:
                raise self.fault(f"lacks {key}", f"Each sender has {', '.join(_OWN)}")
        kind = KINDS.get(str(self.told["gateway"]))
        if kind is None:
            raise self.fault(
                f"gateway {self.told['gateway']} is unknown", f"Known are {', '.join(KINDS)}"
            )
        channel = self.channel(kind)
        rate = self.told["rate_per_second"]
        if (
            isinstance(rate, bool)
            or not isinstance(rate, int | float)
            or not 0 < rate <= LARGEST_RATE
        ):
            raise self.fault("rate_per_second is no rate", f"Write a number up to {LARGEST_RATE}")
        name, lender = self.name("sender"), self.name("lender")
        return SenderSettings(
            name, channel, lender, str(self.told["gateway"]), float(rate), self.own(kind, channel)
        )

    def channel(self, kind: _Kind) -> Channel:
        served = sorted(channel.value for channel in kind.channels)
        if self.told["channel"] not in served:
            raise self.fault(
                f"channel {self.told['channel']} is not served by {self.told['gateway']}",
                f"It serves {', '.join(served)}",
            )
        return Channel(self.told["channel"])

    def name(self, key: str) -> str:
        value = self.told[key]
        if not isinstance(value, str) or not value.strip() or len(value) > 100:
            raise self.fault(f"{key} is no name", "Write 1 to 100 characters, in quotes if digits")
        return value

    def own(self, kind: _Kind, channel: Channel) -> Any:
        """The settings of the kind, each value of its type, nothing left over."""
        hints = get_type_hints(kind.settings)
        values: dict[str, Any] = {"sender": self.told["sender"]}
        if "channel" in hints:
            values["channel"] = channel
        left = {key: value for key, value in self.told.items() if key not in _OWN}
        for held in fields(kind.settings):
            if held.name in values:
                continue
            if is_secret(held):
                found = self.secret(held.name, left)
            elif held.name in left:
                found = self.typed(held.name, left.pop(held.name), hints[held.name])
            else:
                found = None
            if found is not None:
                values[held.name] = found
            elif held.default is MISSING:
                hint = f"{held.name}_env or {held.name}_file" if is_secret(held) else held.name
                raise self.fault(f"lacks {hint}", f"A {self.told['gateway']} sender needs it")
        if left:
            raise self.fault(
                f"key {min(map(str, left))} is unknown",
                "docs/reference/channels.md lists the keys of every gateway",
            )
        try:
            return kind.settings(**values)
        except (ValueError, RequestRefused) as fault:
            raise self.fault(
                f"cannot be used: {fault}", "Correct it and read the file again"
            ) from fault

    def secret(self, name: str, left: dict[str, Any]) -> str | None:
        if name in left:
            raise self.fault(
                f"holds {name} itself",
                f"Put the secret in a variable or a file and name that by {name}_env or {name}_file",
            )
        if (variable := left.pop(f"{name}_env", None)) is not None:
            found = self.environment.get(str(variable), "")
            if not found:
                raise self.fault(f"{name}_env names {variable}, which is not set", "Set it")
            return found
        if (file := left.pop(f"{name}_file", None)) is not None:
            try:
                found = (self.path.parent / str(file)).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError):
                found = ""
            if not found:
                raise self.fault(
                    f"{name}_file names {file}, which is empty or cannot be read", "Write it"
                )
            return found
        return None

    def typed(self, key: str, value: Any, hint: Any) -> Any:
        """The value, if it is of the type; a whole number does for a decimal one."""
        origin, choices = get_origin(hint), get_args(hint)
        if origin is Literal:
            if value in choices:
                return value
            raise self.fault(f"{key} is {value}", f"It is one of {', '.join(map(str, choices))}")
        if origin in (Union, UnionType):
            hint = next(choice for choice in choices if choice is not NoneType)
        if origin is tuple:
            if isinstance(value, list) and all(isinstance(item, choices[0]) for item in value):
                return tuple(value)
            raise self.fault(f"{key} is no list of texts", "Write a list")
        if hint is float and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        if hint is Path and isinstance(value, str):
            return self.path.parent / value
        if isinstance(value, hint) and (hint is bool or not isinstance(value, bool)):
            return value
        raise self.fault(
            f"{key} is no {_KIND_WORDS.get(hint, hint)}", "Correct it, with quotes if need be"
        )

    def fault(self, what: str, remedy: str) -> ChannelsFaulty:
        named = self.told.get("sender", "") if isinstance(self.told, dict) else ""
        who = f" ({named})" if isinstance(named, str) and named else ""
        return ChannelsFaulty(f"{self.path.name}, entry {self.number}{who}: {what}. {remedy}.")


_KIND_WORDS = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    Path: "path",
}
