"""Reward policies: added with what they would cost, approved by another person, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from forbear.portfolio.book import Book
from forbear.portfolio.standings import costs_of_book
from forbear.scoring.approvals import next_state
from forbear.scoring.errors import ScoringRefused
from forbear.scoring.reward_costs import PolicyCosts
from forbear.scoring.rewards import policy_of_lender, read_policy
from forbear_server.selectors.actors import Actor, Role
from forbear_server.services.evidence import Recorded, append_evidence
from forbear_server.services.refusals import refusals_recorded
from forbear_server.store.models import RewardPolicy

NOTE_LENGTH = 200
_REFUSALS = refusals_recorded("reward_policy.refused", ScoringRefused)


@_REFUSALS
def simulate_policy(
    *, actor: Actor, text: str, book: Book, as_of: date, now: datetime
) -> tuple[PolicyCosts, ...]:
    """What the policy in this text would cost on the lender's own book; nothing but a refusal at
    `now` is written."""
    policy = policy_of_lender(read_policy(text), actor.lender_code)
    return costs_of_book(book, policy, as_of=as_of)


@_REFUSALS
@transaction.atomic
def add_policy(*, actor: Actor, text: str, costs: Sequence[PolicyCosts], now: datetime) -> UUID:
    """Keep a policy, submitted, with its simulation; the same text again is the one already there.

    Raises `ScoringRefused` for a faulty or punishing policy, another lender's, or a role.
    """
    if actor.role is not Role.STRATEGIST:
        raise ScoringRefused("policy-role-missing", "Only strategists write reward policies.")
    policy = policy_of_lender(read_policy(text), actor.lender_code)
    known = RewardPolicy.objects.filter(version=policy.version).first()
    if known is not None:
        if known.digest == policy.digest:
            return known.uuid
        raise ScoringRefused(
            "policy-version-taken",
            f"Version {policy.version} is here already with other content: give the next number.",
        )
    row = RewardPolicy.objects.create(
        lender_id=actor.lender_id,
        version=policy.version,
        text=text,
        digest=policy.digest,
        costs=[told_costs(one) for one in costs],
        state="submitted",
        added_by_id=actor.user_id,
        added_at=now,
    )
    _record("reward_policy.added", actor, row, now)
    return row.uuid


@_REFUSALS
@transaction.atomic
def decide_policy(
    *, actor: Actor, policy_uuid: UUID, verb: str, note: str, now: datetime
) -> Recorded:
    """Approve, return or retire; an approved policy retires the one before it."""
    if actor.role is not Role.COMPLIANCE:
        raise ScoringRefused("policy-role-missing", "Only compliance decides about policies.")
    row = RewardPolicy.objects.select_for_update().filter(pk=policy_uuid).first()
    if row is None:
        raise ScoringRefused("policy-unknown", f"There is no reward policy {policy_uuid}.")
    after = next_state(row.state, verb)
    if row.added_by_id == actor.user_id:
        raise ScoringRefused("policy-own", "Nobody decides about a policy they wrote.")
    if verb == "return" and not note.strip():
        raise ScoringRefused("card-note-missing", "Say why it is returned: the author must know.")
    if verb == "approve" and not row.costs:
        raise ScoringRefused("policy-without-costs", "It was added without its simulation.")
    if verb == "approve":
        for earlier in RewardPolicy.objects.select_for_update().filter(state="approved"):
            earlier.state = next_state(earlier.state, "retire")
            earlier.save()
            _record("reward_policy.retired", actor, earlier, now)
    row.state = after
    row.decided_by_id, row.decided_at = actor.user_id, now
    row.decision_note = note.strip()[:NOTE_LENGTH]
    row.save()
    return _record(f"reward_policy.{after}", actor, row, now)


def told_costs(costs: PolicyCosts) -> dict[str, Any]:
    """A simulation as it is kept: whole minor units by reward, people by band."""
    return {
        "as_of": costs.as_of.isoformat(),
        "people": costs.people,
        "unknown": costs.unknown,
        "tiers": [[tier, people] for tier, people in costs.tiers],
        "rewards": [
            {
                "reward": one.reward,
                "people": one.people,
                "interest_forgone_minor": one.interest_forgone_minor,
                "waived_minor": one.waived_minor,
                "exposure_minor": one.exposure_minor,
            }
            for one in costs.rewards
        ],
        "limited": [[limit, people, minor] for limit, people, minor in costs.limited],
        "yearly_minor": costs.yearly_minor,
    }


def _record(event: str, actor: Actor, row: RewardPolicy, now: datetime) -> Recorded:
    return append_evidence(
        event,
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        about=f"reward_policy:{row.uuid}",
        body={"version": row.version, "digest": row.digest},
    )
