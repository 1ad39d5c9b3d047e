"""第十条至第十三条: the least class by days past due."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.classification import ClassificationFacts

BETTER_THAN_SUBSTANDARD = frozenset({"normal", "special_mention"})
BETTER_THAN_DOUBTFUL = frozenset({"normal", "special_mention", "substandard"})


@rule("CN-CLASS-ATT")
def special_mention(f: ClassificationFacts, p: Parameters) -> Verdict:
    """Overdue at all: at least special mention."""
    if f.days_past_due > p.overdue_days and f.asset_class == "normal":
        return refused("overdue_but_normal")
    return allowed()


@rule("CN-CLASS-SUB")
def substandard(f: ClassificationFacts, p: Parameters) -> Verdict:
    """Over 90 days: at least substandard."""
    if f.days_past_due > p.substandard_after_days and f.asset_class in BETTER_THAN_SUBSTANDARD:
        return refused("should_be_substandard")
    return allowed()


@rule("CN-CLASS-DOU")
def doubtful(f: ClassificationFacts, p: Parameters) -> Verdict:
    """Over 270 days: at least doubtful."""
    if f.days_past_due > p.doubtful_after_days and f.asset_class in BETTER_THAN_DOUBTFUL:
        return refused("should_be_doubtful")
    return allowed()


@rule("CN-CLASS-LOSS")
def loss(f: ClassificationFacts, p: Parameters) -> Verdict:
    """Over 360 days: loss."""
    if f.days_past_due > p.loss_after_days and f.asset_class != "loss":
        return refused("should_be_loss")
    return allowed()
