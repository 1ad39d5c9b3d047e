"""1006.6(b), 1006.6(c), 1006.14(h): may this contact take place, and was that one lawful."""

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from forbear.compliance.matters.us_exchanges import UsExchangeFacts
from forbear.compliance.verdicts import Ruling
from forbear.conformance import us_designations as ruled_out
from forbear.conformance.answers import Answer
from forbear.conformance.us_asking import Desk, with_values
from forbear.conformance.us_scenario import Action, Event, Scenario
from forbear.conformance.us_words import CONTACT_EVENTS
from forbear.contact.facts import ContactFacts
from forbear.rulebooks.us_reg_f import clocks

CHANNELS = {
    "call": "voice_interactive",
    "voicemail": "voice_notice_ai",
    "ringless_voicemail": "voice_notice_ai",
    "continue_inbound_call": "voice_interactive",
    "ask_on_same_call": "voice_interactive",
    "sms": "sms",
    "email": "mail",
    "letter": "letter",
    "mail_disclosure": "letter",
}
RECIPIENTS = {
    "consumer": "borrower",
    "spouse": "spouse",
    "parent": "parent",
    "consumer_attorney": "attorney",
    "signed_small_estate_affidavit": "heir",
}
TIMES = ("US-REGF-HOURS", "US-REGF-INCONV")
PLACES = ("US-REGF-PLACE",)
# The rules each paragraph asks; a longer provision is found by its longest known beginning.
PARAGRAPHS = {
    "1006.6(b)(1)(i)": TIMES,
    "1006.6(b)(1)(ii)": PLACES,
    "1006.6(b)(1)": TIMES + PLACES,
    "1006.6(b)(2)": ("US-REGF-ATTORNEY",),
    "1006.6(b)(3)": ("US-REGF-WORK",),
    "1006.6(b)(4)": (*TIMES, *PLACES, "US-REGF-ATTORNEY", "US-REGF-WORK"),
    "1006.6(b)": (*TIMES, *PLACES, "US-REGF-ATTORNEY", "US-REGF-WORK"),
    "1006.6(c)": ("US-REGF-CEASE",),
    "1006.14(h)": ("US-REGF-MEDIA",),
}
BARS = {
    "US-REGF-INCONV": "inconvenient_time",
    "US-REGF-PLACE": "inconvenient_place",
    "US-REGF-ATTORNEY": "representation",
}


def decide(scenario: Scenario, desk: Desk) -> Answer:
    """`permit` or `deny` for an action; `violation` or `no_violation` for the log."""
    rules = rules_of(scenario.provision)
    if scenario.action is None:
        return with_values(_of_log(scenario, desk, rules), _windows(scenario, desk))
    answer = _of_action(scenario, desk, scenario.action, rules)
    return with_values(answer, _windows(scenario, desk))


def rules_of(provision: str) -> tuple[str, ...]:
    """The rules the cited paragraph asks."""
    known = [p for p in PARAGRAPHS if provision.startswith(p)]
    return PARAGRAPHS[max(known, key=len)] if known else ()


def _of_action(scenario: Scenario, desk: Desk, action: Action, rules: tuple[str, ...]) -> Answer:
    if action.type == "ask_on_same_call":
        return desk.permit_or_deny(("US-REGF-CONSENT", _asking_facts(scenario, action)))
    facts = contact_facts(scenario, action)
    used: list[str] = []
    for rule_id in rules:
        verdict = desk.ask(rule_id, facts)
        if verdict.ruling is Ruling.ALLOWED:
            continue
        lifting = _lifting(scenario, desk, action, rule_id)
        if lifting is None:
            return desk.denied(rule_id, verdict)
        used.append(lifting)
    return Answer("permit", (*used, *rules))


def _lifting(scenario: Scenario, desk: Desk, action: Action, rule_id: str) -> str | None:
    """The rule whose exception lifts a refusal, if one does."""
    asked: tuple[str, object] | None = None
    if rule_id in BARS:
        exchange = ruled_out.exchange_facts(scenario, action, BARS[rule_id])
        asked = ("US-REGF-INCONV-REPLY", exchange)
    elif rule_id == "US-REGF-CEASE":
        asked = ("US-REGF-CEASE-EXC", ruled_out.notice_facts(scenario, action))
    elif rule_id == "US-REGF-MEDIA":
        asked = ("US-REGF-MEDIA-EXC", ruled_out.notice_facts(scenario, action))
    if asked is None:
        return None
    verdict = desk.ask(*asked)
    return asked[0] if verdict.exception is not None else None


