"""一次性信用修复: which repaid records are no longer shown, and from when."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.credit_reporting import AdverseDisplayFacts


@rule("CN-REPAIR2026")
def hidden_record(f: AdverseDisplayFacts, p: Parameters) -> Verdict:
    """Overdue 2020 to 2025, 10,000 yuan at most, repaid by 2026-03-31: hidden."""
    if f.repaid_day is None:
        return allowed()
    if f.arose_day < p.overdue_arose_from or f.arose_day > p.overdue_arose_until:
        return allowed(exception="outside_repair")
    if f.single_amount_minor > p.single_amount_cap_minor or f.repaid_day > p.repaid_by:
        return allowed(exception="outside_repair")
    if f.repaid_day <= p.hidden_at_once_if_repaid_by:
        return refused("hidden_since_january")
    if f.months_since_repaid > p.months_shown_after_repayment:
        return refused("hidden_after_next_month")
    return allowed()
