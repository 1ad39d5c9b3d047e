"""The standing of one borrower, by hand arithmetic from the published rules."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pytest

from builders import day, instalments, payment
from forbear.delinquency.pauses import ReAge
from forbear.loans.schedules import Instalment, due_date
from forbear.primitives.identifiers import BorrowerId, LenderId, LoanId
from forbear.scoring.errors import ScoringRefused
from forbear.scoring.histories import LoanRecord, PromiseEvent, PromiseTurn
from forbear.scoring.standing import Standing, explain, standing
from forbear.scoring.standing_histories import (
    Appeal,
    Protection,
    ProtectionKind,
    ReliefOffered,
    StandingHistory,
)
from forbear.scoring.standing_rules import all_rules, reason_words, standing_rules, step_words
from forbear.scoring.standing_steps import steps_to_raise

ROOT = Path(__file__).resolve().parents[2]
AS_OF = day("2026-09-20")
ONE = LoanId("1")
LOAN = LoanRecord(
    lender=LenderId("q"),
    loan_id=ONE,
    borrower_id=BorrowerId("b"),
    disbursed_on=day("2026-05-10"),
    principal_minor=5_000,
    schedule=tuple(
        instalments(
            ("2026-06-10", 1_000),
            ("2026-07-10", 1_000),
            ("2026-08-10", 1_000),
            ("2026-09-10", 1_000),
            ("2026-10-10", 1_000),
        )
    ),
    payments=(
        payment("2026-06-08", 1_000, "a"),  # early
        payment("2026-07-13", 1_000, "b"),  # 3 days late: within grace
        payment("2026-08-20", 1_000, "c"),  # 10 days late
    ),  # the fourth is 10 days late and open
)
OFFERED = ReliefOffered(loan_id=ONE, offered_on=day("2026-08-11"))


def history(**told: object) -> StandingHistory:
    blank = {"lender": LenderId("q"), "borrower_id": BorrowerId("b"), "loans": (LOAN,)}
    return StandingHistory(**{**blank, **told})  # type: ignore[arg-type]


def points(made: Standing) -> dict[str, int]:
    return {reason.code: reason.points for reason in made.reasons}


def test_paid_on_time_adds_a_point_for_each_day_of_the_period_and_fades() -> None:
    made = standing(history(), as_of=AS_OF)
    # June: 31 days, 102 days ago: 31 × (360 − 102) / 360 = 22.2 → 22
    # July: 30 days, 72 days ago: 30 × (360 − 72) / 360 = 24
    assert points(made) == {"on_time": 46}
    assert (made.points, made.tier, made.is_known) == (646, "starting", True)


def test_lateness_counts_only_after_relief_was_offered() -> None:
    made = standing(history(relief_offers=(OFFERED,)), as_of=AS_OF)
    # August: from 08-11 to 08-20, 9 days: −15, faded 31 days: −15 × 329 / 360 = −13.7 → −14
    # September: 10 days and open, so nothing has faded: −15
    assert points(made) == {"on_time": 46, "late_8": -29}
    assert made.points == 617
    assert [reason.months for reason in made.reasons] == [2, 2]


def test_a_standing_explains_itself_in_lines_that_add_up() -> None:
    made = standing(history(relief_offers=(OFFERED,)), as_of=AS_OF)
    assert explain(made, "zh-Hans") == (
        "600",
        "+46 按时还款：2 个月",
        "-29 提供帮扶后仍晚还 8 天以上：2 个月",
        "= 617 起步",
    )


def test_an_offer_counts_for_what_falls_due_within_ninety_days_of_it() -> None:
    early = replace(OFFERED, offered_on=day("2026-06-12"))  # 90 days before 2026-09-10
    assert points(standing(history(relief_offers=(early,)), as_of=AS_OF))["late_8"] == -29
    stale = replace(OFFERED, offered_on=day("2026-05-11"))  # 91 days before 2026-08-10
    assert "late_8" not in points(standing(history(relief_offers=(stale,)), as_of=AS_OF))


def test_a_lender_that_offers_relief_to_everybody_says_after_how_many_days() -> None:
    # offered on the second day: August 8 counted days, September 8: both at the first step
    made = standing(history(offered_after_days=2), as_of=AS_OF)
    assert points(made)["late_8"] == -29
    assert "late_8" not in points(standing(history(offered_after_days=3), as_of=AS_OF))


@pytest.mark.parametrize("kind", ProtectionKind)
def test_what_protects_takes_the_days_out(kind: ProtectionKind) -> None:
    held = Protection(loan_id=ONE, kind=kind, starts_on=day("2026-08-11"))
    made = standing(history(relief_offers=(OFFERED,), protections=(held,)), as_of=AS_OF)
    # August counts as on time now: all its days are protected; 31 × (360 − 41) / 360 = 27.5 → 27
    assert points(made) == {"on_time": 22 + 24 + 27}


def test_missing_a_payment_during_approved_relief_takes_nothing_off() -> None:
    held = Protection(loan_id=ONE, kind=ProtectionKind.RELIEF, starts_on=day("2026-09-01"))
    made = standing(history(relief_offers=(OFFERED,), protections=(held,)), as_of=AS_OF)
    assert points(made) == {"on_time": 46, "late_8": -14}


def test_an_instalment_under_appeal_does_not_count_until_the_appeal_is_refused() -> None:
    appeal = Appeal(loan_id=ONE, due_on=day("2026-09-10"), received_on=day("2026-09-18"))
    told = {"relief_offers": (OFFERED,)}
    assert points(standing(history(**told, appeals=(appeal,)), as_of=AS_OF))["late_8"] == -14
    refused = replace(appeal, refused_on=AS_OF)
    assert points(standing(history(**told, appeals=(refused,)), as_of=AS_OF))["late_8"] == -29


def test_a_kept_promise_adds_and_a_month_is_capped() -> None:
    kept = [
        PromiseEvent(
            lender=LenderId("q"), loan_id=ONE, promise_id=str(n), turn=PromiseTurn.KEPT, on=AS_OF
        )
        for n in range(3)
    ]
    broken = replace(kept[0], turn=PromiseTurn.BROKEN)
    assert points(standing(history(promises=tuple(kept)), as_of=AS_OF))["kept_promises"] == 20
    assert points(standing(history(promises=(broken,)), as_of=AS_OF)) == {"on_time": 46}


def test_several_loans_in_one_month_do_not_add_up() -> None:
    second = replace(LOAN, loan_id=LoanId("2"))
    made = standing(history(loans=(LOAN, second)), as_of=AS_OF)
    # June 31 of 62 and July 31 of 60: 22.2 → 22 and 31 × 288 / 360 = 24.8 → 25
    assert points(made) == {"on_time": 47}


def test_a_re_age_wipes_what_came_before_it() -> None:
    loan = replace(LOAN, re_ages=(ReAge(day("2026-09-15")),))
    made = standing(history(loans=(loan,), relief_offers=(OFFERED,)), as_of=AS_OF)
    assert points(made) == {"on_time": 46}


def test_lateness_fades_from_the_day_it_is_made_good() -> None:
    paid = replace(LOAN, payments=(*LOAN.payments, payment("2026-09-20", 2_000, "d")))
    open_ = standing(history(relief_offers=(OFFERED,)), as_of=day("2027-03-19"))
    made = standing(history(loans=(paid,), relief_offers=(OFFERED,)), as_of=day("2027-03-19"))
    # 180 days later: September −15 × 1/2 = −7.5 → −8; August 211 days: k 1, r 31: −6.9 → −7
    assert points(made)["late_8"] == -15
    # left open, September stands at its worst (190 days) and October beside it (160): nothing fades
    assert points(open_)["late_91"] == -120


def test_the_score_ends_at_0_and_says_so() -> None:
    dues = [(f"2026-{m:02d}-{d:02d}", 100) for m in range(1, 8) for d in (1,)]
    old = [(f"2025-{m:02d}-01", 100) for m in range(1, 13)]
    loan = replace(
        LOAN, disbursed_on=day("2024-12-01"), schedule=tuple(instalments(*old, *dues)), payments=()
    )
    made = standing(history(loans=(loan,), offered_after_days=0), as_of=AS_OF)
    # 17 months at −60 (to 2026-05-01: 142 days; 06-01: 111 days) … 2026-07-01: 81 days, −45
    assert points(made) == {"late_91": -1_080, "late_61": -45, "bounds": 525}
    assert (made.points, made.tier) == (0, "needs_support")


def test_the_steps_say_what_the_same_function_computes() -> None:
    told = history(relief_offers=(OFFERED,))
    steps = {step.code: step for step in steps_to_raise(told, as_of=AS_OF)}
    assert set(steps) == {"catch_up", "ask_relief"}
    caught = replace(LOAN, payments=(*LOAN.payments, payment("2026-09-20", 1_000, "d")))
    then = day("2026-12-19")
    with_it = standing(replace(told, loans=(caught,)), as_of=then).points
    without = standing(told, as_of=then).points
    assert (steps["catch_up"].points_then, steps["catch_up"].gain) == (with_it, with_it - without)
    assert (steps["catch_up"].on, steps["catch_up"].amount_minor) == (then, 1_000)
    assert steps["ask_relief"].amount_minor is None


def test_who_owes_nothing_late_is_told_to_pay_the_next_one() -> None:
    paid = replace(LOAN, payments=(*LOAN.payments, payment("2026-09-10", 1_000, "d")))
    (step,) = steps_to_raise(history(loans=(paid,)), as_of=AS_OF)
    # October: 30 days, on its own day
    assert (step.code, step.on, step.gain, step.amount_minor) == (
        "pay_next", day("2026-10-10"), 30, 1_000,
    )  # fmt: skip
    assert step.words("en") == "Pay the next instalment by 2026-10-10"


def test_the_course_of_somebody_who_always_pays_on_time() -> None:
    plan = tuple(Instalment(n + 1, due_date(day("2026-02-10"), n), 100) for n in range(60))
    paid = tuple(payment(str(one.due_on), 100, str(one.seq)) for one in plan)
    loan = replace(LOAN, disbursed_on=day("2026-01-10"), schedule=plan, payments=paid)
    course = [standing(history(loans=(loan,)), as_of=one.due_on).points for one in plan]
    assert course[:11] == [631, 657, 683, 704, 726, 743, 757, 773, 784, 796, 805]
    assert max(course) == 884


def test_a_day_before_the_first_rules_is_refused() -> None:
    with pytest.raises(ScoringRefused) as refusal:
        standing(history(), as_of=day("2025-12-31"))
    assert refusal.value.code == "standing-before-rules"


def test_every_code_has_its_words_and_the_page_names_every_number() -> None:
    rules = standing_rules(AS_OF)
    codes = {"on_time", "kept_promises", "bounds", *(step.code for step in rules.late)}
    assert set(reason_words()) == codes
    languages = [set(words) for words in (*reason_words().values(), *step_words().values())]
    assert all(one == {"zh-Hans", "en"} for one in languages)
    page = (ROOT / "docs/explanation/standing.md").read_text(encoding="utf-8")
    for step in rules.late:
        assert f"| {step.from_days} | −{-step.points} |" in page
    for tier in rules.tiers:
        assert f"| {tier.says['zh-Hans']} | {tier.says['en']} | {tier.from_points} |" in page
    for number in (rules.start, rules.half_life_days, rules.grace_days, rules.offer_holds_days):
        assert f"**{number}**" in page
    assert [one.version for one in all_rules()] == ["1"]


def test_nothing_of_a_standing_can_hold_a_complaint_or_a_preference() -> None:
    names = {field.name for field in fields(StandingHistory)}
    assert names == {
        "lender", "borrower_id", "loans", "promises", "relief_offers", "protections", "appeals",
        "offered_after_days",
    }  # fmt: skip
