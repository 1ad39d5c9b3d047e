"""Every finding code has its texts, its line in the reference, and somebody who reports it."""

import ast
import re
from pathlib import Path

from forbear.intake.catalogue import entries, message, remedy
from forbear.intake.mappings import preset_names
from forbear.primitives.findings import Finding, Level

ROOT = Path(__file__).resolve().parents[2]
INTAKE = ROOT / "src/forbear/intake"
PAGES = ROOT / "docs/reference/tapes"


def test_every_code_stands_in_the_reference_with_its_texts() -> None:
    page = (PAGES / "findings.md").read_text(encoding="utf-8")
    for e in entries().values():
        line = f"| `{e.code}` | {e.level} | {e.zh} · {e.en} | {e.remedy_zh} · {e.remedy_en} |"
        assert line in page, e.code


def test_every_code_is_reported_somewhere() -> None:
    sources = [*INTAKE.rglob("*.py"), *INTAKE.rglob("presets/*.yaml")]
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    unused = [c for c in entries() if f'"{c}"' not in code and f"note_all: {c}" not in code]
    assert unused == []


CODE_ARGUMENT = {"rows": 1, "unreadable": 1, "Finding": 1, "flag": 2}


def reported(path: Path) -> set[str]:
    """The codes a module writes out where it reports a finding."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        place = CODE_ARGUMENT.get(name, len(node.args))
        if place < len(node.args) and isinstance(node.args[place], ast.Constant):
            found.add(node.args[place].value)
    return found


def test_every_code_reported_has_texts() -> None:
    codes = set().union(*(reported(path) for path in INTAKE.rglob("*.py")))
    assert len(codes) > 30
    assert codes - set(entries()) == set()


def test_texts_are_in_both_languages_and_filled() -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]")
    for e in entries().values():
        assert chinese.search(e.zh) and chinese.search(e.remedy_zh), e.code
        assert e.en and e.remedy_en and not chinese.search(e.en), e.code
    finding = Finding("t.csv", "missing_column", Level.ERROR, column="本金")
    assert message(finding, "zh") == "缺少必填列 本金"
    assert remedy(finding, "en") == "Add the column, or map another one"


def test_every_preset_has_its_page_that_says_what_it_cannot_tell() -> None:
    for name in preset_names():
        page = (PAGES / f"{name}.md").read_text(encoding="utf-8")
        assert "cannot tell" in page, name
