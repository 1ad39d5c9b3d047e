"""What every page of the console shows around its own content."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy

from forbear_server.console.wording import role_name
from forbear_server.selectors.access import Level, Screen, access_level
from forbear_server.selectors.actors import Actor
from forbear_server.ui.clock import business_now

THEMES = ("light", "dark")
_MENU = (
    (Screen.OVERVIEW, "overview", "home", gettext_lazy("总览")),
    (Screen.WORKLIST, "worklist", "list-check", gettext_lazy("待办清单")),
    (Screen.TEMPLATES, "message-templates", "message-circle", gettext_lazy("消息模板")),
    (Screen.SCORECARDS, "scorecards", "calculator", gettext_lazy("评分卡")),
    (Screen.RULES, "rules", "scale", gettext_lazy("规则库")),
    (Screen.EVIDENCE, "evidence", "shield-check", gettext_lazy("证据查验")),
    (Screen.IMPORTS, "imports", "database-import", gettext_lazy("数据导入")),
    (Screen.RUNS, "runs", "moon-stars", gettext_lazy("夜间批处理")),
    (Screen.CHANNELS, "channels", "send", gettext_lazy("渠道与发件箱")),
)


@dataclass(frozen=True, slots=True)
class NavigationItem:
    address: str
    icon: str
    word: str
    is_current: bool


def shell(request: HttpRequest) -> dict[str, Any]:
    actor: Actor | None = getattr(request, "actor", None)
    theme = request.COOKIES.get("forbear_theme", "")
    facts: dict[str, Any] = {
        "is_demo": settings.DEMO,
        "business_now": business_now(),
        "theme": theme if theme in THEMES else "",
        "actor": actor,
    }
    if actor is not None:
        facts |= {
            "navigation": _navigation(request, actor),
            "role_name": role_name(actor.role),
            "lender_name": lender_name(actor),
            "idle_seconds": settings.IDLE_SIGN_OUT_SECONDS,
        }
    return facts


def lender_name(actor: Actor) -> str:
    return actor.lender_name_en if get_language() == "en" else actor.lender_name_zh


def _navigation(request: HttpRequest, actor: Actor) -> list[NavigationItem]:
    items = []
    for screen, name, icon, word in _MENU:
        if access_level(actor, screen) is Level.NONE:
            continue
        address = reverse(f"console:{name}")
        is_current = (
            request.path == address
            if screen is Screen.OVERVIEW
            else request.path.startswith(address)
        )
        items.append(NavigationItem(address, icon, str(word), is_current))
    return items
