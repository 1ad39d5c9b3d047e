"""United States: one e-mail address or number for texts, and how it came to be used (1006.6(d)(3)-(5)).

The procedures earn a defence against unintended disclosure to a third person; lacking one is not
by itself a prohibition.
"""

from dataclasses import dataclass
from typing import Annotated

from forbear.compliance.fact_kinds import Whole, Words, YesNo

FORMS = (
    "electronic",
    "paper",
)
METHODS = (
    "hyperlink",
    "reply_stop",
    "enclosed_reply_form",
    "postal_mail_only",
    "telephone_only",
    "website_without_link",
    "ask_for_a_form",
    "none",
)
ANSWERED_BY = (
    "creditor",
    "collector",
    "creditor_and_collector",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsAddressFacts:
    """One address to which a message about a debt would go."""

    has_led_to_disclosure: Annotated[
        bool,
        YesNo(
            zh="已获知曾泄露给他人",
            en="the collector was told that messages there were seen by somebody else",
            counted="by any person",
        ),
    ] = False
    has_opted_out: Annotated[
        bool,
        YesNo(
            zh="消费者已退订该地址",
            en="the consumer opted out of this address",
            counted="before now and not withdrawn",
        ),
    ] = False
    is_used_by_consumer: Annotated[
        bool,
        YesNo(
            zh="消费者曾用该地址就债务联系",
            en="the consumer used it to write to the collector about the debt",
            counted="an e-mail from the address; a text from the number",
        ),
    ] = False
    has_direct_consent: Annotated[
        bool,
        YesNo(
            zh="消费者已直接同意",
            en="the consumer consented directly to its use",
            counted="given to this collector, orally, in writing or electronically",
        ),
    ] = False
    is_entered_by_consumer: Annotated[
        bool,
        YesNo(
            zh="消费者自行填写该地址",
            en="the consumer entered it with the collector",
            counted="on the site or portal",
        ),
    ] = False
    is_entry_disclosed: Annotated[
        bool,
        YesNo(
            zh="填写时已告知用途",
            en="it was disclosed there that the address may be used about the debt",
            counted="clearly and conspicuously",
        ),
    ] = False
    is_employer_provided: Annotated[
        bool,
        YesNo(
            zh="已知为雇主提供的邮箱",
            en="the collector knows the address is provided by the employer",
            counted="told by any person; no review of accounts is demanded",
        ),
    ] = False
    is_domain_public: Annotated[
        bool,
        YesNo(
            zh="域名向公众开放",
            en="the domain is open to the general public",
            counted="free or paid; not a firm, agency, university or non-profit",
        ),
    ] = True
    is_used_by_creditor: Annotated[
        bool,
        YesNo(
            zh="债权人曾就该账户使用该地址",
            en="the creditor used it about the account",
            counted="bills, statements, reminders; not unrelated advertising",
        ),
    ] = True
    has_transfer_notice: Annotated[
        bool,
        YesNo(
            zh="债权人已发移交通知",
            en="the creditor sent the notice of transfer",
            counted="with the address, before the collector used it",
        ),
    ] = False
    notice_form: Annotated[
        str, Words(words=FORMS, zh="通知形式", en="the form of that notice", counted="as sent")
    ] = "electronic"
    opt_out_method: Annotated[
        str,
        Words(
            words=METHODS,
            zh="退订方式",
            en="the way to opt out that it offers",
            counted="the simplest one offered",
        ),
    ] = "hyperlink"
    names_collector: Annotated[
        bool,
        YesNo(zh="通知载明具体催收机构", en="it names the specific collector", counted="by name"),
    ] = True
    says_address_may_be_used: Annotated[
        bool,
        YesNo(
            zh="通知说明该地址可能用于催收",
            en="it says the address may be used about the debt",
            counted="as sent",
        ),
    ] = True
    warns_others_may_see: Annotated[
        bool,
        YesNo(
            zh="通知提示他人可能看到",
            en="it warns that others with access may see the messages",
            counted="as sent",
        ),
    ] = True
    has_opt_out_instructions: Annotated[
        bool,
        YesNo(zh="通知含退订说明", en="it gives instructions for opting out", counted="as sent"),
    ] = True
    opt_out_days: Annotated[
        int,
        Whole(
            lo=0,
            hi=100000,
            zh="退订期限天数",
            en="days from the sending of the notice to its opt-out date",
            unit="days",
            counted="deadline less the day sent",
        ),
    ] = 0
    answered_by: Annotated[
        str,
        Words(
            words=ANSWERED_BY,
            zh="退订接收方",
            en="who receives the opt-out",
            counted="as the notice says",
        ),
    ] = "creditor"
    is_opt_out_period_over: Annotated[
        bool,
        YesNo(
            zh="退订期已过",
            en="the opt-out period is over",
            counted="the day after the stated date or later",
        ),
    ] = False
    is_obtained_under_procedure: Annotated[
        bool,
        YesNo(
            zh="由先前催收机构依规取得",
            en="an earlier collector obtained it under (d)(4)(i) or (ii)",
            counted="as handed over",
        ),
    ] = False
    did_prior_collector_use: Annotated[
        bool,
        YesNo(
            zh="紧接前一催收机构曾使用",
            en="the immediately prior collector used it about the debt",
            counted="the one just before this placement",
        ),
    ] = False
    did_opt_out_with_prior: Annotated[
        bool,
        YesNo(
            zh="曾向前一催收机构退订",
            en="the consumer opted out with the immediately prior collector",
            counted="as handed over",
        ),
    ] = False
    days_since_consumer_text: Annotated[
        int | None,
        Whole(
            lo=0,
            hi=100000,
            zh="距消费者最近短信天数",
            en="days since the consumer last texted from the number",
            unit="days",
            counted="0 today",
            unknown="the consumer never texted from it",
        ),
    ] = None
    days_since_consent: Annotated[
        int | None,
        Whole(
            lo=0,
            hi=100000,
            zh="距最近同意天数",
            en="days since consent for texts was given or renewed",
            unit="days",
            counted="0 today",
            unknown="no consent for texts",
        ),
    ] = None
    days_since_number_check: Annotated[
        int | None,
        Whole(
            lo=0,
            hi=100000,
            zh="距号码核验天数",
            en="days since the number was checked as not reassigned",
            unit="days",
            counted="against a complete and accurate database",
            unknown="never checked",
        ),
    ] = None