def contact_facts(scenario: Scenario, action: Action) -> ContactFacts:
    """The contact as its facts: the clock at every possible place, and what was ruled out."""
    at = clocks.time_of_contact(action.moment)
    behind, ahead = clocks.spread(at, scenario.zone, scenario.places)
    agreed = ruled_out.consented_window(scenario, action)
    minute = action.at.hour * 60 + action.at.minute
    is_agreed = agreed is not None and agreed[0] <= minute < agreed[1]
    is_at_work = action.get("number_kind") == "workplace" or action.get("address") == "work"
    stopped = ruled_out.stopped_at(scenario)
    return ContactFacts(
        channel=CHANNELS.get(action.type, "app"),
        local_minute=minute,
        minutes_behind=behind,
        minutes_ahead=ahead,
        local_weekday=action.at.isoweekday(),
        recipient=RECIPIENTS.get(scenario.relation(action.person), "other_person"),
        agreed_from_minute=agreed[0] if agreed else None,
        agreed_until_minute=agreed[1] if agreed else None,
        is_time_inconvenient=not is_agreed and ruled_out.is_time_inconvenient(scenario, action.at),
        is_place_inconvenient=ruled_out.is_place_inconvenient(scenario, action),
        is_represented=ruled_out.is_represented(scenario, scenario.debts_of_action()),
        is_at_workplace=is_at_work,
        is_workplace_barred=any(scenario.said("employer_prohibits")),
        is_contact_stopped=stopped is not None and stopped <= action.at,
        is_channel_opted_out=ruled_out.is_opted_out(scenario, action),
    )


def _asking_facts(scenario: Scenario, action: Action) -> UsExchangeFacts:
    asks = "nothing"
    if "ask_consent_to_continue" in action.codes:
        asks = "consent_to_continue"
    elif "ask_convenient_time" in action.codes:
        asks = "convenient_time"
    return UsExchangeFacts(
        asks=asks, is_contact_inconvenient=any(scenario.said("inconvenient_now", "busy_now"))
    )


def _of_log(scenario: Scenario, desk: Desk, rules: tuple[str, ...]) -> Answer:
    """Each contact of the collector judged at its own time, as if it were proposed then."""
    judged: Event | None = None
    for event in scenario.timeline():
        if not event.is_outbound or event.type not in (*CONTACT_EVENTS, "letter_mailed"):
            continue
        judged = event
        until_then = replace(scenario, action=_as_action(scenario, event))
        answer = _of_action(until_then, desk, _as_action(scenario, event), rules)
        if answer.verdict == "deny":
            values = {**answer.values, "subject": f"event_{event.index}"}
            return Answer("violation", answer.rule_ids, values, (), answer.explanation)
    subject: dict[str, Any] = {"subject": f"event_{judged.index}"} if judged else {}
    if judged is None and any(asked.startswith("window_in_") for asked in scenario.asked):
        return Answer("compute", rules)
    return Answer("no_violation", rules, subject)


def _as_action(scenario: Scenario, event: Event) -> Action:
    kind = "letter" if event.type == "letter_mailed" else event.type
    zoned = event.at.replace(tzinfo=ZoneInfo(scenario.zone))
    return Action(kind, event.at, zoned, event.person, event.body)


def _windows(scenario: Scenario, desk: Desk) -> dict[str, Any]:
    """`window_in_<zone>` for each zone asked for: the hours convenient at every possible place."""
    found: dict[str, Any] = {}
    for key in scenario.asked:
        if key.startswith("window_in_"):
            zone = key.removeprefix("window_in_")
            found[key] = list(
                clocks.convenient_window(
                    scenario.on,
                    zone,
                    scenario.places,
                    starts_minute=desk.number("day_starts_minute"),
                    ends_minute=desk.number("day_ends_minute"),
                )
            )
    return found


def opt_out_effect(scenario: Scenario, desk: Desk) -> Answer | None:
    """What an opt-out or a request to stop does to the action; None when neither bars it."""
    if scenario.action is None:
        return None
    answer = _of_action(scenario, desk, scenario.action, ("US-REGF-MEDIA", "US-REGF-CEASE"))
    return answer if answer.verdict == "deny" else None
