"""United States: what a voicemail holds, to tell a limited-content message (1006.2(j)).

Yes/no facts about what such a message must hold default to yes, about what it must not to no.
"""

from dataclasses import dataclass
from typing import Annotated

from forbear.compliance.fact_kinds import Words, YesNo
from forbear.compliance.matters.us_messages import MEDIA


@dataclass(frozen=True, slots=True, kw_only=True)
class UsVoicemailFacts:
    """One message left, by its items."""

    medium: Annotated[str, Words(words=MEDIA, zh="媒介", en="the medium", counted="as sent")] = (
        "telephone"
    )
    has_business_name: Annotated[
        bool,
        YesNo(
            zh="含不透露催收业务的机构名",
            en="it gives a business name that does not show debt collection",
            counted="as recorded",
        ),
    ] = True
    has_reply_request: Annotated[
        bool, YesNo(zh="含请回复的请求", en="it asks for a reply", counted="as recorded")
    ] = True
    has_contact_person: Annotated[
        bool,
        YesNo(zh="含联系人姓名", en="it names a natural person to contact", counted="one or more"),
    ] = True
    has_phone_number: Annotated[
        bool,
        YesNo(
            zh="含回电号码", en="it gives a telephone number for the reply", counted="as recorded"
        ),
    ] = True
    has_other_content: Annotated[
        bool,
        YesNo(
            zh="含其他内容",
            en="it holds anything beyond the required and permitted items",
            counted="permitted: salutation, date and time, reply times, “any of our representatives”",
        ),
    ] = False
    is_for_consumer: Annotated[
        bool,
        YesNo(
            zh="留给消费者本人",
            en="it is left for the consumer",
            counted="not knowingly for somebody else",
        ),
    ] = True
