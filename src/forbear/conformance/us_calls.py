"""1006.14(b): the presumptions of call frequency, for a proposed call or for a log."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from forbear.compliance.verdicts import Ruling
from forbear.conformance import us_call_log as logs
from forbear.conformance.answers import Answer
from forbear.conformance.us_asking import Desk, said, with_values
from forbear.conformance.us_rebuttal import rebuttal
from forbear.conformance.us_scenario import Action, Scenario
from forbear.contact.facts import ContactFacts
from forbear.rulebooks.us_reg_f import counting

PRESUMED = {True: "presumed_violation", False: "presumed_compliance"}
CALL_ACTIONS = frozenset({"call", "voicemail"})


def decide(scenario: Scenario, desk: Desk) -> Answer:
    """Presumed violation or compliance, with the counts asked for."""
    calls = logs.call_log(scenario, desk)
    action = scenario.action
    if action is not None and action.type in CALL_ACTIONS:
        refusing = _refusal(scenario, desk, calls, action)
    elif any(counting.is_telephone_call(e.type) for e in scenario.events):
        refusing = _refused_in_log(scenario, desk, calls)
    elif (scenario.fact("call_frequency_within_limits") or {}).get("rebutted") is False:
        refusing = None
    else:
        return Answer("compute", ("US-REGF-CALLS-KIND",), _kind_values(scenario))
    answer = Answer(PRESUMED[refusing is not None], ("US-REGF-CALLS",), {}, (), refusing or "")
    factor = rebuttal(scenario, is_violation=refusing is not None)
    values: dict[str, Any] = {**_kind_values(scenario), **_count_values(scenario, desk, calls)}
    if factor is not None:
        values["rebuttal"] = {"factor": factor.name, "supports_rebuttal": factor.supports_rebuttal}
    return with_values(answer, values)


def _refusal(
    scenario: Scenario, desk: Desk, calls: list[counting.LoggedCall], action: Action
) -> str | None:
    """What speaks against the call: for a call that would name no debt, the best attribution."""
    groups = logs.particular_debts(scenario)
    debts = sorted({groups.get(d, d) for d in scenario.debts_of_action()})
    found = [_asked(scenario, desk, calls, action.person, debt, action.at) for debt in debts]
    may_choose = action.get("debts") is None or action.get("expected_outcome") == "no_answer"
    if may_choose and None in found:
        return None
    return next((refusal for refusal in found if refusal), None)


def _refused_in_log(scenario: Scenario, desk: Desk, calls: list[counting.LoggedCall]) -> str | None:
    for n, call in enumerate(calls):
        for debt in sorted(call.charged) if call.counts else ():
            before = calls[:n]
            refusal = _asked(scenario, desk, before, call.person, debt, call.at)
            if refusal:
                return refusal
    return None


def _asked(
    scenario: Scenario,
    desk: Desk,
    calls: list[counting.LoggedCall],
    person: str,
    debt: str,
    moment: datetime,
) -> str | None:
    verdict = desk.ask("US-REGF-CALLS", contact_facts(scenario, desk, calls, person, debt, moment))
    return said("US-REGF-CALLS", verdict) if verdict.ruling is Ruling.REFUSED else None


def contact_facts(
    scenario: Scenario,
    desk: Desk,
    calls: list[counting.LoggedCall],
    person: str,
    debt: str,
    moment: datetime,
) -> ContactFacts:
    """The facts of one call to a person about one particular debt, counted from the log."""
    window = desk.number("window_days")
    talked_on = counting.last_conversation(calls, person, debt, moment)
    relation = scenario.relation(person)
    return ContactFacts(
        channel="voice_interactive",
        local_minute=moment.hour * 60 + moment.minute,
        recipient={"consumer": "borrower", "consumer_attorney": "attorney"}.get(
            relation, "other_person"
        ),
        calls_seven_days=counting.calls_in_window(
            calls, person, debt, moment.date(), window_days=window
        ),
        days_until_call_leaves=counting.days_until_call_leaves(
            calls, person, debt, moment.date(), window_days=window
        ),
        days_since_conversation=(moment.date() - talked_on).days if talked_on else None,
        has_call_consent=logs.has_consent(scenario, desk, calls, person, debt, moment),
    )


def _kind_values(scenario: Scenario) -> dict[str, Any]:
    kinds = [e.type for e in scenario.events if e.is_outbound]
    if scenario.action is not None:
        kinds.append(scenario.action.type)
    return {"counts_as_call": bool(kinds) and all(map(counting.is_telephone_call, kinds))}


def _count_values(
    scenario: Scenario, desk: Desk, calls: list[counting.LoggedCall]
) -> dict[str, Any]:
    window = desk.number("window_days")
    groups = logs.particular_debts(scenario)
    person = scenario.action.person if scenario.action else _person_of(scenario)

    def counted(who: str, debt: str, ending: date) -> int:
        group = groups.get(debt, debt)
        return counting.calls_in_window(calls, who, group, ending, window_days=window)

    values: dict[str, Any] = {
        "excluded_calls": sum(call.is_outbound and call.is_excluded for call in calls),
        "per_debt": {debt: _placed(calls, group) for debt, group in groups.items()},
        "calls": {debt: _placed(calls, group) for debt, group in groups.items()},
        "conversations": {
            debt: sum(group in call.discussed for call in calls) for debt, group in groups.items()
        },
        **_event_values(scenario, calls),
        **_attribution_values(scenario),
        **_at_a_date(scenario.asked, counted),
    }
    values |= _proposed_values(scenario, desk, calls, person, counted)
    if values.get("proposed_call_counts") is False:
        values["also_applies"] = ["1006.6(b)", "1006.14(h)"]
    talks = [call.at.date() for call in calls if call.discussed and call.person == person]
    if talks:
        values["earliest_clear_date"] = counting.earliest_clear_date(
            max(talks), days_after=desk.number("days_after_conversation")
        ).isoformat()
    return values


def _proposed_values(
    scenario: Scenario,
    desk: Desk,
    calls: list[counting.LoggedCall],
    person: str,
    counted: Any,
) -> dict[str, Any]:
    """Counts at the proposed call, which itself counts unless it is excluded."""
    action = scenario.action
    debts = scenario.debts_of_action()
    if action is None or not counting.is_telephone_call(action.type):
        on = max((call.at.date() for call in calls), default=None)
        found = [counted(person, debt, on) for debt in debts] if on else [0]
        return {"calls_in_window": max(found, default=0)}
    groups = logs.particular_debts(scenario)
    is_consented = any(
        logs.has_consent(scenario, desk, calls, person, groups.get(d, d), action.at) for d in debts
    )
    counts = (
        not is_consented
        and counting.is_connected(action.get("expected_outcome"))
        and scenario.relation(person) not in counting.PROFESSIONAL
    )
    before = [counted(person, debt, action.at.date()) for debt in debts]
    return {
        "proposed_call_counts": counts,
        "calls_in_window": max(before, default=0) + counts,
    }


def _placed(calls: Iterable[counting.LoggedCall], group: str) -> int:
    return sum(call.counts and group in call.charged for call in calls)


def _person_of(scenario: Scenario) -> str:
    called = [e.person for e in scenario.timeline() if e.type in logs.CALL_EVENTS]
    return called[-1] if called else str(scenario.consumer.get("id"))


def _event_values(scenario: Scenario, calls: list[counting.LoggedCall]) -> Mapping[str, bool]:
    ordered = scenario.of_type(*logs.CALL_EVENTS)
    if len(ordered) != len(calls):  # calls to a wrong number are not calls to this person
        return {}
    found = {
        f"event_{event.index}_counts": call.counts
        for event, call in zip(ordered, calls, strict=True)
    }
    others = [e for e in scenario.timeline() if e.type not in logs.CALL_EVENTS]
    return found | {f"event_{e.index}_counts": False for e in others}


def _attribution_values(scenario: Scenario) -> dict[str, Any]:
    """A call that named no debt: at least one debt is charged, and the collector may choose."""
    for event in reversed(scenario.of_type(*logs.CALL_EVENTS)):
        open_to = list(event.body.get("intended_debts") or ())
        if open_to:
            named = logs.charged(scenario, replace_attribution(event))
            return {
                "minimum_debts_charged": len(named) or 1,
                "collector_may_choose": [] if named else open_to,
            }
    return {}


def replace_attribution(event: Any) -> Any:
    """The event without the collector's own attribution: what it names by itself."""
    kept = {k: v for k, v in event.body.items() if k not in ("counted_toward", "attributed_to")}
    return replace(event, body=kept)


def _at_a_date(asked: Iterable[str], counted: Any) -> dict[str, int]:
    """`calls_to_<person>_<debt>_in_window_ending_<date>` for each such key asked for."""
    found = {}
    for key in asked:
        head, _, ending = key.partition("_in_window_ending_")
        if not ending or not head.startswith("calls_to_"):
            continue
        person, _, debt = head.removeprefix("calls_to_").rpartition("_")
        found[key] = counted(person, debt, date.fromisoformat(ending))
    return found
