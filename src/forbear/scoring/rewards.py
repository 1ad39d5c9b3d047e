"""Rewards of a standing: what a lender gives to which band, and the one limit there may be.

A policy is a lender's file. Rewards only ever add; the single limit is a lower line for new credit
below a score. What would punish by another door is refused by name and line: less access to
complaints, relief or a person, worse treatment for having used them, conditions on who somebody is.
Each reward names the rule a borrower reads. What a policy costs is `reward_costs.py`.
"""

import hashlib
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from forbear.primitives.money import Currency
from forbear.scoring.cards import LANGUAGES, WHOLE, Words
from forbear.scoring.errors import ScoringRefused
from forbear.scoring.reward_policy_files import Entry, Place, read_entries
from forbear.scoring.sensitive import sensitive_attribute
from forbear.scoring.standing import Standing
from forbear.scoring.standing_rules import HIGHEST, LOWEST

FORMAT = "forbear-rewards/1"
FAULTY, PENALTY, SENSITIVE = (
    "reward-policy-faulty",
    "reward-policy-punishes",
    "reward-policy-sensitive",
)
LARGEST_DISCOUNT = Decimal("0.10")
# A word of a key or a kind that shows a penalty in disguise, and what it would take away.
_FORBIDDEN = {
    "complaint": "access to complaints",
    "complain": "access to complaints",
    "grievance": "access to complaints",
    "dispute": "the right to contest the debt",
    "hardship": "access to relief",
    "relief": "access to relief",
    "forbearance": "access to relief",
    "appeal": "the right to appeal",
    "human": "a person's decision",
    "contact": "the calm of not being pressed",
    "call": "the calm of not being pressed",
    "penalty_rate": "money by a higher penalty",
    "fee_raise": "money by a higher fee",
    "rate_raise": "money by a higher rate",
}


class RewardKind(StrEnum):
    """What may be given."""

    RATE_DISCOUNT = "rate_discount"
    LIMIT_RAISE = "limit_raise"
    FEE_WAIVER = "fee_waiver"
    PRIORITY_SERVICE = "priority_service"
    EARLY_LIFTING = "early_lifting"  # a limit is lifted before its time
    POSITIVE_REPORT = "positive_report"  # told to the credit registry, with consent


class LimitKind(StrEnum):
    """The one limit there may be."""

    LOWER_NEW_LINE = "lower_new_line"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reward:
    """Given from `from_points` on. The amounts a kind does not use are 0.

    `discount_ppm`: off the yearly rate, 10000 is one percentage point. `raise_ppm`: of the largest
    principal the borrower has had. `times_a_year`: penalties or fees waived. `rule` is what the
    borrower reads.
    """

    id: str
    kind: RewardKind
    from_points: int
    rule: Words
    discount_ppm: int = 0
    raise_ppm: int = 0
    times_a_year: int = 0
    needs_consent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Below `below_points` a new line is at most `share_ppm` of the largest principal so far."""

    id: str
    kind: LimitKind
    below_points: int
    share_ppm: int
    rule: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardPolicy:
    """One version of a lender's rewards.

    `offered_after_days`: the lender offers relief to everybody so many days after a due date, which
    is when lateness begins to count; None: only offers on record count.
    """

    lender: str
    version: int
    in_force_from: date
    currency: Currency
    offered_after_days: int | None
    rewards: tuple[Reward, ...]
    limits: tuple[Limit, ...]
    digest: str

    def until_points(self, reward: Reward) -> int:
        """Where the next reward of the same kind takes over: rewards of a kind never add up."""
        higher = [
            one.from_points
            for one in self.rewards
            if one.kind is reward.kind and one.from_points > reward.from_points
        ]
        return min(higher, default=HIGHEST + 1)

    def held(self, standing: Standing) -> tuple[Reward, ...]:
        """The rewards a standing brings; none before enough is known."""
        known = standing.points if standing.is_known else LOWEST - 1
        return tuple(
            one for one in self.rewards if one.from_points <= known < self.until_points(one)
        )

    def following(self, standing: Standing) -> tuple[Reward, ...]:
        """The rewards not yet held, the nearest first."""
        known = standing.points if standing.is_known else LOWEST - 1
        left = [one for one in self.rewards if one.from_points > known]
        return tuple(sorted(left, key=lambda one: (one.from_points, one.id)))

    def limits_on(self, standing: Standing) -> tuple[Limit, ...]:
        """The limits a standing brings; none before enough is known."""
        if not standing.is_known:
            return ()
        return tuple(one for one in self.limits if standing.points < one.below_points)


def read_policy(text: str, *, file: str = "policy") -> RewardPolicy:
    """The policy in a file's text. Raises `ScoringRefused` with file, line, fault and remedy."""
    top = read_entries(text, file=file)
    _refuse_forbidden(top)
    _known_keys(
        top,
        required=("format", "lender", "version", "in_force_from", "currency", "rewards"),
        optional=("offered_after_days", "limits"),
    )
    if top.values["format"] != FORMAT:
        raise top.at("format").refusal(FAULTY, "another format", f"write `format: {FORMAT}`")
    rewards = tuple(_reward(one) for one in _list(top, "rewards"))
    limits = tuple(_limit(one) for one in _list(top, "limits"))
    ids = [one.id for one in rewards] + [one.id for one in limits]
    if len(set(ids)) != len(ids):
        raise top.at("rewards").refusal(FAULTY, "an id stands twice", "give each its own id")
    _require_rising(rewards, top)
    return RewardPolicy(
        lender=_text(top, "lender"),
        version=_whole(top, "version", least=1, most=10**6),
        in_force_from=_day(top, "in_force_from"),
        currency=_currency(top),
        offered_after_days=_whole(top, "offered_after_days", least=0, most=60)
        if top.values.get("offered_after_days") is not None
        else None,
        rewards=rewards,
        limits=limits,
        digest=hashlib.sha256(text.encode()).hexdigest(),
    )


