"""Gate and ladder: the columns say what the scalar definitions say."""

from dataclasses import replace
from datetime import date

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from forbear import rulebooks
from forbear.compliance.judging import rules_in_force
from forbear.compliance.scopes import Scope, usual_memberships
from forbear.contact.channels import Channel
from forbear.contact.facts import ContactFacts
from forbear.portfolio import gate
from forbear.strategy.ladder import BorrowerState, choose, stage_ladder
from forbear.strategy.ladder_columns import choose as choose_columns

ON = date(2026, 11, 20)
edges = st.one_of(st.none(), st.sampled_from([0, 479, 480, 1319, 1320, 1439]), st.integers(0, 1439))
facts = st.builds(
    ContactFacts,
    channel=st.sampled_from([c.value for c in Channel]),
    local_minute=edges,
    agreed_from_minute=edges,
    agreed_until_minute=edges,
    has_night_consent=st.booleans(),
    connected_notice_calls_today=st.integers(0, 5),
    connected_interactive_calls_today=st.integers(0, 5),
    unanswered_attempts_today_same_number=st.integers(0, 8),
    agreed_attempt_cap=st.one_of(st.none(), st.integers(0, 9)),
    agreed_call_cap=st.one_of(st.none(), st.integers(0, 6)),
)
BANK = rules_in_force(
    rulebooks.rules(),
    ContactFacts,
    on=ON,
    scope=Scope("CN", "bank", memberships=usual_memberships("bank")),
)
COUNTED = [
    "agreed_from_minute",
    "agreed_until_minute",
    "has_night_consent",
    "connected_notice_calls_today",
    "connected_interactive_calls_today",
    "unanswered_attempts_today_same_number",
    "agreed_attempt_cap",
    "agreed_call_cap",
]


@settings(max_examples=40)
@given(facts)
def test_the_mask_allows_no_minute_a_rule_refuses(one) -> None:
    row = {"lender": "q", "borrower_id": "B", "local_minute": one.local_minute}
    row |= {name: getattr(one, name) for name in COUNTED}
    mask = gate.permitted(pl.DataFrame([row], infer_schema_length=None), BANK)
    asked_minutes = [m for m in range(1440) if m % 30 in (0, 29)]
    for entry in mask.to_dicts():
        channel = Channel(entry["channel"])
        known = [] if one.local_minute is None else asked_minutes
        open_minutes = {m for m in known if _is_allowed(one, channel, m)}
        if entry["ruling"] == "allowed":
            window = range(entry["permitted_from_minute"], entry["permitted_until_minute"])
            assert {m for m in asked_minutes if m in window} <= open_minutes
        else:
            assert entry["permitted_from_minute"] is None
            assert not any(m in open_minutes and m + 29 in open_minutes for m in range(0, 1440, 30))


def _is_allowed(one: ContactFacts, channel: Channel, minute: int) -> bool:
    return BANK.judge(replace(one, channel=channel.value, local_minute=minute)).ruling == "allowed"


states = st.builds(
    BorrowerState,
    days_past_due=st.one_of(
        st.sampled_from([0, 1, 3, 4, 30, 31, 90, 91, 180, 181]), st.integers(0, 400)
    ),
    arrears_minor=st.integers(1, 5_000),
    days_since_attempt=st.one_of(st.none(), st.integers(0, 40)),
    last_connected=st.booleans(),
    is_snoozed=st.booleans(),
)
rulings = st.sampled_from(["allowed", "refused", "needs_review"])


@given(states, rulings)
def test_the_ladder_columns_choose_what_the_ladder_chooses(state, ruling) -> None:
    ladder = stage_ladder()
    row = {
        "days_past_due": state.days_past_due,
        "arrears_minor": state.arrears_minor,
        "days_since_attempt": state.days_since_attempt,
        "last_connected": state.last_connected,
        "is_snoozed": state.is_snoozed,
        "ruling_sms": ruling,
        "ruling_voice_interactive": ruling,
    }
    got = pl.DataFrame([row], schema_overrides={"days_since_attempt": pl.Int64()})
    choice = choose(state, ruling, ladder)
    assert got.select(**choose_columns(ladder)).to_dicts() == [
        {
            "action": choice.action.value,
            "channel": choice.channel,
            "reasons": list(choice.reasons),
            "priority": choice.priority,
        }
    ]
