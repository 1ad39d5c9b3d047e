"""What scoring refuses, each with a stable code (docs/reference/errors.md lists them)."""

from forbear.primitives.errors import RequestRefused


class ScoringRefused(RequestRefused):
    """A score, a card or a standing that cannot be made; `code` names why.

    The message says what happened, why it matters and what to do.
    """

    code = "scoring-refused"

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class CardFaulty(ScoringRefused):
    """A text that is no score card: names the place in it."""

    code = "card-faulty"

    def __init__(self, place: str, fault: str) -> None:
        super().__init__("card-faulty", f"Score card, {place}: {fault}")
