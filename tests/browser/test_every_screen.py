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

SCREENS = [
    ("", "/console/sign-in/", "C01"),
    ("collector", "/console/", "C02"),
    ("collector", "/console/imports/", "denied"),
    ("collector", "/console/nothing-here/", "not-found"),
]


@pytest.mark.parametrize("width", [320, 1440])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("role", "path", "name"), SCREENS)
def test_screen(
    open_as: Callable[..., Page],
    screenshots: Path,
    role: str,
    path: str,
    name: str,
    language: str,
    theme: str,
    width: int,
) -> None:
    page = open_as(role, path, language=language, theme=theme, width=width)
    page.screenshot(path=screenshots / f"{name}-{language}-{theme}-{width}.png", full_page=True)
    assert axe_violations(page) == []
    assert scrolls_sideways(page) == []
    assert heading_problems(page) == []
    assert unmasked(page) == []
    if language == "en":
        assert untranslated(page) == []
