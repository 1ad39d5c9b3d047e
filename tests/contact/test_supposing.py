"""Supposed contacts: what stated facts become later, the windows of a day, every rule's standing."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from forbear import rulebooks
from forbear.compliance.judging import RulesInForce, rules_in_force
from forbear.compliance.scopes import Scope, usual_memberships
from forbear.compliance.verdicts import Ruling
from forbear.contact.attempts import ContactAttempt, Outcome
from forbear.contact.channels import Channel
from forbear.contact.counting import ContactHistory, contact_facts
from forbear.contact.facts import ContactFacts
from forbear.contact.permission import NO_THIRD_PERSONS
from forbear.contact.standings import Standing, facts_read, standings
from forbear.contact.supposing import (
    Window,
    day_windows,
    facts_later,
    supposed_days,
    supposed_permission,
)

DAY = date(2026, 11, 20)  # a Friday
SHANGHAI = ZoneInfo("Asia/Shanghai")


def scope(kind: str = "consumer_finance", jurisdiction: str = "CN", **more: str) -> Scope:
    return Scope(jurisdiction, kind, memberships=usual_memberships(kind), **more)


def law(**whose: str):
    def on(day: date) -> RulesInForce:
        return rules_in_force(rulebooks.rules(), ContactFacts, on=day, scope=scope(**whose))

    return on


def call(minute: int | None, **more: object) -> ContactFacts:
    return ContactFacts(channel="voice_interactive", local_minute=minute, local_weekday=5, **more)


def answer(facts: ContactFacts, **whose: str):
    return supposed_permission(facts, on=DAY, law_on=law(**whose))


def grounds(facts: ContactFacts) -> list[str]:
    return [ground.rule_id for ground in answer(facts).judgement.grounds]


def test_22_00_is_refused_by_two_rules_until_the_morning() -> None:
    assert grounds(call(22 * 60)) == ["CN-CBA2026-HOURS", "CN-GBT45251-HOURS"]
    assert answer(call(22 * 60)).next_permitted_at == datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def test_21_59_is_permitted() -> None:
    assert answer(call(21 * 60 + 59)).judgement.ruling is Ruling.ALLOWED


def test_after_three_connected_calls_the_next_one_waits_for_the_next_morning() -> None:
    asked = answer(call(15 * 60, connected_interactive_calls_today=3))
    assert asked.judgement.ruling is Ruling.REFUSED
    assert asked.next_permitted_at == datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def test_hours_agreed_lift_the_night_by_name() -> None:
    agreed = call(22 * 60 + 30, agreed_from_minute=22 * 60, agreed_until_minute=23 * 60)
    judgement = answer(agreed).judgement
    assert judgement.ruling is Ruling.ALLOWED
    assert {g.verdict.exception for g in judgement.exceptions} == {"agreed_hours"}


def test_a_third_person_has_no_later_time() -> None:
    asked = answer(call(22 * 60, recipient="employer", purpose="pass_message"))
    assert NO_THIRD_PERSONS in asked.judgement.grounds
    assert asked.next_permitted_at is None


def test_an_unknown_clock_is_for_a_person_to_decide() -> None:
    asked = answer(call(None))
    assert asked.judgement.ruling is Ruling.NEEDS_REVIEW
    assert asked.next_permitted_at is None


def test_the_same_day_changes_the_clock_only() -> None:
    facts = call(600, connected_interactive_calls_today=2, is_public_holiday=False)
    assert facts_later(facts, minute=700) == replace(facts, local_minute=700)


def test_a_day_later_todays_counts_are_gone_and_what_nobody_knows_is_unknown() -> None:
    facts = call(
        600,
        is_public_holiday=False,
        connected_notice_calls_today=1,
        connected_interactive_calls_today=2,
        unanswered_attempts_today_same_number=3,
        days_since_contact_on_product=0,
        days_since_conversation=4,
        days_past_due=37,
        has_call_consent=True,
    )
    assert facts_later(facts, minute=480, days=3) == ContactFacts(
        channel="voice_interactive",
        local_minute=480,
        local_weekday=1,
        days_since_contact_on_product=3,
        days_since_conversation=7,
        days_past_due=40,
    )


@pytest.mark.parametrize(
    ("days", "calls", "leaves"),
    # Seven calls, the oldest leaves in 3 days: after that at least one is gone, six at most remain,
    # the last of them made today and so gone on the seventh day.
    [(0, 7, 3), (2, 7, 1), (3, 6, 4), (6, 6, 1), (7, 0, 0)],
)
def test_seven_day_counts_fall_only_by_what_must_have_left(
    days: int, calls: int, leaves: int
) -> None:
    later = facts_later(
        call(600, calls_seven_days=7, days_until_call_leaves=3), minute=600, days=days
    )
    assert (later.calls_seven_days, later.days_until_call_leaves) == (calls, leaves)


@pytest.mark.parametrize("days", range(9))
@pytest.mark.parametrize("ages", [(), (0,), (6,), (0, 0, 6), (1, 3, 5), (0, 1, 2, 3, 4, 5, 6)])
def test_supposing_is_never_milder_than_counting_again(ages: tuple[int, ...], days: int) -> None:
    now = datetime(2026, 11, 20, 12, 0, tzinfo=SHANGHAI)
    attempts = [
        ContactAttempt(
            f"A-{n}",
            now - timedelta(days=age, hours=1),
            Channel.VOICE_INTERACTIVE,
            Outcome.CONNECTED if n % 2 else Outcome.NO_ANSWER,
        )
        for n, age in enumerate(ages)
    ]
    told = ContactHistory.of(attempts, time_zones=["Asia/Shanghai"])

    def counted(at: datetime) -> ContactFacts:
        return contact_facts(told, channel=Channel.VOICE_INTERACTIVE, at=at)

    supposed = facts_later(counted(now), minute=720, days=days)
    real = counted(now + timedelta(days=days))
    same = (
        "local_weekday",
        "connected_interactive_calls_today",
        "unanswered_attempts_today_same_number",
        "days_since_conversation",
        "days_since_contact_on_product",
    )
    assert [getattr(supposed, n) for n in same] == [getattr(real, n) for n in same]
    assert supposed.calls_seven_days >= real.calls_seven_days
    assert supposed.contacts_seven_days >= real.contacts_seven_days


def test_the_windows_of_a_day_cover_it_without_a_gap() -> None:
    assert day_windows(call(600), law()(DAY)) == (
        Window(0, 480, Ruling.REFUSED),
        Window(480, 1320, Ruling.ALLOWED),
        Window(1320, 1440, Ruling.REFUSED),
    )


def test_the_windows_agree_with_asking_each_minute() -> None:
    facts = call(600, agreed_from_minute=1200, agreed_until_minute=60)
    windows = day_windows(facts, law()(DAY))
    for minute in range(0, 1440, 7):
        (inside,) = [w for w in windows if w.from_minute <= minute < w.until_minute]
        asked = answer(facts_later(facts, minute=minute))
        assert inside.ruling is asked.judgement.ruling, minute


def test_a_spent_count_closes_today_and_not_tomorrow() -> None:
    today, tomorrow = supposed_days(
        call(600, connected_interactive_calls_today=3), on=DAY, count=2, law_on=law()
    )
    assert today.windows == (Window(0, 1440, Ruling.REFUSED),)
    assert Window(480, 1320, Ruling.ALLOWED) in tomorrow.windows


def test_no_minute_lifts_the_gates_own_ground() -> None:
    facts = call(600, recipient="contact_person", purpose="pass_message", is_number_invalid=True)
    assert day_windows(facts, law()(DAY)) == (Window(0, 1440, Ruling.REFUSED),)


def test_every_rule_says_what_it_did_or_why_it_was_not_asked() -> None:
    bank = scope("bank", product="credit_card")
    in_force = rules_in_force(rulebooks.rules(), ContactFacts, on=DAY, scope=bank)
    found = {
        one.rule.id: one.standing
        for one in standings(rulebooks.rules(), call(22 * 60), in_force, bank)
    }
    assert found["CN-CBA2026-HOURS"] is Standing.REFUSES
    assert found["CN-CBA2026-FREQ6"] is Standing.PASSES
    assert found["CN-GBT45251-HOURS"] is Standing.OTHER_PRODUCT
    assert found["CN-CFC2024-COLLECT.persons"] is Standing.OTHER_LENDER
    assert found["CN-NIFA2024-HOURS"] is Standing.NO_LONGER
    assert found["CN-NIFA2018-13"] is Standing.OTHER_PRODUCT
    assert not any(rule_id.startswith("US-") for rule_id in found)


def test_an_unverified_or_optional_rule_is_shown_as_off() -> None:
    in_force = law()(DAY)
    found = standings(rulebooks.rules(), call(600), in_force, scope())
    off = [one.rule.id for one in found if one.standing is Standing.OFF]
    assert off == ["CN-GBT45251-INTERVAL-7D"]
    assert [one.explanation for one in found if one.standing is Standing.OFF] == [None]


def test_the_facts_a_rule_reads_are_known() -> None:
    cap = rulebooks.rules_by_id()["CN-GBT45251-FREQ-INTERACTIVE"]
    assert facts_read([cap]) == {"channel", "connected_interactive_calls_today"}
