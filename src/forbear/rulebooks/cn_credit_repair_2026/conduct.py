"""信用修复不收费: nobody is charged for it."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.conduct import ConductFacts


@rule("CN-REPAIR2026-NOFEE")
def repair_is_free(f: ConductFacts, p: Parameters) -> Verdict:
    """No fee and no personal details in the name of credit repair."""
    if f.charges_for_credit_repair:
        return refused("charged_for_repair")
    return allowed()
