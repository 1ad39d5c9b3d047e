"""What `forbear scoring` is given: a data set of a preset, a table, or a book and its days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl

from forbear.portfolio.book import Book
from forbear.portfolio.desk_events import BEHAVIOUR
from forbear.portfolio.scores import behaviour_tables
from forbear.scoring.cards import Scorecard
from forbear.scoring.errors import ScoringRefused
from forbear.scoring.features_tables import BehaviourTables
from forbear.scoring.training.books import book_sample, past_month_ends
from forbear.scoring.training.presets import sample_to_score, sample_to_train
from forbear.scoring.training.recipes import recipe as recipe_of
from forbear.scoring.training.samples import Sample, Taken
from forbear.scoring.training.tables import TableOptions, options_of
from forbear_server.cli.books import known_book
from forbear_server.cli.days import day_of

BEIJING = "Asia/Shanghai"


def data_to_train(
    recipe: str,
    preset: str,
    data: Path,
    *,
    table: TableOptions | None,
    days: Sequence[str],
    simulated: bool,
    inputs: Sequence[str] = (),
) -> Taken:
    """The sample a card is trained on."""
    recipe_of(recipe, preset)
    if preset != "book":
        _require_no_days(preset, days)
        return sample_to_train(preset, data, table)
    taken = _book(data, recipe, days, with_outcomes=True, simulated=simulated)
    return replace(taken, sample=_only(taken.sample, inputs)) if inputs else taken


def _only(sample: Sample, inputs: Sequence[str]) -> Sample:
    """The sample with these features alone."""
    known = {feature.name for feature in sample.features}
    unknown = sorted(set(inputs) - known)
    if unknown:
        raise ScoringRefused(
            "column-missing",
            f"The book tells no feature {', '.join(unknown)} on these days: choose of "
            "docs/reference/features.md.",
        )
    return replace(sample, features=tuple(one for one in sample.features if one.name in inputs))


def data_to_measure(card: Scorecard, data: Path, days: Sequence[str]) -> Taken:
    """Rows with outcomes, laid out as the card's preset."""
    table = options_of(card) if card.preset == "table" else None
    return data_to_train(
        card.recipe, card.preset, data, table=table, days=days, simulated=card.simulated
    )


def data_to_score(card: Scorecard, data: Path, days: Sequence[str]) -> Sample:
    """Rows to be scored."""
    if card.preset != "book":
        _require_no_days(card.preset, days)
        return sample_to_score(card, data)
    if not days:
        raise ScoringRefused(
            "options-missing", "A book is scored as of a day: give --as-of 2026-11-20."
        )
    return _book(data, card.recipe, days, with_outcomes=False, simulated=card.simulated).sample


def _book(
    folder: Path, recipe: str, days: Sequence[str], *, with_outcomes: bool, simulated: bool
) -> Taken:
    book = known_book(folder, None)
    parts = _parts(book)
    known_until = _known_until(parts)
    looked_at = tuple(day_of(one) for one in days)
    sample = book_sample(
        parts,
        looked_at or past_month_ends(known_until, recipe=recipe),
        recipe=recipe,
        known_until=known_until,
        with_outcomes=with_outcomes,
        simulated=simulated,
    )
    return Taken(sample, book.digest(), f"the outcome of {recipe}")


def _parts(book: Book) -> list[BehaviourTables]:
    nothing_new = pl.LazyFrame(schema=BEHAVIOUR)
    return [
        behaviour_tables(book, number, nothing_new, time_zone=BEIJING)
        for number in range(book.manifest.partitions)
    ]


def _known_until(parts: Sequence[BehaviourTables]) -> date:
    """The last day of a payment: later days are not told yet."""
    found = [one.payments.select(pl.col("effective_on").max()).collect().item() for one in parts]
    latest: date | None = max((day for day in found if day is not None), default=None)
    if latest is None:
        raise ScoringRefused(
            "no-rows", "The book has no payment: there is nothing that followed any day."
        )
    return latest


def _require_no_days(preset: str, days: Sequence[str]) -> None:
    if days:
        raise ScoringRefused(
            "options-unclear", f"Preset {preset} has its own days: leave out --as-of."
        )
