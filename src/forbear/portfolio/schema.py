"""The book's tables and the nightly run's outputs: every column, its type and its meaning.

The book holds ids, dates and amounts only; names, numbers and addresses live on the desk,
encrypted. Amounts are minor units of the loan's currency. Rates are decimals. Dates are
the lender's calendar days; moments are UTC.

`TAPE` is what intake hands over: business keys (`lender`, `borrower_id`, `loan_id`), one
frame a table. `BOOK` is what lies in Parquet, one file a table and partition: rows of a loan
carry `loan_key`, its row number in the partition's `loans` file, instead of long ids, and are
sorted by it, so aging never joins on text.
"""

from collections.abc import Mapping

import polars as pl

Schema = Mapping[str, pl.DataType]

MINOR = pl.Int64()
DAY = pl.Date()
MOMENT = pl.Datetime("us", "UTC")
TEXT = pl.String()
RATE = pl.Decimal(12, 8)

LOAN_COLUMNS: Schema = {
    "lender": TEXT,  # lender's code; two lenders may use the same loan id
    "loan_id": TEXT,  # the tape's own id
    "borrower_id": TEXT,  # the tape's own id
    "product": TEXT,
    "currency": TEXT,  # ISO 4217
    "principal_minor": MINOR,
    "disbursed_on": DAY,
    "method": TEXT,  # loans.terms.RepaymentMethod, or "given": the schedule is the tape's
    "interest_rate_annual": RATE,  # null: the tape does not tell
    "penalty_rate_annual": RATE,  # null: no penalty interest is computed
    "day_count": TEXT,  # primitives.day_counts.DayCount
    "settled_on": DAY,  # null: follows from the payments
    "written_off_on": DAY,
    "recalled_on": DAY,  # taken back by the lender from this installation's desk
}

INSTALMENT_AMOUNTS = ("principal_minor", "interest_minor", "fees_minor", "penalty_minor")

TAPE: Mapping[str, Schema] = {
    "borrowers": {
        "lender": TEXT,
        "borrower_id": TEXT,
        "time_zone": TEXT,  # IANA; null: unknown, so the gate takes the strictest answer
        "language": TEXT,
    },
    "loans": LOAN_COLUMNS,
    "instalments": {
        "lender": TEXT,
        "loan_id": TEXT,
        "seq": pl.Int32(),  # 1-based
        "due_on": DAY,
        **dict.fromkeys(INSTALMENT_AMOUNTS, MINOR),
    },
    "payments": {
        "lender": TEXT,
        "loan_id": TEXT,
        "payment_id": TEXT,
        "effective_on": DAY,  # value date: from the end of this day the amount counts
        "amount_minor": MINOR,  # negative for a reversal or refund
        "kind": TEXT,  # loans.payments.PaymentKind
        "reverses": TEXT,  # payment_id a reversal takes back
    },
    "delinquency_events": {
        "lender": TEXT,
        "loan_id": TEXT,
        "kind": TEXT,  # "pause" or "re_age"
        "starts_on": DAY,
        "ends_on": DAY,  # last paused day, inclusive; null for a re-age
    },
    "contact_attempts": {
        "lender": TEXT,
        "borrower_id": TEXT,
        "attempt_id": TEXT,
        "attempted_at": MOMENT,
        "channel": TEXT,  # contact.channels.Channel
        "number_ref": TEXT,  # which of the borrower's numbers, as an opaque word, never the number
        "outcome": TEXT,  # contact.attempts.Outcome
        "actor": TEXT,  # "in_house" or the agency's code
    },
    "consents": {
        "lender": TEXT,
        "borrower_id": TEXT,
        "consent_id": TEXT,
        "kind": TEXT,  # contact.consents.ConsentKind
        "granted_at": MOMENT,
        "withdrawn_at": MOMENT,
        "from_minute": pl.Int16(),  # agreed hours, minutes of the local day
        "until_minute": pl.Int16(),
        "daily_cap": pl.Int16(),  # agreed number of attempts or calls a day
    },
    "monthly_status": {
        "lender": TEXT,
        "loan_id": TEXT,
        "month": pl.Int32(),  # whole months; only differences matter
        "status": TEXT,  # state of the scheme named in the book's manifest
    },
}

