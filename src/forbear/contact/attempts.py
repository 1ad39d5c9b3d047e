"""Attempts: one try on one channel, whatever came of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from forbear.contact.channels import Channel
from forbear.primitives.time_zones import MomentNaive


class Outcome(StrEnum):
    """What came of an attempt."""

    CONNECTED = "connected"  # somebody answered; counts as effective until the standard says more
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    UNREACHABLE = "unreachable"  # off or out of service
    VOICEMAIL = "voicemail"  # nothing was left
    WRONG_NUMBER = "wrong_number"
    DELIVERED = "delivered"  # messages
    UNDELIVERED = "undelivered"


# No ring reached the number, so no call was placed in the sense of a seven-day count
# (12 CFR 1006.14(b)(3)(ii): "unable to connect to the dialed number").
NOT_PLACED = frozenset({Outcome.BUSY, Outcome.UNREACHABLE, Outcome.WRONG_NUMBER})
UNANSWERED = frozenset(
    {Outcome.NO_ANSWER, Outcome.BUSY, Outcome.UNREACHABLE, Outcome.VOICEMAIL, Outcome.WRONG_NUMBER}
)


@dataclass(frozen=True, slots=True)
class ContactAttempt:
    """One try by the lender or an agency; inbound contact is not an attempt.

    `number_ref` is an opaque word for one of the borrower's numbers, never the number; `loan_ref`
    the loan it was about, None when it named none (it then counts for every loan). Raises
    `MomentNaive` when the moment has no zone.
    """

    attempt_id: str
    attempted_at: datetime
    channel: Channel
    outcome: Outcome
    number_ref: str | None = None
    actor: str = "in_house"
    loan_ref: str | None = None

    def __post_init__(self) -> None:
        if self.attempted_at.tzinfo is None:
            raise MomentNaive(f"Attempt {self.attempt_id}: the moment needs its zone.")
