"""明示综合融资成本: the table and its limit."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.costs import CostFacts


@rule("CN-COSTDISC2026")
def disclosed_costs(f: CostFacts, p: Parameters) -> Verdict:
    """The table is shown; nothing beyond it is charged."""
    if not f.is_cost_table_given:
        return refused("no_cost_table")
    if f.undisclosed_minor > 0:
        return refused("charged_beyond_table")
    return allowed()
