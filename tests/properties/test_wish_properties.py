"""What borrowers asked for: the columns and the night's mask say what the gate says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import frame
from forbear import rulebooks
from forbear.compliance.judging import RulesInForce, rules_in_force
from forbear.compliance.scopes import Scope, usual_memberships
from forbear.compliance.verdicts import Ruling
from forbear.contact import counting_columns, preferences_columns
from forbear.contact.channels import Channel
from forbear.contact.counting import ContactHistory
from forbear.contact.facts import ContactFacts
from forbear.contact.permission import ContactRequest, facts_at, judged, permission
from forbear.contact.preferences import (
    ALLOWING,
    Hold,
    HoldKind,
    Preference,
    PreferenceKind,
    Wishes,
    wish_facts,
)
from forbear.portfolio import gate
from forbear.portfolio.desk_events import HOLDS, PREFERENCES
from properties.test_contact_fact_properties import attempts

AT = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)
# 10:00 and 10:29 in Shanghai: the two minutes the mask asks about in that half hour.
MOMENTS = [datetime(2026, 11, 20, 2, 0, tzinfo=UTC), datetime(2026, 11, 20, 2, 29, tzinfo=UTC)]
LOANS = ["L1", "L2"]
# Close to the moment asked about, and the moment itself.
moments = st.one_of(st.just(0), st.integers(-3 * 24 * 60, 24 * 60), st.integers(-30, 30)).map(
    lambda minutes: AT + timedelta(minutes=minutes)
)
minutes = st.one_of(
    st.none(), st.sampled_from([0, 479, 480, 600, 629, 630, 1200, 1439]), st.integers(0, 1439)
)
RESTRICTING = sorted(set(PreferenceKind) - ALLOWING)
BANK, US = (
    rules_in_force(
        rulebooks.rules(),
        ContactFacts,
        on=AT.date(),
        scope=Scope(country, "bank", memberships=usual_memberships("bank")),
    )
    for country in ("CN", "US")
)


@st.composite
def wishes(draw: st.DrawFn) -> Wishes:
    return Wishes(
        preferences=tuple(
            Preference(
                preference_id=f"p{n}",
                kind=draw(
                    st.sampled_from([*RESTRICTING, *[PreferenceKind.INCONVENIENT_HOURS] * 3])
                ),
                granted_at=draw(moments),
                channel=draw(st.sampled_from([None, *Channel])),
                from_minute=draw(minutes),
                until_minute=draw(minutes),
                until=draw(st.one_of(st.none(), moments)),
                withdrawn_at=draw(st.one_of(st.none(), moments)),
            )
            for n in range(draw(st.integers(0, 4)))
        ),
        holds=tuple(
            Hold(
                hold_id=f"h{n}",
                kind=draw(st.sampled_from(list(HoldKind))),
                placed_at=draw(moments),
                loan_ref=draw(st.sampled_from([None, *LOANS])),
                until=draw(st.one_of(st.none(), moments)),
                lifted_at=draw(st.one_of(st.none(), moments)),
            )
            for n in range(draw(st.integers(0, 3)))
        ),
    )


def tables(told: list[Wishes]) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """The export of the desk: one row a statement, one a hold."""
    stated = [
        {**person(n), "preference_id": p.preference_id, "kind": p.kind.value,
         "channel": p.channel.value if p.channel else None, "from_minute": p.from_minute,
         "until_minute": p.until_minute, "granted_at": p.granted_at, "until": p.until,
         "withdrawn_at": p.withdrawn_at}
        for n, one in enumerate(told) for p in one.preferences
    ]  # fmt: skip
    held = [
        {**person(n), "hold_id": h.hold_id, "loan_ref": h.loan_ref, "kind": h.kind.value,
         "placed_at": h.placed_at, "until": h.until, "lifted_at": h.lifted_at}
        for n, one in enumerate(told) for h in one.holds
    ]  # fmt: skip
    return (
        pl.LazyFrame(stated, schema=PREFERENCES),
        pl.LazyFrame(held, schema=HOLDS),
    )


def person(n: int) -> dict[str, str]:
    return {"lender": "q", "borrower_id": f"B{n}"}


def asked_about(at: datetime, loans: list[str | None]) -> pl.LazyFrame:
    rows = [{**person(n), "at": at, "loan_ref": loan} for n, loan in enumerate(loans)]
    return pl.LazyFrame(
        rows, schema_overrides={"at": pl.Datetime("us", "UTC"), "loan_ref": pl.String()}
    )


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(wishes(), st.sampled_from([None, *LOANS])), min_size=1, max_size=4))
def test_the_wish_columns_say_what_the_wishes_say(people) -> None:
    told, loans = [one for one, _ in people], [loan for _, loan in people]
    got = preferences_columns.wish_facts(asked_about(AT, loans), *tables(told)).collect()
    for n, (one, loan) in enumerate(people):
        row = got.filter(pl.col("borrower_id") == f"B{n}").row(0, named=True)
        for channel in Channel:
            expected = wish_facts(one, channel=channel, at=AT, loan_ref=loan)
            bit = preferences_columns.BITS[channel.value]
            found = {name: row[name] for name in preferences_columns.HELD}
            found["is_channel_opted_out"] = row["opted_out_channels"] & bit != 0
            found["is_contact_stopped"] = row["stopped_channels"] & bit != 0
            assert found == {name: expected.get(name, False) for name in found}


@settings(deadline=None, max_examples=25)
@given(
    wishes(),
    attempts(AT),
    st.sampled_from(["Asia/Shanghai", None]),
    st.sampled_from([None, *LOANS]),
    st.sampled_from(["bank", "us"]),
)
def test_the_mask_refuses_what_the_gate_refuses_on_every_channel(
    asked_for, history, zone, loan, law
) -> None:
    """Every minute the mask asks about, answered one by one by the gate itself."""
    in_force = BANK if law == "bank" else US
    zones = () if zone is None else (zone,)
    known = ContactHistory.of(history, time_zones=zones, wishes=asked_for)
    mask = gate.permitted(night_facts(AT, asked_for, history, zone, loan), in_force)
    asked_minutes = [m for m in range(1440) if m % 30 in (0, 29)]
    for entry in mask.to_dicts():
        asked = ContactRequest(Channel(entry["channel"]), loan_ref=loan)
        answers = [_at_minute(known, asked, minute, in_force) for minute in asked_minutes]
        open_halves = [
            half
            for half in range(48)
            if all(one.ruling is Ruling.ALLOWED for one in answers[2 * half : 2 * half + 2])
        ]
        is_unsure = any(one.ruling is Ruling.NEEDS_REVIEW for one in answers)
        closed = "needs_review" if is_unsure else "refused"
        assert entry["ruling"] == ("allowed" if open_halves else closed)
        assert (entry["permitted_from_minute"], entry["permitted_until_minute"]) == _first_run(
            open_halves
        )
        always = set.intersection(*({g.rule_id for g in one.grounds} for one in answers))
        assert set(entry["rule_ids"]) == always


def _first_run(halves: list[int]) -> tuple[int | None, int | None]:
    """The first unbroken run of half hours, as minutes."""
    if not halves:
        return None, None
    end = next(one for one in range(halves[0], 49) if one not in halves)
    return halves[0] * 30, end * 30


def _at_minute(known: ContactHistory, asked: ContactRequest, minute: int, law: RulesInForce):
    facts = facts_at(known, asked, AT)
    local = None if facts.local_minute is None else minute
    hours = wish_facts(
        known.wishes, channel=asked.channel, at=AT, loan_ref=asked.loan_ref, local_minute=local
    )
    is_inconvenient = hours.get("is_time_inconvenient", False)
    return judged(replace(facts, local_minute=local, is_time_inconvenient=is_inconvenient), law)


@settings(deadline=None, max_examples=25)
@given(wishes(), attempts(AT), st.sampled_from([None, *LOANS]), st.sampled_from(MOMENTS))
def test_a_window_of_the_mask_holds_at_the_moment_itself(asked_for, history, loan, at) -> None:
    known = ContactHistory.of(history, time_zones=("Asia/Shanghai",), wishes=asked_for)
    mask = gate.permitted(night_facts(at, asked_for, history, "Asia/Shanghai", loan), BANK)
    minute = 600 + (at.minute % 30)
    for entry in mask.to_dicts():
        asked = ContactRequest(Channel(entry["channel"]), loan_ref=loan)
        answer = permission(known, asked, at=at, law_on=lambda _: BANK)
        start, end = entry["permitted_from_minute"], entry["permitted_until_minute"]
        if start is not None and start <= minute < end:
            assert answer.judgement.ruling is Ruling.ALLOWED
        if answer.judgement.until_minute is None and answer.judgement.ruling is Ruling.REFUSED:
            own = {g.rule_id for g in answer.judgement.grounds if g.rule_id.startswith("POLICY-")}
            own -= {"POLICY-INCONVENIENT-TIME"}  # a time of the day, not the day
            assert own <= set(entry["rule_ids"])


def night_facts(at, asked_for: Wishes, history, zone, loan) -> pl.DataFrame:
    """Counted facts and wishes of one person as the night has them."""
    people = pl.LazyFrame(
        [{**person(0), "time_zone": zone, "number_ref": None, "at": at}],
        schema_overrides={
            "time_zone": pl.String(), "number_ref": pl.String(), "at": pl.Datetime("us", "UTC"),
        },
    )  # fmt: skip
    tried = [
        {**person(0), "attempt_id": a.attempt_id, "attempted_at": a.attempted_at,
         "channel": a.channel.value, "number_ref": a.number_ref, "outcome": a.outcome.value}
        for a in history
    ]  # fmt: skip
    counted = counting_columns.contact_facts(
        people, frame("contact_attempts", tried).lazy(), frame("consents", []).lazy()
    )
    spoken_of = counted.with_columns(pl.lit(loan, pl.String).alias("loan_ref"))
    return preferences_columns.wish_facts(spoken_of, *tables([asked_for])).collect()
