"""No page shows Chinese after the switch to English: every text has a translation."""

from __future__ import annotations

import re
from pathlib import Path

import compile_catalogues
import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from forbear_server.console import wording


def test_every_text_has_an_english_translation() -> None:
    known = compile_catalogues.catalogue()
    missing = [
        (message, where)
        for message, context, where in compile_catalogues.texts()
        if not _translated(known, message, context)
    ]
    assert missing == []


def test_translations_keep_the_placeholders() -> None:
    form = re.compile(r"%\(\w+\)s|\{\w*\}|%s|%d")
    broken = []
    for entry in compile_catalogues.catalogue():
        ids = entry.id if isinstance(entry.id, tuple) else (entry.id,)
        strings = entry.string if isinstance(entry.string, tuple) else (entry.string,)
        if ids[0] and {*form.findall(ids[0])} != {*form.findall(strings[-1])}:
            broken.append(ids[0])
    assert broken == []


def _translated(known: object, message: object, context: str | None) -> bool:
    first = message[0] if isinstance(message, tuple) else message
    entry = known.get(first, context)  # type: ignore[attr-defined]
    if entry is None:
        return False
    return all(entry.string) if isinstance(entry.string, tuple) else bool(entry.string)


def test_every_documented_reason_has_words_on_the_pages() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/reasons.md").read_text(encoding="utf-8")
    codes = set(re.findall(r"^\| `([a-z_]+)`", page, re.M))
    known = {*wording.REASONS, *wording.VERDICT_REASONS, *wording.ACTIONS}
    assert codes - known == set()


@pytest.mark.parametrize(("parts", "told"), [(1, "message"), (2, "messages")])
@pytest.mark.parametrize("path", ["borrower_screening", "message_template_checks"])
def test_one_part_of_a_text_is_one_message_in_english(path: str, parts: int, told: str) -> None:
    length = {"characters": 70, "parts": parts}
    screening = {"kind": "ok", "length": length}
    wording = {"samples": [{"label": "A", "length": length, "text": "x"}], "language": "zh-Hans"}
    with override("en"):
        page = render_to_string(
            f"console/{path}.html", {"screening": screening, "wording": wording}
        )
    assert f"70 characters · {parts} {told}<" in page
