"""1006.34: giving the validation information, in time, to the right person, complete."""

from forbear.compliance.language import Parameters, Verdict, allowed, needs_review, refused, rule
from forbear.compliance.matters.us_validation import UsValidationFacts

MODEL = frozenset({"b1", "b1_with_permitted_changes"})


@rule("US-REGF-VALIDATION")
def validation_given(f: UsValidationFacts, p: Parameters) -> Verdict:
    """Within five days of the initial communication; for an estate to a named individual."""
    if f.is_consumer_deceased and not f.is_addressee_named:
        return refused("addressee")
    if f.is_notice_given or f.days_since_initial_communication is None:
        return allowed()
    if f.days_since_initial_communication > p.notice_days:
        return refused("notice_late")
    return allowed()


@rule("US-REGF-VALIDATION-FORM")
def validation_content(f: UsValidationFacts, p: Parameters) -> Verdict:
    """The name, the date, the itemisation, the number and the ways to dispute are complete."""
    if not f.is_name_complete:
        return refused("consumer_name")
    if not f.is_date_eligible:
        return refused("itemization_date_not_eligible")
    if not f.is_date_consistent:
        return refused("itemization_date_inconsistent")
    if f.has_blank_field:
        return refused("itemization_blank")
    if not f.is_account_number_recognizable:
        return refused("account_number")
    if f.is_combined and not f.is_amount_single_sum:
        return refused("amounts_not_summed")
    if f.is_electronic and not f.has_electronic_dispute_medium:
        return refused("no_electronic_dispute_medium")
    return allowed()


@rule("US-REGF-VALIDATION-FORM-B1")
def model_form(f: UsValidationFacts, p: Parameters) -> Verdict:
    """Model Form B-1, or one substantially similar, is safe; another form is not by itself wrong."""
    if f.form in MODEL:
        return allowed()
    return needs_review("not_the_model_form")
