"""Reads a United States case: checks every key and coded value, then gives typed views of it.

Times of events are clock times at the consumer's home; the proposed action has a zone of its own.
Nothing here judges, and nothing reads titles, free text or what the case expects.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from forbear.conformance import us_words as words
from forbear.conformance.answers import CaseUnreadable

DEFAULT_ZONE = "America/New_York"
CLOCK = re.compile(r"[0-2]\d:[0-5]\d")
WINDOW_ENDS = 2
Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """One coded statement, when it was made and in which event (None: a known fact)."""

    code: str
    at: datetime
    body: Body
    event: "Event | None" = None


@dataclass(frozen=True, slots=True)
class Event:
    """One logged event at the consumer's local time; `index` is its place in the file."""

    index: int
    at: datetime
    type: str
    person: str
    body: Body

    @property
    def is_outbound(self) -> bool:
        """Whether the collector acted; a contact without direction is the collector's."""
        return bool(self.body.get("direction", "outbound") == "outbound")

    @property
    def outcome(self) -> str | None:
        """How a call ended."""
        return self.body.get("outcome")

    def names(self, key: str) -> frozenset[str]:
        """The ids listed under a key."""
        return frozenset(self.body.get(key) or ())


@dataclass(frozen=True, slots=True)
class Action:
    """The proposed action: `at` on the home clock, `moment` with its zone."""

    type: str
    at: datetime
    moment: datetime
    person: str
    body: Body

    def get(self, key: str, default: Any = None) -> Any:
        """A key of the action."""
        return self.body.get(key, default)

    @property
    def codes(self) -> Mapping[str, Body]:
        """What the collector would say, by code."""
        return {body["code"]: body for body in _listed(self.body.get("text_coded"))}


@dataclass(frozen=True, slots=True)
class Scenario:
    """One case as typed views: who, which debts, what was known, what happened, what is proposed."""

    case_id: str
    provision: str
    collector: Body
    consumer: Body
    zone: str
    places: tuple[str, ...]
    relations: Mapping[str, str]
    debts: Mapping[str, Body]
    facts: tuple[Body, ...]
    events: tuple[Event, ...]
    action: Action | None
    asked: Mapping[str, tuple[str, ...]]

    @property
    def on(self) -> date:
        """The day the law is asked for: of the action, else of the last event."""
        if self.action is not None:
            return self.action.at.date()
        return max((e.at.date() for e in self.events), default=date(2026, 9, 2))

    def fact(self, code: str) -> Body | None:
        """The first known fact of a code."""
        return next((f for f in self.facts if f["code"] == code), None)

    def of_type(self, *types: str) -> list[Event]:
        """Events of these types up to the action, earliest first."""
        return [e for e in self.timeline() if e.type in types]

    def timeline(self) -> list[Event]:
        """Every event up to the action, earliest first."""
        ordered = sorted(self.events, key=lambda e: (e.at, e.index))
        return [e for e in ordered if self.action is None or e.at <= self.action.at]

    def said(self, *codes: str, until: datetime | None = None) -> Iterator[Said]:
        """Coded statements of these codes in order of time, up to `until` or the action."""
        for event in self.timeline():
            if until is not None and event.at > until:
                return
            listed = [*_listed(event.body.get("statements_coded"))]
            for body in [*listed, *_listed(event.body.get("text_coded"))]:
                if body["code"] in codes:
                    yield Said(body["code"], event.at, body, event)

    def relation(self, person: str) -> str:
        """How a person stands to the consumer: `consumer`, a relation, or `third_party`."""
        if person == self.consumer.get("id", words.CONSUMER_ID):
            return "consumer"
        return self.relations.get(person, person if person in words.RELATIONS else "third_party")

    def debts_of_action(self) -> frozenset[str]:
        """The debts the action names; all of the consumer's when it names none."""
        named = self.action.get("debts") if self.action else None
        return frozenset(named or self.debts)


def _listed(coded: Any) -> list[Body]:
    if coded is None:
        return []
    return [coded] if isinstance(coded, Mapping) else list(coded)


def is_window(held: object) -> bool:
    """Whether a value is a clock window, `["HH:MM", "HH:MM"]`, under whatever key it stands."""
    return (
        isinstance(held, list)
        and len(held) == WINDOW_ENDS
        and all(isinstance(end, str) and CLOCK.fullmatch(end) for end in held)
    )


class _Reader:
    """Walks a case and refuses what its schema does not document."""

    def __init__(self, case: Body) -> None:
        self.case = case
        self.case_id = str(case.get("id", "?"))

    def fail(self, where: str, what: object, allowed: object) -> None:
        listed = ", ".join(sorted(map(str, allowed))) if isinstance(allowed, frozenset) else allowed
        raise CaseUnreadable(
            self.case_id, where, f"{what!r} is not documented; known: {listed}. Not judged."
        )

    def keys(self, where: str, body: Any, allowed: frozenset[str]) -> None:
        if not isinstance(body, Mapping):
            self.fail(where, body, "an object")
        for key in body:
            if key not in allowed:
                self.fail(f"{where}.{key}", key, allowed)

    def values(self, where: str, body: Body, allowed: Mapping[str, frozenset[str]]) -> None:
        for key, known in allowed.items():
            value = body.get(key)
            if value is not None and value not in known:
                self.fail(f"{where}.{key}", value, known)

    def coded(self, where: str, bodies: Any, known: Mapping[str, str]) -> None:
        for n, body in enumerate(_listed(bodies)):
            at = f"{where}[{n}]"
            code = body.get("code") if isinstance(body, Mapping) else None
            if code not in known:
                self.fail(f"{at}.code", code, frozenset(known))
            windows = {key for key, held in body.items() if is_window(held)}
            spoken = windows if code in words.SPEAK_OF_TIMES else set()
            self.keys(at, body, frozenset({"code", *known[str(code)].split(), *spoken}))
            for day in [*(body.get("weekdays") or ()), *_one(body.get("weekday"))]:
                if day not in words.WEEKDAYS:
                    self.fail(f"{at}.weekdays", day, frozenset(words.WEEKDAYS))
            for element in body.get("elements") or ():
                if element not in words.ELEMENTS:
                    self.fail(f"{at}.elements", element, words.ELEMENTS)


