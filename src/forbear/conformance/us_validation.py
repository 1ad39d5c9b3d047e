"""1006.34: the validation notice, its period and its form."""

from datetime import date
from typing import Any

from forbear.compliance.matters.us_validation import UsValidationFacts
from forbear.conformance.answers import Answer
from forbear.conformance.us_asking import Desk, with_values
from forbear.conformance.us_scenario import Action, Event, Scenario
from forbear.rulebooks.us_reg_f import clocks, definitions

FIELDS = ("interest", "fees", "payments", "credits")
NOTICES = ("validation_notice", "model_form_B-1")
SENT = ("letter_mailed", "email", "sms", "portal_message")
# Changes comment 34(d)(2)(iii)-1 and 34(d)(2)(i)-1 let the model form bear, by their key words.
PERMITTED_CHANGES = (
    "deceased",
    "relocat",
    "barcode",
    "qr",
    "date",
    "link",
    "18(e)(2)",
    "18e2",
    "subsequent",
)
SHOWN_DIGITS = 4


def decide(scenario: Scenario, desk: Desk) -> Answer:
    """The notice to be sent, the notice in the log, or the dates asked for."""
    values = values_of(scenario, desk)
    facts = validation_facts(scenario)
    if scenario.provision.startswith("1006.34(d)(2)"):
        return with_values(desk.safe_harbor(("US-REGF-VALIDATION-FORM-B1", facts)), values)
    if scenario.action is not None:
        answer = desk.permit_or_deny(
            ("US-REGF-VALIDATION", facts), ("US-REGF-VALIDATION-FORM", facts)
        )
        return with_values(answer, values)
    return with_values(_of_log(scenario, desk, values), values)


def _of_log(scenario: Scenario, desk: Desk, values: dict[str, Any]) -> Answer:
    """Whether the stated end of the period, or the time of the notice, was lawful."""
    stated = [e.body["period_end_stated"] for e in _notices(scenario) if _states_end(e)]
    if stated and "earliest_period_end" in values:
        is_late_enough = stated[-1] >= values["earliest_period_end"]
        return Answer("no_violation" if is_late_enough else "violation", ("US-REGF-VALIDATION",))
    begun, sent = _initial_communication(scenario), _notices(scenario)
    if begun is not None and sent:
        days = (sent[0].at.date() - begun.at.date()).days
        late = desk.ask(
            "US-REGF-VALIDATION",
            UsValidationFacts(is_notice_given=False, days_since_initial_communication=max(0, days)),
        )
        word = "violation" if late.reason else "no_violation"
        return Answer(word, ("US-REGF-VALIDATION",))
    return Answer("compute", ("US-REGF-VALIDATION",))


def _states_end(event: Event) -> bool:
    return event.body.get("period_end_stated") is not None


def _notices(scenario: Scenario) -> list[Event]:
    return [e for e in scenario.of_type(*SENT) if e.body.get("content") in NOTICES]


def _initial_communication(scenario: Scenario) -> Event | None:
    for event in scenario.of_type("call", "sms", "email", "portal_message", "letter_mailed"):
        content = event.body.get("content")
        if definitions.is_communication(outcome=event.outcome, content=content):
            return event
    return None


def validation_facts(scenario: Scenario) -> UsValidationFacts:
    """The notice of the action; what the case does not say raises no issue."""
    action = scenario.action
    dates = {f["date_kind"] for f in scenario.facts if f["code"] == "itemization_date_used"}
    used = action.get("itemization_date") if action else None
    dates |= {used} if used else set()
    return UsValidationFacts(
        is_consumer_deceased=bool(scenario.consumer.get("deceased")),
        is_addressee_named=action is None
        or action.get("addressee_kind") != "estate_without_named_person",
        is_name_complete=_parts(scenario, "known") <= _parts(scenario, "on_notice")
        or scenario.fact("consumer_name_on_notice") is None,
        is_date_consistent=len(dates) <= 1,
        is_date_eligible="last_statement" not in dates or _is_statement_eligible(scenario),
        **(_content(scenario, action) if action else {}),
    )


def _parts(scenario: Scenario, which: str) -> frozenset[str]:
    return frozenset((scenario.fact(f"consumer_name_{which}") or {}).get("parts") or ())


def _is_statement_eligible(scenario: Scenario) -> bool:
    """A statement of the creditor is a last statement; of a collector only if it is a creditor."""
    known = scenario.fact("available_statement")
    if known is None:
        return True
    return known.get("issued_by") != "debt_collector" or bool(known.get("issuer_is_creditor"))


def _content(scenario: Scenario, action: Action) -> dict[str, Any]:
    itemization = action.get("itemization")
    shown = action.get("account_number_shown")
    accepted = (scenario.fact("dispute_media_accepted") or {}).get("media")
    offered = action.get("electronic_dispute_media")
    has_medium = offered is None and "electronic_dispute_media" not in action.body
    return {
        "has_blank_field": isinstance(itemization, dict)
        and any(str(itemization.get(field) or "").strip() == "" for field in FIELDS),
        "is_account_number_recognizable": shown is None
        or sum(c.isdigit() for c in str(shown)) >= SHOWN_DIGITS,
        "is_combined": bool(action.get("combined")),
        "is_amount_single_sum": action.get("current_amount") in (None, "single_sum"),
        "is_electronic": action.get("delivery") == "electronic",
        "has_electronic_dispute_medium": has_medium
        or any(accepted is None or medium in accepted for medium in offered or ()),
        "form": _form(action),
    }


def _form(action: Action) -> str:
    if action.get("form") != "B-1":
        return "other"
    changes = action.get("changes") or []
    listed = [changes] if isinstance(changes, str) else list(changes)
    if not listed:
        return "b1"
    is_permitted = all(_is_permitted(str(change).lower()) for change in listed)
    return "b1_with_permitted_changes" if is_permitted else "b1_with_other_changes"


def _is_permitted(change: str) -> bool:
    """Words of liability may go; nothing else may be left out."""
    if "liab" in change:
        return True
    is_cut = any(word in change for word in ("remov", "omit", "delet", "without"))
    return not is_cut and any(word in change for word in PERMITTED_CHANGES)


def values_of(scenario: Scenario, desk: Desk) -> dict[str, Any]:
    """Dates and classes of 1006.34 that the case may ask for."""
    values: dict[str, Any] = {
        "initial_communication": _initial_communication(scenario) is not None,
        "eligible_last_statement_date": _is_statement_eligible(scenario),
    }
    based_on = notice_of_period(scenario)
    if based_on is not None:
        received, ends = period(desk, based_on.at.date())
        values |= {
            "period_based_on_event": based_on.index,
            "earliest_assumed_receipt": received.isoformat(),
            "earliest_period_end": ends.isoformat(),
        }
    return values


def notice_of_period(scenario: Scenario) -> Event | None:
    """The notice the period runs from: the first that did not come back (comment 34(b)(5)-2)."""
    notices = _notices(scenario)
    returned = [e.at for e in scenario.of_type("undeliverable_notice")]
    for n, notice in enumerate(notices):
        following = notices[n + 1].at if n + 1 < len(notices) else None
        if not any(at >= notice.at and (following is None or at < following) for at in returned):
            return notice
    return notices[-1] if notices else None


def period(desk: Desk, sent_on: date) -> tuple[date, date]:
    """Assumed receipt and last day of the validation period of a notice sent on a day."""
    received = clocks.assumed_receipt(
        sent_on, assumed_receipt_days=desk.number("assumed_receipt_days")
    )
    ends = clocks.validation_period_end(received, validation_days=desk.number("validation_days"))
    return received, ends
