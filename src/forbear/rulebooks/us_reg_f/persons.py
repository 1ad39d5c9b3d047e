"""1006.6(a), 1006.10: who counts as the consumer, and how somebody else may be asked."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.us_persons import UsPersonFacts

AS_CONSUMER = frozenset({"consumer", "spouse", "guardian", "successor_in_interest", "attorney"})


@rule("US-REGF-CONSUMER")
def counts_as_consumer(f: UsPersonFacts, p: Parameters) -> Verdict:
    """Spouse, parent of a minor, guardian, representative of the estate count as the consumer."""
    if f.relation in AS_CONSUMER:
        return allowed()
    if f.relation == "parent" and f.is_consumer_minor:
        return allowed()
    if f.relation == "personal_representative" and f.is_consumer_deceased:
        return allowed()
    if f.is_location_inquiry:
        return allowed(exception="location_inquiry")
    return refused("not_the_consumer")


@rule("US-REGF-LOCATION")
def location_inquiry(f: UsPersonFacts, p: Parameters) -> Verdict:
    """Asking where a consumer is: once, and without a word about a debt."""
    if not f.is_location_inquiry:
        return allowed()
    if f.states_debt:
        return refused("debt_stated")
    if f.uses_postcard:
        return refused("postcard")
    if f.names_employer and not f.is_employer_requested:
        return refused("employer_named")
    if f.is_recontact_excused:
        return allowed(exception="recontact")
    if f.earlier_location_communications >= p.location_communications:
        return refused("asked_before")
    return allowed()
