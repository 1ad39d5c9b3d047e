"""Contact facts: the columns say what the scalar definition says."""

from datetime import UTC, datetime, timedelta

import polars as pl
from hypothesis import example, given, settings
from hypothesis import strategies as st

from builders import frame
from forbear.compliance.fact_kinds import vocabulary
from forbear.contact import counting_columns
from forbear.contact.attempts import ContactAttempt, Outcome
from forbear.contact.channels import Channel
from forbear.contact.consents import Consent, ConsentKind
from forbear.contact.counting import ContactHistory, contact_facts
from forbear.contact.facts import ContactFacts

# The autumn change of America/New_York is 2026-11-01 06:00 UTC, the spring one 2026-03-08 07:00.
MOMENTS = [
    datetime(2026, 11, 20, 2, 30, tzinfo=UTC),
    datetime(2026, 11, 20, 16, 0, tzinfo=UTC),  # midnight in Shanghai
    datetime(2026, 11, 2, 4, 30, tzinfo=UTC),
    datetime(2026, 3, 9, 3, 59, tzinfo=UTC),
    datetime(2028, 2, 29, 15, 59, tzinfo=UTC),
]
PERSON = {"lender": "q", "borrower_id": "B"}
zones = st.sampled_from([None, "Asia/Shanghai", "Africa/Lagos", "America/New_York"])


@st.composite
def attempts(draw: st.DrawFn, at: datetime) -> list[ContactAttempt]:
    return [
        ContactAttempt(
            attempt_id=f"a{n}",
            attempted_at=at + timedelta(minutes=draw(st.integers(-12 * 24 * 60, 24 * 60))),
            channel=draw(st.sampled_from([*Channel, *[Channel.VOICE_INTERACTIVE] * 4])),
            outcome=draw(st.sampled_from([*Outcome, *[Outcome.NO_ANSWER] * 4])),
            number_ref=draw(st.sampled_from([None, "n1", "n2"])),
        )
        for n in range(draw(st.integers(0, 14)))
    ]


@st.composite
def consents(draw: st.DrawFn, at: datetime) -> list[Consent]:
    moments = st.integers(-9 * 24 * 60, 24 * 60).map(lambda m: at + timedelta(minutes=m))
    return [
        Consent(
            consent_id=f"c{n}",
            kind=draw(st.sampled_from(list(ConsentKind))),
            granted_at=draw(moments),
            withdrawn_at=draw(st.one_of(st.none(), moments)),
            from_minute=draw(st.integers(0, 1439)),
            until_minute=draw(st.integers(0, 1440)),
            daily_cap=draw(st.integers(0, 9)),
        )
        for n in range(draw(st.integers(0, 4)))
    ]


@st.composite
def histories(draw: st.DrawFn):
    at = draw(st.sampled_from(MOMENTS))
    return at, draw(attempts(at)), draw(consents(at))


@settings(deadline=None, max_examples=300)
@given(histories(), zones, st.sampled_from([None, "n1"]))
@example((MOMENTS[0], [], []), None, None)
def test_the_fact_columns_say_what_the_facts_say(told, zone, number) -> None:
    at, history, agreed = told
    people = pl.LazyFrame(
        [{**PERSON, "time_zone": zone, "number_ref": number, "at": at}],
        schema_overrides={
            "time_zone": pl.String(), "number_ref": pl.String(), "at": pl.Datetime("us", "UTC"),
        },
    )  # fmt: skip
    attempt_rows = [
        {**PERSON, "attempt_id": a.attempt_id, "attempted_at": a.attempted_at,
         "channel": a.channel.value, "number_ref": a.number_ref, "outcome": a.outcome.value}
        for a in history
    ]  # fmt: skip
    consent_rows = [
        {**PERSON, "consent_id": c.consent_id, "kind": c.kind.value, "granted_at": c.granted_at,
         "withdrawn_at": c.withdrawn_at, "from_minute": c.from_minute,
         "until_minute": c.until_minute, "daily_cap": c.daily_cap}
        for c in agreed
    ]  # fmt: skip
    got = counting_columns.contact_facts(
        people,
        frame("contact_attempts", attempt_rows).lazy(),
        frame("consents", consent_rows).lazy(),
    ).collect()
    places = () if zone is None else (zone,)
    expected = contact_facts(
        ContactHistory.of(history, agreed, time_zones=places),
        channel=Channel.SMS,
        at=at,
        number_ref=number,
    )
    vocabulary(ContactFacts).check(expected)
    names = counting_columns.FIELDS
    assert got.select(names).row(0, named=True) == {n: getattr(expected, n) for n in names}
