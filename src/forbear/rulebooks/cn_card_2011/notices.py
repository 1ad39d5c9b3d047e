"""第六十六条、第六十七条、第六十九条: pay of collectors, reminders and letters."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.notices import NoticeFacts
from forbear.compliance.matters.outsourcing import OutsourcingFacts


@rule("CN-CARD2011-66")
def pay_of_collectors(f: OutsourcingFacts, p: Parameters) -> Verdict:
    """Collectors are not measured by recovered money alone."""
    if f.is_paid_by_recovery_alone:
        return refused("single_measure")
    return allowed()


@rule("CN-CARD2011-67")
def due_reminder(f: NoticeFacts, p: Parameters) -> Verdict:
    """A reminder before the due day names amount and date."""
    if f.notice == "due_reminder" and not f.is_sent_in_time:
        return refused("not_in_time")
    if f.notice == "due_reminder" and not f.names_amount_and_day:
        return refused("no_amount_or_day")
    return allowed()


@rule("CN-CARD2011-69")
def collection_letter(f: NoticeFacts, p: Parameters) -> Verdict:
    """A letter names debt, reason and rights, ways to answer, and its sender."""
    if f.notice != "collection_letter":
        return allowed()
    if not f.names_amount_and_day:
        return refused("no_balance")
    if not f.names_reason_and_rights:
        return refused("no_reason_or_rights")
    if not f.names_ways_to_answer:
        return refused("no_ways_to_answer")
    if not f.names_sender:
        return refused("no_sender")
    return allowed()
