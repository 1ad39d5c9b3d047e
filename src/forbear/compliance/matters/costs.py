"""Cost of a loan: what rate, penalty and fees may be charged or claimed."""

from dataclasses import dataclass
from typing import Annotated

from forbear.compliance.fact_kinds import Whole, YesNo

FEN = 10**15


@dataclass(frozen=True, slots=True, kw_only=True)
class CostFacts:
    """Charging or claiming the cost of one loan. Facts left out are neutral."""

    annual_rate_bp: Annotated[
        int,
        Whole(
            lo=0,
            hi=1_000_000,
            zh="年利率",
            en="the yearly rate charged",
            unit="basis points",
            counted="a fraction of a basis point counts as a whole one",
        ),
    ] = 0
    lpr_bp: Annotated[
        int | None,
        Whole(
            lo=0,
            hi=100_000,
            zh="合同成立时一年期LPR",
            en="the one-year LPR when the contract was made",
            unit="basis points",
            counted="published by the authorised interbank centre",
            unknown="the LPR of that day is not known here",
        ),
    ] = None
    total_annual_bp: Annotated[
        int,
        Whole(
            lo=0,
            hi=1_000_000,
            zh="利息、罚息与费用合计年化",
            en="interest, penalty and fees together, a year",
            unit="basis points",
            counted="a fraction of a basis point counts as a whole one",
        ),
    ] = 0
    is_reduction_requested: Annotated[
        bool,
        YesNo(
            zh="借款人请求调减",
            en="the borrower asks for reduction",
            counted="in court or in writing",
        ),
    ] = False
    contract_rate_bp: Annotated[
        int,
        Whole(
            lo=0,
            hi=1_000_000,
            zh="合同利率",
            en="the rate of the contract",
            unit="basis points",
            counted="before any penalty",
        ),
    ] = 0
    penalty_rate_bp: Annotated[
        int | None,
        Whole(
            lo=0,
            hi=1_000_000,
            zh="罚息利率",
            en="the penalty rate",
            unit="basis points",
            counted="for the time overdue, or for use against the contract",
            unknown="no penalty rate is charged",
        ),
    ] = None
    is_misused: Annotated[
        bool,
        YesNo(zh="挪用借款", en="the money was used against the contract", counted="not as agreed"),
    ] = False
    is_interest_agreed: Annotated[
        bool, YesNo(zh="已约定支付利息", en="interest was agreed", counted="in the contract")
    ] = True
    is_charged_by_platform: Annotated[
        bool,
        YesNo(
            zh="平台运营机构向借款人收费",
            en="the platform itself charges the borrower",
            counted="interest, service, membership or any other fee",
        ),
    ] = False
    contract_day: Annotated[
        int,
        Whole(
            lo=0,
            hi=99_991_231,
            zh="合同成立日",
            en="the day of the contract",
            unit="yyyymmdd",
            counted="as a number such as 20280101",
        ),
    ] = 0
    undisclosed_minor: Annotated[
        int,
        Whole(
            lo=0,
            hi=FEN,
            zh="明示以外的息费",
            en="charges beyond the disclosed table",
            unit="fen",
            counted="any amount not listed there, default costs included",
        ),
    ] = 0
    is_cost_table_given: Annotated[
        bool,
        YesNo(
            zh="已出示综合融资成本明示表",
            en="the table of total cost was shown",
            counted="and confirmed by the borrower",
        ),
    ] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PrincipalFacts:
    """Claiming the principal of one loan."""

    paid_out_minor: Annotated[
        int,
        Whole(
            lo=0,
            hi=FEN,
            zh="实际发放金额",
            en="the amount really paid out",
            unit="fen",
            counted="what reached the borrower",
        ),
    ] = 0
    principal_claimed_minor: Annotated[
        int,
        Whole(
            lo=0,
            hi=FEN,
            zh="主张的本金",
            en="the principal claimed",
            unit="fen",
            counted="before interest and fees",
        ),
    ] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationFacts:
    """Setting one payment against what is owed."""

    costs_left_minor: Annotated[
        int,
        Whole(
            lo=0,
            hi=FEN,
            zh="未付的实现债权费用",
            en="costs of enforcement left unpaid",
            unit="fen",
            counted="after this payment",
        ),
    ] = 0
    interest_left_minor: Annotated[
        int,
        Whole(
            lo=0,
            hi=FEN,
            zh="未付利息",
            en="interest left unpaid",
            unit="fen",
            counted="after this payment",
        ),
    ] = 0
    to_interest_minor: Annotated[
        int,
        Whole(
            lo=0,
            hi=FEN,
            zh="抵充利息金额",
            en="set against interest",
            unit="fen",
            counted="of this payment",
        ),
    ] = 0
    to_principal_minor: Annotated[
        int,
        Whole(
            lo=0,
            hi=FEN,
            zh="抵充主债务金额",
            en="set against principal",
            unit="fen",
            counted="of this payment",
        ),
    ] = 0
    is_order_agreed: Annotated[
        bool,
        YesNo(
            zh="另有约定顺序",
            en="another order was agreed",
            counted="in the contract or for this payment",
        ),
    ] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceFacts:
    """What one borrower may owe through one platform or company."""

    is_natural_person: Annotated[
        bool,
        YesNo(zh="借款人为自然人", en="the borrower is a natural person", counted="not a company"),
    ] = True
    balance_minor: Annotated[
        int,
        Whole(
            lo=0,
            hi=FEN,
            zh="在本机构的借款余额",
            en="the balance here",
            unit="fen",
            counted="after the loan asked about",
        ),
    ] = 0
    balance_everywhere_minor: Annotated[
        int,
        Whole(
            lo=0,
            hi=FEN,
            zh="各平台借款总余额",
            en="the balance on all platforms",
            unit="fen",
            counted="after the loan asked about",
        ),
    ] = 0
    is_consumer_use: Annotated[
        bool, YesNo(zh="用于消费", en="the loan is for consumption", counted="as agreed")
    ] = True
