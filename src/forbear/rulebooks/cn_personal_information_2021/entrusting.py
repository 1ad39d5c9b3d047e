"""第21条: entrusting another with personal data."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.outsourcing import OutsourcingFacts


@rule("CN-PIPL-21")
def entrusting(f: OutsourcingFacts, p: Parameters) -> Verdict:
    """A contract, no passing on without consent, return or deletion at the end."""
    if not f.has_written_contract:
        return refused("no_contract")
    if f.is_passed_on and not f.has_controller_consent:
        return refused("passed_on_without_consent")
    if f.keeps_data_after_end:
        return refused("data_kept_after_end")
    return allowed()
