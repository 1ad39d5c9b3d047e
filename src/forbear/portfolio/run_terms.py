"""What one nightly run is made for, and the manifest it begins or goes on with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from forbear.compliance.judging import ALL_BIND, LenderPolicy
from forbear.compliance.rules import Rule
from forbear.compliance.scopes import Scope
from forbear.delinquency.aging import DEFAULT_SCHEME, AgingScheme
from forbear.portfolio.manifests import RunFolder, RunImpossible, RunManifest, Shard, Stage
from forbear.strategy.ladder import StageLadder


@dataclass(frozen=True, slots=True)
class Law:
    """The rulebooks the run obeys, as values: rules and a version."""

    rules: tuple[Rule, ...]
    version: str


@dataclass(frozen=True, slots=True)
class Progress:
    """What a caller hears after each shard: the manifest so far and where the run stands."""

    manifest: RunManifest
    stage: Stage
    shard: Shard | None


Listener = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class RunTerms:
    """What one run is made for."""

    lender: str
    scope: Scope
    business_date: date
    at: datetime
    seed: int
    capacity: int
    code_version: str
    scheme: AgingScheme = DEFAULT_SCHEME
    policy: LenderPolicy = ALL_BIND


def told(terms: RunTerms) -> list[object]:
    """Scope and policy in a form that has a digest."""
    scope = terms.scope
    return [
        scope.jurisdiction,
        scope.lender_kind,
        scope.actor,
        scope.product,
        sorted(scope.memberships),
        sorted(terms.policy.binding),
    ]


def begun(
    folder: RunFolder, terms: RunTerms, law: Law, ladder: StageLadder, clock: Callable[[], datetime]
) -> RunManifest:
    """The manifest to go on with: the one on disk if it is of the same versions, else a new one."""
    versions = {
        "code": terms.code_version,
        "rulebooks": law.version,
        "strategy": f"{ladder.id}/{ladder.version}",
    }
    known = folder.manifest()
    asked = {
        "lender": terms.lender,
        "lender_kind": terms.scope.lender_kind,
        "business_date": str(terms.business_date),
        "versions": versions,
    }
    if known is not None:
        differing = [n for n, value in asked.items() if getattr(known, n) != value]
        if differing:
            begun = ", ".join(f"{n} {getattr(known, n)}" for n in differing)
            raise RunImpossible(
                f"The run in {folder.root} was begun with another {begun}. Give it those, or "
                "choose another folder (or move this one away) to run anew."
            )
        return known
    made: dict[str, Any] = {
        **asked,
        "at": terms.at.isoformat(),
        "seed": terms.seed,
        "capacity": terms.capacity,
        "started_at": clock().isoformat(),
    }
    return RunManifest(**made)
