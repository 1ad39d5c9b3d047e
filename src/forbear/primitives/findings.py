"""A finding: something wrong in data that came from outside, and what to do about it.

Findings never carry the value itself, only its class: a tape holds personal data.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class Level(StrEnum):
    """error: the row cannot be taken; warning: taken, look at it; note: only counted."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault at one place.

    `row` is 1-based as a person counts data rows (the heading is row 0) and None for a
    fault of the whole file or column; `value_class` says what stood there (`empty`, `text`,
    `negative number`, `date`); `code` is stable and documented; `params` fill its message.
    """

    file: str
    code: str
    level: Level
    row: int | None = None
    column: str | None = None
    value_class: str | None = None
    params: dict[str, str] = field(default_factory=dict)