PERSON: Schema = {
    # Personal data of a tape: goes to the desk only, encrypted field by field.
    "lender": TEXT,
    "borrower_id": TEXT,
    "name": TEXT,
    "phone": TEXT,
    "id_number": TEXT,
    "address": TEXT,
}

_BY_KEY = {"loan_key": pl.UInt32()}


def _keyed(table: str) -> Schema:
    columns = {k: v for k, v in TAPE[table].items() if k not in ("lender", "loan_id")}
    return {**_BY_KEY, **columns}


BOOK: Mapping[str, Schema] = {
    "borrowers": TAPE["borrowers"],
    # scheduled_minor: sum of the schedule, so that aging need not read what is not yet due
    "loans": {**_BY_KEY, **LOAN_COLUMNS, "scheduled_minor": MINOR},
    # due_cumulative_minor: sum of the loan's schedule up to and with this row, by (due_on, seq)
    "instalments": {**_keyed("instalments"), "due_cumulative_minor": MINOR},
    "payments": _keyed("payments"),
    "delinquency_events": _keyed("delinquency_events"),
    "contact_attempts": TAPE["contact_attempts"],
    "consents": TAPE["consents"],
    "monthly_status": _keyed("monthly_status"),
}

SORTED_BY: Mapping[str, tuple[str, ...]] = {
    "borrowers": ("lender", "borrower_id"),
    "loans": ("loan_key",),
    "instalments": ("loan_key", "due_on", "seq"),
    "payments": ("loan_key", "effective_on", "payment_id"),
    "delinquency_events": ("loan_key", "starts_on", "kind"),
    "contact_attempts": ("lender", "borrower_id", "attempted_at", "attempt_id"),
    "consents": ("lender", "borrower_id", "consent_id"),
    "monthly_status": ("loan_key", "month"),
}

AGED: Schema = {
    # One row for each loan paid out by as_of and not settled before it.
    "lender": TEXT,
    "loan_id": TEXT,
    "borrower_id": TEXT,
    "product": TEXT,
    "as_of": DAY,
    "days_past_due": pl.Int32(),
    "bucket": TEXT,
    "asset_class": TEXT,
    "status": TEXT,  # active, written_off, recalled
    "oldest_unmet_due_on": DAY,
    "paused_days": pl.Int32(),
    "arrears_minor": MINOR,  # due on or before as_of and unpaid, with accrued penalty interest
    "penalty_accrued_minor": MINOR,  # part of arrears: not yet on the schedule
    "outstanding_minor": MINOR,  # everything still owed: the unpaid schedule and accrued penalty
    "currency": TEXT,
    "disbursed_on": DAY,
}

PLAN: Schema = {
    # One row for each borrower with a loan in arrears or falling due: the day's chosen action.
    "lender": TEXT,
    "borrower_id": TEXT,
    "business_date": DAY,
    "action": TEXT,  # strategy.treatments.Action
    "channel": TEXT,
    "reasons": pl.List(pl.String()),  # codes, strongest first
    "rank": pl.Int32(),  # 1 is first; null for no contact
    "days_past_due": pl.Int32(),  # highest over the borrower's loans
    "bucket": TEXT,
    "arrears_minor": MINOR,
    "outstanding_minor": MINOR,
    "currency": TEXT,
    "loan_ids": pl.List(pl.String()),  # worst first
    "verdict": TEXT,  # allowed, refused, needs_review for the chosen channel
    "permitted_from_minute": pl.Int16(),  # of the borrower's local day
    "permitted_until_minute": pl.Int16(),  # first minute no longer permitted
    "rule_ids": pl.List(pl.String()),  # rules that refuse or ask for review
    "verdict_reasons": pl.List(pl.String()),
    "connected_today": pl.Int16(),
    "unanswered_today": pl.Int16(),
    "last_attempt_at": MOMENT,
    "last_outcome": TEXT,
}
