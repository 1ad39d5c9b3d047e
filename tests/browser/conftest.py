"""Chromium found on the machine and one demo installation for the session of browser tests."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from browser.site import CHROMIUM_FLAGS, Site, chromium, new_site, serve

SCREENSHOTS = Path(__file__).parents[2] / "var" / "screenshots"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = chromium() is None
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            if missing:
                item.add_marker(pytest.mark.skip(reason="no Chrome or Chromium on this machine"))


@pytest.fixture(scope="session")
def chrome() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    # Not pytest's own temporary folder: every other run of pytest closes that to the system user
    # the database runs as.
    with tempfile.TemporaryDirectory(prefix="forbear-site-") as folder:
        made = new_site(Path(folder))
        made.run("demo", "--prepare-only")
        process = serve(made)
        yield made
        process.terminate()
        process.wait(60)


@pytest.fixture(scope="session")
def storage(chrome: Browser, site: Site) -> Callable[[str], dict[str, object]]:
    """Cookies of a signed-in role; each role signs in once in a session."""
    known: dict[str, dict[str, object]] = {}

    def of(role: str) -> dict[str, object]:
        if role not in known:
            context = chrome.new_context(locale="zh-CN")
            sign_in(context.new_page(), site, role)
            known[role] = dict(context.storage_state())
            context.close()
        return known[role]

    return of


def sign_in(page: Page, site: Site, role: str) -> None:
    page.goto(f"{site.address}/console/sign-in/")
    password = page.locator("[data-testid=C01-demo-accounts] code").inner_text()
    page.fill("#username", role)
    page.fill("#password", password)
    page.get_by_role("button", name=re.compile(r"^(登录|Sign in)$")).click()
    page.wait_for_selector("#code")
    page.fill("#code", page.locator(f"[data-code-of='{role}']").inner_text())
    page.get_by_role("button", name=re.compile(r"^(登录|Sign in)$")).click()
    page.wait_for_url(re.compile(r"/console/$"))


@pytest.fixture
def open_as(
    chrome: Browser, site: Site, storage: Callable[[str], dict[str, object]]
) -> Iterator[Callable[..., Page]]:
    """A page of the console as a role, in a language, theme and width."""
    contexts: list[BrowserContext] = []

    def open_page(
        role: str,
        path: str,
        *,
        language: str = "zh",
        theme: str = "light",
        width: int = 1440,
        scripts: bool = True,
    ) -> Page:
        context = chrome.new_context(
            storage_state=storage(role) if role else None,  # type: ignore[arg-type]
            viewport={"width": width, "height": 900},
            locale="en-GB" if language == "en" else "zh-CN",
            reduced_motion="reduce",
            java_script_enabled=scripts,
        )
        contexts.append(context)
        context.add_cookies(
            [
                {"name": "forbear_theme", "value": theme, "url": site.address},
                {
                    "name": "forbear_language",
                    "value": "en" if language == "en" else "zh-hans",
                    "url": site.address,
                },
            ]
        )
        page = context.new_page()
        page.goto(site.address + path)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def screenshots() -> Path:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    return SCREENSHOTS
