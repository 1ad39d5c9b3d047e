"""Which events begin the limitation anew: articles 8, 11, 14 and 17 as lists."""

DEMANDS = frozenset(
    {"demand_document", "demand_message", "sms_arrived", "account_debit", "public_notice"}
)
EQUAL_TO_LAWSUIT = frozenset(
    {
        "lawsuit",
        "arbitration",
        "payment_order",
        "bankruptcy_claim",
        "pre_suit_preservation",
        "enforcement",
    }
)
DEBTOR_AGREES = frozenset(
    {"instalment_promise", "part_payment", "security_given", "asks_for_delay", "repayment_plan"}
)
ASSIGNMENT = frozenset({"assignment_notice_arrived"})


def begins_anew(event: str) -> bool:
    """Whether an event that reached the other side begins the limitation anew.

    Demands (第8条), acts equal to a lawsuit (第11条), the debtor's promise (第14条), notice of
    assignment (第17条).

    >>> begins_anew("part_payment"), begins_anew("internal_note")
    (True, False)
    """
    return event in DEMANDS | EQUAL_TO_LAWSUIT | DEBTOR_AGREES | ASSIGNMENT
