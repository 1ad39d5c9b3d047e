"""Consents and agreements about contact: each a record that can be withdrawn.

An exception of a rule rests on one of these and names what it excepts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ConsentKind(StrEnum):
    """What the borrower agreed to."""

    AGREED_HOURS = "agreed_hours"  # 双方已事先约定催收时间: from_minute, until_minute
    NIGHT_CONTACT = "night_contact"  # 经债务人同意: contact between 22:00 and 08:00
    ATTEMPT_CAP = "attempt_cap"  # 与债务人另有约定: unanswered attempts a day to one number
    CALL_CAP = "call_cap"  # 与债务人另有约定: connected informative calls a day
    FREQUENT_CALLS = "frequent_calls"  # further calls within seven days; ends with a conversation


@dataclass(frozen=True, slots=True)
class Consent:
    """One consent; it holds from `granted_at` until `withdrawn_at`, if that ever comes."""

    consent_id: str
    kind: ConsentKind
    granted_at: datetime
    withdrawn_at: datetime | None = None
    from_minute: int | None = None
    until_minute: int | None = None
    daily_cap: int | None = None

    def holds(self, at: datetime) -> bool:
        """Whether it was given before `at` and not taken back by then."""
        is_withdrawn = self.withdrawn_at is not None and self.withdrawn_at <= at
        return self.granted_at <= at and not is_withdrawn


def consent_in_force(
    consents: Iterable[Consent], kind: ConsentKind, at: datetime
) -> Consent | None:
    """The latest consent of `kind` given by `at`, if it holds; ties go to the larger id.

    A later consent replaces the earlier one for good: withdrawing it revives nothing.
    """
    given = [c for c in consents if c.kind is kind and c.granted_at <= at]
    latest = max(given, key=lambda c: (c.granted_at, c.consent_id), default=None)
    return latest if latest is not None and latest.holds(at) else None
