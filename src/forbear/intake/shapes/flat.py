"""The shape `flat`: one row a loan with its terms; the schedule is computed from them.

A flat file cannot tell when money came in before the last payment: everything paid is one
payment on the day of the last. Days past due before that day are overstated, so roll rates and
vintages need the full schema (docs/reference/tapes/forbear-flat.md).
"""

from datetime import date
from decimal import Decimal

import polars as pl

from forbear.intake.fields import ALLOWED, CLAIMS, Field, Kind, fields_of
from forbear.intake.finding_log import ROW_ID, FindingLog
from forbear.intake.shapes.shaped import PERSON_COLUMNS, ShapeContext, Shaped, fitted
from forbear.intake.typed_rows import TypedRows
from forbear.loans.schedules import schedule
from forbear.loans.terms import RepaymentMethod, Terms
from forbear.primitives.day_counts import DayCount
from forbear.primitives.findings import Level
from forbear.primitives.money import Currency, Money

METHODS = tuple(m.value for m in RepaymentMethod if m is not RepaymentMethod.GIVEN)
MAX_INSTALMENTS = 600
_LOANS = fields_of("loans")

FIELDS = {
    "row": {
        "borrower_id": Field(Kind.TEXT, required=True),
        **{name: Field(Kind.TEXT) for name in (*PERSON_COLUMNS, "time_zone", "language")},
        "loan_id": Field(Kind.TEXT, required=True),
        "product": Field(Kind.TEXT),
        "currency": Field(Kind.TEXT, required=True),
        "principal_minor": Field(Kind.AMOUNT, required=True),
        "disbursed_on": Field(Kind.DAY, required=True),
        "method": Field(Kind.TEXT, required=True, allowed=METHODS),
        "interest_rate_annual": Field(Kind.RATE, required=True),
        "penalty_rate_annual": Field(Kind.RATE),
        "day_count": Field(Kind.TEXT, allowed=ALLOWED["loans", "day_count"]),
        "instalment_count": Field(Kind.WHOLE, required=True),
        "first_due_on": Field(Kind.DAY, required=True),
        "last_due_on": Field(Kind.DAY),
        "fees_minor": Field(Kind.AMOUNT),
        "paid_total_minor": Field(Kind.AMOUNT),
        "last_paid_on": Field(Kind.DAY),
        **{name: _LOANS[name] for name in ("settled_on", "written_off_on", "recalled_on")},
        "pause_starts_on": Field(Kind.DAY),
        "pause_ends_on": Field(Kind.DAY),
        "re_aged_on": Field(Kind.DAY),
        **CLAIMS,
    }
}
TERMS = ("principal_minor", "interest_rate_annual", "instalment_count", "method")
BULLET_TERMS = ("disbursed_on", "first_due_on", "day_count")
PARTS = pl.List(
    pl.Struct({"seq": pl.Int32, "principal_minor": pl.Int64, "interest_minor": pl.Int64})
)


def shape(rows: TypedRows, log: FindingLog, context: ShapeContext) -> Shaped:
    """Borrowers, loans, computed instalments, one payment and the events of each row."""
    flat = _with_all_fields(rows["row"], context)
    sound = _sound_terms(flat, log, context)
    instalments = _instalments(sound)
    _check_last_due(sound, instalments, log, context)
    payments = _payments(flat, log, context)
    _check_paid_total(payments, instalments, log, context)
    tables = {
        "borrowers": flat,
        "loans": flat,
        "instalments": instalments,
        "payments": payments,
        "delinquency_events": _events(flat),
    }
    claims = [name for name in CLAIMS if flat[name].null_count() < flat.height]
    return Shaped(
        tables={n: fitted(n, f, context.lender) for n, f in tables.items() if f.height},
        derived=frozenset({"borrowers", "instalments", "payments", "delinquency_events"}),
        claims=flat.select(ROW_ID, "loan_id", *claims) if claims else None,
    )


def _with_all_fields(rows: pl.DataFrame, context: ShapeContext) -> pl.DataFrame:
    """Every field of the shape, null where the file has no column for it."""
    kinds = {Kind.AMOUNT: pl.Int64, Kind.WHOLE: pl.Int64, Kind.DAY: pl.Date, Kind.TEXT: pl.String}
    absent = [
        pl.lit(None, dtype=kinds.get(f.kind, pl.Decimal(12, 8))).alias(name)
        for name, f in FIELDS["row"].items()
        if name not in rows.columns
    ]
    return rows.with_columns(absent).with_columns(
        pl.col("day_count").fill_null(DayCount.ACTUAL_360.value),
        pl.col("currency").fill_null(pl.lit(context.currency, dtype=pl.String)),
        pl.col("fees_minor").fill_null(0),
    )


def _sound_terms(flat: pl.DataFrame, log: FindingLog, context: ShapeContext) -> pl.DataFrame:
    """Rows a schedule can follow from; the others get `terms_impossible`."""
    whole = flat.drop_nulls([*TERMS, "disbursed_on", "first_due_on"])
    count = pl.col("instalment_count")
    for fault, column in (
        ((count < 1) | (count > MAX_INSTALMENTS), "instalment_count"),
        (pl.col("first_due_on") <= pl.col("disbursed_on"), "first_due_on"),
        ((pl.col("method") == RepaymentMethod.BULLET.value) & (count != 1), "instalment_count"),
    ):
        heading = context.heading(column)
        log.rows(whole.filter(fault)[ROW_ID], "terms_impossible", heading, value_class="number")
        whole = whole.filter(~fault)
    return whole.filter((pl.col("principal_minor") > 0) & pl.col("method").is_in(METHODS))


