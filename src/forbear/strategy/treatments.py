"""Actions: what can be done for a borrower today, doing nothing included."""

from enum import StrEnum


class Action(StrEnum):
    """One step of a treatment."""

    WATCH = "watch"  # 不联系·观察
    REMIND = "remind"  # a short message
    CALL = "call"  # a person calls, to listen first
    OFFER_ARRANGEMENT = "offer_arrangement"  # a person calls with an offer in hand
    REVIEW = "review"  # a person looks at the case, no contact


BY_A_PERSON = frozenset({Action.CALL, Action.OFFER_ARRANGEMENT, Action.REVIEW})
