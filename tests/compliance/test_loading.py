"""What stops a rulebook from loading: file, line, column and advice, and nothing was executed."""

from pathlib import Path

import pytest

from forbear.compliance.fact_kinds import vocabulary
from forbear.compliance.rulebook import RulebookFaulty, load_rulebook
from forbear.compliance.subset import read_rule_file
from forbear.contact.facts import ContactFacts

VOCABULARIES = {"ContactFacts": vocabulary(ContactFacts)}
HEADER = '''"""Hours."""

from forbear.compliance.language import Parameters, Verdict, allowed, needs_review, refused, rule
from forbear.contact.facts import ContactFacts

'''
RULE = '''
@rule("T-1")
def night(f: ContactFacts, p: Parameters) -> Verdict:
    """No contact at night."""
    if f.local_minute is None:
        return needs_review("unknown")
    if f.local_minute >= p.night:
        return refused("night", until=1440)
    return allowed()
'''
INSTRUMENT = """
id: T
jurisdiction: CN
kind: standard
title: { zh: 测试, en: Test }
from: 2026-01-01
until: null
binds: [bank]
products: []
membership: null
"""
RULES = """
T-1:
  article: "1"
  topic: quiet_hours
  strength: should_not
  quote: "夜间不应联系"
  quote_kind: article_text
  source: ["seen"]
  confidence: official
  last_checked: 2026-11-21
  collector: { zh: 夜间不联系, en: No contact at night. }
  borrower: { zh: 夜间没有人联系您, en: Nobody contacts you at night. }
"""
PARAMETERS = """
night:
  unit: minute
  values:
    - { from: 2026-01-01, value: "22:00", source: "1", last_checked: 2026-11-21 }
"""
CASES = """
- { id: a, name: late, day: 2026-03-10, rule: T-1, facts: { channel: sms, local_minute: 1320 }, verdict: refused }
- { id: b, name: early, day: 2026-03-10, rule: T-1, facts: { channel: sms, local_minute: 1319 }, verdict: allowed }
"""


def book(root: Path, **changed: str | None) -> Path:
    folder = root / "t"
    (folder / "parameters").mkdir(parents=True)
    (folder / "cases").mkdir()
    texts = {
        "README.md": "Test.",
        "instrument.yaml": INSTRUMENT,
        "rules.yaml": RULES,
        "parameters/hours.yaml": PARAMETERS,
        "cases/hours.yaml": CASES,
        "hours.py": HEADER + RULE,
        **changed,
    }
    for name, text in texts.items():
        if text is not None:
            (folder / name).write_text(text, encoding="utf-8")
    return folder


def faults(root: Path, **changed: str | None) -> list[str]:
    with pytest.raises(RulebookFaulty) as refused:
        load_rulebook(book(root, **changed), VOCABULARIES)
    return [str(fault) for fault in refused.value.faults]


def test_a_sound_book_loads(tmp_path: Path) -> None:
    loaded = load_rulebook(book(tmp_path), VOCABULARIES)
    assert [r.id for r in loaded.rules] == ["T-1"]
    assert len(loaded.digest) == 64


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"rules.yaml": RULES.replace('quote: "夜间不应联系"', "")}, "t/rules.yaml:2:1: T-1: quote is missing"),
        ({"rules.yaml": RULES.replace('source: ["seen"]', "source: []")}, "t/rules.yaml:2:1: T-1: source must list"),
        ({"rules.yaml": ""}, "t/hours.py:8:1: T-1 has no citation"),
        ({"rules.yaml": RULES + RULES.replace("T-1", "T-2")}, "t/rules.yaml:1:1: T-2 has no function"),
        ({"rules.yaml": RULES.replace("confidence: official", "confidence: unverified")}, "off by default"),
        ({"rules.yaml": RULES + "  until: 2025-01-01\n"}, "the dates overlap"),
        ({"rules.yaml": RULES + "  colour: red\n"}, "T-1: colour: no such key"),
        ({"rules.yaml": RULES + RULES}, "t/rules.yaml:14:1: T-1 stands twice"),
        ({"cases/hours.yaml": "[]"}, "t/hours.py:8:1: T-1 has no case"),
        ({"cases/hours.yaml": CASES.replace("rule: T-1", "rule: T-9")}, "no rule T-9"),
        ({"cases/hours.yaml": CASES.replace("2026-03-10", "2025-03-10")}, "is not in force on 2025-03-10"),
        ({"cases/hours.yaml": CASES.replace("local_minute: 1320", "local_minute: 1500")}, "local_minute=1500"),
        ({"cases/hours.yaml": CASES.replace("day:", "on:")}, "t/cases/hours.yaml:2:1"),
        ({"parameters/hours.yaml": PARAMETERS + PARAMETERS.replace("night", "spare")}, "spare is never used"),
        ({"parameters/hours.yaml": PARAMETERS.replace("2026-01-01", "2026-02-01")}, "no value on 2026-01-01"),
        ({"parameters/hours.yaml": PARAMETERS + '    - { from: 2026-01-01, value: "21:00", source: "1", last_checked: 2026-11-21 }\n'}, "its dates overlap"),
        ({"parameters/hours.yaml": PARAMETERS.replace('"22:00"', "22.5")}, "is not a whole number"),
        ({"instrument.yaml": INSTRUMENT.replace("[bank]", "[bnak]")}, "bnak is none of"),
        ({"instrument.yaml": INSTRUMENT.replace("[bank]", "bank")}, "binds must be a list"),
        ({"instrument.yaml": INSTRUMENT.replace("membership: null", "membership: cbaa")}, "'cbaa' is none of"),
        ({"instrument.yaml": INSTRUMENT.replace(": CN", ": Cn")}, "'Cn' is no code"),
        ({"instrument.yaml": INSTRUMENT.replace("products: []", "products: credit_card")}, "products must be a list"),
        ({"rules.yaml": RULES + "  products: [online_consumer_lone]\n"}, "online_consumer_lone is none of"),
        ({"rules.yaml": RULES + '  enabled: "false"\n'}, "enabled must be true or false"),
        ({"parameters/hours.yaml": PARAMETERS.replace("value:", "until: 2027-01-01, value:")}, "until: no such key"),
        ({"instrument.yaml": None}, "t/instrument.yaml:1:1: missing"),
        ({"README.md": None}, "t/README.md:1:1: missing"),
    ],
)  # fmt: skip
def test_an_unsound_book_is_refused_with_place_and_advice(tmp_path: Path, changed, said) -> None:
    assert any(said in fault for fault in faults(tmp_path, **changed)), faults(
        tmp_path / "x", **changed
    )


