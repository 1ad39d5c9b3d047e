"""The words a rule file is written in: `rule`, `allowed`, `refused`, `needs_review`.

Rule files are ordinary typed Python, so that editors, the type checker and lawyers with a
little Python read them. The product never imports them: `reading.py` parses their text, refuses
whatever lies outside the subset and only then compiles the checked nodes.
"""

from collections.abc import Callable
from typing import Any

from forbear.compliance.verdicts import Verdict, allowed, needs_review, refused

__all__ = ["Parameters", "Verdict", "allowed", "needs_review", "refused", "rule"]


class Parameters:
    """The dated numbers of a rule's book on the day asked about: `p.quiet_starts_minute`."""

    def __init__(self, values: dict[str, int]) -> None:
        self.__dict__.update(values)

    def __getattr__(self, name: str) -> int:
        raise AttributeError(name)


Decide = Callable[[Any, Parameters], Verdict]


def rule(rule_id: str) -> Callable[[Decide], Decide]:
    """Marks a function as the rule `rule_id`; its citation stands under that id in rules.yaml."""

    def marked(decide: Decide) -> Decide:
        return decide

    return marked
