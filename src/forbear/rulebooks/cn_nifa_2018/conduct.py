"""第15条至第21条: how collectors behave, what they tell, how they take payment."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.conduct import ConductFacts


@rule("CN-NIFA2018-15")
def identified(f: ConductFacts, p: Parameters) -> Verdict:
    """The institution is named at once; ID is shown at a visit."""
    if not f.is_institution_named:
        return refused("institution_not_named")
    if f.way == "visit" and not f.is_id_shown:
        return refused("id_not_shown")
    return allowed()


@rule("CN-NIFA2018-16")
def decent_words(f: ConductFacts, p: Parameters) -> Verdict:
    """No intimidation, threats or abuse."""
    if f.threatens:
        return refused("threatens")
    if f.insults:
        return refused("insults")
    if f.invents_blacklist:
        return refused("threatens_with_invention")
    return allowed()


@rule("CN-NIFA2018-18")
def told_to_others(f: ConductFacts, p: Parameters) -> Verdict:
    """Nobody but the borrower hears of debt or arrears."""
    if f.person == "borrower" or f.is_person_liable or f.disclosed == "none":
        return allowed()
    if f.disclosed == "details":
        return refused("debt_told_to_others")
    if f.is_person_willing_to_pay:
        return allowed(exception="willing_payer")
    return refused("told_without_wish_to_pay")


@rule("CN-NIFA2018-19")
def designated_channel(f: ConductFacts, p: Parameters) -> Verdict:
    """Payment goes through the designated channel, without extra fee."""
    if f.takes_payment_elsewhere:
        return refused("other_channel")
    if f.charges_extra_fee:
        return refused("extra_fee")
    return allowed()


@rule("CN-NIFA2018-21")
def visit_recorded(f: ConductFacts, p: Parameters) -> Verdict:
    """Visits are recorded."""
    if f.way == "visit" and not f.is_recorded:
        return refused("visit_not_recorded")
    return allowed()
