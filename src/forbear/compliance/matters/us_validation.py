"""United States: the validation notice (1006.34)."""

from dataclasses import dataclass
from typing import Annotated

from forbear.compliance.fact_kinds import Whole, Words, YesNo

MODEL_FORMS = (
    "b1",
    "b1_with_permitted_changes",
    "b1_with_other_changes",
    "other",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsValidationFacts:
    """One validation notice about to be sent, or still missing."""

    days_since_initial_communication: Annotated[
        int | None,
        Whole(
            lo=0,
            hi=100000,
            zh="距首次沟通天数",
            en="days since the initial communication",
            unit="days",
            counted="the day itself is 0; pleadings do not count",
            unknown="there was none",
        ),
    ] = None
    is_notice_given: Annotated[
        bool,
        YesNo(
            zh="已提供验证信息",
            en="the validation information was given",
            counted="in the initial communication or since",
        ),
    ] = True
    is_consumer_deceased: Annotated[
        bool, YesNo(zh="消费者已去世", en="the consumer has died", counted="known or to be known")
    ] = False
    is_addressee_named: Annotated[
        bool,
        YesNo(
            zh="收件人为具名个人",
            en="the addressee is an individual identified by name",
            counted="authorised to act for the estate",
        ),
    ] = True
    is_name_complete: Annotated[
        bool,
        YesNo(
            zh="姓名完整",
            en="the name is the most complete one known",
            counted="no known part left out",
        ),
    ] = True
    is_date_consistent: Annotated[
        bool,
        YesNo(
            zh="计项日期一致",
            en="one itemisation date is used throughout",
            counted="for this debt, by this collector",
        ),
    ] = True
    is_date_eligible: Annotated[
        bool,
        YesNo(
            zh="计项日期合格",
            en="the itemisation date is one of the five",
            counted="last statement of the creditor, charge-off, last payment, transaction, judgment",
        ),
    ] = True
    has_blank_field: Annotated[
        bool,
        YesNo(
            zh="计项有空白",
            en="a field of the itemisation is blank",
            counted="interest, fees, payments, credits",
        ),
    ] = False
    is_account_number_recognizable: Annotated[
        bool,
        YesNo(
            zh="账号可辨认",
            en="the account number, whole or shortened, is recognisable",
            counted="last four digits suffice",
        ),
    ] = True
    is_combined: Annotated[
        bool,
        YesNo(zh="合并多笔债务", en="several debts are combined on one notice", counted="as sent"),
    ] = False
    is_amount_single_sum: Annotated[
        bool,
        YesNo(
            zh="合并金额为一个总数",
            en="the current amount is one sum",
            counted="over all debts on the notice",
        ),
    ] = True
    is_electronic: Annotated[
        bool, YesNo(zh="以电子方式提供", en="it is delivered electronically", counted="as sent")
    ] = False
    has_electronic_dispute_medium: Annotated[
        bool,
        YesNo(
            zh="说明一种电子异议方式",
            en="it says how to dispute electronically",
            counted="at least one medium the collector accepts",
        ),
    ] = True
    form: Annotated[
        str,
        Words(
            words=MODEL_FORMS,
            zh="所用格式",
            en="the form used",
            counted="against Model Form B-1 of appendix B",
        ),
    ] = "b1"
