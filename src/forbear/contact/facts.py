"""Contact facts: everything a rule may know about the contact somebody wants to make now.

Each field says its meaning, unit, how it is counted and what unknown means. Counts are taken
before the proposed contact, over the lender and all its agencies; inbound calls never count.
The scalar builder is `counting.py`, the batch builder `counting_columns.py`.
"""

from dataclasses import dataclass
from typing import Annotated

from forbear.compliance.fact_kinds import Whole, Words, YesNo
from forbear.contact.channels import Channel

CHANNELS = tuple(c.value for c in Channel)
RECIPIENTS = (
    "borrower",
    "guarantor",
    "contact_person",
    "spouse",
    "heir",
    "employer",
    "attorney",
    "parent",
    "other_person",
)
PURPOSES = (
    "collect",
    "ask_contact_details",
    "pass_message",
    "repayment_information",
    "establish_contact_with_heirs",
    "demand_payment",
    "answer_complaint",
    "answer_request",
)
AGREEMENTS = ("none", "performing", "breached")
CALLS = 1000
MINUTE_OF_DAY = 1439
ZONE_UNKNOWN = "the borrower's place is not known: hours cannot be kept, a person must decide"
NOTHING_AGREED = "nothing is agreed: the instrument's own number holds"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFacts:
    """One proposed contact with one person about one loan.

    Fields left out have their neutral value: no breach, no consent, no agreement, no history.
    """

    channel: Annotated[
        str,
        Words(words=CHANNELS, zh="渠道", en="the channel", counted="how they would be reached"),
    ]
    local_minute: Annotated[
        int | None,
        Whole(
            lo=0,
            hi=MINUTE_OF_DAY,
            zh="借款人当地时刻",
            en="the borrower's local time",
            unit="minute of the day",
            counted="clock at the borrower's home place at the moment asked about",
            unknown=ZONE_UNKNOWN,
        ),
    ]
    minutes_behind: Annotated[
        int,
        Whole(
            lo=0,
            hi=1560,
            zh="可能所在地最早时刻落后于居住地的分钟数",
            en="minutes by which the earliest possible place is behind the home place",
            unit="minutes",
            counted="over all places the borrower may be at; 0 with one place",
        ),
    ] = 0
    minutes_ahead: Annotated[
        int,
        Whole(
            lo=0,
            hi=1560,
            zh="可能所在地最晚时刻超前于居住地的分钟数",
            en="minutes by which the latest possible place is ahead of the home place",
            unit="minutes",
            counted="over all places the borrower may be at; 0 with one place",
        ),
    ] = 0
    local_weekday: Annotated[
        int | None,
        Whole(
            lo=1,
            hi=7,
            zh="当地星期",
            en="the local day of the week",
            unit="1 Monday to 7 Sunday",
            counted="at the home place",
            unknown=ZONE_UNKNOWN,
        ),
    ] = None
    is_public_holiday: Annotated[
        bool | None,
        YesNo(
            zh="当地为法定节假日",
            en="it is a public holiday there",
            counted="by the calendar of the borrower's country",
            unknown="no calendar of that country is held",
        ),
    ] = None
    recipient: Annotated[
        str,
        Words(
            words=RECIPIENTS,
            zh="联系对象",
            en="the person contacted",
            counted="by their role in the loan; the gate itself never permits a third person",
        ),
    ] = "borrower"
    purpose: Annotated[
        str,
        Words(
            words=PURPOSES,
            zh="联系目的",
            en="the purpose",
            counted="what the contact is for; `collect` when nothing else is said",
        ),
    ] = "collect"
    agreed_from_minute: Annotated[
        int | None,
        Whole(
            lo=0,
            hi=MINUTE_OF_DAY,
            zh="约定开始时刻",
            en="the start of the agreed hours",
            unit="minute of the day",
            counted="from the consent of kind agreed_hours that holds now",
            unknown=NOTHING_AGREED,
        ),
    ] = None
    agreed_until_minute: Annotated[
        int | None,
        Whole(
            lo=0,
            hi=1440,
            zh="约定结束时刻",
            en="the end of the agreed hours",
            unit="minute of the day, exclusive",
            counted="from the same consent",
            unknown=NOTHING_AGREED,
        ),
    ] = None
    has_night_consent: Annotated[
        bool,
        YesNo(
            zh="已同意夜间联系",
            en="the borrower consented to contact at night",
            counted="a consent of kind night_contact, given before now and not withdrawn",
        ),
    ] = False
    connected_notice_calls_today: Annotated[
        int,
        Whole(
            lo=0,
            hi=CALLS,
            zh="今日已接通告知式电话数",
            en="connected informative calls today",
            unit="calls",
            counted="local calendar day, this person, lender and all its agencies",
        ),
    ] = 0
    connected_interactive_calls_today: Annotated[
        int,
        Whole(
            lo=0,
            hi=CALLS,
            zh="今日有效交互式电话数",
            en="effective interactive calls today",
            unit="calls",
            counted="as above; every connected call counts as effective until the standard's own "
            "definition of 有效通话 is seen",
        ),
    ] = 0
    unanswered_attempts_today_same_number: Annotated[
        int,
        Whole(
            lo=0,
            hi=CALLS,
            zh="今日对该号码未接通次数",
            en="unanswered calls today to this number",
            unit="calls",
            counted="local calendar day, the number to be dialled; number unknown: all numbers",
        ),
    ] = 0
    agreed_attempt_cap: Annotated[
        int | None,
        Whole(
            lo=0,
            hi=100,
            zh="约定的每日未接通次数上限",
            en="the agreed daily number of unanswered attempts",
            unit="calls",
            counted="from the consent of kind attempt_cap that holds now",
            unknown=NOTHING_AGREED,
        ),
    ] = None
    agreed_call_cap: Annotated[
        int | None,
        Whole(
            lo=0,
            hi=100,
            zh="约定的每日告知式电话上限",
            en="the agreed daily number of informative calls",
            unit="calls",
            counted="from the consent of kind call_cap that holds now",
            unknown=NOTHING_AGREED,
        ),
    ] = None
    days_since_contact_on_product: Annotated[
        int | None,
        Whole(
            lo=0,
            hi=100_000,
            zh="距上次就同一产品联系的天数",
            en="days since the last contact about the same product",
            unit="local calendar days",
            counted="any attempt on any channel about this product",
            unknown="there was no earlier contact",
        ),
    ] = None
    is_number_invalid: Annotated[
        bool,
        YesNo(
            zh="预留号码已失效",
            en="the reserved number is invalid",
            counted="the last attempt on the reserved number ended as wrong or unused number",
        ),
    ] = False
    failed_calls_in_row_before_today: Annotated[
        int,
        Whole(
            lo=0,
            hi=CALLS,
            zh="今日之前连续未接通次数",
            en="failed calls in a row before today",
            unit="calls",
            counted="to the reserved number, since the last answered call, days before today only",
        ),
    ] = 0
    failed_days_in_row: Annotated[
        int,
        Whole(
            lo=0,
            hi=CALLS,
            zh="连续未接通天数",
            en="days in a row with failed calls",
            unit="local calendar days",
            counted="consecutive days, the last one being the latest day with a failed call",
        ),
    ] = 0
    is_borrower_unreachable: Annotated[
        bool | None,
        YesNo(
            zh="目前无法联系到借款人本人",
            en="the borrower cannot be reached now",
            counted="as stated by the person who asks; an answered contact ends it",
            unknown="nobody has said; the routes are judged by number and failed calls",
        ),
    ] = None
    has_person_refused: Annotated[
        bool,
        YesNo(
            zh="该第三人已拒绝或要求不再联系",
            en="this third person refused or asked not to be contacted again",
            counted="as recorded",
        ),
    ] = False
    is_reserved_contact: Annotated[
        bool | None,
        YesNo(
            zh="该联系人由借款人预留",
            en="the borrower named this contact person in advance",
            counted="as recorded at the grant of the loan",
            unknown="it is not recorded where the contact person comes from",
        ),
    ] = None
    is_person_liable: Annotated[
        bool | None,
        YesNo(
            zh="该人依法负有清偿责任",
            en="this person is liable for the debt",
            counted="valid guarantee, joint debt established, or inheritance not renounced",
            unknown="liability is not established",
        ),
    ] = None
    is_borrower_deceased: Annotated[
        bool,
        YesNo(zh="借款人已死亡", en="the borrower has died", counted="as recorded"),
    ] = False
    demands_beyond_estate: Annotated[
        bool,
        YesNo(
            zh="要求超出遗产实际价值",
            en="more is demanded than the estate is worth",
            counted="as stated by the person who asks",
        ),
    ] = False
    instalment_agreement: Annotated[
        str,
        Words(
            words=AGREEMENTS,
            zh="个性化分期还款协议",
            en="the individual instalment agreement",
            counted="state of the arrangement in force on the loan",
        ),
    ] = "none"
    is_channel_opted_out: Annotated[
        bool,
        YesNo(
            zh="已退订该渠道或该号码",
            en="the person opted out of this channel or address",
            counted="opt-outs not withdrawn; an address opt-out covers every debt",
        ),
    ] = False
    is_contact_stopped: Annotated[
        bool,
        YesNo(
            zh="已书面要求停止联系",
            en="the person asked in writing that contact stop",
            counted="effective on receipt, until withdrawn",
        ),
    ] = False
    is_on_hold: Annotated[
        bool,
        YesNo(
            zh="暂停联系中",
            en="contact is on hold",
            counted="an open complaint, dispute, moratorium or pause that names this loan",
        ),
    ] = False
    is_represented: Annotated[
        bool,
        YesNo(
            zh="已委托律师处理该债务",
            en="an attorney represents the person on this debt",
            counted="known to the collector and reachable",
        ),
    ] = False
    is_time_inconvenient: Annotated[
        bool,
        YesNo(
            zh="已知此时不便",
            en="this time is known to be inconvenient",
            counted="what the person said, in force at the moment asked about",
        ),
    ] = False
    is_place_inconvenient: Annotated[
        bool,
        YesNo(
            zh="已知此地不便",
            en="this place is known to be inconvenient",
            counted="what the person said about home, work or another place",
        ),
    ] = False
    is_at_workplace: Annotated[
        bool,
        YesNo(
            zh="联系地点为工作单位",
            en="the contact reaches the workplace",
            counted="workplace number, address or employer's e-mail",
        ),
    ] = False
    is_workplace_barred: Annotated[
        bool,
        YesNo(
            zh="雇主不允许在单位联系",
            en="the employer does not allow it",
            counted="known or to be known to the collector",
        ),
    ] = False
    calls_seven_days: Annotated[
        int,
        Whole(
            lo=0,
            hi=CALLS,
            zh="含今日七日内就该债务拨打次数",
            en="calls about this debt today and on the six days before",
            unit="calls",
            counted="local calendar days; connected or not, save busy, not in service and calls "
            "with consent",
        ),
    ] = 0
    days_until_call_leaves: Annotated[
        int,
        Whole(
            lo=0,
            hi=7,
            zh="距七日窗口释放的天数",
            en="days until a call leaves the seven days",
            unit="local calendar days",
            counted="until the count would fall below the present count; 0 when none was made",
        ),
    ] = 0
    days_since_conversation: Annotated[
        int | None,
        Whole(
            lo=0,
            hi=100_000,
            zh="距上次就该债务通话的天数",
            en="days since the last conversation about this debt",
            unit="local calendar days, the day itself is 0",
            counted="by phone, whoever called",
            unknown="there was no conversation",
        ),
    ] = None
    has_call_consent: Annotated[
        bool,
        YesNo(
            zh="已同意更频繁通话",
            en="the person consented to further calls",
            counted="given directly to the collector, within its days, not revoked, no "
            "conversation since",
        ),
    ] = False
    contacts_seven_days: Annotated[
        int,
        Whole(
            lo=0,
            hi=CALLS,
            zh="七日内电话、短信、录音联系次数",
            en="calls, texts and recordings in seven days",
            unit="contacts",
            counted="today and the six days before, this debt, at home or mobile",
        ),
    ] = 0
    days_past_due: Annotated[
        int | None,
        Whole(
            lo=0,
            hi=100_000,
            zh="逾期天数",
            en="days past due",
            unit="days",
            counted="by the scheme of the loan on the day asked about",
            unknown="the loan's days past due are not known here",
        ),
    ] = None


# lint: allow file-length because it is one declaration: every contact fact with its meaning
