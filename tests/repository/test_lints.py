"""Each lint of the house with a bad and a good sample, and the whole tree clean."""

from pathlib import Path

import lints
import pytest

DOMAIN = Path("src/forbear/loans/sample.py")
BAD_AND_GOOD = {
    "file-name": [
        (Path("src/forbear/loans/utils.py"), ""),
        (Path("src/forbear/loans/terms.py"), ""),
    ],
    "file-length": [(DOMAIN, "x = 1\n" * 401), (DOMAIN, "x = 1\n" * 400)],
    "function-length": [
        (DOMAIN, "def f():\n" + "    x = 1\n" * 50),
        (DOMAIN, "def f():\n" + "    x = 1\n" * 49),
    ],
    "float-money": [
        (DOMAIN, "def f(amount_minor: float): ...\n"),
        (DOMAIN, "def f(amount_minor: int): ...\n"),
    ],
    "yaml-float": [
        (Path("src/forbear/x.yaml"), "rate: 0.24\n"),
        (Path("src/forbear/x.yaml"), 'rate: "0.24"\n'),
    ],
    "clock": [(DOMAIN, "datetime.now()\n"), (DOMAIN, "def f(now): return now\n")],
    "chance": [(DOMAIN, "random.random()\n"), (DOMAIN, "random.Random(7)\n")],
    "machine-path": [(Path("docs/x.md"), "see /" + "root/x\n"), (Path("docs/x.md"), "see ./x\n")],
    "unfinished": [(DOMAIN, "# TO" + "DO later\n"), (DOMAIN, "# why: it is so\n")],
    "lock-address": [
        (Path("package-lock.json"), '"resolved": "http' + '://x"\n'),
        (Path("package-lock.json"), '"integrity": "sha512-x"\n'),
    ],
    "pale-badge": [
        (Path("src/x.html"), '<i class="bg-blue-' + 'lt">\n'),
        (Path("src/x.html"), '<i class="badge-note">\n'),
    ],
}


def names(sample: tuple[Path, str]) -> list[str]:
    return [fault.lint for fault in lints.faults_in(lints.File(*sample))]


@pytest.mark.parametrize("lint", sorted(BAD_AND_GOOD))
def test_a_lint_finds_the_bad_sample_and_passes_the_good_one(lint: str) -> None:
    bad, good = BAD_AND_GOOD[lint]
    assert names(bad) == [lint]
    assert names(good) == []


def test_every_lint_has_its_samples() -> None:
    assert {one.__name__.replace("_", "-") for one in lints.LINTS} == set(BAD_AND_GOOD)


def test_money_is_neither_made_a_float_nor_divided() -> None:
    assert names((DOMAIN, "float(row.amount_minor)\n")) == ["float-money"]
    assert names((DOMAIN, "x = total_minor / 12\n")) == ["float-money"]


def test_a_marker_needs_a_reason() -> None:
    marked = "datetime.now()  # lint: allow clock"
    assert names((DOMAIN, f"{marked}\n")) == ["clock", "marker"]
    assert names((DOMAIN, f"{marked} because the edge is here\n")) == []


def test_the_whole_tree_is_clean() -> None:
    root = Path(lints.__file__).parent.parent
    found = [str(fault) for file in lints.tracked(root) for fault in lints.faults_in(file)]
    assert found == []
