"""What the engine answers to one worked case, and the refusal of a case it cannot read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from forbear.primitives.errors import RequestRefused


class CaseUnreadable(RequestRefused):
    """A case holds a key or value its schema does not document: nothing was judged."""

    code = "case_unreadable"

    def __init__(self, case_id: str, where: str, advice: str) -> None:
        super().__init__(f"{case_id}: {where}: {advice}")
        self.case_id = case_id
        self.where = where


@dataclass(frozen=True, slots=True)
class Answer:
    """The engine's answer in the vocabulary of the case file.

    `rule_ids` are the rules that forbid or, where nothing forbids, those that were asked and
    matter; `values` what a `compute` case asks for; `requires` what an allowed act still needs.
    """

    verdict: str
    rule_ids: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    requires: tuple[str, ...] = ()
    explanation: str = ""
