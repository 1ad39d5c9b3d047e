"""1006.2, .6(e), .14(a), .14(d), .14(g), .18, .22(f): what a message is and what stands in it."""

from datetime import date, timedelta
from typing import Any

from forbear.compliance.matters.us_frequency import UsFrequencyFacts
from forbear.compliance.matters.us_messages import UsMessageFacts
from forbear.compliance.matters.us_voicemails import UsVoicemailFacts
from forbear.compliance.verdicts import Ruling
from forbear.conformance import us_call_log as logs
from forbear.conformance.answers import Answer
from forbear.conformance.us_addresses import address_facts
from forbear.conformance.us_asking import Desk, said, with_values
from forbear.conformance.us_calls import decide as decide_calls
from forbear.conformance.us_scenario import Action, Scenario
from forbear.conformance.us_words import CONTACT_EVENTS, REQUIRED_ELEMENTS
from forbear.rulebooks.us_reg_f import definitions

MEDIA = {
    "call": "telephone",
    "continue_inbound_call": "telephone",
    "push_notification": "push",
    "show_debt_info_in_portal": "portal",
    "social_private_message": "social_private",
    "social_contact_request": "social_request",
}
KNOWN_MEDIA = frozenset({"voicemail", "sms", "email", "letter", "social_post", *MEDIA.values()})
# What an envelope may bear besides nothing (comment 22(f)(2)-1).
MAIL_MARKS = ("address", "postage", "forwarding", "barcode")
MESSAGES = ("sms", "email", "portal_message")


def message_facts(scenario: Scenario, desk: Desk) -> UsMessageFacts:
    """The proposed message by its content and form."""
    action = scenario.action
    if action is None:
        return UsMessageFacts(has_obscene_language=_is_obscene(scenario))
    content = action.get("content")
    name = action.get("agent_name") or {}
    is_asking = action.get("purpose") == "location"
    disclosed = action.get("discloses_debt_collector", action.get("discloses_collector"))
    return UsMessageFacts(
        medium=_medium(action),
        is_limited_content=content == "lcm_only",
        conveys_debt=content not in (None, "lcm_only", "generic_marketing"),
        is_collector_disclosed=disclosed is not False,
        opt_out_method=_opt_out_method(action),
        visibility=action.get("visibility")
        or ("public" if action.type == "social_post" else "private"),
        is_location_inquiry=is_asking,
        is_profile_accurate=action.get("profile_name_accurate") is not False,
        has_other_words_on_envelope=any(
            not any(mark in str(item).lower().replace("_", " ") for mark in MAIL_MARKS)
            for item in action.get("envelope") or ()
        ),
        is_name_assumed=name.get("kind") == "assumed",
        is_name_traceable=_is_traceable(name),
        has_obscene_language=_is_obscene(scenario),
        **_employer_mail(scenario, desk, action),
    )


def voicemail_facts(scenario: Scenario) -> UsVoicemailFacts:
    """The proposed message by the items of a limited-content message."""
    action = scenario.action
    if action is None:
        return UsVoicemailFacts()
    return UsVoicemailFacts(
        medium=_medium(action),
        is_for_consumer=_is_for_consumer(scenario, action),
        **_voicemail(action),
    )


def _medium(action: Action) -> str:
    medium = MEDIA.get(action.type, action.type)
    return medium if medium in KNOWN_MEDIA else "telephone"


def _is_obscene(scenario: Scenario) -> bool:
    return scenario.fact("obscene_language") is not None


def _voicemail(action: Action) -> dict[str, bool]:
    coded = action.codes.get("voicemail_content")
    if coded is None:
        return {"has_other_content": action.get("content") == "lcm_plus_debt_information"}
    held = set(coded.get("elements") or ())
    found = {f"has_{element}": element in held for element in REQUIRED_ELEMENTS}
    return found | {"has_other_content": bool(coded.get("extra"))}


