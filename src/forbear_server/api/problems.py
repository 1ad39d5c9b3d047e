"""Problem details (RFC 9457): what happened, why, what to do; ids only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, ValidationError
from pydantic import Field

from forbear.primitives.errors import RequestRefused


class ProblemOut(Schema):
    """A request that could not be done."""

    type: str = Field(description="Stable code of the problem.", examples=["request_invalid"])
    title: str = Field(description="What happened and what to do.")
    status: int = Field(description="HTTP status.", examples=[422])
    errors: list[dict[str, Any]] = Field(
        default_factory=list, description="Where in the request, one entry a fault."
    )


def problem(
    code: str, title: str, status: int, errors: list[dict[str, Any]] | None = None
) -> HttpResponse:
    """The answer with its media type."""
    body = ProblemOut(type=code, title=title, status=status, errors=errors or [])
    return JsonResponse(body.model_dump(), status=status, content_type="application/problem+json")


def _where(loc: Sequence[object]) -> str:
    """The place in the sender's own words: `checks.3.at`, without our names for the body."""
    ours = {"body", "asked", "one", "many"}
    parts = [str(p) for p in loc if str(p) not in ours and "[" not in str(p)]
    return ".".join(parts) or "body"


def handle_problems(api: NinjaAPI) -> None:
    """Every refusal of the API in the same form."""

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        found = [{"where": _where(e["loc"]), "what": e["msg"]} for e in error.errors]
        return problem("request_invalid", "The request is not of the documented form.", 422, found)

    @api.exception_handler(AuthenticationError)
    def unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        title = "Sign in with a token: Authorization: Bearer fbr_… (`forbear tokens add`)."
        answer = problem("token_missing_or_invalid", title, 401)
        answer["WWW-Authenticate"] = "Bearer"
        return answer

    @api.exception_handler(RequestDataTooBig)
    def too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE >> 20
        return problem(
            "request_too_big", f"A request holds at most {most} MB: ask in several.", 413
        )

    @api.exception_handler(RequestRefused)
    def refused(request: HttpRequest, error: RequestRefused) -> HttpResponse:
        status = {"borrower_unknown": 404, "gate_closed": 503}.get(error.code, 422)
        return problem(error.code, str(error), status)
