"""Our own lints: what no tool knows about this house. `python scripts/lints.py [folder]`.

Each lint is a function from a file to its faults; its docstring tells why it exists. A line may
carry the marker `lint: allow <name> because <reason>`; a marker without a reason is a fault itself.
`tests/repository/test_lints.py` shows each lint a good and a bad sample.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

FORBIDDEN_NAMES = {
    "utils", "helpers", "common", "misc", "base", "core", "manager", "handler", "processor", "types",
}  # fmt: skip
MAX_FILE, MAX_TEST_FILE, MAX_FUNCTION = 400, 500, 50
MARKER = re.compile(r"lint: allow (?P<name>[a-z-]+)(?: because (?P<reason>\S.*))?")
CLOCK_CALLS = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time",
    "time.monotonic", "time.perf_counter", "time.time_ns", "time.sleep",
}  # fmt: skip
CHANCE_CALLS = re.compile(
    r"^(random\.(?!Random$)\w+|secrets\.\w+|os\.urandom|uuid\.uuid[14]|uuid[14]"
    r"|np\.random\.(?!Generator$|Philox$|SeedSequence$)\w+|numpy\.random\.(?!Generator$|Philox$)\w+)$"
)
# spelled in pieces, so that this file does not find itself
MACHINE_PATHS = re.compile(
    "|".join(f"/{name}/" for name in ("wor" + "k", "roo" + "t", "far" + "m"))
)
UNFINISHED = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")) + r")\b")
ADDRESS_IN_LOCK = re.compile(r"index-url|\"resolved\": \"http|registry = \"http|url = \"http")
MONEY_NAME = re.compile(r"(_minor|^minor|amount)$")


@dataclass(frozen=True, slots=True)
class File:
    """A tracked file as the lints see it; `path` is relative to the project."""

    path: Path
    text: str

    @property
    def is_domain(self) -> bool:
        return self.path.parts[:2] == ("src", "forbear")

    @property
    def is_test(self) -> bool:
        return self.path.parts[0] == "tests"

    def tree(self) -> ast.Module | None:
        return ast.parse(self.text) if self.path.suffix == ".py" else None


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, where, and what to do."""

    lint: str
    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.lint}: {self.message}"


Lint = Callable[[File], Iterator[Fault]]


def file_name(file: File) -> Iterator[Fault]:
    """A file called utils collects what nobody could name; nobody finds it again."""
    for part in file.path.parts:
        if Path(part).stem.lower() in FORBIDDEN_NAMES:
            yield Fault("file-name", file.path, 1, f"{part!r} says nothing: name the concept.")


def file_length(file: File) -> Iterator[Fault]:
    """A file that is too long holds two concepts: find their names."""
    if file.path.suffix != ".py" or "migrations" in file.path.parts:
        return
    limit = MAX_TEST_FILE if file.is_test else MAX_FILE
    lines = file.text.count("\n")
    if lines > limit:
        yield Fault("file-length", file.path, lines, f"{lines} lines, at most {limit}: split it.")


def function_length(file: File) -> Iterator[Fault]:
    """What does not fit on a screen is not read as a whole."""
    tree = file.tree()
    if tree is None or "migrations" in file.path.parts:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MAX_FUNCTION:
                yield Fault(
                    "function-length",
                    file.path,
                    node.lineno,
                    f"{node.name} has {length} lines, at most {MAX_FUNCTION}: split it.",
                )


def float_money(file: File) -> Iterator[Fault]:
    """0.1 + 0.2 is not 0.3: money is integer minor units, rates are decimals."""
    tree = file.tree()
    if tree is None or file.is_test:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign) and _is_money(node) and _says_float(node):
            yield Fault(
                "float-money", file.path, node.lineno, "money as float: use int minor units."
            )
        if (
            isinstance(node, ast.Call)
            and _name(node.func) == "float"
            and any(MONEY_NAME.search(_name(a) or "") for a in node.args)
        ):
            yield Fault("float-money", file.path, node.lineno, "float() of money: keep integers.")
        if (
            isinstance(node, ast.BinOp)
            and isinstance(node.op, ast.Div)
            and MONEY_NAME.search(_name(node.left) or "")
        ):
            yield Fault("float-money", file.path, node.lineno, "money divided: round_to_minor.")


def yaml_float(file: File) -> Iterator[Fault]:
    """An unquoted 0.24 in YAML is a float before anybody can make it a decimal."""
    if not file.is_domain or file.path.suffix != ".yaml":
        return
    for number, line in enumerate(file.text.splitlines(), 1):
        if re.search(r"[:\[,]\s*-?\d+\.\d+\s*(?:[,}\]#]|$)", line):
            yield Fault("yaml-float", file.path, number, "an unquoted decimal: write it quoted.")


