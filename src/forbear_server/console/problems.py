"""One thing to mend in a form: which field, and the sentence beside it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    field: str
    text: str
