"""Personal data: on what basis, how far and how long a borrower's data may be used."""

from dataclasses import dataclass
from typing import Annotated

from forbear.compliance.fact_kinds import Whole, Words, YesNo

ITEM_CLASSES = (
    "location_content_credit_property",
    "stay_traffic_health_trade",
    "other",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalDataFacts:
    """One use of a borrower's data. Facts left out are neutral: nothing wrong is done."""

    has_basis: Annotated[
        bool,
        YesNo(
            zh="具有合法性基础",
            en="a basis of article 13 carries it",
            counted="consent, contract, legal duty or another of the seven",
        ),
    ] = True
    is_shared: Annotated[
        bool,
        YesNo(
            zh="提供给其他处理者",
            en="data go to another controller",
            counted="who decides for itself what to do with them",
        ),
    ] = False
    is_recipient_told: Annotated[
        bool,
        YesNo(
            zh="已告知接收方情况",
            en="the person was told of the recipient",
            counted="name, contact, purpose, manner, kinds of data",
        ),
    ] = True
    has_separate_consent: Annotated[
        bool,
        YesNo(
            zh="已取得单独同意", en="the person gave separate consent", counted="to this very use"
        ),
    ] = False
    is_published: Annotated[
        bool, YesNo(zh="公开个人信息", en="data are made public", counted="to an open circle")
    ] = False
    is_sensitive: Annotated[
        bool,
        YesNo(
            zh="属于敏感个人信息",
            en="the data are sensitive",
            counted="health, accounts, whereabouts, biometric, children under 14",
        ),
    ] = False
    is_purpose_specific: Annotated[
        bool,
        YesNo(
            zh="具有特定目的和充分必要性",
            en="there is a specific purpose and real need",
            counted="and strict protection",
        ),
    ] = True
    is_machine_decision: Annotated[
        bool,
        YesNo(
            zh="仅通过自动化决策作出决定", en="a machine alone decides", counted="without a person"
        ),
    ] = False
    has_major_effect: Annotated[
        bool,
        YesNo(
            zh="对个人权益有重大影响",
            en="the decision weighs heavily on the person",
            counted="rights or interests",
        ),
    ] = False
    is_refused_by_person: Annotated[
        bool,
        YesNo(
            zh="个人拒绝仅自动化决策",
            en="the person refuses a decision by machine alone",
            counted="said to the lender",
        ),
    ] = False
    is_explanation_asked: Annotated[
        bool,
        YesNo(
            zh="个人要求说明", en="the person asks for an explanation", counted="of such a decision"
        ),
    ] = False
    is_explained: Annotated[
        bool, YesNo(zh="已予说明", en="it was explained", counted="in plain words")
    ] = False
    needs_assessment: Annotated[
        bool,
        YesNo(
            zh="属于应事先评估的处理",
            en="an impact assessment is due before",
            counted="sensitive, automated, entrusted, shared, public or abroad",
        ),
    ] = False
    is_assessed: Annotated[
        bool,
        YesNo(zh="已完成影响评估", en="the assessment was made before", counted="and is on record"),
    ] = False
    is_beyond_service: Annotated[
        bool,
        YesNo(
            zh="用于所提供服务以外的目的",
            en="data are used beyond the service",
            counted="without being needed for the loan",
        ),
    ] = False
    is_kept_abroad: Annotated[
        bool,
        YesNo(
            zh="在境外存储",
            en="data are kept outside China",
            counted="of lenders or borrowers of the platform",
        ),
    ] = False
    is_given_unlawfully: Annotated[
        bool,
        YesNo(
            zh="违反规定出售或提供",
            en="data are sold or given against the rules",
            counted="to anybody",
        ),
    ] = False
    item_class: Annotated[
        str,
        Words(
            words=ITEM_CLASSES,
            zh="信息种类",
            en="the class of the items",
            counted="the three classes of the 2017 interpretation",
        ),
    ] = "other"
    items: Annotated[
        int,
        Whole(
            lo=0,
            hi=1_000_000_000,
            zh="条数",
            en="the number of items",
            unit="items",
            counted="of that class",
        ),
    ] = 0
    is_on_duty: Annotated[
        bool,
        YesNo(
            zh="履行职责中获得",
            en="they were obtained on duty",
            counted="in the course of work or service",
        ),
    ] = False
    is_purpose_over: Annotated[
        bool,
        YesNo(
            zh="处理目的已实现或不再必要",
            en="the purpose is reached or gone",
            counted="or the agreed time has passed, or consent was withdrawn",
        ),
    ] = False
    is_keeping_required: Annotated[
        bool,
        YesNo(
            zh="法定保存期限未届满",
            en="a law still requires keeping",
            counted="a retention period that has not ended",
        ),
    ] = False
    is_used_beyond_storage: Annotated[
        bool,
        YesNo(
            zh="除存储外仍在使用",
            en="the data are used beyond being stored",
            counted="for anything but safe keeping",
        ),
    ] = False
