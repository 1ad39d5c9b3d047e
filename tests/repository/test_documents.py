"""What the documents say is what the code does; links lead somewhere; words are the glossary's."""

import ast
import re
from pathlib import Path

import pytest
import reference_pages
import yaml

from forbear import rulebooks

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "src").rglob("*.md")]
AVOIDED = re.compile(r"(^|_)(debtor|defaulter|installment|emi|rpc|ptp)(s?)(_|$)")


@pytest.mark.parametrize("name", sorted(reference_pages.PAGES))
def test_a_made_page_is_as_the_code_makes_it(name: str) -> None:
    written = (ROOT / "docs/reference" / name).read_text(encoding="utf-8")
    assert written == reference_pages.PAGES[name](), "run scripts/reference_pages.py"


def test_every_link_in_the_documents_leads_to_a_file() -> None:
    broken = [
        f"{document.relative_to(ROOT)} → {target}"
        for document in DOCUMENTS
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text("utf-8"))
        if not (document.parent / target).exists()
    ]
    assert broken == []


def test_every_recorded_event_is_documented() -> None:
    page = (ROOT / "docs/reference/events.md").read_text(encoding="utf-8")
    names = {
        node.args[0].value
        for path in (ROOT / "src/forbear_server").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "append_evidence"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert len(names) > 15
    assert [name for name in sorted(names) if f"`{name}`" not in page] == []


def test_every_reason_code_is_documented() -> None:
    page = (ROOT / "docs/reference/reasons.md").read_text(encoding="utf-8")
    ladder = yaml.safe_load((ROOT / "src/forbear/strategy/ladder.yaml").read_text("utf-8"))
    codes = {f"stage_{stage['name']}" for stage in ladder["stages"]}
    for path in (ROOT / "src/forbear/rulebooks").rglob("*.py"):
        codes |= set(re.findall(r'(?:refused|needs_review)\("(\w+)"', path.read_text("utf-8")))
    assert [code for code in sorted(codes) if f"`{code}`" not in page] == []


def test_every_rulebook_says_its_scope_and_last_check() -> None:
    for folder in sorted(
        {Path(p).parent for p in (ROOT / "src/forbear/rulebooks").glob("*/cases")}
    ):
        readme = (folder / "README.md").read_text(encoding="utf-8")
        assert "Last check:" in readme
        assert "not" in readme and "Reviewer:" in readme


def test_avoided_words_name_nothing_of_ours() -> None:
    named = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in (ROOT / "src").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and AVOIDED.search(node.name.lower())
    ]
    assert named == []


def test_the_readme_exists_in_both_languages_and_names_the_two_commands() -> None:
    for name in ("README.md", "README.zh-CN.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "make demo" in text
        assert "make test" in text


def test_no_rule_is_shown_as_surer_than_its_source() -> None:
    page = (ROOT / "docs/reference/rules.md").read_text(encoding="utf-8")
    for rule in rulebooks.RULES:
        assert f"**{rule.citation.confidence.value}**" in page
