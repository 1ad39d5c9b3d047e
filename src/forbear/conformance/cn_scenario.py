"""Reads a Chinese case: checks every key and value, then gives typed views of it.

Nothing here judges, and nothing reads titles, free text or what the case expects.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from forbear.compliance.rulebook import Rulebook
from forbear.compliance.scopes import Scope
from forbear.conformance import cn_words as words
from forbear.conformance.answers import CaseUnreadable
from forbear.conformance.cn_words import Moment, NotInVocabulary, Parse

# The day of a case that names neither a time nor a date.
USUAL_DAY = date(2026, 6, 30)
CBA_MEMBERS = frozenset({"bank", "consumer_finance"})
KEYS = frozenset(
    [
        "jurisdiction",
        "action",
        "lender_type",
        "actor",
        "product",
        "channel",
        "recipient",
        "local_datetime",
        "history",
        "flags",
    ]
)
Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a case says under `history` or `flags`, each value already of its documented type."""

    held: Mapping[str, Any]

    def told(self, key: str, kind: type[Kind]) -> Kind | None:
        """The value of a key, None when the case does not say it."""
        value = self.held.get(key)
        if value is not None and not isinstance(value, kind):
            raise TypeError(f"{key} is read as {kind.__name__} but was parsed as {type(value)}.")
        return value

    def says(self, key: str, *, default: bool = False) -> bool:
        """A yes or no, `default` when the case does not say it."""
        told = self.told(key, bool)
        return default if told is None else told

    def count(self, key: str, default: int = 0) -> int:
        """A whole number, `default` when the case does not say it."""
        told = self.told(key, int)
        return default if told is None else told

    def day(self, key: str) -> date | None:
        """A day."""
        return self.told(key, date)

    def moment(self, key: str) -> Moment | None:
        """A day with its time, where one is given."""
        return self.told(key, Moment)

    def number(self, key: str) -> Decimal | None:
        """An exact number."""
        return self.told(key, Decimal)

    def word(self, key: str) -> str | None:
        """A word of the vocabulary."""
        return self.told(key, str)

    def days(self) -> Iterator[date]:
        """Every day named anywhere in it."""
        for value in self.held.values():
            yield from _days_in(value)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One case: what is proposed, by whom, when, and what is known; `on` decides the law."""

    case_id: str
    action: str
    lender_kind: str
    actor: str
    product: str | None
    channel: str | None
    recipient: str
    at: datetime | None
    on: date
    history: Facts
    flags: Facts

    @property
    def is_by_agency(self) -> bool:
        """An outsourced agency acts."""
        return self.actor == "outsourced_agency"

    def scope(self, books: Sequence[Rulebook]) -> Scope:
        """Who stands before the rules: memberships as said, else as the vocabulary assumes."""
        memberships = set()
        if self.flags.says("cba_member", default=self.lender_kind in CBA_MEMBERS):
            memberships.add("cba")
        if self.flags.says("nifa_member", default=self.lender_kind in _bound_by("nifa", books)):
            memberships.add("nifa")
        return Scope("CN", self.lender_kind, self.actor, self.product, frozenset(memberships))

    def needed(self, key: str, value: Kind | None) -> Kind:
        """A fact this action cannot be judged without. Raises `CaseUnreadable`."""
        if value is None:
            raise CaseUnreadable(
                self.case_id, f"scenario.{key}", f"{self.action} cannot be judged without it."
            )
        return value


def read_scenario(case: Mapping[str, Any]) -> Scenario:
    """The case as typed views. Raises `CaseUnreadable` for what is not documented."""
    case_id = str(case.get("id", "?"))
    body = case.get("scenario")
    if not isinstance(body, Mapping):
        raise CaseUnreadable(case_id, "scenario", "is missing; a case has id, scenario, expected.")
    for key in body:
        if key not in KEYS:
            raise CaseUnreadable(
                case_id, f"scenario.{key}", f"no such key; known are {', '.join(sorted(KEYS))}."
            )
    flags = _facts(case_id, body, "flags", words.FLAGS)
    told_at = _read(case_id, "scenario.local_datetime", words.moment, body.get("local_datetime"))
    on = told_at.day if told_at else max(flags.days(), default=USUAL_DAY)
    _word(case_id, body, "jurisdiction", ("CN",))
    return Scenario(
        case_id=case_id,
        action=_word(case_id, body, "action", words.ACTIONS),
        lender_kind=_word(case_id, body, "lender_type", words.LENDERS),
        actor=_word(case_id, body, "actor", words.ACTORS, "in_house"),
        product=_word(case_id, body, "product", words.PRODUCTS, "") or None,
        channel=_word(case_id, body, "channel", words.CHANNELS, "") or None,
        recipient=_word(case_id, body, "recipient", words.RECIPIENTS, "debtor"),
        at=told_at.at if told_at else None,
        on=on,
        history=_facts(case_id, body, "history", words.HISTORY),
        flags=flags,
    )


def _bound_by(membership: str, books: Sequence[Rulebook]) -> frozenset[str]:
    """The kinds of lender that the rules of a membership bind."""
    return frozenset(
        kind
        for book in books
        for rule in book.rules
        if rule.reach.membership == membership
        for kind in rule.reach.binds
    )


def _word(
    case_id: str, body: Mapping[str, Any], key: str, known: Sequence[str], default: str = "-"
) -> str:
    held = body.get(key)
    if held is None and default != "-":
        return default
    if held not in known:
        raise CaseUnreadable(case_id, f"scenario.{key}", f"{held!r} is none of {', '.join(known)}.")
    return str(held)


def _facts(case_id: str, body: Mapping[str, Any], part: str, known: Mapping[str, Parse]) -> Facts:
    held = body.get(part) or {}
    if not isinstance(held, Mapping):
        raise CaseUnreadable(case_id, f"scenario.{part}", "write key: value.")
    read = {}
    for key, value in held.items():
        if key not in known:
            raise CaseUnreadable(
                case_id, f"scenario.{part}.{key}", "no such key in the vocabulary of case files."
            )
        if value is not None:
            read[key] = _read(case_id, f"scenario.{part}.{key}", known[key], value)
    return Facts(read)


def _read(case_id: str, where: str, parse: Parse, held: Any) -> Any:
    if held is None:
        return None
    try:
        return parse(held)
    except NotInVocabulary as unknown:
        raise CaseUnreadable(case_id, where, f"{held!r}: {unknown}.") from unknown


def _days_in(value: Any) -> Iterator[date]:
    if isinstance(value, Moment):
        yield value.day
    elif isinstance(value, date):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _days_in(one)
