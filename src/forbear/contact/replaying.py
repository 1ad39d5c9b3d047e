"""A decision about a contact written down so that it can be made again, and made again.

What is kept: the facts as the rules saw them, the law's day, scope and policy. The verdict is a
small JSON object; the same facts under the same rulebooks give the same bytes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from forbear.compliance.citations import Strength
from forbear.compliance.fact_kinds import vocabulary
from forbear.compliance.judging import LenderPolicy, RulesInForce, rules_in_force
from forbear.compliance.rules import Rule
from forbear.compliance.scopes import Scope
from forbear.compliance.verdicts import Judgement
from forbear.contact.facts import ContactFacts
from forbear.contact.permission import judged
from forbear.evidence.entries import canonical
from forbear.primitives.errors import RequestRefused

Json = Mapping[str, Any]


_FACTS = tuple(one.name for one in fields(ContactFacts))


class NotReplayable(RequestRefused):
    """The kept facts no longer fit the facts the rules read; nothing was decided."""

    code = "not_replayable"


@dataclass(frozen=True, slots=True)
class Replay:
    """A decision made again: what was written then, what comes out now, as canonical bytes."""

    recorded: bytes
    repeated: bytes

    @property
    def agrees(self) -> bool:
        """Same verdict, same reasons, same bytes."""
        return self.recorded == self.repeated


def recorded_facts(facts: ContactFacts) -> dict[str, Any]:
    """The facts as JSON: every one of them is a word, a number or a truth."""
    return {name: getattr(facts, name) for name in _FACTS}


def recorded_law(on: date, scope: Scope, policy: LenderPolicy) -> dict[str, Any]:
    """Under which law the facts were judged: the local day, the lender's scope and policy."""
    return {
        "on": on.isoformat(),
        "scope": {**asdict(scope), "memberships": sorted(scope.memberships)},
        "binding": sorted(strength.value for strength in policy.binding),
    }


def recorded_verdict(judgement: Judgement) -> dict[str, Any]:
    """The verdict with its reasons and the exceptions it rests on."""
    return {
        "ruling": judgement.ruling.value,
        "grounds": [
            {"rule_id": ground.rule_id, "reason": ground.verdict.reason or ""}
            for ground in judgement.grounds
        ],
        "exceptions": [ground.rule_id for ground in judgement.exceptions],
    }


def replay(*, verdict: Json, facts: Json, law: Json, rules: Iterable[Rule]) -> Replay:
    """The kept decision again under `rules`. Raises `NotReplayable`."""
    try:
        read = ContactFacts(**facts)
        vocabulary(ContactFacts).check(read)
        in_force = _law_again(law, rules, date.fromisoformat(str(law["on"])))
    except (TypeError, ValueError, KeyError) as fault:
        raise NotReplayable(
            f"The kept facts do not fit the facts that rules read today ({fault}): replay the "
            "decision with the release of its time."
        ) from fault
    again = recorded_verdict(judged(read, in_force))
    return Replay(canonical(dict(verdict)), canonical(again))


def verdict_under(*, facts: Json, law: Json, rules: Iterable[Rule], on: date) -> dict[str, Any]:
    """The same facts under the law of another day, for information only."""
    return recorded_verdict(judged(ContactFacts(**facts), _law_again(law, rules, on)))


def _law_again(law: Json, rules: Iterable[Rule], on: date) -> RulesInForce:
    scope = dict(law["scope"])
    return rules_in_force(
        rules,
        ContactFacts,
        on=on,
        scope=Scope(**{**scope, "memberships": frozenset(scope["memberships"])}),
        policy=LenderPolicy(frozenset(Strength(word) for word in law["binding"])),
    )
