"""What the desk knows beside the book, as the night's export takes it: one frame a kind."""

from dataclasses import dataclass, field

import polars as pl

from forbear.portfolio.schema import BOOK, Schema

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
PREFERENCES = {
    "lender": pl.String(),
    "borrower_id": pl.String(),
    "preference_id": pl.String(),
    "kind": pl.String(),  # contact.preferences.PreferenceKind, those that restrict
    "channel": pl.String(),  # null: every channel
    "from_minute": pl.Int16(),
    "until_minute": pl.Int16(),
    "granted_at": pl.Datetime("us", "UTC"),
    "until": pl.Datetime("us", "UTC"),
    "withdrawn_at": pl.Datetime("us", "UTC"),
}
HOLDS = {
    "lender": pl.String(),
    "borrower_id": pl.String(),
    "hold_id": pl.String(),
    "loan_ref": pl.String(),  # null: the person and all their loans
    "kind": pl.String(),  # contact.preferences.HoldKind
    "placed_at": pl.Datetime("us", "UTC"),
    "until": pl.Datetime("us", "UTC"),
    "lifted_at": pl.Datetime("us", "UTC"),
}
# Contacts that only the desk knows, as the book tells them of the tape, and of which loan.
ATTEMPTS = {**BOOK["contact_attempts"], "loan_ref": pl.String()}
# What a borrower allowed on the desk, as the book tells it of the tape.
CONSENTS = dict(BOOK["consents"])


@dataclass(frozen=True, slots=True)
class DeskEvents:
    """What came to the desk since the book: behaviour, appeals, contacts, and borrowers' wishes."""

    snoozes: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=SNOOZES))
    behaviour: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=BEHAVIOUR))
    appeals: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=APPEALS))
    preferences: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PREFERENCES))
    holds: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=HOLDS))
    consents: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=CONSENTS))
    attempts: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=ATTEMPTS))


def desk_tables(events: DeskEvents, /) -> dict[str, tuple[pl.DataFrame, Schema]]:
    """Each frame with its schema, by the name of its file in the run."""
    return {
        "snoozes": (events.snoozes, SNOOZES),
        "behaviour": (events.behaviour, BEHAVIOUR),
        "appeals": (events.appeals, APPEALS),
        "preferences": (events.preferences, PREFERENCES),
        "holds": (events.holds, HOLDS),
        "consents": (events.consents, CONSENTS),
        "attempts": (events.attempts, ATTEMPTS),
    }
