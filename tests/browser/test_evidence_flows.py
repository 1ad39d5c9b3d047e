"""C15 in a real browser: from a refused contact to a proof that checks without us."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from browser.checks import axe_violations
from browser.site import Site

OpenAs = Callable[..., Page]
REFUSED = "/console/evidence/?event=contact.refused"


def opened(open_as: OpenAs, role: str = "compliance") -> Page:
    """The newest refused contact of the demonstration."""
    page = open_as(role, REFUSED)
    page.locator("[data-testid=C15-list] tbody tr").first.locator("[data-open]").click()
    expect(page.locator("[data-testid=C15-verified]")).to_be_visible()
    return page


def test_g_then_e_leads_to_the_evidence(open_as: OpenAs) -> None:
    page = open_as("collector", "/console/")
    page.keyboard.press("g")
    page.keyboard.press("e")
    page.wait_for_url("**/console/evidence/")
    expect(page.locator("[data-testid=C15-list]")).to_be_visible()


def test_filters_push_their_address_and_back_undoes_them(open_as: OpenAs) -> None:
    page = open_as("compliance", "/console/evidence/")
    page.select_option("#ruling", "refused")
    expect(page).to_have_url(re.compile("ruling=refused"))
    expect(page.locator("[data-testid=C15-list] tbody .is-ok")).to_have_count(0)
    page.go_back()
    expect(page.locator("#ruling")).to_have_value("")


def test_replay_agrees_for_ten_decisions_of_the_demonstration(open_as: OpenAs) -> None:
    page = open_as("compliance", "/console/evidence/?rule=&q=")
    addresses = [
        str(link.get_attribute("href"))
        for kind in ("contact.refused", "contact.permitted", "contact.review_needed")
        for link in open_as("compliance", f"/console/evidence/?event={kind}")
        .locator("[data-open]")
        .all()
    ]
    assert len(addresses) >= 10
    for address in addresses[:10]:
        page = open_as("compliance", address)
        page.locator("[data-key-r]").click()
        agrees = page.locator("[data-testid=C15-agrees]")
        expect(agrees).to_contain_text("同样的字节", timeout=20_000)
        expect(agrees.locator(".is-harm")).to_have_count(0)


def test_letters_move_the_focus_and_do_nothing_else(open_as: OpenAs) -> None:
    page = opened(open_as)
    for key, place in (("d", "[data-key-d]"), ("r", "[data-key-r]"), ("v", "[data-key-v]")):
        page.keyboard.press(key)
        expect(page.locator(place)).to_be_focused()
    expect(page.locator("[data-testid=C15-replay]")).to_have_count(0)
    page.locator("#reason").focus()
    page.keyboard.press("d")
    expect(page.locator("#reason")).to_be_focused()


def test_the_downloaded_proof_checks_with_the_downloaded_verifier(
    open_as: OpenAs, site: Site, tmp_path: Path
) -> None:
    page = opened(open_as)
    files = {}
    for name, button in (("proof", "C15-download"), ("verifier", "")):
        with page.expect_download() as arriving:
            if button:
                page.locator(f"[data-testid={button}]").click()
            else:
                page.locator("a[href$='/evidence/verifier/']").first.click()
        files[name] = tmp_path / name
        arriving.value.save_as(files[name])
    key = site.run("log", "key").strip()

    def exit_code() -> int:
        command = [sys.executable, "-I", str(files["verifier"]), "proof", str(files["proof"])]
        done = subprocess.run([*command, "--key", key], capture_output=True, check=False)
        return done.returncode

    assert exit_code() == 0
    data = bytearray(files["proof"].read_bytes())
    data[len(data) // 3] ^= 1
    files["proof"].write_bytes(bytes(data))
    assert exit_code() == 1


def test_fields_open_for_a_reason_and_the_bundle_is_handed_out(
    open_as: OpenAs, site: Site, tmp_path: Path
) -> None:
    page = opened(open_as)
    page.fill("#reason", "投诉核查")
    page.locator("[data-testid=C15-open] button").first.click()
    expect(page.locator("[data-testid=C15-opened]")).to_contain_text("B-")
    assert axe_violations(page) == []
    page = opened(open_as)
    page.fill("#reason", "法院调取")
    with page.expect_download() as arriving:
        page.locator("[data-testid=C15-open] button").last.click()
    arriving.value.save_as(tmp_path / "bundle.zip")
    with zipfile.ZipFile(tmp_path / "bundle.zip") as files:
        files.extract("forbear_verify.py", tmp_path)
    key = site.run("log", "key").strip()
    done = subprocess.run(
        [sys.executable, "-I", "forbear_verify.py", "bundle", "bundle.zip", "--key", key],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_change_on_the_worklist_leads_to_its_proof_when_it_is_sealed(open_as: OpenAs) -> None:
    page = open_as("collector2", "/console/worklist/")
    page.locator("[data-testid=C06-worklist] tbody tr a").first.click()
    page.get_by_role("button", name="开始处理").click()
    page.locator("[data-testid=recorded] a").click()
    expect(page.locator("[data-testid=C15-verified]")).to_be_visible(timeout=20_000)
    page.go_back()
    page.get_by_role("button", name="放回清单").click()
    expect(page.locator("[data-testid=recorded]")).to_be_visible()
