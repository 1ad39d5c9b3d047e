"""What the desk knows beside the book, as the night's export takes it: one frame a kind."""

from dataclasses import dataclass, field

import polars as pl

SNOOZES = {
    "lender": pl.String(),
    "borrower_id": pl.String(),
    "until": pl.Datetime("us", "UTC"),
}
BEHAVIOUR = {
    "lender": pl.String(),
    "loan_id": pl.String(),
    "kind": pl.String(),  # as scoring.alerts.Cause, but for the night
    "happened_on": pl.Date(),
    "amount_minor": pl.Int64(),  # of a payment
    "event_id": pl.String(),  # of a payment: the id the book will know it by
}
APPEALS = {
    "lender": pl.String(),
    "loan_id": pl.String(),
    "due_on": pl.Date(),
    "received_on": pl.Date(),
    "refused_on": pl.Date(),  # null: under review, or upheld: it does not count
}


@dataclass(frozen=True, slots=True)
class DeskEvents:
    """Snoozes of worklist lines, behaviour reported since the book, appeals against a standing."""

    snoozes: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=SNOOZES))
    behaviour: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=BEHAVIOUR))
    appeals: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=APPEALS))
