"""1006.6(d)(3)-(5): procedures for e-mails and texts that protect against unintended disclosure."""

from forbear.compliance.language import Parameters, Verdict, allowed, needs_review, rule
from forbear.compliance.matters.us_addresses import UsAddressFacts

SIMPLE_ELECTRONIC = frozenset({"hyperlink", "reply_stop"})


@rule("US-REGF-DISCLOSED")
def known_disclosure(f: UsAddressFacts, p: Parameters) -> Verdict:
    """No protection for an address known to have shown a message to somebody else."""
    if f.has_led_to_disclosure:
        return needs_review("known_disclosure")
    return allowed()


@rule("US-REGF-EMAIL-CONSUMER")
def address_of_consumer(f: UsAddressFacts, p: Parameters) -> Verdict:
    """An e-mail address the consumer used with the collector or consented to."""
    if f.has_opted_out:
        return needs_review("opted_out")
    if f.is_used_by_consumer or f.has_direct_consent:
        return allowed()
    if f.is_entered_by_consumer and f.is_entry_disclosed:
        return allowed()
    return needs_review("no_use_and_no_consent")


@rule("US-REGF-EMAIL-CREDITOR")
def creditor_procedure(f: UsAddressFacts, p: Parameters) -> Verdict:
    """An e-mail address the creditor used, after its notice of transfer and 35 days to opt out."""
    if f.has_opted_out:
        return needs_review("opted_out")
    if f.is_employer_provided:
        return needs_review("employer_provided")
    if not f.is_domain_public:
        return needs_review("domain_not_public")
    if not f.is_used_by_creditor:
        return needs_review("creditor_did_not_use_it")
    if not f.has_transfer_notice:
        return needs_review("no_notice")
    if not f.names_collector or not f.says_address_may_be_used:
        return needs_review("notice_unspecific")
    if not f.warns_others_may_see or not f.has_opt_out_instructions:
        return needs_review("notice_incomplete")
    if f.notice_form == "electronic" and f.opt_out_method not in SIMPLE_ELECTRONIC:
        return needs_review("opt_out_not_simple")
    if f.notice_form == "paper" and f.opt_out_method != "enclosed_reply_form":
        return needs_review("form_not_enclosed")
    if f.answered_by == "creditor_and_collector":
        return needs_review("answer_to_both")
    if f.opt_out_days < p.opt_out_days:
        return needs_review("deadline_too_short")
    if not f.is_opt_out_period_over:
        return needs_review("opt_out_period_runs")
    return allowed()


@rule("US-REGF-EMAIL-PRIOR")
def prior_collector_procedure(f: UsAddressFacts, p: Parameters) -> Verdict:
    """An e-mail address the collector just before used, properly obtained and not opted out."""
    if f.has_opted_out or f.did_opt_out_with_prior:
        return needs_review("opted_out")
    if not f.is_obtained_under_procedure:
        return needs_review("origin_unknown")
    if not f.did_prior_collector_use:
        return needs_review("prior_collector_did_not_use_it")
    return allowed()


@rule("US-REGF-TEXT")
def text_procedure(f: UsAddressFacts, p: Parameters) -> Verdict:
    """A number the consumer texted from or consented to, fresh or checked within 60 days."""
    if f.has_opted_out:
        return needs_review("opted_out")
    if not f.is_used_by_consumer and not f.has_direct_consent:
        return needs_review("no_text_and_no_consent")
    if f.days_since_number_check is not None and f.days_since_number_check <= p.fresh_days:
        return allowed()
    if (
        f.is_used_by_consumer
        and f.days_since_consumer_text is not None
        and f.days_since_consumer_text <= p.fresh_days
    ):
        return allowed()
    if (
        f.has_direct_consent
        and f.days_since_consent is not None
        and f.days_since_consent <= p.fresh_days
    ):
        return allowed()
    return needs_review("not_fresh")
