"""C07's call panel in a real browser with real telephones: dialled, verified, muted, ended, closed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.checks import axe_violations, scrolls_sideways, unmasked, untranslated
from browser.site import Site
from browser.switchboard import BORROWER_PORT, COLLECTOR_PORT, Switchboard, switchboard
from gateways.phones import Phone, why_no_phones

pytestmark = pytest.mark.skipif(bool(why_no_phones()), reason=why_no_phones())
OpenAs = Callable[..., Page]
ROLE = "collector"
PANEL = "#call-panel"
SOON = 15_000  # milliseconds: the line, the loop and the poll on a busy machine


@pytest.fixture(scope="module")
def board(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switchboard]:
    with switchboard(site, tmp_path_factory.mktemp("telephones")) as made:
        made.phone(ROLE, hertz=440, port=COLLECTOR_PORT, answers=True)
        yield made


def opened_callable(open_as: OpenAs) -> Page:
    """The workbench of somebody who may be called now; the last of the list, so nobody else's."""
    page = open_as(ROLE, "/console/worklist/")
    refs = page.locator("[data-row] .mono").all_inner_texts()
    for ref in reversed([one for one in refs if one.startswith("B")]):
        page.goto(re.sub(r"/console/.*", f"/console/borrowers/{ref}/", page.url))
        may_call = page.locator("[data-channel=voice_interactive][data-verdict=allowed]")
        if may_call.count() and panel(page).get_attribute("data-state") in {"ready", "not_ready"}:
            return page
    raise AssertionError("nobody on the list may be called now")


def panel(page: Page) -> Locator:
    return page.locator("[data-testid=C07-call]")


def in_state(page: Page, state: str) -> None:
    expect(panel(page)).to_have_attribute("data-state", state, timeout=SOON)


def says_nothing_of_a_debt(page: Page) -> bool:
    loans = page.locator("a[href*='/console/loans/']").count()
    return "¥" not in page.content() and loans == 0 and unmasked(page) == []


def press(page: Page, name: str) -> None:
    panel(page).get_by_role("button", name=name, exact=True).click()


def holds_everywhere(page: Page, what: str, screenshots: Path) -> None:
    """axe and no sideways scroll in both languages and themes at both widths; the page once whole."""
    assert axe_violations(page) == [], what
    for language in ("zh", "en"):
        if language == "en":
            in_language(page, "en")
            assert untranslated(page) == []
        for theme in ("light", "dark"):
            page.evaluate("theme => { document.documentElement.dataset.bsTheme = theme }", theme)
            for width in (320, 1440):
                page.set_viewport_size({"width": width, "height": 900})
                if theme == "light":
                    name = f"C07-{what}-{language}-{width}.png"
                    page.screenshot(path=screenshots / name, full_page=True)
                assert axe_violations(page, within=PANEL) == [], (what, language, theme, width)
                assert scrolls_sideways(page) == [], (what, language, theme, width)
    in_language(page, "zh-hans")


def in_language(page: Page, language: str) -> None:
    site = re.sub(r"/console/.*", "", page.url)
    page.context.add_cookies([{"name": "forbear_language", "value": language, "url": site}])
    page.reload()


def dialled(page: Page, board: Switchboard) -> Phone:
    """拨打 pressed, and the borrower's phone, which rings."""
    for _ in range(60):  # until `forbear voice run` holds its lines
        if panel(page).get_attribute("data-state") == "ready":
            break
        page.wait_for_timeout(500)
        page.reload()
    masked = panel(page).locator(".mono").first.inner_text()
    number = "+86" + re.sub(r"\*+", "0000", masked)
    theirs = board.phone(number, hertz=880, port=BORROWER_PORT, answers=False)
    assert "¥" in page.content()
    press(page, "拨打")
    in_state(page, "ringing")
    return theirs


def muted_and_heard_again(page: Page) -> None:
    press(page, "静音")
    expect(page.locator("[data-testid=C07-mute]")).to_have_attribute("data-is", "on", timeout=SOON)
    expect(page.locator("[data-testid=C07-silence]")).to_contain_text("已静音", timeout=SOON)
    page.locator("#call-mute").focus()
    page.wait_for_timeout(1200)  # the panel was asked for anew, and the focus stayed
    expect(page.locator("#call-mute")).to_be_focused()
    press(page, "取消静音")
    expect(page.locator("[data-testid=C07-mute]")).to_have_attribute("data-is", "off", timeout=SOON)


def upset_and_seen_by_the_lead(page: Page, lead: Page, screenshots: Path) -> None:
    press(page, "对方情绪激动")
    expect(page.locator("[data-testid=C07-upset]")).to_be_visible()
    assert page.locator("[data-guide]").count() == 0
    lead.reload()
    expect(lead.locator("[data-testid=call-notices]")).to_contain_text("通话中")
    lead.screenshot(path=screenshots / "C06-notice.png")
    assert axe_violations(lead) == []
    lead.get_by_role("button", name="已知悉").click()
    expect(lead.locator("[data-testid=call-notices] [data-call]")).to_have_count(0)
    press(page, "继续指引")


def closed_by_keyboard(page: Page) -> None:
    """Keys only select, Enter confirms, Ctrl+Enter saves; what must be said keeps the call open."""
    page.locator("[data-disposition] [type=radio]").first.focus()
    page.keyboard.press("9")
    expect(page.locator("[data-disposition] [value=other]")).to_be_checked()
    in_state(page, "wrap_up")
    page.locator("#call-note").fill("下周再聊")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-testid=refusal-card]")).to_contain_text("必说的几句")
    for line in ("who", "recorded"):
        page.locator(f"[data-guide={line}] button").click()
    page.locator("[data-disposition] [type=radio]").first.focus()
    page.keyboard.press("9")
    page.keyboard.press("Enter")
    expect(page.locator("[data-testid=C07-confirmed]")).to_be_visible(timeout=SOON)
    in_state(page, "wrap_up")
    page.locator("#call-note").fill("下周再聊")
    page.keyboard.press("Control+Enter")
    in_state(page, "ready")
    expect(panel(page)).to_contain_text("本人·其他")


def test_a_call_from_dialling_to_its_disposition(
    open_as: OpenAs, board: Switchboard, screenshots: Path
) -> None:
    page = opened_callable(open_as)
    lead = open_as("lead", "/console/worklist/")
    theirs = dialled(page, board)
    assert says_nothing_of_a_debt(page)
    theirs.answer()
    in_state(page, "connected")
    expect(page.locator("[data-testid=C07-recording]")).to_contain_text("录音中", timeout=SOON)
    assert says_nothing_of_a_debt(page)
    assert page.locator("[data-guide]").count() == 4  # who, recorded, identity, close
    muted_and_heard_again(page)
    holds_everywhere(page, "connected", screenshots)
    upset_and_seen_by_the_lead(page, lead, screenshots)
    assert says_nothing_of_a_debt(page)
    press(page, "本人")
    expect(page.locator("[data-testid=C07-sums]")).to_be_visible()
    assert "¥" in page.content()
    assert page.locator("[data-guide]").count() == 8
    press(page, "结束")
    in_state(page, "wrap_up")
    holds_everywhere(page, "closing", screenshots)
    closed_by_keyboard(page)
