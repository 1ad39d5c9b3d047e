"""人格权编与合同编: privacy, peace of private life, and notice of an assignment."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.conduct import ConductFacts


@rule("CN-CC-546")
def assignment_notified(f: ConductFacts, p: Parameters) -> Verdict:
    """An assignment has no effect on the debtor before notice."""
    if f.is_assignment_unannounced and f.is_payment_demanded:
        return refused("assignment_not_notified")
    return allowed()


@rule("CN-CC-1032")
def privacy(f: ConductFacts, p: Parameters) -> Verdict:
    """Private matters are not spied out, disclosed or published."""
    if f.way == "public_post":
        return refused("posted_in_public")
    if f.spreads_privacy:
        return refused("spreads_privacy")
    return allowed()


@rule("CN-CC-1033")
def peace(f: ConductFacts, p: Parameters) -> Verdict:
    """Private peace is not disturbed, a home not entered, without law or express consent."""
    if f.enters_private_place and not f.has_entry_consent:
        return refused("entered_without_consent")
    if f.harasses:
        return refused("disturbs_peace")
    return allowed()
