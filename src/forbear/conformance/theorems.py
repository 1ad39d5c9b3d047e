"""What is proven about the law as we run it: over all facts and histories, not over samples.

Each theorem states its claim apart from the rule's own text, names its window, and is tried again
on a rule with a seeded fault that the prover must catch. Seven local days are not 168 hours: the
windows here are local calendar days, as the instruments count.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import z3

from forbear.compliance.expressions import INT, Branch, Expr, Leaf, Tree, leaves
from forbear.compliance.fact_kinds import vocabulary
from forbear.compliance.formulas import FormulaAlgebra
from forbear.compliance.rules import Rule
from forbear.compliance.verdicts import Ruling
from forbear.conformance.claims import (
    FREQUENCIES,
    HOURS,
    SPACINGS,
    FrequencyClaim,
    HoursClaim,
    SpacingClaim,
)
from forbear.conformance.mutants import mutants
from forbear.conformance.symbolic_histories import counted, counted_same, symbolic_history
from forbear.contact.facts import ContactFacts

ON = date(2026, 11, 20)
CONTACT = vocabulary(ContactFacts)
TIME_LIMIT_MS = 120_000


@dataclass(frozen=True, slots=True)
class Theorem:
    """One claim: `proved`, `refuted` with a counterexample, or `unknown` after the time limit."""

    name: str
    rule_ids: tuple[str, ...]
    window: str
    status: str
    seconds: float
    seeded_fault: str
    seeded_fault_caught: bool
    counterexample: str


Task = Callable[[], Theorem]
# What would break a claim, for a rule's tree and its numbers: formulas that must be unsatisfiable.
Breaking = Callable[[Tree, Mapping[str, int]], list[Any]]


def theorems(rules: Sequence[Rule]) -> list[Task]:
    """Every theorem over the shipped rules, each as a task that proves it when called."""
    known = {rule.id: rule for rule in rules}
    tasks: list[Task] = []
    for hours in HOURS:
        rule = known[hours.rule_id]
        tasks += [_quiet(rule, hours), _moment(rule, hours)]
        tasks += [_tightened(rule, name, step) for name, step in hours.tightening.items()]
    for often in FREQUENCIES:
        rule = known[often.rule_id]
        tasks += [_never_more(rule, often), _tightened(rule, often.cap, -1)]
    tasks += [_spaced(known[spacing.rule_id], spacing) for spacing in SPACINGS]
    for book_id in dict.fromkeys(rule.book_id for rule in rules):
        own = [rule for rule in rules if rule.book_id == book_id]
        tasks += [_reachable(book_id, own), _consistent(book_id, own)]
    places = dict.fromkeys(r.reach.jurisdiction for r in rules if r.vocabulary is CONTACT)
    tasks += [_permits_something(place, rules) for place in places]
    return tasks


def _quiet(rule: Rule, claim: HoursClaim) -> Task:
    """A permitted contact without an exception lies inside the hours at every possible place."""

    def breaking(tree: Tree, numbers: Mapping[str, int]) -> list[Any]:
        moment, day, offset, jump, cut, ahead = z3.Ints("moment day offset jump cut ahead")
        local = moment + z3.If(moment < cut, offset, offset + jump) - 1440 * day
        algebra = FormulaAlgebra(CONTACT.kinds, numbers, {"local_minute": local, **claim.given})
        there = (local + ahead) % 1440
        opens, closes = (
            rule.numbers_on(_day(rule))[claim.opens],
            rule.numbers_on(_day(rule))[claim.closes],
        )
        too_early = there <= opens if claim.is_opening_unsafe else there < opens
        return [
            *algebra.bounds,
            *_clock_bounds(offset, jump),
            local >= 0,
            local < 1440,
            ahead >= -algebra.facts["minutes_behind"],
            ahead <= algebra.facts["minutes_ahead"],
            algebra.reaches(tree, _plainly_allowed),
            z3.Or(too_early, there >= closes),
        ]

    return _task(
        f"{rule.id}: no permitted contact lies in quiet hours at the borrower's place",
        rule,
        "any minute, any place between the earliest and the latest, one clock change",
        breaking,
        f"{claim.opens} one minute earlier",
        lambda numbers: {**numbers, claim.opens: numbers[claim.opens] - 1},
    )


def _moment(rule: Rule, claim: HoursClaim) -> Task:
    """With one place known, the candidate moment of a refusal is not refused, if nothing changes."""

    def breaking(tree: Tree, numbers: Mapping[str, int]) -> list[Any]:
        now = FormulaAlgebra(CONTACT.kinds, numbers, claim.given)
        until = now.until(tree)
        then = FormulaAlgebra(
            CONTACT.kinds, numbers, {**now.facts, **_known(now), "local_minute": until % 1440}
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

    return _task(
        f"{rule.id}: at the moment named by a refusal the rule does not refuse",
        rule,
        "one place, everything else unchanged; in the product each candidate is asked again",
        breaking,
        "the moment one minute early",
        change_tree=lambda tree: _a_minute_early(tree, claim.codes),
    )


def _never_more(rule: Rule, claim: FrequencyClaim) -> Task:
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
            formulas += [*algebra.bounds, algebra.reaches(tree, _plainly_allowed)]
        first, number = z3.Ints("first number")
        inside = [
            z3.And(
                day >= first,
                day < first + claim.span_days,
                n == number if claim.is_by_number else z3.BoolVal(True),
            )
            for day, n in zip(history.days, history.numbers, strict=True)
        ]
        cap = rule.numbers_on(_day(rule))[claim.cap]
        return [*formulas, z3.Sum([z3.If(x, 1, 0) for x in inside]) > cap]

    return _task(
        f"{rule.id}: no permitted contacts exceed the cap in any window",
        rule,
        f"any {claim.span_days} consecutive local calendar day(s), 12 contacts, any offset, one "
        "clock change",
        breaking,
        "the cap one higher",
        lambda numbers: {**numbers, claim.cap: numbers[claim.cap] + 1},
    )


def _spaced(rule: Rule, claim: SpacingClaim) -> Task:
    """Permitted contacts that each end in a conversation lie at least so many local days apart."""

    def breaking(tree: Tree, numbers: Mapping[str, int]) -> list[Any]:
        history = symbolic_history()
        formulas = list(history.bounds)
        for i, day in enumerate(history.days):
            given: dict[str, Any] = {**claim.given, f"known:{claim.fact}": z3.BoolVal(i > 0)}
            given[claim.fact] = day - history.days[i - 1] if i else z3.IntVal(0)
            algebra = FormulaAlgebra(CONTACT.kinds, numbers, given, f"c{i}_")
            formulas += [*algebra.bounds, algebra.reaches(tree, _plainly_allowed)]
        days = rule.numbers_on(_day(rule))[claim.days]
        pairs = zip(history.days, history.days[1:], strict=False)
        return [*formulas, z3.Or([after - before < days for before, after in pairs])]

    return _task(
        f"{rule.id}: after a conversation no call is permitted for the days named",
        rule,
        "local calendar days, the day of the conversation is the first; 12 conversations",
        breaking,
        "one day fewer",
        lambda numbers: {**numbers, claim.days: numbers[claim.days] - 1},
    )


def _tightened(rule: Rule, name: str, step: int) -> Task:
    """With any stricter value of the parameter nothing more is permitted."""

    def breaking(tree: Tree, numbers: Mapping[str, int]) -> list[Any]:
        tighter = z3.Int("tighter")
        lawful = FormulaAlgebra(rule.vocabulary.kinds, rule.numbers_on(_day(rule)))
        held = {**lawful.facts, **_known(lawful)}
        strict = FormulaAlgebra(rule.vocabulary.kinds, {**numbers, name: tighter}, held)
        now = numbers[name]
        beyond = tighter <= now if step < 0 else tighter >= now
        return [
            *lawful.bounds,
            beyond,
            tighter >= 0,
            tighter <= 1440,
            strict.reaches(tree, _plainly_allowed),
            z3.Not(lawful.reaches(rule.tree, _allowed)),
        ]

    return _task(
        f"{rule.id}: a tighter {name} never permits more",
        rule,
        "all facts, every stricter value, contacts that rest on no exception",
        breaking,
        "a comparison turned round",
        change_tree=lambda tree: _turned(tree, name),
    )


def _reachable(book_id: str, rules: Sequence[Rule]) -> Task:
    """Every outcome of every rule of the book can be reached."""

    def dead(trees: Iterable[tuple[Rule, Tree]]) -> str:
        for rule, tree in trees:
            algebra = FormulaAlgebra(rule.vocabulary.kinds, rule.numbers_on(_day(rule)))
            for leaf in leaves(tree):
                wanted = algebra.reaches(tree, lambda x, n=leaf.n: x.n == n)  # type: ignore[misc]
                if _model([*algebra.bounds, wanted]) is None:
                    return f"{rule.id} line {leaf.line} ({leaf.code or 'allowed'})"
        return ""

    def grafted(tree: Tree) -> Tree:
        if isinstance(tree, Leaf):
            return tree
        never = Leaf(999, Ruling.REFUSED, "never", None, None, tree.line)
        return Branch(
            tree.test, tree.then, Branch(tree.test, never, tree.other, tree.line), tree.line
        )

    def prove() -> Theorem:
        begun = time.perf_counter()
        found = dead((r, r.tree) for r in rules)
        seconds = time.perf_counter() - begun
        branching = [r for r in rules if not isinstance(r.tree, Leaf)][:1]
        caught = not branching or bool(dead((r, grafted(r.tree)) for r in branching))
        return Theorem(
            f"{book_id}: every outcome of every rule can be reached",
            tuple(r.id for r in rules),
            "all facts in their ranges",
            "refuted" if found else "proved",
            round(seconds, 3),
            "a branch behind its own opposite",
            caught,
            found,
        )

    return prove


def _consistent(book_id: str, rules: Sequence[Rule]) -> Task:
    """No exception of one rule of the book is always refused by another."""

    def clash(trees: Sequence[tuple[Rule, Tree]], against: Sequence[tuple[Rule, Tree]]) -> str:
        for rule, tree in trees:
            for leaf in (x for x in leaves(tree) if x.exception):
                for other, other_tree in against:
                    if other is rule or other.vocabulary is not rule.vocabulary:
                        continue
                    algebra = FormulaAlgebra(
                        rule.vocabulary.kinds,
                        {**other.numbers_on(_day(other)), **rule.numbers_on(_day(rule))},
                    )
                    lifted = algebra.reaches(tree, lambda x, n=leaf.n: x.n == n)  # type: ignore[misc]
                    free = z3.Not(algebra.refuses(other_tree))
                    if _model([*algebra.bounds, lifted, free]) is None:
                        return (
                            f"{rule.id}: exception {leaf.exception} is always refused by {other.id}"
                        )
        return ""

    def prove() -> Theorem:
        begun = time.perf_counter()
        own = [(r, r.tree) for r in rules]
        found = clash(own, own)
        seconds = time.perf_counter() - begun
        lifting = [(r, t) for r, t in own if any(x.exception for x in leaves(t))]
        always: Tree = Leaf(0, Ruling.REFUSED, "always", None, None, 1)
        stubborn: list[tuple[Rule, Tree]] = [
            (other, always)
            for r, _ in lifting[:1]
            for other in rules
            if other is not r and other.vocabulary is r.vocabulary
        ][:1]
        caught = not stubborn or bool(clash(lifting[:1], stubborn))
        return Theorem(
            f"{book_id}: no two rules contradict (an exception another rule always refuses)",
            tuple(r.id for r in rules),
            "all facts in their ranges",
            "refuted" if found else "proved",
            round(seconds, 3),
            "a second rule that refuses everything" if stubborn else "none: no exception to lift",
            caught,
            found,
        )

    return prove


def _permits_something(place: str, rules: Sequence[Rule]) -> Task:
    """On every channel some contact is allowed by all rules of the jurisdiction together."""
    own = [
        r
        for r in rules
        if r.reach.jurisdiction == place and r.vocabulary is CONTACT and r.is_enabled
    ]

    def barred(extra: Sequence[Tree]) -> str:
        for code, word in enumerate(CONTACT.kinds["channel"].words):
            given = {"channel": z3.IntVal(code)}
            formulas: list[Any] = []
            shared: FormulaAlgebra | None = None
            for rule in own:
                held = given if shared is None else {**shared.facts, **_known(shared)}
                algebra = FormulaAlgebra(CONTACT.kinds, rule.numbers_on(_day(rule)), held)
                shared = shared or algebra
                formulas += [*algebra.bounds, algebra.reaches(rule.tree, _allowed)]
            if shared is not None:
                formulas += [shared.reaches(tree, _allowed) for tree in extra]
            if _model(formulas) is None:
                return f"nothing is permitted on {word}"
        return ""

    def prove() -> Theorem:
        begun = time.perf_counter()
        found = barred(())
        seconds = time.perf_counter() - begun
        always = Leaf(0, Ruling.REFUSED, "always", None, None, 1)
        return Theorem(
            f"{place}: its contact rules together permit something on every channel",
            tuple(r.id for r in own),
            "all facts in their ranges",
            "refuted" if found else "proved",
            round(seconds, 3),
            "a rule that refuses everything",
            bool(barred((always,))) or not own,
            found,
        )

    return prove


def _task(
    name: str,
    rule: Rule,
    window: str,
    breaking: Breaking,
    fault: str,
    change_numbers: Callable[[Mapping[str, int]], Mapping[str, int]] | None = None,
    change_tree: Callable[[Tree], Tree] | None = None,
) -> Task:
    def prove() -> Theorem:
        numbers = rule.numbers_on(_day(rule))
        begun = time.perf_counter()
        status, found = _checked(breaking(rule.tree, numbers))
        seconds = time.perf_counter() - begun
        tree = change_tree(rule.tree) if change_tree else rule.tree
        changed = change_numbers(numbers) if change_numbers else numbers
        caught = _checked(breaking(tree, changed))[0] == "refuted"
        return Theorem(name, (rule.id,), window, status, round(seconds, 3), fault, caught, found)

    return prove


def _checked(formulas: Sequence[Any]) -> tuple[str, str]:
    solver = z3.Solver()
    solver.set("timeout", TIME_LIMIT_MS)
    solver.add(*formulas)
    answer = solver.check()
    if answer == z3.unsat:
        return "proved", ""
    return ("refuted", str(solver.model())[:2000]) if answer == z3.sat else ("unknown", "")


def _model(formulas: Sequence[Any]) -> Any | None:
    solver = z3.Solver()
    solver.set("timeout", TIME_LIMIT_MS)
    solver.add(*formulas)
    return solver.model() if solver.check() == z3.sat else None


def _known(algebra: FormulaAlgebra) -> dict[str, Any]:
    return {"known:" + name: held for name, held in algebra.known.items()}


def _clock_bounds(offset: Any, jump: Any) -> list[Any]:
    return [offset >= -720, offset <= 840, z3.Or([jump == x for x in (-60, 0, 60)])]


def _allowed(leaf: Leaf) -> bool:
    return leaf.ruling is Ruling.ALLOWED


def _plainly_allowed(leaf: Leaf) -> bool:
    """Allowed, and not through an exception."""
    return leaf.ruling is Ruling.ALLOWED and leaf.exception is None


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


def _day(rule: Rule) -> date:
    """A day on which the rule holds: the usual one, else its first."""
    return ON if rule.reach.holds_on(ON) else rule.reach.from_on
