"""第三方催收机构与人员: reviews of agencies and training of collectors."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.outsourcing import OutsourcingFacts


@rule("CN-GBT45251-AGENCY-EVAL")
def agency_reviewed(f: OutsourcingFacts, p: Parameters) -> Verdict:
    """A review every year, and one before the mandate ends."""
    if f.days_since_review > p.review_within_days:
        return refused("review_overdue")
    if f.days_until_mandate_ends == 0 and not f.is_end_review_done:
        return refused("no_review_before_end")
    return allowed()


@rule("CN-GBT45251-TRAINING")
def collectors_trained(f: OutsourcingFacts, p: Parameters) -> Verdict:
    """Trained and examined before starting, then every year."""
    if not f.is_collector_examined:
        return refused("not_examined_before_start")
    if f.days_since_training > p.training_within_days:
        return refused("training_overdue")
    return allowed()
