"""Is this text fit to be sent, kept or passed on: findings with the words, the reason and the rule.

Explicit rules (`screening_rules.yaml`) decide; the facts of the case decide amounts and legal
claims; a linear model may at most send a text to a person (for what leaves: `doubt`, for a call:
`linear.pressing`). What a person said in a call or wrote to
us is never blocked: there findings are for the people who look after quality.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from forbear.compliance.citations import Bilingual
from forbear.contact.wording.amounts import named_amounts
from forbear.contact.wording.case_facts import wrong_facts
from forbear.contact.wording.doubt import doubtful
from forbear.contact.wording.errors import TextTooLong
from forbear.contact.wording.facts import Case, Direction, Language
from forbear.contact.wording.help_words import is_help_offered, is_lender_named
from forbear.contact.wording.linear import Leaning, pressing
from forbear.contact.wording.normalising import Normalised, has_han, normalised
from forbear.contact.wording.patterns import grams_of
from forbear.contact.wording.readability import long_stretches
from forbear.contact.wording.rules import Kind, ScreeningRule, Severity, screening_rules
from forbear.primitives.money import format_minor

__all__ = ["Case", "Direction", "Finding", "Kind", "Outcome", "Screening", "Severity", "screen"]

LONGEST_TEXT = 2000
LONGEST_TRANSCRIPT = 200_000


class Outcome(StrEnum):
    """What becomes of the text."""

    PASSED = "passed"
    ADVISE = "advise"
    PERSON = "person"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found; `start` and `end` bound `words` in the text as it was written.

    A finding about the whole text (no lender named) has an empty stretch at its beginning.
    """

    kind: Kind
    severity: Severity
    start: int
    end: int
    words: str
    why: Bilingual
    citations: tuple[str, ...]
    rule_id: str
    suggestion: Bilingual | None = None


@dataclass(frozen=True, slots=True)
class Screening:
    """The outcome and what it rests on, in the order of the text."""

    outcome: Outcome
    findings: tuple[Finding, ...]

    def kinds(self) -> frozenset[Kind]:
        """Which kinds were found."""
        return frozenset(one.kind for one in self.findings)


def screen(
    text: str,
    *,
    about: Case,
    direction: Direction = Direction.OUTGOING,
    language: str | None = None,
    leaning: Callable[[str], Leaning | None] | None = None,
) -> Screening:
    """Whether the text may be used, with every finding.

    Rules of every language the text holds are read; `language` says in which one its length is
    judged (None: Chinese where there is any). `leaning` is the linear model (None: ours for the
    direction).

    >>> told = screen("不还就告诉你单位", about=Case())
    >>> told.outcome.value, sorted(one.value for one in told.kinds())
    ('blocked', ['no_help', 'no_lender', 'third_party'])
    """
    longest = LONGEST_TRANSCRIPT if direction is Direction.TRANSCRIPT else LONGEST_TEXT
    if len(text) > longest:
        raise TextTooLong(
            f"The text has {len(text)} characters, at most {longest} are screened. Shorten it."
        )
    plain = normalised(text)
    languages = frozenset(_languages(plain.plain))
    findings = _by_rules(text, plain, about, direction, languages)
    if direction in {Direction.OUTGOING, Direction.TRANSCRIPT}:
        findings += _by_facts(text, plain, about, direction)
    if direction is Direction.OUTGOING:
        findings += _advice(text, plain, about, _judged_in(language, languages))
    if direction in {Direction.OUTGOING, Direction.TRANSCRIPT} and not _is_blocked(findings):
        ours = doubtful if direction is Direction.OUTGOING else pressing
        findings += _by_model(text, plain, (leaning or ours)(plain.plain))
    if direction in {Direction.INBOUND, Direction.TRANSCRIPT}:
        findings = [replace(one, severity=Severity.PERSON) for one in findings]
    ordered = tuple(sorted(findings, key=lambda one: (one.start, one.end, one.kind.value)))
    return Screening(_outcome(ordered), ordered)


def _languages(plain: str) -> set[Language]:
    found = {Language.ZH} if has_han(plain) else set()
    if not found or sum("a" <= one <= "z" for one in plain) >= 4:
        found.add(Language.EN)
    return found


def _judged_in(language: str | None, found: frozenset[Language]) -> Language:
    if language in set(Language):
        return Language(language)
    return Language.ZH if Language.ZH in found else Language.EN


def _outcome(findings: Iterable[Finding]) -> Outcome:
    found = {one.severity for one in findings}
    if Severity.BLOCK in found:
        return Outcome.BLOCKED
    if Severity.PERSON in found:
        return Outcome.PERSON
    return Outcome.ADVISE if found else Outcome.PASSED


def _is_blocked(findings: Iterable[Finding]) -> bool:
    return any(one.severity is Severity.BLOCK for one in findings)


def _by_rules(
    text: str,
    plain: Normalised,
    about: Case,
    direction: Direction,
    languages: frozenset[Language],
) -> list[Finding]:
    found: dict[Kind, list[tuple[int, int, ScreeningRule]]] = {}
    grams = grams_of(plain.plain)
    for rule in screening_rules():
        if rule.speaks(about, direction, languages):
            spans = rule.found_in(plain.plain, grams)
            found.setdefault(rule.kind, []).extend((start, end, rule) for start, end in spans)
    return [
        _finding(text, plain.written_span(start, end), rule)
        for spans in found.values()
        for start, end, rule in _merged(spans)
    ]


