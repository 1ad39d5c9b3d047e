"""Loads a rulebook: one folder per instrument, refused whole when anything in it is unsound.

Loading reads text only; rule files are parsed and checked, never imported. Every fault is
reported with file, line, column and advice, all of them at once.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forbear.compliance.book_texts import BookHead, Entry, YamlFile, head_of, read_yaml, rule_entry
from forbear.compliance.cases import cases_of, unanswerable
from forbear.compliance.expressions import leaves
from forbear.compliance.fact_kinds import Vocabulary
from forbear.compliance.parameters import Parameter, ParameterFaulty, parameters_of
from forbear.compliance.rules import Case, Rule
from forbear.compliance.scalar import compiled
from forbear.compliance.source_checks import Fault
from forbear.compliance.subset import ReadFile, ReadRule, read_rule_file
from forbear.primitives.errors import RequestRefused


class RulebookFaulty(RequestRefused):
    """A rulebook that must not be relied on; `faults` says every place and what to do."""

    code = "rulebook_faulty"

    def __init__(self, folder: str, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        listed = "\n".join(str(fault) for fault in self.faults)
        super().__init__(f"{folder} was not loaded, {len(faults)} fault(s):\n{listed}")


@dataclass(frozen=True, slots=True)
class NotEncoded:
    """An article of the law file that no rule decides, and why."""

    rule_id: str
    article: str
    why_zh: str
    why_en: str
    function: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Rulebook:
    """One instrument: its head, rules, parameters and what is left out; `digest` of its files."""

    folder: Path
    head: BookHead
    rules: tuple[Rule, ...]
    parameters: Mapping[str, Parameter]
    not_encoded: tuple[NotEncoded, ...]
    readme: str
    digest: str

    def parameter(self, name: str) -> Parameter:
        """A parameter by name. Raises `KeyError`."""
        return self.parameters[name]


def load_rulebook(folder: Path, vocabularies: Mapping[str, Vocabulary]) -> Rulebook:
    """The rulebook of a folder. Raises `RulebookFaulty` with every fault found."""
    faults: list[Fault] = []
    head_file = read_yaml(folder / "instrument.yaml", faults)
    head = head_of(head_file, faults)
    entries = {
        rule_id: rule_entry(head, rule_id, body, texts, faults)
        for texts in [read_yaml(folder / "rules.yaml", faults)]
        for rule_id, body in texts.body.items()
    }
    parameters = _parameters(folder, faults)
    bounds = {name: p.bounds for name, p in parameters.items()}
    files = [
        read_rule_file(_said(folder, path), path.read_text(encoding="utf-8"), vocabularies, bounds)
        for path in _rule_files(folder)
    ]
    faults += [fault for file in files for fault in file.faults]
    not_encoded = _not_encoded(
        read_yaml(folder / "coverage.yaml", faults, is_required=False), faults
    )
    cases = list(_cases(folder, faults))
    read = {rule.rule_id: (file, rule) for file in files for rule in file.rules}
    if not any(file.faults for file in files):
        # what is missing is judged only once every rule could be read
        faults += _gaps(folder, entries, read, cases)
        faults += _unused_parameters(folder, parameters, read)
        faults += _foreign_exceptions(entries, read)
    if not (folder / "README.md").exists():
        faults.append(Fault(_said(folder, folder / "README.md"), 1, 1, "missing", "say its scope"))
    if faults or head is None:
        raise RulebookFaulty(folder.name, faults)
    rules = _rules(head, entries, read, parameters, cases)
    faults += [f for rule in rules for f in _undated(rule)]
    faults += [f for rule in rules for f in unanswerable(rule)]
    if faults:
        raise RulebookFaulty(folder.name, faults)
    readme = (folder / "README.md").read_text(encoding="utf-8")
    return Rulebook(folder, head, rules, parameters, not_encoded, readme, _digest(folder))


def _said(folder: Path, path: Path) -> str:
    return path.relative_to(folder.parent).as_posix()


def _rule_files(folder: Path) -> list[Path]:
    """The .py files that hold rules; the others are plain functions beside them."""
    return [
        path
        for path in sorted(folder.glob("*.py"))
        if any(
            line.startswith("@rule") or line.lstrip().startswith("@rule(")
            for line in path.read_text(encoding="utf-8").splitlines()
        )
    ]


def _parameters(folder: Path, faults: list[Fault]) -> dict[str, Parameter]:
    found: dict[str, Parameter] = {}
    for path in sorted((folder / "parameters").glob("*.yaml")):
        texts = read_yaml(path, faults)
        try:
            read = parameters_of(texts.file, texts.body)
        except ParameterFaulty as refused:
            faults.append(Fault(texts.file, 1, 1, str(refused), "correct the parameter"))
            continue
        for name in read.keys() & found.keys():
            faults.append(
                Fault(texts.file, texts.line(name), 1, f"{name} is given twice", "keep one")
            )
        found |= read
    return found


def _cases(folder: Path, faults: list[Fault]) -> Iterator[Case]:
    for path in sorted((folder / "cases").glob("*.yaml")):
        yield from cases_of(path, _said(folder, path), faults)


def _gaps(
    folder: Path,
    entries: Mapping[str, Entry | None],
    read: Mapping[str, tuple[ReadFile, ReadRule]],
    cases: Sequence[Case],
) -> Iterator[Fault]:
    """Rules without citation, citations without rule, rules without case, cases without rule."""
    named = folder.name
    for rule_id, (file, rule) in read.items():
        if rule_id not in entries:
            yield Fault(
                file.file, rule.node.lineno, 1, f"{rule_id} has no citation", "add it to rules.yaml"
            )
        if not any(case.rule_id == rule_id for case in cases):
            yield Fault(
                file.file, rule.node.lineno, 1, f"{rule_id} has no case", "add one under cases/"
            )
    for rule_id in entries.keys() - read.keys():
        yield Fault(
            f"{named}/rules.yaml",
            1,
            1,
            f"{rule_id} has no function",
            "write it or delete the entry",
        )
    for case in cases:
        if case.rule_id not in read:
            yield Fault(
                case.file,
                case.line,
                1,
                f"case {case.case_id}: no rule {case.rule_id}",
                "correct it",
            )


def _unused_parameters(
    folder: Path,
    parameters: Mapping[str, Parameter],
    read: Mapping[str, tuple[ReadFile, ReadRule]],
) -> Iterator[Fault]:
    used = {name for _, rule in read.values() for name in rule.used_parameters}
    for name, parameter in parameters.items():
        if name in used:
            continue
        at = f"{folder.name}/parameters"
        if parameter.read_by is None:
            yield Fault(at, 1, 1, f"{name} is never used", "delete it, use it, or say read_by")
            continue
        path = folder / (parameter.read_by.split(".")[0] + ".py")
        if not path.exists() or name not in path.read_text(encoding="utf-8"):
            yield Fault(at, 1, 1, f"{parameter.read_by} does not read {name}", "correct read_by")


def _foreign_exceptions(
    entries: Mapping[str, Entry | None], read: Mapping[str, tuple[ReadFile, ReadRule]]
) -> Iterator[Fault]:
    for rule_id, (file, rule) in read.items():
        entry = entries.get(rule_id)
        if entry is None:
            continue
        used = {leaf.exception for leaf in leaves(rule.tree) if leaf.exception}
        for name in sorted(used ^ entry.exceptions.keys()):
            yield Fault(
                file.file,
                rule.node.lineno,
                1,
                f"{rule_id}: exception {name} stands only in "
                + ("the function" if name in used else "rules.yaml"),
                "name it in both: what it excepts and what record it rests on",
            )


def _rules(
    head: BookHead,
    entries: Mapping[str, Entry | None],
    read: Mapping[str, tuple[ReadFile, ReadRule]],
    parameters: Mapping[str, Parameter],
    cases: Sequence[Case],
) -> tuple[Rule, ...]:
    calls = {
        rule_id: call
        for file in {id(f): f for f, _ in read.values()}.values()
        for rule_id, call in compiled(file).items()
    }
    made = []
    for rule_id, (file, rule) in read.items():
        entry = entries[rule_id]
        if entry is None:
            continue
        made.append(
            Rule(
                id=rule_id,
                book_id=head.book_id,
                topic=entry.topic,
                citation=entry.citation,
                reach=entry.reach,
                collector_sentence=entry.collector,
                borrower_sentence=entry.borrower,
                exceptions=entry.exceptions,
                not_formalised=entry.not_formalised,
                is_enabled=entry.is_enabled,
                vocabulary=rule.vocabulary,
                tree=rule.tree,
                doc=rule.doc,
                file=file.file,
                line=rule.node.lineno,
                parameters={n: parameters[n] for n in sorted(rule.used_parameters)},
                cases=tuple(c for c in cases if c.rule_id == rule_id),
                decide=calls[rule_id],
            )
        )
    return tuple(made)


def _undated(rule: Rule) -> Iterator[Fault]:
    """A parameter whose first value comes after the rule's first day leaves days without law."""
    for name, parameter in rule.parameters.items():
        if parameter.values[0].from_on > rule.reach.from_on:
            yield Fault(
                rule.file,
                rule.line,
                1,
                f"{name} has no value on {rule.reach.from_on}, when {rule.id} begins",
                "date the first value from that day",
            )


