"""C12 in a real browser: written with live checks, approved by another, the same from the shell."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser.checks import axe_violations, heading_problems, scrolls_sideways, untranslated
from browser.site import Site

OpenAs = Callable[..., Page]
DESK = "/console/templates/"
TEXT = (
    "您好，这里是{机构}。如果这段时间手头紧，可以回复我们，一起商量能承受的安排。"
    "{自由:60}也可以致电{客服电话}。回复TD退订。"
)


def opened_template(open_as: OpenAs, role: str = "compliance", **how: str) -> Page:
    """The first template of the demonstration."""
    page = open_as(role, DESK, **how)
    page.locator("[data-testid=C12-list] [data-opens]").first.click()
    expect(page.locator("[data-testid=C12-history]")).to_be_visible()
    page.wait_for_load_state("load")
    return page


def opened_editor(open_as: OpenAs, role: str = "strategist", **how: str) -> Page:
    """The editor with the example in it."""
    page = open_as(role, f"{DESK}new/?example=1", **how)
    expect(page.locator("[data-testid=C12-checks]")).to_be_visible()
    return page


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("opens", [opened_template, opened_editor], ids=["template", "editor"])
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
                name = f"C12-{opens.__name__}-{language}-{width}.png"
                page.screenshot(path=screenshots / name, full_page=True)
            assert axe_violations(page) == [], (theme, width)
            assert scrolls_sideways(page) == [], (theme, width)


def test_a_text_is_checked_while_it_is_typed_and_approved_by_another(open_as: OpenAs) -> None:
    page = open_as("lead", f"{DESK}new/")
    page.fill("#name", "浏览器里写的")
    page.locator("#text").press_sequentially("您好，{自由:60}不还就告诉你单位。")
    checks = page.locator("[data-testid=C12-checks]")
    expect(checks).to_contain_text("没有表明机构")
    expect(checks).to_contain_text("必须修改")
    page.fill("#text", TEXT)
    expect(checks).not_to_contain_text("必须修改")
    expect(page.locator("[data-testid=C12-preview] li")).to_have_count(3)
    page.keyboard.press("Control+s")
    page.wait_for_url(re.compile(r"/templates/[0-9a-f-]{36}/$"))
    address = page.url
    page.get_by_role("button", name="提交审核").click()
    page.wait_for_url(re.compile("recorded="))
    expect(page.get_by_role("button", name="批准")).to_have_count(0)
    officer = open_as(
        "compliance", address.partition("/console")[1] + address.partition("/console")[2]
    )
    officer.get_by_role("button", name="批准").click()
    expect(officer.locator("[data-testid=recorded]")).to_be_visible()
    expect(officer.locator("[data-testid=C12-history] li")).to_have_count(3)
    expect(officer.locator("main h1 + .badge-word")).to_have_text("已批准")


def test_without_script_a_text_is_checked_and_kept_by_plain_forms(open_as: OpenAs) -> None:
    page = open_as("strategist", f"{DESK}new/", scripts=False)
    page.fill("#name", "没有脚本")
    page.fill("#text", "您好{")
    page.get_by_role("button", name="检查").click()
    expect(page.locator("[data-testid=C12-checks]")).to_contain_text("模板文字有误")
    page.fill("#text", TEXT)
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator("[data-testid=C12-history] li")).to_have_count(1)


def test_the_same_from_the_shell(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "shell.yaml"
    told = {
        "name": "从命令行",
        "channel": "sms",
        "purpose": "collect",
        "tone": "help",
        "text": TEXT,
    }
    file.write_text(json.dumps(told), encoding="utf-8")  # JSON is YAML

    def forbear(*arguments: str) -> dict[str, object]:
        rows = json.loads(site.run("templates", *arguments, "--json"))
        return next(one for one in rows if str(one["template"]).startswith("从命令行"))

    label = "从命令行/zh-Hans/1"
    assert forbear("add", str(file), "--as", "strategist")["template"] == label
    assert forbear("submit", label, "--as", "strategist")["state"] == "submitted"
    with pytest.raises(RuntimeError, match="Only the role compliance may approve"):
        site.run("templates", "approve", label, "--as", "strategist")
    assert forbear("approve", label, "--as", "compliance")["state"] == "approved"
    assert forbear("retire", label, "--as", "compliance", "--note", "试完了")["state"] == "retired"
    assert forbear("list", "--as", "collector")["state"] == "retired"
