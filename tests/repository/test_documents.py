"""What the documents say is what the code does; links lead somewhere; words are the glossary's."""

import ast
import re
from pathlib import Path

import pytest
import reference_pages
import yaml

from forbear import rulebooks
from forbear.compliance.expressions import leaves
from forbear.compliance.verdicts import NO_RULE
from forbear.contact.permission import NO_THIRD_PERSONS

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "src").rglob("*.md")]
AVOIDED = re.compile(r"(^|_)(debtor|defaulter|installment|emi|rpc|ptp)(s?)(_|$)")


@pytest.mark.parametrize("name", sorted(reference_pages.PAGES))
def test_a_made_page_is_as_the_code_makes_it(name: str) -> None:
    written = (ROOT / "docs/reference" / name).read_text(encoding="utf-8")
    assert written == reference_pages.PAGES[name](), "run scripts/reference_pages.py"


def test_no_page_of_a_book_is_left_behind() -> None:
    pages = {path.name for path in (ROOT / "docs/reference/rulebooks").glob("*.md")}
    assert pages == {f"{book.folder.name}.md" for book in rulebooks.load_books()}


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
        name
        for path in (ROOT / "src/forbear_server").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in _events(node)
    }
    assert {"contact.permitted", "lender.rules_set"} <= names
    assert [name for name in sorted(names) if f"`{name}`" not in page] == []


def _events(node: ast.AST) -> list[str]:
    """Names given to `append_evidence`, at once or by way of a table called _EVENTS."""
    match node:
        case ast.Call(
            func=ast.Name(id="append_evidence"), args=[ast.Constant(value=str() as name), *_]
        ):
            return [name]
        case ast.Assign(targets=[ast.Name(id="_EVENTS")], value=ast.Dict(values=values)):
            return [one.value for one in values if isinstance(one, ast.Constant)]
    return []


def test_every_reason_code_is_documented() -> None:
    by_hand = (ROOT / "docs/reference/reasons.md").read_text(encoding="utf-8")
    ladder = yaml.safe_load((ROOT / "src/forbear/strategy/ladder.yaml").read_text("utf-8"))
    own = {f"stage_{stage['name']}" for stage in ladder["stages"]}
    own |= {ground.verdict.reason for ground in (NO_RULE, NO_THIRD_PERSONS)}
    assert [code for code in sorted(own) if f"`{code}`" not in by_hand] == []
    made = (ROOT / "docs/reference/rule-reasons.md").read_text(encoding="utf-8")
    missing = [
        f"{leaf.code} of {rule.id}"
        for rule in rulebooks.rules()
        for leaf in leaves(rule.tree)
        if leaf.code and not re.search(rf"\| `{leaf.code}` \| [^|]+ \| {re.escape(rule.id)} ", made)
    ]
    assert missing == []


def test_every_fact_is_documented() -> None:
    page = (ROOT / "docs/reference/facts.md").read_text(encoding="utf-8")
    parts = dict(re.findall(r"\n## (\w+)\n(.*?)(?=\n## |\Z)", page, re.DOTALL))
    missing = [
        f"{name}.{fact}"
        for name, held in rulebooks.vocabularies().items()
        for fact in held.kinds
        if f"| `{fact}` |" not in parts[name]
    ]
    assert missing == []


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
    for book in rulebooks.load_books():
        page = (ROOT / f"docs/reference/rulebooks/{book.folder.name}.md").read_text("utf-8")
        parts = dict(re.findall(r"\n## (\S+)\n(.*?)(?=\n## |\Z)", page, re.DOTALL))
        for rule in book.rules:
            badge = f"\n- **{rule.citation.confidence.value}**, last checked "
            assert badge in parts[rule.id], rule.id
            assert ("**off by default**" in parts[rule.id]) is not rule.is_enabled, rule.id


def test_what_is_not_encoded_is_shown_with_its_reason() -> None:
    for book in rulebooks.load_books():
        page = (ROOT / f"docs/reference/rulebooks/{book.folder.name}.md").read_text("utf-8")
        for left in book.not_encoded:
            assert f"- `{left.rule_id}`" in page
            assert left.why_zh in page
            assert left.why_en in page


def test_no_document_names_where_packages_come_from() -> None:
    """A registry's host is each installation's own business; a mirror is nobody else's."""
    hosts = re.compile(r"pypi\.|npmjs|registry\.|/simple/|--index-url|\.library")
    named = [
        f"{document.relative_to(ROOT)}:{number}"
        for document in DOCUMENTS
        for number, line in enumerate(document.read_text("utf-8").splitlines(), 1)
        if hosts.search(line)
    ]
    assert named == []
