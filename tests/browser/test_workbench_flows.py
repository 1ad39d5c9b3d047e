"""C07 in a real browser: a number that hides again, a note, the timeline by keys, words replaced."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from browser.checks import axe_violations, heading_problems, scrolls_sideways, untranslated
from browser.recorded_call import recorded_call_at
from browser.site import Site

OpenAs = Callable[..., Page]
LIN = "/console/borrowers/B-100231/"
WHOLE = re.compile(r"(?<!\d)1\d{10}(?!\d)")
# One promise, not a condition polled: the page's policy forbids the words to be evaluated in it.
HUNDREDTHS_WHEN_KNOWN = """one => new Promise((known, unknown) => {
  const tell = () => known(Math.round(one.duration * 100));
  one.addEventListener("error", () => unknown(new Error("the recording did not load")));
  if (one.readyState > 0) { tell(); } else { one.addEventListener("loadedmetadata", tell); }
})"""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_everything_unfolded_holds_in_every_theme_and_width(open_as: OpenAs, language: str) -> None:
    page = open_as("collector", f"{LIN}?channel=note&show=contact", language=language)
    page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true })")
    assert heading_problems(page) == []
    if language == "en":
        assert untranslated(page) == []
    for theme in ("light", "dark"):
        page.evaluate("theme => { document.documentElement.dataset.bsTheme = theme }", theme)
        for width in (1440, 320):
            page.set_viewport_size({"width": width, "height": 900})
            assert axe_violations(page) == [], (theme, width)
            assert scrolls_sideways(page) == [], (theme, width)


def test_a_number_is_shown_for_thirty_seconds_and_copied_as_its_mask_before(
    open_as: OpenAs,
) -> None:
    page = open_as("collector", "/console/")
    page.clock.install()
    page.goto(page.url.replace("/console/", LIN))
    line = page.locator("[data-testid=C07-phone]")
    expect(line).to_contain_text("199****0230")
    assert WHOLE.search(page.content()) is None
    line.locator("summary").click()
    line.locator("select").select_option("wrong_number")
    line.locator("button").click()
    expect(line.locator("dd").first).to_have_text(WHOLE)
    expect(line.locator("dd").first).to_be_focused()
    page.clock.fast_forward(28_000)
    expect(line.locator("dd").first).to_have_text(WHOLE)
    page.clock.fast_forward(3_000)
    expect(line).to_contain_text("199****0230")
    assert WHOLE.search(page.content()) is None
    # The form that came back asks for a reason again.
    line.locator("summary").click()
    line.locator("select").select_option("complaint")
    line.locator("button").click()
    expect(line.locator("dd").first).to_have_text(WHOLE)


def test_a_note_is_written_by_keys_and_stands_under_its_filter(open_as: OpenAs) -> None:
    page = open_as("collector", LIN)
    page.locator("#compose-text").fill("您好，先写一半")
    page.locator("h1").click()
    page.keyboard.press("n")
    tab = page.locator("[data-testid=C07-composer] a[data-key=n]")
    expect(tab).to_be_focused()
    page.keyboard.press("Enter")
    composer = page.locator("[data-testid=C07-composer]")
    expect(composer).to_contain_text("仅内部可见")
    # What was typed to the borrower is no note; it stays for when one comes back to it.
    expect(page.locator("#compose-text")).to_have_value("")
    page.locator("#compose-text").fill("给同事看的")
    for tab_word, kept in (("短信", "您好，先写一半"), ("内部备注", "给同事看的")):
        composer.locator(".tabs").get_by_role("link", name=tab_word).click()
        expect(composer.locator("[aria-current=page]")).to_have_text(tab_word)
        expect(page.locator("#compose-text")).to_have_value(kept)
    page.locator("#compose-text").fill("这个老赖")
    page.keyboard.press("Control+Enter")
    expect(composer.locator("[role=alert]")).to_contain_text("备注含有侮辱的词")
    page.locator("#compose-text").fill("浏览器里写的：25 号发工资")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-testid=recorded]")).to_be_visible()
    page.get_by_role("link", name="内部备注").last.click()
    page.wait_for_url(re.compile("show=note"))
    row = page.locator("[data-testid=C07-timeline] [data-row]").first
    expect(row).to_contain_text("仅内部可见")
    row.locator("summary").click()
    expect(row.locator(".said")).to_have_text("浏览器里写的：25 号发工资")
    expect(row.locator("a")).to_have_attribute("href", re.compile("/console/evidence/"))


def test_a_draft_is_kept_while_typing_and_stands_there_again_until_it_is_let_go(
    open_as: OpenAs,
) -> None:
    page = open_as("lead", "/console/")
    page.clock.install()
    page.goto(page.url.replace("/console/", f"{LIN}?channel=mail"))
    line = page.locator("[data-testid=C07-composer] [data-testid=C07-draft]")
    expect(line).to_be_hidden()
    page.locator("#compose-subject").fill("您好")
    page.locator("#compose-text").press_sequentially("写到一半")
    page.clock.fast_forward(4_000)
    expect(line).to_be_hidden()
    with page.expect_response(re.compile("/drafts/mail/$")):
        page.clock.fast_forward(1_100)
    expect(line).to_have_text(re.compile(r"^\s*草稿已保存 \d\d:\d\d\s+丢弃草稿\s*$"))
    page.goto(page.url.partition("?")[0])
    expect(page.locator("#compose-text")).to_have_value("写到一半")
    expect(page.locator("#compose-subject")).to_have_value("您好")
    # A tab that is left is kept at once.
    page.locator("#compose-text").press_sequentially("了")
    with page.expect_response(re.compile("/drafts/mail/$")):
        page.locator("[data-composes]").last.click()
    expect(page.locator("[data-testid=C07-composer] .badge-word.is-quiet")).to_have_text(["草稿"])
    page.goto(page.url.partition("?")[0])
    expect(page.locator("#compose-text")).to_have_value("写到一半了")
    line.get_by_role("button").click()
    expect(page.locator("#compose-text")).to_have_value("")
    expect(line).to_be_hidden()


def test_the_timeline_is_walked_and_unfolded_by_keys(open_as: OpenAs) -> None:
    page = open_as("collector", f"{LIN}?show=money")
    rows = page.locator("[data-testid=C07-timeline] [data-row]")
    expect(rows.first).to_contain_text("付款")
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(rows.nth(1).locator(".happening-more")).to_be_visible()
    expect(rows.nth(0).locator(".happening-more")).to_be_hidden()
    page.keyboard.press("k")
    expect(rows.nth(0)).to_be_focused()


def test_words_that_are_found_are_replaced_where_they_stand(open_as: OpenAs) -> None:
    page = open_as("collector", LIN)
    page.locator("#compose-text").press_sequentially("你好老赖，回复我们。")
    screening = page.locator("[data-testid=C07-screening]")
    expect(screening).to_contain_text("禁止发送")
    screening.get_by_role("button", name="用这个替换：侮辱羞辱").click()
    expect(page.locator("#compose-text")).to_have_value("你好您，回复我们。")
    expect(page.locator("#compose-text")).to_be_focused()
    expect(screening).not_to_contain_text("禁止发送")


def test_the_wait_is_counted_down_and_only_a_changed_verdict_is_announced(open_as: OpenAs) -> None:
    page = open_as("collector", "/console/")
    page.clock.install()
    page.goto(page.url.replace("/console/", LIN))
    panel = page.locator("#may-contact")
    # What a server tells of a wait of 310 seconds; the page counts from the server's own time.
    page.evaluate(
        """() => {
          const panel = document.getElementById('may-contact');
          const line = document.createElement('span');
          line.dataset.countsTo = String(Number(panel.dataset.now) + 310);
          panel.querySelector('[data-channel=sms]').append(line);
          panel.querySelector('[data-channel=sms]').dataset.verdict = 'not_now';
        }"""
    )
    line = panel.locator("[data-channel=sms] [data-counts-to]")
    page.clock.run_for(2_000)
    expect(line).to_have_text("6 分钟后")
    page.clock.run_for(9_000)
    expect(line).to_have_text(re.compile(r"^29\d 秒后$"))
    expect(page.locator("#say")).to_have_text("")


def test_a_recording_is_played_in_its_place_for_the_purpose_that_was_chosen(
    open_as: OpenAs, site: Site
) -> None:
    ref = recorded_call_at(site)
    page = open_as("compliance", f"/console/borrowers/{ref}/?show=contact")
    item = page.locator("[data-row]", has_text="通话").first
    item.locator("summary").click()
    assert page.locator("audio").count() == 0
    item.locator("select").select_option("quality")
    item.get_by_role("button", name="播放录音").click()
    player = item.locator("audio")
    expect(player).to_be_visible()
    assert player.evaluate(HUNDREDTHS_WHEN_KNOWN) == 25
    page.goto(f"{site.address}/console/evidence/?event=pii.revealed")
    expect(page.locator("[data-testid=C15-list]")).to_contain_text("查看完整个人信息")


def test_a_template_shows_its_fixed_words_at_once_and_the_focus_stays(open_as: OpenAs) -> None:
    page = open_as("collector", LIN)
    page.locator("#compose-template").select_option(index=1)
    expect(page.locator("[data-testid=C07-preview]")).to_contain_text("青禾消费金融")
    expect(page.locator("[data-testid=C07-screening]")).to_contain_text("条")
    expect(page.locator("#compose-template")).to_be_focused()
