"""Theorems about one rule of hours or frequency: no permitted contact breaks what it guarantees."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import z3

from forbear.compliance.expressions import INT, Expr, Leaf, Tree
from forbear.compliance.formulas import FormulaAlgebra
from forbear.compliance.rules import Rule
from forbear.compliance.verdicts import Ruling
from forbear.conformance.claims import FrequencyClaim, HoursClaim, SpacingClaim
from forbear.conformance.mutants import mutants
from forbear.conformance.proving import (
    CONTACT,
    Task,
    day_of,
    is_allowed,
    known_of,
    plainly_allowed,
    theorem,
)
from forbear.conformance.symbolic_histories import counted, counted_same, symbolic_history


def keeps_hours(rule: Rule, claim: HoursClaim) -> Task:
    """A permitted contact without an exception lies inside the hours at every possible place."""

    def breaking(tree: Tree, numbers: Mapping[str, int]) -> list[Any]:
        moment, day, offset, jump, cut, ahead = z3.Ints("moment day offset jump cut ahead")
        local = moment + z3.If(moment < cut, offset, offset + jump) - 1440 * day
        algebra = FormulaAlgebra(CONTACT.kinds, numbers, {"local_minute": local, **claim.given})
        there = (local + ahead) % 1440
        opens, closes = (
            rule.numbers_on(day_of(rule))[claim.opens],
            rule.numbers_on(day_of(rule))[claim.closes],
        )
        too_early = there <= opens if claim.is_opening_unsafe else there < opens
        return [
            *algebra.bounds,
            *_clock_bounds(offset, jump),
            local >= 0,
            local < 1440,
            ahead >= -algebra.facts["minutes_behind"],
            ahead <= algebra.facts["minutes_ahead"],
            algebra.reaches(tree, plainly_allowed),
            z3.Or(too_early, there >= closes),
        ]

    return theorem(
        f"{rule.id}: no permitted contact lies in quiet hours at the borrower's place",
        rule,
        "any minute, any place between the earliest and the latest, one clock change",
        breaking,
        f"{claim.opens} one minute earlier",
        lambda numbers: {**numbers, claim.opens: numbers[claim.opens] - 1},
    )


# Names of exceptions that rest on hours agreed with the borrower.
AGREED_HOURS = frozenset({"agreed_hours", "consented_hours"})


def keeps_agreed_hours(rule: Rule) -> Task:
    """What agreed hours permit lies inside them by every clock the borrower may have."""

    def breaking(tree: Tree, numbers: Mapping[str, int]) -> list[Any]:
        algebra = FormulaAlgebra(CONTACT.kinds, numbers)
        facts, ahead = algebra.facts, z3.Int("ahead")
        there = (facts["local_minute"] + ahead) % 1440
        opens, closes = facts["agreed_from_minute"], facts["agreed_until_minute"]
        over_night = z3.Or(there >= opens, there < closes)
        inside = z3.If(opens <= closes, z3.And(there >= opens, there < closes), over_night)
        return [
            *algebra.bounds,
            ahead >= -facts["minutes_behind"],
            ahead <= facts["minutes_ahead"],
            algebra.reaches(tree, lambda x: x.exception in AGREED_HOURS),
            z3.Not(inside),
        ]

    return theorem(
        f"{rule.id}: a contact that agreed hours permit lies inside them at every possible place",
        rule,
        "any agreed hours, over midnight too, any spread of places",
        breaking,
        "the first comparison with the agreed hours turned round",
        change_tree=lambda tree: _turned_at_exception(tree),
    )


def keeps_agreed_cap(rule: Rule, claim: FrequencyClaim) -> Task:
    """What another agreed number permits stays below that number."""

    def breaking(tree: Tree, numbers: Mapping[str, int]) -> list[Any]:
        algebra = FormulaAlgebra(CONTACT.kinds, numbers)
        held = algebra.facts[claim.agreed_cap or ""]
        lifted = algebra.reaches(tree, lambda x: x.exception == claim.agreed_cap)
        return [*algebra.bounds, lifted, algebra.facts[claim.fact] >= held]

    return theorem(
        f"{rule.id}: an agreed number permits contacts below it only",
        rule,
        "any agreed number, any count",
        breaking,
        "the first comparison with the agreed number turned round",
        change_tree=lambda tree: _turned_at_exception(tree),
    )


def _turned_at_exception(tree: Tree) -> Tree:
    """The first comparison of two facts (an agreement is one) turned round."""
    opposite = {">=": "<", "<": ">=", ">": "<=", "<=": ">"}
    for mutant in mutants(tree):
        before, _, after = mutant.change.partition(" into ")
        is_turned = opposite.get(before) == after
        if is_turned and "agreed_" in repr(_changed_test(tree, mutant.tree)):
            return mutant.tree
    raise LookupError("no comparison with an agreement to turn round")


def _changed_test(tree: Tree, mutant: Tree) -> Any:
    """The innermost expression in which the one changed test differs."""
    if isinstance(tree, Leaf) or isinstance(mutant, Leaf):
        return None
    if tree.test != mutant.test:
        return _differing(tree.test, mutant.test)
    return _changed_test(tree.then, mutant.then) or _changed_test(tree.other, mutant.other)


def names_a_moment(rule: Rule, claim: HoursClaim) -> Task:
    """With one place known, the candidate moment of a refusal is not refused, if nothing changes."""

    def breaking(tree: Tree, numbers: Mapping[str, int]) -> list[Any]:
        now = FormulaAlgebra(CONTACT.kinds, numbers, claim.given)
        until = now.until(tree)
        then = FormulaAlgebra(
            CONTACT.kinds, numbers, {**now.facts, **known_of(now), "local_minute": until % 1440}
        )
        is_hours = now.reaches(
            tree,
            lambda x: x.ruling is Ruling.REFUSED and x.code in claim.codes,
        )
        facts = now.facts
        return [
            *now.bounds,
            facts["minutes_behind"] == 0,
            facts["minutes_ahead"] == 0,
            *claim.sensible(facts),
            is_hours,
            then.refuses(tree),
        ]

    return theorem(
        f"{rule.id}: at the moment named by a refusal the rule does not refuse",
        rule,
        "one place, everything else unchanged; in the product each candidate is asked again",
        breaking,
        "the moment one minute early",
        change_tree=lambda tree: _a_minute_early(tree, claim.codes),
    )


def never_exceeds(rule: Rule, claim: FrequencyClaim) -> Task:
    """No twelve permitted contacts put more than the cap into any window."""

    def breaking(tree: Tree, numbers: Mapping[str, int]) -> list[Any]:
        history = symbolic_history()
        formulas = list(history.bounds)
        for i, day in enumerate(history.days):
            earlier = history.days[:i]
            if claim.is_by_number:
                pairs = list(zip(earlier, history.numbers[:i], strict=True))
                count = counted_same(day, history.numbers[i], pairs, claim.span_days)
            else:
                count = counted(day, earlier, claim.span_days)
            given = {claim.fact: count, **claim.given}
            algebra = FormulaAlgebra(CONTACT.kinds, numbers, given, f"c{i}_")
            formulas += [*algebra.bounds, algebra.reaches(tree, plainly_allowed)]
        first, number = z3.Ints("first number")
        inside = [
            z3.And(
                day >= first,
                day < first + claim.span_days,
                n == number if claim.is_by_number else z3.BoolVal(True),
            )
            for day, n in zip(history.days, history.numbers, strict=True)
        ]
        cap = rule.numbers_on(day_of(rule))[claim.cap]
        return [*formulas, z3.Sum([z3.If(x, 1, 0) for x in inside]) > cap]

    return theorem(
        f"{rule.id}: no permitted contacts exceed the cap in any window",
        rule,
        f"any {claim.span_days} consecutive local calendar day(s), 12 contacts, any offset, one "
        "clock change",
        breaking,
        "the cap one higher",
        lambda numbers: {**numbers, claim.cap: numbers[claim.cap] + 1},
    )


def keeps_distance(rule: Rule, claim: SpacingClaim) -> Task:
    """Permitted contacts that each end in a conversation lie at least so many local days apart."""

    def breaking(tree: Tree, numbers: Mapping[str, int]) -> list[Any]:
        history = symbolic_history()
        formulas = list(history.bounds)
        for i, day in enumerate(history.days):
            given: dict[str, Any] = {**claim.given, f"known:{claim.fact}": z3.BoolVal(i > 0)}
            given[claim.fact] = day - history.days[i - 1] if i else z3.IntVal(0)
            algebra = FormulaAlgebra(CONTACT.kinds, numbers, given, f"c{i}_")
            formulas += [*algebra.bounds, algebra.reaches(tree, plainly_allowed)]
        days = rule.numbers_on(day_of(rule))[claim.days]
        pairs = zip(history.days, history.days[1:], strict=False)
        return [*formulas, z3.Or([after - before < days for before, after in pairs])]

    return theorem(
        f"{rule.id}: after a conversation no call is permitted for the days named",
        rule,
        "local calendar days, the day of the conversation is the first; 12 conversations",
        breaking,
        "one day fewer",
        lambda numbers: {**numbers, claim.days: numbers[claim.days] - 1},
    )


def tightens(rule: Rule, name: str, step: int) -> Task:
    """With any stricter value of the parameter nothing more is permitted."""

    def breaking(tree: Tree, numbers: Mapping[str, int]) -> list[Any]:
        tighter = z3.Int("tighter")
        lawful = FormulaAlgebra(rule.vocabulary.kinds, rule.numbers_on(day_of(rule)))
        held = {**lawful.facts, **known_of(lawful)}
        strict = FormulaAlgebra(rule.vocabulary.kinds, {**numbers, name: tighter}, held)
        now = numbers[name]
        beyond = tighter <= now if step < 0 else tighter >= now
        return [
            *lawful.bounds,
            beyond,
            tighter >= 0,
            tighter <= 1440,
            strict.reaches(tree, plainly_allowed),
            z3.Not(lawful.reaches(rule.tree, is_allowed)),
        ]

    return theorem(
        f"{rule.id}: a tighter {name} never permits more",
        rule,
        "all facts, every stricter value, contacts that rest on no exception",
        breaking,
        "a comparison turned round",
        change_tree=lambda tree: _turned(tree, name),
    )


def _clock_bounds(offset: Any, jump: Any) -> list[Any]:
    return [offset >= -720, offset <= 840, z3.Or([jump == x for x in (-60, 0, 60)])]


def _turned(tree: Tree, name: str) -> Tree:
    """The last mutant that turns round a comparison with the parameter."""
    opposite = {">=": "<", "<": ">=", ">": "<=", "<=": ">"}
    found: list[Tree] = []
    for mutant in mutants(tree):
        before, _, after = mutant.change.partition(" into ")
        if opposite.get(before) == after and _mentions(tree, mutant.tree, name):
            found.append(mutant.tree)
    if not found:
        raise LookupError(f"no comparison with {name} to turn round")
    return found[-1]


def _mentions(tree: Tree, mutant: Tree, name: str) -> bool:
    """Whether the one test in which two trees differ reads the parameter."""
    if isinstance(tree, Leaf) or isinstance(mutant, Leaf):
        return False
    if tree.test != mutant.test:
        return f"'{name}'" in repr(_differing(tree.test, mutant.test))
    return _mentions(tree.then, mutant.then, name) or _mentions(tree.other, mutant.other, name)


def _differing(a: Any, b: Any) -> Any:
    """The innermost expression in which two tests differ."""
    for x, y in zip(a.args, b.args, strict=False):
        if (x != y and hasattr(x, "args") and hasattr(y, "args") and x.op == y.op) or (
            x != y and hasattr(x, "args") and a.op == b.op
        ):
            return _differing(x, y) if hasattr(y, "args") and a.op == b.op else a
    return a


def _a_minute_early(tree: Tree, codes: frozenset[str]) -> Tree:
    """The same rule, naming each moment one minute too early."""
    if isinstance(tree, Leaf):
        if tree.until is None or tree.code not in codes:
            return tree
        one = Expr("const", (1,), INT, 1, 1)
        until = Expr("-", (tree.until, one), INT, tree.until.lo - 1, tree.until.hi - 1)
        return replace(tree, until=until)
    return replace(
        tree, then=_a_minute_early(tree.then, codes), other=_a_minute_early(tree.other, codes)
    )
