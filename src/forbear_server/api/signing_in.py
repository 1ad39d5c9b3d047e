"""Programs sign in with a bearer token and have the role of its account."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast

from django.http import HttpRequest, HttpResponse
from ninja.security import HttpBearer

from forbear_server.api.problems import problem
from forbear_server.selectors.access import Level, Screen, access_level, roles_with_access
from forbear_server.selectors.actors import Actor
from forbear_server.services.access import record_access_refused
from forbear_server.services.api_tokens import actor_of_token
from forbear_server.store.lender_scope import forget_scope, lender_scope
from forbear_server.ui.clock import business_now, wall_now

P = ParamSpec("P")
R = TypeVar("R")


class ApiRequest(HttpRequest):
    """A request behind a token."""

    auth: Actor


class TokenSignIn(HttpBearer):
    """`Authorization: Bearer fbr_…`"""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """Who the token signs in; None refuses with 401."""
        forget_scope()
        address = str(request.META.get("REMOTE_ADDR", ""))[:64]
        return actor_of_token(token, now=wall_now(), address=address)


def for_screen(
    *which: Screen,
) -> Callable[
    [Callable[Concatenate[ApiRequest, P], R]],
    Callable[Concatenate[HttpRequest, P], R | HttpResponse],
]:
    """Only for roles that see one of these screens; the lender's rows are open inside."""

    def declare(
        view: Callable[Concatenate[ApiRequest, P], R],
    ) -> Callable[Concatenate[HttpRequest, P], R | HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> R | HttpResponse:
            asked = cast(ApiRequest, request)
            with lender_scope(asked.auth.lender_id):
                if all(access_level(asked.auth, one) is Level.NONE for one in which):
                    return denied(asked, *which)
                return view(asked, *args, **kwargs)

        return cast(Callable[Concatenate[HttpRequest, P], R | HttpResponse], guarded)

    return declare


def denied(request: ApiRequest, *which: Screen) -> HttpResponse:
    """The refusal of a role, recorded."""
    record_access_refused(
        actor=request.auth, screen=which[0], method=str(request.method), now=business_now()
    )
    roles = dict.fromkeys(role.value for one in which for role in roles_with_access(one))
    needed = ", ".join(roles)
    title = f"The role {request.auth.role.value} may not ask this; one of {needed} may."
    return problem("role_missing", title, 403)
