"""What a reward policy costs on a book, before it is switched on: exact whole minor units.

For each band the people, and for each reward what it would cost in a year if the book stayed as it
is: interest forgone on the coming twelve months of the schedule, penalties waived of the
past twelve, posted or accruing, exposure added by a higher limit. Today, and at the month ends before.
These are costs by the schedule, not a forecast: nobody is assumed to pay better for the reward.
"""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from forbear.delinquency.aging import DEFAULT_SCHEME, AgingScheme
from forbear.loans import penalty_columns
from forbear.primitives.errors import require
from forbear.scoring import standing_columns
from forbear.scoring.cards import WHOLE
from forbear.scoring.errors import ScoringRefused
from forbear.scoring.features_tables import KnownTables, known_tables
from forbear.scoring.rewards import Limit, Reward, RewardPolicy, policy_of_lender
from forbear.scoring.standing_columns import WHO, StandingTables
from forbear.scoring.standing_rules import standing_rules

YEAR = 365
MONTHS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardCost:
    """One reward on one day: who gets it and what it costs in a year, in minor units.

    `exposure_minor` is no cost: it is how much more could be lent.
    """

    reward: str
    kind: str
    people: int
    interest_forgone_minor: int
    waived_minor: int
    exposure_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyCosts:
    """A policy on a book on one day. `unknown`: people of whom too little is known yet."""

    as_of: date
    people: int
    unknown: int
    tiers: tuple[tuple[str, int], ...]
    rewards: tuple[RewardCost, ...]
    limited: tuple[tuple[str, int, int], ...]  # limit, people, minor units less they could borrow

    @property
    def yearly_minor(self) -> int:
        """What the rewards cost in a year: interest forgone and penalties waived."""
        return sum(one.interest_forgone_minor + one.waived_minor for one in self.rewards)


def policy_costs(
    policy: RewardPolicy,
    tables: StandingTables,
    *,
    as_of: date,
    scheme: AgingScheme = DEFAULT_SCHEME,
) -> PolicyCosts:
    """What the policy costs on the lender's tables at the end of `as_of`.

    `offered_after_days` of the policy holds, whatever the tables say. Raises `ScoringRefused` for
    tables of another lender or of another currency: sums of two currencies mean nothing.
    """
    _require_own(policy, tables)
    known = known_tables(tables.behaviour, as_of=as_of, scheme=scheme)
    told = StandingTables(
        behaviour=tables.behaviour,
        relief_offers=tables.relief_offers,
        protections=tables.protections,
        appeals=tables.appeals,
        offered_after_days=policy.offered_after_days,
    )
    people = (
        standing_columns.standing(told, as_of=as_of, scheme=scheme)
        .join(_largest_principal(known), on=WHO, how="left")
        .collect()
    )
    scored = people.filter(pl.col("is_known"))
    rules = standing_rules(as_of)
    counts = dict(scored.group_by("tier").len().iter_rows())
    return PolicyCosts(
        as_of=as_of,
        people=people.height,
        unknown=people.height - scored.height,
        tiers=tuple((tier.code, counts.get(tier.code, 0)) for tier in rules.tiers),
        rewards=tuple(
            _reward_cost(policy, one, scored, known, tables.behaviour.loans)
            for one in policy.rewards
        ),
        limited=tuple(_limited(one, scored) for one in policy.limits),
    )


def costs_over_months(
    policy: RewardPolicy,
    tables: StandingTables,
    *,
    as_of: date,
    scheme: AgingScheme = DEFAULT_SCHEME,
) -> tuple[PolicyCosts, ...]:
    """The policy on `as_of` and on the twelve month ends before it, newest first.

    Month ends before the first rules of the standing are left out.
    """
    days = [as_of, *month_ends_before(as_of, MONTHS)]
    first = standing_rules(as_of).in_force_from
    return tuple(
        policy_costs(policy, tables, as_of=day, scheme=scheme) for day in days if day >= first
    )


