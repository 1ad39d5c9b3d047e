"""督促程序: the payment order."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.litigation import PaymentOrderFacts


@rule("CN-CIVPRO-225")
def payment_order(f: PaymentOrderFacts, p: Parameters) -> Verdict:
    """No other debt dispute, and the order can be served."""
    if f.has_other_dispute:
        return refused("other_dispute")
    if not f.is_serviceable:
        return refused("cannot_be_served")
    return allowed()
