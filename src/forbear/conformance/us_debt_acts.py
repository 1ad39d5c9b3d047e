"""1006.26(b), 1006.30: suing, transferring, furnishing, applying a payment."""

from datetime import date

from forbear.compliance.matters.us_debts import UsDebtFacts
from forbear.compliance.matters.us_furnishing import UsFurnishingFacts
from forbear.compliance.verdicts import Ruling, Verdict
from forbear.conformance.answers import Answer
from forbear.conformance.us_asking import Desk
from forbear.conformance.us_call_log import talked_about
from forbear.conformance.us_scenario import Action, Event, Scenario

ACTS = {
    "file_suit": "sue",
    "file_proof_of_claim": "proof_of_claim",
    "sell_debt": "sell",
    "transfer_debt": "transfer",
    "send_debt_data_file": "send_data",
    "furnish_to_cra": "report_to_agency",
    "apply_payment": "apply_payment",
}
TRANSFEREES = {"debt_owner": "debt_owner", "another_agency_at_owner_request": "agency_for_owner"}
NOT_ABOUT_THE_DEBT = ("generic_marketing", "lcm_only")
RULES = (
    ("1006.26", "US-REGF-TIMEBARRED"),
    ("1006.30(b)", "US-REGF-TRANSFER"),
    ("1006.30(c)", "US-REGF-PAYMENTS"),
    ("1006.30(d)", "US-REGF-VENUE"),
)


def decide(scenario: Scenario, desk: Desk) -> Answer:
    """`permit` or `deny` of the act; furnishing is judged by the most favourable message sent."""
    if scenario.provision.startswith("1006.30(a)"):
        return _furnishing(scenario, desk)
    rule_id = next(rule for start, rule in RULES if scenario.provision.startswith(start))
    return desk.permit_or_deny((rule_id, debt_facts(scenario)))


def debt_facts(scenario: Scenario) -> UsDebtFacts:
    """The act and the debt it is about."""
    action = scenario.action
    if action is None:
        return UsDebtFacts()
    act = ACTS.get(action.type, "collect")
    if "threat_of_suit" in action.codes:
        act = "threaten_suit"
    target = action.get("to_debt")
    concerned = [target] if target else sorted(scenario.debts_of_action())
    bodies = [scenario.debts[d] for d in concerned if d in scenario.debts]
    ended = [b["status"] for b in bodies if b.get("status")]
    paid = scenario.of_type("payment")
    direction = paid[-1].body.get("consumer_direction") if paid else None
    return UsDebtFacts(
        act=act,
        is_time_barred=any(bool(b.get("limitations_expired")) for b in bodies),
        status=ended[0] if ended else "open",
        transferee=TRANSFEREES.get(str(action.get("to")), "other"),
        has_enforceable_lien=any(bool(b.get("secured_by_enforceable_lien")) for b in bodies),
        is_transferee_notified=bool(action.get("transferee_notified_of_discharge")),
        has_several_debts=len(scenario.debts) > 1,
        is_target_disputed=any(bool(b.get("disputed")) for b in bodies),
        has_direction=direction is not None,
        is_direction_followed=direction is None or direction == target,
        **_venue(scenario, action),
    )


def _venue(scenario: Scenario, action: Action) -> dict[str, bool]:
    known = scenario.fact("venue_facts") or {}
    venue = action.get("venue")
    property_at = known.get("real_property")
    return {
        "is_real_property_action": bool(property_at),
        "is_venue_of_property": venue is not None and property_at == venue,
        "is_venue_of_contract": venue is not None and known.get("contract_signed_in") == venue,
        "is_venue_of_residence": venue is not None and known.get("consumer_resides_in") == venue,
    }


def _furnishing(scenario: Scenario, desk: Desk) -> Answer:
    sendings: list[Event | None] = [e for e in scenario.timeline() if _is_about_debt(e)]
    asked: list[Verdict] = []
    for sending in sendings or [None]:
        verdict = desk.ask("US-REGF-PARKING", furnishing_facts(scenario, sending))
        if verdict.ruling is Ruling.ALLOWED:
            return Answer("permit", ("US-REGF-PARKING",))
        asked.append(verdict)
    return desk.denied("US-REGF-PARKING", asked[-1])


def _is_about_debt(event: Event) -> bool:
    is_written = event.type in ("letter_mailed", "sms", "email", "portal_message")
    content = event.body.get("content")
    return is_written and event.is_outbound and content not in NOT_ABOUT_THE_DEBT


def furnishing_facts(scenario: Scenario, sending: Event | None) -> UsFurnishingFacts:
    """Furnishing seen from one message about the debt and what became of it."""
    action = scenario.action
    returned = _returned_on(scenario, sending)
    return UsFurnishingFacts(
        is_check_agency=action is not None and action.get("agency_kind") is not None,
        has_spoken=any(_has_spoken(scenario, e) for e in scenario.of_type("call")),
        days_since_sent=(scenario.on - sending.at.date()).days if sending else None,
        days_to_undeliverable=(returned - sending.at.date()).days if sending and returned else None,
        is_monitored=sending is None
        or (
            sending.body.get("bounce_monitoring") is not False
            and (action is None or action.get("bounce_monitoring") is not False)
        ),
    )


def _has_spoken(scenario: Scenario, event: Event) -> bool:
    """A conversation with the consumer about the debt of the act; silent on debts, about it."""
    if event.outcome != "answered_conversation" or scenario.relation(event.person) != "consumer":
        return False
    about = talked_about(scenario, event)
    debts = scenario.debts_of_action()
    return not debts or not about or bool(debts & about)


def _returned_on(scenario: Scenario, sending: Event | None) -> date | None:
    """When this message came back: an undeliverable notice means the latest one before it."""
    for notice in scenario.of_type("undeliverable_notice"):
        before = [
            e
            for e in scenario.of_type("letter_mailed", "email", "sms", "portal_message")
            if e.is_outbound and e.at <= notice.at
        ]
        if before and sending is not None and before[-1].index == sending.index:
            return notice.at.date()
    return None
