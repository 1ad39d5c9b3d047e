"""What a consumer ruled out: times, places, media, direct contact; and answers to their messages."""

from datetime import date, datetime, time

from forbear.compliance.matters.us_exchanges import UsExchangeFacts
from forbear.compliance.matters.us_notices import UsNoticeFacts
from forbear.conformance.us_scenario import Action, Body, Event, Said, Scenario, is_window
from forbear.conformance.us_words import WEEKDAYS
from forbear.rulebooks.us_reg_f.places import place_reached

MEDIUM_OF = {
    "call": "call",
    "voicemail": "call",
    "ringless_voicemail": "call",
    "continue_inbound_call": "call",
    "sms": "sms",
    "email": "email",
    "letter": "letter",
    "mail_disclosure": "letter",
    "portal_message": "portal",
    "push_notification": "push",
}
SAME_MEDIUM = {"text": "sms", "mail": "letter", "phone": "call", "voice": "call"}
ELECTRONIC = frozenset({"sms", "email"})
CONSENTED_MINUTES = 60
BEFORE_ALL = datetime(1, 1, 1)  # noqa: DTZ001 - a local clock time, like every event


def is_time_inconvenient(scenario: Scenario, moment: datetime) -> bool:
    """Whether the latest word about this time of the week calls it inconvenient."""
    known = [
        Said(f["code"], BEFORE_ALL, f) for f in scenario.facts if f["code"] == "inconvenient_times"
    ]
    latest = False
    for said in [*known, *scenario.said("inconvenient_times", "convenient_times", until=moment)]:
        word = _word_about(said, moment)
        latest = latest if word is None else word
    return latest


def _word_about(said: Said, moment: datetime) -> bool | None:
    """True: called inconvenient; False: called convenient; None: not spoken of."""
    body = said.body
    days = [WEEKDAYS[day] for day in body.get("weekdays") or WEEKDAYS]
    if moment.weekday() not in days:
        return None
    if said.code == "convenient_times":
        return _is_between(moment.time(), body.get("except_from"), body.get("except_to"))
    until = body.get("until")
    if until is not None and moment.date() > date.fromisoformat(until[:10]):
        return None
    windows = [held for held in body.values() if is_window(held)]
    start, end = windows[0] if windows else (body.get("from"), body.get("to"))
    if start is None and end is None:
        return True
    return True if _is_between(moment.time(), start, end) else None


def _is_between(clock: time, start: str | None, end: str | None) -> bool:
    if start is None or end is None:
        return False
    first, last = time.fromisoformat(start), time.fromisoformat(end)
    if first <= last:
        return first <= clock < last
    return clock >= first or clock < last


def is_place_inconvenient(scenario: Scenario, action: Action) -> bool:
    """Whether the action reaches a place the consumer ruled out."""
    ruled_out = {s.body.get("place") for s in scenario.said("inconvenient_place")}
    is_mail = action.type in ("letter", "mail_disclosure")
    reached = place_reached(
        address=(action.get("address") or "home") if is_mail else None,
        number_kind=action.get("number_kind") or _kind_of_inbound(scenario, action),
        known_whereabouts="home" if action.get("collector_knows_consumer_at_home") else None,
    )
    return reached in ruled_out


def _kind_of_inbound(scenario: Scenario, action: Action) -> str | None:
    if action.type != "continue_inbound_call":
        return None
    inbound = [e for e in scenario.of_type("call") if not e.is_outbound]
    return inbound[-1].body.get("from_number_kind") if inbound else None


def is_represented(scenario: Scenario, debts: frozenset[str]) -> bool:
    """Whether an attorney who can be reached represents the consumer on one of these debts."""
    known = scenario.fact("represented_by_attorney")
    if known is None or known.get("attorney_contact_known") is False:
        return False
    ended = [s.body.get("debt") for s in scenario.said("representation_ended")]
    on = known.get("debt")
    if any(debt is None or on is None or debt == on for debt in ended):
        return False
    return on is None or on in debts


def is_opted_out(scenario: Scenario, action: Action) -> bool:
    """Whether the person asked that this medium, number or address not be used."""
    scopes = [e.body.get("scope") for e in scenario.of_type("opt_out")]
    scopes += [s.body.get("scope") for s in scenario.said("opt_out")]
    return any(_covers(scope, action) for scope in scopes)


