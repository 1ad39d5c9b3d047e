"""Reward policies: what may stand in one, what a standing brings, what it costs on a book."""

from __future__ import annotations

import textwrap
from dataclasses import replace

import polars as pl
import pytest

from builders import day, instalments, payment
from forbear.loans.schedules import Instalment
from forbear.primitives.identifiers import BorrowerId, LenderId, LoanId
from forbear.scoring.errors import ScoringRefused
from forbear.scoring.histories import LoanRecord
from forbear.scoring.reward_costs import added_up, costs_over_months, policy_costs
from forbear.scoring.rewards import RewardPolicy, read_policy
from forbear.scoring.standing import Standing, standing
from forbear.scoring.standing_columns import StandingTables
from forbear.scoring.standing_histories import StandingHistory
from scoring.book_tables import Person, tables_of

AS_OF = day("2026-09-20")
POLICY = textwrap.dedent("""\
    format: forbear-rewards/1
    lender: q
    version: 1
    in_force_from: 2026-12-01
    currency: CNY
    offered_after_days: 2
    rewards:
      - id: waiver
        kind: fee_waiver
        from_points: 600
        times_a_year: 1
        rule: { zh-Hans: "600 分起，每年免一次罚息", en: "From 600: one penalty a year is waived" }
      - id: discount
        kind: rate_discount
        from_points: 600
        discount_annual: "0.01"
        rule: { zh-Hans: "600 分起，年利率低 1 个百分点", en: "From 600: one point off the rate" }
      - id: discount-more
        kind: rate_discount
        from_points: 700
        discount_annual: "0.02"
        rule: { zh-Hans: "700 分起，低 2 个百分点", en: "From 700: two points off the rate" }
      - id: more-room
        kind: limit_raise
        from_points: 640
        raise_share: "0.25"
        rule: { zh-Hans: "640 分起，提额四分之一", en: "From 640: a quarter more" }
      - id: report
        kind: positive_report
        from_points: 700
        needs_consent: true
        rule: { zh-Hans: "经您同意，报送正面记录", en: "With your consent a positive report" }
    limits:
      - id: less
        kind: lower_new_line
        below_points: 590
        share: "0.5"
        rule: { zh-Hans: "590 分以下，新额度最多一半", en: "Below 590 a new line is half at most" }
    """)


def policy(**changed: str) -> RewardPolicy:
    text = POLICY
    for before, after in changed.items():
        text = text.replace(before, after)
    return read_policy(text, file="rewards.yaml")


def of(points: int, *, is_known: bool = True) -> Standing:
    new = StandingHistory(lender=LenderId("q"), borrower_id=BorrowerId("b"), loans=())
    return replace(standing(new, as_of=AS_OF), points=points, is_known=is_known)


def test_a_policy_is_read_with_exact_numbers() -> None:
    read = policy()
    assert [(r.id, r.from_points, r.discount_ppm, r.raise_ppm) for r in read.rewards] == [
        ("waiver", 600, 0, 0),
        ("discount", 600, 10_000, 0),
        ("discount-more", 700, 20_000, 0),
        ("more-room", 640, 0, 250_000),
        ("report", 700, 0, 0),
    ]
    assert (read.offered_after_days, read.limits[0].share_ppm) == (2, 500_000)


def test_rewards_of_a_kind_never_add_up() -> None:
    read = policy()
    assert [r.id for r in read.held(of(699))] == ["waiver", "discount", "more-room"]
    assert [r.id for r in read.held(of(700))] == ["waiver", "discount-more", "more-room", "report"]
    assert [r.id for r in read.following(of(650))] == ["discount-more", "report"]


def test_before_enough_is_known_there_is_neither_reward_nor_limit() -> None:
    read = policy()
    assert (read.held(of(900, is_known=False)), read.limits_on(of(0, is_known=False))) == ((), ())
    assert [one.id for one in read.limits_on(of(589))] == ["less"]
    assert read.limits_on(of(590)) == ()


