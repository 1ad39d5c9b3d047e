"""第13条至第55条: bases, sharing, sensitive data, automated decisions, deletion."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.personal_data import PersonalDataFacts


@rule("CN-PIPL-13")
def has_basis(f: PersonalDataFacts, p: Parameters) -> Verdict:
    """One of the seven bases carries the use."""
    if not f.has_basis:
        return refused("no_basis")
    return allowed()


@rule("CN-PIPL-23")
def sharing(f: PersonalDataFacts, p: Parameters) -> Verdict:
    """The person is told of the recipient and consents separately."""
    if f.is_shared and not f.is_recipient_told:
        return refused("recipient_not_told")
    if f.is_shared and not f.has_separate_consent:
        return refused("no_separate_consent")
    return allowed()


@rule("CN-PIPL-24")
def automated_decision(f: PersonalDataFacts, p: Parameters) -> Verdict:
    """Explained on request; refused when it weighs heavily."""
    if f.is_machine_decision and f.is_explanation_asked and not f.is_explained:
        return refused("not_explained")
    if f.is_machine_decision and f.has_major_effect and f.is_refused_by_person:
        return refused("refused_by_person")
    return allowed()


@rule("CN-PIPL-25.publication")
def publication(f: PersonalDataFacts, p: Parameters) -> Verdict:
    """Data are made public with separate consent only."""
    if not f.is_published:
        return allowed()
    if f.has_separate_consent:
        return allowed(exception="separate_consent")
    return refused("published_without_consent")


@rule("CN-PIPL-28")
def sensitive_need(f: PersonalDataFacts, p: Parameters) -> Verdict:
    """A specific purpose, real need and strict protection."""
    if f.is_sensitive and not f.is_purpose_specific:
        return refused("no_specific_purpose")
    return allowed()


@rule("CN-PIPL-29")
def sensitive_consent(f: PersonalDataFacts, p: Parameters) -> Verdict:
    """Separate consent for sensitive data."""
    if f.is_sensitive and not f.has_separate_consent:
        return refused("no_separate_consent")
    return allowed()


@rule("CN-PIPL-47")
def deletion(f: PersonalDataFacts, p: Parameters) -> Verdict:
    """Deleted when the purpose is over; stored only while a law requires keeping."""
    if f.is_purpose_over and not f.is_keeping_required:
        return refused("must_be_deleted")
    if f.is_purpose_over and f.is_used_beyond_storage:
        return refused("storage_only")
    return allowed()


@rule("CN-PIPL-55")
def assessed_before(f: PersonalDataFacts, p: Parameters) -> Verdict:
    """The impact is assessed before."""
    if f.needs_assessment and not f.is_assessed:
        return refused("not_assessed")
    return allowed()
