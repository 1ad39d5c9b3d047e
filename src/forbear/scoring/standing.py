"""Standing 善还分: 0 to 1000 from repayment alone, by published rules, the definition.

Everybody starts at the same value. A calendar month in which instalments were paid on time, or
promises kept, adds; lateness takes away only after relief was offered, never for paused days,
approved relief, a dispute under review or an instalment under appeal. An effect is worth half
after each half-life; lateness begins to fade on the day it is made good. Complaints cannot count:
they are not among the inputs. Whole points; the start and all reasons add exactly to the score.

The rules are data (`standing.yaml`), the batch form is `standing_columns.py`, what would raise a
standing `standing_steps.py`. It is a lender's own score, not a report of the credit registry.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from forbear.delinquency.aging import DEFAULT_SCHEME, AgingScheme
from forbear.delinquency.pauses import paused_days
from forbear.scoring.cards import Words
from forbear.scoring.features_lateness import InstalmentStory, instalment_stories
from forbear.scoring.histories import LoanRecord, PromiseTurn, record_at
from forbear.scoring.standing_histories import StandingHistory, protected
from forbear.scoring.standing_rules import (
    HIGHEST,
    LOWEST,
    StandingRules,
    reason_words,
    standing_rules,
)

Month = tuple[int, int]
BOUNDS = "bounds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What one calendar month counts for under one code, as it is worth at `as_of`."""

    code: str
    month: Month
    on: date  # it fades from this day on
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingReason:
    """All effects of one code: their points, and of how many months."""

    code: str
    points: int
    months: int

    def words(self, language: str) -> str:
        """The reason as the borrower reads it."""
        return reason_words()[self.code][language].format(n=self.months)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`points` is `start` and all reasons added. Not known: too few instalments fell due yet."""

    as_of: date
    points: int
    start: int
    tier: str
    tier_says: Words
    reasons: tuple[StandingReason, ...]
    is_known: bool
    rules_version: str


def standing(
    history: StandingHistory, *, as_of: date, scheme: AgingScheme = DEFAULT_SCHEME
) -> Standing:
    """The standing at the end of `as_of`, from what was known then.

    >>> from forbear.primitives.identifiers import BorrowerId, LenderId
    >>> new = StandingHistory(lender=LenderId("q"), borrower_id=BorrowerId("b"), loans=())
    >>> made = standing(new, as_of=date(2026, 11, 20))
    >>> made.points, made.tier, made.is_known
    (600, 'starting', False)
    """
    rules = standing_rules(as_of)
    made = effects(history, as_of=as_of, scheme=scheme, rules=rules)
    counted = sum(effect.points for effect in made)
    points = min(max(rules.start + counted, LOWEST), HIGHEST)
    bounds = points - rules.start - counted
    due = sum(
        one.disbursed_on <= as_of and i.due_on <= as_of
        for one in history.loans
        for i in one.schedule
    )
    tier = rules.tier(points)
    return Standing(
        as_of=as_of,
        points=points,
        start=rules.start,
        tier=tier.code,
        tier_says=tier.says,
        reasons=_reasons(made, bounds),
        is_known=due >= rules.least_instalments,
        rules_version=rules.version,
    )


def explain(made: Standing, language: str) -> tuple[str, ...]:
    """The standing as lines that anybody can add up: the start, each reason, the sum with its band.

    >>> from forbear.scoring.standing_rules import standing_rules
    >>> rules = standing_rules(date(2026, 11, 20))
    >>> explain(Standing(as_of=date(2026, 11, 20), points=646, start=600, tier="starting",
    ...     tier_says=rules.tier(646).says, is_known=True, rules_version="1",
    ...     reasons=(StandingReason(code="on_time", points=46, months=2),)), "en")
    ('600', '+46 Paid on time: 2 months', '= 646 Starting')
    """
    lines = [f"{reason.points:+d} {reason.words(language)}" for reason in made.reasons]
    return str(made.start), *lines, f"= {made.points} {made.tier_says[language]}"


def _reasons(made: Iterable[Effect], bounds: int) -> tuple[StandingReason, ...]:
    """By code, largest first in size; what the bounds cut off last."""
    points: dict[str, int] = defaultdict(int)
    months: dict[str, int] = defaultdict(int)
    for effect in made:
        points[effect.code] += effect.points
        months[effect.code] += 1
    found = [
        StandingReason(code=code, points=points[code], months=months[code])
        for code in sorted(points, key=lambda code: (-abs(points[code]), code))
        if points[code]
    ]
    if bounds:
        found.append(StandingReason(code=BOUNDS, points=bounds, months=0))
    return tuple(found)


def effects(
    history: StandingHistory, *, as_of: date, scheme: AgingScheme, rules: StandingRules
) -> tuple[Effect, ...]:
    """Every month's effects: paid on time, promises kept, and the worst lateness."""
    on_time: dict[Month, list[tuple[date, int]]] = defaultdict(list)
    late: dict[Month, list[Effect]] = defaultdict(list)
    for loan in history.loans:
        if loan.disbursed_on > as_of:
            continue
        known = protected(record_at(loan, as_of), history.protections, as_of=as_of)
        stories = instalment_stories(replace(known, re_ages=()), as_of=as_of, scheme=scheme)
        for story, period in zip(stories, _periods(known, stories), strict=True):
            if story.due_on > as_of:
                continue
            if story.met_on is not None and story.days_late <= rules.grace_days:
                on_time[_month(story.due_on)].append((story.due_on, period))
            late[_month(story.due_on)] += _lateness(history, known, story, as_of, rules)
    made = list(_capped("on_time", on_time, rules.month_cap, as_of=as_of, rules=rules))
    made += _capped(
        "kept_promises",
        _kept(history, as_of, rules),
        rules.kept_month_cap,
        as_of=as_of,
        rules=rules,
    )
    made += [min(found, key=lambda e: (e.points, e.code)) for found in late.values() if found]
    return tuple(sorted(made, key=lambda effect: (effect.month, effect.code)))


