"""第四十一条: the borrower is told before an agency collects."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.outsourcing import OutsourcingFacts


@rule("CN-CP2023-41.notice")
def told_before(f: OutsourcingFacts, p: Parameters) -> Verdict:
    """The borrower is told in a fitting way before collection is handed on."""
    if not f.is_borrower_told:
        return refused("borrower_not_told")
    return allowed()