def _is_for_consumer(scenario: Scenario, action: Action) -> bool:
    is_of_another = scenario.fact("number_known_to_belong_to") is not None
    is_another = scenario.relation(action.person) != "consumer"
    return action.get("recipient") is None and not is_of_another and not is_another


def _opt_out_method(action: Action) -> str:
    """The stated way; a message known to have no statement or no way has none."""
    absent = ("opt_out_method" in action.body and action.get("opt_out_method") is None) or (
        "opt_out_text" in action.body and action.get("opt_out_text") is None
    )
    return "none" if absent else str(action.get("opt_out_method") or "hyperlink")


def _is_traceable(name: Any) -> bool:
    """An assumed name is used by one person only, always the same, and the collector knows who."""
    return (
        name.get("traceable_by_collector") is not False
        and name.get("fixed") is not False
        and not name.get("shared")
    )


def _employer_mail(scenario: Scenario, desk: Desk, action: Action) -> dict[str, bool]:
    if scenario.fact("employer_provided_address_known") is None or action.type != "email":
        return {}
    facts = address_facts(scenario, desk)
    is_prior = action.get("basis") == "prior_collector_procedure" or (
        scenario.fact("address_obtained_under") is not None
    )
    consumer = desk.ask("US-REGF-EMAIL-CONSUMER", facts).ruling
    prior = desk.ask("US-REGF-EMAIL-PRIOR", facts).ruling
    return {
        "is_address_employer_provided": True,
        "is_address_from_consumer": consumer is Ruling.ALLOWED,
        "is_address_from_prior_collector": is_prior and prior is Ruling.ALLOWED,
    }


def decide_definition(scenario: Scenario, desk: Desk) -> Answer:
    """1006.2: what an event or message is, and who is a debt collector."""
    collector, action = scenario.collector, scenario.action
    facts = message_facts(scenario, desk)
    verdict = desk.ask("US-REGF-LCM", voicemail_facts(scenario))
    is_cut = action is not None and bool(action.get("dropped"))
    is_limited = verdict.ruling is Ruling.ALLOWED and action is not None
    if "voicemail_content" not in (action.codes if action else {}):
        is_limited = is_limited and facts.is_limited_content
    marketing = scenario.fact("message_content")
    content = action.get("content") if action else None
    if marketing is not None and marketing.get("names_specific_debt") is not None:
        content = "about_debt" if marketing["names_specific_debt"] else "generic_marketing"
    values: dict[str, Any] = {
        "is_fdcpa_debt_collector": definitions.is_debt_collector(
            principal_purpose_is_collection=bool(collector.get("principal_purpose_is_collection")),
            collects_for_others=bool(collector.get("collects_for_others")),
        ),
        "limited_content_message": is_limited and not is_cut,
        "communication": not (is_limited and not is_cut)
        and definitions.is_communication(outcome=None, content=content),
    }
    for event in scenario.events:
        body = event.body.get("content")
        values[f"event_{event.index}"] = {
            "attempt_to_communicate": event.is_outbound and definitions.is_attempt(content=body),
            "communication": definitions.is_communication(outcome=event.outcome, content=body),
        }
    if collector.get("is_fdcpa_debt_collector") is not None:
        values["is_fdcpa_debt_collector"] = collector["is_fdcpa_debt_collector"]
    rule_id = "US-REGF-SCOPE" if scenario.provision.startswith("1006.2(i)") else "US-REGF-LCM"
    return Answer("compute", (rule_id,), values, (), said("US-REGF-LCM", verdict))


