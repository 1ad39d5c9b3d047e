"""第16条至第18条: what a file on a chain proves."""

from forbear.compliance.language import Parameters, Verdict, allowed, needs_review, refused, rule
from forbear.compliance.matters.litigation import ChainEvidenceFacts


@rule("CN-ONLINE-16")
def hash_checked(f: ChainEvidenceFacts, p: Parameters) -> Verdict:
    """The presumption needs a hash that was checked and matches."""
    if not f.is_hash_matching:
        return refused("hash_does_not_match")
    return allowed()


@rule("CN-ONLINE-17")
def neutral_platform(f: ChainEvidenceFacts, p: Parameters) -> Verdict:
    """The court examines whether a party is close to the platform and interfered."""
    if f.is_platform_partial:
        return needs_review("platform_not_neutral")
    return allowed()


@rule("CN-ONLINE-18")
def truth_before_chain(f: ChainEvidenceFacts, p: Parameters) -> Verdict:
    """A challenge to the truth before upload is met with proof."""
    if f.is_earlier_truth_challenged and not f.has_earlier_proof:
        return refused("truth_before_upload_not_proven")
    return allowed()
