"""Counting under Regulation F, with the dates of the Official Interpretations."""

from datetime import date, datetime

import pytest

from forbear.rulebooks.us_reg_f import clocks, consents, counting, places, rebuttal

D1 = frozenset({"D1"})


def call(day: int, hour: int = 10, month: int = 4, **more: object) -> counting.LoggedCall:
    held = {"person": "P1", "is_outbound": True, "charged": D1, **more}
    return counting.LoggedCall(at=datetime(2026, month, day, hour), **held)  # type: ignore[arg-type]


def window(calls: list[counting.LoggedCall], ending: date, person: str = "P1") -> int:
    return counting.calls_in_window(calls, person, "D1", ending, window_days=7)


def test_seven_calls_april_1_to_7_and_the_first_leaves_on_april_8() -> None:
    calls = [call(day) for day in range(1, 8)]
    assert [window(calls, date(2026, 4, day)) for day in (7, 8, 9, 14)] == [7, 6, 5, 0]


def test_eight_calls_of_comment_14b2ii_1i() -> None:
    calls = [call(1), call(2), call(2, 15), call(3), call(3, 15), call(6), call(6, 15), call(7)]
    assert window(calls, date(2026, 4, 7)) == 8


def test_excluded_inbound_and_other_peoples_calls_are_not_counted() -> None:
    calls = [
        call(1),
        call(1, is_outbound=False),
        call(1, is_excluded=True),
        call(1, person="T1"),
        call(1, charged=frozenset({"D2"})),
    ]
    assert (window(calls, date(2026, 4, 1)), window(calls, date(2026, 4, 1), "T1")) == (1, 1)


def test_the_oldest_call_of_april_1_leaves_after_one_day_on_april_7() -> None:
    calls = [call(1), call(5)]
    leaves = [
        counting.days_until_call_leaves(calls, "P1", "D1", date(2026, 4, day), window_days=7)
        for day in (5, 7, 8, 20)
    ]
    assert leaves == [3, 1, 4, 0]


def test_the_day_of_a_conversation_is_day_one() -> None:
    talked = [call(14, month=8, discussed=D1), call(13, month=8, is_outbound=False, discussed=D1)]
    on = counting.last_conversation(talked, "P1", "D1", datetime(2026, 8, 20))
    assert on == date(2026, 8, 14)
    assert counting.earliest_clear_date(on, days_after=7) == date(2026, 8, 21)


def test_calls_to_a_wrong_number_are_taken_out_of_seven_days_only() -> None:
    monday, before = call(7, month=9, number="22"), call(3, month=9, number="22")
    other = call(7, month=9, number="11")
    kept = counting.without_wrong_number(
        [monday, before, other], "22", date(2026, 9, 10), window_days=7
    )
    assert kept == [before, other]


def test_consent_of_thursday_june_4_holds_through_wednesday_june_10() -> None:
    days = consents.lifted_days(
        datetime(2026, 6, 4, 9), weekday=None, ended_at=None, consent_days=7
    )
    assert days is not None
    moments = [datetime(2026, 6, 4, 8), datetime(2026, 6, 4, 10), datetime(2026, 6, 10, 20)]
    assert [days.covers(m) for m in [*moments, datetime(2026, 6, 11, 9)]] == [
        False,
        True,
        True,
        False,
    ]


def test_call_back_on_monday_said_on_friday_is_monday_only() -> None:
    days = consents.lifted_days(datetime(2026, 4, 3, 10), weekday=0, ended_at=None, consent_days=7)
    assert days is not None
    assert [days.covers(datetime(2026, 4, day, 10)) for day in (4, 6, 7)] == [False, True, False]


def test_call_back_on_monday_said_on_a_monday_lies_beyond_seven_days() -> None:
    said_at = datetime(2026, 4, 6, 10)
    assert consents.lifted_days(said_at, weekday=0, ended_at=None, consent_days=7) is None


def test_a_conversation_or_revocation_ends_consent() -> None:
    days = consents.lifted_days(
        datetime(2026, 4, 3, 10), weekday=None, ended_at=datetime(2026, 4, 6, 10), consent_days=7
    )
    assert days is not None
    assert [days.covers(datetime(2026, 4, 6, hour)) for hour in (10, 11)] == [True, False]


