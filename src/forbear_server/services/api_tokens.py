"""Tokens that sign programs in: made once, shown once, kept as a digest, taken back at any time."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from forbear.primitives.errors import RequestRefused
from forbear_server.selectors.actors import Actor, find_actor
from forbear_server.services.evidence import append_evidence
from forbear_server.store.evidence_persons import staff_person
from forbear_server.store.lender_scope import lender_scope, sign_in_scope, token_scope
from forbear_server.store.models import ApiToken, User

PREFIX = "fbr_"
USUAL_DAYS = 90


class TokenRefused(RequestRefused):
    """The token cannot be made or taken back: says why; nothing was changed."""

    code = "token_refused"


@transaction.atomic
def add_token(*, username: str, name: str, now: datetime, days: int = USUAL_DAYS) -> str:
    """A new token with the role of `username`; its text is returned once and never kept."""
    with sign_in_scope(username):
        user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise TokenRefused(f"No active user is called {username}: see `forbear users list`.")
    text = PREFIX + secrets.token_urlsafe(32)
    with lender_scope(user.lender_id):
        try:
            with transaction.atomic():
                ApiToken.objects.create(
                    lender_id=user.lender_id,
                    user_id=user.pk,
                    name=name,
                    digest=digest_of(text),
                    created_at=now,
                    expires_at=now + timedelta(days=days),
                )
        except IntegrityError as clash:
            raise TokenRefused(
                f"A token named {name} exists, or it would already be over. Choose another name "
                "and at least one day."
            ) from clash
        append_evidence(
            "api_token.added",
            now=now,
            lender_id=user.lender_id,
            person=staff_person(username),
            body={"name": name, "days": days},
        )
    return text


@transaction.atomic
def revoke_token(*, lender_id: int, name: str, now: datetime) -> None:
    """Takes a token back; from now on it signs nobody in."""
    with lender_scope(lender_id):
        row = ApiToken.objects.select_for_update().filter(name=name).first()
        if row is None:
            raise TokenRefused(f"No token is called {name}: see `forbear tokens list`.")
        row.revoked_at = row.revoked_at or now
        row.save(update_fields=["revoked_at"])
        append_evidence("api_token.revoked", now=now, lender_id=lender_id, private={"name": name})


def actor_of_token(text: str, *, now: datetime, address: str) -> Actor | None:
    """Who signs in with this token: None when unknown, over, taken back or of a closed account."""
    digest = digest_of(text)
    with token_scope(digest):
        row = ApiToken.objects.filter(digest=digest).first()
    if row is None or row.revoked_at is not None or row.expires_at <= now:
        return None
    with lender_scope(row.lender_id):
        return find_actor(row.user_id, address=address)


def digest_of(text: str) -> str:
    """SHA-256 of a token; tokens are random, so no salt is needed."""
    return hashlib.sha256(text.encode()).hexdigest()
