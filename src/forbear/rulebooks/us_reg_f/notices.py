"""1006.6(c)(2), 1006.14(h)(2), 1006.104: notices that may go out in spite of a refusal."""

from forbear.compliance.language import Parameters, Verdict, allowed, needs_review, refused, rule
from forbear.compliance.matters.us_notices import UsNoticeFacts

AFTER_CEASE = frozenset(
    {
        "efforts_end",
        "remedies_ordinarily_invoked",
        "specific_remedy_intended",
        "early_intervention_notice",
        "mortgage_servicing_disclosure",
    }
)


@rule("US-REGF-CEASE-EXC")
def notices_after_cease(f: UsNoticeFacts, p: Parameters) -> Verdict:
    """After a request to stop: end of efforts, remedies, and what mortgage rules require."""
    if not f.is_contact_stopped:
        return allowed()
    if f.notice in AFTER_CEASE:
        return allowed(exception="cease_notices")
    return refused("cease_communication")


@rule("US-REGF-MEDIA-EXC")
def notices_by_refused_medium(f: UsNoticeFacts, p: Parameters) -> Verdict:
    """By a refused medium: one confirmation, one answer through it, what the law requires."""
    if not f.is_medium_refused:
        return allowed()
    if f.is_required_by_law:
        return allowed(exception="required_by_law")
    if f.notice == "opt_out_confirmation" and f.earlier_replies == 0:
        return allowed(exception="confirmation")
    if f.is_reply and f.earlier_replies == 0:
        return allowed(exception="one_answer")
    return refused("medium_opt_out")


@rule("US-REGF-STATE")
def state_disclosure(f: UsNoticeFacts, p: Parameters) -> Verdict:
    """A disclosure of greater protection under state law stands beside Regulation F."""
    if f.notice == "state_disclosure" and not f.describes_greater_protection:
        return needs_review("perhaps_inconsistent")
    return allowed()
