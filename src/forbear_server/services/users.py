"""Staff accounts: add, disable, take the second factor away. Each leaves an evidence entry."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction

from forbear_server.selectors.actors import Role
from forbear_server.selectors.lenders import find_lender
from forbear_server.services import second_factor
from forbear_server.services.evidence import append_evidence
from forbear_server.services.sign_in import TOTP_FIELD
from forbear_server.store.evidence_persons import staff_person
from forbear_server.store.lender_scope import lender_scope, sign_in_scope
from forbear_server.store.models import RecoveryCode, User
from forbear_server.store.sealing import seal

# Shown on the sign-in page of a demonstration; such accounts exist nowhere else.
DEMO_PASSWORD = "forbear-demo-2026"  # noqa: S105
SHORTEST_PASSWORD = 12


class UserExists(ValueError):
    """The user name is taken."""


class UserUnknown(LookupError):
    """No user has this name."""


class PasswordTooShort(ValueError):
    """The password has fewer characters than SHORTEST_PASSWORD."""


@dataclass(frozen=True, slots=True)
class NewUser:
    username: str
    password: str


@transaction.atomic
def add_user(
    *,
    lender_code: str,
    username: str,
    display_name: str,
    role: Role,
    now: datetime,
    team: str = "",
    password: str = "",
    is_demo: bool = False,
) -> NewUser:
    """A new account and its first password; the second factor is bound at the first sign-in.

    A demonstration account has a second factor from the start, so that its code can be listed.
    """
    lender = find_lender(lender_code)
    username = username.strip().lower()
    with sign_in_scope(username):
        if User.objects.filter(username=username).exists():
            raise UserExists(f"There already is a user named {username}. Choose another name.")
    password = DEMO_PASSWORD if is_demo else password or secrets.token_urlsafe(15)
    if len(password) < SHORTEST_PASSWORD:
        raise PasswordTooShort(f"A password has at least {SHORTEST_PASSWORD} characters.")
    with lender_scope(lender.lender_id):
        user = User(
            lender_id=lender.lender_id,
            username=username,
            display_name=display_name,
            role=role,
            team=team,
            is_demo=is_demo,
            password=make_password(password),
            created_at=now,
        )
        if is_demo:
            user.totp_secret_sealed = seal(
                second_factor.new_secret(), field=TOTP_FIELD, row=username
            )
            user.totp_bound_at = now
        user.save()
        append_evidence(
            "user.created",
            now=now,
            lender_id=lender.lender_id,
            person=staff_person(username),
            body={"role": str(role)},
        )
    return NewUser(username=username, password=password)


@transaction.atomic
def disable_user(*, username: str, now: datetime) -> None:
    with _locked_by_name(username) as user:
        user.is_active = False
        user.save()
        append_evidence(
            "user.disabled", now=now, lender_id=user.lender_id, person=staff_person(username)
        )


@transaction.atomic
def reset_second_factor(*, username: str, now: datetime) -> None:
    """Take the second factor away: the next sign-in binds a new one."""
    with _locked_by_name(username) as user:
        user.totp_secret_sealed = ""
        user.totp_bound_at = None
        user.totp_last_step = 0
        user.save()
        RecoveryCode.objects.filter(user=user).delete()
        append_evidence(
            "second_factor.reset", now=now, lender_id=user.lender_id, person=staff_person(username)
        )


@contextmanager
def _locked_by_name(username: str) -> Iterator[User]:
    """The user, locked, inside the scope of the lender the user belongs to."""
    with sign_in_scope(username):
        found = User.objects.filter(username=username).first()
    if found is None:
        raise UserUnknown(f"There is no user named {username}. See `forbear users list`.")
    with lender_scope(found.lender_id):
        yield User.objects.select_for_update().get(pk=found.pk)
