"""The words of Chinese case files: every key a scenario may hold and what it may say.

One table, taken from the vocabulary of the case files; a key or value that does not stand here is
reported, never ignored.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
Parse = Callable[[Any], Any]

ACTIONS = (
    "contact",
    "outsource",
    "offer_plan",
    "report_adverse",
    "answer_objection",
    "display_adverse",
    "close_complaint",
    "claim_court_fee",
    "charge_rate",
    "claim_total_cost",
    "compute_principal",
    "apply_payment_order",
    "file_small_claim",
    "apply_enforcement",
    "assert_enforceable",
    "refund_claim",
    "delete_records",
    "classify",
    "count_effective_collections",
    "rely_on_chain_evidence",
)
LENDERS = (
    "bank",
    "consumer_finance",
    "microloan",
    "auto_finance",
    "assignee",
    "p2p_platform",
    "private_lender",
    "credit_bureau",
    "loan_facilitation_platform",
)
ACTORS = ("in_house", "outsourced_agency")
PRODUCTS = ("online_consumer_loan", "credit_card", "personal_consumer_loan", "private_loan")
CHANNELS = (
    "voice_interactive",
    "voice_notice_ai",
    "sms",
    "visit",
    "private_phone",
    "private_social_app",
    "public_post",
)
RECIPIENTS = ("debtor", "contact_person", "guarantor", "spouse", "heir", "employer")
PURPOSES = (
    "ask_contact_details",
    "pass_message",
    "repayment_information",
    "establish_contact_with_heirs",
    "demand_payment",
)
ASSET_CLASSES = {
    "正常": "normal",
    "关注": "special_mention",
    "次级": "substandard",
    "可疑": "doubtful",
    "损失": "loss",
}
RECORDS = {
    "collection_recording": "collection_recording",
    "oral_installment_agreement": "oral_instalment_agreement",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """A day in Shanghai, with its time when the file gives one."""

    day: date
    at: datetime | None


class NotInVocabulary(ValueError):
    """A value the vocabulary does not know; the message says what would be."""


def yes_no(held: Any) -> bool:
    """True or false."""
    if isinstance(held, bool):
        return held
    raise NotInVocabulary("write true or false")


def whole(held: Any) -> int:
    """A whole number, zero or more."""
    told = number(held)
    if told != told.to_integral_value():
        raise NotInVocabulary("write a whole number, 0 or more")
    return int(told)


def number(held: Any) -> Decimal:
    """An exact decimal number, zero or more."""
    if isinstance(held, bool) or not isinstance(held, int | float):
        raise NotInVocabulary("write a number, 0 or more")
    told = Decimal(str(held))
    if not told.is_finite() or told < 0:
        raise NotInVocabulary("write a number, 0 or more")
    return told


def moment(held: Any) -> Moment:
    """A day, or an ISO time with offset, seen from Shanghai."""
    if not isinstance(held, str):
        raise NotInVocabulary('write a day such as "2026-03-12" or an ISO time with offset')
    try:
        if len(held) == len("2026-03-12"):
            return Moment(date.fromisoformat(held), None)
        told = datetime.fromisoformat(held)
    except ValueError:
        raise NotInVocabulary(
            'write a day such as "2026-03-12" or an ISO time with offset'
        ) from None
    if told.tzinfo is None:
        raise NotInVocabulary("the time needs an offset such as +08:00 or Z")
    here = told.astimezone(SHANGHAI)
    return Moment(here.date(), here)


def day(held: Any) -> date:
    """A day in Shanghai."""
    return moment(held).day


def days(held: Any) -> tuple[date, ...]:
    """A list of days."""
    if not isinstance(held, list):
        raise NotInVocabulary("write a list of days")
    return tuple(day(one) for one in held)


def one_of(*words: Any) -> Parse:
    """One of these words."""

    def parse(held: Any) -> Any:
        for word in words:
            if type(held) is type(word) and held == word:
                return word
        raise NotInVocabulary(f"write one of {', '.join(map(str, words))}")

    return parse


def window(held: Any) -> tuple[int, int]:
    """Agreed hours `["HH:MM", "HH:MM"]` as minutes of the day, the second one exclusive."""
    if not isinstance(held, list) or len(held) != 2:
        raise NotInVocabulary('write ["HH:MM", "HH:MM"]')
    opens, closes = (_minute(one) for one in held)
    return opens % 1440, closes


def _minute(held: Any) -> int:
    hour, _, minute = str(held).partition(":")
    if not (hour.isdigit() and minute.isdigit() and len(minute) == 2):
        raise NotInVocabulary('write clock times such as "08:00"')
    told = timedelta(hours=int(hour), minutes=int(minute))
    if int(minute) > 59 or told > timedelta(hours=24):
        raise NotInVocabulary('write clock times from "00:00" to "24:00"')
    return int(told.total_seconds()) // 60


def interruptions(held: Any) -> tuple[tuple[date, str], ...]:
    """A list of `date:event`."""
    if not isinstance(held, list):
        raise NotInVocabulary("write a list of date:event")
    return tuple(_interruption(one) for one in held)


def _interruption(held: Any) -> tuple[date, str]:
    told, _, event = str(held).partition(":")
    if event != "sms_arrived":
        raise NotInVocabulary("the event is sms_arrived, written 2026-03-12:sms_arrived")
    return day(told), event


def counts_by_actor(held: Any) -> dict[str, int]:
    """Counts by actor; information only."""
    if not isinstance(held, dict):
        raise NotInVocabulary("write actor: count")
    return {str(name): whole(count) for name, count in held.items()}


HISTORY: Mapping[str, Parse] = {
    "connected_notice_calls_today_all_agents": whole,
    "effective_interactive_calls_today_all_agents": whole,
    "by_actor": counts_by_actor,
    "connected_notice_calls_yesterday": whole,
    "connected_calls_today_other_lenders": whole,
    "connected_calls_today_same_agency_for_other_lender": whole,
    "inbound_calls_today": whole,
    "unanswered_attempts_today_same_number": whole,
    "unanswered_attempts_today_other_numbers": whole,
    "debtor_unreachable": yes_no,
    "number_invalid": yes_no,
    "consecutive_failed_calls": whole,
    "first_failed": day,
    "last_failed": day,
    "consecutive_failed_days": whole,
    "debtor_last_answered": moment,
    "third_party_refused": yes_no,
    "installment_agreement": one_of("active_performing", "breached"),
    "debtor_consent_night_given": moment,
    "debtor_consent_night_withdrawn": moment,
}
FLAGS: Mapping[str, Parse] = {
    "record_on": yes_no,
    "agreed_contact_window": window,
    "debtor_consent_night": yes_no,
    "agreed_attempt_cap": whole,
    "cba_member": yes_no,
    "nifa_member": yes_no,
    "purpose": one_of(*PURPOSES),
    "disclose_debt_details": one_of(True, False, "minimum_for_repayment"),
    "contact_person_reserved": yes_no,
    "source": one_of("uploaded_phone_book"),
    "number_source": one_of("reserved"),
    "third_party_willing_to_pay": yes_no,
    "guarantee_valid": yes_no,
    "joint_debt_established": yes_no,
    "debtor_deceased": yes_no,
    "heir_renounced": yes_no,
    "demand_beyond_estate": yes_no,
    "visitors": whole,
    "id_shown": yes_no,
    "enter_home": yes_no,
    "entry_consent": yes_no,
    "lender_consent_private_device": yes_no,
    "claims_to_be": one_of("court"),
    "script_fictitious_blacklist": yes_no,
    "script_suggests_new_borrowing": yes_no,
    "script": one_of("court_will_order"),
    "assignment_notice_given": yes_no,
    "debtor_notified": yes_no,
    "controller_consent": yes_no,
    "months": whole,
    "exceeds_capacity": yes_no,
    "willing": yes_no,
    "prior_notice": yes_no,
    "received": day,
    "answered": day,
    "closed": day,
    "complexity": one_of("simple", "complex", "very_complex"),
    "hq_approval": yes_no,
    "complainant_told": yes_no,
    "bad_event_ended": day,
    "overdue_arose": day,
    "single_amount": number,
    "repaid_in_full": day,
    "claim": number,
    "fee": number,
    "procedure": one_of("ordinary", "payment_order"),
    "annual_pct": number,
    "lpr_at_contract_pct": number,
    "contract_date": day,
    "total_annual_pct": number,
    "borrower_requests_reduction": yes_no,
    "contract_amount": number,
    "paid_out": number,
    "principal_claimed": number,
    "withheld_as": one_of("interest"),
    "serviceable": yes_no,
    "other_dispute": yes_no,
    "amount": number,
    "avg_wage_half": number,
    "debtor_missing": yes_no,
    "performance_period_end": day,
    "applied": day,
    "interrupted": yes_no,
    "first_due": day,
    "last_due": day,
    "interruptions": interruptions,
    "today": day,
    "time_barred": yes_no,
    "paid_voluntarily": yes_no,
    "record_date": day,
    "delete_date": day,
    "kind": one_of(*RECORDS),
    "open_dispute": yes_no,
    "debt_settled": yes_no,
    "overdue_days": whole,
    "class": one_of(*ASSET_CLASSES),
    "dates": days,
    "hash_match": yes_no,
    "pre_chain_challenge": yes_no,
    "lender_proof_pre_chain": yes_no,
}
