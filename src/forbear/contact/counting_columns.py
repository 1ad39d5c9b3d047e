"""Twin of `counting.py` over columns: the facts of one moment for every borrower.

`people`: lender, borrower_id, time_zone (null: unknown), number_ref (null: any number), loan_ref
(null: any loan; may be absent), `at` (UTC moment); further columns are kept. `attempts` and
`consents` in the schema of the book. The result adds to each person the counted fields of
`ContactFacts`, with nulls where the scalar has None.

Events are laid on a dense index of people and gathered, then grouped once as a stream; only
failed calls since the last answered one are looked at a second time.
"""

from collections.abc import Sequence

import polars as pl

from forbear.compliance.columns import column_type
from forbear.compliance.fact_kinds import vocabulary
from forbear.contact.attempts import NOT_PLACED, UNANSWERED, Outcome
from forbear.contact.channels import VOICE, Channel
from forbear.contact.consents import ConsentKind
from forbear.contact.counting import COUNTED_CONTACTS, LONGEST_DAYS, WINDOW_DAYS
from forbear.contact.facts import CALLS, ContactFacts

PERSON = ["lender", "borrower_id"]
KINDS = vocabulary(ContactFacts).kinds
COUNTS = [
    "connected_notice_calls_today",
    "connected_interactive_calls_today",
    "unanswered_attempts_today_same_number",
]
COUNTED = [
    *COUNTS,
    "failed_calls_in_row_before_today",
    "failed_days_in_row",
    "calls_seven_days",
    "days_until_call_leaves",
    "contacts_seven_days",
]
AGREED = [
    "agreed_from_minute",
    "agreed_until_minute",
    "has_night_consent",
    "agreed_attempt_cap",
    "agreed_call_cap",
    "has_call_consent",
]
# Every column the twin adds.
FIELDS = [
    "local_minute",
    "local_weekday",
    *COUNTED,
    *AGREED,
    "days_since_contact_on_product",
    "days_since_conversation",
    "is_number_invalid",
]


def contact_facts(
    people: pl.LazyFrame, attempts: pl.LazyFrame, consents: pl.LazyFrame
) -> pl.LazyFrame:
    """`people` with their contact facts, one row a person; `channel` is the caller's."""
    known = people.collect()
    if "loan_ref" not in known.columns:
        known = known.with_columns(pl.lit(None, pl.String).alias("loan_ref"))
    placed = known.with_row_index("person")
    of_whom = placed.lazy().select("person", *PERSON)
    events = attempts.join(of_whom, on=PERSON)
    if "loan_ref" not in attempts.collect_schema():
        events = events.with_columns(pl.lit(None, pl.String).alias("loan_ref"))
    counted = counts(placed, events)
    agreed = _agreed(counted.lazy(), consents.join(of_whom, on=PERSON)).collect()
    return (
        counted.join(agreed, on="person", how="left")
        .lazy()
        .select(*known.drop("loan_ref").columns, *(_typed(name) for name in FIELDS))
    )


def counts(people: pl.DataFrame, events: pl.LazyFrame) -> pl.DataFrame:
    """`people` (row n has person n) with everything counted from `events`.

    `events`: person, attempted_at, channel, outcome, number_ref, loan_ref.
    """
    zones = people["time_zone"].drop_nulls().unique().sort().to_list()
    asked = people.with_columns(*_clock(zones))
    gathered = events.with_columns(
        pl.lit(asked[name]).gather(pl.col("person")).alias("ask_" + name)
        for name in ("at", "day_starts_at", "week_starts_at")
    ).filter(pl.col("attempted_at") < pl.col("ask_at"))
    own = gathered.with_columns(
        _same(asked["number_ref"], "number_ref").alias("is_number"),
        _same(asked["loan_ref"], "loan_ref").alias("is_loan"),
    )
    found = own.group_by("person").agg(*_sums()).collect(engine="streaming")
    wide = asked.join(found, on="person", how="left", maintain_order="left").with_columns(
        pl.col(_SUMMED).fill_null(0),
        (pl.col("last_wrong_at") >= pl.col("last_call_at"))
        .fill_null(False)
        .alias("is_number_invalid"),
    )
    rows = _failed_rows(wide, own, zones)
    return (
        wide.join(rows, on="person", how="left", maintain_order="left")
        .with_columns(
            pl.col("failed_calls_in_row_before_today", "failed_days_in_row").fill_null(0),
            (WINDOW_DAYS - _age("oldest_placed_at", zones))
            .fill_null(0)
            .alias("days_until_call_leaves"),
            _age("last_contact_at", zones).alias("days_since_contact_on_product"),
            _age("last_talk_at", zones).alias("days_since_conversation"),
        )
        .drop("day_starts_at", "week_starts_at")
    )


