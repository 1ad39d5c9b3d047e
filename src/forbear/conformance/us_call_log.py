"""The log of a case as calls that count: debts they count toward, consents, wrong numbers, persons."""

from dataclasses import replace
from datetime import datetime

from forbear.conformance.us_asking import Desk
from forbear.conformance.us_scenario import Event, Said, Scenario
from forbear.conformance.us_words import WEEKDAYS
from forbear.rulebooks.us_reg_f import consents, counting

CALL_EVENTS = ("call", "ringless_voicemail")
CONSENTS = ("callback_consent", "call_consent")


def particular_debts(scenario: Scenario) -> dict[str, str]:
    """The particular debt of each debt of the case."""
    return counting.particular_debts(
        {
            debt: body.get("account_number_at_placement")
            if body.get("type") == "student_loan"
            else None
            for debt, body in scenario.debts.items()
        }
    )


def charged(scenario: Scenario, event: Event) -> frozenset[str]:
    """The debts (by id) a placed call counts toward; attribution is the collector's."""
    if not event.is_outbound:
        return frozenset()
    return counting.charged_debts(
        raised_by_collector=event.names("collector_raised"),
        raised_by_consumer=event.names("consumer_raised"),
        discussed=event.names("discussed"),
        named_in_voicemail=event.names("refers_to"),
        attributed=_attributed(scenario, event),
    )


def talked_about(scenario: Scenario, event: Event) -> frozenset[str]:
    """The debts (by id) of a conversation; none when nobody talked."""
    named = event.names("discussed") | event.names("collector_raised")
    is_talk = event.outcome == "answered_conversation" or _is_dropped_talk(scenario, event)
    if not is_talk and not named:
        return frozenset()
    return counting.conversation_debts(
        raised_by_collector=event.names("collector_raised"),
        raised_by_consumer=event.names("consumer_raised"),
        discussed=event.names("discussed"),
        attributed=_attributed(scenario, event),
    )


def _is_dropped_talk(scenario: Scenario, event: Event) -> bool:
    """Whether the call dropped in the middle of a talk that is known of."""
    dropped = scenario.fact("call_dropped")
    return (
        dropped is not None
        and event.outcome == "answered_then_dropped"
        and dropped.get("date") in (None, event.at.date().isoformat())
    )


def _attributed(scenario: Scenario, event: Event) -> frozenset[str]:
    """What a call that names no debt is counted toward: as logged, else the only debt there is."""
    of_conversation = event.body.get("attributed_to")
    if of_conversation is not None:
        listed = of_conversation if isinstance(of_conversation, list) else [of_conversation]
        return frozenset(listed)
    logged = event.names("counted_toward")
    if logged:
        return logged
    return frozenset(scenario.debts) if len(scenario.debts) == 1 else frozenset()


def call_log(scenario: Scenario, desk: Desk) -> list[counting.LoggedCall]:
    """Every call up to the action as `LoggedCall`, in particular debts, exclusions applied."""
    groups = particular_debts(scenario)
    plain = [
        counting.LoggedCall(
            at=event.at,
            person=event.person,
            is_outbound=event.is_outbound,
            charged=frozenset(groups.get(d, d) for d in charged(scenario, event)),
            discussed=frozenset(groups.get(d, d) for d in talked_about(scenario, event)),
            is_excluded=not counting.is_connected(event.outcome)
            or scenario.relation(event.person) in counting.PROFESSIONAL,
            number=event.body.get("to"),
        )
        for event in scenario.of_type(*CALL_EVENTS)
    ]
    calls = [
        replace(call, is_excluded=call.is_excluded or _is_consented(scenario, desk, plain, call))
        for call in plain
    ]
    for event in scenario.of_type("learned_wrong_number"):
        calls = counting.without_wrong_number(
            calls,
            str(event.body.get("number")),
            event.at.date(),
            window_days=desk.number("window_days"),
        )
    return calls


def _is_consented(
    scenario: Scenario, desk: Desk, calls: list[counting.LoggedCall], call: counting.LoggedCall
) -> bool:
    return any(
        has_consent(scenario, desk, calls, call.person, debt, call.at) for debt in call.charged
    )


def has_consent(
    scenario: Scenario,
    desk: Desk,
    calls: list[counting.LoggedCall],
    person: str,
    debt: str,
    moment: datetime,
) -> bool:
    """Whether a call to a person about a particular debt at `moment` rests on consent."""
    for given in scenario.said(*CONSENTS):
        if not _is_for(scenario, given, person, debt):
            continue
        days = consents.lifted_days(
            given.at,
            weekday=WEEKDAYS[given.body["weekday"]] if given.body.get("weekday") else None,
            ended_at=_ended(scenario, calls, given, person, debt),
            consent_days=desk.number("consent_days"),
        )
        if days is not None and days.covers(moment):
            return True
    return False


def _is_for(scenario: Scenario, given: Said, person: str, debt: str) -> bool:
    event = given.event
    if event is None or event.person != person or event.body.get("given_to") == "creditor":
        return False
    groups = particular_debts(scenario)
    named = event.names("debts") | event.names("discussed")
    return not named or debt in {groups.get(d, d) for d in named}


def _ended(
    scenario: Scenario, calls: list[counting.LoggedCall], given: Said, person: str, debt: str
) -> datetime | None:
    """When a consent ended early: revoked, or the person and the collector talked again."""
    talks = [
        call.at
        for call in calls
        if call.person == person and debt in call.discussed and call.at > given.at
    ]
    revoked = [
        said.at
        for said in scenario.said("callback_consent_revoked", "opt_out")
        if said.at >= given.at
        and said.event is not None
        and said.event.person == person
        and (said.code == "callback_consent_revoked" or said.body.get("scope") == "medium:call")
    ]
    return min([*talks, *revoked], default=None)
