"""The rule strategy: a stage by days past due, spacing between contacts, then capacity.

Which stage does what is data (`ladder.yaml`). The gate's answer is an input: an action whose
channel is not permitted today becomes `watch` with the rule's refusal as reason, never
another channel in its place. Capacity cuts the ranked list of what a person must do. The
batch form is `ladder_columns.py`.
"""

from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from forbear.primitives.errors import RequestRefused
from forbear.strategy.treatments import Action


class LadderImpossible(RequestRefused):
    """A ladder whose stages do not rise from day 0."""

    code = "strategy_ladder_impossible"


@dataclass(frozen=True, slots=True)
class Stage:
    """What is done from `from_days` past due on, and how much rest lies between contacts."""

    name: str
    from_days: int
    action: Action
    channel: str | None
    rest_days: int
    pause_days: int
    priority: int


@dataclass(frozen=True, slots=True)
class StageLadder:
    """Stages in rising order; arrears below `small_arrears_minor` are only watched."""

    id: str
    version: str
    small_arrears_minor: int
    stages: tuple[Stage, ...]

    def __post_init__(self) -> None:
        starts = [s.from_days for s in self.stages]
        if not starts or starts[0] != 0 or starts != sorted(set(starts)):
            raise LadderImpossible(f"{self.id}: stages start at day 0 and rise; got {starts}.")

    def stage(self, days_past_due: int) -> Stage:
        """The stage a borrower is in."""
        return [s for s in self.stages if s.from_days <= days_past_due][-1]


@dataclass(frozen=True, slots=True)
class BorrowerState:
    """What the strategy may know about a borrower this evening.

    `days_since_attempt` counts local days since the last attempt, None if there was none.
    """

    days_past_due: int
    arrears_minor: int
    days_since_attempt: int | None = None
    last_connected: bool = False
    is_snoozed: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """The action with its reasons, strongest first; `priority` orders what a person must do."""

    action: Action
    channel: str | None
    reasons: tuple[str, ...]
    priority: int


@cache
def stage_ladder() -> StageLadder:
    """The shipped ladder."""
    text = resources.files(__package__).joinpath("ladder.yaml").read_text(encoding="utf-8")
    raw = yaml.safe_load(text)
    stages = tuple(Stage(**{**s, "action": Action(s["action"])}) for s in raw["stages"])
    return StageLadder(raw["id"], raw["version"], raw["small_arrears_minor"], stages)


def choose(state: BorrowerState, ruling: str, ladder: StageLadder) -> Choice:
    """The day's action before capacity; `ruling` is the gate's answer for the stage's channel.

    >>> choose(BorrowerState(37, 209_440), "allowed", stage_ladder()).action
    <Action.OFFER_ARRANGEMENT: 'offer_arrangement'>
    """
    stage = ladder.stage(state.days_past_due)
    stage_reason = f"stage_{stage.name}"
    hindrance = _hindrance(state, stage, ruling, ladder)
    if stage.action is Action.WATCH or hindrance is None:
        return Choice(stage.action, stage.channel, (stage_reason,), stage.priority)
    return Choice(Action.WATCH, None, (hindrance, stage_reason), 0)


def _hindrance(state: BorrowerState, stage: Stage, ruling: str, ladder: StageLadder) -> str | None:
    """Why the stage's action is not taken today, if there is a reason."""
    if state.is_snoozed:
        return "snoozed"
    if state.arrears_minor < ladder.small_arrears_minor:
        return "small_arrears"
    if stage.channel is not None and ruling == "refused":
        return "refused_by_rule"
    if stage.channel is not None and ruling == "needs_review":
        return "needs_review"
    rest = stage.rest_days if state.last_connected else stage.pause_days
    if state.days_since_attempt is not None and state.days_since_attempt < rest:
        return "recently_contacted"
    return None
