"""`POST /v1/permits`: ask for the one permit a contact needs, and use it before the effect."""

from datetime import UTC, datetime
from typing import Annotated

from django.http import HttpResponse, JsonResponse
from ninja import Header, Router
from pydantic import AwareDatetime, Field

from forbear.compliance.permits import PermitNotUsable
from forbear.compliance.verdicts import Ruling
from forbear.contact.channels import Channel
from forbear.contact.permission import ContactRequest
from forbear_server.api.contact_check_forms import ChannelWord, Form, Ref
from forbear_server.api.problems import ProblemOut, problem
from forbear_server.api.signing_in import ApiRequest, for_screen
from forbear_server.selectors.access import Level, Screen, access_level
from forbear_server.selectors.rules import ground_of
from forbear_server.services.gate import PermitAnswer, issue_permit, use_permit
from forbear_server.ui.clock import business_now

router = Router(tags=["permits"])


class PermitIn(Form):
    """One contact that somebody is about to make."""

    borrower_ref: Ref = Field(examples=["B-000017"])
    channel: ChannelWord
    number_ref: Ref | None = Field(
        None, description="An opaque word for the number, never the number."
    )
    loan_ref: Ref | None = None
    content_digest: str = Field(
        "",
        pattern=r"^([0-9a-f]{64})?$",
        description="SHA-256 of the approved text; empty for a conversation.",
    )


class PermitOut(Form):
    """A permit: good once, inside its window."""

    permit_id: str
    borrower_ref: str
    channel: str
    opens_at: AwareDatetime
    closes_at: AwareDatetime
    rulebooks: str
    facts_digest: str = Field(description="The commitment to the facts judged, in the entry.")
    evidence_id: str | None = Field(
        None, description="The entry of this answer: GET /v1/evidence/{id}/proof."
    )


@router.post(
    "/permits",
    response={201: PermitOut, 401: ProblemOut, 403: ProblemOut, 404: ProblemOut, 409: ProblemOut,
              422: ProblemOut},
    summary="Ask for a permit",
    operation_id="permits_ask",
)  # fmt: skip
@for_screen(Screen.WORKLIST)
def ask_for_permit(
    request: ApiRequest,
    asked: PermitIn,
    idempotency_key: Annotated[str, Header(min_length=8, max_length=64)],
) -> HttpResponse:
    """Issued (201) or refused by law (409, with rule ids, citations and the next permitted moment).
    Every answer is recorded; the same Idempotency-Key gets the first answer."""
    if access_level(request.auth, Screen.WORKLIST) is Level.READ:
        return problem("role_missing", "Reading the worklist is not working from it.", 403)
    answer = issue_permit(
        actor=request.auth,
        borrower_ref=asked.borrower_ref,
        asked=ContactRequest(
            channel=Channel(asked.channel), number_ref=asked.number_ref, loan_ref=asked.loan_ref
        ),
        content_digest=asked.content_digest,
        idempotency_key=idempotency_key,
        now=business_now(),
    )
    return _refused(answer) if answer.permit is None else _issued(answer)


@router.post(
    "/permits/{permit_id}/use",
    response={204: None, 401: ProblemOut, 403: ProblemOut, 409: ProblemOut},
    summary="Use a permit",
    operation_id="permits_use",
)
@for_screen(Screen.WORKLIST)
def use(request: ApiRequest, permit_id: str) -> HttpResponse:
    """Marks the permit used, before the effect; a second use or a late one is refused (409)."""
    if access_level(request.auth, Screen.WORKLIST) is Level.READ:
        return problem("role_missing", "Reading the worklist is not working from it.", 403)
    try:
        use_permit(actor=request.auth, permit_id=permit_id, now=business_now())
    except PermitNotUsable as refused:
        return problem(refused.code, str(refused), 409)
    return HttpResponse(status=204)


def _issued(answer: PermitAnswer) -> HttpResponse:
    permit = answer.permit
    if permit is None:
        raise ValueError("an issued answer holds its permit")
    told = PermitOut(
        permit_id=permit.permit_id,
        borrower_ref=permit.borrower_ref,
        channel=permit.channel,
        opens_at=permit.opens_at.astimezone(UTC),
        closes_at=permit.closes_at.astimezone(UTC),
        rulebooks=permit.rulebooks,
        facts_digest=permit.facts_digest,
        evidence_id=answer.evidence_id,
    )
    return JsonResponse(told.model_dump(mode="json"), status=201)


def _refused(answer: PermitAnswer) -> HttpResponse:
    grounds = [
        {
            "rule_id": told.rule_id,
            "reason": told.reason,
            "zh": told.sentence_zh,
            "en": told.sentence_en,
        }
        for told in (ground_of(rule_id, reason) for rule_id, reason in answer.grounds)
    ]
    code = "refused_by_rule" if answer.ruling is Ruling.REFUSED else "needs_review"
    if answer.evidence_id is not None:
        grounds.append({"evidence_id": answer.evidence_id})
    return problem(code, _title(answer.next_permitted_at), 409, list(grounds))


def _title(following: datetime | None) -> str:
    if following is None:
        return "No permit: waiting does not help, or a person must decide. See the rules named."
    return f"No permit now; permitted again from {following.isoformat()} if nothing happens before."
