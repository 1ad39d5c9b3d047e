"""Twin of `verdicts.py` over columns: one rule's answer for every row, and all rules combined.

Until the compiler writes them from the scalar rules, these twins are written by hand beside
each rule and held equal to it by a property test.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from forbear.compliance.verdicts import NO_RULE, Ruling


@dataclass(frozen=True, slots=True)
class ColumnVerdict:
    """Where a rule refuses and where it asks for review; both expressions are never null."""

    refused: pl.Expr
    needs_review: pl.Expr
    reason: pl.Expr


def _always_in_review() -> ColumnVerdict:
    return ColumnVerdict(pl.lit(False), pl.lit(True), pl.lit(NO_RULE.verdict.reason))


# The form of a rule's column twin: its parameters in, its answer for every row out.
ColumnRule = Callable[[Any], ColumnVerdict]


def combined(answers: Sequence[tuple[str, ColumnVerdict]]) -> dict[str, pl.Expr]:
    """`ruling`, `rule_ids` and `verdict_reasons` of the strictest answer, all grounds kept.

    Without any rule in force a person must decide: nothing is allowed by the lack of a law.
    """
    if not answers:
        answers = [(NO_RULE.rule_id, _always_in_review())]
    refused = pl.any_horizontal(v.refused for _, v in answers)
    review = pl.any_horizontal(v.needs_review for _, v in answers)
    ruling = (
        pl.when(refused)
        .then(pl.lit(Ruling.REFUSED.value))
        .when(review)
        .then(pl.lit(Ruling.NEEDS_REVIEW.value))
        .otherwise(pl.lit(Ruling.ALLOWED.value))
    )
    ids = [pl.when(v.refused | v.needs_review).then(pl.lit(rule_id)) for rule_id, v in answers]
    reasons = [pl.when(v.refused | v.needs_review).then(v.reason) for _, v in answers]
    return {
        "ruling": ruling,
        "rule_ids": pl.concat_list(ids).list.drop_nulls(),
        "verdict_reasons": pl.concat_list(reasons).list.drop_nulls(),
    }