def _not_encoded(texts: YamlFile, faults: list[Fault]) -> tuple[NotEncoded, ...]:
    found = []
    for key in ("not_encoded", "amounts"):
        for body in texts.body.get(key) or []:
            try:
                found.append(
                    NotEncoded(
                        str(body["id"]),
                        str(body.get("article", "")),
                        str(body["why"]["zh"]),
                        str(body["why"]["en"]),
                        body.get("function"),
                    )
                )
            except (KeyError, TypeError) as error:
                faults.append(
                    Fault(
                        texts.file, texts.line(key), 1, f"{key}: {error} is missing", "give id, why"
                    )
                )
    return tuple(found)


def _digest(folder: Path) -> str:
    """SHA-256 over the names and bytes of everything a decision depends on."""
    held = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".py", ".yaml") and path.is_file():
            held.update(path.relative_to(folder).as_posix().encode() + b"\0")
            held.update(path.read_bytes() + b"\0")
    return held.hexdigest()


def every_rule(books: Sequence[Rulebook]) -> tuple[Rule, ...]:
    """All rules of all books. Raises `RulebookFaulty` when two books use one id."""
    rules = tuple(rule for book in books for rule in book.rules)
    seen: dict[str, Any] = {}
    twice = [
        Fault(r.file, r.line, 1, f"{r.id} also stands in {seen[r.id].file}", "rename one")
        for r in rules
        if seen.setdefault(r.id, r) is not r
    ]
    if twice:
        raise RulebookFaulty("rulebooks", twice)
    return rules
