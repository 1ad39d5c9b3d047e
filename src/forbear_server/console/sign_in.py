"""Sign-in, sign-out and staying signed in. The decisions are in services/sign_in.py."""

from __future__ import annotations

import io

import qrcode
import qrcode.image.svg
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.middleware.csrf import rotate_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from forbear_server.console.actors import LENDER, PENDING_USER, SEEN, USER, client_address
from forbear_server.console.problems import Problem
from forbear_server.console.sign_in_page import safe_address, sign_in_context
from forbear_server.services.second_factor import binding_address
from forbear_server.services.sign_in import (
    Outcome,
    bind_second_factor,
    check_code,
    check_password,
    check_recovery_code,
    opened_candidate,
    record_sign_out,
    sealed_candidate,
)
from forbear_server.ui.clock import wall_now

_PENDING_LENDER, _PENDING_NAME, _PENDING_AT = "pending_lender_id", "pending_name", "pending_at"
_CANDIDATE, _NEXT = "candidate", "next"
_PENDING_SECONDS = 600


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponseBase:
    if request.method == "GET":
        if request.session.get(USER):
            return HttpResponseRedirect("/console/")
        context = sign_in_context(next_address=request.GET.get("next", ""))
        return render(request, "console/sign_in.html", context)
    username = request.POST.get("username", "")
    result = check_password(
        username=username,
        password=request.POST.get("password", ""),
        address=client_address(request),
        now=wall_now(),
    )
    next_address = safe_address(request.POST.get("next", ""))
    if result.outcome in {Outcome.REFUSED, Outcome.LOCKED, Outcome.DISABLED}:
        return _first_step_refused(request, result.outcome, username, next_address)
    request.session.flush()
    request.session[PENDING_USER] = result.user_id
    request.session[_PENDING_LENDER] = result.lender_id
    request.session[_PENDING_NAME] = result.username
    request.session[_PENDING_AT] = wall_now().timestamp()
    request.session[_NEXT] = next_address
    if result.outcome is Outcome.NEEDS_BINDING:
        request.session[_CANDIDATE] = sealed_candidate(result.username)
        return _go(request, reverse("console:sign-in-binding"))
    if getattr(request, "htmx", False):
        answer = render(request, "console/sign_in_code_card.html", {})
        answer["HX-Push-Url"] = reverse("console:sign-in-code")
        return answer
    return HttpResponseRedirect(reverse("console:sign-in-code"))


def _first_step_refused(
    request: HttpRequest, outcome: Outcome, username: str, next_address: str
) -> HttpResponse:
    problem = Problem("username", refusal_text(outcome, _("账号或密码不正确")))
    context = sign_in_context(next_address=next_address, username=username)
    context["problems"] = [problem]
    is_fragment = bool(getattr(request, "htmx", False))
    name = "console/sign_in_card.html" if is_fragment else "console/sign_in.html"
    return render(request, name, context, status=429 if outcome is Outcome.LOCKED else 422)


def refusal_text(outcome: Outcome, wrong: str) -> str:
    if outcome is Outcome.LOCKED:
        return _("已锁定，请在 15 分钟后再试")
    if outcome is Outcome.DISABLED:
        return _("账号已停用")
    return wrong


@require_http_methods(["GET", "POST"])
def sign_in_code(request: HttpRequest) -> HttpResponseBase:
    return _second_step(request, uses_recovery=False)


@require_http_methods(["GET", "POST"])
def sign_in_recovery(request: HttpRequest) -> HttpResponseBase:
    return _second_step(request, uses_recovery=True)


