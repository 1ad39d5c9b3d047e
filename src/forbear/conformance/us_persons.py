"""1006.6(a), 1006.6(d)(1), 1006.10: who counts as the consumer, and asking others where they are."""

from forbear.compliance.matters.us_persons import UsPersonFacts
from forbear.conformance.answers import Answer
from forbear.conformance.us_asking import Desk
from forbear.conformance.us_scenario import Scenario

RELATIONS = {
    "consumer": "consumer",
    "spouse": "spouse",
    "parent": "parent",
    "consumer_attorney": "attorney",
    "signed_small_estate_affidavit": "personal_representative",
}
SEARCH = ("names_employer", "seeks_person_handling_estate")


def person_facts(scenario: Scenario) -> UsPersonFacts:
    """The person of the action; speaking to somebody else is judged as a search for location."""
    action = scenario.action
    person = action.person if action else str(scenario.consumer.get("id"))
    relation = RELATIONS.get(scenario.relation(person), "other_person")
    codes = action.codes if action else {}
    is_search = scenario.provision.startswith("1006.10") and relation == "other_person"
    earlier = [
        e
        for e in scenario.of_type("call", "sms", "email", "letter_mailed", "portal_message")
        if e.person == person and e.is_outbound and _is_communication(e.type, e.outcome)
    ]
    is_invited = any(
        said.event is not None and said.event.person == person
        for said in scenario.said("callback_consent", "call_consent")
    )
    return UsPersonFacts(
        relation=relation,
        is_consumer_minor=bool(scenario.consumer.get("is_minor")),
        is_consumer_deceased=bool(scenario.consumer.get("deceased")),
        is_location_inquiry=is_search
        or (action is not None and action.get("purpose") == "location"),
        states_debt=any(bool(codes[code].get("states_debt")) for code in SEARCH if code in codes)
        or (action is not None and action.get("content") in DEBT_CONTENT),
        names_employer="names_employer" in codes,
        is_employer_requested=bool(action and action.get("employer_requested")),
        earlier_location_communications=len(earlier),
        is_recontact_excused=is_invited,
    )


# Content that tells of the debt, whatever the words were.
DEBT_CONTENT = frozenset({"about_debt", "discusses_debt", "lcm_plus_debt_information"})


def _is_communication(kind: str, outcome: str | None) -> bool:
    return kind != "call" or outcome in ("answered_conversation", "voicemail_other")


def decide(scenario: Scenario, desk: Desk) -> Answer:
    """May this person be spoken to, and in this way."""
    facts = person_facts(scenario)
    if scenario.provision.startswith("1006.10"):
        return desk.permit_or_deny(("US-REGF-LOCATION", facts))
    return desk.permit_or_deny(("US-REGF-CONSUMER", facts))