REFUSED = [
    ("kind: fee_waiver", "kind: complaint_block", "reward-policy-punishes", "line 9"),
    ("times_a_year: 1", "times_a_year: 1\n    unless: hardship", "reward-policy-punishes", "line 12"),
    ("kind: lower_new_line", "kind: no_relief", "reward-policy-punishes", "line 35"),
    ("id: waiver", "id: waiver\n    only_for: [gender]", "reward-policy-sensitive", "line 9"),
    ("id: waiver", "id: waiver\n    when: { 民族: x }", "reward-policy-sensitive", "line 9"),
    ("currency: CNY", "currency: CNY\nrate_raise: 1", "reward-policy-punishes", "line 6"),
    ("currency: CNY", "currency: gold", "reward-policy-faulty", "line 5"),
    ("currency: CNY", "colour: red\ncurrency: CNY", "reward-policy-faulty", "line 5"),
    ("version: 1", "version: one", "reward-policy-faulty", "line 3"),
    ("version: 1", "version: 1\nversion: 2", "reward-policy-faulty", "line 4"),
    ("needs_consent: true", "needs_consent: false", "reward-policy-faulty", "line 31"),
    ('discount_annual: "0.02"', "discount_annual: 0.02", "reward-policy-faulty", "line 21"),
    ('discount_annual: "0.02"', 'discount_annual: "0.5"', "reward-policy-faulty", "line 21"),
    ('discount_annual: "0.02"', 'discount_annual: "0.01"', "reward-policy-faulty", "line 7"),
    ("below_points: 590", "below_points: 600", "reward-policy-faulty", "line 36"),
    ("from_points: 640", "from_points: 1001", "reward-policy-faulty", "line 25"),
    ("id: more-room", "id: waiver", "reward-policy-faulty", "line 7"),
    ("lender: q", "lender: [q", "reward-policy-faulty", "line"),
    (', en: "Below 590 a new line is half at most"', "", "reward-policy-faulty", "line 38"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "code", "line"), REFUSED)
def test_a_faulty_policy_is_refused_with_file_line_and_remedy(
    before: str, after: str, code: str, line: str
) -> None:
    with pytest.raises(ScoringRefused) as refusal:
        policy(**{before: after})
    assert refusal.value.code == code
    assert str(refusal.value).startswith(f"rewards.yaml {line}")
    assert "; " in str(refusal.value)


def test_the_text_of_a_policy_is_not_yaml_at_all() -> None:
    for text in ("", "- 1", "just words"):
        with pytest.raises(ScoringRefused, match="holds no policy"):
            read_policy(text)


def loan(number: int, *, paid: int, borrower: str | None = None) -> LoanRecord:
    """Three instalments of 1000 principal by 2026-09-10, two to come; the first `paid` on time."""
    plan = instalments(
        ("2026-07-10", 1_000),
        ("2026-08-10", 1_000),
        ("2026-09-10", 1_000),
        ("2026-10-20", 1_000),
        ("2026-11-19", 1_000),
    )
    posted = [replace(one, penalty_minor=10 * one.seq) for one in plan[paid:3]]
    schedule: list[Instalment] = [*plan[:paid], *posted, *plan[3:]]
    return LoanRecord(
        lender=LenderId("q"),
        loan_id=LoanId(str(number)),
        borrower_id=BorrowerId(borrower or f"B{number}"),
        disbursed_on=day("2026-06-10"),
        principal_minor=5_000,
        schedule=tuple(schedule),
        payments=tuple(payment(str(i.due_on), 1_000, str(i.seq)) for i in schedule[:paid]),
    )


def tables(*loans: LoanRecord) -> StandingTables:
    people = tuple(Person(name=str(one.borrower_id), loans=(one,)) for one in loans)
    behaviour = tables_of(people)
    currency = pl.lit("CNY").alias("currency")
    return StandingTables(
        behaviour=replace(behaviour, loans=behaviour.loans.with_columns(currency))
    )


