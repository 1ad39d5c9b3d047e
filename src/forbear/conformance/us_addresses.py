"""1006.6(d)(3)-(5): does a procedure protect this e-mail or text against unintended disclosure."""

from datetime import date
from typing import Any

from forbear.compliance.matters.us_addresses import UsAddressFacts
from forbear.conformance.answers import Answer
from forbear.conformance.us_asking import Desk, with_values
from forbear.conformance.us_contact import opt_out_effect
from forbear.conformance.us_designations import is_opted_out
from forbear.conformance.us_scenario import Action, Scenario
from forbear.rulebooks.us_reg_f import clocks

METHODS = {"call_or_write_to_request_a_form": "ask_for_a_form"}
# Fresh and stale, for a case that says only whether a check was made within the sixty days.
FRESH_DAYS, STALE_DAYS = 0, 100_000


def decide(scenario: Scenario, desk: Desk) -> Answer:
    """`safe_harbor` or `no_safe_harbor` of the procedure cited; (ii)(D) is about opting out."""
    provision = scenario.provision
    action = scenario.action
    if provision.startswith("1006.6(d)(4)(ii)(D)"):
        barred = opt_out_effect(scenario, desk)
        if barred is not None:
            return barred
        if action is None or action.type != "email" or action.get("basis") is None:
            return Answer("permit", ("US-REGF-MEDIA", "US-REGF-CEASE"))
    facts = address_facts(scenario, desk)
    if provision.startswith("1006.6(d)(3)"):
        return desk.safe_harbor(("US-REGF-DISCLOSED", facts))
    rule_id = rule_of(provision, action)
    return with_values(desk.safe_harbor((rule_id, facts)), _deadline(scenario, desk))


def rule_of(provision: str, action: Action | None) -> str:
    """The procedure a provision cites; a general citation is read by the basis of the message."""
    for start, rule_id in (
        ("1006.6(d)(4)(iii)", "US-REGF-EMAIL-PRIOR"),
        ("1006.6(d)(4)(ii)", "US-REGF-EMAIL-CREDITOR"),
        ("1006.6(d)(4)(i)", "US-REGF-EMAIL-CONSUMER"),
        ("1006.6(d)(5)", "US-REGF-TEXT"),
    ):
        if provision.startswith(start):
            return rule_id
    basis = action.get("basis") if action else None
    if action is not None and action.type == "sms":
        return "US-REGF-TEXT"
    return {
        "creditor_procedure": "US-REGF-EMAIL-CREDITOR",
        "prior_collector_procedure": "US-REGF-EMAIL-PRIOR",
    }.get(str(basis), "US-REGF-EMAIL-CONSUMER")


def address_facts(scenario: Scenario, desk: Desk) -> UsAddressFacts:
    """How the address of the action came to be used; what a case does not say raises no issue."""
    action = scenario.action
    to = action.get("to") if action else None
    used = scenario.fact("consumer_emailed_collector_from_address")
    kinds = (scenario.fact("consumer_use_of_number") or {}).get("kinds")
    inbound = [e for e in scenario.of_type(action.type if action else "email") if not e.is_outbound]
    entries = [e for e in scenario.of_type("portal_address_entry") if _same(e.body["email"], to)]
    consents = [
        e
        for e in scenario.of_type("consent")
        if e.body.get("given_to", "collector") == "collector" and _is_scope(e.body.get("scope"), to)
    ]
    is_basis = action is not None and action.get("basis") == "consumer_used_number_by_text"
    is_said = is_basis if kinds is None else bool({"sms", "text"} & set(kinds))
    is_used = used is not None or bool(inbound) or is_said
    has_opted_out = bool(used and used.get("opted_out")) or bool(
        action and (action.get("opted_out") or is_opted_out(scenario, action))
    )
    return UsAddressFacts(
        has_led_to_disclosure=_has_led_to_disclosure(scenario, to),
        has_opted_out=has_opted_out,
        is_used_by_consumer=is_used,
        has_direct_consent=bool(consents),
        is_entered_by_consumer=bool(entries),
        is_entry_disclosed=any(e.body.get("disclosure_shown") for e in entries),
        is_employer_provided=scenario.fact("employer_provided_address_known") is not None,
        is_domain_public=action is None or action.get("domain_public") is not False,
        is_used_by_creditor=_is_used_by_creditor(scenario, action),
        **_notice(scenario, desk),
        **_prior(scenario, action),
        **_freshness(scenario, is_used and not inbound, [e.at.date() for e in inbound]),
        days_since_consent=_days(scenario, [e.at.date() for e in consents]),
    )


