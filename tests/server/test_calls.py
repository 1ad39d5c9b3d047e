"""Calls on the desk: placed under a permit once, followed, ended in time, closed with what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID

import pytest

from forbear.contact.calls import CallRefused, Identity, LineEvent, Silence, VoiceKind
from forbear.contact.dispositions import DISPOSITIONS
from forbear.contact.guides import GUIDE
from forbear_server.selectors.actors import Actor, Role
from forbear_server.services.call_closing import (
    Told,
    close_call,
    confirm_disposition,
    tick_guide_line,
    verify_identity,
)
from forbear_server.services.call_lines import ask_for_silence, ask_to_end, end_lost_calls
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import (
    BorrowerAddress,
    Call,
    ContactHold,
    ContactPreference,
    EvidenceEntry,
    PermitRequest,
)
from server.conftest import NOW
from server.outbox import Moment
from server.telephones import SilentPhones, begun, close, loop_with, on_the_list, phones_of, tell

pytestmark = pytest.mark.django_db
HUMAN = (LineEvent.RINGING, LineEvent.ANSWERED)


@pytest.fixture
def caller(qinghe: int, make_actor: Callable[..., Actor]) -> Iterator[Actor]:
    actor = make_actor("wang.min", Role.COLLECTOR)
    with lender_scope(qinghe):
        phones_of(qinghe)
        on_the_list(qinghe)
        yield actor


def state_of(call: UUID) -> tuple[str, str, str]:
    row = Call.objects.get(pk=call)
    return row.state, row.hangup_reason, row.ended_by


def names(about: UUID | None = None) -> list[str]:
    rows = EvidenceEntry.objects.order_by("id")
    if about is not None:
        rows = rows.filter(about=f"call:{about}")
    return list(rows.values_list("name", flat=True))


def counted() -> tuple[int, int, int, int]:
    return (
        Call.objects.count(),
        PermitRequest.objects.count(),
        ContactHold.objects.count(),
        ContactPreference.objects.count(),
    )


def placed(actor: Actor, ref: str = "B-1", **changes: object) -> UUID:
    call = begun(actor, ref, **changes).call_id
    assert call is not None
    return call


def in_talk(actor: Actor, ref: str = "B-1") -> UUID:
    call = placed(actor, ref)
    tell(actor.lender_id, call, *HUMAN)
    return call


def say_what_must_be_said(actor: Actor, call: UUID) -> None:
    for line in GUIDE:
        if line.is_mandatory:
            tick_guide_line(actor=actor, call_id=call, code=line.code, now=NOW)


def wrapped_up(actor: Actor, *, identity: Identity = Identity.RIGHT_PARTY) -> UUID:
    call = in_talk(actor)
    verify_identity(actor=actor, call_id=call, identity=identity, now=NOW)
    say_what_must_be_said(actor, call)
    tell(actor.lender_id, call, LineEvent.ENDED, reason="hung_up_by_borrower")
    return call


def test_a_call_goes_from_its_order_to_its_disposition_and_every_step_is_an_entry(
    caller: Actor,
) -> None:
    call = wrapped_up(caller)
    close(caller, call, "promised", "25 号发工资")
    assert state_of(call) == ("done", "hung_up_by_borrower", "line")
    assert names(call) == [
        "call.placed",
        "call.answered",
        "right_party_contact.confirmed",
        "call.ended",
        "disposition.recorded",
    ]
    assert PermitRequest.objects.get().outcome == "connected"


def test_at_22_the_rule_refuses_and_no_call_is_made(caller: Actor) -> None:
    late = NOW.replace(hour=22, minute=0)
    answer = begun(caller, now=late)
    assert answer.call_id is None
    assert answer.order is None
    assert "CN-GBT45251-HOURS" in {rule for rule, _ in answer.grounds}
    assert answer.next_permitted_at == late.replace(hour=8) + timedelta(days=1)
    assert Call.objects.count() == 0


def test_two_who_dial_the_same_borrower_leave_one_call(
    caller: Actor, make_actor: Callable[..., Actor]
) -> None:
    lead = make_actor("li.lead", Role.LEAD)
    placed(caller)
    with pytest.raises(CallRefused, match="colleague is on the line"):
        begun(lead, idempotency_key="another")
    assert counted()[:2] == (1, 1)
    assert names()[-1] == "call.refused"


def test_two_at_two_of_three_leave_one_call_and_at_three_the_rule_refuses(
    caller: Actor, make_actor: Callable[..., Actor]
) -> None:
    for hour in (8, 9):
        early = NOW.replace(hour=hour)
        call = placed(caller, now=early, idempotency_key=f"at {hour}")
        tell(caller.lender_id, call, *HUMAN, LineEvent.ENDED, at=early)
        close(caller, call, "cut", at=early)
    lead = make_actor("li.lead", Role.LEAD)
    third = placed(caller, idempotency_key="third")
    with pytest.raises(CallRefused, match="colleague is on the line"):
        begun(lead, idempotency_key="fourth")
    tell(caller.lender_id, third, *HUMAN)
    say_what_must_be_said(caller, third)
    tell(caller.lender_id, third, LineEvent.ENDED)
    close(caller, third, "third_person", kept_debt_back=True)
    BorrowerAddress.objects.update(out_of_use_at=None)
    answer = begun(lead, now=NOW + timedelta(hours=1), idempotency_key="fifth")
    assert answer.call_id is None
    assert "CN-GBT45251-FREQ-INTERACTIVE" in {rule for rule, _ in answer.grounds}
    assert Call.objects.count() == 3


def test_without_recording_nothing_is_dialled(caller: Actor) -> None:
    with pytest.raises(CallRefused, match="Recording does not work"):
        begun(caller, can_record=False)
    assert counted() == (0, 0, 0, 0)
    assert names()[-1] == "call.refused"


def test_a_call_that_was_cut_is_not_followed_by_another_within_half_an_hour(caller: Actor) -> None:
    call = wrapped_up(caller)
    close(caller, call, "cut")
    with pytest.raises(CallRefused, match="less than 30 minutes"):
        begun(caller, now=NOW + timedelta(minutes=29), idempotency_key="again")
    answer = begun(caller, now=NOW + timedelta(minutes=31), idempotency_key="later")
    assert answer.call_id is not None


@pytest.mark.parametrize("said", ["", "您好，这里是青禾。"])
def test_a_voice_that_is_no_persons_says_so_or_nothing_is_dialled(caller: Actor, said: str) -> None:
    with pytest.raises(CallRefused, match="智能语音助手"):
        begun(caller, voice=VoiceKind.AI, announcement=said)
    assert counted() == (0, 0, 0, 0)
    assert names()[-1] == "call.refused"
    phones = SilentPhones()
    loop_with(caller.lender_id, phones, Moment()).step()
    assert phones.orders == []


EFFECTS = {
    "hardship_told": ("hardship", None),
    "disputed": ("dispute", None),
    "complained": ("complaint", None),
    "paid_claimed": ("paid_claimed", None),
    "channel_stopped": (None, "channel_opt_out"),
    "promised": (None, None),
    "arrangement_asked": (None, None),
    "other": (None, None),
}


@pytest.mark.parametrize("code", sorted(EFFECTS))
def test_what_the_borrower_said_counts_at_once(caller: Actor, code: str) -> None:
    call = wrapped_up(caller)
    close(caller, call, code, "说了情况")
    hold, wish = EFFECTS[code]
    assert list(ContactHold.objects.values_list("kind", flat=True)) == ([hold] if hold else [])
    assert list(ContactPreference.objects.values_list("kind", flat=True)) == (
        [wish] * (2 if code == "channel_stopped" else 1) if wish else []  # a person's and an AI's
    )


def test_an_agreed_time_is_kept_with_its_hours(caller: Actor) -> None:
    call = wrapped_up(caller)
    close(caller, call, "callback_agreed", from_minute=1140, until_minute=1200)
    kept = ContactPreference.objects.get()
    assert (kept.kind, kept.from_minute, kept.until_minute) == ("agreed_hours", 1140, 1200)
    assert kept.until == NOW + timedelta(days=30)


@pytest.mark.parametrize(("start", "end"), [(None, 1140), (1080, 1020), (1080, 1080), (1599, 1600)])
def test_hours_that_are_none_close_no_call_and_allow_nothing(
    caller: Actor, start: int | None, end: int
) -> None:
    call = wrapped_up(caller)
    before = counted()
    with pytest.raises(CallRefused):
        close(caller, call, "callback_agreed", from_minute=start, until_minute=end)
    assert (state_of(call)[0], counted()) == ("wrap_up", before)
    assert names()[-1] == "call.refused"


@pytest.mark.parametrize(
    ("code", "outcome", "is_out"),
    [
        ("no_answer", "no_answer", False),
        ("busy", "busy", False),
        ("unreachable", "unreachable", False),
        ("voicemail", "voicemail", False),
        ("wrong_number", "wrong_number", True),
    ],
)
def test_a_call_nobody_took_is_counted_as_what_it_was(
    caller: Actor, code: str, outcome: str, is_out: bool
) -> None:
    call = placed(caller)
    tell(caller.lender_id, call, LineEvent.RINGING, LineEvent.ENDED, reason="no_answer")
    close(caller, call, code)
    assert PermitRequest.objects.get().outcome == outcome
    assert BorrowerAddress.objects.filter(out_of_use_at__isnull=False).exists() is is_out


@pytest.mark.parametrize("code", ["third_person", "representative", "deceased_told"])
def test_somebody_else_answered(caller: Actor, code: str) -> None:
    call = wrapped_up(caller, identity=Identity.THIRD_PERSON)
    close(caller, call, code, kept_debt_back=True)
    assert state_of(call)[0] == "done"
    is_gone = BorrowerAddress.objects.filter(out_of_use_at__isnull=False).exists()
    assert is_gone is (code == "third_person")
    holds = list(ContactHold.objects.values_list("kind", flat=True))
    assert holds == (["deceased"] if code == "deceased_told" else [])


@pytest.mark.parametrize("code", sorted(c for c, d in DISPOSITIONS.items() if d.needs_right_party))
def test_what_only_the_borrower_says_needs_the_borrower(caller: Actor, code: str) -> None:
    call = wrapped_up(caller, identity=Identity.UNVERIFIABLE)
    before = counted()
    with pytest.raises(CallRefused, match="verify them first"):
        close(caller, call, code, "x")
    assert state_of(call)[0] == "wrap_up"
    assert counted() == before
    assert names()[-1] == "call.refused"


def test_nobody_is_verified_before_somebody_is_on_the_line_nor_after_another_answered(
    caller: Actor,
) -> None:
    call = placed(caller)
    with pytest.raises(CallRefused, match="Nobody is on the line"):
        verify_identity(actor=caller, call_id=call, identity=Identity.RIGHT_PARTY, now=NOW)
    tell(caller.lender_id, call, *HUMAN)
    verify_identity(actor=caller, call_id=call, identity=Identity.THIRD_PERSON, now=NOW)
    with pytest.raises(CallRefused, match="Another person answered"):
        verify_identity(actor=caller, call_id=call, identity=Identity.RIGHT_PARTY, now=NOW)
    assert Call.objects.get().identity == "third_person"


def test_another_collectors_call_is_not_there(
    caller: Actor, make_actor: Callable[..., Actor]
) -> None:
    call = in_talk(caller)
    other = make_actor("zhou.other", Role.COLLECTOR)
    before = list(Call.objects.values())
    acts: list[Callable[[], object]] = [
        lambda: verify_identity(actor=other, call_id=call, identity=Identity.RIGHT_PARTY, now=NOW),
        lambda: tick_guide_line(actor=other, call_id=call, code="who", now=NOW),
        lambda: close(other, call, "promised"),
        lambda: ask_to_end(actor=other, call_id=call, now=NOW),
    ]
    for act in acts:
        with pytest.raises(CallRefused):
            act()
        assert names()[-1] == "call.refused"
    assert list(Call.objects.values()) == before


def test_a_hold_that_acts_at_once_waits_for_no_line_of_the_guide(caller: Actor) -> None:
    call = in_talk(caller)
    verify_identity(actor=caller, call_id=call, identity=Identity.THIRD_PERSON, now=NOW)
    tell(caller.lender_id, call, LineEvent.ENDED)
    told = Told(code="deceased_told", note="家人说")
    assert confirm_disposition(actor=caller, call_id=call, told=told, now=NOW) is not None
    assert list(ContactHold.objects.values_list("kind", flat=True)) == ["deceased"]
    with pytest.raises(CallRefused, match="not ticked as said"):
        close_call(actor=caller, call_id=call, told=told, now=NOW)
    say_what_must_be_said(caller, call)
    close_call(actor=caller, call_id=call, told=told, now=NOW)
    assert state_of(call)[0] == "done"
    assert ContactHold.objects.count() == 1


def test_once_a_disposition_has_acted_no_other_is_taken_and_it_acts_once(caller: Actor) -> None:
    call = wrapped_up(caller)

    def confirm(code: str) -> bool:
        told = Told(code=code)
        made = confirm_disposition(actor=caller, call_id=call, told=told, now=NOW)
        return made is not None

    assert [confirm(code) for code in ("promised", "channel_stopped")] == [True, True]
    before, entries = counted(), names(call)
    assert before[2:] == (0, 2)  # a person's voice and an AI's
    assert confirm("channel_stopped") is False
    for code in ("complained", "promised"):
        with pytest.raises(CallRefused, match="has acted"):
            confirm(code)
        with pytest.raises(CallRefused, match="has acted"):
            close(caller, call, code, "说了情况")
    assert (counted(), names(call), state_of(call)[0]) == (before, entries, "wrap_up")
    close(caller, call, "channel_stopped")
    assert (counted(), state_of(call)[0]) == (before, "done")


def test_a_note_that_insults_is_not_kept(caller: Actor) -> None:
    call = wrapped_up(caller)
    with pytest.raises(CallRefused, match="note cannot be kept"):
        close(caller, call, "promised", "这个老赖")
    assert Call.objects.get().note_sealed == ""
    assert state_of(call)[0] == "wrap_up"


# The process that holds the telephone system.


def test_an_order_is_taken_up_once_and_dialled_with_the_borrowers_number(caller: Actor) -> None:
    phones = SilentPhones()
    loop = loop_with(caller.lender_id, phones, Moment())
    call = placed(caller)
    loop.step()
    loop.look_around(NOW)
    assert [(one.call_id, one.address, one.collector_line) for one in phones.orders] == [
        (call, "+8619900000231", "wang.min")
    ]


def test_a_refusing_telephone_system_leaves_a_call_that_failed(caller: Actor) -> None:
    call = placed(caller)
    loop_with(caller.lender_id, SilentPhones(refuses=True), Moment()).step()
    assert state_of(call) == ("failed", "not_dialled", "line")


def test_the_collector_is_warned_and_the_call_ends_with_its_window(caller: Actor) -> None:
    clock, phones = Moment(), SilentPhones()
    loop = loop_with(caller.lender_id, phones, clock)
    call = placed(caller)
    loop.step()
    tell(caller.lender_id, call, *HUMAN)
    closes_at = Call.objects.get().window_closes_at
    clock.at = closes_at - timedelta(minutes=3, seconds=1)
    loop.step()
    assert phones.warned == []
    clock.at = closes_at - timedelta(minutes=3)
    loop.step()
    clock.move(seconds=30)
    loop.step()
    assert phones.warned == [str(call)]
    clock.at = closes_at
    loop.step()
    loop.step()
    assert set(phones.ended) == {(str(call), "window_over")}
    assert state_of(call) == ("wrap_up", "window_over", "window")
    assert names(call).count("call.warned") == 2


def test_the_collectors_wish_to_end_it_reaches_the_line(caller: Actor) -> None:
    phones = SilentPhones()
    clock = Moment()
    loop = loop_with(caller.lender_id, phones, clock)
    call = placed(caller)
    loop.step()
    tell(caller.lender_id, call, *HUMAN)
    ask_to_end(actor=caller, call_id=call, now=NOW)
    clock.move(seconds=1)
    loop.step()
    loop.step()
    assert state_of(call) == ("wrap_up", "ended_by_collector", "line")


def test_a_wish_to_mute_is_asked_of_the_line_until_the_line_says_that_it_is(
    caller: Actor, make_actor: Callable[..., Actor]
) -> None:
    clock, phones = Moment(), SilentPhones()
    loop = loop_with(caller.lender_id, phones, clock)
    call = placed(caller)
    loop.step()
    other = make_actor("zhou.other", Role.COLLECTOR)
    for actor in (caller, other):  # not on the line yet; not theirs
        with pytest.raises(CallRefused, match="Nobody is on the line"):
            ask_for_silence(actor=actor, call_id=call, silence=Silence.MUTE, is_on=True, now=NOW)
        tell(caller.lender_id, call, *HUMAN)
    ask_for_silence(actor=caller, call_id=call, silence=Silence.HOLD, is_on=True, now=NOW)
    for _ in range(2):
        clock.move(seconds=1)
        loop.step()
    assert phones.silenced == [(str(call), Silence.HOLD, True)] * 2
    tell(caller.lender_id, call, LineEvent.HELD, LineEvent.HELD)
    clock.move(seconds=1)
    loop.step()
    assert len(phones.silenced) == 2
    assert names(call).count("call.held") == 1


def test_after_a_kill_calls_that_were_on_a_line_are_over_and_what_waits_is_placed(
    caller: Actor,
) -> None:
    on_a_line = in_talk(caller)
    lost = end_lost_calls(provider="calls", now=NOW)
    assert [one.call_id for one in lost] == [on_a_line]
    assert end_lost_calls(provider="calls", now=NOW) == []
    assert state_of(on_a_line) == ("wrap_up", "provider_lost", "line")
    close(caller, on_a_line, "cut")
    later = NOW + timedelta(minutes=40)
    waiting = placed(caller, now=later, idempotency_key="later")
    phones = SilentPhones()
    loop = loop_with(caller.lender_id, phones, Moment(later))
    loop.begin()
    loop.step()
    assert [one.call_id for one in phones.orders] == [waiting]


def test_what_the_line_tells_twice_counts_once(caller: Actor) -> None:
    call = placed(caller)
    tell(caller.lender_id, call, *HUMAN, LineEvent.RECORDING)
    before = names()
    tell(caller.lender_id, call, *HUMAN, LineEvent.RECORDING)
    assert names() == before
