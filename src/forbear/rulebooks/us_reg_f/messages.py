"""1006.6(e), .14(d), .14(g), .18, .22(f): what a message must hold and must not."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.us_messages import UsMessageFacts

TO_AN_ADDRESS = frozenset({"sms", "email", "social_private", "social_request"})
SOCIAL = frozenset({"social_private", "social_request", "social_post"})
SIMPLE = frozenset({"hyperlink", "reply_stop"})


@rule("US-REGF-OPTOUT")
def opt_out_statement(f: UsMessageFacts, p: Parameters) -> Verdict:
    """Every electronic message says in a reasonable and simple way how to opt out."""
    if f.medium in TO_AN_ADDRESS and f.opt_out_method not in SIMPLE:
        return refused("missing_opt_out")
    return allowed()


@rule("US-REGF-DISCLOSE")
def collector_disclosed(f: UsMessageFacts, p: Parameters) -> Verdict:
    """A communication says that it comes from a debt collector, in its own language."""
    if f.is_limited_content or f.is_location_inquiry:
        return allowed()
    if not f.is_collector_disclosed:
        return refused("not_disclosed")
    if not f.is_disclosed_in_its_languages:
        return refused("other_language")
    return allowed()


@rule("US-REGF-SOCIAL")
def social_media(f: UsMessageFacts, p: Parameters) -> Verdict:
    """On social media: private only, disclosed, and under the own name when asking others."""
    if f.medium not in SOCIAL:
        return allowed()
    if f.visibility != "private":
        return refused("visible_to_others")
    if f.medium == "social_request" and not f.is_collector_disclosed:
        return refused("hidden_collector")
    if f.is_location_inquiry and not f.is_profile_accurate:
        return refused("false_profile")
    return allowed()


@rule("US-REGF-ENVELOPE")
def envelope(f: UsMessageFacts, p: Parameters) -> Verdict:
    """An envelope shows the collector's address and mail handling, nothing else."""
    if f.medium == "letter" and f.has_other_words_on_envelope:
        return refused("envelope_disclosure")
    return allowed()


@rule("US-REGF-WORKMAIL")
def employer_mail(f: UsMessageFacts, p: Parameters) -> Verdict:
    """No e-mail to an address known to be the employer's, save two kinds."""
    if f.medium != "email" or not f.is_address_employer_provided:
        return allowed()
    if f.is_address_from_consumer:
        return allowed(exception="address_from_consumer")
    if f.is_address_from_prior_collector:
        return allowed(exception="address_from_prior_collector")
    return refused("employer_email")


@rule("US-REGF-NAMES")
def assumed_name(f: UsMessageFacts, p: Parameters) -> Verdict:
    """An assumed name only if the collector can tell who uses it."""
    if f.is_name_assumed and not f.is_name_traceable:
        return refused("untraceable_name")
    return allowed()


@rule("US-REGF-IDENTITY")
def caller_identity(f: UsMessageFacts, p: Parameters) -> Verdict:
    """A caller says who calls; a limited-content message says enough."""
    if f.is_limited_content or f.is_caller_identified:
        return allowed()
    return refused("identity_not_disclosed")


@rule("US-REGF-LANGUAGE")
def abusive_language(f: UsMessageFacts, p: Parameters) -> Verdict:
    """No obscene, profane or abusive language."""
    if f.has_obscene_language:
        return refused("obscene_language")
    return allowed()
