"""第三章 行为规范与禁止行为: what collectors say and do, and what is strictly prohibited."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.conduct import ConductFacts

CALLS = frozenset({"voice_interactive", "voice_notice_ai"})
UNLAWFUL_SOURCES = frozenset({"uploaded_phone_book", "other"})


@rule("CN-CBA2026-THIRD-DISCLOSE")
def told_to_third_person(f: ConductFacts, p: Parameters) -> Verdict:
    """A third person is told nothing specific of the debt."""
    if f.person != "borrower" and not f.is_person_liable and f.disclosed != "none":
        return refused("debt_told_to_third_person")
    return allowed()


@rule("CN-CBA2026-CALL-RECORD")
def calls_recorded(f: ConductFacts, p: Parameters) -> Verdict:
    """Collection calls are recorded."""
    if f.way in CALLS and not f.is_recorded:
        return refused("call_not_recorded")
    return allowed()


@rule("CN-CBA2026-NO-IMPERSONATION")
def no_impersonation(f: ConductFacts, p: Parameters) -> Verdict:
    """Neither an authority nor, for an agency, the lender is posed as."""
    if f.poses_as_authority:
        return refused("poses_as_authority")
    if f.poses_as_lender:
        return refused("poses_as_lender")
    return allowed()


@rule("CN-CBA2026-NO-THREAT")
def no_threat(f: ConductFacts, p: Parameters) -> Verdict:
    """No threats, insults, fraud, violence, and nothing private is spread."""
    if f.threatens:
        return refused("threatens")
    if f.insults:
        return refused("insults")
    if f.defrauds:
        return refused("defrauds")
    if f.uses_violence:
        return refused("violent")
    if f.spreads_privacy:
        return refused("spreads_privacy")
    return allowed()


@rule("CN-CBA2026-NO-FALSE")
def no_falsehood(f: ConductFacts, p: Parameters) -> Verdict:
    """No invented blacklist and no overstated amount, nature or consequence."""
    if f.invents_blacklist:
        return refused("invented_blacklist")
    if f.overstates_consequence:
        return refused("overstated_consequence")
    return allowed()


@rule("CN-CBA2026-NO-EXTRA-FEE")
def no_extra_fee(f: ConductFacts, p: Parameters) -> Verdict:
    """No fee for collecting, no urging to borrow elsewhere."""
    if f.charges_extra_fee:
        return refused("extra_fee")
    if f.urges_new_borrowing:
        return refused("urges_new_borrowing")
    return allowed()


@rule("CN-CBA2026-NO-PUBLIC-POST")
def no_public_post(f: ConductFacts, p: Parameters) -> Verdict:
    """No notice or letter is posted in a public place."""
    if f.way == "public_post":
        return refused("posted_in_public")
    return allowed()


@rule("CN-CBA2026-NO-PRIVATE-PHONE")
def no_private_device(f: ConductFacts, p: Parameters) -> Verdict:
    """An agency uses no private phone or account, unless the member institution agreed."""
    if not f.uses_private_device:
        return allowed()
    if f.has_lender_device_consent:
        return allowed(exception="lender_consented")
    return refused("private_device")


@rule("CN-CBA2026-IDENTIFY")
def institution_named(f: ConductFacts, p: Parameters) -> Verdict:
    """The institution is named at the first contact."""
    if not f.is_institution_named:
        return refused("institution_not_named")
    return allowed()


@rule("CN-CBA2026-TRANSFER-NOTICE")
def transfer_announced(f: ConductFacts, p: Parameters) -> Verdict:
    """After a transfer the borrower is told before payment is asked."""
    if f.is_assignment_unannounced and f.is_payment_demanded:
        return refused("transfer_not_announced")
    return allowed()


@rule("CN-CBA2026-CONTACT-SOURCES")
def lawful_sources(f: ConductFacts, p: Parameters) -> Verdict:
    """Contact data come from one of the six lawful sources."""
    if f.contact_source in UNLAWFUL_SOURCES:
        return refused("unlawful_source")
    return allowed()
