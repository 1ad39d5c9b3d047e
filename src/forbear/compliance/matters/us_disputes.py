"""United States: a dispute and what was sent in answer (1006.38)."""

from dataclasses import dataclass
from typing import Annotated

from forbear.compliance.fact_kinds import YesNo


@dataclass(frozen=True, slots=True, kw_only=True)
class UsDisputeFacts:
    """Collection of a debt after the latest dispute about it."""

    has_written_dispute: Annotated[
        bool,
        YesNo(
            zh="有书面异议",
            en="the consumer disputed in writing",
            counted="by mail, returned form, accepted electronic medium, hand or courier; the estate counts",
        ),
    ] = False
    is_in_validation_period: Annotated[
        bool,
        YesNo(
            zh="在验证期内提出",
            en="it came within the validation period",
            counted="up to and on the stated end",
        ),
    ] = True
    is_duplicative: Annotated[
        bool,
        YesNo(
            zh="为重复异议",
            en="it is duplicative",
            counted="substantially the same as one already answered, nothing new and material",
        ),
    ] = False
    is_verification_sent: Annotated[
        bool,
        YesNo(
            zh="已寄送核实或判决副本",
            en="a copy of verification or of a judgment was sent since",
            counted="after the latest dispute",
        ),
    ] = False
    is_duplicative_notice_sent: Annotated[
        bool,
        YesNo(
            zh="已寄送重复异议通知",
            en="the notice that it is duplicative was sent",
            counted="with the reason and the earlier response",
        ),
    ] = False
    is_collection: Annotated[
        bool,
        YesNo(
            zh="属于催收行为",
            en="the act collects the debt",
            counted="answering the dispute does not",
        ),
    ] = True
