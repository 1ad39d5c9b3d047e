"""Contact facts from history, counted by hand: local days, rolling windows, clock changes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from forbear.contact.attempts import ContactAttempt, Outcome
from forbear.contact.channels import Channel
from forbear.contact.consents import Consent, ConsentKind
from forbear.contact.counting import ContactHistory, contact_facts
from forbear.primitives.time_zones import MomentNaive, ZoneUnknown

SHANGHAI, NEW_YORK = "Asia/Shanghai", "America/New_York"


def call(
    at: str,
    outcome: str = "connected",
    *,
    zone: str = SHANGHAI,
    channel: str = "voice_interactive",
    number: str | None = "mobile",
    loan: str | None = None,
    actor: str = "in_house",
) -> ContactAttempt:
    return ContactAttempt(
        attempt_id=at + outcome,
        attempted_at=datetime.fromisoformat(at).replace(tzinfo=ZoneInfo(zone)),
        channel=Channel(channel),
        outcome=Outcome(outcome),
        number_ref=number,
        loan_ref=loan,
        actor=actor,
    )


def facts(attempts, at: str, *, zones=(SHANGHAI,), consents=(), **told):
    moment = datetime.fromisoformat(at).replace(tzinfo=ZoneInfo(zones[0] if zones else SHANGHAI))
    history = ContactHistory.of(attempts, consents, time_zones=zones)
    return contact_facts(history, channel=Channel.VOICE_INTERACTIVE, at=moment, **told)


def test_today_is_the_borrowers_calendar_day_over_lender_and_agencies() -> None:
    made = facts(
        [
            call("2026-03-09T23:59"),
            call("2026-03-10T00:00"),
            call("2026-03-10T09:00", actor="agency_A"),
            call("2026-03-10T09:10", channel="voice_notice_ai"),
            call("2026-03-10T10:00"),  # not before the moment asked about
        ],
        "2026-03-10T10:00",
    )
    assert made.connected_interactive_calls_today == 2
    assert made.connected_notice_calls_today == 1


def test_unanswered_attempts_count_by_number_and_an_unknown_number_counts_for_all() -> None:
    history = [
        call("2026-03-10T08:00", "no_answer"),
        call("2026-03-10T08:10", "busy"),
        call("2026-03-10T08:20", "voicemail", number="home"),
        call("2026-03-10T08:30", "unreachable", number=None),
        call("2026-03-10T08:40", "undelivered", channel="sms"),
    ]
    counted = {
        number: facts(
            history, "2026-03-10T12:00", number_ref=number
        ).unanswered_attempts_today_same_number
        for number in ("mobile", "home", None)
    }
    assert counted == {"mobile": 3, "home": 2, None: 4}


def test_seven_calls_on_seven_days_leave_an_eighth_day_free() -> None:
    """Comment 14(b)(2)(i)-1.i: calls on each of seven consecutive days; the first drops out."""
    week = [call(f"2026-04-0{d}T12:00", "no_answer", zone=NEW_YORK) for d in range(1, 8)]
    zones = (NEW_YORK,)
    on_seventh = facts(week, "2026-04-07T18:00", zones=zones)
    on_eighth = facts(week, "2026-04-08T12:00", zones=zones)
    assert (on_seventh.calls_seven_days, on_seventh.days_until_call_leaves) == (7, 1)
    assert (on_eighth.calls_seven_days, on_eighth.days_until_call_leaves) == (6, 1)


def test_seven_local_days_are_not_168_hours() -> None:
    """A call at 23:00 is out of the window 145 hours later, at midnight of the eighth day."""
    first = [call("2026-04-01T23:00", "no_answer", zone=NEW_YORK)]
    assert facts(first, "2026-04-07T23:59", zones=(NEW_YORK,)).calls_seven_days == 1
    assert facts(first, "2026-04-08T00:00", zones=(NEW_YORK,)).calls_seven_days == 0


def test_busy_and_out_of_service_are_no_calls_placed() -> None:
    history = [
        call(f"2026-04-06T1{n}:00", outcome, zone=NEW_YORK)
        for n, outcome in enumerate(["busy", "unreachable", "wrong_number", "voicemail"])
    ]
    assert facts(history, "2026-04-06T20:00", zones=(NEW_YORK,)).calls_seven_days == 1


def test_calls_count_per_loan_and_a_call_about_none_counts_for_every_loan() -> None:
    history = [
        call("2026-04-06T10:00", "no_answer", zone=NEW_YORK, loan="A"),
        call("2026-04-06T11:00", "no_answer", zone=NEW_YORK, loan="B"),
        call("2026-04-06T12:00", "no_answer", zone=NEW_YORK),
    ]
    counted = facts(history, "2026-04-06T20:00", zones=(NEW_YORK,), loan_ref="A")
    assert counted.calls_seven_days == 2


def test_the_day_of_a_conversation_is_day_nought() -> None:
    talk = [call("2026-08-14T18:00", zone=NEW_YORK)]
    days = [
        facts(talk, f"2026-08-{day}T09:00", zones=(NEW_YORK,)).days_since_conversation
        for day in (15, 20, 21)
    ]
    assert days == [1, 6, 7]


def test_a_day_of_23_and_of_25_hours_is_one_day() -> None:
    """Clocks in New York change on 2026-03-08 (23 hours) and 2026-11-01 (25 hours)."""
    for day, before, after in (("2026-03-08", "00:30", "23:30"), ("2026-11-01", "00:30", "23:30")):
        made = facts([call(f"{day}T{before}", zone=NEW_YORK)], f"{day}T{after}", zones=(NEW_YORK,))
        assert (made.connected_interactive_calls_today, made.local_minute) == (1, 1410)


def test_29_february_is_a_day_of_its_own() -> None:
    history = [call("2028-02-28T12:00"), call("2028-02-29T12:00")]
    assert facts(history, "2028-02-29T20:00").connected_interactive_calls_today == 1
    assert facts(history, "2028-03-01T09:00").days_since_conversation == 1


def test_failed_calls_in_a_row_end_with_an_answered_call() -> None:
    history = [
        call("2026-03-05T09:00", "no_answer"),
        call("2026-03-06T09:00"),
        call("2026-03-07T09:00", "no_answer"),
        call("2026-03-08T09:00", "no_answer"),
        call("2026-03-08T10:00", "busy"),
        call("2026-03-10T09:00", "no_answer"),
    ]
    made = facts(history[:5], "2026-03-09T09:00")
    assert (made.failed_calls_in_row_before_today, made.failed_days_in_row) == (3, 2)
    made = facts(history, "2026-03-10T12:00")  # a day between ends the days in a row
    assert (made.failed_calls_in_row_before_today, made.failed_days_in_row) == (3, 1)


def test_the_number_is_invalid_when_the_last_call_found_it_so() -> None:
    history = [call("2026-03-08T09:00", "wrong_number"), call("2026-03-09T09:00", "no_answer")]
    assert facts(history[:1], "2026-03-10T09:00").is_number_invalid
    assert not facts(history, "2026-03-10T09:00").is_number_invalid


def test_with_the_place_unknown_days_are_the_last_24_hours_and_the_clock_is_unknown() -> None:
    at = "2026-03-10T10:00"
    made = facts([call("2026-03-09T10:01"), call("2026-03-09T10:00")], at, zones=())
    assert (made.local_minute, made.local_weekday) == (None, None)
    assert made.connected_interactive_calls_today == 1


def test_several_places_spread_the_clock() -> None:
    zones = (NEW_YORK, "America/Los_Angeles", "America/Phoenix")
    made = facts([], "2026-07-01T10:00", zones=zones)
    assert (made.local_minute, made.minutes_behind, made.minutes_ahead) == (600, 180, 0)
    westward = ("America/Phoenix", NEW_YORK)
    assert facts([], "2026-01-15T10:00", zones=westward).minutes_ahead == 120
    assert facts([], "2026-07-15T10:00", zones=westward).minutes_ahead == 180


def consent(kind: ConsentKind, granted: str, withdrawn: str | None = None, **told) -> Consent:
    def moment(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(SHANGHAI))

    return Consent(
        consent_id=kind.value + granted,
        kind=kind,
        granted_at=moment(granted),
        withdrawn_at=None if withdrawn is None else moment(withdrawn),
        **told,
    )


def test_a_withdrawn_consent_ends_at_that_moment() -> None:
    night = consent(ConsentKind.NIGHT_CONTACT, "2026-03-01T10:00", "2026-03-10T12:00")
    assert facts([], "2026-03-10T11:59", consents=[night]).has_night_consent
    assert not facts([], "2026-03-10T12:00", consents=[night]).has_night_consent


def test_withdrawing_a_later_consent_revives_no_earlier_one() -> None:
    first = consent(
        ConsentKind.AGREED_HOURS, "2026-01-01T10:00", None, from_minute=480, until_minute=1380
    )
    later = consent(
        ConsentKind.AGREED_HOURS,
        "2026-02-01T10:00",
        "2026-03-01T10:00",
        from_minute=540,
        until_minute=1080,
    )
    both = [first, later]
    assert facts([], "2026-01-31T09:00", consents=both).agreed_until_minute == 1380
    assert facts([], "2026-02-28T09:00", consents=both).agreed_until_minute == 1080
    assert facts([], "2026-03-10T09:00", consents=both).agreed_until_minute is None


def test_hours_agreed_after_a_night_consent_replace_it() -> None:
    night = consent(ConsentKind.NIGHT_CONTACT, "2026-01-01T10:00")
    hours = consent(
        ConsentKind.AGREED_HOURS, "2026-02-01T10:00", from_minute=540, until_minute=1080
    )
    assert facts([], "2026-01-31T23:00", consents=[night, hours]).has_night_consent
    assert not facts([], "2026-02-10T23:00", consents=[night, hours]).has_night_consent
    later = consent(ConsentKind.NIGHT_CONTACT, "2026-02-05T10:00")
    assert facts([], "2026-02-10T23:00", consents=[hours, later]).has_night_consent


def test_consent_to_further_calls_lasts_seven_days_or_until_a_conversation() -> None:
    """Comments 14(b)(3)(i)-1 to -3: received on a Thursday it lasts through Wednesday."""
    given = consent(ConsentKind.FREQUENT_CALLS, "2026-08-13T18:00")
    assert facts([], "2026-08-19T23:00", consents=[given]).has_call_consent
    assert not facts([], "2026-08-20T00:00", consents=[given]).has_call_consent
    talked = [call("2026-08-14T09:00")]
    assert not facts(talked, "2026-08-15T09:00", consents=[given]).has_call_consent


def test_a_moment_without_zone_and_a_place_nobody_knows_are_refused() -> None:
    with pytest.raises(MomentNaive):
        contact_facts(
            ContactHistory.of([]),
            channel=Channel.SMS,
            at=datetime(2026, 3, 10),
        )
    with pytest.raises(MomentNaive):
        ContactAttempt("a", datetime(2026, 3, 10), Channel.SMS, Outcome.DELIVERED)
    with pytest.raises(ZoneUnknown):
        ContactHistory.of([], time_zones=["Mars/Olympus"])


def test_the_future_is_not_counted() -> None:
    at = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
    later = ContactAttempt(
        "a", at + timedelta(minutes=1), Channel.VOICE_INTERACTIVE, Outcome.CONNECTED
    )
    made = contact_facts(
        ContactHistory.of([later], time_zones=[SHANGHAI]), channel=Channel.SMS, at=at
    )
    assert made.connected_interactive_calls_today == 0
