"""Every screen, in both languages and themes, wide and narrow: axe, widths, headings, wording."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from browser.checks import (
    axe_violations,
    heading_problems,
    scrolls_sideways,
    unmasked,
    untranslated,
)

LOAN_OF_LIN = "/console/loans/QH-250614-0042/"
MAY_CONTACT = "/console/rules/may-i-contact/"
SCREENS = [
    ("", "/console/sign-in/", "C01", "C01-password"),
    ("strategist", "/console/", "C02", "C02-tiles"),
    ("admin", "/console/imports/", "C03-list", "C03-list"),
    ("admin", "/console/imports/new/", "C03-file", "C03-file"),
    ("admin", "/console/runs/", "C04", "C04-run"),
    ("collector", "/console/worklist/", "C06", "C06-worklist"),
    ("collector", "/console/worklist/?tab=later", "C06-later", "C06-worklist"),
    ("collector", "/console/worklist/?tab=done", "C06-empty", "C06-empty"),
    ("compliance", LOAN_OF_LIN, "C07-loan", "C07-loan"),
    ("compliance", f"{LOAN_OF_LIN}?as_of=2030-01-01", "C07-invalid", "problems"),
    ("compliance", "/console/templates/", "C12", "C12-list"),
    ("admin", "/console/channels/", "C23", "C23-doubt"),
    ("collector", "/console/borrowers/B-100231/", "C07", "C07-composer"),
    ("collector", "/console/rules/", "C13", "C13-tree"),
    ("collector", "/console/rules/?on=1950-01-01", "C13-empty", "C13-empty"),
    ("strategist", "/console/rules/CN-GBT45251-HOURS/?cases=run", "C13-rule", "C13-rule"),
    ("admin", "/console/rules/US-REGF-MEDIA-EXC/", "C13-unverified", "C13-rule"),
    (
        "compliance",
        "/console/rules/differences/?before=2024-12-31&after=2026-11-20",
        "C13-differences",
        "C13-differences",
    ),
    ("lead", "/console/rules/books/CN-CC/report/", "C13-report", "C13-report"),
    ("collector", f"{MAY_CONTACT}?time=22:00", "C14", "C14-verdict"),
    ("compliance", f"{MAY_CONTACT}?time=10:00&recipient=employer", "C14-never", "C14-verdict"),
    ("compliance", f"{MAY_CONTACT}?zone=unknown&is_represented=yes", "C14-review", "C14-unread"),
    ("complaints", f"{MAY_CONTACT}?time=25:00&channel=fax", "C14-invalid", "problems"),
    ("compliance", "/console/evidence/?event=contact.refused", "C15", "C15-list"),
    ("collector", "/console/evidence/?q=nobody", "C15-empty", "C15-empty"),
    ("strategist", "/console/evidence/?since=yesterday", "C15-invalid", "problems"),
    ("compliance", "/console/evidence/E-148/", "C15-entry", "C15-verified"),
    ("strategist", "/console/scorecards/", "C17-list", "C17-list"),
    ("lead", "/console/scorecards/standing/", "C17-standing", "C17-standing-rules"),
    ("lead", "/console/", "C02-attention", "C02-attention"),
    ("collector", "/console/imports/", "denied", "denied"),
    ("collector", "/console/nothing-here/", "not-found", "not-found"),
]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("role", "path", "name", "region"), SCREENS, ids=[s[2] for s in SCREENS])
def test_screen(
    open_as: Callable[..., Page],
    screenshots: Path,
    role: str,
    path: str,
    name: str,
    region: str,
    language: str,
) -> None:
    page = open_as(role, path, language=language)
    errors: list[str] = []
    page.on(
        "console", lambda message: errors.append(message.text) if message.type == "error" else None
    )
    assert page.locator(f"[data-testid={region}]").count() == 1
    assert heading_problems(page) == []
    assert unmasked(page) == []
    if language == "en":
        assert untranslated(page) == []
    for theme in ("light", "dark"):
        page.evaluate("theme => { document.documentElement.dataset.bsTheme = theme }", theme)
        for width in (1440, 320):
            page.set_viewport_size({"width": width, "height": 900})
            if theme == "light" or width == 1440:
                picture = f"{name}-{language}-{theme}-{width}.png"
                page.screenshot(path=screenshots / picture, full_page=True)
            assert axe_violations(page) == [], (theme, width)
            assert scrolls_sideways(page) == [], (theme, width)
    assert errors == []
