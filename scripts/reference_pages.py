"""Reference pages made from the code: `python scripts/reference_pages.py` writes them anew.

Errors, rules and commands are documented where they are declared; these pages collect them. A test
fails when a page no longer says what the code says.
"""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forbear_server.settings")

import typer.main  # noqa: E402
from typer import Context  # noqa: E402

from forbear import rulebooks  # noqa: E402
from forbear_server.cli.main import app  # noqa: E402

MADE = "<!-- made by scripts/reference_pages.py; do not edit -->\n"


def errors_page() -> str:
    """Every error class that carries a code, with the sentence that says what it means."""
    rows = sorted(_coded_classes())
    lines = ["# Errors", "", MADE, "Four kinds, never mixed: docs/explanation/errors.md.", ""]
    lines += ["| code | raised in | meaning |", "|---|---|---|"]
    lines += [f"| `{code}` | `{module}` | {meaning} |" for code, module, meaning in rows]
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


def rules_page() -> str:
    """Every rule with its words, whom it binds and how sure we are of the text."""
    lines = ["# Rules in force", "", MADE]
    for rule in rulebooks.RULES:
        cited = rule.citation
        until = rule.in_force_until or "open"
        lines += [
            f"## {rule.id}",
            "",
            f"{rule.sentence_zh} {rule.sentence_en}",
            "",
            f"- {cited.instrument}, {cited.article}",
            f"- “{cited.quote}”",
            f"- {cited.strength.value} · {cited.source_kind.value} · **{cited.confidence.value}** "
            f"({cited.source})",
            f"- In force from {rule.in_force_from} until {until}; binds "
            f"{', '.join(sorted(rule.binds))}",
            "",
        ]
    return "\n".join(lines)


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


PAGES = {"errors.md": errors_page, "rules.md": rules_page, "commands.md": commands_page}


def main() -> None:
    """Write every page."""
    for name, make in PAGES.items():
        path = ROOT / "docs/reference" / name
        path.write_text(make(), encoding="utf-8")
        print(f"written {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