def rule_of(body: str) -> str:
    indented = "\n".join("    " + line for line in body.splitlines())
    return (
        HEADER
        + '@rule("T-1")\ndef night(f: ContactFacts, p: Parameters) -> Verdict:\n    """Doc."""\n'
        + indented
        + "\n"
    )


# Every trick must be refused at its line; none may run (each would write the witness file).
TRICKS = {
    "import": HEADER + "import os\n" + RULE,
    "import of something else": HEADER.replace("import ContactFacts", "import Path") + RULE,
    "star import": HEADER + "from os import *\n" + RULE,
    "dunder import": rule_of("x = __import__('os')\nreturn allowed()"),
    "call": rule_of("if open('witness', 'w'):\n    return allowed()\nreturn allowed()"),
    "exec": rule_of("exec('1')\nreturn allowed()"),
    "comprehension": rule_of("if [c for c in (1, 2)]:\n    return allowed()\nreturn allowed()"),
    "generator": rule_of("if any(c for c in (1, 2)):\n    return allowed()\nreturn allowed()"),
    "attribute chain": rule_of("if f.channel.__class__:\n    return allowed()\nreturn allowed()"),
    "dunder": rule_of("if f.__class__:\n    return allowed()\nreturn allowed()"),
    "subscript": rule_of("if f.channel[0] == 's':\n    return allowed()\nreturn allowed()"),
    "lambda": rule_of("x = lambda: 1\nreturn allowed()"),
    "walrus": rule_of("if (y := f.is_on_hold):\n    return allowed()\nreturn allowed()"),
    "while": rule_of("while f.is_on_hold:\n    return allowed()\nreturn allowed()"),
    "for": rule_of("for c in (1, 2):\n    return allowed()\nreturn allowed()"),
    "try": rule_of("try:\n    return allowed()\nexcept Exception:\n    return allowed()"),
    "with": rule_of("with f.channel:\n    return allowed()"),
    "f-string": rule_of("return refused(f'{f.channel}')"),
    "conditional expression": rule_of("return allowed() if f.is_on_hold else refused('x')"),
    "global": rule_of("global z\nreturn allowed()"),
    "nested function": rule_of("def g():\n    return 1\nreturn allowed()"),
    "decorator call": HEADER + RULE.replace('@rule("T-1")', '@rule(open("witness", "w").name)'),
    "two decorators": HEADER + RULE.replace("@rule", "@staticmethod\n@rule"),
    "default argument": HEADER + RULE.replace("p: Parameters", "p: Parameters = open('witness', 'w')"),
    "annotation that runs": HEADER + RULE.replace("-> Verdict", "-> open('witness', 'w')"),
    "other arguments": HEADER + RULE.replace("f: ContactFacts, ", "f: ContactFacts, g: int, "),
    "class": HEADER + "class X:\n    pass\n" + RULE,
    "top level call": HEADER + "open('witness', 'w')\n" + RULE,
    "string of two lines hidden": HEADER + RULE.replace("night\"", "ni\u200bght\""),
    "right to left": HEADER + RULE.replace("# ", "") + "# \u202e\n",
    "fullwidth name": HEADER + RULE.replace("f.local_minute >=", "ｆ.local_minute >="),
    "tab": HEADER + RULE.replace("    return allowed()", "\treturn allowed()"),
    "float": rule_of("if f.calls_seven_days > 2.5:\n    return allowed()\nreturn allowed()"),
    "true": rule_of("if f.is_on_hold == True:\n    return allowed()\nreturn allowed()"),
    "negative power": rule_of("if 2 ** f.calls_seven_days > 1:\n    return allowed()\nreturn allowed()"),
    "true division": rule_of("if f.calls_seven_days / 2 > 1:\n    return allowed()\nreturn allowed()"),
    "division by a fact": rule_of("if 9 // f.calls_seven_days > 1:\n    return allowed()\nreturn allowed()"),
    "overflow": rule_of(
        "x = f.days_past_due\nif x is None:\n    return allowed()\nreturn refused('x', until=x)"
    ),
    "too large": rule_of(f"if f.calls_seven_days * {2**61} > 1:\n    return allowed()\nreturn allowed()"),
    "unknown fact": rule_of("if f.mood:\n    return allowed()\nreturn allowed()"),
    "unknown parameter": rule_of("if f.calls_seven_days > p.mood:\n    return allowed()\nreturn allowed()"),
    "unknown word": rule_of("if f.channel == 'fax':\n    return allowed()\nreturn allowed()"),
    "optional used untested": rule_of("if f.days_past_due > 3:\n    return allowed()\nreturn allowed()"),
    "optional tested the wrong way": rule_of(
        "if f.days_past_due is None and f.days_past_due > 3:\n    return allowed()\nreturn allowed()"
    ),
    "test of what is never unknown": rule_of("if f.is_on_hold is None:\n    return allowed()\nreturn allowed()"),
    "path without return": rule_of("if f.is_on_hold:\n    return allowed()"),
    "code after return": rule_of("return allowed()\nreturn allowed()"),
    "always the same": rule_of("if f.calls_seven_days < 0:\n    return allowed()\nreturn allowed()"),
    "unlike things": rule_of("if f.calls_seven_days == f.channel:\n    return allowed()\nreturn allowed()"),
    "number as truth": rule_of("if f.calls_seven_days:\n    return allowed()\nreturn allowed()"),
    "unused local": rule_of("x = f.calls_seven_days\nreturn allowed()"),
    "local assigned twice": rule_of("x = 1\nx = 2\nif f.calls_seven_days > x:\n    return allowed()\nreturn allowed()"),
    "same code twice": rule_of("if f.is_on_hold:\n    return refused('x')\nreturn refused('x')"),
    "computed code": rule_of("return refused('x' + 'y')"),
    "return of a number": rule_of("return 1"),
    "until of allowed": rule_of("return allowed(until=1)"),
    "negative until": rule_of("return refused('x', until=f.calls_seven_days - 5)"),
    "no docstring": HEADER + RULE.replace('    """No contact at night."""\n', ""),
    "syntax": HEADER + RULE.replace("return allowed()", "return allowed("),
    "null byte": HEADER + RULE + "\x00",
    "deep nesting": rule_of("if " + "not (" * 120 + "f.is_on_hold" + ")" * 120 + ":\n    return allowed()\nreturn allowed()"),
    "set with a call": HEADER + "X = frozenset({str(1)})\n" + RULE,
    "mutable constant": HEADER + "X = ['a']\n" + RULE,
    "unused constant": HEADER + "X = frozenset({'a'})\n" + RULE,
}  # fmt: skip


@pytest.mark.parametrize("name", TRICKS)
def test_nothing_outside_the_subset_is_read_or_run(name, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    read = read_rule_file("t/hours.py", TRICKS[name], VOCABULARIES, {"night": (1320, 1320)})
    assert read.faults, name
    for fault in read.faults:
        assert fault.line >= 1
        assert fault.what
        assert fault.advice
    assert not Path("witness").exists()


def test_a_rule_that_uses_what_is_not_imported_is_told_how(tmp_path: Path) -> None:
    text = HEADER.replace("from forbear.contact.facts import ContactFacts\n", "") + RULE
    read = read_rule_file("t/hours.py", text, VOCABULARIES, {"night": (1320, 1320)})
    assert [f.what for f in read.faults] == ["the facts are not named"]


def test_every_fault_of_a_file_is_reported_at_once() -> None:
    text = HEADER + "import os\n" + RULE.replace("f.local_minute >= p.night", "f.mood")
    read = read_rule_file("t/hours.py", text, VOCABULARIES, {"night": (1320, 1320)})
    assert [f.line for f in read.faults] == [6, 13]
