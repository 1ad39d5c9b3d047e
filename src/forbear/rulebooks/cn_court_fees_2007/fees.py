"""第13条至第16条: the fee claimed is the fee of the tariff for its procedure."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.litigation import CourtFeeFacts

OTHER_APPLICATIONS = frozenset({"payment_order", "enforcement", "preservation"})
ENDED_EARLY = frozenset({"mediated", "withdrawn"})


@rule("CN-FEE-13")
def case_fee(f: CourtFeeFacts, p: Parameters) -> Verdict:
    """The fee of a property case by its tiers."""
    if f.procedure == "ordinary" and f.fee_minor != f.tariff_minor:
        return refused("not_the_case_fee")
    return allowed()


@rule("CN-FEE-14")
def application_fee(f: CourtFeeFacts, p: Parameters) -> Verdict:
    """The fee of enforcement, preservation or a payment order."""
    if f.procedure in OTHER_APPLICATIONS and f.fee_minor != f.tariff_minor:
        return refused("not_the_application_fee")
    return allowed()


@rule("CN-FEE-15")
def half_after_settlement(f: CourtFeeFacts, p: Parameters) -> Verdict:
    """Half after mediation or withdrawal."""
    if f.procedure in ENDED_EARLY and f.fee_minor != f.tariff_minor:
        return refused("not_half_the_fee")
    return allowed()


@rule("CN-FEE-16")
def half_in_summary(f: CourtFeeFacts, p: Parameters) -> Verdict:
    """Half in summary procedure."""
    if f.procedure == "summary" and f.fee_minor != f.tariff_minor:
        return refused("not_half_the_summary_fee")
    return allowed()
