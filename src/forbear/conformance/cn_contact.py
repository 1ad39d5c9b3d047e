"""Facts of a proposed contact in a Chinese case, for the rules on contact and on conduct.

Readings: a guarantor is liable unless the case says that the guarantee is not valid, a spouse only
when the joint debt is established, an heir unless the inheritance was renounced; a contact person
about whom no purpose is said is asked to pass a message on, anybody else is collected from.
"""

from forbear.compliance.matters.conduct import ConductFacts
from forbear.conformance.cn_scenario import Scenario
from forbear.conformance.cn_words import Moment
from forbear.contact.facts import ContactFacts

NOON = 720
CHANNELS = {
    "private_phone": "voice_interactive",
    "private_social_app": "wechat",
    "public_post": "letter",
}
PRIVATE = frozenset({"private_phone", "private_social_app"})
AGREEMENTS = {"active_performing": "performing", "breached": "breached"}
DEMANDS = frozenset({"collect", "demand_payment"})
# Failed calls or days in a row after which somebody nobody calls reachable counts as lost.
FAILED_IN_ROW = 3


def contact_facts(scenario: Scenario) -> ContactFacts:
    """The facts of the contact itself: when, whom, how often, on which consent."""
    history, flags = scenario.history, scenario.flags
    # Without a time the hour plays no part, and so do agreed hours.
    agreed_hours = flags.told("agreed_contact_window", tuple) if scenario.at else None
    opens, closes = agreed_hours or (None, None)
    agreed_cap = flags.told("agreed_attempt_cap", int)
    is_borrower = scenario.recipient == "debtor"
    channel = scenario.needed("channel", scenario.channel)
    return ContactFacts(
        channel=CHANNELS.get(channel, channel),
        local_minute=scenario.at.hour * 60 + scenario.at.minute if scenario.at else NOON,
        recipient="borrower" if is_borrower else scenario.recipient,
        purpose=purpose_of(scenario),
        agreed_from_minute=opens,
        agreed_until_minute=closes,
        has_night_consent=has_night_consent(scenario),
        connected_notice_calls_today=(
            history.count("connected_notice_calls_today_all_agents") if is_borrower else 0
        ),
        connected_interactive_calls_today=(
            history.count("effective_interactive_calls_today_all_agents") if is_borrower else 0
        ),
        unanswered_attempts_today_same_number=history.count(
            "unanswered_attempts_today_same_number"
        ),
        agreed_attempt_cap=agreed_cap,
        agreed_call_cap=agreed_cap,
        is_number_invalid=history.says("number_invalid"),
        failed_calls_in_row_before_today=failed_calls_before_today(scenario),
        failed_days_in_row=0
        if is_streak_broken(scenario)
        else history.count("consecutive_failed_days"),
        is_borrower_unreachable=is_unreachable(scenario),
        has_person_refused=history.says("third_party_refused"),
        is_reserved_contact=is_reserved(scenario),
        is_person_liable=is_liable(scenario),
        is_borrower_deceased=flags.says("debtor_deceased", default=scenario.recipient == "heir"),
        demands_beyond_estate=flags.says("demand_beyond_estate"),
        instalment_agreement=AGREEMENTS.get(history.word("installment_agreement") or "", "none"),
    )


def conduct_facts(scenario: Scenario) -> ConductFacts:
    """How the contact is carried out: recording, visit, script, device, disclosure, notices."""
    flags, channel = scenario.flags, scenario.needed("channel", scenario.channel)
    told = flags.held.get("disclose_debt_details", False)
    is_posted = channel == "public_post"
    return ConductFacts(
        way=channel if is_posted else CHANNELS.get(channel, channel),
        person="borrower" if scenario.recipient == "debtor" else scenario.recipient,
        is_person_liable=is_liable(scenario) is True,
        is_payment_demanded=purpose_of(scenario) in DEMANDS,
        is_recorded=flags.says("record_on", default=True),
        collectors_present=flags.count("visitors", 2),
        is_id_shown=flags.says("id_shown", default=True),
        enters_private_place=flags.says("enter_home"),
        has_entry_consent=flags.says("entry_consent"),
        is_institution_named=flags.word("claims_to_be") is None,
        poses_as_authority=flags.word("claims_to_be") == "court",
        invents_blacklist=flags.says("script_fictitious_blacklist"),
        overstates_consequence=flags.word("script") == "court_will_order",
        urges_new_borrowing=flags.says("script_suggests_new_borrowing"),
        uses_private_device=channel in PRIVATE,
        has_lender_device_consent=flags.says("lender_consent_private_device"),
        disclosed=told if isinstance(told, str) else "details" if told else "none",
        is_person_willing_to_pay=flags.says("third_party_willing_to_pay"),
        contact_source=flags.word("source") or flags.word("number_source") or "unstated",
        is_agency_unannounced=scenario.is_by_agency
        and not flags.says("debtor_notified", default=True),
        is_assignment_unannounced=not flags.says("assignment_notice_given", default=True),
        spreads_privacy=is_posted,
    )


