"""Mute and hold by an agent that knows only a toggle: asked once, believed by its answer."""

from __future__ import annotations

from forbear.contact.calls import Silence
from forbear_server.gateways.baresip_silence import Silences

MUTED, UNMUTED, NO_CALL = "\ncall muted\n", "\ncall un-muted\n", ""


def told(silences: Silences, leg: str, answer: str) -> list[str]:
    silences.told(leg, answer)
    return [one.value for one in silences.news()]


def test_mute_silences_the_borrowers_leg_and_is_asked_for_once() -> None:
    silences = Silences()
    silences.wish(Silence.MUTE, is_on=True)
    assert silences.to_toggle(sounding="") == ["far"]
    assert silences.to_toggle(sounding="") == []  # until it is answered
    assert told(silences, "far", MUTED) == ["muted"]
    assert told(silences, "far", MUTED) == []
    assert silences.to_toggle(sounding="") == []


def test_held_is_told_when_both_legs_are_silent_and_mute_outlasts_it() -> None:
    silences = Silences()
    silences.wish(Silence.MUTE, is_on=True)
    silences.to_toggle(sounding="")
    told(silences, "far", MUTED)
    silences.wish(Silence.HOLD, is_on=True)
    assert silences.to_toggle(sounding="") == ["desk"]
    assert told(silences, "desk", MUTED) == ["held"]
    silences.wish(Silence.HOLD, is_on=False)
    assert silences.to_toggle(sounding="") == ["desk"]
    assert told(silences, "desk", UNMUTED) == ["resumed"]
    assert silences.to_toggle(sounding="") == []


def test_a_wish_taken_back_while_it_is_asked_is_toggled_back_when_answered() -> None:
    silences = Silences()
    silences.wish(Silence.MUTE, is_on=True)
    silences.to_toggle(sounding="")
    silences.wish(Silence.MUTE, is_on=False)
    assert silences.to_toggle(sounding="") == []
    assert told(silences, "far", MUTED) == []
    assert silences.to_toggle(sounding="") == ["far"]
    assert told(silences, "far", UNMUTED) == []


def test_a_leg_that_stands_otherwise_than_asked_is_toggled_again() -> None:
    silences = Silences()
    silences.wish(Silence.MUTE, is_on=True)
    silences.to_toggle(sounding="")
    assert told(silences, "far", UNMUTED) == []
    assert silences.to_toggle(sounding="") == ["far"]
    assert told(silences, "far", MUTED) == ["muted"]


def test_a_leg_a_sound_is_played_to_hears_it_and_is_silent_again_after() -> None:
    silences = Silences()
    silences.wish(Silence.HOLD, is_on=True)
    assert silences.to_toggle(sounding="") == ["far", "desk"]
    assert told(silences, "far", MUTED) + told(silences, "desk", MUTED) == ["held"]
    assert silences.to_toggle(sounding="desk") == ["desk"]
    assert told(silences, "desk", UNMUTED) == []
    assert silences.to_toggle(sounding="") == ["desk"]


def test_an_answer_lost_with_the_link_is_asked_for_anew() -> None:
    silences = Silences()
    silences.wish(Silence.MUTE, is_on=True)
    silences.to_toggle(sounding="")
    silences.ask_anew()
    assert silences.to_toggle(sounding="") == ["far"]
    # It had been carried out the first time, so this one undid it.
    assert told(silences, "far", UNMUTED) == []
    assert silences.to_toggle(sounding="") == ["far"]
    assert told(silences, "far", MUTED) == ["muted"]


def test_a_leg_without_a_call_is_not_asked_again_and_again() -> None:
    silences = Silences()
    silences.wish(Silence.MUTE, is_on=True)
    silences.to_toggle(sounding="")
    assert told(silences, "far", NO_CALL) == []
    assert silences.to_toggle(sounding="") == []