def _instalments(sound: pl.DataFrame) -> pl.DataFrame:
    """Each different set of terms is computed once, by `loans.schedules`, then joined back."""
    is_bullet = pl.col("method") == RepaymentMethod.BULLET.value
    keyed = sound.with_columns(
        pl.when(is_bullet).then(pl.col(name)).alias(f"key_{name}") for name in BULLET_TERMS
    )
    keys = [*TERMS, *(f"key_{name}" for name in BULLET_TERMS)]
    different = keyed.select(keys).unique(maintain_order=True)
    parts = [_parts(*row) for row in different.iter_rows()]
    by_terms = different.with_row_index("terms_no").select("terms_no")
    schedules = by_terms.with_columns(pl.Series("parts", parts, dtype=PARTS))
    schedules = schedules.explode("parts").unnest("parts")
    numbered = different.with_row_index("terms_no")
    rows = keyed.join(numbered, on=keys, how="left", nulls_equal=True, maintain_order="left")
    dated = rows.select("terms_no", "first_due_on").unique(maintain_order=True)
    dated = dated.with_row_index("dated_no")
    whole = dated.join(schedules, on="terms_no", maintain_order="left_right").with_columns(
        _due_on().alias("due_on")
    )
    whole = whole.select("dated_no", "seq", "due_on", "principal_minor", "interest_minor")
    rows = rows.join(dated, on=["terms_no", "first_due_on"], maintain_order="left")
    rows = rows.select(ROW_ID, "loan_id", "fees_minor", "dated_no")
    joined = rows.join(whole, on="dated_no", maintain_order="left_right")
    return joined.with_columns(pl.lit(0, dtype=pl.Int64).alias("penalty_minor"))


def _parts(
    principal_minor: int,
    interest_rate_annual: Decimal,
    instalment_count: int,
    method: str,
    disbursed_on: date | None,
    first_due_on: date | None,
    day_count: str | None,
) -> list[dict[str, int]]:
    terms = Terms(
        principal=Money(principal_minor, Currency.CNY),  # the currency has no part in it
        interest_rate_annual=interest_rate_annual,
        instalment_count=instalment_count,
        disbursed_on=disbursed_on or date(2000, 1, 1),
        first_due_on=first_due_on or date(2000, 2, 1),
        method=RepaymentMethod(method),
        day_count=DayCount(day_count or DayCount.ACTUAL_360.value),
    )
    return [
        {"seq": i.seq, "principal_minor": i.principal_minor, "interest_minor": i.interest_minor}
        for i in schedule(terms)
    ]


def _due_on() -> pl.Expr:
    """Twin of `loans.schedules.due_date`: the same day a month on, or the month's last."""
    first = pl.col("first_due_on")
    months = first.dt.year().cast(pl.Int64) * 12 + first.dt.month() - 1 + pl.col("seq") - 1
    start = pl.date(months // 12, months % 12 + 1, 1)
    day = pl.min_horizontal(first.dt.day(), start.dt.month_end().dt.day())
    return start + pl.duration(days=day.cast(pl.Int64) - 1)


def _check_last_due(
    sound: pl.DataFrame, instalments: pl.DataFrame, log: FindingLog, context: ShapeContext
) -> None:
    last = instalments.group_by(ROW_ID).agg(pl.col("due_on").max())
    judged = sound.select(ROW_ID, "last_due_on").join(last, on=ROW_ID)
    differs = judged.filter(pl.col("last_due_on") != pl.col("due_on"))[ROW_ID]
    heading = context.heading("last_due_on")
    log.rows(differs, "terms_impossible", heading, value_class="date")


def _payments(flat: pl.DataFrame, log: FindingLog, context: ShapeContext) -> pl.DataFrame:
    paid = flat.filter(pl.col("paid_total_minor") != 0)
    undated = paid.filter(pl.col("last_paid_on").is_null())[ROW_ID]
    log.rows(undated, "missing_value", context.heading("last_paid_on"), value_class="empty")
    return paid.select(
        ROW_ID,
        "loan_id",
        pl.format("{}-paid", "loan_id").alias("payment_id"),
        pl.col("last_paid_on").alias("effective_on"),
        pl.col("paid_total_minor").alias("amount_minor"),
        pl.lit("payment").alias("kind"),
    )


def _check_paid_total(
    payments: pl.DataFrame, instalments: pl.DataFrame, log: FindingLog, context: ShapeContext
) -> None:
    amounts = pl.sum_horizontal("principal_minor", "interest_minor", "fees_minor")
    totals = instalments.group_by(ROW_ID).agg(amounts.sum().alias("scheduled"))
    judged = payments.join(totals, on=ROW_ID)
    more = judged.filter(pl.col("amount_minor") > pl.col("scheduled"))[ROW_ID]
    heading = context.heading("paid_total_minor")
    level = Level.WARNING
    log.rows(more, "paid_total_differs", heading, level=level, value_class="number")


def _events(flat: pl.DataFrame) -> pl.DataFrame:
    columns = (ROW_ID, "loan_id")
    pauses = flat.drop_nulls("pause_starts_on").select(
        *columns,
        pl.lit("pause").alias("kind"),
        pl.col("pause_starts_on").alias("starts_on"),
        pl.col("pause_ends_on").alias("ends_on"),
    )
    re_ages = flat.drop_nulls("re_aged_on").select(
        *columns,
        pl.lit("re_age").alias("kind"),
        pl.col("re_aged_on").alias("starts_on"),
        pl.lit(None, dtype=pl.Date).alias("ends_on"),
    )
    return pl.concat([pauses, re_ages])
