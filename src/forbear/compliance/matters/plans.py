"""Individual repayment plans: how long they may run and for whom they are meant."""

from dataclasses import dataclass
from typing import Annotated

from forbear.compliance.fact_kinds import Whole, YesNo


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFacts:
    """One plan that is about to be offered."""

    months: Annotated[
        int,
        Whole(
            lo=0,
            hi=1_200,
            zh="分期月数",
            en="the months of the plan",
            unit="months",
            counted="from the first to the last instalment",
        ),
    ] = 12
    is_beyond_capacity: Annotated[
        bool,
        YesNo(
            zh="欠款超出还款能力",
            en="the debt is more than the borrower can pay",
            counted="as found by the lender on the borrower's papers",
        ),
    ] = True
    is_willing: Annotated[
        bool,
        YesNo(zh="仍有还款意愿", en="the borrower still wants to pay", counted="said or shown"),
    ] = True
