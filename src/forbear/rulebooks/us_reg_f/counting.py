"""Counting telephone calls under 1006.14(b)(2)-(4): what counts, toward which debt, in which days.

Pure functions over a log of one collector (and its agents). The numbers seven come from the
parameters of this book; nothing here decides, US-REGF-CALLS does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

TELEPHONE_CALLS = frozenset({"call", "voicemail", "ringless_voicemail"})
NOT_CONNECTED = frozenset({"busy", "not_in_service"})
# Persons whom 1006.6(d)(1)(ii)-(vi) lets a collector speak to: calls to them do not count.
PROFESSIONAL = frozenset({"consumer_attorney"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedCall:
    """One telephone call as logged: when, with whom, which way, and about which debts.

    `charged` are the particular debts a placed call counts toward, `discussed` those of a
    conversation; `is_excluded` says that 1006.14(b)(3) takes it out of the count.
    """

    at: datetime
    person: str
    is_outbound: bool
    charged: frozenset[str] = frozenset()
    discussed: frozenset[str] = frozenset()
    is_excluded: bool = False
    number: str | None = None

    @property
    def counts(self) -> bool:
        """Whether it is a call placed by the collector that counts toward the frequency."""
        return self.is_outbound and not self.is_excluded


def is_telephone_call(kind: str) -> bool:
    """Whether a contact is a call placed: voice and ringless voicemail are, messages are not.

    Comment 14(b)-1.

    >>> is_telephone_call("ringless_voicemail"), is_telephone_call("sms")
    (True, False)
    """
    return kind in TELEPHONE_CALLS


def is_connected(outcome: str | None) -> bool:
    """Whether a call reached the dialled number: ringing out, a full voicemail, a drop all do.

    Comment 14(b)(3)(ii)-1.

    >>> is_connected("busy"), is_connected("voicemail_box_full"), is_connected("no_answer")
    (False, True, True)
    """
    return outcome not in NOT_CONNECTED


def particular_debts(accounts: Mapping[str, str | None]) -> dict[str, str]:
    """The particular debt of each debt: student loans under one account number are one.

    `accounts`: debt id to the account number when obtained, None when the debt stands alone.
    Comments 14(b)(4)-1 and -2.vii.

    >>> particular_debts({"S1": "ACC-1", "S2": "ACC-1", "M": None})
    {'S1': 'account ACC-1', 'S2': 'account ACC-1', 'M': 'M'}
    """
    return {
        debt: debt if number is None else f"account {number}" for debt, number in accounts.items()
    }


def charged_debts(
    *,
    raised_by_collector: frozenset[str],
    raised_by_consumer: frozenset[str],
    discussed: frozenset[str],
    named_in_voicemail: frozenset[str],
    attributed: frozenset[str],
) -> frozenset[str]:
    """The debts a placed call counts toward.

    A conversation or voicemail the collector began about debts counts toward each of them, not
    toward a debt only the consumer raised; a call that named none counts toward the debts it is
    attributed to. Comments 14(b)(4)-1.i and -2.vi.

    >>> none = frozenset()
    >>> sorted(charged_debts(raised_by_collector=frozenset("M"), raised_by_consumer=frozenset("C"),
    ...     discussed=none, named_in_voicemail=none, attributed=none))
    ['M']
    """
    begun = raised_by_collector | (discussed - raised_by_consumer) | named_in_voicemail
    return begun or attributed


def conversation_debts(
    *,
    raised_by_collector: frozenset[str],
    raised_by_consumer: frozenset[str],
    discussed: frozenset[str],
    attributed: frozenset[str],
) -> frozenset[str]:
    """The debts a conversation is about, whoever raised them; none named: those attributed to.

    Comments 14(b)(4)-1.ii, -2.v and -2.vi.
    """
    return raised_by_collector | raised_by_consumer | discussed or attributed


def calls_in_window(
    calls: Iterable[LoggedCall], person: str, debt: str, ending: date, *, window_days: int
) -> int:
    """Counted calls to a person about a debt in the days that end with `ending`.

    The window rolls: on the eighth day the first day's call has left. Comment 14(b)(2)(i)-1.i.

    >>> april = [LoggedCall(at=datetime(2026, 4, d, 10), person="P1", is_outbound=True,
    ...     charged=frozenset({"D1"})) for d in range(1, 8)]
    >>> calls_in_window(april, "P1", "D1", date(2026, 4, 7), window_days=7)
    7
    >>> calls_in_window(april, "P1", "D1", date(2026, 4, 8), window_days=7)
    6
    """
    first = ending - timedelta(days=window_days - 1)
    return sum(
        call.counts
        and call.person == person
        and debt in call.charged
        and first <= call.at.date() <= ending
        for call in calls
    )


def days_until_call_leaves(
    calls: Iterable[LoggedCall], person: str, debt: str, on: date, *, window_days: int
) -> int:
    """Days until the oldest counted call of the window drops out; 0 when there is none."""
    first = on - timedelta(days=window_days - 1)
    days = [
        call.at.date()
        for call in calls
        if call.counts
        and call.person == person
        and debt in call.charged
        and first <= call.at.date() <= on
    ]
    return (min(days) - first).days + 1 if days else 0


def last_conversation(
    calls: Iterable[LoggedCall], person: str, debt: str, before: datetime
) -> date | None:
    """The day of the latest conversation with a person about a debt, whoever called."""
    days = [
        call.at.date()
        for call in calls
        if call.person == person and debt in call.discussed and call.at < before
    ]
    return max(days, default=None)


def earliest_clear_date(conversation_on: date, *, days_after: int) -> date:
    """The first day on which a call lies outside the days after a conversation.

    The day of the conversation is day one. Comments 14(b)(2)(i)-1.ii and (ii)-1.ii.

    >>> earliest_clear_date(date(2026, 8, 14), days_after=7)
    datetime.date(2026, 8, 21)
    """
    return conversation_on + timedelta(days=days_after)


def without_wrong_number(
    calls: Iterable[LoggedCall], number: str, learned_on: date, *, window_days: int
) -> list[LoggedCall]:
    """The log without calls to a number then learned to be somebody else's.

    They are taken out of the seven days in which that was learned. Comment 14(b)(2)(i)-3.

    >>> call = LoggedCall(at=datetime(2026, 9, 7, 10), person="P1", is_outbound=True, number="22")
    >>> without_wrong_number([call], "22", date(2026, 9, 10), window_days=7)
    []
    >>> len(without_wrong_number([call], "22", date(2026, 9, 14), window_days=7))
    1
    """
    first = learned_on - timedelta(days=window_days - 1)
    return [
        call for call in calls if call.number != number or not first <= call.at.date() <= learned_on
    ]
