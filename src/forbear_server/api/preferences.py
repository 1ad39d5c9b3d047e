"""What borrowers told the lender about contact, told on by the lender's own programs."""

from typing import Literal

from django.http import HttpResponse, JsonResponse
from ninja import Router
from pydantic import AwareDatetime, Field

from forbear.contact.channels import Channel
from forbear.contact.dispatch import AddressFaulty
from forbear.contact.preferences import HoldKind, PreferenceKind
from forbear_server.api.contact_check_forms import ChannelWord, Form, Ref
from forbear_server.api.problems import ProblemOut, problem
from forbear_server.api.signing_in import ApiRequest, for_screen
from forbear_server.selectors.access import Screen
from forbear_server.services.addresses import add_address
from forbear_server.services.preference_rows import Kept, Statement
from forbear_server.services.preferences import give_preference, place_hold
from forbear_server.ui.clock import business_now

router = Router(tags=["preferences"])
KINDS = Literal[
    "agreed_hours", "night_contact", "attempt_cap", "call_cap", "frequent_calls",
    "channel_opt_in", "channel_opt_out", "contact_stopped", "inconvenient_hours", "language",
]  # fmt: skip
HOLDS = Literal[
    "complaint", "dispute", "hardship", "arrangement", "pause", "representative", "deceased",
    "incapacity", "minor", "paid_claimed",
]  # fmt: skip


class PreferenceIn(Form):
    """One statement of a borrower about contact."""

    borrower_ref: Ref = Field(examples=["B-000017"])
    kind: KINDS
    channel: ChannelWord | None = Field(None, description="Left out: every channel.")
    from_minute: int | None = Field(None, ge=0, le=1439)
    until_minute: int | None = Field(None, ge=0, le=1440)
    daily_cap: int | None = Field(None, ge=0, le=100)
    language: Literal["", "zh-Hans", "en"] = ""
    until: AwareDatetime | None = None
    words: str = Field("", max_length=200, description="As they said it; kept sealed.")


class HoldIn(Form):
    """Contact held back for a person, or for one of their loans."""

    borrower_ref: Ref = Field(examples=["B-000017"])
    kind: HOLDS
    loan_ref: str = Field("", max_length=64)
    until: AwareDatetime | None = None


class AddressIn(Form):
    """An address of the borrower's own; there is no field for anybody else's."""

    borrower_ref: Ref = Field(examples=["B-000017"])
    kind: Literal["phone", "mail", "wechat", "push", "post"]
    address: str = Field(max_length=1000)
    words: str = Field(
        "", max_length=200, description="For wechat and push: the opt-in as it was given."
    )


class KeptOut(Form):
    id: str
    cancelled: int = Field(description="Waiting messages this stopped.")
    evidence_id: str


PROBLEMS = {401: ProblemOut, 403: ProblemOut, 404: ProblemOut, 422: ProblemOut}


@router.post(
    "/preferences",
    response={201: KeptOut, **PROBLEMS},
    summary="Tell what a borrower stated about contact",
    operation_id="preferences_tell",
)
@for_screen(Screen.LOAN)
def state(request: ApiRequest, asked: PreferenceIn) -> HttpResponse:
    """It counts at once: the gate reads it, and waiting messages against it are cancelled."""
    said = Statement(
        kind=PreferenceKind(asked.kind),
        source="program",
        channel=Channel(asked.channel) if asked.channel else None,
        from_minute=asked.from_minute,
        until_minute=asked.until_minute,
        daily_cap=asked.daily_cap,
        language=asked.language,
        until=asked.until,
        words=asked.words,
    )
    kept = give_preference(
        actor=request.auth, borrower_ref=asked.borrower_ref, said=said, now=business_now()
    )
    return _kept(kept)


@router.post(
    "/holds",
    response={201: KeptOut, **PROBLEMS},
    summary="Hold contact back",
    operation_id="holds_place",
)
@for_screen(Screen.LOAN)
def hold(request: ApiRequest, asked: HoldIn) -> HttpResponse:
    """From this moment nothing but answers goes to this person, or about this loan."""
    kept = place_hold(
        actor=request.auth,
        borrower_ref=asked.borrower_ref,
        kind=HoldKind(asked.kind),
        source="program",
        now=business_now(),
        loan_ref=asked.loan_ref,
        until=asked.until,
    )
    return _kept(kept)


@router.post(
    "/borrower-addresses",
    response={201: KeptOut, 200: KeptOut, **PROBLEMS},
    summary="Add an address of the borrower's own",
    operation_id="borrower_addresses_add",
)
@for_screen(Screen.LOAN)
def address(request: ApiRequest, asked: AddressIn) -> HttpResponse:
    """Social accounts and apps come with the opt-in they rest on; without its words: 422."""
    now = business_now()
    try:
        recorded = add_address(
            actor=request.auth,
            borrower_ref=asked.borrower_ref,
            kind=asked.kind,
            address=asked.address,
            now=now,
            opt_in_words=asked.words,
        )
    except AddressFaulty as faulty:
        return problem(faulty.code, str(faulty), 422)
    if recorded is None:
        return JsonResponse({"id": "", "cancelled": 0, "evidence_id": ""}, status=200)
    told = {"id": recorded.entry_id, "cancelled": 0, "evidence_id": recorded.entry_id}
    return JsonResponse(told, status=201)


def _kept(kept: Kept) -> HttpResponse:
    told = KeptOut(id=kept.row_id, cancelled=kept.cancelled, evidence_id=kept.recorded.entry_id)
    return JsonResponse(told.model_dump(mode="json"), status=201)