def clock(file: File) -> Iterator[Fault]:
    """Code that reads the clock cannot be replayed: `as_of` and `now` are arguments."""
    for node in _domain_calls(file):
        if _name(node.func) in CLOCK_CALLS:
            yield Fault("clock", file.path, node.lineno, f"{_name(node.func)}(): pass it in.")


def chance(file: File) -> Iterator[Fault]:
    """A draw without a recorded seed cannot be repeated."""
    for node in _domain_calls(file):
        if CHANCE_CALLS.match(_name(node.func) or ""):
            yield Fault(
                "chance", file.path, node.lineno, f"{_name(node.func)}(): seed and pass it."
            )


def machine_path(file: File) -> Iterator[Fault]:
    """A path of one machine is a secret of that machine and a fault on every other."""
    for number, line in enumerate(file.text.splitlines(), 1):
        if MACHINE_PATHS.search(line):
            yield Fault(
                "machine-path", file.path, number, "a path of one machine: make it relative."
            )


def unfinished(file: File) -> Iterator[Fault]:
    """A known gap is an issue, not a mark in the code."""
    for number, line in enumerate(file.text.splitlines(), 1):
        if UNFINISHED.search(line):
            yield Fault("unfinished", file.path, number, "finish it, or make it an issue.")


def lock_address(file: File) -> Iterator[Fault]:
    """Lock files carry hashes; the address of a registry is each installation's own business."""
    if not re.search(r"(requirements.*\.txt|.*lock.*)$", file.path.name):
        return
    for number, line in enumerate(file.text.splitlines(), 1):
        if ADDRESS_IN_LOCK.search(line):
            yield Fault("lock-address", file.path, number, "a registry's address in a lock file.")


def pale_badge(file: File) -> Iterator[Fault]:
    """Tabler's light badges fail WCAG contrast; the house has its own badges."""
    if file.path.suffix not in {".html", ".py", ".js"} or file.path.name == "lints.py":
        return
    for number, line in enumerate(file.text.splitlines(), 1):
        if re.search(r"\bbg-[a-z]+-lt\b", line):
            yield Fault("pale-badge", file.path, number, "use a badge of ui/, its contrast is 4.5.")


LINTS: tuple[Lint, ...] = (
    file_name, file_length, function_length, float_money, yaml_float, clock, chance,
    machine_path, unfinished, lock_address, pale_badge,
)  # fmt: skip


def faults_in(file: File) -> list[Fault]:
    """Every fault of a file that no marker with a reason allows."""
    lines = file.text.splitlines()
    found = [fault for lint in LINTS for fault in lint(file)]
    kept = [f for f in found if not _is_allowed(f, lines)]
    for number, line in enumerate(lines, 1):
        marker = MARKER.search(line)
        if marker and not marker["reason"] and file.path.name != "lints.py" and not file.is_test:
            kept.append(Fault("marker", file.path, number, "a marker needs `because <reason>`."))
    return kept


def _is_allowed(fault: Fault, lines: list[str]) -> bool:
    near = lines[max(fault.line - 2, 0) : fault.line]
    marks = [m for line in near if (m := MARKER.search(line))]
    return any(m["name"] == fault.lint and m["reason"] for m in marks)


def _domain_calls(file: File) -> Iterator[ast.Call]:
    tree = file.tree() if file.is_domain else None
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Call):
            yield node


def _name(node: ast.AST) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_name(node.value)}.{node.attr}"
    return None


def _is_money(node: ast.arg | ast.AnnAssign) -> bool:
    name = node.arg if isinstance(node, ast.arg) else _name(node.target)
    return bool(MONEY_NAME.search(name or ""))


def _says_float(node: ast.arg | ast.AnnAssign) -> bool:
    return node.annotation is not None and "float" in ast.unparse(node.annotation)


def tracked(root: Path) -> Iterator[File]:
    """Every text file git knows or would add."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout
    for name in names.splitlines():
        path = root / name
        try:
            yield File(Path(name), path.read_text(encoding="utf-8"))
        except (UnicodeDecodeError, FileNotFoundError):
            continue


def main(root: Path) -> int:
    """Print every fault; 1 if there is one."""
    found = [fault for file in tracked(root) for fault in faults_in(file)]
    for fault in found:
        print(fault)
    print(f"own lints: {len(found)} faults" if found else "own lints: clean")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent))