def month_ends_before(day: date, count: int) -> list[date]:
    """The last days of the months before `day`, newest first.

    >>> month_ends_before(date(2026, 3, 31), 2)
    [datetime.date(2026, 2, 28), datetime.date(2026, 1, 31)]
    """
    ends = []
    number = day.year * 12 + day.month - 1
    for back in range(1, count + 1):
        year, month = divmod(number - back, 12)
        ends.append(date(year, month + 1, calendar.monthrange(year, month + 1)[1]))
    return ends


def _require_own(policy: RewardPolicy, tables: StandingTables) -> None:
    told = tables.behaviour.loans.select("lender", "currency").unique().collect()
    for lender in told["lender"].unique().sort():
        policy_of_lender(policy, lender)
    others = set(told["currency"].drop_nulls()) - {policy.currency.value}
    if others:
        raise ScoringRefused(
            "reward-policy-currency",
            f"The policy counts in {policy.currency}, the book holds {', '.join(sorted(others))}: "
            "write a policy in the book's currency.",
        )


def _largest_principal(known: KnownTables) -> pl.LazyFrame:
    return known.loans.group_by(WHO).agg(pl.col("principal_minor").max().fill_null(0))


def _reward_cost(
    policy: RewardPolicy,
    reward: Reward,
    scored: pl.DataFrame,
    known: KnownTables,
    rates: pl.LazyFrame,
) -> RewardCost:
    points = pl.col("points")
    until = policy.until_points(reward)
    entitled = scored.filter((points >= reward.from_points) & (points < until))
    exposure = pl.col("principal_minor") * reward.raise_ppm
    return RewardCost(
        reward=reward.id,
        kind=reward.kind.value,
        people=entitled.height,
        interest_forgone_minor=_interest_forgone(reward.discount_ppm, entitled, known)
        if reward.discount_ppm
        else 0,
        waived_minor=_waived(reward.times_a_year, entitled, known, rates)
        if reward.times_a_year
        else 0,
        exposure_minor=int(entitled.select((exposure // WHOLE).sum()).item() or 0),
    )


def _limited(limit: Limit, scored: pl.DataFrame) -> tuple[str, int, int]:
    held = scored.filter(pl.col("points") < limit.below_points)
    less = pl.col("principal_minor") * (WHOLE - limit.share_ppm) // WHOLE
    return limit.id, held.height, int(held.select(less.sum()).item() or 0)


def _interest_forgone(discount_ppm: int, entitled: pl.DataFrame, known: KnownTables) -> int:
    """Principal outstanding by the schedule × days × discount / 365, in the year after `as_of`.

    Rounded half-up once a loan not yet settled; what was paid ahead or is in arrears is not looked
    at.
    """
    until = known.as_of + timedelta(days=YEAR)
    own = _unsettled(known).join(entitled.lazy().select(WHO), on=WHO, how="semi")
    before = pl.col("due_on").shift(1).over("loan_key")
    starts = pl.max_horizontal(pl.coalesce(before, "disbursed_on"), pl.lit(known.as_of))
    days = (pl.min_horizontal("due_on", pl.lit(until)) - starts).dt.total_days().clip(0)
    principal = pl.col("part_minor")
    outstanding = (
        principal.sum().over("loan_key") - principal.cum_sum().over("loan_key") + principal
    )
    per_loan = (
        known.instalments.join(own.select("loan_key", "disbursed_on"), on="loan_key")
        .sort("loan_key", "due_on", "seq")
        .with_columns((outstanding * days).alias("minor_days"))
        .group_by("loan_key")
        .agg(pl.col("minor_days").sum())
    )
    whole = YEAR * WHOLE
    forgone = (2 * pl.col("minor_days") * discount_ppm + whole) // (2 * whole)
    return int(per_loan.select(forgone.sum()).collect().item() or 0)


def _waived(
    times_a_year: int, entitled: pl.DataFrame, known: KnownTables, rates: pl.LazyFrame
) -> int:
    """The largest penalties on a borrower's instalments that fell due in the year to `as_of`.

    A penalty is what the lender posted, with what accrues on an instalment that is still unmet.
    """
    loans = known.loans.join(entitled.lazy().select(WHO), on=WHO, how="semi")
    due = known.instalments.filter(
        pl.col("due_on").is_between(known.first_day(YEAR), known.as_of)
    ).join(loans.select("loan_key", *WHO), on="loan_key")
    penalty = pl.col("penalty_minor") + pl.col("accrued_minor").fill_null(0)
    waived = (
        due.join(_accrued(due, known, rates), on=["loan_key", "seq"], how="left")
        .with_columns(penalty.alias("penalty_minor"))
        .sort(*WHO, "penalty_minor", descending=[False, False, True])
        .group_by(WHO, maintain_order=True)
        .agg(pl.col("penalty_minor").head(times_a_year).sum())
    )
    return int(waived.select(pl.col("penalty_minor").sum()).collect().item() or 0)


def _accrued(due: pl.LazyFrame, known: KnownTables, rates: pl.LazyFrame) -> pl.LazyFrame:
    """Penalty interest accrued on each unmet instalment: `loan_key, seq, accrued_minor`."""
    unmet = (
        due.filter(pl.col("due_on") < known.as_of)
        .join(_paid(known), on="loan_key", how="left")
        .filter(pl.col("cumulative_minor") > pl.col("paid_minor").fill_null(0))
        .select(
            "loan_key",
            "due_on",
            "seq",
            pl.col("part_minor").alias("principal_minor"),
            pl.col("cumulative_minor").alias("due_cumulative_minor"),
        )
    )
    own = known.payments.select("loan_key", "effective_on", "amount_minor").join(
        unmet.select("loan_key").unique(), on="loan_key", how="semi"
    )
    amount = penalty_columns.amount_minor(
        pl.col("minor_days"), pl.col("penalty_rate_annual"), pl.col("day_count")
    )
    return (
        penalty_columns.minor_days(unmet, own, known.as_of)
        .join(rates.select("loan_key", "penalty_rate_annual", "day_count"), on="loan_key")
        .select("loan_key", "seq", amount.alias("accrued_minor"))
    )


def _paid(known: KnownTables) -> pl.LazyFrame:
    return known.paid_days.group_by("loan_key").agg(
        pl.col("amount_minor").sum().alias("paid_minor")
    )


def _unsettled(known: KnownTables) -> pl.LazyFrame:
    """Loans neither said nor paid to be settled."""
    scheduled = known.instalments.group_by("loan_key").agg(
        pl.col("due_minor").sum().alias("scheduled_minor")
    )
    open_ = pl.col("paid_minor").fill_null(0) < pl.col("scheduled_minor")
    return (
        known.loans.filter(pl.col("settled_on").is_null())
        .join(scheduled, on="loan_key")
        .join(_paid(known), on="loan_key", how="left")
        .filter(open_)
    )


def added_up(parts: Sequence[PolicyCosts]) -> PolicyCosts:
    """The costs of several parts of one book on one day, no borrower in two of them."""
    first = parts[0]
    require(len({part.as_of for part in parts}) == 1, "costs of different days were added")
    return PolicyCosts(
        as_of=first.as_of,
        people=sum(part.people for part in parts),
        unknown=sum(part.unknown for part in parts),
        tiers=tuple(
            (code, sum(part.tiers[n][1] for part in parts))
            for n, (code, _) in enumerate(first.tiers)
        ),
        rewards=tuple(
            replace(
                one,
                **{
                    name: sum(getattr(part.rewards[n], name) for part in parts)
                    for name in (
                        "people",
                        "interest_forgone_minor",
                        "waived_minor",
                        "exposure_minor",
                    )
                },
            )
            for n, one in enumerate(first.rewards)
        ),
        limited=tuple(
            (
                limit,
                sum(part.limited[n][1] for part in parts),
                sum(part.limited[n][2] for part in parts),
            )
            for n, (limit, _, _) in enumerate(first.limited)
        ),
    )
