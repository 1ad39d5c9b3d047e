"""Conduct of a contact: what is said, shown, recorded and done while somebody is contacted.

The gate asks the rules over `ContactFacts` before the contact; the rules over these facts are
asked by the review of recordings, scripts and visits, and by the worked cases. Every fact left
out is neutral: nothing wrong was done, nothing was consented to.
"""

from dataclasses import dataclass
from typing import Annotated

from forbear.compliance.fact_kinds import Whole, Words, YesNo

WAYS = (
    "voice_interactive",
    "voice_notice_ai",
    "sms",
    "app",
    "mail",
    "wechat",
    "letter",
    "visit",
    "public_post",
)
PERSONS = (
    "borrower",
    "guarantor",
    "contact_person",
    "spouse",
    "heir",
    "employer",
    "other_person",
)
DISCLOSURES = ("none", "minimum_for_repayment", "details")
SOURCES = (
    "unstated",
    "contract",
    "reserved",
    "authorised",
    "lawfully_public",
    "told_by_contact_person",
    "credit_bureau",
    "uploaded_phone_book",
    "other",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConductFacts:
    """How one contact about one loan is carried out."""

    way: Annotated[
        str,
        Words(
            words=WAYS,
            zh="联系方式",
            en="the way of contact",
            counted="the channel; a notice in a public place is `public_post`",
        ),
    ] = "voice_interactive"
    person: Annotated[
        str,
        Words(words=PERSONS, zh="联系对象", en="the person contacted", counted="by their role"),
    ] = "borrower"
    is_person_liable: Annotated[
        bool,
        YesNo(
            zh="该人对债务负有清偿责任",
            en="this person is liable for the debt",
            counted="valid guarantee, established joint debt, inheritance not renounced",
        ),
    ] = False
    is_payment_demanded: Annotated[
        bool,
        YesNo(
            zh="要求还款",
            en="payment is demanded",
            counted="false when only contact details are asked, a message is passed on or heirs "
            "are looked for",
        ),
    ] = True
    is_recorded: Annotated[
        bool,
        YesNo(
            zh="全程录音或录像",
            en="the contact is recorded",
            counted="the recorder of the call or visit is on from beginning to end",
        ),
    ] = True
    collectors_present: Annotated[
        int,
        Whole(
            lo=0,
            hi=100,
            zh="外访催收人员人数",
            en="collectors at the visit",
            unit="persons",
            counted="persons who come together; 2 when nothing is said",
        ),
    ] = 2
    is_id_shown: Annotated[
        bool,
        YesNo(
            zh="已出示证件",
            en="the collectors showed who they are",
            counted="credentials and loan details shown at the visit",
        ),
    ] = True
    enters_private_place: Annotated[
        bool,
        YesNo(
            zh="进入住宅、私人场所或办公区域",
            en="somebody enters the home, a private place or the office area",
            counted="walking in, not talking at the door",
        ),
    ] = False
    has_entry_consent: Annotated[
        bool,
        YesNo(
            zh="已获准进入", en="entry was consented to", counted="by the person who lives there"
        ),
    ] = False
    is_institution_named: Annotated[
        bool,
        YesNo(
            zh="已主动表明机构身份",
            en="the institution was named at once",
            counted="in the first words of a first contact",
        ),
    ] = True
    poses_as_authority: Annotated[
        bool,
        YesNo(
            zh="冒用行政或司法机关名义",
            en="the contact poses as a court or an authority",
            counted="by name, letterhead, signature or manner",
        ),
    ] = False
    poses_as_lender: Annotated[
        bool,
        YesNo(
            zh="外部机构以会员单位身份催收",
            en="an agency poses as the lender",
            counted="the agency leaves its own name out and uses the lender's as its own",
        ),
    ] = False
    invents_blacklist: Annotated[
        bool,
        YesNo(
            zh="虚构黑名单或不良信用数据库",
            en="a blacklist that does not exist is named",
            counted="or a database of bad credit that does not exist",
        ),
    ] = False
    overstates_consequence: Annotated[
        bool,
        YesNo(
            zh="夸大债务数额、性质或法律后果",
            en="amount, nature or legal consequence is overstated",
            counted="for example: the court will surely order payment",
        ),
    ] = False
    urges_new_borrowing: Annotated[
        bool,
        YesNo(
            zh="诱导或逼迫新增借贷",
            en="new borrowing is urged",
            counted="borrowing elsewhere or unlawful funds to repay",
        ),
    ] = False
    charges_extra_fee: Annotated[
        bool,
        YesNo(
            zh="以催收名义收取额外费用",
            en="an extra fee is charged for the collection",
            counted="any amount that the contract and the law do not give",
        ),
    ] = False
    charges_for_credit_repair: Annotated[
        bool,
        YesNo(
            zh="以信用修复名义收费",
            en="a fee is charged for credit repair",
            counted="or personal details are asked for in its name",
        ),
    ] = False
    takes_payment_elsewhere: Annotated[
        bool,
        YesNo(
            zh="通过指定渠道以外收款",
            en="payment is taken outside the designated channel",
            counted="private account, cash or the collector's own code",
        ),
    ] = False
    uses_private_device: Annotated[
        bool,
        YesNo(
            zh="使用私人手机或社交账号",
            en="the collector's own phone or account is used",
            counted="not issued by the lender or the agency",
        ),
    ] = False
    has_lender_device_consent: Annotated[
        bool,
        YesNo(
            zh="会员单位同意使用私人设备",
            en="the lender agreed to the private device",
            counted="before the contact, on record",
        ),
    ] = False
    disclosed: Annotated[
        str,
        Words(
            words=DISCLOSURES,
            zh="透露的债务信息",
            en="what is disclosed of the debt",
            counted="`details` are amount, time overdue or anything else about the debt; "
            "`minimum_for_repayment` what paying it needs",
        ),
    ] = "none"
    is_person_willing_to_pay: Annotated[
        bool,
        YesNo(
            zh="联系人明确表示愿意代偿",
            en="the contact person said expressly that they want to pay",
            counted="their own words, before anything is disclosed",
        ),
    ] = False
    contact_source: Annotated[
        str,
        Words(
            words=SOURCES,
            zh="联系信息来源",
            en="where the number or the person is known from",
            counted="`unstated` when nothing is recorded about it",
        ),
    ] = "unstated"
    is_agency_unannounced: Annotated[
        bool,
        YesNo(
            zh="委托催收未告知借款人",
            en="an agency collects and the borrower was not told before",
            counted="no fitting notice before the case went to the agency",
        ),
    ] = False
    is_assignment_unannounced: Annotated[
        bool,
        YesNo(
            zh="债权转让未通知借款人",
            en="the debt was assigned and no notice reached the borrower",
            counted="until the notice has arrived",
        ),
    ] = False
    uses_violence: Annotated[
        bool,
        YesNo(zh="使用暴力", en="violence or coercion is used", counted="against anybody"),
    ] = False
    threatens: Annotated[
        bool,
        YesNo(zh="恐吓或威胁", en="somebody is threatened", counted="in words, writing or gesture"),
    ] = False
    insults: Annotated[
        bool, YesNo(zh="辱骂或侮辱", en="somebody is insulted", counted="privately or publicly")
    ] = False
    defrauds: Annotated[
        bool,
        YesNo(zh="欺诈", en="somebody is deceived", counted="false facts meant to make them pay"),
    ] = False
    harasses: Annotated[
        bool,
        YesNo(
            zh="骚扰、纠缠或跟踪",
            en="somebody is harassed, pestered or followed",
            counted="repeated messages or presence that disturb ordinary life",
        ),
    ] = False
    spreads_privacy: Annotated[
        bool,
        YesNo(
            zh="散布隐私",
            en="private matters are spread",
            counted="name, debt, address or employer made known to others",
        ),
    ] = False
    seizes_property: Annotated[
        bool,
        YesNo(zh="抢占财物", en="property is seized", counted="without a court's order"),
    ] = False
    restrains_person: Annotated[
        bool,
        YesNo(zh="限制人身自由", en="somebody is held back", counted="detained or kept in a place"),
    ] = False
    is_debt_unlawful: Annotated[
        bool,
        YesNo(
            zh="高利放贷等非法债务",
            en="the debt is unlawful",
            counted="usury or another debt that the law does not protect",
        ),
    ] = False
    is_consent_withdrawn: Annotated[
        bool,
        YesNo(
            zh="依据的个人同意已撤回",
            en="the consent this use of data rests on was withdrawn",
            counted="and no other basis carries it",
        ),
    ] = False
