"""What each hours and frequency rule is claimed to guarantee, said apart from the rule's text.

A rule added to the books with topic quiet_hours or call_frequency and a number of its own needs
its claim here; a test holds the two lists equal.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import z3

from forbear.compliance.fact_kinds import vocabulary
from forbear.contact.facts import ContactFacts

KINDS = vocabulary(ContactFacts).kinds


def _word(name: str, word: str) -> Any:
    return z3.IntVal(KINDS[name].words.index(word))


def _unknown(*names: str) -> dict[str, Any]:
    return {"known:" + name: z3.BoolVal(False) for name in names}


def _agreed_window_not_empty(facts: Mapping[str, Any]) -> list[Any]:
    """An agreement that ends where it starts, or after midnight's last minute, permits nothing."""
    return [
        facts["agreed_from_minute"] != facts["agreed_until_minute"],
        facts["agreed_until_minute"] != 0,
    ]


def _nothing_more(facts: Mapping[str, Any]) -> list[Any]:
    return []


@dataclass(frozen=True, slots=True)
class HoursClaim:
    """Contact is permitted from `opens` to `closes` (parameters), by every possible clock.

    `codes` are the refusals that pass with time; `tightening` the parameters and the direction
    in which they become stricter; `given` fixes what the claim is not about.
    """

    rule_id: str
    opens: str
    closes: str
    codes: frozenset[str]
    is_opening_unsafe: bool = False
    given: Mapping[str, Any] = field(default_factory=dict)
    sensible: Callable[[Mapping[str, Any]], list[Any]] = _nothing_more

    @property
    def tightening(self) -> Mapping[str, int]:
        """Opening later and closing earlier are stricter."""
        return {self.opens: 1, self.closes: -1}


@dataclass(frozen=True, slots=True)
class FrequencyClaim:
    """At most `cap` (a parameter) contacts counted by `fact` in any `span_days` local days.

    `agreed_cap` is the fact that holds another number agreed with the borrower.
    """

    rule_id: str
    fact: str
    cap: str
    span_days: int
    given: Mapping[str, Any]
    is_by_number: bool = False
    agreed_cap: str | None = None


@dataclass(frozen=True, slots=True)
class SpacingClaim:
    """At least `days` (a parameter) local days between contacts, counted by `fact`."""

    rule_id: str
    fact: str
    days: str
    given: Mapping[str, Any]


_CALL = {
    "channel": _word("channel", "voice_interactive"),
    "recipient": _word("recipient", "borrower"),
}
_NOTICE = {"channel": _word("channel", "voice_notice_ai"), **_unknown("agreed_call_cap")}
_BORROWER = {"recipient": _word("recipient", "borrower")}
_AGREED = frozenset({"outside_agreed_hours", "outside_agreed_night_hours"})

HOURS = (
    HoursClaim(
        "CN-GBT45251-HOURS",
        "quiet_ends_minute",
        "quiet_starts_minute",
        _AGREED | {"quiet_hours"},
        sensible=_agreed_window_not_empty,
    ),
    HoursClaim(
        "CN-CBA2026-HOURS",
        "night_ends_minute",
        "night_starts_minute",
        _AGREED | {"night_without_consent"},
        sensible=_agreed_window_not_empty,
    ),
    HoursClaim(
        "CN-NIFA2024-HOURS",
        "quiet_ends_minute",
        "quiet_starts_minute",
        _AGREED | {"quiet_hours"},
        sensible=_agreed_window_not_empty,
    ),
    HoursClaim(
        "US-REGF-HOURS",
        "day_starts_minute",
        "day_ends_minute",
        frozenset({"before_eight", "after_nine"}),
        is_opening_unsafe=True,
    ),
    HoursClaim(
        "US-FDCPA-TIME",
        "convenient_after_minute",
        "convenient_before_minute",
        frozenset({"before_eight", "after_nine"}),
        is_opening_unsafe=True,
    ),
    HoursClaim(
        "IN-RBI-2022",
        "calls_from_minute",
        "calls_until_minute",
        frozenset({"before_eight", "after_seven"}),
        given=_CALL,
    ),
    HoursClaim(
        "IN-RBI-2026-DRAFT",
        "contact_from_minute",
        "contact_until_minute",
        frozenset({"before_eight", "after_seven"}),
        given=_BORROWER,
    ),
    HoursClaim(
        "ID-POJK22",
        "collection_from_minute",
        "collection_until_minute",
        frozenset({"before_eight", "after_eight"}),
        given=_BORROWER,
    ),
    HoursClaim(
        "PH-SEC-MC18",
        "contact_from_minute",
        "contact_until_minute",
        frozenset({"before_six", "after_ten"}),
        given=_BORROWER,
    ),
)

FREQUENCIES = (
    FrequencyClaim(
        "CN-GBT45251-FREQ-NOTICE",
        "connected_notice_calls_today",
        "connected_notice_calls_a_day",
        1,
        _NOTICE,
        agreed_cap="agreed_call_cap",
    ),
    FrequencyClaim(
        "CN-GBT45251-FREQ-INTERACTIVE",
        "connected_interactive_calls_today",
        "effective_interactive_calls_a_day",
        1,
        _CALL,
    ),
    FrequencyClaim(
        "CN-CBA2026-FREQ6",
        "unanswered_attempts_today_same_number",
        "unanswered_attempts_a_day",
        1,
        {**_CALL, **_unknown("agreed_attempt_cap")},
        is_by_number=True,
        agreed_cap="agreed_attempt_cap",
    ),
    FrequencyClaim(
        "CN-NIFA2024-FREQ",
        "connected_notice_calls_today",
        "connected_notice_calls_a_day",
        1,
        _NOTICE,
    ),
    FrequencyClaim(
        "US-REGF-CALLS",
        "calls_seven_days",
        "calls_in_window",
        7,
        {**_CALL, **_unknown("days_since_conversation")},
    ),
    FrequencyClaim("US-MA-CALLS", "contacts_seven_days", "contacts_in_window", 7, _CALL),
)

SPACINGS = (
    SpacingClaim("US-REGF-CALLS", "days_since_conversation", "days_after_conversation", _CALL),
    SpacingClaim(
        "CN-GBT45251-INTERVAL-7D",
        "days_since_contact_on_product",
        "days_between_contacts",
        _CALL,
    ),
)
