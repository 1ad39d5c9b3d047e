"""`POST /v1/behaviour-events`: a payment, a failed debit, a missed promise, a grievance, at once."""

from datetime import date
from typing import Literal

from django.http import HttpResponse, JsonResponse
from ninja import Router
from pydantic import Field

from forbear_server.api.contact_check_forms import Form, Ref
from forbear_server.api.problems import ProblemOut, problem
from forbear_server.api.signing_in import ApiRequest, denied, for_screen
from forbear_server.selectors.access import Level, Screen, access_level
from forbear_server.services.behaviour import LoanUnknown, ReportedEvent, take_behaviour_event
from forbear_server.ui.clock import business_now

router = Router(tags=["scores"])
MOST_MINOR = 10**15


class BehaviourEventIn(Form):
    """What a borrower did or what happened to them."""

    event_id: str = Field(
        pattern=r"^[^\x00-\x1f\x7f]{4,64}$",
        description="Your own id: told twice, it counts once. A payment's is the id its tape has.",
        examples=["PAY-2026-11-20-000017"],
    )
    loan_ref: Ref = Field(examples=["L-000017"])
    kind: Literal[
        "payment",
        "failed_debit",
        "promise_kept",
        "promise_missed",
        "complaint",
        "dispute",
        "dispute_decided",
        "hardship",
        "hardship_approved",
        "relief_ended",
    ]
    happened_on: date = Field(ge=date(2000, 1, 1), examples=["2026-11-20"])
    amount_minor: int | None = Field(
        None,
        le=MOST_MINOR,
        description="Of a payment, in minor units; of nothing else.",
        examples=[209440],
    )


class BehaviourEventOut(Form):
    """The event as kept, and what the score became."""

    id: str
    is_new: bool = Field(description="False: it was told before, and nothing changed.")
    points: int | None = Field(None, description="The score now; null where no card is in use.")
    points_before: int | None = None
    probability_ppm: int | None = Field(
        None, description="Probability of what the card warns of, in parts per million."
    )
    warning_id: str | None = Field(None, description="The early warning raised by this event.")
    evidence_id: str | None = Field(
        None, description="The entry of the score: GET /v1/evidence/{id}/proof."
    )


@router.post(
    "/behaviour-events",
    response={200: BehaviourEventOut, 201: BehaviourEventOut, 401: ProblemOut, 403: ProblemOut,
              404: ProblemOut, 422: ProblemOut},
    summary="Tell what a borrower did",
    operation_id="behaviour_events_tell",
)  # fmt: skip
@for_screen(Screen.LOAN, Screen.IMPORTS)
def tell(request: ApiRequest, asked: BehaviourEventIn) -> HttpResponse:
    """Kept and scored at once (201); the same event again answers 200 and changes nothing."""
    actor = request.auth
    works_on_loans = access_level(actor, Screen.LOAN) in {Level.FULL, Level.TEAM, Level.OWN}
    if not works_on_loans and access_level(actor, Screen.IMPORTS) is not Level.FULL:
        return denied(request, Screen.LOAN)
    try:
        taken = take_behaviour_event(
            actor=actor, event=ReportedEvent(**asked.model_dump()), now=business_now()
        )
    except LoanUnknown as unknown:
        return problem(unknown.code, str(unknown), 404)
    made = taken.rescored
    told = BehaviourEventOut(
        id=str(taken.event_id),
        is_new=taken.is_new,
        points=made.score.points if made else None,
        points_before=made.points_before if made else None,
        probability_ppm=made.score.ppm if made else None,
        warning_id=str(made.warning_id) if made and made.warning_id else None,
        evidence_id=made.evidence_id if made else None,
    )
    return JsonResponse(told.model_dump(mode="json"), status=201 if taken.is_new else 200)