def _same(address: object, to: str | None) -> bool:
    return to is None or address == to


def _is_scope(scope: str | None, to: str | None) -> bool:
    """Whether a consent is about this address: one for calls only has no scope of an address."""
    return scope is not None and _same(scope.partition(":")[2], to)


def _has_led_to_disclosure(scenario: Scenario, to: str | None) -> bool:
    """Whether anybody said so about this address: the last one written to before the report."""
    for said in scenario.said("third_party_sees_messages"):
        sent = [
            e.body.get("to")
            for e in scenario.of_type("sms", "email")
            if e.is_outbound and e.at <= said.at
        ]
        about = (said.event.body.get("to") if said.event else None) or (sent[-1] if sent else None)
        if about is None or _same(about, to):
            return True
    return False


def _is_used_by_creditor(scenario: Scenario, action: Action | None) -> bool:
    kinds = (scenario.fact("creditor_use_of_address") or {}).get("kinds")
    is_only_advertising = kinds is not None and set(kinds) <= {"unrelated_advertising"}
    is_denied = action is not None and action.get("prior_creditor_account_emails") is False
    return not is_only_advertising and not is_denied


def _notice(scenario: Scenario, desk: Desk) -> dict[str, Any]:
    notices = scenario.of_type("creditor_transfer_notice")
    if not notices:
        days = desk.number("opt_out_days")
        return {"has_transfer_notice": True, "is_opt_out_period_over": True, "opt_out_days": days}
    body, sent_on = notices[-1].body, notices[-1].at.date()
    method = body.get("opt_out_method", "hyperlink")
    form = body.get("form", "electronic")
    if form == "paper" and method == "postal_mail_only":
        method = "enclosed_reply_form"
    deadline = date.fromisoformat(body["opt_out_deadline"]) if "opt_out_deadline" in body else None
    days = (deadline - sent_on).days if deadline else desk.number("opt_out_days")
    return {
        "has_transfer_notice": True,
        "notice_form": form,
        "opt_out_method": METHODS.get(method, method) or "none",
        "names_collector": body.get("names_specific_collector") is not False,
        "says_address_may_be_used": body.get("says_email_may_be_used") is not False,
        "warns_others_may_see": body.get("warns_others_may_see") is not False,
        "has_opt_out_instructions": body.get("opt_out_instructions") is not False,
        "opt_out_days": max(0, days),
        "answered_by": body.get("respond_to", "creditor"),
        "is_opt_out_period_over": deadline is None or scenario.on > deadline,
    }


def _prior(scenario: Scenario, action: Action | None) -> dict[str, Any]:
    """The collector just before this one, by date."""
    history = [
        e
        for e in scenario.of_type("placement_history")
        if action is None or e.body.get("collector") != action.get("by")
    ]
    obtained = scenario.fact("address_obtained_under")
    procedure = str(obtained.get("provision", "")) if obtained else "1006.6(d)(4)(i)"
    last = history[-1].body if history else {}
    return {
        "is_obtained_under_procedure": "1006.6(d)(4)" in procedure,
        "did_prior_collector_use": last.get("used_email") is not False,
        "did_opt_out_with_prior": any(bool(e.body.get("consumer_opted_out")) for e in history[-1:]),
    }


def _freshness(scenario: Scenario, is_undated_use: bool, texts: list[date]) -> dict[str, Any]:
    check = scenario.fact("reassigned_number_check")
    days = _days(scenario, texts)
    if is_undated_use and check is None:
        days = FRESH_DAYS
    if check is None:
        return {"days_since_consumer_text": days}
    is_fresh = check.get("within_60_days") is not False
    return {
        "days_since_consumer_text": days,
        "days_since_number_check": FRESH_DAYS if is_fresh else STALE_DAYS,
    }


def _days(scenario: Scenario, dates: list[date]) -> int | None:
    return (scenario.on - max(dates)).days if dates else None


def _deadline(scenario: Scenario, desk: Desk) -> dict[str, str]:
    notices = scenario.of_type("creditor_transfer_notice")
    if not notices:
        return {}
    earliest = clocks.minimum_opt_out_deadline(
        notices[-1].at.date(), opt_out_days=desk.number("opt_out_days")
    )
    return {"minimum_deadline": earliest.isoformat()}
