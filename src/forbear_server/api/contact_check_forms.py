"""The public form of a contact check: what is asked and what is answered."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AwareDatetime, ConfigDict, Discriminator, Field, Tag, model_validator

from forbear.contact.facts import PURPOSES, RECIPIENTS

MOST_CHECKS = 10_000
ChannelWord = Literal[
    "voice_interactive", "voice_notice_ai", "sms", "app", "mail", "wechat", "letter", "visit"
]
OutcomeWord = Literal[
    "connected",
    "no_answer",
    "busy",
    "unreachable",
    "voicemail",
    "wrong_number",
    "delivered",
    "undelivered",
]
ConsentWord = Literal["agreed_hours", "night_contact", "attempt_cap", "call_cap", "frequent_calls"]


# Words of ours for people, loans and numbers: no control characters, and not too long.
Ref = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{1,64}$")]
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
# A moment with its zone, in a century in which every clock can count back and forth.
Moment = Annotated[AwareDatetime, Field(ge=EARLIEST, le=LATEST)]


class Form(Schema):
    """Keys that are not documented are refused, not ignored."""

    model_config = ConfigDict(extra="forbid")


class AttemptIn(Form):
    """One earlier attempt by the lender or its agencies."""

    at: Moment = Field(description="When, with its zone.")
    channel: ChannelWord
    outcome: OutcomeWord
    number_ref: Ref | None = Field(None, description="An opaque word for the number dialled.")
    loan_ref: Ref | None = None


class ConsentIn(Form):
    """One consent or agreement; each can be withdrawn."""

    kind: ConsentWord
    granted_at: Moment
    withdrawn_at: Moment | None = None
    from_minute: int | None = Field(None, ge=0, le=1439)
    until_minute: int | None = Field(None, ge=0, le=1440)
    daily_cap: int | None = Field(None, ge=0, le=100)


class HistoryIn(Form):
    """What happened before, told by the one who asks."""

    time_zones: list[str] = Field(
        default_factory=list,
        max_length=20,
        description="IANA zones of the places the borrower may be at, home first; empty: unknown.",
        examples=[["Asia/Shanghai"]],
    )
    attempts: list[AttemptIn] = Field(default_factory=list, max_length=5_000)
    consents: list[ConsentIn] = Field(default_factory=list, max_length=200)


class ScopeIn(Form):
    """Under which law: the lender's own where left out."""

    jurisdiction: str = Field("CN", examples=["CN", "US"])
    lender_kind: str = Field(examples=["consumer_finance"])
    actor: Literal["in_house", "outsourced_agency"] = "in_house"
    product: str | None = Field(None, description="Left out: the rules of every product.")
    memberships: list[str] | None = Field(None, description="Left out: usual for the kind.")


class ContactCheckIn(Form):
    """May this person be contacted? Give a borrower, or facts, or a history, one of the three."""

    borrower_ref: Ref | None = Field(None, examples=["B-000017"])
    channel: ChannelWord
    at: Moment | None = Field(None, description="The moment asked about; now if left out.")
    number_ref: Ref | None = None
    loan_ref: Ref | None = None
    recipient: Literal[RECIPIENTS] = "borrower"  # type: ignore[valid-type]
    purpose: Literal[PURPOSES] = "collect"  # type: ignore[valid-type]
    scope: ScopeIn | None = None
    facts: dict[str, Any] | None = Field(
        None,
        description="Contact facts by name (docs/reference/facts.md); others are neutral.",
        examples=[{"local_minute": 1320}],
    )
    day: date | None = Field(None, description="With facts: the day whose law is asked; today.")
    history: HistoryIn | None = None

    @model_validator(mode="after")
    def _one_of_three(self) -> ContactCheckIn:
        given = [self.borrower_ref is not None, self.facts is not None, self.history is not None]
        if sum(given) != 1:
            raise ValueError("give exactly one of borrower_ref, facts and history")
        if self.borrower_ref is not None and self.scope is not None:
            raise ValueError("a borrower of this desk stands under the lender's own scope")
        return self


class ContactChecksIn(Form):
    """Many questions, answered in their order."""

    checks: Annotated[list[ContactCheckIn], Field(min_length=1, max_length=MOST_CHECKS)]


def _one_or_many(told: object) -> str:
    """Which of the two forms a body has, so that its faults are told of that form only."""
    is_many = "checks" in told if isinstance(told, dict) else hasattr(told, "checks")
    return "many" if is_many else "one"


OneOrMany = Annotated[
    Annotated[ContactCheckIn, Tag("one")] | Annotated[ContactChecksIn, Tag("many")],
    Discriminator(_one_or_many),
]


class GroundOut(Schema):
    """One rule that stands against it, or that an exception lifted."""

    rule_id: str = Field(examples=["CN-GBT45251-HOURS"])
    ruling: Literal["allowed", "refused", "needs_review"]
    reason: str | None = Field(description="Stable code of the branch.", examples=["quiet_hours"])
    exception: str | None = Field(description="What lifted the rule.")
    sentence_zh: str
    sentence_en: str
    instrument: str | None
    article: str | None
    strength: str | None
    confidence: str | None = Field(description="official, secondary or unverified")


class ContactCheckOut(Schema):
    """The gate's answer. A question: nothing is written, nothing is permitted by it."""

    ruling: Literal["allowed", "refused", "needs_review"]
    grounds: list[GroundOut]
    advice: list[GroundOut] = Field(description="Soft rules that the lender lets advise.")
    exceptions: list[GroundOut]
    next_permitted_at: AwareDatetime | None = Field(
        description="Proven: allowed there if nothing happens before."
    )
    channels: dict[str, str] = Field(description="The ruling on every other channel now.")
    rules_asked: int
    rulebooks: str


class ContactCheckProblem(Schema):
    """A question of a batch that could not be answered."""

    problem: str = Field(examples=["borrower_unknown"])
    detail: str


class ContactChecksOut(Schema):
    """The answers in the order of the questions."""

    answers: list[ContactCheckOut | ContactCheckProblem]