def _second_step(request: HttpRequest, *, uses_recovery: bool) -> HttpResponseBase:
    if not _is_pending(request):
        return HttpResponseRedirect(reverse("console:sign-in"))
    if request.session.get(_CANDIDATE):
        return HttpResponseRedirect(reverse("console:sign-in-binding"))
    context: dict[str, object] = {"uses_recovery": uses_recovery}
    context |= sign_in_context(next_address=request.session.get(_NEXT, ""))
    if request.method == "GET":
        return render(request, "console/sign_in_code.html", context)
    check = check_recovery_code if uses_recovery else check_code
    result = check(
        user_id=request.session[PENDING_USER],
        lender_id=request.session[_PENDING_LENDER],
        code=request.POST.get("code", ""),
        address=client_address(request),
        now=wall_now(),
    )
    if result.outcome is Outcome.SIGNED_IN:
        return _enter(request)
    if result.outcome is Outcome.LOCKED:
        request.session.flush()
    context["problems"] = [Problem("code", refusal_text(result.outcome, _("验证码不正确或已使用")))]
    is_fragment = bool(getattr(request, "htmx", False))
    name = "console/sign_in_code_card.html" if is_fragment else "console/sign_in_code.html"
    return render(request, name, context, status=429 if result.outcome is Outcome.LOCKED else 422)


@require_http_methods(["GET", "POST"])
def sign_in_binding(request: HttpRequest) -> HttpResponseBase:
    """First sign-in: bind an authenticator app, then show ten recovery codes once."""
    if not _is_pending(request) or not request.session.get(_CANDIDATE):
        return HttpResponseRedirect(reverse("console:sign-in"))
    username = request.session[_PENDING_NAME]
    secret = opened_candidate(request.session[_CANDIDATE], username)
    context: dict[str, object] = {
        "secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        "drawing": qr_drawing(binding_address(secret, username)),
    }
    if request.method == "GET":
        return render(request, "console/sign_in_binding.html", context)
    codes = bind_second_factor(
        user_id=request.session[PENDING_USER],
        lender_id=request.session[_PENDING_LENDER],
        candidate=request.session[_CANDIDATE],
        code=request.POST.get("code", ""),
        address=client_address(request),
        now=wall_now(),
    )
    if codes is None:
        context["problems"] = [Problem("code", _("验证码不正确或已使用"))]
        return render(request, "console/sign_in_binding.html", context, status=422)
    next_address = request.session.get(_NEXT, "/console/")
    _open_session(request)
    return render(
        request, "console/recovery_codes.html", {"codes": codes, "next_address": next_address}
    )


def qr_drawing(text: str) -> SafeString:
    """The QR code as SVG inside the page: no request leaves with the secret in it."""
    image = qrcode.make(text, image_factory=qrcode.image.svg.SvgPathImage, box_size=10, border=2)
    out = io.BytesIO()
    image.save(out)
    drawing = out.getvalue().decode()
    return mark_safe(drawing[drawing.index("<svg") :])  # noqa: S308 - our own drawing, no input in it


@require_POST
def sign_out(request: HttpRequest) -> HttpResponseBase:
    actor = getattr(request, "actor", None)
    if actor is not None:
        record_sign_out(actor=actor, now=wall_now(), reason="asked")
    request.session.flush()
    return HttpResponseRedirect(reverse("console:sign-in"))


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Somebody is still there."""
    if getattr(request, "actor", None) is None:
        return HttpResponse(status=401)
    request.session[SEEN] = wall_now().timestamp()
    return HttpResponse(status=204)


def _is_pending(request: HttpRequest) -> bool:
    started = request.session.get(_PENDING_AT)
    return started is not None and wall_now().timestamp() - float(started) < _PENDING_SECONDS


def _enter(request: HttpRequest) -> HttpResponseBase:
    next_address = request.session.get(_NEXT, "/console/")
    _open_session(request)
    return _go(request, next_address)


def _open_session(request: HttpRequest) -> None:
    """A new session key and a new form token: what was known before signing in opens nothing."""
    user_id, lender_id = request.session[PENDING_USER], request.session[_PENDING_LENDER]
    request.session.flush()
    request.session[USER] = user_id
    request.session[LENDER] = lender_id
    request.session[SEEN] = wall_now().timestamp()
    rotate_token(request)


def _go(request: HttpRequest, address: str) -> HttpResponseBase:
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(address)
    return HttpResponseRedirect(address)