def test_the_costs_of_a_policy_by_hand() -> None:
    # the second paid nothing; offered two days after each due date, 70, 39 and 8 counted days
    # take 45, 30 and 15: 510, below the limit's 590
    made = policy_costs(policy(), tables(loan(1, paid=3), loan(2, paid=0)), as_of=AS_OF)
    costs = {one.reward: one for one in made.rewards}
    assert (made.people, made.unknown) == (2, 0)
    assert sum(count for _, count in made.tiers) == 2
    # Interest by the schedule after 2026-09-20: 2000 for 30 days, 1000 for 30 more: 90,000
    # minor-days × 0.01 / 365 = 2.47 → 2
    assert (costs["discount"].people, costs["discount"].interest_forgone_minor) == (1, 2)
    assert (costs["discount-more"].people, costs["discount-more"].interest_forgone_minor) == (0, 0)
    assert costs["more-room"].exposure_minor == 1_250
    assert costs["waiver"].waived_minor == 0  # who paid on time was posted no penalty
    assert made.limited == (("less", 1, 2_500),)
    assert made.yearly_minor == 2


def test_only_the_largest_penalties_of_the_year_are_waived() -> None:
    lenient = policy(**{"offered_after_days: 2\n": ""})  # no offer known: nothing is taken away
    made = policy_costs(lenient, tables(loan(2, paid=0)), as_of=AS_OF)
    costs = {one.reward: one for one in made.rewards}
    assert (costs["waiver"].people, costs["waiver"].waived_minor) == (1, 30)


def test_what_accrues_on_an_unmet_instalment_is_waived_with_what_was_posted() -> None:
    lenient = policy(**{"offered_after_days: 2\n": ""})
    told = tables(loan(2, paid=0))
    rated = told.behaviour.loans.with_columns(
        pl.lit("0.36").cast(pl.Decimal(12, 8)).alias("penalty_rate_annual"),
        pl.lit("actual/360").alias("day_count"),
    )
    made = policy_costs(
        lenient, replace(told, behaviour=replace(told.behaviour, loans=rated)), as_of=AS_OF
    )
    # July: posted 10, and 1000 × 72 days × 0.36 / 360 = 72 accrued
    assert {one.reward: one.waived_minor for one in made.rewards}["waiver"] == 82


def test_a_settled_loan_forgoes_no_interest() -> None:
    done = replace(loan(1, paid=3), settled_on=day("2026-09-15"))
    made = policy_costs(policy(), tables(done), as_of=AS_OF)
    costs = {one.reward: one for one in made.rewards}
    assert (costs["discount"].people, costs["discount"].interest_forgone_minor) == (1, 0)


def test_parts_of_a_book_add_up_to_the_book() -> None:
    loans = [loan(1, paid=3), loan(2, paid=0), loan(3, paid=2), loan(4, paid=3)]
    whole = policy_costs(policy(), tables(*loans), as_of=AS_OF)
    parts = [policy_costs(policy(), tables(one), as_of=AS_OF) for one in loans]
    assert added_up(parts) == whole


def test_costs_of_the_months_before_use_only_what_was_known_then() -> None:
    months = costs_over_months(policy(), tables(loan(1, paid=3)), as_of=AS_OF)
    assert [str(one.as_of) for one in months] == [
        "2026-09-20", "2026-08-31", "2026-07-31", "2026-06-30", "2026-05-31", "2026-04-30",
        "2026-03-31", "2026-02-28", "2026-01-31",
    ]  # fmt: skip
    assert [(one.people, one.unknown) for one in months[:5]] == [
        (1, 0), (1, 1), (1, 1), (1, 1), (0, 0),
    ]  # fmt: skip


def test_a_policy_of_another_lender_or_currency_is_refused() -> None:
    for changed, code in (
        ({"lender: q": "lender: r"}, "reward-policy-of-another"),
        ({"currency: CNY": "currency: USD"}, "reward-policy-currency"),
    ):
        with pytest.raises(ScoringRefused) as refusal:
            policy_costs(policy(**changed), tables(loan(1, paid=3)), as_of=AS_OF)
        assert refusal.value.code == code
