"""Contact facts: everything a rule may know about the contact somebody wants to make now.

Counts are of the borrower's own calendar day, before the proposed contact, over the lender and
all its agencies; inbound calls never count. The batch builder is `facts_columns.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from forbear.contact.attempts import UNANSWERED, ContactAttempt, Outcome
from forbear.contact.channels import Channel
from forbear.contact.consents import Consent, ConsentKind, consent_in_force
from forbear.primitives.time_zones import local_date, local_minute


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """One proposed contact.

    - `channel`: how the borrower would be reached.
    - `local_minute`: minute of the borrower's local day, 0-1439; None: zone unknown.
    - `agreed_from_minute`, `agreed_until_minute`: hours agreed beforehand, [from, until); None:
      nothing agreed.
    - `has_night_consent`: the borrower consented to contact at night, and still does.
    - `connected_notice_calls_today`: informative calls that connected today.
    - `connected_interactive_calls_today`: interactive calls that connected today; each counts as
      effective until the standard's own definition of 有效通话 is seen.
    - `unanswered_attempts_today_same_number`: unanswered calls today to the number to be dialled;
      with the number unknown, to all numbers (the strictest count).
    - `agreed_attempt_cap`, `agreed_call_cap`: other daily numbers agreed; None: nothing agreed.
    """

    channel: Channel
    local_minute: int | None
    agreed_from_minute: int | None = None
    agreed_until_minute: int | None = None
    has_night_consent: bool = False
    connected_notice_calls_today: int = 0
    connected_interactive_calls_today: int = 0
    unanswered_attempts_today_same_number: int = 0
    agreed_attempt_cap: int | None = None
    agreed_call_cap: int | None = None


def contact_facts(
    *,
    channel: Channel,
    at: datetime,
    time_zone: str | None,
    attempts: Iterable[ContactAttempt],
    consents: Iterable[Consent],
    number_ref: str | None = None,
) -> ContactFacts:
    """Facts of a contact on `channel` at the moment `at`, from the borrower's history.

    With `time_zone` None the local day is unknown too: attempts of the last 24 hours count.
    """
    known = list(consents)
    today = [a for a in attempts if _is_today(a, at, time_zone)]
    hours = consent_in_force(known, ConsentKind.AGREED_HOURS, at)
    attempt_cap = consent_in_force(known, ConsentKind.ATTEMPT_CAP, at)
    call_cap = consent_in_force(known, ConsentKind.CALL_CAP, at)
    return ContactFacts(
        channel=channel,
        local_minute=None if time_zone is None else local_minute(at, time_zone),
        agreed_from_minute=hours.from_minute if hours else None,
        agreed_until_minute=hours.until_minute if hours else None,
        has_night_consent=consent_in_force(known, ConsentKind.NIGHT_CONTACT, at) is not None,
        connected_notice_calls_today=_connected(today, Channel.VOICE_NOTICE_AI),
        connected_interactive_calls_today=_connected(today, Channel.VOICE_INTERACTIVE),
        unanswered_attempts_today_same_number=_unanswered(today, number_ref),
        agreed_attempt_cap=attempt_cap.daily_cap if attempt_cap else None,
        agreed_call_cap=call_cap.daily_cap if call_cap else None,
    )


def _is_today(attempt: ContactAttempt, at: datetime, time_zone: str | None) -> bool:
    if attempt.attempted_at >= at:
        return False
    if time_zone is None:
        return (at - attempt.attempted_at).total_seconds() < 24 * 3600
    return local_date(attempt.attempted_at, time_zone) == local_date(at, time_zone)


def _connected(attempts: Iterable[ContactAttempt], channel: Channel) -> int:
    return sum(a.channel is channel and a.outcome is Outcome.CONNECTED for a in attempts)


def _unanswered(attempts: Iterable[ContactAttempt], number_ref: str | None) -> int:
    calls = (Channel.VOICE_INTERACTIVE, Channel.VOICE_NOTICE_AI)
    return sum(
        a.channel in calls
        and a.outcome in UNANSWERED
        and (number_ref is None or a.number_ref is None or a.number_ref == number_ref)
        for a in attempts
    )
