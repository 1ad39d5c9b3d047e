"""A document as blocks, written as Markdown or as one HTML page without any script."""

import html
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    """A title (level 1) or the head of a section (level 2)."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; a warning stands out."""

    text: str
    is_warning: bool = False


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption; every row has as many cells as the head."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Heading | Paragraph | Bullets | Table

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.6 system-ui, "PingFang SC", "Microsoft YaHei", sans-serif; margin: 2rem auto;
  max-width: 60rem; padding: 0 1rem; color: #1a1a1a; background: #fff; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
table { border-collapse: collapse; margin: .5rem 0 1.5rem; }
caption { text-align: start; font-weight: 600; padding-bottom: .25rem; }
th, td { border: 1px solid #767676; padding: .2rem .6rem; text-align: start; vertical-align: top; }
td:not(:first-child) { font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; }
.warning { border-inline-start: .3rem solid #a32d2d; padding: .3rem .8rem; }
@media (prefers-color-scheme: dark) { body { color: #eee; background: #171717; } }
@media print { body { margin: 0; max-width: none; } h2, caption { break-after: avoid; } }
"""


def markdown(blocks: Sequence[Block]) -> str:
    """The blocks as Markdown.

    >>> markdown([Heading(1, "A"), Table("B", ("x", "y"), (("1|2", "3"),))])
    '# A\\n\\n**B**\\n\\n| x | y |\\n|---|---|\\n| 1\\\\|2 | 3 |\\n'
    """
    return "\n\n".join(_markdown(block) for block in blocks) + "\n"


def page(blocks: Sequence[Block], *, title: str, language: str) -> str:
    """The blocks as one HTML page that needs nothing else and runs nothing."""
    body = "\n".join(_html(block) for block in blocks)
    return (
        f'<!doctype html>\n<html lang="{html.escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"{body}\n</main>\n</body>\n</html>\n"
    )


def _markdown(block: Block) -> str:
    if isinstance(block, Heading):
        return f"{'#' * block.level} {_plain(block.text)}"
    if isinstance(block, Paragraph):
        return f"> **{_plain(block.text)}**" if block.is_warning else _plain(block.text)
    if isinstance(block, Bullets):
        return "\n".join(f"- {_plain(item)}" for item in block.items)
    rows = [block.head, tuple("---" for _ in block.head), *block.rows]
    lines = ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    lines[1] = "|" + "---|" * len(block.head)
    return f"**{_plain(block.caption)}**\n\n" + "\n".join(lines)


def _plain(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return _plain(text).replace("|", "\\|")


def _html(block: Block) -> str:
    if isinstance(block, Heading):
        return f"<h{block.level}>{html.escape(block.text)}</h{block.level}>"
    if isinstance(block, Paragraph):
        kind = ' class="warning"' if block.is_warning else ""
        return f"<p{kind}>{html.escape(block.text)}</p>"
    if isinstance(block, Bullets):
        return "<ul>" + "".join(f"<li>{html.escape(one)}</li>" for one in block.items) + "</ul>"
    head = "".join(f'<th scope="col">{html.escape(cell)}</th>' for cell in block.head)
    rows = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>\n"
        for row in block.rows
    )
    caption = f"<caption>{html.escape(block.caption)}</caption>"
    return (
        f'<div class="wide"><table>{caption}<thead><tr>{head}</tr></thead>'
        f"<tbody>\n{rows}</tbody></table></div>"
    )
