"""Reference pages made from the code: `python scripts/reference_pages.py` writes them anew.

Errors, rules, facts and commands are documented where they are declared; these pages collect them.
A test fails when a page no longer says what the code says.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forbear_server.settings")

import typer.main  # noqa: E402
from rulebook_pages import (  # noqa: E402
    MADE,
    book_page,
    facts_page,
    rule_reasons_page,
    rules_page,
)
from typer import Context  # noqa: E402

from forbear import rulebooks  # noqa: E402
from forbear_server.cli.main import app  # noqa: E402


def errors_page() -> str:
    """Every error class that carries a code, with the sentence that says what it means."""
    rows = sorted(_coded_classes())
    lines = ["# Errors", "", MADE, "Four kinds, never mixed: docs/explanation/errors.md.", ""]
    lines += ["| code | raised in | meaning |", "|---|---|---|"]
    lines += [f"| `{code}` | `{module}` | {meaning} |" for code, module, meaning in rows]
    lines += ["", "Scoring refuses with one of these; the message says what to do:", ""]
    lines += ["| code | raised in |", "|---|---|"]
    lines += [f"| `{code}` | {places} |" for code, places in _scoring_codes()]
    lines += ["", "The API says these itself, in the same form:", ""]
    lines += ["| code | status | what it says |", "|---|---|---|"]
    lines += [f"| `{code}` | {status} | {title} |" for code, title, status in _api_problems()]
    return "\n".join(lines) + "\n"


def _coded_classes() -> Iterator[tuple[str, str, str]]:
    for path in sorted((ROOT / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.ClassDef):
                continue
            codes = [
                one.value.value
                for one in node.body
                if isinstance(one, ast.Assign)
                and isinstance(one.targets[0], ast.Name)
                and one.targets[0].id == "code"
                and isinstance(one.value, ast.Constant)
            ]
            if codes:
                module = ".".join(path.relative_to(ROOT / "src").with_suffix("").parts)
                meaning = (ast.get_docstring(node) or "").splitlines()[0]
                yield str(codes[0]), f"{module}.{node.name}", meaning


_LIBRARIES = {"interpret-core", "scikit-learn"}


def _scoring_codes() -> list[tuple[str, str]]:
    """Codes given to `ScoringRefused(code, …)` or to a refusal of a policy's entry, and where."""
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / "src").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)) if "ScoringRefused" in text else ():
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
                continue
            if node.value in _LIBRARIES:
                continue
            if re.fullmatch(r"[a-z]+(-[a-z]+)+", node.value) and _is_code(node.value, text):
                module = ".".join(path.relative_to(ROOT / "src").with_suffix("").parts)
                found.setdefault(node.value, set()).add(f"`{module}`")
    return sorted((code, ", ".join(sorted(places))) for code, places in found.items())


def _is_code(code: str, text: str) -> bool:
    """Whether the text gives it to a refusal, at once or through a name of its own."""
    quoted = re.escape(f'"{code}"')
    return bool(
        re.search(rf"(ScoringRefused|__init__)\(\s*{quoted}", text)
        or re.search(rf"^\s*{quoted},$|^[A-Z_, ()]+ = \(?\s*{quoted}", text, re.M)
    )


def _api_problems() -> list[tuple[str, str, int]]:
    """Calls of `problem(code, title, status)` with a code of their own."""
    found = []
    for path in sorted((ROOT / "src/forbear_server/api").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        titles = {
            target.id: _plain(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            match node:
                case ast.Call(
                    func=ast.Name(id="problem"),
                    args=[ast.Constant(value=str() as code), said, ast.Constant(value=status), *_],
                ):
                    named = isinstance(said, ast.Name)
                    title = titles.get(said.id, "") if named else _plain(said)
                    found.append((code, title, int(status)))
    return sorted(found)


def _plain(node: ast.expr) -> str:
    """A text as written; what is filled in becomes an ellipsis."""
    if isinstance(node, ast.JoinedStr):
        return "".join(_plain(part) for part in node.values)
    return str(node.value) if isinstance(node, ast.Constant) else "…"


def commands_page() -> str:
    """Every command's own help."""
    lines = ["# Commands", "", MADE]
    group = typer.main.get_command(app)
    root = Context(group, info_name="forbear")
    for name in group.list_commands(root):  # type: ignore[attr-defined]
        command = group.get_command(root, name)  # type: ignore[attr-defined]
        lines += _command(f"forbear {name}", command)
    return "\n".join(lines) + "\n"


def _command(title: str, command: object) -> list[str]:
    children = getattr(command, "commands", {})
    if children:
        return [
            line
            for name in sorted(children)
            for line in _command(f"{title} {name}", children[name])
        ]
    lines = [f"## {title}", "", (getattr(command, "help", None) or "").strip(), ""]
    for parameter in getattr(command, "params", []):
        if parameter.name in ("help", "install_completion", "show_completion"):
            continue
        name = (
            ", ".join(parameter.opts) if parameter.param_type_name == "option" else parameter.name
        )
        lines.append(f"- `{name}` {getattr(parameter, 'help', '') or ''}")
    return [*lines, ""]


def _book_pages() -> dict[str, Callable[[], str]]:
    return {
        f"rulebooks/{book.folder.name}.md": partial(book_page, book)
        for book in rulebooks.load_books()
    }


PAGES: dict[str, Callable[[], str]] = {
    "errors.md": errors_page,
    "commands.md": commands_page,
    "rules.md": rules_page,
    "rule-reasons.md": rule_reasons_page,
    "facts.md": facts_page,
    **_book_pages(),
}


def main() -> None:
    """Write every page; pages of books that are gone go too."""
    folder = ROOT / "docs/reference"
    for name, make in PAGES.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(make(), encoding="utf-8")
    for path in (folder / "rulebooks").glob("*.md"):
        if f"rulebooks/{path.name}" not in PAGES:
            path.unlink()
    print(f"{len(PAGES)} pages written below {folder.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
