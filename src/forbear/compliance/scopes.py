"""Scopes: whom a rule binds and for which product; who stands before the rules today."""

from dataclasses import dataclass
from datetime import date

AGENCY = "outsourced_agency"
# Closed lists: a word outside them would quietly take a rule away from everybody it binds.
KNOWN_BOUND = frozenset(
    {
        "bank",
        "consumer_finance",
        "microloan",
        "auto_finance",
        "trust",
        "assignee",
        "p2p_platform",
        "private_lender",
        "credit_bureau",
        "loan_facilitation_platform",
        "other",
        AGENCY,
    }
)
KNOWN_PRODUCTS = frozenset(
    {"online_consumer_loan", "credit_card", "personal_consumer_loan", "private_loan"}
)
KNOWN_BODIES = frozenset({"cba", "nifa"})
# Bodies whose members these kinds of lender are unless the lender's settings say otherwise.
USUAL_MEMBERSHIPS = {
    "cba": frozenset({"bank", "consumer_finance"}),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Who acts, for whom, about what: `product` None is unknown, so every product's rules apply.

    `jurisdiction` is the country, or a part of it with its own law as well ("US-MA": the rules of
    the United States and of Massachusetts). `memberships` are the bodies whose self-regulation the lender accepted ("cba", "nifa").
    """

    jurisdiction: str
    lender_kind: str
    actor: str = "in_house"
    product: str | None = None
    memberships: frozenset[str] = frozenset()


def usual_memberships(lender_kind: str) -> frozenset[str]:
    """Memberships taken for granted when a lender's settings are silent (the stricter reading).

    >>> sorted(usual_memberships("bank"))
    ['cba']
    """
    return frozenset(body for body, kinds in USUAL_MEMBERSHIPS.items() if lender_kind in kinds)


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a rule reaches: whom it binds, which products, which members, which days.

    `until_on` is the first day on which it no longer holds.
    """

    jurisdiction: str
    binds: frozenset[str]
    products: frozenset[str]
    membership: str | None
    from_on: date
    until_on: date | None

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on `day`."""
        return self.from_on <= day and (self.until_on is None or day < self.until_on)

    def is_of(self, jurisdiction: str) -> bool:
        """Whether it is law there: of the place itself, or of the country it is a part of."""
        return jurisdiction == self.jurisdiction or jurisdiction.startswith(self.jurisdiction + "-")

    def covers(self, scope: Scope) -> bool:
        """Whether it binds this lender or its agency, for this product."""
        binds = scope.lender_kind in self.binds or (scope.actor == AGENCY and AGENCY in self.binds)
        of_product = not self.products or scope.product is None or scope.product in self.products
        is_member = self.membership is None or self.membership in scope.memberships
        return self.is_of(scope.jurisdiction) and binds and of_product and is_member
