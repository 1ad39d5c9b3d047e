"""One law, three engines: plain call, Polars and Z3 give the same branch and the same until."""

import random
from datetime import date

import polars as pl
import pytest
import z3

from compliance.random_rules import PARAMETERS, FactDrawer, RuleWriter, edges_of
from forbear import rulebooks
from forbear.compliance.columns import (
    NEVER,
    ColumnAlgebra,
    ColumnRule,
    check_columns,
    facts_frame,
    grounds,
    judged,
)
from forbear.compliance.explaining import explained
from forbear.compliance.expressions import Tree, leaves
from forbear.compliance.fact_kinds import FactOutOfKind, Vocabulary, vocabulary
from forbear.compliance.formulas import FormulaAlgebra
from forbear.compliance.judging import rules_in_force
from forbear.compliance.language import Parameters
from forbear.compliance.rules import Rule
from forbear.compliance.scalar import Decide, compiled
from forbear.compliance.scopes import Scope, usual_memberships
from forbear.compliance.subset import read_rule_file
from forbear.compliance.verdicts import BY_SEVERITY, Ruling, Verdict
from forbear.contact.facts import ContactFacts

HEADER = (
    "from forbear.compliance.language import Parameters, Verdict, allowed, needs_review, refused, "
    "rule\nfrom forbear.contact.facts import ContactFacts\n\n"
)
CONTACT = vocabulary(ContactFacts)


def differences(
    tree: Tree,
    decide: Decide,
    vocab: Vocabulary,
    numbers: dict[str, int],
    rows: list[object],
    frame: pl.DataFrame,
    in_formulas: int,
) -> list[str]:
    """Where an engine says something else than the plain call, for these facts.

    The explanation and the formula are asked for the first `in_formulas` of them.
    """
    wrong, outcomes = [], leaves(tree)
    rule = ColumnRule("X", tree, ColumnAlgebra(vocab.kinds, numbers))
    columns = frame.with_columns(rule.leaf().alias("leaf"), rule.until().alias("until")).select(
        "leaf", "until"
    )
    proof = FormulaAlgebra(vocab.kinds, numbers)
    leaf_formula, until_formula = proof.leaf(tree), proof.until(tree)
    parameters = Parameters(numbers)
    for n, (facts, (leaf, until)) in enumerate(zip(rows, columns.iter_rows(), strict=True)):
        want = decide(facts, parameters)
        got = answer(outcomes[leaf], until)
        if got != want:
            wrong.append(f"columns: {got} instead of {want} for {facts}")
        if n < in_formulas:
            told = explained("X", tree, vocab.kinds, facts, numbers).verdict
            if told != want:
                wrong.append(f"explanation: {told} instead of {want} for {facts}")
            put = substitutions(proof, vocab, facts, n)
            z_leaf = z3.simplify(z3.substitute(leaf_formula, *put)).as_long()
            z_until = z3.simplify(z3.substitute(until_formula, *put)).as_long()
            if answer(outcomes[z_leaf], z_until) != want:
                wrong.append(f"formula: leaf {z_leaf}, {z_until} instead of {want} for {facts}")
    return wrong


def answer(leaf, until: int) -> Verdict:
    is_waiting = leaf.ruling is Ruling.REFUSED and until != NEVER
    return Verdict(leaf.ruling, leaf.code or None, until if is_waiting else None, leaf.exception)


def substitutions(proof: FormulaAlgebra, vocab: Vocabulary, facts: object, n: int):
    """What stands in for an unknown must not matter: its least and greatest value by turns."""
    put = [(proof.known[k], z3.BoolVal(getattr(facts, k) is not None)) for k in proof.known]
    for name, kind in vocab.kinds.items():
        held = vocab.code(name, getattr(facts, name))
        held = (kind.lo, kind.hi)[n % 2] if held is None else held
        is_truth = kind.kind == "bool"
        put.append(
            (proof.facts[name], z3.BoolVal(bool(held)) if is_truth else z3.IntVal(int(held)))
        )
    return put


