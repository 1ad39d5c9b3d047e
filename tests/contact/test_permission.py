"""The gate's answer: third persons, the next permitted moment, the window of a permit."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from forbear import rulebooks
from forbear.compliance.judging import RulesInForce, rules_in_force
from forbear.compliance.permits import Permit, PermitNotUsable
from forbear.compliance.scopes import Scope, usual_memberships
from forbear.compliance.verdicts import Ruling
from forbear.contact.attempts import ContactAttempt, Outcome
from forbear.contact.channels import Channel
from forbear.contact.consents import Consent, ConsentKind
from forbear.contact.counting import ContactHistory
from forbear.contact.facts import ContactFacts
from forbear.contact.permission import (
    NO_THIRD_PERSONS,
    ContactRequest,
    judged,
    permission,
    permit_window,
    wall_moment,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALL = ContactRequest(channel=Channel.VOICE_INTERACTIVE, number_ref="mobile")


def law(kind: str = "consumer_finance", jurisdiction: str = "CN"):
    scope = Scope(jurisdiction, kind, memberships=usual_memberships(kind))

    def on(day: date) -> RulesInForce:
        return rules_in_force(rulebooks.rules(), ContactFacts, on=day, scope=scope)

    return on


def history(attempts=(), consents=(), zones=("Asia/Shanghai",)) -> ContactHistory:
    return ContactHistory.of(attempts, consents, time_zones=zones)


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def asked(text: str, told: ContactHistory | None = None, request: ContactRequest = CALL, **law_of):
    return permission(told or history(), request, at=beijing(text), law_on=law(**law_of))


def test_21_59_is_permitted_and_22_00_waits_for_the_morning() -> None:
    assert asked("2026-03-10T21:59").judgement.ruling is Ruling.ALLOWED
    late = asked("2026-03-10T22:00")
    assert late.judgement.ruling is Ruling.REFUSED
    grounds = [g.rule_id for g in late.judgement.grounds]
    assert grounds == ["CN-CBA2026-HOURS", "CN-GBT45251-HOURS"]
    assert late.next_permitted_at == beijing("2026-03-11T08:00")


def test_the_fourth_connected_call_waits_past_the_night_to_the_next_morning() -> None:
    """Midnight frees the count, but lies in quiet hours: the candidate there leads to 08:00."""
    three = [
        ContactAttempt(
            f"a{n}", beijing(f"2026-03-10T0{n}:30"), Channel.VOICE_INTERACTIVE, Outcome.CONNECTED
        )
        for n in (8, 9)
    ]
    three.append(
        ContactAttempt(
            "a", beijing("2026-03-10T10:00"), Channel.VOICE_INTERACTIVE, Outcome.CONNECTED
        )
    )
    answer = asked("2026-03-10T15:00", history(three))
    assert [g.rule_id for g in answer.judgement.grounds] == ["CN-GBT45251-FREQ-INTERACTIVE"]
    assert answer.judgement.until_minute == 1440
    assert answer.next_permitted_at == beijing("2026-03-11T08:00")


def test_agreed_hours_move_the_window_and_are_named() -> None:
    agreed = Consent(
        "c", ConsentKind.AGREED_HOURS, beijing("2026-03-01T09:00"), None, 22 * 60, 23 * 60
    )
    told = history(consents=[agreed])
    inside = asked("2026-03-10T22:30", told, kind="microloan")
    assert inside.judgement.ruling is Ruling.ALLOWED
    assert [g.verdict.exception for g in inside.judgement.exceptions] == ["agreed_hours"]
    before = asked("2026-03-10T09:00", told, kind="microloan")
    assert before.next_permitted_at == beijing("2026-03-10T22:00")


@pytest.mark.parametrize("recipient", ["contact_person", "spouse", "employer", "other_person"])
def test_a_third_person_is_never_contacted_and_waiting_does_not_help(recipient: str) -> None:
    answer = asked("2026-03-10T10:00", request=replace(CALL, recipient=recipient))
    assert answer.judgement.ruling is Ruling.REFUSED
    assert NO_THIRD_PERSONS in answer.judgement.grounds
    assert answer.next_permitted_at is None


@pytest.mark.parametrize(
    ("told", "ground"),
    [
        ({"is_on_hold": True}, "POLICY-HOLD"),
        ({"is_channel_opted_out": True}, "POLICY-OPTED-OUT"),
        ({"is_contact_stopped": True}, "POLICY-CONTACT-STOPPED"),
    ],
)
def test_holds_opt_outs_and_stops_are_kept_and_waiting_lifts_none(told, ground: str) -> None:
    facts = ContactFacts(channel="sms", local_minute=600, **told)
    made = judged(facts, law()(date(2026, 3, 10)))
    assert (made.ruling, made.until_minute) == (Ruling.REFUSED, None)
    assert [g.rule_id for g in made.grounds] == [ground]
    answering = judged(replace(facts, purpose="answer_complaint"), law()(date(2026, 3, 10)))
    is_kept = ground == "POLICY-OPTED-OUT"  # an answer comes another way, not through this one
    assert (answering.ruling is Ruling.REFUSED) is is_kept


def test_an_unknown_place_is_for_a_person_to_decide() -> None:
    answer = asked("2026-03-10T10:00", history(zones=()))
    assert answer.judgement.ruling is Ruling.NEEDS_REVIEW
    assert answer.next_permitted_at is None


def test_hours_hold_at_every_place_the_consumer_may_be() -> None:
    """Comment 6(b)(1)(i)-2: with an area code in one zone and an address in another, both count."""
    both = history(zones=("America/New_York", "America/Los_Angeles"))
    at = datetime(2026, 7, 1, 13, 30, tzinfo=UTC)  # 09:30 in New York, 06:30 in Los Angeles
    answer = permission(both, CALL, at=at, law_on=law("outsourced_agency", "US"))
    assert [g.verdict.reason for g in answer.judgement.grounds][:1] == ["before_eight"]
    assert answer.next_permitted_at == datetime(2026, 7, 1, 15, 1, tzinfo=UTC)


def test_a_candidate_is_the_wall_clock_across_a_clock_change() -> None:
    """New York 2026-03-08: 02:00 does not exist; 2026-11-01: 01:00 to 02:00 comes twice."""
    place = ("America/New_York",)
    night = datetime(2026, 3, 8, 4, 0, tzinfo=UTC)  # 23:00 the evening before
    assert wall_moment(place, night, 1440 + 480) == datetime(2026, 3, 8, 12, 0, tzinfo=UTC)
    assert wall_moment(place, night, 1440 + 150) == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
    first = datetime(2026, 11, 1, 5, 15, tzinfo=UTC)  # 01:15, the first time
    assert wall_moment(place, first, 90) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    second = datetime(2026, 11, 1, 5, 45, tzinfo=UTC)  # 01:45, the first time
    assert wall_moment(place, second, 90) == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


def test_a_permit_closes_where_quiet_hours_begin() -> None:
    at = beijing("2026-03-10T21:50")
    assert permit_window(history(), CALL, at=at, law_on=law()) == beijing("2026-03-10T22:00")
    noon = beijing("2026-03-10T12:00")
    window = permit_window(history(), CALL, at=noon, law_on=law())
    assert window == noon + timedelta(minutes=30)


def test_a_permit_is_good_once_and_inside_its_window() -> None:
    opens = beijing("2026-03-10T12:00")
    permit = Permit("p", "B", None, "sms", None, "", opens, opens + timedelta(minutes=30), "v", "d")
    permit.check_usable(now=opens, state="issued")
    for now, state in (
        (opens - timedelta(seconds=1), "issued"),
        (opens + timedelta(minutes=30), "issued"),
        (opens, "used"),
        (opens, "lapsed"),
    ):
        with pytest.raises(PermitNotUsable):
            permit.check_usable(now=now, state=state)
