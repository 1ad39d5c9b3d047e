"""Mute and hold on one line: which leg is silent, by an agent that only knows a toggle.

Muted, the borrower's leg gets nothing; held, neither leg does. It is done in the bridge and not by
a SIP hold: after that this agent does not bring the sound back. The answer to a toggle says how the
leg stands; only that is believed, and a leg that stands otherwise than asked is toggled again.
"""

from collections.abc import Iterator

from forbear.contact.calls import LineEvent, Silence

LEGS = ("far", "desk")
_TOLD = {
    (Silence.MUTE, True): LineEvent.MUTED,
    (Silence.MUTE, False): LineEvent.UNMUTED,
    (Silence.HOLD, True): LineEvent.HELD,
    (Silence.HOLD, False): LineEvent.RESUMED,
}


class Silences:
    """What is wished of a call's two legs, what was asked of the agent, and what it answered."""

    def __init__(self) -> None:
        self._wished = dict.fromkeys(Silence, False)
        self._reported = dict.fromkeys(Silence, False)
        self._asked = dict.fromkeys(LEGS, False)
        self._stands = dict.fromkeys(LEGS, False)
        self._sounding = ""

    def wish(self, silence: Silence, *, is_on: bool) -> None:
        self._wished[silence] = is_on

    def to_toggle(self, *, sounding: str) -> list[str]:
        """The legs to be toggled now; `sounding` is one a sound is being played to, or empty."""
        self._sounding = sounding
        toggled = [
            leg
            for leg in LEGS
            if self._wanted(leg) is not self._asked[leg] and self._asked[leg] is self._stands[leg]
        ]
        for leg in toggled:
            self._asked[leg] = not self._asked[leg]
        return toggled

    def told(self, leg: str, answer: str) -> None:
        """The agent says how a leg stands now; one that says nothing of it has no call any more."""
        if "muted" in answer:
            self._asked[leg] = self._stands[leg] = "un-muted" not in answer

    def ask_anew(self) -> None:
        """The link was lost and opened again: an answer on its way is gone with it."""
        for leg in LEGS:
            # Toggled or not, nobody knows; one toggle more brings an answer that says.
            if self._asked[leg] is not self._stands[leg]:
                self._asked[leg] = self._stands[leg] = not self._wanted(leg)

    def news(self) -> Iterator[LineEvent]:
        """What is to be told: a wish that both legs fulfil and that was not told of yet."""
        if any(self._stands[leg] is not self._wanted(leg) for leg in LEGS):
            return
        for silence, is_on in self._wished.items():
            if self._reported[silence] is not is_on:
                self._reported[silence] = is_on
                yield _TOLD[silence, is_on]

    def _wanted(self, leg: str) -> bool:
        if leg == self._sounding:
            return False
        is_held = self._wished[Silence.HOLD]
        return is_held or (leg == "far" and self._wished[Silence.MUTE])
