"""Article 10(2): the borrower is told of a transfer before the first collection."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.eu_forbearance import EuEnforcementFacts


@rule("EU-NPL-10")
def transfer_notice(f: EuEnforcementFacts, p: Parameters) -> Verdict:
    """No first collection after a transfer without the notice of it."""
    if f.is_transferred and f.is_first_collection and not f.has_transfer_notice:
        return refused("no_transfer_notice")
    return allowed()
