"""Scoring a partition of the book with a card: features as of the day, points, probability.

What the desk was told since the book was written (payments, failed debits, missed promises) is
laid beside the book's tables, so that the night and a re-score at once say the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from forbear.portfolio.book import Book
from forbear.scoring import points_columns
from forbear.scoring.alerts import suggestion_facts
from forbear.scoring.card_texts import card_digest
from forbear.scoring.cards import Scorecard
from forbear.scoring.features_columns import IDS, behaviour_features
from forbear.scoring.features_tables import BehaviourTables
from forbear.scoring.histories import PromiseTurn
from forbear.scoring.stability import characteristic_drift

# A loan at this many days past due has reached what is warned of.
OUTCOME_DAYS = 30


@dataclass(frozen=True, slots=True)
class ScoringTerms:
    """The cards to score with, the champion first (none: nothing is scored), and the calendar.

    `offered_after_days`: after so many days past a due date the lender offers relief to everybody,
    from which lateness counts for the standing; None: only offers on record count.
    """

    cards: tuple[Scorecard, ...] = ()
    time_zone: str = "Asia/Shanghai"
    offered_after_days: int | None = None

    def told(self) -> list[object]:
        """In a form that has a digest: another card, another result."""
        return [[card_digest(card) for card in self.cards], self.time_zone, self.offered_after_days]


def behaviour_tables(
    book: Book, partition: int, behaviour: pl.LazyFrame, *, time_zone: str
) -> BehaviourTables:
    """A partition's tables with the desk's events; a payment the book holds by now counts once."""
    loans = book.scan("loans", partition)
    payments = book.scan("payments", partition)
    paid = (
        behaviour.filter(pl.col("kind") == "payment")
        .join(loans.select("lender", "loan_id", "loan_key"), on=["lender", "loan_id"])
        .rename({"event_id": "payment_id", "happened_on": "effective_on", "kind": "told"})
        .join(payments, on=["loan_key", "payment_id"], how="anti")
        .with_columns(pl.lit("payment").alias("kind"), pl.lit(None, pl.String).alias("reverses"))
    )
    columns = payments.collect_schema().names()
    kinds = set(behaviour.select(pl.col("kind").unique()).collect()["kind"])
    failed = behaviour.filter(pl.col("kind") == "failed_debit")
    turns = {"promise_kept": PromiseTurn.KEPT.value, "promise_missed": PromiseTurn.BROKEN.value}
    turned = behaviour.filter(pl.col("kind").is_in(list(turns)))
    return BehaviourTables(
        loans=loans,
        instalments=book.scan("instalments", partition),
        payments=pl.concat([payments, paid.select(columns)], how="vertical_relaxed"),
        delinquency_events=book.scan("delinquency_events", partition),
        contact_attempts=book.scan("contact_attempts", partition),
        failed_debits=failed.select("lender", "loan_id", pl.col("happened_on").alias("failed_on"))
        if "failed_debit" in kinds
        else None,
        promises=turned.select(
            "lender",
            "loan_id",
            pl.col("kind").replace_strict(turns).alias("turn"),
            pl.col("happened_on").alias("on"),
        )
        if kinds & set(turns)
        else None,
        time_zone=time_zone,
    )


def score_rows(
    tables: BehaviourTables, card: Scorecard, *, lender: str, as_of: date
) -> pl.DataFrame:
    """Loans of a lender not yet at the outcome: ids, the card's inputs, `points`, `ppm`.

    Beside the inputs stand the facts that choose which help is suggested.

    Raises `ScoringRefused` when the card reads a feature there is not.
    """
    features = behaviour_features(tables, as_of=as_of).filter(
        (pl.col("lender") == lender) & (pl.col("days_past_due") < OUTCOME_DAYS)
    )
    kept = list(dict.fromkeys([*IDS, "as_of", *card.inputs, *suggestion_facts()]))
    scored = features.select(kept).with_columns(points_columns.points(card))
    if card.calibration is not None:
        ppm = points_columns.probability_ppm(card.calibration, pl.col("points"))
        scored = scored.with_columns(ppm)
    return scored.collect()


def card_drift(card: Scorecard, rows: pl.DataFrame) -> list[dict[str, object]]:
    """How far each characteristic of scored rows went from training, as a report keeps it."""
    return [
        {"name": one.name, "psi": str(one.psi), "level": one.level}
        for one in characteristic_drift(card, points_columns.place_counts(card, rows))
    ]
