"""1006.38, 1006.42, 1006.100, 1006.104: disputes, delivery of disclosures, records, state law."""

from datetime import date
from typing import Any

from forbear.compliance.matters.us_delivery import UsDeliveryFacts
from forbear.compliance.matters.us_disputes import UsDisputeFacts
from forbear.compliance.matters.us_retention import UsRetentionFacts
from forbear.compliance.verdicts import Ruling
from forbear.conformance.answers import Answer
from forbear.conformance.us_asking import Desk, with_values
from forbear.conformance.us_designations import is_opted_out, notice_facts
from forbear.conformance.us_scenario import Action, Event, Scenario
from forbear.conformance.us_validation import notice_of_period, period
from forbear.rulebooks.us_reg_f import clocks

NOTICE_NEEDED = (
    "duplicative_notice_with_reason_and_earlier_response_date",
    "or_verification_or_judgment",
)
IDENTIFIERS = frozenset({"creditor_name", "amount"})
RECORDING = "recording_of_"


def decide_dispute(scenario: Scenario, desk: Desk) -> Answer:
    """Must collection rest, and is the latest dispute a repeated one."""
    facts = dispute_facts(scenario, desk)
    values = {"duplicative": facts.is_duplicative}
    if scenario.action is None:
        return Answer("compute", ("US-REGF-DISPUTE",), values)
    answer = desk.permit_or_deny(("US-REGF-DISPUTE", facts))
    needed = answer.values.get("reason") == "disputed_pending_notice"
    return with_values(
        Answer(
            answer.verdict,
            answer.rule_ids,
            answer.values,
            NOTICE_NEEDED if needed else (),
            answer.explanation,
        ),
        values,
    )


def dispute_facts(scenario: Scenario, desk: Desk) -> UsDisputeFacts:
    """The latest dispute about the debts of the action and what was sent since."""
    concerned = scenario.debts_of_action()
    disputes = [
        e
        for e in scenario.of_type("dispute")
        if not e.names("debts") or not concerned or e.names("debts") & concerned
    ]
    if not disputes:
        return UsDisputeFacts()
    latest, earlier = disputes[-1], disputes[:-1]
    verified = [e.at for e in scenario.of_type("verification_sent")]
    ends = _period_end(scenario, desk)
    return UsDisputeFacts(
        has_written_dispute=True,
        is_in_validation_period=ends is None or latest.at.date() <= ends,
        is_duplicative=_is_duplicative(latest, earlier, [v for v in verified if v <= latest.at]),
        is_verification_sent=any(at >= latest.at for at in verified),
    )


def _is_duplicative(latest: Event, earlier: list[Event], answered: list[Any]) -> bool:
    """Substantially an answered dispute, with nothing new: support not sent before is new."""
    was_answered = any(at >= e.at for e in earlier for at in answered)
    support = latest.body.get("support")
    is_new = support is not None and support not in [e.body.get("support") for e in earlier]
    return was_answered and not is_new


def _period_end(scenario: Scenario, desk: Desk) -> date | None:
    notice = notice_of_period(scenario)
    if notice is None:
        return None
    stated = notice.body.get("period_end_stated")
    return date.fromisoformat(stated) if stated else period(desk, notice.at.date())[1]


def decide_delivery(scenario: Scenario, desk: Desk) -> Answer:
    """Can a required disclosure be expected to arrive."""
    facts = delivery_facts(scenario)
    verdict = desk.ask("US-REGF-DELIVERY", facts)
    is_satisfied = verdict.ruling is Ruling.ALLOWED
    identified = facts.is_creditor_named and facts.has_other_identifier
    factors = {
        "purpose_identified": identified,
        "bounces_monitored": facts.is_bounce_monitored,
        "sender_recognizable": facts.is_sender_recognizable,
    }
    values = {
        "delivery_satisfied": is_satisfied,
        "purpose_identified": identified,
        "factors_met": [name for name, is_met in factors.items() if is_met],
    }
    action = scenario.action
    if action is None:
        return Answer("compute", ("US-REGF-DELIVERY",), values)
    if action.type == "mail_disclosure":
        answer = desk.safe_harbor(("US-REGF-DELIVERY", facts))
    else:
        answer = desk.permit_or_deny(("US-REGF-DELIVERY", facts))
    return with_values(answer, values)


def delivery_facts(scenario: Scenario) -> UsDeliveryFacts:
    """The disclosure of the action, else the last one of the log."""
    action = scenario.action
    sent = [e for e in scenario.of_type("letter_mailed", "email", "sms") if e.is_outbound]
    returned = scenario.of_type("undeliverable_notice")
    last = sent[-1] if sent else None
    kind = action.type if action else (last.type if last else "letter")
    medium = kind if kind in ("email", "sms") else "letter"
    return UsDeliveryFacts(
        medium=medium,
        is_undeliverable=action is None
        and last is not None
        and any(e.at >= last.at for e in returned),
        has_opted_out=action is not None and is_opted_out(scenario, action),
        is_address_known_wrong=_is_moved(scenario),
        **(_factors(scenario, action) if action else {}),
    )


def _is_moved(scenario: Scenario) -> bool:
    """The consumer moved and no later address is known: the last known one is known to be wrong."""
    moved = scenario.fact("consumer_moved")
    return moved is not None and not moved.get("new_address_known")


def _factors(scenario: Scenario, action: Action) -> dict[str, bool]:
    elements = action.get("subject_elements")
    held = frozenset(elements or ())
    names_sender = "sender_named_in_creditor_notice" in action.body
    return {
        "is_creditor_named": elements is None or "creditor_name" in held,
        "has_other_identifier": elements is None or bool(held - IDENTIFIERS),
        "is_bounce_monitored": action.get("bounce_monitoring") is not False,
        "is_sender_recognizable": bool(action.get("sender_named_in_creditor_notice"))
        or not names_sender,
    }


def decide_records(scenario: Scenario, desk: Desk) -> Answer:
    """May these records be destroyed, and until when are they kept."""
    action = scenario.action
    records = str(action.get("records") or "") if action else ""
    years = desk.number("retention_years")
    last = _last_day_of(scenario, records)
    until = clocks.retained_until(last, retention_years=years) if last else None
    values = {"retain_until": until.isoformat()} if until else {}
    if action is None:
        return Answer("no_violation", ("US-REGF-RETENTION",), values)
    days_after: int | None = (action.at.date() - until).days if until else None
    if action.type == "retain_records":
        days_after = 1 if int(action.get("years") or years) >= years else -1
    facts = UsRetentionFacts(days_after_retention_end=days_after)
    return with_values(desk.permit_or_deny(("US-REGF-RETENTION", facts)), values)


def _last_day_of(scenario: Scenario, records: str) -> date | None:
    """The day retention counts from: of the call for a recording, else the last activity."""
    if records.startswith(RECORDING):
        return date.fromisoformat(records.removeprefix(RECORDING))
    days = [e.at.date() for e in scenario.events if e.type == "last_collection_activity"]
    if not days and scenario.action is None:
        days = [e.at.date() for e in scenario.events if e.type == "call_recorded"]
    return max(days, default=None)


def decide_state_law(scenario: Scenario, desk: Desk) -> Answer:
    """May a disclosure of state law stand beside those of Regulation F."""
    if scenario.action is None:
        return Answer("no_violation", ("US-REGF-STATE",))
    return desk.permit_or_deny(("US-REGF-STATE", notice_facts(scenario, scenario.action)))
