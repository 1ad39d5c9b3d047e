"""合同编: principal, interest and the order in which a payment is used."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.costs import AllocationFacts, CostFacts, PrincipalFacts


@rule("CN-CC-561")
def order_of_allocation(f: AllocationFacts, p: Parameters) -> Verdict:
    """Costs of enforcement, then interest, then the main debt, unless agreed otherwise."""
    if f.is_order_agreed:
        return allowed(exception="order_agreed")
    if f.to_principal_minor > 0 and f.interest_left_minor + f.costs_left_minor > 0:
        return refused("principal_before_interest")
    if f.to_interest_minor > 0 and f.costs_left_minor > 0:
        return refused("interest_before_costs")
    return allowed()


@rule("CN-CC-670")
def real_principal(f: PrincipalFacts, p: Parameters) -> Verdict:
    """Interest taken in advance is not principal."""
    if f.principal_claimed_minor > f.paid_out_minor:
        return refused("more_than_paid_out")
    return allowed()


@rule("CN-CC-680")
def no_interest_unless_agreed(f: CostFacts, p: Parameters) -> Verdict:
    """A loan without agreed interest bears none."""
    if not f.is_interest_agreed and f.annual_rate_bp > 0:
        return refused("interest_not_agreed")
    return allowed()
