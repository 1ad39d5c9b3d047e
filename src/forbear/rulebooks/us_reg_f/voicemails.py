"""1006.2(j): what a limited-content message is. It defines; nothing else is refused by it."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.us_voicemails import UsVoicemailFacts


@rule("US-REGF-LCM")
def limited_content_message(f: UsVoicemailFacts, p: Parameters) -> Verdict:
    """A voicemail for the consumer with the four required items and nothing but permitted ones."""
    if f.medium != "voicemail":
        return refused("not_a_voicemail")
    if not f.is_for_consumer:
        return refused("not_for_the_consumer")
    if not f.has_business_name or not f.has_reply_request:
        return refused("who_or_request_missing")
    if not f.has_contact_person or not f.has_phone_number:
        return refused("person_or_number_missing")
    if f.has_other_content:
        return refused("other_content")
    return allowed()
