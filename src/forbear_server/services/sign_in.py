"""Sign-in in two steps: password, then a one-time code. Every outcome leaves an evidence entry.

An unknown name, a wrong password and a disabled account with a wrong password get the same answer
after the same work, and failures are counted and locked for names that do not exist too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.contrib.auth.hashers import check_password as password_matches
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.crypto import salted_hmac

from forbear_server.selectors.actors import Actor
from forbear_server.services import second_factor
from forbear_server.services.evidence import append_evidence
from forbear_server.store.evidence_persons import staff_person
from forbear_server.store.lender_scope import lender_scope, sign_in_scope
from forbear_server.store.models import RecoveryCode, SignInThrottle, User
from forbear_server.store.sealing import seal, unseal

FAILURES_BEFORE_LOCK = 5
FAILURE_WINDOW = timedelta(minutes=15)
LOCK_LASTS = timedelta(minutes=15)
TOTP_FIELD = "user.totp_secret"
_CANDIDATE_FIELD = "session.totp_candidate"


class Outcome(StrEnum):
    REFUSED = "refused"
    LOCKED = "locked"
    DISABLED = "disabled"
    NEEDS_CODE = "needs_code"
    NEEDS_BINDING = "needs_binding"
    SIGNED_IN = "signed_in"


@dataclass(frozen=True, slots=True)
class SignInResult:
    outcome: Outcome
    user_id: int | None = None
    lender_id: int | None = None
    username: str = ""


@transaction.atomic
def check_password(*, username: str, password: str, address: str, now: datetime) -> SignInResult:
    """Step one. Says nothing about whether the name exists."""
    username = username.strip().lower()[:64]
    throttle = _locked_throttle(username, now)
    with sign_in_scope(username):
        user = User.objects.filter(username=username).first()
    if user is None:
        # The same work as for a known name, so that the time says nothing.
        make_password(password)
        matches = False
    else:
        matches = password_matches(password, user.password)
    if _is_locked(throttle, now):
        _record_refusal(user, "locked", address, now)
        return SignInResult(Outcome.LOCKED)
    if user is None or not matches:
        return _fail(throttle, user, "wrong_pair", address, now)
    if not user.is_active:
        _record_refusal(user, "disabled", address, now)
        return SignInResult(Outcome.DISABLED)
    next_step = Outcome.NEEDS_CODE if user.totp_secret_sealed else Outcome.NEEDS_BINDING
    return SignInResult(next_step, user.pk, user.lender_id, user.username)


@transaction.atomic
def check_code(
    *, user_id: int, lender_id: int, code: str, address: str, now: datetime
) -> SignInResult:
    """Step two, with the authenticator app's code."""
    with lender_scope(lender_id):
        user = _locked_user(user_id)
        throttle = _locked_throttle(user.username, now)
        if _is_locked(throttle, now):
            _record_refusal(user, "locked", address, now)
            return SignInResult(Outcome.LOCKED)
        step = second_factor.matching_step(
            unseal(user.totp_secret_sealed, field=TOTP_FIELD, row=user.username),
            code,
            now=now,
            last_step=user.totp_last_step,
        )
        if step is None or not user.is_active:
            return _fail(throttle, user, "wrong_code", address, now)
        user.totp_last_step = step
        return _succeed(user, throttle, "code", address, now)


@transaction.atomic
def check_recovery_code(
    *, user_id: int, lender_id: int, code: str, address: str, now: datetime
) -> SignInResult:
    """Step two, with one of the ten codes; it is used up by this."""
    with lender_scope(lender_id):
        user = _locked_user(user_id)
        throttle = _locked_throttle(user.username, now)
        if _is_locked(throttle, now):
            _record_refusal(user, "locked", address, now)
            return SignInResult(Outcome.LOCKED)
        used = RecoveryCode.objects.filter(
            user=user, code_digest=_recovery_digest(user, code), used_at__isnull=True
        ).update(used_at=now)
        if not used or not user.is_active:
            return _fail(throttle, user, "wrong_recovery_code", address, now)
        return _succeed(user, throttle, "recovery_code", address, now)


def sealed_candidate(username: str) -> str:
    """A fresh secret to bind, sealed so that the session row does not hold it in clear."""
    return seal(second_factor.new_secret(), field=_CANDIDATE_FIELD, row=username)


