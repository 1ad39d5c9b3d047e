"""United States: one message, its medium and what stands in it (1006.2(j), .6(e), .14, .18, .22(f)).

Yes/no facts about what a message must hold default to yes, about what it must not hold to no.
"""

from dataclasses import dataclass
from typing import Annotated

from forbear.compliance.fact_kinds import Words, YesNo

MEDIA = (
    "telephone",
    "voicemail",
    "sms",
    "email",
    "push",
    "portal",
    "letter",
    "social_private",
    "social_request",
    "social_post",
)
VISIBILITIES = (
    "private",
    "social_contacts",
    "public",
)
OPT_OUT_METHODS = (
    "hyperlink",
    "reply_stop",
    "postal_mail_only",
    "telephone_only",
    "website_without_link",
    "none",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsMessageFacts:
    """One message or call, seen by its content and form."""

    medium: Annotated[str, Words(words=MEDIA, zh="媒介", en="the medium", counted="as sent")] = (
        "telephone"
    )
    is_limited_content: Annotated[
        bool,
        YesNo(
            zh="仅为有限内容留言",
            en="it is a limited-content message only",
            counted="by US-REGF-LCM",
        ),
    ] = False
    conveys_debt: Annotated[
        bool,
        YesNo(
            zh="传达债务信息",
            en="it conveys information about a debt",
            counted="directly or indirectly",
        ),
    ] = False
    is_collector_disclosed: Annotated[
        bool,
        YesNo(
            zh="已披露催收身份",
            en="it discloses the debt collector",
            counted="the initial or the subsequent disclosure, as needed",
        ),
    ] = True
    is_disclosed_in_its_languages: Annotated[
        bool,
        YesNo(
            zh="以所用语言披露",
            en="the disclosure is in every language of the communication",
            counted="the languages spoken or written",
        ),
    ] = True
    is_caller_identified: Annotated[
        bool,
        YesNo(
            zh="已说明来电者身份",
            en="the caller's identity is meaningfully disclosed",
            counted="in the call",
        ),
    ] = True
    opt_out_method: Annotated[
        str,
        Words(
            words=OPT_OUT_METHODS,
            zh="退订方式",
            en="the opt-out the message offers",
            counted="the simplest one stated",
        ),
    ] = "hyperlink"
    visibility: Annotated[
        str,
        Words(words=VISIBILITIES, zh="可见范围", en="who can see it", counted="on the platform"),
    ] = "private"
    is_location_inquiry: Annotated[
        bool,
        YesNo(
            zh="目的为查找下落",
            en="it asks for location information",
            counted="of somebody other than the consumer",
        ),
    ] = False
    is_profile_accurate: Annotated[
        bool,
        YesNo(
            zh="账号真实显示个人姓名",
            en="the profile shows the individual's own name",
            counted="or the assumed name of comment 18(f)-1",
        ),
    ] = True
    is_name_assumed: Annotated[
        bool, YesNo(zh="使用化名", en="an assumed name is used", counted="by the person who speaks")
    ] = False
    is_name_traceable: Annotated[
        bool,
        YesNo(
            zh="机构可查明真实身份",
            en="the collector can readily identify who uses the name",
            counted="by any method",
        ),
    ] = True
    has_other_words_on_envelope: Annotated[
        bool,
        YesNo(
            zh="信封上有其他文字",
            en="the envelope shows more than the collector's address and mail handling",
            counted="words or symbols; a name that shows debt collection counts",
        ),
    ] = False
    is_address_employer_provided: Annotated[
        bool,
        YesNo(
            zh="已知为雇主提供的邮箱",
            en="the address is known to be provided by the employer",
            counted="told by any person",
        ),
    ] = False
    is_address_from_consumer: Annotated[
        bool,
        YesNo(
            zh="消费者使用或同意该邮箱",
            en="the address falls under 1006.6(d)(4)(i)",
            counted="used by the consumer with the collector, or directly consented to, and not opted out",
        ),
    ] = False
    is_address_from_prior_collector: Annotated[
        bool,
        YesNo(
            zh="经先前催收机构程序取得",
            en="the address falls under 1006.6(d)(4)(iii)",
            counted="by US-REGF-EMAIL-PRIOR",
        ),
    ] = False
    has_obscene_language: Annotated[
        bool,
        YesNo(
            zh="含淫秽或辱骂语言",
            en="it holds obscene, profane or abusive language",
            counted="as recorded",
        ),
    ] = False
