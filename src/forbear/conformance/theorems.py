"""What is proven about the law as we run it: over all facts and histories, not over samples.

Each theorem states its claim apart from the rule's own text, names its window, and is tried again
on a rule with a seeded fault that the prover must catch. Seven local days are not 168 hours: the
windows here are local calendar days, as the instruments count.
"""

from collections.abc import Sequence

from forbear.compliance.expressions import leaves
from forbear.compliance.rules import Rule
from forbear.conformance.book_theorems import (
    all_reachable,
    contradicts_nothing,
    could_contradict,
    has_branches,
    permits_something,
)
from forbear.conformance.claims import FREQUENCIES, HOURS, SPACINGS
from forbear.conformance.contact_theorems import (
    AGREED_HOURS,
    keeps_agreed_cap,
    keeps_agreed_hours,
    keeps_distance,
    keeps_hours,
    names_a_moment,
    never_exceeds,
    tightens,
)
from forbear.conformance.proving import CONTACT, Task


def theorems(rules: Sequence[Rule]) -> list[Task]:
    """Every theorem over the shipped rules, each as a task that proves it when called."""
    known = {rule.id: rule for rule in rules}
    tasks: list[Task] = []
    for hours in HOURS:
        rule = known[hours.rule_id]
        tasks += [keeps_hours(rule, hours), names_a_moment(rule, hours)]
        if any(leaf.exception in AGREED_HOURS for leaf in leaves(rule.tree)):
            tasks.append(keeps_agreed_hours(rule))
        tasks += [tightens(rule, name, step) for name, step in hours.tightening.items()]
    for often in FREQUENCIES:
        rule = known[often.rule_id]
        tasks += [never_exceeds(rule, often), tightens(rule, often.cap, -1)]
        if often.agreed_cap is not None:
            tasks.append(keeps_agreed_cap(rule, often))
    tasks += [keeps_distance(known[spacing.rule_id], spacing) for spacing in SPACINGS]
    for book_id in dict.fromkeys(rule.book_id for rule in rules):
        own = [rule for rule in rules if rule.book_id == book_id]
        # A book without a test or without an exception to take back has nothing to prove.
        tasks += [all_reachable(book_id, own)] if has_branches(own) else []
        tasks += [contradicts_nothing(book_id, own)] if could_contradict(own) else []
    places = dict.fromkeys(r.reach.jurisdiction for r in rules if r.vocabulary is CONTACT)
    tasks += [permits_something(place, rules) for place in places]
    return tasks
