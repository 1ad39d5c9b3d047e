"""受托机构: who may be entrusted."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.outsourcing import OutsourcingFacts


@rule("CN-INTLOAN2020-COLLECT")
def no_violent_agency(f: OutsourcingFacts, p: Parameters) -> Verdict:
    """No agency with a record of violent collection."""
    if f.has_violent_record:
        return refused("violent_record")
    return allowed()
