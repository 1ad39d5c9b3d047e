"""What is proven, and that the prover would notice: theorems, symbolic counters, mutants."""

import random
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import z3

from forbear import rulebooks
from forbear.conformance.claims import FREQUENCIES, HOURS, SPACINGS
from forbear.conformance.mutants import mutants
from forbear.conformance.mutation import difference, mutation_results
from forbear.conformance.symbolic_histories import counted, counted_same
from forbear.conformance.theorems import theorems
from forbear.contact.attempts import ContactAttempt, Outcome
from forbear.contact.channels import Channel
from forbear.contact.counting import ContactHistory, contact_facts

RULES = rulebooks.rules()
# Day numbers written as a calendar date (20260331): one more or less is no day at all.
DATES_AS_NUMBERS = {
    "overdue_arose_from",
    "overdue_arose_until",
    "repaid_by",
    "hidden_at_once_if_repaid_by",
    "all_new_loans_from",
}


@pytest.fixture(scope="module")
def proved():
    return [task(time.perf_counter) for task in theorems(RULES)]


def test_every_theorem_is_proved(proved) -> None:
    assert [(t.name, t.status, t.counterexample) for t in proved if t.status != "proved"] == []


def test_every_seeded_fault_is_caught(proved) -> None:
    assert [(t.name, t.seeded_fault) for t in proved if not t.seeded_fault_caught] == []


def test_every_theorem_names_its_window(proved) -> None:
    assert all(t.window for t in proved)
    assert len({t.name for t in proved}) == len(proved)


def test_every_rule_of_hours_and_of_frequency_with_a_number_has_its_claim() -> None:
    claimed = {c.rule_id for c in (*HOURS, *FREQUENCIES, *SPACINGS)}
    due = {
        r.id
        for r in RULES
        if r.vocabulary.name == "ContactFacts"
        and r.parameters
        and r.topic in ("quiet_hours", "call_frequency")
    }
    assert due - claimed == set()


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "America/Havana"])
def test_the_symbolic_counter_counts_what_the_builder_counts(zone) -> None:
    """Concrete histories, over both clock changes of 2026, through both counters."""
    r = random.Random(zone)
    for start in (datetime(2026, 3, 5, tzinfo=UTC), datetime(2026, 10, 29, tzinfo=UTC)):
        for _ in range(20):
            moments = sorted(start + timedelta(minutes=r.randint(0, 9 * 1440)) for _ in range(12))
            numbers = [r.choice(["a", "b"]) for _ in moments]
            at, number = start + timedelta(days=8, minutes=r.randint(0, 1439)), "a"
            attempts = [
                ContactAttempt(str(n), m, Channel.VOICE_INTERACTIVE, Outcome.NO_ANSWER, x)
                for n, (m, x) in enumerate(zip(moments, numbers, strict=True))
            ]
            facts = contact_facts(
                ContactHistory.of(attempts, time_zones=[zone]),
                channel=Channel.VOICE_INTERACTIVE,
                at=at,
                number_ref=number,
            )
            place = ZoneInfo(zone)
            today = at.astimezone(place).toordinal()
            earlier = [
                (z3.IntVal(m.astimezone(place).toordinal()), z3.IntVal("ab".index(x)))
                for m, x in zip(moments, numbers, strict=True)
                if m < at
            ]
            same = counted_same(today, z3.IntVal("ab".index(number)), earlier, 1)
            week = counted(today, [day for day, _ in earlier], 7)
            assert z3.simplify(same).as_long() == facts.unanswered_attempts_today_same_number
            assert z3.simplify(week).as_long() == facts.calls_seven_days


def test_at_least_99_of_100_mutants_of_the_law_are_noticed() -> None:
    results = list(mutation_results(RULES))
    made = sum(r.mutants for r in results)
    equal = sum(r.equivalent for r in results)
    killed = sum(r.killed for r in results)
    left = [s for r in results for s in r.survivors]
    assert made > 1_000
    assert killed >= 0.99 * (made - equal)
    unexpected = [s for s in left if s.change.split(" ")[0] not in DATES_AS_NUMBERS]
    assert unexpected == []


def test_a_rule_without_a_case_at_its_boundary_leaves_a_survivor_with_a_witness() -> None:
    rule = rulebooks.rules_by_id()["CN-GBT45251-FREQ-INTERACTIVE"]
    poor = replace(rule, cases=tuple(c for c in rule.cases if c.verdict == "allowed"))
    (result,) = mutation_results([poor])
    assert result.survivors
    assert result.survivors[0].witness


def test_a_mutant_that_changes_nothing_is_proven_equal() -> None:
    rule = rulebooks.rules_by_id()["CN-GBT45251-FREQ-INTERACTIVE"]
    numbers = rule.numbers_on(date(2026, 11, 20))
    assert difference(rule, rule.tree, numbers) is None
    assert all(difference(rule, m.tree, numbers) is not None for m in mutants(rule.tree))