def _require_rising(rewards: tuple[Reward, ...], top: Entry) -> None:
    """More points never bring less: rewards of a kind rise, and no two begin at one score."""
    for kind in RewardKind:
        own = sorted((r for r in rewards if r.kind is kind), key=lambda r: r.from_points)
        for lower, higher in itertools.pairwise(own):
            if lower.from_points == higher.from_points or _size(lower) >= _size(higher):
                raise top.at("rewards").refusal(
                    FAULTY,
                    f"{higher.id} does not give more than {lower.id} for more points",
                    "rewards of one kind rise with the points, or leave one out",
                )


def _size(reward: Reward) -> int:
    return reward.discount_ppm + reward.raise_ppm + reward.times_a_year


_BY_KIND: Mapping[RewardKind, tuple[str, ...]] = {
    RewardKind.RATE_DISCOUNT: ("discount_annual",),
    RewardKind.LIMIT_RAISE: ("raise_share",),
    RewardKind.FEE_WAIVER: ("times_a_year",),
    RewardKind.PRIORITY_SERVICE: (),
    RewardKind.EARLY_LIFTING: (),
    RewardKind.POSITIVE_REPORT: ("needs_consent",),
}


def _reward(entry: Entry) -> Reward:
    kind = _kind(entry, RewardKind)
    own = _BY_KIND[kind]
    _known_keys(entry, required=("id", "kind", "from_points", "rule", *own), optional=())
    if "needs_consent" in own and entry.values["needs_consent"] is not True:
        raise entry.at("needs_consent").refusal(
            FAULTY,
            "a report to the credit registry without consent",
            "write `needs_consent: true`: the borrower decides each time",
        )
    return Reward(
        id=_text(entry, "id"),
        kind=kind,
        from_points=_whole(entry, "from_points", least=LOWEST, most=HIGHEST),
        rule=_words(entry),
        discount_ppm=_ppm(entry, "discount_annual", most=LARGEST_DISCOUNT),
        raise_ppm=_ppm(entry, "raise_share", most=Decimal(1)),
        times_a_year=_whole(entry, "times_a_year", least=1, most=12)
        if "times_a_year" in own
        else 0,
        needs_consent="needs_consent" in own,
    )


def _limit(entry: Entry) -> Limit:
    kind = _kind(entry, LimitKind)
    _known_keys(entry, required=("id", "kind", "below_points", "share", "rule"), optional=())
    return Limit(
        id=_text(entry, "id"),
        kind=kind,
        below_points=_whole(entry, "below_points", least=LOWEST, most=599),
        share_ppm=_ppm(entry, "share", most=Decimal(1)),
        rule=_words(entry),
    )


def _kind(entry: Entry, kinds: type[RewardKind] | type[LimitKind]) -> Any:
    told = entry.values.get("kind")
    known = ", ".join(kinds)
    if told not in set(kinds):
        raise entry.at("kind").refusal(FAULTY, f"no kind {told!r} here", f"choose of {known}")
    return kinds(told)


