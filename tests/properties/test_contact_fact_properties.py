"""Contact facts: the columns say what the scalar definition says."""

from datetime import UTC, datetime, timedelta

import polars as pl
from hypothesis import given, settings
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
    datetime(2026, 11, 1, 18, 0, tzinfo=UTC),
    datetime(2026, 4, 24, 12, 0, tzinfo=UTC),
    datetime(2026, 9, 6, 15, 0, tzinfo=UTC),
    datetime(2026, 3, 29, 12, 0, tzinfo=UTC),
]
# Havana, Cairo, Santiago and the Azores change their clocks at midnight.
zones = st.sampled_from(
    [None, "Asia/Shanghai", "Africa/Lagos", "America/New_York", "America/Havana", "Africa/Cairo",
     "America/Santiago", "Atlantic/Azores"]
)  # fmt: skip
numbers = st.sampled_from([None, "n1"])


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


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(MOMENTS), st.data())
def test_the_fact_columns_say_what_the_facts_say(at, data) -> None:
    told = [
        (data.draw(attempts(at)), data.draw(consents(at)), data.draw(zones), data.draw(numbers))
        for _ in range(data.draw(st.integers(1, 4)))
    ]
    got = counting_columns.contact_facts(people(at, told), *tables(told)).collect()
    for n, (history, agreed, zone, number) in enumerate(told):
        expected = contact_facts(
            ContactHistory.of(history, agreed, time_zones=() if zone is None else (zone,)),
            channel=Channel.SMS,
            at=at,
            number_ref=number,
        )
        vocabulary(ContactFacts).check(expected)
        row = got.filter(pl.col("borrower_id") == f"B{n}").row(0, named=True)
        names = counting_columns.FIELDS
        assert {f: row[f] for f in names} == {f: getattr(expected, f) for f in names}


def people(at: datetime, told) -> pl.LazyFrame:
    rows = [
        {**person(n), "time_zone": zone, "number_ref": number, "at": at}
        for n, (_, _, zone, number) in enumerate(told)
    ]
    return pl.LazyFrame(
        rows,
        schema_overrides={
            "time_zone": pl.String(), "number_ref": pl.String(), "at": pl.Datetime("us", "UTC"),
        },
    )  # fmt: skip


def tables(told) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    attempt_rows = [
        {**person(n), "attempt_id": a.attempt_id, "attempted_at": a.attempted_at,
         "channel": a.channel.value, "number_ref": a.number_ref, "outcome": a.outcome.value}
        for n, (history, *_) in enumerate(told)
        for a in history
    ]  # fmt: skip
    consent_rows = [
        {**person(n), "consent_id": c.consent_id, "kind": c.kind.value,
         "granted_at": c.granted_at, "withdrawn_at": c.withdrawn_at,
         "from_minute": c.from_minute, "until_minute": c.until_minute, "daily_cap": c.daily_cap}
        for n, (_, agreed, *_) in enumerate(told)
        for c in agreed
    ]  # fmt: skip
    return (
        frame("contact_attempts", attempt_rows).lazy(),
        frame("consents", consent_rows).lazy(),
    )


def person(n: int) -> dict[str, str]:
    return {"lender": "q", "borrower_id": f"B{n}"}
