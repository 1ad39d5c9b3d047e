"""The tutorial on rulebooks is true: its files load, and what it pastes is what one gets."""

import re
from pathlib import Path

import pytest
import z3

from forbear import rulebooks
from forbear.compliance.cases import run_case
from forbear.compliance.rulebook import Rulebook, RulebookFaulty, load_rulebook
from forbear.conformance import claims, theorems
from forbear.conformance.mutation import mutation_results

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = ("tutorial-write-a-rulebook.md", "tutorial-write-a-rulebook.zh-CN.md")
NAMED = re.compile(
    r"(?:^|\n)[^\n]*`xx_example_2026/([^`\n]+)`[^\n]*[:：]\n\n```\w+\n(.*?)```", re.S
)
FIRST_TEST = '    if f.local_minute is None:\n        return needs_review("local_time_unknown")\n'


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest) -> str:
    return (DOCS / request.param).read_text(encoding="utf-8")


def write(page: str, root: Path, *, is_amended: bool = False) -> Path:
    """The files of the tutorial; a file named again further down is added to."""
    folder, seen = root / "xx_example_2026", set()
    for name, text in NAMED.findall(page):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name not in seen:
            path.write_text(text, encoding="utf-8")
        elif is_amended:
            path.write_text(f"{path.read_text(encoding='utf-8')}\n\n{text}", encoding="utf-8")
        seen.add(name)
    if is_amended:
        replace(folder / "rules.yaml", "8-1:\n", "8-1:\n  until: 2027-01-01\n")
    return folder


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def loaded(folder: Path) -> Rulebook:
    return load_rulebook(folder, rulebooks.vocabularies())


def told(book: Rulebook) -> str:
    """As `forbear rules check` ends."""
    passed = [run_case(rule, case).passed for rule in book.rules for case in rule.cases]
    return (
        f"{book.head.book_id}: {len(book.rules)} rules, {len(book.parameters)} parameters, "
        f"{sum(passed)} of {len(passed)} cases pass."
    )


def noticed(book: Rulebook) -> list[str]:
    return [
        line
        for one in mutation_results(book.rules)
        for line in (
            f"{one.rule_id}: {one.mutants} changes, {one.killed} noticed",
            *(f"  line {left.line}: {left.change}" for left in one.survivors),
        )
    ]


def test_the_book_loads_and_its_cases_pass(page: str, tmp_path: Path) -> None:
    said = told(loaded(write(page, tmp_path)))
    assert said.endswith(" 12 of 12 cases pass.")
    assert said in page


def test_the_seeded_mistakes_are_refused_in_the_pasted_words(page: str, tmp_path: Path) -> None:
    folder = write(page, tmp_path)
    replace(folder / "calls.py", FIRST_TEST, "")
    with pytest.raises(RulebookFaulty) as refused:
        loaded(folder)
    assert str(refused.value.faults[0]) in page
    folder = write(page, tmp_path)
    replace(folder / "parameters/calls.yaml", "value: 2,", "value: 3,")
    assert told(loaded(folder)) in page


def test_a_case_notices_each_number_and_one_less_does_not(page: str, tmp_path: Path) -> None:
    folder = write(page, tmp_path)
    for line in noticed(loaded(folder)):
        assert f"\n{line}\n" in page
    cases = folder / "cases/calls.yaml"
    kept = [line for line in cases.read_text("utf-8").splitlines() if "id: ex-12," not in line]
    cases.write_text("\n".join(kept), encoding="utf-8")
    after = noticed(loaded(folder))[1:]
    assert len(after) == 2
    assert "\n".join(after) in page


def test_the_claims_are_proven_and_their_seeded_faults_caught(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = loaded(write(page, tmp_path))
    written = re.search(
        r"```python\n(HoursClaim\(.*?\n\))\n(FrequencyClaim\(.*?\n\))\n```", page, re.S
    )
    assert written
    known = {**vars(claims), "z3": z3}
    hours, often = (eval(text, known) for text in written.groups())  # noqa: S307 our own page
    monkeypatch.setattr(theorems, "HOURS", (hours,))
    monkeypatch.setattr(theorems, "FREQUENCIES", (often,))
    monkeypatch.setattr(theorems, "SPACINGS", ())
    proved = [task(lambda: 0.0) for task in theorems.theorems(book.rules)]
    assert all(one.status == "proved" and one.seeded_fault_caught for one in proved)
    assert [one.name for one in proved if "-8-" in one.name and one.name not in page] == []


def test_the_amended_book_loads_and_old_law_stays(page: str, tmp_path: Path) -> None:
    folder = write(page, tmp_path, is_amended=True)
    said = told(loaded(folder))
    assert said.endswith(" 20 of 20 cases pass.")
    assert said in page
    text = (folder / "cases/calls.yaml").read_text(encoding="utf-8")
    late = re.sub(r"(id: ex-15,.*day: )2026-12-31", r"\g<1>2027-01-01", text)
    (folder / "cases/calls.yaml").write_text(late, encoding="utf-8")
    with pytest.raises(RulebookFaulty) as refused:
        loaded(folder)
    fault = refused.value.faults[0]
    assert f": {fault.what}; {fault.advice}\n" in page


def test_both_languages_hold_the_same_files() -> None:
    held = [NAMED.findall((DOCS / name).read_text(encoding="utf-8")) for name in PAGES]
    assert held[0] == held[1]
    assert len(held[0]) == 11
