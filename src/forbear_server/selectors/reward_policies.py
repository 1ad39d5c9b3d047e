"""Reward policies of the lender: every version, and the one in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from forbear.scoring.rewards import RewardPolicy as Policy
from forbear.scoring.rewards import read_policy
from forbear_server.store.models import RewardPolicy


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A version as it stands; `costs` is what the simulation said when it was added."""

    uuid: UUID
    version: int
    digest: str
    policy: Policy
    costs: list[dict[str, Any]]
    state: str
    added_by: str
    added_by_id: int
    added_at: datetime
    decided_by: str
    decided_at: datetime | None
    decision_note: str


def list_policies() -> list[PolicyRow]:
    """Every version, newest first."""
    rows = RewardPolicy.objects.select_related("added_by", "decided_by").order_by("-version")
    return [_row(one) for one in rows]


def policy_in_force(on: date) -> PolicyRow | None:
    """The approved version, from its own first day on."""
    rows = RewardPolicy.objects.select_related("added_by", "decided_by")
    one = rows.filter(state="approved").first()
    held = None if one is None else _row(one)
    return held if held is not None and held.policy.in_force_from <= on else None


def _row(one: RewardPolicy) -> PolicyRow:
    return PolicyRow(
        uuid=one.uuid,
        version=one.version,
        digest=one.digest,
        policy=read_policy(one.text),
        costs=list(one.costs),
        state=one.state,
        added_by=one.added_by.display_name,
        added_by_id=one.added_by_id,
        added_at=one.added_at,
        decided_by="" if one.decided_by is None else one.decided_by.display_name,
        decided_at=one.decided_at,
        decision_note=one.decision_note,
    )
