"""European Union: before enforcement and after a transfer (Directives 2023/2225 and 2021/2167)."""

from dataclasses import dataclass
from typing import Annotated

from forbear.compliance.fact_kinds import YesNo


@dataclass(frozen=True, slots=True, kw_only=True)
class EuEnforcementFacts:
    """One step of collection or enforcement under national law that implements the directives."""

    is_enforcement: Annotated[
        bool,
        YesNo(
            zh="为启动强制执行程序",
            en="it starts enforcement proceedings",
            counted="court or out of court",
        ),
    ] = False
    is_forbearance_considered: Annotated[
        bool,
        YesNo(
            zh="已考虑合理宽限",
            en="reasonable forbearance was considered for the consumer's situation",
            counted="recorded before the step",
        ),
    ] = True
    is_transferred: Annotated[
        bool,
        YesNo(
            zh="债权已转让",
            en="the credit was transferred",
            counted="to a purchaser under Directive 2021/2167",
        ),
    ] = False
    is_first_collection: Annotated[
        bool,
        YesNo(
            zh="为首次催收",
            en="it is the first debt collection after the transfer",
            counted="by the purchaser or its servicer",
        ),
    ] = False
    has_transfer_notice: Annotated[
        bool,
        YesNo(
            zh="已告知转让",
            en="the borrower got the notice of transfer",
            counted="on paper or another durable medium, with date, identity, authorisation and contact point",
        ),
    ] = False