_SUMMED = [*COUNTS, "calls_seven_days", "contacts_seven_days"]


def _sums() -> list[pl.Expr]:
    """Everything one pass over the events gives."""
    is_today = pl.col("attempted_at") >= pl.col("ask_day_starts_at")
    is_recent = pl.col("attempted_at") >= pl.col("ask_week_starts_at")
    is_call = _one_of("channel", VOICE)
    is_connected = is_call & (pl.col("outcome") == Outcome.CONNECTED.value)
    is_notice = pl.col("channel") == Channel.VOICE_NOTICE_AI.value
    is_placed = is_call & ~_one_of("outcome", NOT_PLACED) & pl.col("is_loan") & is_recent
    is_contact = _one_of("channel", COUNTED_CONTACTS) & pl.col("is_loan") & is_recent
    is_wrong = pl.col("outcome") == Outcome.WRONG_NUMBER.value
    to_number = is_call & pl.col("is_number")
    at = pl.col("attempted_at")
    sums = {
        "connected_notice_calls_today": is_today & is_connected & is_notice,
        "connected_interactive_calls_today": is_today & is_connected & ~is_notice,
        "unanswered_attempts_today_same_number": is_today
        & to_number
        & _one_of("outcome", UNANSWERED),
        "calls_seven_days": is_placed,
        "contacts_seven_days": is_contact,
    }
    lasts = {
        "last_contact_at": pl.col("is_loan"),
        "last_talk_at": is_connected & pl.col("is_loan"),
        "last_answered_at": is_connected,
        "last_call_at": to_number,
        "last_wrong_at": to_number & is_wrong,
    }
    return [
        *(held.sum().cast(pl.Int32).alias(name) for name, held in sums.items()),
        *(pl.when(held).then(at).max().alias(name) for name, held in lasts.items()),
        pl.when(is_placed).then(at).min().alias("oldest_placed_at"),
    ]


def _failed_rows(wide: pl.DataFrame, own: pl.LazyFrame, zones: Sequence[str]) -> pl.DataFrame:
    """Failed calls to the number since the last answered call: before today, and days in a row."""
    answered = pl.lit(wide["last_answered_at"].to_physical().fill_null(_LONG_AGO))
    since = own.filter(
        _one_of("channel", VOICE)
        & _one_of("outcome", UNANSWERED)
        & pl.col("is_number")
        & (pl.col("attempted_at").to_physical() > answered.gather(pl.col("person")))
    ).select("person", "attempted_at", pl.col("ask_at").alias("at"))
    if len(zones) != 1 or wide["time_zone"].null_count():
        since = since.with_columns(
            pl.lit(wide["time_zone"]).gather(pl.col("person")).alias("time_zone")
        )
    else:
        since = since.with_columns(pl.lit(zones[0]).alias("time_zone"))
    days = (
        since.select("person", _age("attempted_at", zones).cast(pl.Int32).alias("age"))
        .group_by("person", "age")
        .agg(pl.len().cast(pl.Int32).alias("calls"))
    )
    # In rising order the n-th distinct age of a person is first + n while no day is missing.
    row = pl.int_range(pl.len(), dtype=pl.Int64)
    is_new = (pl.col("person") != pl.col("person").shift(1)).fill_null(True)
    first = pl.when(is_new).then(row).otherwise(0).cum_max()
    ordered = (
        days.collect(engine="streaming")
        .sort("person", "age")
        .select(
            "person",
            pl.when(pl.col("age") > 0).then(pl.col("calls")).otherwise(0).alias("before_today"),
            (pl.col("age") - pl.col("age").gather(first) == row - first).alias("in_row"),
        )
    )
    return (
        ordered.lazy()
        .group_by("person")
        .agg(
            pl.col("before_today").sum().clip(0, CALLS).alias("failed_calls_in_row_before_today"),
            pl.col("in_row").sum().clip(0, CALLS).alias("failed_days_in_row"),
        )
        .collect(engine="streaming")
    )


# Before every moment that a history may hold.
_LONG_AGO = -(2**62)


