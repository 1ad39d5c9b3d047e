"""One law, three engines: plain call, Polars and Z3 give the same branch and the same until."""

import random

import polars as pl
import pytest
import z3
from compliance.random_rules import PARAMETERS, RuleWriter, some_facts

from forbear import rulebooks
from forbear.compliance.columns import NEVER, ColumnAlgebra, ColumnRule, check_columns, facts_frame
from forbear.compliance.explaining import explained
from forbear.compliance.expressions import leaves
from forbear.compliance.fact_kinds import Vocabulary, vocabulary
from forbear.compliance.formulas import FormulaAlgebra
from forbear.compliance.language import Parameters
from forbear.compliance.scalar import Decide, compiled
from forbear.compliance.subset import ReadRule, read_rule_file
from forbear.compliance.verdicts import Ruling, Verdict
from forbear.contact.facts import ContactFacts

HEADER = (
    "from forbear.compliance.language import Parameters, Verdict, allowed, needs_review, refused, "
    "rule\nfrom forbear.contact.facts import ContactFacts\n\n"
)
CONTACT = vocabulary(ContactFacts)


def differences(
    tree_of: ReadRule,
    decide: Decide,
    vocab: Vocabulary,
    numbers: dict[str, int],
    rows: list[object],
    in_formulas: int,
) -> list[str]:
    """Where an engine says something else than the plain call, for these facts."""
    tree, wrong = tree_of.tree, []
    outcomes = leaves(tree)
    frame = facts_frame(vocab, rows)
    check_columns(vocab, frame)
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
        told = explained("X", tree, vocab.kinds, facts, numbers).verdict
        if told != want:
            wrong.append(f"explanation: {told} instead of {want} for {facts}")
        if n < in_formulas:
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
    r = random.Random(seed)
    rows = [some_facts(r, CONTACT) for _ in range(100)]
    accepted, wrong = 0, []
    while accepted < 55:
        text = HEADER + RuleWriter(r, CONTACT.kinds).rule("ContactFacts")
        bounds = {n: (v, v) for n, v in PARAMETERS.items()}
        read = read_rule_file("random.py", text, {"ContactFacts": CONTACT}, bounds)
        if read.faults:  # mostly "always the same"
            continue
        decide = compiled(read)["X"]
        found = differences(read.rules[0], decide, CONTACT, PARAMETERS, rows, in_formulas=8)
        wrong += [text + found[0]] if found else []
        accepted += 1
    assert wrong == []
