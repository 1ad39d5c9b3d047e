"""Histories as formulas: some contacts at any minutes, a place of any offset, one clock change.

The counter here is a third twin of the fact builder; a test replays real histories in real time
zones through both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import z3

# A proof over twelve contacts: more than any cap's window holds before it is reached.
CONTACTS = 12
# Minutes since 1970 around 2026, 200 days: wide enough for twelve contacts a week apart. The
# proofs do not depend on the year.
FIRST_MINUTE, LAST_MINUTE = 29_000_000, 29_288_000
LEAST_OFFSET, GREATEST_OFFSET = -720, 840
CLOCK_CHANGES = (-60, 0, 60)


@dataclass(frozen=True, slots=True)
class SymbolicHistory:
    """Contacts in time order: local days, local minutes, numbers dialled; `bounds` tie them."""

    days: tuple[Any, ...]
    minutes: tuple[Any, ...]
    numbers: tuple[Any, ...]
    bounds: tuple[Any, ...]


def symbolic_history(contacts: int = CONTACTS) -> SymbolicHistory:
    """Any `contacts` contacts of one person at one place, its clock changed once or not at all."""
    moments = [z3.Int(f"t{i}") for i in range(contacts)]
    days = [z3.Int(f"d{i}") for i in range(contacts)]
    minutes = [z3.Int(f"m{i}") for i in range(contacts)]
    numbers = [z3.Int(f"n{i}") for i in range(contacts)]
    offset, jump, cut = z3.Ints("offset jump cut")
    bounds = [
        moments[0] >= FIRST_MINUTE,
        moments[-1] <= LAST_MINUTE,
        offset >= LEAST_OFFSET,
        offset <= GREATEST_OFFSET,
        z3.Or([jump == x for x in CLOCK_CHANGES]),
    ]
    for i in range(contacts):
        local = moments[i] + z3.If(moments[i] < cut, offset, offset + jump)
        bounds += [local == days[i] * 1440 + minutes[i], minutes[i] >= 0, minutes[i] < 1440]
        bounds += [numbers[i] >= 0, numbers[i] <= 2]
        if i:
            bounds.append(moments[i] >= moments[i - 1])
    return SymbolicHistory(tuple(days), tuple(minutes), tuple(numbers), tuple(bounds))


def counted(today: Any, earlier: Sequence[Any], span: int) -> Any:
    """How many of the `earlier` days lie on the `span` local days that end with `today`."""
    return z3.Sum([z3.IntVal(0), *(z3.If(today - day < span, 1, 0) for day in earlier)])


def counted_same(today: Any, number: Any, earlier: Sequence[tuple[Any, Any]], span: int) -> Any:
    """The same, of the contacts on one number only."""
    hits = [z3.If(z3.And(today - d < span, n == number), 1, 0) for d, n in earlier]
    return z3.Sum([z3.IntVal(0), *hits])
