"""Reference pages made from the rulebooks and the facts; `reference_pages.py` writes them.

What a page says of a rule stands in rules.yaml, the parameters and the checked function; nothing
is said here of its own. Numbers shown are the last a rule had.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from forbear import rulebooks
from forbear.compliance.citations import Confidence
from forbear.compliance.expressions import Leaf, leaves
from forbear.compliance.fact_kinds import Kind, Vocabulary
from forbear.compliance.parameters import Parameter
from forbear.compliance.rulebook import NotEncoded, Rulebook
from forbear.compliance.rules import Rule
from forbear.compliance.scopes import Reach
from forbear.compliance.verdicts import Ruling
from forbear.compliance.words import clock

MADE = "<!-- made by scripts/reference_pages.py; do not edit -->\n"
STANDING = {
    Confidence.OFFICIAL: "the article was read in a copy of the instrument",
    Confidence.SECONDARY: "quoted or told by others; the instrument itself was not seen",
    Confidence.UNVERIFIED: "from memory; off by default",
}


def rules_page() -> str:
    """All books with their totals; each has a page of its own."""
    books = rulebooks.load_books()
    rules = rulebooks.rules()
    left_out, amounts = _left_out(books), _amounts(books)
    sure = {c: sum(r.citation.confidence is c for r in rules) for c in Confidence}
    lines = ["# Rules", "", MADE]
    lines += [
        f"{len(books)} rulebooks with {len(rules)} rules, {sum(len(b.parameters) for b in books)} "
        f"dated parameters and {sum(len(r.cases) for r in rules)} cases; {len(left_out)} articles "
        f"are not encoded and {len(amounts)} are amounts or clocks that a function computes; each "
        "book's page says which and why.",
        "",
        "How sure we are of the words, rule by rule:",
        "",
        "| badge | rules | what it means |",
        "|---|---|---|",
        *(f"| **{c.value}** | {sure[c]} | {STANDING[c]} |" for c in Confidence),
        "",
        "Off by default: " + ", ".join(f"`{r.id}`" for r in rules if not r.is_enabled) + ".",
        "",
        "No lawyer has signed any of them yet; each book's README names its reviewer.",
        "",
        "| rulebook | where | in force | rules | cases | not encoded |",
        "|---|---|---|---|---|---|",
        *(_book_row(book) for book in books),
    ]
    return "\n".join(lines) + "\n"


def _book_row(book: Rulebook) -> str:
    left_out = len(_left_out([book]))
    rules = ", ".join(
        f"{count} {c.value}"
        for c in Confidence
        if (count := sum(r.citation.confidence is c for r in book.rules))
    )
    return (
        f"| [{book.folder.name}](rulebooks/{book.folder.name}.md) {_cell(book.head.title.zh)} | "
        f"{book.head.reach.jurisdiction} | {_days(book.head.reach)} | {rules or 'none'} | "
        f"{sum(len(r.cases) for r in book.rules)} | {left_out or '–'} |"
    )


def book_page(book: Rulebook) -> str:
    """One instrument: its reach, every rule, its numbers, and what is left out."""
    head, folder = book.head, f"../../../src/forbear/rulebooks/{book.folder.name}"
    lines = [f"# {head.title.zh}", "", MADE, head.title.en, ""]
    lines += [
        f"`{head.book_id}` · {head.reach.jurisdiction} · {head.kind.value.replace('_', ' ')} · "
        f"in force {_days(head.reach)}. {_reach(head.reach)}",
        "",
        f"Readings taken and what is left out: [README]({folder}/README.md). "
        f"{len(book.rules)} rules, {len(book.parameters)} parameters, "
        f"{sum(len(r.cases) for r in book.rules)} cases.",
        "",
    ]
    for rule in book.rules:
        lines += _rule(rule, head.reach, folder)
    lines += _parameters(book)
    lines += _missing("Not encoded", _left_out([book]))
    lines += _missing("Computed by a function", _amounts([book]))
    return "\n".join(lines).rstrip() + "\n"


def _rule(rule: Rule, usual: Reach, folder: str) -> Iterator[str]:
    cited = rule.citation
    words = rule.in_words(on=_last_day(rule))
    file = rule.file.split("/", 1)[-1]
    yield from (f"## {rule.id}", "")
    yield from (f"{rule.collector_sentence.zh} {rule.collector_sentence.en}", "")
    yield from (f"> {_cell(cited.quote)}", "")
    yield f"- {cited.article} · {cited.strength.value} · {cited.quote_kind.value}"
    yield (
        f"- **{cited.confidence.value}**, last checked {cited.last_checked_on}: "
        f"{'; '.join(cited.source)}"
    )
    yield f"- in force {_days(rule.reach)} · {rule.topic}" + (
        "" if rule.is_enabled else " · **off by default**"
    )
    if _reach(rule.reach) != _reach(usual):
        yield f"- {_reach(rule.reach)}"
    for name, held in rule.exceptions.items():
        yield (
            f"- exception `{name}`: {held.words.zh} {held.words.en} It lifts {held.excepts}; it "
            f"rests on {held.rests_on}."
        )
    if rule.parameters:
        yield f"- numbers: {', '.join(f'`{name}`' for name in rule.parameters)}"
    if rule.not_formalised:
        yield f"- not formalised: {rule.not_formalised}"
    yield f"- to the borrower: {rule.borrower_sentence.zh} {rule.borrower_sentence.en}"
    yield f"- {len(rule.cases)} cases; asked about `{rule.vocabulary.name}`; [{file}]({folder}/{file})"
    yield from ("", "```text", words.zh, "", words.en, "```", "")


def _parameters(book: Rulebook) -> Iterator[str]:
    if not book.parameters:
        return
    yield from ("## Parameters", "", "| name | value | from | source | last checked |")
    yield "|---|---|---|---|---|"
    for parameter in book.parameters.values():
        read_by = f" (read by `{parameter.read_by}`)" if parameter.read_by else ""
        for held in parameter.values:
            yield (
                f"| `{parameter.name}`{read_by} | {_value(parameter, held.value)} | "
                f"{held.from_on} | {_cell(held.source)} | {held.last_checked_on} |"
            )
    yield ""


def _missing(title: str, entries: Sequence[NotEncoded]) -> Iterator[str]:
    if not entries:
        return
    yield from (f"## {title}", "")
    for one in entries:
        function = f" · `{one.function}`" if one.function else ""
        article = f" ({one.article})" if one.article else ""
        yield f"- `{one.rule_id}`{article}{function}: {one.why_zh} {one.why_en}"
    yield ""


def rule_reasons_page() -> str:
    """Every reason code a rule can give, with the rule and its sentence."""
    found = sorted(
        ((leaf.code, rule, leaf) for rule in rulebooks.rules() for leaf in leaves(rule.tree)),
        key=lambda one: (one[0], one[1].id),
    )
    coded = [one for one in found if one[0]]
    lines = ["# Reason codes of rules", "", MADE]
    lines += [
        "A code names the branch of a rule that decided; it is stable and unique within its rule. "
        "`refused … until` says that a next moment is named. The codes that no rule gives stand in "
        "[reasons](reasons.md).",
        "",
        f"{len(coded)} branches, {len({code for code, _, _ in coded})} codes.",
        "",
        "| code | answer | rule | 说明 | in plain words |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| `{code}` | {_answer(leaf)} | {rule.id} | {_cell(rule.collector_sentence.zh)} | "
        f"{_cell(rule.collector_sentence.en)} |"
        for code, rule, leaf in coded
    ]
    return "\n".join(lines) + "\n"


def facts_page() -> str:
    """Everything a rule may know, matter by matter."""
    known = rulebooks.vocabularies()
    lines = ["# Facts", "", MADE]
    lines += [
        f"Everything a rule may know: {sum(len(v.kinds) for v in known.values())} facts in "
        f"{len(known)} vocabularies. A fact left out has the neutral value given under *left out*; "
        "one with *unknown* may be missing, and a rule must ask whether it is there before it reads "
        "it. A value outside its range is refused before any rule is asked.",
        "",
        "| vocabulary | facts | rules |",
        "|---|---|---|",
    ]
    lines += [
        f"| [{name}](#{name.lower()}) | {len(held.kinds)} | "
        f"{sum(r.vocabulary is held for r in rulebooks.rules())} |"
        for name, held in known.items()
    ]
    for held in known.values():
        lines += _vocabulary(held)
    return "\n".join(lines) + "\n"


def _vocabulary(held: Vocabulary) -> Iterator[str]:
    about = (inspect.getdoc(held.facts) or "").split("\n\n")[0].replace("\n", " ")
    module = held.facts.__module__
    path = "../../src/" + module.replace(".", "/") + ".py"
    yield from ("", f"## {held.name}", "", f"{about} ([{module}]({path}))", "")
    yield "| fact | 中文 | meaning | values | how counted | left out | unknown means |"
    yield "|---|---|---|---|---|---|---|"
    for kind in held.kinds.values():
        yield (
            f"| `{kind.name}` | {_cell(kind.zh)} | {_cell(kind.en)} | {_range(kind)} | "
            f"{_cell(kind.counted)} | {_neutral(held, kind)} | {_cell(kind.unknown) or '–'} |"
        )


def _range(kind: Kind) -> str:
    if kind.kind == "word":
        return "one of " + ", ".join(f"`{word}`" for word in kind.words)
    if kind.kind == "bool":
        return "yes or no"
    return f"{kind.lo:,} to {kind.hi:,}, {_cell(kind.unit)}"


def _neutral(held: Vocabulary, kind: Kind) -> str:
    if kind.name not in held.defaults:
        return "must be given"
    value = held.defaults[kind.name]
    if value is None:
        return "unknown"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else f"`{value}`"


def _answer(leaf: Leaf) -> str:
    if leaf.ruling is Ruling.NEEDS_REVIEW:
        return "needs review"
    return "refused … until" if leaf.until is not None else leaf.ruling.value


def _value(parameter: Parameter, value: int) -> str:
    return clock(value) if parameter.unit == "minute" else f"{value} {parameter.unit}"


def _days(reach: Reach) -> str:
    return f"from {reach.from_on}" + (f" until {reach.until_on}" if reach.until_on else "")


def _reach(reach: Reach) -> str:
    said = f"Binds {', '.join(sorted(reach.binds))}"
    if reach.products:
        said += f"; for {', '.join(sorted(reach.products))}"
    if reach.membership:
        said += f"; members of {reach.membership} only"
    return said + "."


def _last_day(rule: Rule) -> date:
    """The day whose numbers are shown: the rule's last, or after its last change."""
    if rule.reach.until_on is not None:
        return rule.reach.until_on - timedelta(days=1)
    changes = [value.from_on for p in rule.parameters.values() for value in p.values]
    return max([rule.reach.from_on, *changes])


def _left_out(books: Iterable[Rulebook]) -> list[NotEncoded]:
    return [one for book in books for one in book.not_encoded if not one.function]


def _amounts(books: Iterable[Rulebook]) -> list[NotEncoded]:
    return [one for book in books for one in book.not_encoded if one.function]


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "/").split())
