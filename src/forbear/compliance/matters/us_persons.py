"""United States: who is spoken to, and the search for a person (1006.6(a), 1006.10).

The relation decides who counts as the consumer; the rest describes an inquiry for location
information with somebody else. The builder is the case adapter or the quality review.
"""

from dataclasses import dataclass
from typing import Annotated

from forbear.compliance.fact_kinds import Whole, Words, YesNo

RELATIONS = (
    "consumer",
    "spouse",
    "parent",
    "guardian",
    "personal_representative",
    "successor_in_interest",
    "attorney",
    "other_person",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsPersonFacts:
    """A contact with one person, seen by who that person is."""

    relation: Annotated[
        str,
        Words(
            words=RELATIONS,
            zh="与消费者的关系",
            en="the relation to the consumer",
            counted="as known to the collector on the day; a signed small-estate affidavit makes a personal representative",
        ),
    ] = "consumer"
    is_consumer_minor: Annotated[
        bool,
        YesNo(
            zh="消费者为未成年人", en="the consumer is a minor", counted="on the day, or at death"
        ),
    ] = False
    is_consumer_deceased: Annotated[
        bool,
        YesNo(
            zh="消费者已去世",
            en="the consumer has died",
            counted="known or to be known to the collector",
        ),
    ] = False
    is_location_inquiry: Annotated[
        bool,
        YesNo(
            zh="目的为查找下落",
            en="the purpose is location information",
            counted="home address, telephone number there, place of work (1006.10(a)); for a deceased consumer the person who acts for the estate",
        ),
    ] = False
    states_debt: Annotated[
        bool,
        YesNo(
            zh="提及消费者欠债",
            en="it is stated that the consumer owes a debt",
            counted="by any words or by the name of the sender",
        ),
    ] = False
    uses_postcard: Annotated[
        bool, YesNo(zh="使用明信片", en="a postcard is used", counted="any open card")
    ] = False
    names_employer: Annotated[
        bool,
        YesNo(
            zh="说出催收机构名称",
            en="the collector's employer is named",
            counted="by voice, letterhead or profile",
        ),
    ] = False
    is_employer_requested: Annotated[
        bool,
        YesNo(
            zh="对方明确询问机构名称",
            en="the person expressly asked who the employer is",
            counted="in this contact",
        ),
    ] = False
    earlier_location_communications: Annotated[
        int,
        Whole(
            lo=0,
            hi=1000,
            zh="此前为查找下落与该人沟通的次数",
            en="earlier communications with this person for location information",
            unit="communications",
            counted="answered ones only; an unanswered call is no communication",
        ),
    ] = 0
    is_recontact_excused: Annotated[
        bool,
        YesNo(
            zh="允许再次联系",
            en="contacting this person again is excused",
            counted="the person asked for it, or the earlier answer is reasonably believed wrong or incomplete and now correctable",
        ),
    ] = False