def _merged(
    spans: list[tuple[int, int, ScreeningRule]],
) -> list[tuple[int, int, ScreeningRule]]:
    """Stretches of one kind that overlap or touch are one, under the strictest of their rules."""
    made: list[tuple[int, int, ScreeningRule]] = []
    for start, end, rule in sorted(spans, key=lambda one: one[:2]):
        if made and start <= made[-1][1]:
            first, last, lead = made[-1]
            stricter = min(lead, rule, key=lambda one: one.severity is not Severity.BLOCK)
            made[-1] = (first, max(last, end), stricter)
        else:
            made.append((start, end, rule))
    return made


def _finding(text: str, span: tuple[int, int], rule: ScreeningRule) -> Finding:
    return Finding(
        kind=rule.kind,
        severity=rule.severity,
        start=span[0],
        end=span[1],
        words=text[span[0] : span[1]],
        why=rule.why,
        citations=rule.citations,
        rule_id=rule.id,
        suggestion=rule.suggestion,
    )


_WRONG_AMOUNT = Bilingual(
    zh="金额与本案的应还、未结清或分期金额都不相符。",
    en="The amount is none of this case: arrears, outstanding or instalment.",
)


def _by_facts(text: str, plain: Normalised, about: Case, direction: Direction) -> list[Finding]:
    made: list[Finding] = []
    only = next(iter(about.amounts_minor)) if len(about.amounts_minor) == 1 else None
    said = None if only is None else format_minor(only, about.currency)
    for named in named_amounts(plain.plain, about.currency):
        start, end = plain.written_span(named.start, named.end)
        if not about.is_right_party_verified:
            continue  # the disclosure rule speaks of it
        if not named.is_of(about.amounts_minor, about.currency):
            made.append(
                Finding(
                    kind=Kind.WRONG_AMOUNT,
                    severity=Severity.BLOCK,
                    start=start,
                    end=end,
                    words=text[start:end],
                    why=_WRONG_AMOUNT,
                    citations=("CN-CBA2026-NO-FALSE", "house/voice-3"),
                    rule_id="fact-amount",
                    suggestion=None if said is None else Bilingual(zh=said, en=said),
                )
            )
    if direction is Direction.OUTGOING:
        for start, end, why in wrong_facts(plain, about):
            made.append(
                Finding(
                    kind=Kind.WRONG_FACT,
                    severity=Severity.BLOCK,
                    start=start,
                    end=end,
                    words=text[start:end],
                    why=why,
                    citations=("CN-CBA2026-NO-FALSE", "house/voice-3"),
                    rule_id="fact-loan",
                )
            )
    return made


_ADVICE = {
    Kind.NO_LENDER: (
        Bilingual(zh="没有说明是哪家机构。", en="It does not say which lender speaks."),
        ("CN-CBA2026-IDENTIFY", "house/voice-1"),
        Bilingual(zh="您好，这里是{机构}。", en="Hello, this is {lender}."),
    ),
    Kind.NO_HELP: (
        Bilingual(zh="没有求助方式。", en="It shows no way to get help."),
        ("house/voice-4",),
        Bilingual(
            zh="有困难请联系我们：{客服电话}。", en="If you need help, call us: {service phone}."
        ),
    ),
}


def _advice(text: str, plain: Normalised, about: Case, language: Language) -> list[Finding]:
    missing: list[Kind] = []
    if not is_lender_named(plain.plain, about.lender_names):
        missing.append(Kind.NO_LENDER)
    if not is_help_offered(plain.plain):
        missing.append(Kind.NO_HELP)
    made = [
        Finding(
            kind=kind,
            severity=Severity.ADVISE,
            start=0,
            end=0,
            words="",
            why=_ADVICE[kind][0],
            citations=_ADVICE[kind][1],
            rule_id=f"advice-{kind.value}",
            suggestion=_ADVICE[kind][2],
        )
        for kind in missing
    ]
    for long in long_stretches(text, language):
        part = (
            ("一句", "one sentence") if long.is_sentence else ("两个标点之间", "between two marks")
        )
        made.append(
            Finding(
                kind=Kind.HARD_TO_READ,
                severity=Severity.ADVISE,
                start=long.start,
                end=long.end,
                words=text[long.start : long.end],
                why=Bilingual(
                    zh=f"{part[0]}有 {long.counted} 字，最多 {long.limit} 字。",
                    en=f"{long.counted} counted in {part[1]}, at most {long.limit}.",
                ),
                citations=("house/voice-8",),
                rule_id="advice-hard_to_read",
            )
        )
    return made


_PRESSING = Bilingual(
    zh="这句话接近辱骂或施压的例子，请人工确认。",
    en="These words are close to examples of abuse or pressure; a person decides.",
)


def _by_model(text: str, plain: Normalised, leans: Leaning | None) -> list[Finding]:
    if leans is None or not leans.is_pressing:
        return []
    start, end = plain.written_span(leans.start, leans.end)
    return [
        Finding(
            kind=Kind.PRESSURE,
            severity=Severity.PERSON,
            start=start,
            end=end,
            words=text[start:end],
            why=_PRESSING,
            citations=("house/voice-5",),
            rule_id="model-pressing",
        )
    ]
