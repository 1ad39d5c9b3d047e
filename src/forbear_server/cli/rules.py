"""`forbear rules`: read the law the product obeys, run worked cases, prove theorems."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from forbear import rulebooks
from forbear.compliance.cases import run_case
from forbear.compliance.rulebook import RulebookFaulty, load_rulebook
from forbear.compliance.rules import Rule
from forbear.conformance.mutation import mutation_results
from forbear.conformance.theorems import theorems
from forbear.conformance.worked_cases import CaseFileFaulty, CaseResult, read_case_file, run_cases
from forbear_server.cli.days import day_of
from forbear_server.cli.presenting import refusing, say, show_records
from forbear_server.ui.clock import wall_now

app = typer.Typer(no_args_is_help=True, help="The law the product obeys.")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
# Progress goes beside the answer, so that an answer can be piped on.
PROGRESS = Console(stderr=True)
OnDay = Annotated[str | None, typer.Option("--on", help="Law of this day, 2026-11-20; today.")]


@app.command()
def cases(
    file: Annotated[Path, typer.Argument(help="A file of the schema of law/cases_*.json.")],
    as_json: AsJson = False,
) -> None:
    """Run worked cases of the law; exit 1 if any fails.

    Every rule in force on a case's day takes part, unverified ones too.

    Example: forbear rules cases ../shared/law/cases_cn.json
    """
    with refusing(CaseFileFaulty, RulebookFaulty):
        results = list(run_cases(read_case_file(file), rulebooks.load_books()))
    failed = sum(not one.passed for one in results)
    if as_json:
        typer.echo(
            json.dumps([_told(one) for one in results], ensure_ascii=False, default=str, indent=2)
        )
    else:
        for one in results:
            typer.echo(_line(one))
        typer.echo(f"{len(results) - failed} passed, {failed} failed")
    raise typer.Exit(1 if failed else 0)


@app.command("list")
def list_(
    on: OnDay = None,
    jurisdiction: Annotated[str | None, typer.Option(help="CN, US, IN …")] = None,
    topic: Annotated[str | None, typer.Option(help="quiet_hours, call_frequency …")] = None,
    as_json: AsJson = False,
) -> None:
    """List the rules in force on a day.

    Example: forbear rules list --on 2024-12-31 --jurisdiction CN --topic quiet_hours
    """
    day = _day(on)
    found = [
        {
            "rule": rule.id,
            "topic": rule.topic,
            "article": rule.citation.article,
            "strength": rule.citation.strength.value,
            "confidence": rule.citation.confidence.value,
            "from": str(rule.reach.from_on),
            "until": None if rule.reach.until_on is None else str(rule.reach.until_on),
            "on by default": rule.is_enabled,
        }
        for rule in rulebooks.rules()
        if rule.reach.holds_on(day)
        and jurisdiction in (None, rule.reach.jurisdiction)
        and topic in (None, rule.topic)
    ]
    show_records(found, as_json=as_json, title=f"Rules in force on {day}")


@app.command()
def show(
    rule_id: Annotated[str, typer.Argument(help="CN-GBT45251-HOURS")],
    on: OnDay = None,
    as_json: AsJson = False,
) -> None:
    """One rule: its words, citation, numbers of the day, and its cases run now.

    Example: forbear rules show CN-CBA2026-FREQ6
    """
    day = _day(on)
    with refusing(LookupError):
        rule = rulebooks.rules_by_id().get(rule_id)
        if rule is None:
            raise LookupError(f"No rule is called {rule_id}: see `forbear rules list`.")
    told = _rule(rule, max(day, rule.reach.from_on))
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, default=str, indent=2))
        return
    for name, value in told.items():
        say(f"{name}: {value}" if not isinstance(value, str) or "\n" not in value else value)


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(help="The folder of one rulebook.")],
    as_json: AsJson = False,
) -> None:
    """Load a rulebook without using it, and run its cases; exit 1 with every fault found.

    Nothing of the folder is executed unless all of it lies in the subset.

    Example: forbear rules check src/forbear/rulebooks/cn_cba_2026
    """
    with refusing(RulebookFaulty):
        book = load_rulebook(folder.resolve(), rulebooks.vocabularies())
    outcomes = [run_case(rule, case) for rule in book.rules for case in rule.cases]
    records = [
        {
            "case": o.case.case_id,
            "rule": o.case.rule_id,
            "expected": o.case.verdict,
            "got": o.got.ruling.value,
            "passed": o.passed,
        }
        for o in outcomes
    ]
    failed = [r for r in records if not r["passed"]]
    if as_json:
        show_records(records, as_json=True, title="cases")
    else:
        if failed:
            show_records(failed, as_json=False, title="Failed cases")
        say(
            f"{book.head.book_id}: {len(book.rules)} rules, {len(book.parameters)} parameters, "
            f"{len(records) - len(failed)} of {len(records)} cases pass."
        )
    raise typer.Exit(1 if failed else 0)


@app.command()
def prove(as_json: AsJson = False) -> None:
    """Prove with Z3 that no sequence of permitted contacts breaks a rule; exit 1 if any is not.

    Each theorem is tried again with a seeded fault, which the prover must catch.

    Example: forbear rules prove --json
    """

    tasks = theorems(rulebooks.rules())
    proved = [
        task(time.perf_counter)
        for task in track(tasks, description="Proving", disable=as_json, console=PROGRESS)
    ]
    if as_json:
        show_records([asdict(one) for one in proved], as_json=True, title="Theorems")
    else:
        for one in proved:
            caught = "seeded fault caught" if one.seeded_fault_caught else "SEEDED FAULT MISSED"
            typer.echo(f"{one.status} {one.seconds:.3f} s, {caught}: {one.name} [{one.window}]")
        typer.echo(
            f"{sum(t.status == 'proved' for t in proved)} of {len(proved)} theorems proved, "
            f"{sum(t.seeded_fault_caught for t in proved)} seeded faults caught"
        )
    sound = all(one.status == "proved" and one.seeded_fault_caught for one in proved)
    raise typer.Exit(0 if sound else 1)


@app.command("mutants")
def mutants_(
    jurisdiction: Annotated[str | None, typer.Option(help="Only this one: CN, US …")] = None,
    as_json: AsJson = False,
) -> None:
    """Change each comparison, constant and word of every rule: does a case notice?

    A survivor comes with facts on which it differs from the law: a case to put to a lawyer.

    Example: forbear rules mutants --jurisdiction CN
    """
    rules = [r for r in rulebooks.rules() if jurisdiction in (None, r.reach.jurisdiction)]
    results = list(
        mutation_results(track(rules, description="Changing", disable=as_json, console=PROGRESS))
    )
    if as_json:
        show_records([asdict(one) for one in results], as_json=True, title="Mutants")
        return
    left = [asdict(survivor) for one in results for survivor in one.survivors]
    if left:
        show_records(left, as_json=False, title="Survivors")
    made, killed = sum(r.mutants for r in results), sum(r.killed for r in results)
    equal = sum(r.equivalent for r in results)
    say(
        f"{made} mutants of {len(rules)} rules: {killed} noticed by cases, {equal} proven equal, "
        f"{len(left)} left."
    )


def _day(on: str | None) -> date:
    with refusing(ValueError):
        return day_of(on) if on else wall_now().date()


def _line(one: CaseResult) -> str:
    state = "pass" if one.passed else "FAIL"
    why = one.explanation if one.passed else f"{'; '.join(one.missing)}. {one.explanation}"
    return (
        f"{state} {one.case_id}: {one.expected} / {one.verdict} [{', '.join(one.rule_ids)}] {why}"
    )


def _told(one: CaseResult) -> dict[str, object]:
    return {
        "id": one.case_id,
        "passed": one.passed,
        "expected": one.expected,
        "verdict": one.verdict,
        "rule_ids": list(one.rule_ids),
        "values": dict(one.values),
        "requires": list(one.requires),
        "missing": list(one.missing),
        "explanation": one.explanation,
    }


def _rule(rule: Rule, day: date) -> dict[str, object]:
    citation = rule.citation
    outcomes = [run_case(rule, case) for case in rule.cases]
    words = rule.in_words(on=day)
    return {
        "rule": rule.id,
        "instrument": f"{citation.instrument.zh} / {citation.instrument.en}",
        "article": citation.article,
        "quote": f"{citation.quote} ({citation.quote_kind.value})",
        "strength": citation.strength.value,
        "confidence": f"{citation.confidence.value}, last checked {citation.last_checked_on}",
        "source": "; ".join(citation.source),
        "binds": ", ".join(sorted(rule.reach.binds)),
        "in force": f"{rule.reach.from_on} to {rule.reach.until_on or 'now'}",
        "collector": f"{rule.collector_sentence.zh} / {rule.collector_sentence.en}",
        "borrower": f"{rule.borrower_sentence.zh} / {rule.borrower_sentence.en}",
        "numbers": rule.numbers_on(day),
        "zh": words.zh,
        "en": words.en,
        "not formalised": rule.not_formalised or "",
        "cases": f"{sum(o.passed for o in outcomes)} of {len(outcomes)} pass",
    }
