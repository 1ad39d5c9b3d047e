"""From a card somebody wrote to a card that scores: who may move it on, and what it must show.

Nobody approves what they submitted; a card goes to approval only with figures of a time its
training never saw; one trained on invented data scores no real people; what a card may not look at
is refused by name.
"""

from __future__ import annotations

from forbear.scoring.cards import Scorecard
from forbear.scoring.errors import ScoringRefused
from forbear.scoring.features_catalogue import catalogue
from forbear.scoring.sensitive import require_allowed

# (state, verb) -> the state after it; whatever is not here is refused.
MOVES = {
    ("draft", "submit"): "submitted",
    ("submitted", "approve"): "approved",
    ("submitted", "return"): "returned",
    ("approved", "approve"): "approved",  # a challenger becomes champion
    ("approved", "retire"): "retired",
}
OUT_OF_TIME = "out_of_time"


def next_state(state: str, verb: str) -> str:
    """The state after `verb`. Raises `ScoringRefused` (card-not-in-state).

    >>> next_state("draft", "submit")
    'submitted'
    """
    if (state, verb) not in MOVES:
        allowed = ", ".join(v for s, v in MOVES if s == state) or "nothing"
        raise ScoringRefused(
            "card-not-in-state",
            f"A version that is {state} cannot be moved by {verb!r}; possible: {allowed}.",
        )
    return MOVES[(state, verb)]


def require_submittable(card: Scorecard) -> None:
    """Raises `ScoringRefused` (card-without-out-of-time) when its figures are not of a later time."""
    kind = card.validation.get("kind")
    measures = card.validation.get("measures")
    if kind != OUT_OF_TIME or not isinstance(measures, dict) or "auc" not in measures:
        raise ScoringRefused(
            "card-without-out-of-time",
            f"{card.name} version {card.version} shows no figures of a time after its training "
            f"(validation kind: {kind or 'none'}), so nobody can say whether it still holds. Fit it "
            "on data with a time column and submit that version.",
        )


def require_known_inputs(card: Scorecard) -> None:
    """Raises `ScoringRefused` (card-not-for-book): only what a book tells can be scored at night."""
    known = catalogue()
    unknown = sorted(name for name in card.inputs if name not in known)
    if card.preset != "book" or unknown:
        raise ScoringRefused(
            "card-not-for-book",
            f"{card.name} is of preset {card.preset} and reads {', '.join(unknown) or 'other rows'}: a "
            "book does not tell that, so it could score no loan here. Fit one with --preset book.",
        )


def require_lawful_inputs(card: Scorecard) -> None:
    """Raises `ScoringRefused` (sensitive-column) naming each prohibited input and why.

    An input that somebody allowed while fitting stands in the card with their reason.
    """
    allowed = {
        str(one.get("column")): str(one.get("reason", ""))
        for one in _maps(card.training.get("allowed"))
    }
    require_allowed(card.inputs, allowed=allowed)


def require_real(card: Scorecard, *, is_demonstration: bool) -> None:
    """Raises `ScoringRefused` (card-simulated): what was learnt from invented people scores none."""
    if card.simulated and not is_demonstration:
        raise ScoringRefused(
            "card-simulated",
            f"{card.name} was trained on invented data; it may score the demonstration only. Fit a "
            "card on this lender's own book (`forbear scoring fit --preset book`).",
        )


def _maps(value: object) -> list[dict[str, object]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
