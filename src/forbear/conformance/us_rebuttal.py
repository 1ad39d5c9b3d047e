"""Which factor of comments 14(b)(2)(i)-2 and (ii)-2 a case shows; a person weighs it."""

from datetime import time

from forbear.conformance.us_scenario import Scenario
from forbear.rulebooks.us_reg_f.rebuttal import Factor, pattern_factor, reason_factor

UNWELCOME = ("refuses_to_pay", "denies_debt", "opt_out")
UNUSUAL_BEFORE, UNUSUAL_AFTER = time(8), time(21)


def rebuttal(scenario: Scenario, *, is_violation: bool) -> Factor | None:
    """The factor that may rebut the presumption, if the case shows one."""
    return _for_collector(scenario) if is_violation else _against_collector(scenario)


def _for_collector(scenario: Scenario) -> Factor | None:
    purpose = scenario.action.get("purpose") if scenario.action else None
    asked = scenario.fact("consumer_requested_information")
    fee = scenario.fact("payment_failed")
    repeatable = scenario.fact("offer_repeatable_by_collector") is not None
    return reason_factor(
        is_required_by_law=purpose
        in ("reg_x_1024.39(a)_loss_mitigation_call", "periodic_statement_1026.41"),
        is_part_of_litigation=purpose == "settle_active_collection_litigation",
        is_requested_information=asked is not None or purpose == "provide_requested_information",
        avoids_negative_effect=fee is not None
        or scenario.fact("call_dropped") is not None
        or repeatable
        or purpose in ("warn_of_creditor_late_fee", "resume_dropped_call", "one_day_only_discount"),
        is_in_collectors_control=repeatable or _is_fee_in_control(scenario),
    )


def _is_fee_in_control(scenario: Scenario) -> bool:
    """A late fee counts only when the creditor set it, the collector cannot waive it and time runs."""
    fee = scenario.fact("payment_failed")
    if fee is None or scenario.action is None:
        return False
    is_over = str(fee.get("late_fee_after", "9999")) < scenario.action.at.date().isoformat()
    return (
        fee.get("late_fee_set_by", "creditor") != "creditor"
        or bool(fee.get("collector_can_waive"))
        or is_over
    )


def _against_collector(scenario: Scenario) -> Factor | None:
    placed = [(e.at, e.outcome) for e in scenario.of_type("call") if e.is_outbound]
    action = scenario.action
    if action is not None and action.type in ("call", "voicemail"):
        placed.append((action.at, action.get("expected_outcome")))
    pattern = pattern_factor(placed)
    if pattern is not None:
        return pattern
    if any(scenario.of_type("cease_letter_received")) or any(
        said.code != "opt_out" or said.body.get("scope") == "medium:call"
        for said in scenario.said(*UNWELCOME)
    ):
        return Factor("prior_communications_content", True)
    at_night = any(
        not UNUSUAL_BEFORE < e.at.time() < UNUSUAL_AFTER
        for e in scenario.of_type("call", "sms", "email", "ringless_voicemail")
        if e.is_outbound and len(str(e.body["at"])) > len("2026-01-01")
    )
    if at_night or scenario.fact("obscene_language") is not None:
        return Factor("collector_prior_conduct", True)
    return None