def _covers(scope: str | None, action: Action) -> bool:
    medium = MEDIUM_OF.get(action.type, action.type)
    if scope is None:
        return False
    kind, _, named = scope.partition(":")
    if kind == "medium":
        return SAME_MEDIUM.get(named, named) == medium
    if kind.startswith("all_"):
        named = kind.removeprefix("all_").rstrip("s")
        return SAME_MEDIUM.get(named, named) == medium
    if kind == "address":
        return medium in ELECTRONIC and named == action.get("to")
    return kind == "number" and medium in ("call", "sms") and named == action.get("to")


def stopped_at(scenario: Scenario) -> datetime | None:
    """When a written request to stop, or refusal to pay, was received (1006.6(c)(1))."""
    received = [e.at for e in scenario.of_type("cease_letter_received")]
    accepted = (scenario.fact("electronic_media_accepted") or {}).get("media") or ()
    media = {"portal": "portal_message", "email": "email", "sms": "sms"}
    for said in scenario.said("refuses_to_pay"):
        event = said.event
        is_accepted = event is not None and event.type in {media.get(m, m) for m in accepted}
        if is_accepted and event is not None and not event.is_outbound:
            received.append(said.at)
    return min(received, default=None)


def exchange_facts(scenario: Scenario, action: Action, barred_by: str) -> UsExchangeFacts:
    """The action as an answer to a message or call of the consumer, or within their session."""
    if action.type == "continue_inbound_call":
        return UsExchangeFacts(barred_by=barred_by, is_reply=True, is_same_medium=True)
    message, medium = _message_answered(scenario, action)
    if message is None:
        return UsExchangeFacts(barred_by=barred_by, is_own_session=_is_in_session(scenario, action))
    earlier = _replies(scenario, message)
    stated = action.get("reply_number")
    return UsExchangeFacts(
        barred_by=barred_by,
        is_reply=True,
        is_same_medium=MEDIUM_OF.get(action.type) == medium,
        earlier_replies=max(earlier, (stated or 1) - 1),
        days_since_message=max(0, (action.at.date() - message.at.date()).days),
        is_own_session=_is_in_session(scenario, action),
    )


def _message_answered(scenario: Scenario, action: Action) -> tuple[Event | None, str | None]:
    named = action.get("in_reply_to")
    emails = [e for e in scenario.of_type("email") if not e.is_outbound]
    if named is None or not emails:
        return None, None
    place = 1 if named == "second_consumer_email" else 0
    return emails[min(place, len(emails) - 1)], "email"


def _replies(scenario: Scenario, message: Event) -> int:
    """Answers already sent to a message: outbound ones of its kind until the consumer wrote again."""
    later = [e for e in scenario.of_type(message.type) if e.at > message.at]
    answers = 0
    for event in later:
        if not event.is_outbound:
            break
        answers += 1
    return answers


def _is_in_session(scenario: Scenario, action: Action) -> bool:
    if action.type not in ("show_debt_info_in_portal", "push_notification"):
        return False
    marks = scenario.of_type("portal_session_start", "portal_session_end")
    return bool(marks) and marks[-1].type == "portal_session_start"


def notice_facts(scenario: Scenario, action: Action) -> UsNoticeFacts:
    """The action as a single notice that may go out in spite of a refusal."""
    purpose = action.get("purpose")
    law = scenario.fact("statement_required_by_law")
    exchange = exchange_facts(scenario, action, "inconvenient_time")
    notices = {
        "written_early_intervention_notice_1024.39(d)(3)": "early_intervention_notice",
        "periodic_statement_1026.41": "mortgage_servicing_disclosure",
    }
    state: Body | None = scenario.fact("state_disclosure_required")
    kind = notices.get(purpose or "", "other")
    if action.type == "include_state_disclosure":
        kind = "state_disclosure"
    return UsNoticeFacts(
        notice=kind,
        is_contact_stopped=stopped_at(scenario) is not None,
        is_medium_refused=is_opted_out(scenario, action),
        is_required_by_law=law is not None and law.get("electronic_consent") is not True,
        is_reply=exchange.is_reply and exchange.is_same_medium,
        earlier_replies=exchange.earlier_replies,
        describes_greater_protection=bool(state and state.get("greater_protection")),
    )


def consented_window(scenario: Scenario, action: Action) -> tuple[int, int] | None:
    """The hour from a time the consumer consented to, given to this collector for this medium."""
    for fact in scenario.facts:
        if fact["code"] != "consent_to_time" or fact.get("given_to") != "collector":
            continue
        if fact.get("medium", "call") == MEDIUM_OF.get(action.type):
            at = time.fromisoformat(fact["time"])
            start = at.hour * 60 + at.minute
            return start, min(1440, start + CONSENTED_MINUTES)
    return None
