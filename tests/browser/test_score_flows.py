"""C17 and the warnings in a real browser: a score anybody can add up, help recorded, appeals kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Page, expect

from browser.checks import axe_violations, heading_problems, scrolls_sideways, untranslated

OpenAs = Callable[..., Page]


def opened_card(open_as: OpenAs, role: str = "strategist", **how: str) -> Page:
    """The demonstration's early-warning card."""
    page = open_as(role, "/console/scorecards/", **how)
    page.locator("[data-testid=C17-list] [data-opens]").first.click()
    expect(page.locator("[data-testid=C17-points]")).to_be_visible()
    page.wait_for_load_state("load")
    return page


def opened_warning(open_as: OpenAs, role: str = "lead", **how: str) -> Page:
    """The loan of the likeliest open warning."""
    page = open_as(role, "/console/", **how)
    page.locator("[data-testid=C02-attention] [data-opens]").first.click()
    expect(page.locator("[data-testid=C07-warning]")).to_be_visible()
    return page


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("opens", [opened_card, opened_warning], ids=["C17-card", "C07-warning"])
def test_the_page_holds_in_every_theme_and_width(
    open_as: OpenAs, screenshots: Path, opens: Callable[..., Page], language: str
) -> None:
    page = opens(open_as, language=language)
    assert heading_problems(page) == []
    if language == "en":
        assert untranslated(page) == []
    for theme in ("light", "dark"):
        page.evaluate("theme => { document.documentElement.dataset.bsTheme = theme }", theme)
        for width in (1440, 320):
            page.set_viewport_size({"width": width, "height": 900})
            if theme == "light":
                name = f"{opens.__name__}-{language}-{width}.png"
                page.screenshot(path=screenshots / name, full_page=True)
            assert axe_violations(page) == [], (theme, width)
            assert scrolls_sideways(page) == [], (theme, width)


def shown_points(page: Page, region: str) -> list[int]:
    # also of a table that is folded away
    texts = page.locator(f"[data-testid={region}] [data-points]").all_text_contents()
    return [int(text.replace(",", "")) for text in texts]


def test_the_trial_adds_up_as_it_is_typed(open_as: OpenAs) -> None:
    page = opened_card(open_as)
    before = shown_points(page, "C17-trial-outcome")
    page.fill("#x0", "45")
    page.keyboard.press("Tab")
    expect(page.locator("[data-testid=C17-trial-points]")).not_to_have_text(f"{sum(before):,}")
    total = page.locator("[data-testid=C17-trial-points]").inner_text()
    assert sum(shown_points(page, "C17-trial-outcome")) == int(total.replace(",", ""))


def test_brackets_move_between_the_sections(open_as: OpenAs) -> None:
    page = opened_card(open_as)
    page.keyboard.press("]")
    expect(page.locator("#points")).to_be_focused()
    page.keyboard.press("]")
    expect(page.locator("#reasons")).to_be_focused()
    page.keyboard.press("[")
    expect(page.locator("#points")).to_be_focused()


def test_the_model_card_and_the_card_are_handed_out(open_as: OpenAs) -> None:
    page = opened_card(open_as)
    with page.expect_download() as model_card:
        page.get_by_role("link", name="模型卡").click()
    text = Path(model_card.value.path()).read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>") and "<script" not in text
    with page.expect_download() as card:
        page.get_by_role("link", name="JSON").click()
    assert '"format":"forbear-scorecard/1"' in Path(card.value.path()).read_text(encoding="utf-8")


def test_help_is_offered_recorded_and_leaves_the_list(open_as: OpenAs) -> None:
    page = opened_warning(open_as)
    path = urlparse(page.url).path
    points = shown_points(page, "C07-score")
    total = page.locator("[data-testid=C07-points]").inner_text().replace(",", "")
    assert sum(points) == int(total)
    first = page.locator("[data-testid=C07-warning] .help-list li").first.inner_text()
    page.select_option("#word", label=first)
    page.locator("[data-testid=C07-warning]").get_by_role("button", name="记录").click()
    page.wait_for_url(re.compile("/console/#attention$"))
    page = open_as("compliance", path)
    expect(page.locator("[data-testid=C07-score]")).to_contain_text("已提供帮助")


def test_without_script_the_trial_is_a_plain_form(open_as: OpenAs) -> None:
    page = open_as("strategist", "/console/scorecards/", scripts=False)
    page.locator("[data-testid=C17-list] [data-opens]").first.click()
    page.fill("#x0", "45")
    page.locator("[data-testid=C17-trial]").get_by_role("button", name="计算").click()
    total = page.locator("[data-testid=C17-trial-points]").inner_text()
    assert sum(shown_points(page, "C17-trial-outcome")) == int(total.replace(",", ""))
