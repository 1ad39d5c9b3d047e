"""Rules, facts and ladder: the columns say what the scalar definitions say."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import frame
from forbear import rulebooks
from forbear.compliance.rules import judge
from forbear.compliance.verdicts_columns import combined
from forbear.contact.attempts import ContactAttempt, Outcome
from forbear.contact.channels import Channel
from forbear.contact.consents import Consent, ConsentKind
from forbear.contact.facts import ContactFacts, contact_facts
from forbear.contact.facts_columns import contact_facts as facts_columns
from forbear.portfolio import gate
from forbear.strategy.ladder import BorrowerState, choose, stage_ladder
from forbear.strategy.ladder_columns import choose as choose_columns

ON = date(2026, 11, 20)
AT = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)
edges = st.one_of(st.none(), st.sampled_from([0, 479, 480, 1319, 1320, 1439]), st.integers(0, 1439))
facts = st.builds(
    ContactFacts,
    channel=st.sampled_from(list(Channel)),
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
SCHEMA = {"channel": pl.String(), "local_minute": pl.Int32(), **gate.FACTS}


@given(
    st.lists(facts, min_size=1, max_size=40),
    st.sampled_from([ON, date(2026, 1, 29), date(2025, 3, 1), date(2020, 1, 1)]),
    st.sampled_from(["bank", "microloan", "consumer_finance", "other"]),
)
def test_the_column_rules_say_what_the_rules_say(many, on, kind) -> None:
    rows = [{name: getattr(one, name) for name in SCHEMA} for one in many]
    asked = pl.DataFrame(rows, schema=SCHEMA)
    answers = [
        (r.id, rulebooks.COLUMN_RULES[r.id](r.parameters(on)))
        for r in rulebooks.RULES
        if r.applies(on=on, lender_kind=kind)
    ]
    got = asked.select(**combined(answers)).rows()
    for one, (ruling, rule_ids, reasons) in zip(many, got * (len(many) // len(got)), strict=True):
        made = judge(rulebooks.RULES, one, on=on, lender_kind=kind)
        assert (ruling, rule_ids) == (made.ruling, [g.rule_id for g in made.grounds])
        assert reasons == [g.verdict.reason for g in made.grounds]


moments = st.integers(-3 * 24 * 60, 24 * 60).map(lambda m: AT + timedelta(minutes=m))
zones = st.sampled_from([None, "Asia/Shanghai", "Africa/Lagos", "America/New_York"])


@st.composite
def attempts(draw: st.DrawFn) -> list[ContactAttempt]:
    return [
        ContactAttempt(
            attempt_id=f"a{n}",
            attempted_at=draw(moments),
            channel=draw(st.sampled_from(list(Channel))),
            outcome=draw(st.sampled_from(list(Outcome))),
            number_ref=draw(st.sampled_from([None, "n1", "n2"])),
        )
        for n in range(draw(st.integers(0, 8)))
    ]


@st.composite
def consents(draw: st.DrawFn) -> list[Consent]:
    made = []
    for n in range(draw(st.integers(0, 4))):
        granted = draw(moments)
        made.append(
            Consent(
                consent_id=f"c{n}",
                kind=draw(st.sampled_from(list(ConsentKind))),
                granted_at=granted,
                withdrawn_at=draw(st.one_of(st.none(), moments)),
                from_minute=draw(st.integers(0, 1439)),
                until_minute=draw(st.integers(0, 1439)),
                daily_cap=draw(st.integers(0, 9)),
            )
        )
    return made


@settings(deadline=None)
@given(attempts(), consents(), zones, st.sampled_from([None, "n1"]))
def test_the_fact_columns_say_what_the_facts_say(history, agreed, zone, number) -> None:
    person = {"lender": "q", "borrower_id": "B"}
    people = pl.LazyFrame(
        [{**person, "time_zone": zone, "number_ref": number, "at": AT}],
        schema_overrides={
            "time_zone": pl.String(), "number_ref": pl.String(), "at": pl.Datetime("us", "UTC"),
        },
    )  # fmt: skip
    attempt_rows = [
        {
            **person,
            "attempt_id": a.attempt_id,
            "attempted_at": a.attempted_at,
            "channel": a.channel.value,
            "number_ref": a.number_ref,
            "outcome": a.outcome.value,
        }
        for a in history
    ]
    consent_rows = [
        {**person, "consent_id": c.consent_id, "kind": c.kind.value, "granted_at": c.granted_at,
         "withdrawn_at": c.withdrawn_at, "from_minute": c.from_minute,
         "until_minute": c.until_minute, "daily_cap": c.daily_cap}
        for c in agreed
    ]  # fmt: skip
    got = facts_columns(
        people,
        frame("contact_attempts", attempt_rows).lazy(),
        frame("consents", consent_rows).lazy(),
    ).collect()
    expected = contact_facts(
        channel=Channel.SMS,
        at=AT,
        time_zone=zone,
        attempts=history,
        consents=agreed,
        number_ref=number,
    )
    names = ["local_minute", *gate.FACTS]
    assert got.select(names).to_dicts() == [{n: getattr(expected, n) for n in names}]


@settings(max_examples=40)
@given(facts)
def test_the_mask_allows_no_minute_a_rule_refuses(one) -> None:
    row = {"lender": "q", "borrower_id": "B", "local_minute": one.local_minute}
    row |= {name: getattr(one, name) for name in gate.FACTS}
    asked = pl.DataFrame([row], schema={"lender": pl.String(), "borrower_id": pl.String(), "local_minute": pl.Int32(), **gate.FACTS})  # fmt: skip
    mask = gate.permitted(asked, rulebooks.RULES, rulebooks.COLUMN_RULES, on=ON, lender_kind="bank")
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
    told = {name: getattr(one, name) for name in gate.FACTS}
    asked = ContactFacts(channel=channel, local_minute=minute, **told)
    return judge(rulebooks.RULES, asked, on=ON, lender_kind="bank").ruling == "allowed"


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
