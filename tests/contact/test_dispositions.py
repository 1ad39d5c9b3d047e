"""Closing a call: what fits what happened, what is missing, and what needs nobody."""

from dataclasses import replace

import pytest

from forbear.contact.calls import CallRefused, Identity, VoiceKind, discloses
from forbear.contact.dispositions import (
    DISPOSITIONS,
    Closing,
    disposition_of,
    disposition_of_notice,
    require_guide_said,
    require_not_settled,
)

SAID = frozenset({"who", "recorded", "identity"})
TALKED = Closing(
    was_answered=True,
    identity=Identity.RIGHT_PARTY,
    said=SAID,
    note="说了情况",
    from_minute=1080,
    until_minute=1140,
)
ANOTHER = replace(TALKED, identity=Identity.THIRD_PERSON, kept_debt_back=True)


def reason(code: str, closing: Closing) -> str:
    with pytest.raises(CallRefused) as refused:
        disposition_of(code, closing)
    return refused.value.reason


def unsaid(code: str, closing: Closing) -> str:
    with pytest.raises(CallRefused) as refused:
        require_guide_said(disposition_of(code, closing), closing)
    return refused.value.reason


def test_the_keys_are_those_of_the_design_and_each_stands_once() -> None:
    keys = [one.key for one in DISPOSITIONS.values() if one.key]
    assert "".join(keys) == "123456789abcdefghi"


@pytest.mark.parametrize("code", ["promised", "other", "callback_agreed", "hardship_told"])
def test_an_answered_call_is_not_closed_before_the_mandatory_lines_are_ticked(code: str) -> None:
    require_guide_said(disposition_of(code, TALKED), TALKED)
    for line in SAID:
        assert unsaid(code, replace(TALKED, said=SAID - {line})) == "guide_not_said"


@pytest.mark.parametrize("code", ["third_person", "representative", "deceased_told"])
def test_whoever_answered_was_told_who_calls_and_that_it_is_recorded(code: str) -> None:
    require_guide_said(disposition_of(code, ANOTHER), ANOTHER)
    assert unsaid(code, replace(ANOTHER, said=frozenset())) == "guide_not_said"


def test_a_call_that_broke_off_needs_nothing_to_have_been_said() -> None:
    closing = Closing(was_answered=True, identity=Identity.UNKNOWN)
    require_guide_said(disposition_of("cut", closing), closing)


@pytest.mark.parametrize("code", ["deceased_told", "complained", "channel_stopped"])
def test_what_acts_at_once_fits_before_any_line_was_ticked(code: str) -> None:
    closing = replace(ANOTHER if code == "deceased_told" else TALKED, said=frozenset())
    assert disposition_of(code, closing).acts_at_once


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [
        (None, 1140, "hours_missing"),
        (1080, None, "hours_missing"),
        (1080, 1020, "hours_unfit"),
        (1080, 1080, "hours_unfit"),
        (-1, 60, "hours_unfit"),
        (1599, 1600, "hours_unfit"),
    ],
)
def test_an_agreed_time_begins_before_it_ends_on_one_day(
    start: int | None, end: int | None, why: str
) -> None:
    agreed = replace(TALKED, from_minute=start, until_minute=end)
    assert reason("callback_agreed", agreed) == why
    assert disposition_of("promised", agreed).code == "promised"


def test_after_one_that_has_acted_no_other_is_taken() -> None:
    other = DISPOSITIONS["promised"]
    for confirmed in ("", "promised", "arrangement_asked"):
        require_not_settled(other, confirmed)
    require_not_settled(DISPOSITIONS["complained"], "complained")
    for confirmed in ("complained", "channel_stopped", "deceased_told"):
        with pytest.raises(CallRefused) as refused:
            require_not_settled(other, confirmed)
        assert refused.value.reason == "disposition_acted"


def test_another_person_heard_nothing_of_a_debt_or_the_note_says_what() -> None:
    unticked = replace(ANOTHER, kept_debt_back=False, note=" ")
    assert reason("third_person", unticked) == "debt_kept_back_unsaid"
    told = replace(unticked, note="提到了借款，已道歉")
    assert disposition_of("third_person", told).code == "third_person"


def test_what_is_missing_is_said() -> None:
    assert reason("other", replace(TALKED, note="")) == "note_missing"
    assert reason("promised", ANOTHER) == "not_verified"
    assert reason("no_answer", TALKED) == "disposition_does_not_fit"
    assert reason("third_person", TALKED) == "disposition_does_not_fit"
    assert reason("notice_said", TALKED) == "disposition_does_not_fit"
    assert reason("sold", TALKED) == "disposition_does_not_fit"


@pytest.mark.parametrize(
    ("was_answered", "told", "code", "outcome"),
    [
        (True, "hung_up_by_borrower", "notice_said", "connected"),
        (False, "no_answer", "no_answer", "no_answer"),
        (False, "declined", "no_answer", "no_answer"),
        (False, "busy", "busy", "busy"),
        (False, "number_unknown", "unreachable", "unreachable"),
        (False, "sip_503", "unreachable", "unreachable"),
    ],
)
def test_a_call_no_person_spoke_in_closes_itself(
    was_answered: bool, told: str, code: str, outcome: str
) -> None:
    found = disposition_of_notice(was_answered=was_answered, hangup_reason=told)
    assert (found.code, found.outcome.value, found.needs_right_party) == (code, outcome, False)


def test_what_acts_before_its_note_is_what_the_design_marks() -> None:
    acting = {one.code for one in DISPOSITIONS.values() if one.acts_at_once}
    assert acting == {
        "hardship_told", "disputed", "complained", "channel_stopped", "paid_claimed",
        "deceased_told", "wrong_number",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("voice", "announcement", "is_said"),
    [
        (VoiceKind.PERSON, "", True),
        (VoiceKind.AI, "您好，我是青禾消费金融的智能语音助手，本次通话会录音。", True),
        (VoiceKind.AI, "Hello, I am an automated voice assistant of Qinghe.", True),
        (VoiceKind.AI, "您好，我是小王。我是智能语音助手。", False),
        (VoiceKind.AI, "我是人工客服，不是，智能语音助手", False),
        (VoiceKind.AI, "这是录音通知。", False),
        (VoiceKind.AI, "", False),
        (VoiceKind.RECORDED, "这是录音通知。", True),
        (VoiceKind.RECORDED, "您好。这是录音通知。", False),
    ],
)
def test_a_voice_that_is_no_persons_says_so_in_its_first_sentence(
    voice: VoiceKind, announcement: str, is_said: bool
) -> None:
    assert discloses(voice, announcement) is is_said