def purpose_of(scenario: Scenario) -> str:
    """What the contact is for; see the module for what silence means."""
    silent = "pass_message" if scenario.recipient == "contact_person" else "collect"
    return scenario.flags.word("purpose") or silent


def is_liable(scenario: Scenario) -> bool | None:
    """Whether the person contacted owes the debt; None when nothing establishes it."""
    flags, recipient = scenario.flags, scenario.recipient
    if recipient == "debtor":
        return None
    if flags.says("guarantee_valid") or flags.says("joint_debt_established"):
        return True
    if recipient == "guarantor":
        return flags.says("guarantee_valid", default=True)
    if recipient == "heir":
        has_died = flags.says("debtor_deceased", default=True)
        return has_died and not flags.says("heir_renounced")
    return flags.told("joint_debt_established", bool) if recipient == "spouse" else None


def is_reserved(scenario: Scenario) -> bool | None:
    """Whether the borrower named this person in advance."""
    flags = scenario.flags
    told = flags.told("contact_person_reserved", bool)
    if told is not None:
        return told
    if flags.word("source") == "uploaded_phone_book":
        return False
    return True if flags.word("number_source") == "reserved" else None


def has_night_consent(scenario: Scenario) -> bool:
    """A consent to this contact at night, given before it and not withdrawn before it."""
    history, contact = scenario.history, _moment_of(scenario)
    given = history.moment("debtor_consent_night_given")
    withdrawn = history.moment("debtor_consent_night_withdrawn")
    is_given = given is not None and _is_before(given, contact)
    if not scenario.flags.says("debtor_consent_night", default=is_given):
        return False
    if withdrawn is None or not _is_before(withdrawn, contact):
        return True
    return given is not None and is_given and not _is_before(given, withdrawn)


def is_unreachable(scenario: Scenario) -> bool | None:
    """What the case states; silent, a run of failed calls or days shows it."""
    told = scenario.history.told("debtor_unreachable", bool)
    if told is not None or is_streak_broken(scenario):
        return told
    failed = max(
        scenario.history.count("consecutive_failed_calls"),
        scenario.history.count("consecutive_failed_days"),
    )
    return True if failed >= FAILED_IN_ROW else None


def is_streak_broken(scenario: Scenario) -> bool:
    """Whether the debtor answered after the run of failed calls.

    An answer on the day of the last failed call counts as later, unless the case says that the
    debtor is lost now.
    """
    answered = scenario.history.moment("debtor_last_answered")
    if answered is None or not _is_before(answered, _moment_of(scenario)):
        return False
    is_lost = scenario.history.says("debtor_unreachable")
    last = scenario.history.day("last_failed")
    if last is None:
        return not is_lost
    return answered.day > last or (answered.day == last and not is_lost)


def failed_calls_before_today(scenario: Scenario) -> int:
    """Failed calls in a row that certainly lie on days before the contact.

    When the run reaches into the day of the contact, only one call for each earlier day with a
    failed call is certain.
    """
    history, today = scenario.history, scenario.on
    calls = history.count("consecutive_failed_calls")
    first, last = history.day("first_failed"), history.day("last_failed")
    if is_streak_broken(scenario):
        return 0
    if last is not None and last < today:
        return calls
    if first is None or first >= today:
        return 0
    return min(max(history.count("consecutive_failed_days") - 1, 1), max(calls - 1, 0))


def _moment_of(scenario: Scenario) -> Moment:
    return Moment(scenario.on, scenario.at)


def _is_before(one: Moment, other: Moment) -> bool:
    """Whether `one` is not later than `other`; a day without time begins at midnight."""
    if one.at is not None and other.at is not None:
        return one.at <= other.at
    return one.day <= other.day
