"""第六条、第七条: effective collections of card debt."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.card_collections import CardCollectionFacts


@rule("CN-CARDCRIM-7")
def effective_collections(f: CardCollectionFacts, p: Parameters) -> Verdict:
    """30 days apart, provable, lawful; two of them and three months unpaid for the offence."""
    if f.least_gap_days is not None and f.least_gap_days < p.gap_days:
        return refused("less_than_thirty_days_apart")
    if not f.is_receipt_provable:
        return refused("receipt_not_provable")
    if not f.follows_rules:
        return refused("collection_not_lawful")
    if f.is_offence_alleged and f.collections < p.effective_collections:
        return refused("too_few_collections")
    if f.is_offence_alleged and f.months_unpaid_after < p.unpaid_months:
        return refused("three_months_not_passed")
    return allowed()
