"""Colours are readable: every pair of tokens by the WCAG formula, in both themes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

UI = Path(__file__).parents[2] / "src/forbear_server/ui/static/forbear"
TOKENS = {
    name: (light, dark)
    for name, light, dark in re.findall(
        r"--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)",
        (UI / "tokens.css").read_text(),
    )
}
TEXT = [
    ("ink", "surface"),
    ("ink", "page"),
    ("ink-2", "surface"),
    ("ink-2", "page"),
    ("action", "surface"),
    ("action", "page"),
    ("action-ink", "action"),
    ("action-ink", "action-hover"),
    *((f"{name}-ink", f"{name}-fill") for name in ("ok", "care", "harm", "note", "help", "quiet")),
    ("mark-ink", "mark-fill"),
    ("harm-ink", "surface"),
]
EDGES = [("line-control", "surface"), ("line-control", "page"), ("focus", "focus-gap")]


def contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "fill"), TEXT)
def test_text_is_readable(ink: str, fill: str, theme: int) -> None:
    assert contrast(TOKENS[ink][theme], TOKENS[fill][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("edge", "fill"), EDGES)
def test_edges_are_visible(edge: str, fill: str, theme: int) -> None:
    assert contrast(TOKENS[edge][theme], TOKENS[fill][theme]) >= 3.0


def test_heat_ramps_are_readable() -> None:
    ramps = re.findall(
        r"background: (#[0-9a-f]{6}); color: (#[0-9a-f]{6})", (UI / "charts.css").read_text()
    )
    assert len(ramps) == 13
    assert [pair for pair in ramps if contrast(*pair) < 4.5] == []


def test_no_template_writes_a_colour_or_an_inline_script() -> None:
    templates = (UI.parents[2]).rglob("templates/**/*.html")
    offending = [
        f"{path.name}: {found}"
        for path in templates
        for found in re.findall(
            r"#[0-9a-fA-F]{6}\b|\bstyle=|<script>|\bon[a-z]+=|bg-[a-z]+-lt", path.read_text()
        )
    ]
    assert offending == []