def _one(value: Any) -> tuple[Any, ...]:
    return () if value is None else (value,)


def read_scenario(case: Body) -> Scenario:
    """The case as a `Scenario`. Raises `CaseUnreadable` for a key or value not documented."""
    reader = _Reader(case)
    reader.keys("case", case, words.CASE_KEYS)
    scenario = case.get("scenario") or {}
    reader.keys("scenario", scenario, words.SCENARIO_KEYS)
    consumer = scenario.get("consumer") or {}
    reader.keys("scenario.consumer", consumer, words.CONSUMER_KEYS)
    collector = scenario.get("collector") or {}
    reader.keys("scenario.collector", collector, words.COLLECTOR_KEYS)
    evidence = consumer.get("location_evidence") or []
    for body in evidence:
        reader.keys("scenario.consumer.location_evidence", body, words.EVIDENCE_KEYS)
    for body in scenario.get("persons") or []:
        reader.keys("scenario.persons", body, words.PERSON_KEYS)
        reader.values("scenario.persons", body, {"relation": words.RELATIONS})
    for body in scenario.get("debts") or []:
        reader.keys("scenario.debts", body, words.DEBT_KEYS)
        reader.values("scenario.debts", body, {"status": words.DEBT_STATUSES})
    reader.coded("scenario.facts_coded", scenario.get("facts_coded"), words.FACT_KEYS)
    raw_action = scenario.get("proposed_action")
    zone = _zone(consumer, evidence, raw_action)
    return Scenario(
        case_id=reader.case_id,
        provision=str(case.get("provision") or ""),
        collector=collector,
        consumer=consumer,
        zone=zone,
        places=tuple(body["tz"] for body in evidence) or (zone,),
        relations={p["id"]: p["relation"] for p in scenario.get("persons") or []},
        debts={d["id"]: d for d in scenario.get("debts") or []},
        facts=tuple(_listed(scenario.get("facts_coded"))),
        events=tuple(_events(reader, scenario.get("events") or [], consumer)),
        action=_action(reader, raw_action, consumer, zone),
        asked=_asked((case.get("expected") or {}).get("values") or {}),
    )


def _asked(values: Body) -> dict[str, tuple[str, ...]]:
    """The names of the values a case asks for, and of the parts of each: never what they are."""
    return {name: tuple(held) if isinstance(held, Mapping) else () for name, held in values.items()}


def _zone(consumer: Body, evidence: list[Body], action: Body | None) -> str:
    if consumer.get("home_tz"):
        return str(consumer["home_tz"])
    if evidence:
        return str(evidence[0]["tz"])
    return str((action or {}).get("tz") or DEFAULT_ZONE)


def _events(reader: _Reader, raw: list[Body], consumer: Body) -> Iterator[Event]:
    own = consumer.get("id", words.CONSUMER_ID)
    for n, body in enumerate(raw):
        where = f"scenario.events[{n}]"
        reader.keys(where, body, words.EVENT_KEYS)
        reader.values(where, body, words.EVENT_VALUES)
        for key in ("statements_coded", "text_coded"):
            reader.coded(f"{where}.{key}", body.get(key), words.SAID_KEYS)
        yield Event(n, _moment(reader, where, body), body["type"], body.get("person") or own, body)


def _action(reader: _Reader, raw: Body | None, consumer: Body, zone: str) -> Action | None:
    if raw is None:
        return None
    where = "scenario.proposed_action"
    reader.keys(where, raw, words.ACTION_KEYS)
    reader.values(where, raw, words.ACTION_VALUES)
    reader.coded(f"{where}.text_coded", raw.get("text_coded"), words.SAID_KEYS)
    if raw.get("agent_name"):
        reader.keys(f"{where}.agent_name", raw["agent_name"], words.AGENT_NAME_KEYS)
    local = _moment(reader, where, raw)
    moment = local.replace(tzinfo=ZoneInfo(raw.get("tz") or zone))
    at = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    person = raw.get("person") or consumer.get("id", words.CONSUMER_ID)
    return Action(raw["type"], at, moment, person, raw)


def _moment(reader: _Reader, where: str, body: Body) -> datetime:
    try:
        return datetime.fromisoformat(body["at"]).replace(tzinfo=None)
    except (KeyError, TypeError, ValueError):
        raise CaseUnreadable(
            reader.case_id, f"{where}.at", "give a local ISO time such as 2026-09-02T10:00."
        ) from None
