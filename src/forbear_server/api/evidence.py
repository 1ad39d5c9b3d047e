"""`GET /v1/evidence/{id}`: an entry, and the proof that it stands in the log."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from ninja import Router
from pydantic import AwareDatetime, Field

from forbear_server.api.contact_check_forms import Form
from forbear_server.api.problems import ProblemOut, problem
from forbear_server.api.signing_in import ApiRequest, for_screen
from forbear_server.selectors.access import Screen
from forbear_server.selectors.evidence import EvidenceLine, find_entry
from forbear_server.selectors.log_proofs import LogUnreadable, NotSealedYet, log_proof
from forbear_server.services.evidence_access import record_evidence_exported
from forbear_server.ui.clock import business_now

router = Router(tags=["evidence"])
PROOF_TYPE = "text/plain; charset=utf-8"


class EntryOut(Form):
    """One entry: codes, random ids and moments; committed fields stay closed."""

    entry_id: str = Field(examples=["6f1f0a3c8f0e4a3d9f2b7c1e5a6d8b90"])
    event: str = Field(examples=["contact.refused"])
    at: AwareDatetime
    about: str = Field(examples=["permit:0b9e…"])
    subject: str = Field(description="A pseudonym, random for each person and purpose.")
    open: dict[str, Any] = Field(description="The fields that stand open in the log.")
    leaf_index: int | None = Field(description="Its place in the log; null until it is sealed.")


@router.get(
    "/evidence/{entry_id}",
    response={200: EntryOut, 401: ProblemOut, 403: ProblemOut, 404: ProblemOut},
    summary="An evidence entry",
    operation_id="evidence_entry",
)
@for_screen(Screen.EVIDENCE)
def entry(request: ApiRequest, entry_id: str) -> HttpResponse:
    """By its id, or by its number as pages show it (E-17)."""
    line = find_entry(request.auth, entry_id)
    if line is None:
        return _unknown(entry_id)
    told = EntryOut(
        entry_id=line.entry_id.hex,
        event=line.name,
        at=line.at,
        about=line.about,
        subject=line.subject,
        open=dict(line.body),
        leaf_index=line.leaf_index,
    )
    return JsonResponse(told.model_dump(mode="json"))


@router.get(
    "/evidence/{entry_id}/proof",
    response={200: str, 401: ProblemOut, 403: ProblemOut, 404: ProblemOut, 409: ProblemOut,
              503: ProblemOut},
    summary="The proof file of an entry",
    operation_id="evidence_proof",
)  # fmt: skip
@for_screen(Screen.EVIDENCE)
def proof(request: ApiRequest, entry_id: str) -> HttpResponse:
    """A C2SP tlog-proof file, checked before it is given: verify it offline with
    `forbear evidence verify FILE --key VKEY`. 409 while the entry is not sealed yet."""
    line = find_entry(request.auth, entry_id)
    if line is None:
        return _unknown(entry_id)
    return proof_file(request, line)


def proof_file(request: ApiRequest, line: EvidenceLine) -> HttpResponse:
    """The file as an answer, recorded as handed out."""
    try:
        made = log_proof(line.entry_id)
    except NotSealedYet as early:
        answer = problem(early.code, str(early), 409)
        answer["Retry-After"] = "1"
        return answer
    except LogUnreadable as broken:
        return problem(broken.code, str(broken), 503)
    record_evidence_exported(
        actor=request.auth, entries={"entry": line.entry_id.hex}, now=business_now(), person=""
    )
    answer = HttpResponse(made.text, content_type=PROOF_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="{line.entry_id.hex}.tlog-proof"'
    return answer


def _unknown(entry_id: str) -> HttpResponse:
    return problem("entry_unknown", f"There is no entry {entry_id[:64]}, or not yours.", 404)
