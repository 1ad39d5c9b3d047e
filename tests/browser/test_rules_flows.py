"""C13 and C14 in a real browser: reading the law by keyboard, asking before doing."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from browser.checks import axe_violations

OpenAs = Callable[..., Page]
ASK = "/console/rules/may-i-contact/"
VERDICT = "[data-testid=C14-verdict] .verdict-word"
CARDS = "[data-testid=C14-ground]"


def test_g_then_r_leads_to_the_rules(open_as: OpenAs) -> None:
    page = open_as("collector", "/console/")
    page.keyboard.press("g")
    page.keyboard.press("r")
    page.wait_for_url("**/console/rules/")
    expect(page.locator("[data-testid=C13-tree]")).to_be_visible()


def test_the_tree_is_walked_by_arrows_and_a_rule_opens_beside_it(open_as: OpenAs) -> None:
    page = open_as("collector", "/console/rules/?topic=quiet_hours&q=CN-")
    tree = page.locator("[data-tree]")
    tree.locator("summary").first.focus()
    link = tree.locator("a").last
    while not link.evaluate("one => one === document.activeElement"):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    expect(tree.locator("summary").last).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(link).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#rule-title")).to_be_focused()
    expect(page).to_have_url(re.compile(r"/console/rules/CN-CBA2026-HOURS/\?.*topic=quiet_hours"))
    expect(page).to_have_title(re.compile("^CN-CBA2026-HOURS"))
    expect(link).to_have_attribute("aria-current", "page")
    page.go_back()
    expect(page.locator("[data-testid=C13-summary]")).to_be_visible()


def test_cases_run_when_they_are_seen_and_all_pass(open_as: OpenAs) -> None:
    page = open_as("collector", "/console/rules/CN-GBT45251-FREQ-INTERACTIVE/")
    cases = page.locator("[data-testid=C13-cases]")
    cases.scroll_into_view_if_needed()
    expect(cases.locator("li .is-ok")).to_have_count(cases.locator("li").count())
    expect(cases.locator("li .is-harm")).to_have_count(0)
    cases.get_by_role("link", name="fourth effective call").click()
    page.wait_for_url(f"**{ASK}?**")
    expect(page.locator(VERDICT)).to_have_text("暂不可以")
    expect(page.locator("#connected_interactive_calls_today")).to_have_value("3")


def test_a_day_in_the_past_shows_the_law_of_that_day(open_as: OpenAs) -> None:
    page = open_as("collector", "/console/rules/")
    page.fill("#on", "2024-12-31")
    page.get_by_role("button", name="筛选").click()
    page.wait_for_url("**on=2024-12-31**")
    tree = page.locator("[data-testid=C13-tree]")
    expect(tree.locator("a", has_text="CN-NIFA2024-HOURS")).to_have_count(1)
    expect(tree.locator("a", has_text="CN-GBT45251")).to_have_count(0)


def test_the_answer_follows_every_change_and_the_focus_stays(open_as: OpenAs) -> None:
    page = open_as("compliance", f"{ASK}?kind=consumer_finance&on=2026-11-20&time=21:59")
    expect(page.locator(VERDICT)).to_have_text("可以")
    page.fill("#time", "22:00")
    page.locator("#time").dispatch_event("change")
    expect(page.locator(VERDICT)).to_have_text("暂不可以")
    expect(page.locator(CARDS)).to_have_count(2)
    expect(page.locator("#say")).to_contain_text("暂不可以")
    expect(page.locator("[data-testid=C14-next]")).to_contain_text("2026-11-21 08:00")
    expect(page).to_have_url(re.compile("time=22%3A00"))
    expect(page.locator("#time")).to_be_focused()
    assert axe_violations(page) == []
    page.fill("#time", "22:30")
    page.fill("#agreed_from_minute", "22:00")
    page.fill("#agreed_until_minute", "23:00")
    page.keyboard.press("Tab")
    expect(page.locator(VERDICT)).to_have_text("可以")
    expect(page.locator("[data-testid=C14-exception]").first).to_contain_text("例外适用")


def test_the_fourth_connected_call_is_not_permitted(open_as: OpenAs) -> None:
    page = open_as("collector", f"{ASK}?kind=consumer_finance&on=2026-11-20&time=15:00")
    page.fill("#connected_interactive_calls_today", "2")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("connected_interactive_calls_today=2"))
    expect(page.locator(VERDICT)).to_have_text("可以")
    page.fill("#connected_interactive_calls_today", "3")
    page.keyboard.press("Tab")
    expect(page.locator(VERDICT)).to_have_text("暂不可以")
    expect(page.locator(CARDS)).to_contain_text("CN-GBT45251-FREQ-INTERACTIVE")


def test_a_fault_takes_the_focus_and_its_mending_brings_the_answer_back(open_as: OpenAs) -> None:
    page = open_as("collector", f"{ASK}?kind=consumer_finance&time=10:00")
    page.fill("#borrower", "NOBODY")
    page.keyboard.press("Tab")
    expect(page.locator("[data-testid=problems]")).to_be_focused()
    expect(page.locator("#problem-borrower")).to_have_text("没有找到，或您无权查看。")
    expect(page.locator("#borrower")).to_have_value("NOBODY")
    assert axe_violations(page) == []
    page.fill("#borrower", "")
    page.keyboard.press("Tab")
    expect(page.locator(VERDICT)).to_have_text("可以")
    expect(page.locator("[data-testid=problems]")).to_have_count(0)


def test_without_scripts_both_pages_work(open_as: OpenAs) -> None:
    page = open_as("collector", "/console/rules/CN-GBT45251-HOURS/", scripts=False)
    page.get_by_role("link", name="现在运行全部案例").click()
    expect(page.locator("[data-testid=C13-cases] .is-ok").nth(20)).to_be_visible()
    page = open_as("collector", f"{ASK}?kind=consumer_finance&time=21:59", scripts=False)
    page.fill("#time", "22:00")
    page.get_by_role("button", name="问一问").click()
    expect(page.locator(VERDICT)).to_have_text("暂不可以")


def test_copying_leaves_the_address_of_the_question(open_as: OpenAs) -> None:
    page = open_as("collector", f"{ASK}?kind=consumer_finance&on=2026-11-20&time=22:00")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="复制链接").click()
    expect(page.locator("#say")).to_have_text("已复制")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "time=22%3A00" in copied
    page.goto(copied)
    expect(page.locator(VERDICT)).to_have_text("暂不可以")