@pytest.mark.parametrize("seed", range(20))
def test_engines_agree_on_random_rules(seed):
    """20 × 52 programs: law alone leaves operators of the compiler unused."""
    r = random.Random(seed)
    draw = FactDrawer(r, CONTACT)
    rows = [draw() for _ in range(60)]
    frame = facts_frame(CONTACT, rows)
    check_columns(CONTACT, frame)
    bounds = {n: (v, v) for n, v in PARAMETERS.items()}
    accepted, wrong = 0, []
    while accepted < 52:
        text = HEADER + RuleWriter(r, CONTACT.kinds).rule("ContactFacts")
        read = read_rule_file("random.py", text, {"ContactFacts": CONTACT}, bounds)
        if read.faults:  # mostly "always the same"
            continue
        decide = compiled(read)["X"]
        found = differences(read.rules[0].tree, decide, CONTACT, PARAMETERS, rows, frame, 5)
        wrong += [text + found[0]] if found else []
        accepted += 1
    assert wrong == []


RULES_BY_FACTS: dict[str, list[Rule]] = {}
for one in rulebooks.rules():
    RULES_BY_FACTS.setdefault(one.vocabulary.name, []).append(one)
FACTS_IN_ALL, FORMULAS_IN_ALL = 1_000_000, 12_000
CHUNK = 50_000


@pytest.mark.parametrize("name", sorted(RULES_BY_FACTS))
def test_engines_agree_on_the_law(name):
    """A million facts in all over the real rules; contact facts, the richest, get a sixth."""
    rules = RULES_BY_FACTS[name]
    others = len(RULES_BY_FACTS) - 1
    contact = FACTS_IN_ALL // 6
    share = contact if name == "ContactFacts" else (FACTS_IN_ALL - contact) // others + 1
    formulas = FORMULAS_IN_ALL // len(rulebooks.rules()) + 1
    vocab, wrong = rules[0].vocabulary, []
    draw = FactDrawer(random.Random(name), vocab, edges_of(rules))
    for start in range(0, share, CHUNK):
        rows = [draw() for _ in range(min(CHUNK, share - start))]
        frame = facts_frame(vocab, rows)
        check_columns(vocab, frame)
        for rule in rules:
            numbers = rule.numbers_on(day_of(rule))
            asked = formulas if start == 0 else 0
            found = differences(rule.tree, rule.decide, vocab, numbers, rows, frame, asked)
            wrong += [f"{rule.id}: {found[0]}"] if found else []
    assert wrong == []


def day_of(rule: Rule) -> date:
    today = date(2026, 11, 20)
    return today if rule.reach.holds_on(today) else rule.reach.from_on


@pytest.mark.parametrize("kind", ["bank", "consumer_finance", "microloan", "assignee", "other"])
@pytest.mark.parametrize("on", [date(2025, 2, 27), date(2025, 2, 28), date(2026, 1, 30)])
def test_the_whole_book_over_columns_says_what_the_judgement_says(kind, on):
    scope = Scope("CN", kind, memberships=usual_memberships(kind))
    in_force = rules_in_force(rulebooks.rules(), ContactFacts, on=on, scope=scope)
    draw = FactDrawer(random.Random(7), CONTACT, edges_of(RULES_BY_FACTS["ContactFacts"]))
    rows = [draw() for _ in range(2_000)]
    columns = in_force.column_rules()
    got = facts_frame(CONTACT, rows).with_columns(*judged(columns), **grounds(columns))
    for facts, told in zip(rows, got.iter_rows(named=True), strict=True):
        made = in_force.judge(facts)
        assert BY_SEVERITY[told["ruling"]] is made.ruling
        assert told["rule_ids"] == [g.rule_id for g in made.grounds]
        assert told["verdict_reasons"] == [g.verdict.reason for g in made.grounds]
        refused = [i for i in told["rule_ids"] if told.get("no:" + i)]
        assert refused == [g.rule_id for g in made.grounds if g.verdict.ruling is Ruling.REFUSED]
        waits = told["until_minute"] not in (0, NEVER)
        assert (told["until_minute"] if waits else None) == made.until_minute


def test_a_column_that_is_unknown_or_out_of_range_is_refused():
    facts = facts_frame(CONTACT, [ContactFacts(channel="sms", local_minute=600)])
    for name, held in [
        ("connected_notice_calls_today", pl.lit(None, pl.Int16)),
        ("connected_notice_calls_today", pl.lit(1001, pl.Int16)),
        ("local_minute", pl.lit(-1, pl.Int16)),
        ("is_on_hold", pl.lit(None, pl.Boolean)),
        ("is_on_hold", pl.lit("yes")),
    ]:
        with pytest.raises(FactOutOfKind, match=name):
            check_columns(CONTACT, facts.with_columns(held.alias(name)))
