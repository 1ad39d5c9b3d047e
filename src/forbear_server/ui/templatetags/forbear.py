"""How values are written on a page: money, moments, icons, badges. One way each."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

_BEIJING = ZoneInfo("Asia/Shanghai")
_SIGNS = {"CNY": "¥", "USD": "US$", "EUR": "€", "GBP": "£", "NGN": "₦", "UGX": "USh "}
_NO_MINOR = {"UGX", "JPY", "KRW", "VND"}
NOTHING = "—"


@register.simple_tag
def icon(name: str) -> SafeString:
    """An outline icon; always beside a word, so it is hidden from a screen reader."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("vendor/icons.svg"),
        name,
    )


_BADGE_ICONS = {
    "ok": "circle-check",
    "care": "clock",
    "harm": "ban",
    "note": "info-circle",
    "help": "hand-stop",
    "quiet": "",
    "mark": "check",
}


@register.simple_tag
def badge(kind: str, word: str) -> SafeString:
    """A word on a calm fill with an icon: never colour alone."""
    drawing = icon(_BADGE_ICONS[kind]) if _BADGE_ICONS[kind] else ""
    return format_html('<span class="badge-word is-{}">{}{}</span>', kind, drawing, word)


@register.filter
def money(minor: int | None, currency: str = "CNY") -> str:
    """`¥2,094.40`; a negative amount is `-¥20.00`, nothing is a dash."""
    if minor is None:
        return NOTHING
    sign = "-" if minor < 0 else ""
    return f"{sign}{_SIGNS.get(currency, currency + ' ')}{amount(abs(minor), currency)}"


@register.filter
def amount(minor: int | None, currency: str = "CNY") -> str:
    """`2,094.40`, for a table whose header names the unit."""
    if minor is None:
        return NOTHING
    sign, minor = ("-", -minor) if minor < 0 else ("", minor)
    if currency in _NO_MINOR:
        return f"{sign}{minor:,}"
    return f"{sign}{minor // 100:,}.{minor % 100:02d}"


@register.filter
def moment(value: datetime | None) -> str:
    """`2026-11-20 10:30`, in Beijing time."""
    return NOTHING if value is None else f"{value.astimezone(_BEIJING):%Y-%m-%d %H:%M}"


@register.filter
def clock_time(value: datetime | None) -> str:
    return NOTHING if value is None else f"{value.astimezone(_BEIJING):%H:%M}"


@register.filter
def day(value: date | str | None) -> str:
    """`2026-11-20`."""
    if value is None or value == "":
        return NOTHING
    return value if isinstance(value, str) else f"{value:%Y-%m-%d}"


@register.filter
def minute_of_day(value: int | None) -> str:
    """Minute 1290 of a day is `21:30`."""
    return NOTHING if value is None else f"{value // 60:02d}:{value % 60:02d}"


@register.filter
def whole(value: int | None) -> str:
    """`12,846`."""
    return NOTHING if value is None else f"{value:,}"


@register.filter
def short_digest(value: str) -> str:
    return value[:12] if value else NOTHING


@register.filter
def size(value: int) -> str:
    """A file size as people say it."""
    if value < 1024 * 1024:
        return f"{value / 1024:.1f} KB"
    return f"{value / 1024 / 1024:.1f} MB"
