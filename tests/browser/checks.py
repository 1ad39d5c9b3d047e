"""Checks that hold for every screen (SCREENS section 2, G1 to G9), to be called on an open page."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "src/forbear_server/ui/static/vendor/axe.min.js"
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Hexadecimal with a letter in it, or base64 as keys and commitments are written.
_HASH = re.compile(r"\b(?=[0-9]*[a-f])[0-9a-f]{12,}|\b(?=[\w+/]*[A-Z])(?=[\w+/]*[a-z])[\w+/-]{40,}")
_PERSONAL = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)\d{17}[\dXx](?!\d)")


def axe_violations(page: Page, *, within: str = "html") -> list[str]:
    """G1: violations at levels A and AA, each with the places it was found in."""
    # evaluate, not a script tag: the page's content security policy stays in force
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    # only what is wrong comes back: the lists of what is right are long and slow to carry
    found: list[str] = page.evaluate(
        """async (within) => {
          const levels = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
          const seen = await axe.run(within, { runOnly: levels, resultTypes: ['violations'] });
          return seen.violations.flatMap((one) => one.nodes.map(
            (node) => `${one.id}: ${node.target} ${node.failureSummary || ''}`));
        }""",
        within,
    )
    return found


def scrolls_sideways(page: Page) -> list[str]:
    """G3: what is wider than the window, except data in its own scroller."""
    found: list[str] = page.evaluate(
        """() => {
          const wide = document.documentElement.scrollWidth > document.documentElement.clientWidth + 1;
          if (!wide) return [];
          return [...document.querySelectorAll('main *, header *')]
            .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
            .filter((one) => !one.closest('.scroller, .tabs, .read-out'))
            .slice(0, 5).map((one) => one.outerHTML.slice(0, 120));
        }"""
    )
    return found


def heading_problems(page: Page) -> list[str]:
    """G7: one h1, a title, a language; no heading level left out."""
    problems = []
    if page.locator("h1").count() != 1:
        problems.append(f"{page.locator('h1').count()} h1")
    levels = [
        int(name[1])
        for name in page.evaluate(
            "[...document.querySelectorAll('main h1, main h2, main h3, main h4')].map(h => h.tagName)"
        )
    ]
    problems += [f"h{a} then h{b}" for a, b in pairwise(levels) if b > a + 1]
    if not page.title():
        problems.append("no title")
    return problems


def untranslated(page: Page) -> list[str]:
    """G7: visible Chinese after the switch to English, except data and what is marked as Chinese."""
    lines: list[str] = page.evaluate(
        """() => {
          const found = [];
          const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (walk.nextNode()) {
            const one = walk.currentNode.parentElement;
            if (!one || one.closest('script, style, [lang^=zh], [data-is-data], .brand')) continue;
            found.push(walk.currentNode.textContent.trim());
          }
          document.querySelectorAll('[aria-label], [placeholder], [data-label]').forEach((one) => {
            if (one.closest('[data-is-data]')) return;
            found.push(one.getAttribute('aria-label') || '', one.getAttribute('placeholder') || '',
              one.getAttribute('data-label') || '');
          });
          return found;
        }"""
    )
    return [line for line in lines if _CHINESE.search(line)]


def unmasked(page: Page) -> list[str]:
    """G8: a mobile or identity number in the source of the page; digits of a hash are none."""
    return _PERSONAL.findall(_HASH.sub("", page.content()))
