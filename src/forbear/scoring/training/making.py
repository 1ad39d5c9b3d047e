"""One card from a recipe, a preset's sample and a seed: what `forbear scoring fit` calls."""

from __future__ import annotations

from dataclasses import asdict, replace

from forbear.scoring.cards import Scorecard
from forbear.scoring.errors import ScoringRefused
from forbear.scoring.sensitive import refused_columns
from forbear.scoring.training.amounts import fit_amount_card
from forbear.scoring.training.fitting import Order, fit_card
from forbear.scoring.training.holdouts import only_uncontacted
from forbear.scoring.training.recipes import recipe as recipe_of
from forbear.scoring.training.samples import Taken
from forbear.scoring.training.tables import TableOptions
from forbear.scoring.training.validating import Advance, quiet


def make_card(
    recipe: str,
    preset: str,
    taken: Taken,
    *,
    seed: int,
    version: int = 1,
    table: TableOptions | None = None,
    challengers: bool = True,
    advance: Advance = quiet,
) -> Scorecard:
    """The card. Raises `ScoringRefused` where the recipe cannot be trained from such data."""
    kind = recipe_of(recipe, preset)
    order = Order(
        name=f"{preset}-{recipe}".replace("_", "-"),
        recipe=recipe,
        preset=preset,
        target=taken.target,
        seed=seed,
        version=version,
        data_digest=taken.digest,
        challengers=challengers,
    )
    sample = taken.sample
    if recipe == "self_cure":
        sample = only_uncontacted(sample, seed=seed)
    if kind.unit == "minor" and sample.amounts is None:
        raise ScoringRefused(
            "amount-missing",
            f"Recipe {recipe} trains an amount: name its column of minor units with --amount.",
        )
    is_amount = sample.amounts is not None
    if is_amount and recipe not in ("ability_to_pay", "recovery"):
        raise ScoringRefused(
            "options-unclear", f"Recipe {recipe} trains a probability: leave out --amount."
        )
    card = (
        fit_amount_card(sample, order, advance=advance)
        if is_amount
        else fit_card(sample, order, advance=advance)
    )
    return card if table is None else replace(card, training=_with_options(card, table))


def _with_options(card: Scorecard, table: TableOptions) -> dict[str, object]:
    """What was asked for, so that `report` can read the same table, and why sensitive ones are in."""
    options = {key: value for key, value in asdict(table).items() if value}
    told = {
        key: list(value) if isinstance(value, tuple) else value for key, value in options.items()
    }
    allowed = [
        {"column": name, "attribute": one.id, "reason": table.allow[name]}
        for name, one in refused_columns(card.inputs).items()
        if name in table.allow
    ]
    return {**card.training, "options": told, "allowed": allowed}
