"""1006.2: who is a debt collector, what is an attempt to communicate and what a communication."""

SPOKEN = frozenset({"answered_conversation", "voicemail_other"})
NO_INFORMATION = frozenset({"generic_marketing", "lcm_only"})


def is_debt_collector(*, principal_purpose_is_collection: bool, collects_for_others: bool) -> bool:
    """Whether the FDCPA covers a person: collection is the main business, or is done for others.

    A buyer of defaulted debts who does neither is not covered. Comment 2(i)-1.

    >>> is_debt_collector(principal_purpose_is_collection=False, collects_for_others=False)
    False
    """
    return principal_purpose_is_collection or collects_for_others


def is_attempt(*, content: str | None) -> bool:
    """Whether an act to start contact about a debt is an attempt to communicate.

    It is, whatever comes of it; advertising about no debt is not about a debt. Comment 2(b)-1.
    """
    return content != "generic_marketing"


def is_communication(*, outcome: str | None, content: str | None) -> bool:
    """Whether a contact conveys information about a debt to anyone.

    A call does when people talk or a voicemail says more than a limited-content message; a
    written message does unless it is advertising that names no debt. Comment 2(d)-2.

    >>> is_communication(outcome="voicemail_lcm", content=None)
    False
    >>> is_communication(outcome=None, content="generic_marketing")
    False
    """
    if content in NO_INFORMATION:
        return False
    return outcome is None or outcome in SPOKEN