def opened_candidate(sealed: str, username: str) -> str:
    return unseal(sealed, field=_CANDIDATE_FIELD, row=username)


@transaction.atomic
def bind_second_factor(
    *, user_id: int, lender_id: int, candidate: str, code: str, address: str, now: datetime
) -> list[str] | None:
    """Bind the app after it showed a right code; the ten recovery codes, or None if it did not."""
    with lender_scope(lender_id):
        user = _locked_user(user_id)
        throttle = _locked_throttle(user.username, now)
        secret = opened_candidate(candidate, user.username)
        step = second_factor.matching_step(secret, code, now=now, last_step=0)
        if step is None or user.totp_secret_sealed or _is_locked(throttle, now):
            _fail(throttle, user, "binding_refused", address, now)
            return None
        user.totp_secret_sealed = seal(secret, field=TOTP_FIELD, row=user.username)
        user.totp_bound_at = now
        user.totp_last_step = step
        codes = second_factor.new_recovery_codes()
        RecoveryCode.objects.filter(user=user).delete()
        RecoveryCode.objects.bulk_create(
            RecoveryCode(
                lender_id=lender_id, user=user, code_digest=_recovery_digest(user, recovery)
            )
            for recovery in codes
        )
        append_evidence(
            "second_factor.bound",
            now=now,
            lender_id=lender_id,
            person=staff_person(user.username),
            address=address,
        )
        _succeed(user, throttle, "binding", address, now)
        return codes


@transaction.atomic
def record_sign_out(*, actor: Actor, now: datetime, reason: str) -> None:
    append_evidence(
        "sign_out.recorded",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        person=staff_person(actor.username),
        body={"reason": reason},
    )


def _succeed(
    user: User, throttle: SignInThrottle, factor: str, address: str, now: datetime
) -> SignInResult:
    user.last_sign_in_at = now
    user.save()
    throttle.delete()
    append_evidence(
        "sign_in.succeeded",
        now=now,
        lender_id=user.lender_id,
        person=staff_person(user.username),
        address=address,
        body={"factor": factor},
    )
    return SignInResult(Outcome.SIGNED_IN, user.pk, user.lender_id, user.username)


def _fail(
    throttle: SignInThrottle, user: User | None, reason: str, address: str, now: datetime
) -> SignInResult:
    if now - throttle.window_started_at > FAILURE_WINDOW:
        throttle.window_started_at = now
        throttle.failures = 0
    throttle.failures += 1
    is_locked = throttle.failures >= FAILURES_BEFORE_LOCK
    if is_locked:
        throttle.locked_until = now + LOCK_LASTS
        throttle.failures = 0
        throttle.window_started_at = now
    throttle.save()
    _record_refusal(user, reason, address, now)
    return SignInResult(Outcome.LOCKED if is_locked else Outcome.REFUSED)


def _record_refusal(user: User | None, reason: str, address: str, now: datetime) -> None:
    if user is None:
        append_evidence(
            "sign_in.refused", now=now, lender_id=None, address=address, body={"reason": reason}
        )
        return
    with lender_scope(user.lender_id):
        append_evidence(
            "sign_in.refused",
            now=now,
            lender_id=user.lender_id,
            person=staff_person(user.username),
            address=address,
            body={"reason": reason},
        )


def _locked_user(user_id: int) -> User:
    return User.objects.select_for_update().get(pk=user_id)


def _locked_throttle(username: str, now: datetime) -> SignInThrottle:
    digest = salted_hmac("forbear.sign_in", username, algorithm="sha256").hexdigest()
    SignInThrottle.objects.get_or_create(
        username_digest=digest, defaults={"window_started_at": now}
    )
    return SignInThrottle.objects.select_for_update().get(username_digest=digest)


def _is_locked(throttle: SignInThrottle, now: datetime) -> bool:
    return throttle.locked_until is not None and now < throttle.locked_until


def _recovery_digest(user: User, code: str) -> str:
    plain = code.strip().lower().replace("-", "").replace(" ", "")
    return salted_hmac(
        "forbear.recovery", f"{user.username}:{plain}", algorithm="sha256"
    ).hexdigest()
