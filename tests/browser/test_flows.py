"""What a person does, in a real browser: sign in, bring a tape in, run a night, work the list."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import psutil
from playwright.sync_api import Browser, Page, expect

from browser.checks import axe_violations
from browser.site import Site

OpenAs = Callable[..., Page]


def test_sign_in_by_keyboard_puts_the_focus_on_the_code(chrome: Browser, site: Site) -> None:
    context = chrome.new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(f"{site.address}/console/worklist/")
    page.locator("#username").focus()
    page.keyboard.type("lead")
    page.keyboard.press("Tab")
    page.keyboard.type("forbear-demo-2026")
    page.keyboard.press("Enter")
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.type(page.locator("[data-code-of='lead']").inner_text())
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/worklist/")
    context.close()


def test_a_wrong_password_keeps_the_name_and_says_so(chrome: Browser, site: Site) -> None:
    context = chrome.new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(f"{site.address}/console/sign-in/")
    page.fill("#username", "nobody")
    page.fill("#password", "not the password")
    page.keyboard.press("Enter")
    expect(page.locator("[data-testid=problems]")).to_contain_text("账号或密码不正确")
    expect(page.locator("#username")).to_have_value("nobody")
    assert axe_violations(page) == []
    context.close()


def test_without_scripts_the_pages_work_too(open_as: OpenAs) -> None:
    page = open_as("collector", "/console/worklist/", scripts=False)
    page.locator("[data-opens]").first.click()
    assert page.locator("[data-testid=C06-permission]").count() == 1


def test_the_switch_changes_language_and_stays_on_the_page(open_as: OpenAs) -> None:
    page = open_as("collector", "/console/worklist/?tab=later")
    page.get_by_role("button", name="Switch to English").click()
    expect(page.locator("h1")).to_have_text("Worklist")
    assert page.url.endswith("?tab=later")
    assert page.locator("html").get_attribute("lang") == "en"


def test_letters_move_and_never_act(open_as: OpenAs) -> None:
    page = open_as("collector", "/console/")
    page.keyboard.press("g")
    page.keyboard.press("w")
    page.wait_for_url("**/console/worklist/")
    page.keyboard.press("j")
    expect(page.locator("[data-row]").first).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("#keys-dialog")).to_be_visible()
    assert axe_violations(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/console/worklist/\d+/$"))
    assert page.locator("[data-testid=C06-held]").count() == 0


def test_the_demo_tape_comes_in_once(open_as: OpenAs, site: Site) -> None:
    page = open_as("admin", "/console/imports/new/")
    tape = site.data_dir / "tapes" / "tape_demo.csv"
    page.set_input_files("#file", tape)
    page.get_by_role("button", name="上传并读取").click()
    expect(page.locator("[data-testid=C03-refused-column]")).to_have_text("系统不接收联系人信息")
    assert axe_violations(page) == []
    page.get_by_role("button", name="检查并预览").click()
    expect(page.locator("[data-testid=C03-preview-loans]")).to_be_visible()
    assert axe_violations(page) == []
    page.get_by_role("link", name="看检查结果").click()
    for name, count in (("rows-read", "1,000"), ("accepted", "997"), ("rejected", "3")):
        expect(page.locator(f"[data-testid=C03-{name}]")).to_have_text(count)
    assert axe_violations(page) == []
    page.get_by_role("link", name="去确认").click()
    page.get_by_label("只导入无错误的行").check()
    assert axe_violations(page) == []
    page.get_by_role("button", name="确认导入").click()
    expect(page.locator("[data-testid=C03-outcome] [data-testid=C03-accepted]")).to_have_text("997")
    assert axe_violations(page) == []
    page.goto(f"{site.address}/console/imports/new/")
    page.set_input_files("#file", tape)
    page.get_by_role("button", name="上传并读取").click()
    expect(page.locator("[data-testid=refusal-card]")).to_contain_text("此文件已导入，未重复写入")
    assert axe_violations(page) == []


def test_a_night_runs_from_the_page_to_its_end(open_as: OpenAs) -> None:
    page = open_as("admin", "/console/runs/2026-11-19/")
    page.fill("#confirm", "2026-11-18")
    page.get_by_role("button", name="开始运行").click()
    expect(page.locator("[data-testid=problems]")).to_be_visible()
    page.fill("#confirm", "2026-11-19")
    page.get_by_role("button", name="开始运行").click()
    done = page.locator("[data-testid=C04-run] .card-head .badge-word", has_text="已完成")
    expect(done.first).to_be_visible(timeout=60_000)
    expect(page.locator("[data-testid=C04-run] tbody tr")).to_have_count(8)
    expect(page.locator("[data-testid=C04-locked]")).to_have_text("0 笔")
    assert axe_violations(page) == []


def test_a_killed_night_goes_on_from_its_last_shard(open_as: OpenAs, site: Site) -> None:
    day = "2026-11-18"
    page = open_as("admin", f"/console/runs/{day}/")
    page.fill("#confirm", day)
    page.get_by_role("button", name="开始运行").click()
    aged = site.data_dir / "runs" / "qinghe" / day / "age"
    for _ in range(600):
        if list(aged.glob("*.parquet")):
            break
        time.sleep(0.05)
    worker = next(
        one
        for one in psutil.process_iter(["cmdline"])
        if one.info["cmdline"] and {"nightly", day} <= set(one.info["cmdline"])
    )
    worker.kill()
    kept = {path.name: path.stat().st_mtime_ns for path in aged.glob("*.parquet")}
    resume = page.get_by_role("button", name="从断点继续")
    resume.wait_for(timeout=60_000)
    expect(page.locator("[data-testid=C04-run]")).to_contain_text("已中断")
    page.fill("#confirm", day)
    resume.click()
    done = page.locator("[data-testid=C04-run] .card-head .badge-word", has_text="已完成")
    expect(done.first).to_be_visible(timeout=60_000)
    assert kept == {name: (aged / name).stat().st_mtime_ns for name in kept}


def test_a_line_is_taken_and_put_off(open_as: OpenAs) -> None:
    page = open_as("collector", "/console/worklist/")
    page.locator("[data-opens]").nth(1).click()
    page.get_by_role("button", name="开始处理").click()
    expect(page.get_by_role("button", name="处理完成")).to_be_visible()
    assert axe_violations(page) == []
    page.fill("#until", "23:30")
    page.get_by_role("button", name="稍后处理").click()
    expect(page.locator("[data-testid=refusal-card]")).to_contain_text("允许联系的时段")
    assert axe_violations(page) == []
    page.fill("#until", "15:30")
    page.get_by_role("button", name="稍后处理").click()
    page.wait_for_url(re.compile(r"/console/worklist/\?recorded=[0-9a-f]{32}$"))
