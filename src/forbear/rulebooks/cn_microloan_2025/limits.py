"""单户余额上限: how much one borrower may owe for consumption."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.costs import BalanceFacts


@rule("CN-MICRO2025-CAP")
def consumer_balance(f: BalanceFacts, p: Parameters) -> Verdict:
    """200,000 yuan of consumer loans for one borrower."""
    if f.is_consumer_use and f.balance_minor > p.consumer_balance_minor:
        return refused("balance_above_cap")
    return allowed()
