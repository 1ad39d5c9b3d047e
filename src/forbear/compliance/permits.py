"""Permits: the gate's yes to one contact, good once, inside its window, for one address.

A gateway's only argument is a `Permit`. What the gate answers without a yes is a refusal or a
wish for review, recorded the same way.
"""

from dataclasses import dataclass
from datetime import datetime

from forbear.primitives.errors import RequestRefused


class PermitNotUsable(RequestRefused):
    """A permit was used before, or its window is over or not yet open: nothing was sent."""

    code = "permit_not_usable"


@dataclass(frozen=True, slots=True)
class Permit:
    """One permitted contact.

    `address_ref` is an opaque word for the number or address, never the address itself;
    `content_digest` the SHA-256 of the approved text (empty for a conversation);
    `facts_digest` the SHA-256 of the facts judged; `rulebooks` the version of the books.
    """

    permit_id: str
    borrower_ref: str
    loan_ref: str | None
    channel: str
    address_ref: str | None
    content_digest: str
    opens_at: datetime
    closes_at: datetime
    rulebooks: str
    facts_digest: str

    def check_usable(self, *, now: datetime, state: str) -> None:
        """Raises `PermitNotUsable` unless it is unused and `now` lies in [opens_at, closes_at)."""
        if state != "issued":
            raise PermitNotUsable(
                f"Permit {self.permit_id} was {state} before. Ask the gate for a new one."
            )
        if not self.opens_at <= now < self.closes_at:
            raise PermitNotUsable(
                f"Permit {self.permit_id} is good from {self.opens_at.isoformat()} until "
                f"{self.closes_at.isoformat()}, not at {now.isoformat()}. Ask the gate again."
            )