def decide_content(scenario: Scenario, desk: Desk) -> Answer:
    """1006.6(e), 1006.14(d) and (g), 1006.18, 1006.22(f): may a message look like this."""
    for start, rule_id in (
        ("1006.6(e)", "US-REGF-OPTOUT"),
        ("1006.14(g)", "US-REGF-IDENTITY"),
        ("1006.18(d)", "US-REGF-SOCIAL"),
        ("1006.18(e)", "US-REGF-DISCLOSE"),
        ("1006.18(f)", "US-REGF-NAMES"),
        ("1006.22(f)(2)", "US-REGF-ENVELOPE"),
        ("1006.22(f)(3)", "US-REGF-WORKMAIL"),
        ("1006.22(f)(4)", "US-REGF-SOCIAL"),
    ):
        if scenario.provision.startswith(start):
            if rule_id == "US-REGF-DISCLOSE" and scenario.action is None:
                return _disclosures(scenario)
            facts = message_facts(scenario, desk)
            return desk.permit_or_deny((rule_id, facts))
    verdict = desk.ask("US-REGF-LANGUAGE", message_facts(scenario, desk))
    is_breach = verdict.ruling is Ruling.REFUSED
    values = {"violated": ["1006.14(a)", "1006.14(d)"]} if is_breach else {}
    word = "violation" if is_breach else "no_violation"
    return Answer(word, ("US-REGF-LANGUAGE",), values, (), said("US-REGF-LANGUAGE", verdict))


def _disclosures(scenario: Scenario) -> Answer:
    """Which communication of the log needs which disclosure, in which languages."""
    talks = [
        e
        for e in scenario.timeline()
        if e.type in CONTACT_EVENTS
        and definitions.is_communication(outcome=e.outcome, content=e.body.get("content"))
    ]
    if any(e.body.get("languages") for e in talks):
        kinds = ["initial", *["subsequent"] * len(talks)]
        needed = [
            f"{kind}_disclosure_in:{'+'.join(e.body.get('languages') or ['en'])}"
            for kind, e in zip(kinds, talks, strict=False)
        ]
    else:
        needed = [f"1006.18(e)(1)_disclosure_on_event_{e.index}" for e in talks[:1]]
    return Answer("requires", ("US-REGF-DISCLOSE",), {}, tuple(needed))


def decide_harassment(scenario: Scenario, desk: Desk) -> Answer:
    """1006.14(a): everything together, and what the calls alone are presumed to be."""
    facts = frequency_facts(scenario, desk)
    verdict = desk.ask("US-REGF-HARASS", facts)
    words = {
        Ruling.ALLOWED: "no_violation",
        Ruling.NEEDS_REVIEW: "likely_violation",
        Ruling.REFUSED: "violation",
    }
    values: dict[str, Any] = {}
    if verdict.ruling is Ruling.REFUSED:
        values["violated"] = ["1006.14(a)", "1006.14(d)"]
    elif verdict.ruling is Ruling.NEEDS_REVIEW:
        values["violated"] = ["1006.14(a)"]
    if scenario.of_type(*logs.CALL_EVENTS):
        values["call_presumption"] = decide_calls(scenario, desk).verdict
    answer = Answer(words[verdict.ruling], ("US-REGF-HARASS",))
    return with_values(answer, {**values, "explanation": said("US-REGF-HARASS", verdict)})


def frequency_facts(scenario: Scenario, desk: Desk) -> UsFrequencyFacts:
    """How much came through all media, over the busiest days of the log."""
    sent = [e.at.date() for e in scenario.of_type(*MESSAGES) if e.is_outbound]
    calls = [call.at.date() for call in logs.call_log(scenario, desk) if call.counts]
    is_answered = any(
        e.type in CONTACT_EVENTS and (not e.is_outbound or e.outcome == "answered_conversation")
        for e in scenario.events
    )
    best = max((_week(calls, sent, on) for on in {*calls, *sent}), default=(0, 0))
    return UsFrequencyFacts(
        is_unanswered=not is_answered,
        messages_a_day=max((_least_of_three(sent, on) for on in set(sent)), default=0),
        calls_seven_days=best[0],
        messages_seven_days=best[1],
        has_obscene_language=_is_obscene(scenario),
    )


def _least_of_three(sent: list[date], first: date) -> int:
    return min(sent.count(first + timedelta(days=n)) for n in range(3))


def _week(calls: list[date], sent: list[date], first: date) -> tuple[int, int]:
    days = [first + timedelta(days=n) for n in range(7)]
    return sum(d in days for d in calls), sum(d in days for d in sent)