def _periods(record: LoanRecord, stories: Iterable[InstalmentStory]) -> Iterator[int]:
    """Days of each instalment's period: since the due date before it, or since disbursement."""
    before = record.disbursed_on
    for story in stories:
        yield max((story.due_on - before).days, 0)
        before = story.due_on


def _month(day: date) -> Month:
    return day.year, day.month


def _capped(
    code: str,
    found: dict[Month, list[tuple[date, int]]],
    cap: int,
    *,
    as_of: date,
    rules: StandingRules,
) -> Iterator[Effect]:
    """A month's points together, at most the cap, fading from its last day that counts."""
    for month, entries in found.items():
        on = max(day for day, _ in entries)
        points = min(sum(points for _, points in entries), cap)
        worth = rules.worth(points, days_ago=(as_of - on).days)
        yield Effect(code=code, month=month, on=on, points=worth)


def _kept(
    history: StandingHistory, as_of: date, rules: StandingRules
) -> dict[Month, list[tuple[date, int]]]:
    kept: dict[Month, list[tuple[date, int]]] = defaultdict(list)
    loans = {loan.loan_id for loan in history.loans if loan.disbursed_on <= as_of}
    for promise in history.promises:
        is_kept = promise.turn is PromiseTurn.KEPT and promise.loan_id in loans
        if is_kept and promise.on <= as_of:
            kept[_month(promise.on)].append((promise.on, rules.kept_promise))
    return kept


def _lateness(
    history: StandingHistory,
    record: LoanRecord,
    story: InstalmentStory,
    as_of: date,
    rules: StandingRules,
) -> list[Effect]:
    """What one instalment's lateness takes away, counted from the day relief was offered."""
    days = _counted_days_late(history, record, story, as_of, rules)
    step = rules.late_step(days)
    is_appealed = any(
        a.loan_id == record.loan_id and a.due_on == story.due_on and a.holds(as_of)
        for a in history.appeals
    )
    if step is None or is_appealed:
        return []
    end = story.met_on or as_of
    worth = rules.worth(step.points, days_ago=(as_of - end).days)
    return [Effect(code=step.code, month=_month(story.due_on), on=end, points=worth)]


def _counted_days_late(
    history: StandingHistory,
    record: LoanRecord,
    story: InstalmentStory,
    as_of: date,
    rules: StandingRules,
) -> int:
    """Days from the due date, the offer of relief or the last re-age (the latest) to the end.

    An offer counts for instalments due after it while it holds; without one nothing is counted.
    A re-age by `as_of` wipes what came before it, met or not: to have paid is never worse.
    """
    end = story.met_on or as_of
    offers = [o.offered_on for o in history.relief_offers if o.loan_id == record.loan_id]
    if history.offered_after_days is not None:
        offers.append(story.due_on + timedelta(days=history.offered_after_days))
    oldest = story.due_on - timedelta(days=rules.offer_holds_days)
    told = [day for day in offers if oldest <= day <= end]
    if not told:
        return 0
    start = max([story.due_on, min(told), *(re_age.on for re_age in record.re_ages)])
    if end <= start:
        return 0
    return (end - start).days - paused_days(record.pauses, after=start, until=end)