def _clock(zones: Sequence[str]) -> list[pl.Expr]:
    """Local minute and weekday, and the moments at which the local day and the week began.

    Zones are few, so each is converted once for its own rows.
    """
    at = pl.col("at")
    minute, weekday = pl.lit(None, pl.Int16), pl.lit(None, pl.Int8)
    day = at - pl.duration(hours=24, microseconds=-1)
    week = at - pl.duration(hours=24 * WINDOW_DAYS, microseconds=-1)
    for name in zones:
        is_here, local = pl.col("time_zone") == name, at.dt.convert_time_zone(name)
        today = local.dt.date()
        here = local.dt.hour().cast(pl.Int16) * 60 + local.dt.minute().cast(pl.Int16)
        minute = pl.when(is_here).then(here).otherwise(minute)
        weekday = pl.when(is_here).then(local.dt.weekday()).otherwise(weekday)
        day = pl.when(is_here).then(_first_moment(today, name)).otherwise(day)
        begun = today - pl.duration(days=WINDOW_DAYS - 1)
        week = pl.when(is_here).then(_first_moment(begun, name)).otherwise(week)
    return [
        minute.alias("local_minute"),
        weekday.alias("local_weekday"),
        day.alias("day_starts_at"),
        week.alias("week_starts_at"),
    ]


def _first_moment(day: pl.Expr, zone: str) -> pl.Expr:
    """The moment at which a local day begins: the first of two midnights, and where a clock change
    skips midnight the first time there is (half an hour, an hour or a day later)."""
    naive = day.cast(pl.Datetime("us"))
    begins = [
        (naive + pl.duration(minutes=later))
        .dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
        .dt.convert_time_zone("UTC")
        for later in (0, 30, 60, 24 * 60)
    ]
    return pl.coalesce(begins)


def _age(moment: str, zones: Sequence[str]) -> pl.Expr:
    """Local days from `moment` to `at`; spans of 24 hours where the place is unknown."""
    at, then = pl.col("at"), pl.col(moment)
    age = (at - then).dt.total_hours() // 24
    for name in zones:
        today = at.dt.convert_time_zone(name).dt.date()
        here = (today - then.dt.convert_time_zone(name).dt.date()).dt.total_days()
        age = pl.when(pl.col("time_zone") == name).then(here).otherwise(age)
    return age.clip(upper_bound=LONGEST_DAYS)


def _same(asked: pl.Series, name: str) -> pl.Expr:
    """Whether an event's number or loan is the one asked about; an unknown one always is."""
    if asked.null_count() == len(asked):
        return pl.lit(True)
    want = pl.lit(asked).gather(pl.col("person"))
    return (want.is_null() | pl.col(name).is_null() | (want == pl.col(name))).fill_null(True)


def _one_of(name: str, members: frozenset[Channel] | frozenset[Outcome]) -> pl.Expr:
    """Membership by plain comparisons, which Polars runs faster than `is_in` on short lists."""
    return pl.any_horizontal(pl.col(name) == member.value for member in sorted(members))


def _agreed(people: pl.LazyFrame, consents: pl.LazyFrame) -> pl.LazyFrame:
    """The latest consent of each kind given by `at`, if it was not withdrawn by then."""
    own = people.select("person", "at", "time_zone", "last_talk_at")
    zones = people.select(pl.col("time_zone").unique().drop_nulls()).collect()["time_zone"]
    given = (
        consents.join(own, on="person")
        .filter(pl.col("granted_at") <= pl.col("at"))
        .sort("granted_at", "consent_id")
        .with_columns(_age("granted_at", zones.sort().to_list()).alias("consent_age"))
    )
    latest = given.group_by("person", "kind", maintain_order=True).last()
    holding = latest.filter(~(pl.col("withdrawn_at") <= pl.col("at")).fill_null(False))

    def last(field: str, kind: ConsentKind) -> pl.Expr:
        return pl.col(field).filter(pl.col("kind") == kind.value).last()

    frequent, hours, night = (
        ConsentKind.FREQUENT_CALLS,
        ConsentKind.AGREED_HOURS,
        ConsentKind.NIGHT_CONTACT,
    )
    is_ended = (pl.col("last_talk_at").first() > last("granted_at", frequent)).fill_null(False)
    is_replaced = (last("granted_at", hours) > last("granted_at", night)).fill_null(False)
    return holding.group_by("person", maintain_order=True).agg(
        last("from_minute", hours).alias("agreed_from_minute"),
        last("until_minute", hours).alias("agreed_until_minute"),
        ((pl.col("kind") == night.value).any() & ~is_replaced).alias("has_night_consent"),
        last("daily_cap", ConsentKind.ATTEMPT_CAP).alias("agreed_attempt_cap"),
        last("daily_cap", ConsentKind.CALL_CAP).alias("agreed_call_cap"),
        ((last("consent_age", frequent) < WINDOW_DAYS).fill_null(False) & ~is_ended).alias(
            "has_call_consent"
        ),
    )


def _typed(name: str) -> pl.Expr:
    kind = KINDS[name]
    column = pl.col(name).cast(column_type(kind))
    return column if kind.is_optional else column.fill_null(False if kind.kind == "bool" else 0)