@pytest.mark.parametrize(
    ("places_possible", "zone", "hours"),
    [
        (["America/New_York", "America/Los_Angeles"], "America/New_York", ("11:00", "21:00")),
        (["America/New_York", "America/Los_Angeles"], "America/Los_Angeles", ("08:00", "18:00")),
        (["America/New_York", "America/Denver"], "America/New_York", ("10:00", "21:00")),
        (["America/New_York", "America/Denver"], "America/Denver", ("08:00", "19:00")),
        (["America/Chicago"], "America/Chicago", ("08:00", "21:00")),
    ],
)
def test_hours_convenient_in_every_possible_place(
    places_possible: list[str], zone: str, hours: tuple[str, str]
) -> None:
    found = clocks.convenient_window(
        date(2026, 9, 2), zone, places_possible, starts_minute=480, ends_minute=1260
    )
    assert found == hours


def test_arizona_is_two_hours_behind_new_york_in_winter_and_three_in_summer() -> None:
    new_york = clocks.ZoneInfo("America/New_York")
    places_possible = ["America/New_York", "America/Phoenix"]
    behind = [
        clocks.spread(
            datetime(2026, month, 15, 10, tzinfo=new_york), "America/New_York", places_possible
        )
        for month in (1, 7)
    ]
    assert behind == [(120, 0), (180, 0)]


@pytest.mark.parametrize(
    ("sent", "received", "ends"),
    [
        (date(2026, 1, 15), date(2026, 1, 23), date(2026, 2, 22)),  # 19 January is a holiday
        (date(2026, 9, 1), date(2026, 9, 9), date(2026, 10, 9)),  # 7 September is Labor Day
        (date(2026, 7, 1), date(2026, 7, 8), date(2026, 8, 7)),  # 4 July is a Saturday
        (date(2026, 12, 23), date(2026, 12, 31), date(2027, 1, 30)),  # Christmas Day, a Friday
    ],
)
def test_assumed_receipt_and_the_end_of_the_validation_period(
    sent: date, received: date, ends: date
) -> None:
    assert clocks.assumed_receipt(sent, assumed_receipt_days=5) == received
    assert clocks.validation_period_end(received, validation_days=30) == ends


def test_legal_public_holidays_of_2026() -> None:
    assert sorted(d.isoformat()[5:] for d in clocks.federal_holidays(2026)) == [
        "01-01",
        "01-19",
        "02-16",
        "05-25",
        "06-19",
        "07-04",
        "09-07",
        "10-12",
        "11-11",
        "11-26",
        "12-25",
    ]


def test_retention_of_a_leap_day_ends_on_28_february() -> None:
    assert clocks.retained_until(date(2028, 2, 29), retention_years=3) == date(2031, 2, 28)


def test_mail_and_landline_reach_the_home_and_a_mobile_does_not() -> None:
    reached = [
        places.place_reached(address=a, number_kind=n, known_whereabouts=k)
        for a, n, k in [
            ("home", None, None),
            (None, "home_landline", None),
            (None, "mobile", None),
            (None, "mobile", "home"),
            (None, "workplace", None),
        ]
    ]
    assert reached == ["home", "home", None, "home", "work"]


def test_two_calls_within_five_minutes_are_rapid_and_six_in_a_day_concentrated() -> None:
    day = [(datetime(2026, 4, 3, hour), "no_answer") for hour in range(9, 15)]
    rapid = [(datetime(2026, 4, 3, 9, minute), "no_answer") for minute in (0, 5)]
    slower = [(datetime(2026, 4, 3, 9, minute), "no_answer") for minute in (0, 6)]
    voicemails = [(datetime(2026, 4, 3, hour), "voicemail_lcm") for hour in range(9, 16)]
    factors = [rebuttal.pattern_factor(held) for held in (day, rapid, slower, day[:5], voicemails)]
    assert [factor and factor.name for factor in factors] == [
        "highly_concentrated_calls",
        "rapid_succession",
        None,
        None,
        "voicemail_pattern",
    ]