def _refuse_forbidden(entry: Entry) -> None:
    """Refuse what punishes by another door or asks who somebody is, wherever it stands."""
    for key, value in entry.values.items():
        told = [key] if key == "rule" else [key, *_texts(value)]
        for text in () if key in ("rule", "lender") else told:
            _refuse_word(str(text), entry.at(key))
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, Entry) and key != "rule":
                _refuse_forbidden(one)


def _texts(value: Any) -> list[str]:
    many = value if isinstance(value, list) else [value]
    return [one for one in many if isinstance(one, str)]


def _refuse_word(text: str, place: Place) -> None:
    folded = text.lower().replace("-", "_").replace(" ", "_")
    for word, taken in _FORBIDDEN.items():
        if word in folded.split("_") or ("_" in word and word in folded) or f"{word}s" in folded:
            raise place.refusal(
                PENALTY,
                f"{text!r} would take away {taken}",
                "a policy gives rewards, and at most a lower new line; take this out",
            )
    found = sensitive_attribute(text)
    if found is not None:
        raise place.refusal(
            SENSITIVE,
            f"{text!r} asks who somebody is ({found.id})",
            "rewards come from the standing alone; take this condition out",
        )


def _known_keys(entry: Entry, *, required: tuple[str, ...], optional: tuple[str, ...]) -> None:
    for key in entry.values:
        if key not in (*required, *optional):
            raise entry.at(key).refusal(
                FAULTY, f"{key} means nothing here", f"keys are {', '.join((*required, *optional))}"
            )
    missing = [key for key in required if entry.values.get(key) is None]
    if missing:
        raise entry.place.refusal(FAULTY, f"{missing[0]} is missing", f"write `{missing[0]}: ...`")


def _list(entry: Entry, key: str) -> list[Entry]:
    value = entry.values.get(key) or []
    if not isinstance(value, list) or not all(isinstance(one, Entry) for one in value):
        raise entry.at(key).refusal(FAULTY, f"{key} is no list", "write `- id: ...` below it")
    return value


def _text(entry: Entry, key: str) -> str:
    value = entry.values[key]
    if not isinstance(value, str) or not value.strip():
        raise entry.at(key).refusal(FAULTY, f"{key} is no text", "write a short word")
    return value


def _whole(entry: Entry, key: str, *, least: int, most: int) -> int:
    value = entry.values[key]
    if type(value) is not int or not least <= value <= most:
        raise entry.at(key).refusal(
            FAULTY, f"{key} is {value!r}", f"write a whole number from {least} to {most}"
        )
    return value


def _ppm(entry: Entry, key: str, *, most: Decimal) -> int:
    """A quoted decimal as parts per million; 0 where the kind has no such key."""
    if key not in entry.values:
        return 0
    value = entry.values[key]
    remedy = f'write a quoted decimal over 0, at most "{most}", as in "0.01"'
    try:
        exact = Decimal(value) if isinstance(value, str) else Decimal(0)
    except InvalidOperation:
        exact = Decimal(0)
    if not exact.is_finite() or not 0 < exact <= most or exact * WHOLE != int(exact * WHOLE):
        raise entry.at(key).refusal(FAULTY, f"{key} is {value!r}", remedy)
    return int(exact * WHOLE)


def _day(entry: Entry, key: str) -> date:
    value = entry.values[key]
    if type(value) is not date:
        raise entry.at(key).refusal(FAULTY, f"{key} is {value!r}", "write a day as 2026-12-01")
    return value


def _currency(entry: Entry) -> Currency:
    value = entry.values["currency"]
    if value not in set(Currency):
        known = ", ".join(Currency)
        raise entry.at("currency").refusal(FAULTY, f"no currency {value!r}", f"one of {known}")
    return Currency(value)


def _words(entry: Entry) -> Words:
    value = entry.values["rule"]
    if not isinstance(value, Entry) or set(value.values) != set(LANGUAGES):
        raise entry.at("rule").refusal(
            FAULTY,
            "the rule has not both languages",
            'write rule: { zh-Hans: "...", en: "..." }: each reward names its rule',
        )
    return {language: str(value.values[language]) for language in LANGUAGES}


def policy_of_lender(policy: RewardPolicy, lender: str) -> RewardPolicy:
    """The policy, if it is this lender's. Raises `ScoringRefused` ("reward-policy-of-another")."""
    if policy.lender != lender:
        raise ScoringRefused(
            "reward-policy-of-another",
            f"This policy is of lender {policy.lender}, not of {lender}: name its own book.",
        )
    return policy
