"""Going to court: payment order, small claim, enforcement, evidence on a chain."""

from dataclasses import dataclass
from typing import Annotated

from forbear.compliance.fact_kinds import Whole, Words, YesNo

FEN = 10**15
TITLES = (
    "judgment",
    "payment_order",
)
PROCEDURES = (
    "ordinary",
    "payment_order",
    "enforcement",
    "preservation",
    "mediated",
    "withdrawn",
    "summary",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentOrderFacts:
    """Applying for a payment order."""

    is_serviceable: Annotated[
        bool,
        YesNo(
            zh="支付令能够送达",
            en="the order can be served",
            counted="on the debtor in person or at a known address",
        ),
    ] = True
    has_other_dispute: Annotated[
        bool,
        YesNo(
            zh="双方有其他债务纠纷",
            en="the parties have another dispute about debts",
            counted="claims the other way included",
        ),
    ] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallClaimFacts:
    """Filing a small claim."""

    amount_minor: Annotated[
        int,
        Whole(
            lo=0,
            hi=FEN,
            zh="标的额",
            en="the amount in dispute",
            unit="fen",
            counted="claimed on filing",
        ),
    ] = 0
    half_wage_minor: Annotated[
        int,
        Whole(
            lo=0,
            hi=FEN,
            zh="上年度就业人员年平均工资的一半",
            en="half of last year's average wage",
            unit="fen",
            counted="of the province of the court",
        ),
    ] = 0
    is_agreed: Annotated[
        bool,
        YesNo(
            zh="双方约定适用小额诉讼", en="both parties agreed to small claims", counted="expressly"
        ),
    ] = False
    is_party_missing: Annotated[
        bool,
        YesNo(
            zh="一方当事人下落不明",
            en="a party's whereabouts are unknown",
            counted="plaintiff or defendant",
        ),
    ] = False
    is_excluded_matter: Annotated[
        bool,
        YesNo(
            zh="人身、确权、涉外或需评估鉴定",
            en="status, title, foreign or valuation matter",
            counted="items 1 to 3 of article 166",
        ),
    ] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EnforcementFacts:
    """Applying for enforcement."""

    years_passed: Annotated[
        int,
        Whole(
            lo=0,
            hi=200,
            zh="履行期间届满后已满年数",
            en="full years since the time for performance ended",
            unit="years",
            counted="years whose last day is over, 民法典 201 to 203",
        ),
    ] = 0
    is_restarted: Annotated[
        bool,
        YesNo(
            zh="申请执行时效已中断",
            en="the time was interrupted and runs anew",
            counted="years_passed then counts from the interruption",
        ),
    ] = False
    title: Annotated[
        str,
        Words(
            words=TITLES,
            zh="执行依据",
            en="what is enforced",
            counted="judgment includes mediation and notarised debts",
        ),
    ] = "judgment"
    days_since_order: Annotated[
        int,
        Whole(
            lo=0,
            hi=100_000,
            zh="收到支付令后天数",
            en="days since the debtor received the payment order",
            unit="days",
            counted="the day of receipt is not counted",
        ),
    ] = 100
    rest_days_before: Annotated[
        int,
        Whole(
            lo=0,
            hi=60,
            zh="申请日前连续休息日天数",
            en="days of rest just before",
            unit="days",
            counted="unbroken, 民法典 203",
        ),
    ] = 0
    has_objected: Annotated[
        bool,
        YesNo(
            zh="债务人提出书面异议",
            en="the debtor objected in writing",
            counted="within the time and found sound by the court",
        ),
    ] = False
    leaves_living_expenses: Annotated[
        bool,
        YesNo(
            zh="保留生活必需费用",
            en="living expenses are left",
            counted="of the debtor and dependants",
        ),
    ] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CourtFeeFacts:
    """Claiming a court fee."""

    procedure: Annotated[
        str,
        Words(words=PROCEDURES, zh="程序", en="the procedure", counted="what the fee is paid for"),
    ] = "ordinary"
    fee_minor: Annotated[
        int,
        Whole(
            lo=0,
            hi=FEN,
            zh="主张的费用",
            en="the fee claimed",
            unit="fen",
            counted="for this procedure",
        ),
    ] = 0
    tariff_minor: Annotated[
        int,
        Whole(
            lo=0,
            hi=FEN,
            zh="按标准计算的费用",
            en="the fee by the tariff",
            unit="fen",
            counted="from `tariff.py` for the same procedure and amount",
        ),
    ] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainEvidenceFacts:
    """Relying on a file kept on a blockchain."""

    is_hash_matching: Annotated[
        bool,
        YesNo(
            zh="哈希核验一致",
            en="the hash was checked and matches",
            counted="by the platform of the court or an expert",
        ),
    ] = True
    is_earlier_truth_challenged: Annotated[
        bool,
        YesNo(
            zh="对方就上链前真实性提出理由",
            en="the other side gives reasons that the file was false before upload",
            counted="with evidence or reasons",
        ),
    ] = False
    has_earlier_proof: Annotated[
        bool,
        YesNo(
            zh="能证明上链前真实",
            en="its truth before upload is proven",
            counted="by evidence, explanation or other files that agree",
        ),
    ] = False
    is_platform_partial: Annotated[
        bool,
        YesNo(
            zh="与存证平台有利害关系并干预",
            en="the platform is partial and interfered",
            counted="by technical means in taking or keeping",
        ),
    ] = False
