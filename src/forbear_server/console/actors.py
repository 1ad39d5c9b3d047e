"""Who is asking: reads the session, opens the lender's scope, signs out who was idle too long.

A page is declared with `@screen(Screen.WORKLIST)`: signed out answers 401 with the sign-in page,
half signed in goes to step two, a missing role answers 403 and is recorded.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django_htmx.middleware import HtmxDetails

from forbear_server.console.sign_in_page import sign_in_context
from forbear_server.console.wording import role_name
from forbear_server.selectors.access import (
    Level,
    Screen,
    access_level,
    may_write,
    roles_with_access,
)
from forbear_server.selectors.actors import Actor, find_actor
from forbear_server.services.access import record_access_refused
from forbear_server.services.sign_in import record_sign_out
from forbear_server.store.lender_scope import forget_scope, lender_scope
from forbear_server.ui.clock import business_now, wall_now

USER, LENDER, SEEN = "user_id", "lender_id", "seen_at"
PENDING_USER = "pending_user_id"
POLL_HEADER = "HTTP_X_FORBEAR_POLL"


class ConsoleRequest(HttpRequest):
    """A request behind `@screen`: somebody is signed in and has the role."""

    actor: Actor
    level: Level
    screen: Screen
    htmx: HtmxDetails


P = ParamSpec("P")
View = Callable[Concatenate[ConsoleRequest, P], HttpResponseBase]


class ActorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        console = cast(ConsoleRequest, request)
        console.actor = None  # type: ignore[assignment]
        forget_scope()
        lender_id = request.session.get(LENDER)
        if lender_id is None:
            return self.get_response(request)
        with lender_scope(int(lender_id)):
            self._identify(console)
            return self.get_response(request)

    def _identify(self, request: ConsoleRequest) -> None:
        actor = find_actor(int(request.session[USER]), address=client_address(request))
        now = wall_now()
        seen_at = float(request.session.get(SEEN, 0))
        if actor is None:
            request.session.flush()
        elif now.timestamp() - seen_at > settings.IDLE_SIGN_OUT_SECONDS:
            record_sign_out(actor=actor, now=now, reason="idle")
            request.session.flush()
        else:
            request.actor = actor
            # A page that refreshes itself is nobody being there.
            if POLL_HEADER not in request.META and now.timestamp() - seen_at > 30:
                request.session[SEEN] = now.timestamp()


def client_address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))[:64]


def screen(
    which: Screen, *, writes: bool = False
) -> Callable[[View[P]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]]:
    """Only for roles that see this screen; with `writes`, only for those who may change it."""

    def declare(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            console = cast(ConsoleRequest, request)
            if console.actor is None:
                return _ask_to_sign_in(console)
            console.screen = which
            console.level = access_level(console.actor, which)
            if console.level is Level.NONE or (writes and not may_write(console.actor, which)):
                return denied(console, which)
            return view(console, *args, **kwargs)

        return cast(Callable[Concatenate[HttpRequest, P], HttpResponseBase], guarded)

    return declare


def denied(request: ConsoleRequest, which: Screen) -> HttpResponse:
    record_access_refused(
        actor=request.actor, screen=which, method=str(request.method), now=business_now()
    )
    roles = [role_name(role) for role in roles_with_access(which)]
    return render(request, "console/denied.html", {"roles_needed": roles}, status=403)


def _ask_to_sign_in(request: ConsoleRequest) -> HttpResponseBase:
    if request.session.get(PENDING_USER):
        return HttpResponseRedirect(reverse("console:sign-in-code"))
    if request.htmx:
        answer = render(request, "console/signed_out_dialog.html", status=401)
        answer["HX-Retarget"] = "#dialog-host"
        answer["HX-Reswap"] = "innerHTML"
        return answer
    context = sign_in_context(next_address=request.get_full_path())
    return render(request, "console/sign_in.html", context, status=401)
