"""Which lender's rows this connection may see: one session setting that every policy reads.

Nothing is visible while it is unset. Row-level security asks for it in the database, so a query
that forgets its filter returns nothing rather than another lender's people.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import DEFAULT_DB_ALIAS, connections
from psycopg.pq import TransactionStatus

_LENDER = "forbear.lender_id"
_USERNAME = "forbear.sign_in_username"
_DEMO_LISTING = "forbear.demo_listing"
_API_KEY = "forbear.api_token_digest"
_HOUSE = "forbear.house"
_current: ContextVar[int | None] = ContextVar("lender_id", default=None)


def current_lender_id() -> int | None:
    return _current.get()


@contextmanager
def lender_scope(lender_id: int, *, using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Rows of this lender, and no other, are visible and writable inside."""
    before = _current.get()
    token = _current.set(lender_id)
    try:
        with _setting(_LENDER, str(lender_id), "" if before is None else str(before), using):
            yield
    finally:
        _current.reset(token)


@contextmanager
def sign_in_scope(username: str) -> Iterator[None]:
    """The one user of this name is readable inside, before we know whose user it is."""
    with _setting(_USERNAME, username, "", DEFAULT_DB_ALIAS):
        yield


@contextmanager
def token_scope(digest: str) -> Iterator[None]:
    """The one token of this digest is readable inside, before we know whose it is."""
    with _setting(_API_KEY, digest, "", DEFAULT_DB_ALIAS):
        yield


@contextmanager
def house_scope() -> Iterator[None]:
    """Entries of no lender are readable inside: for the check of the desk, and nothing else."""
    with _setting(_HOUSE, "on", "", DEFAULT_DB_ALIAS):
        yield


@contextmanager
def demo_listing_scope() -> Iterator[None]:
    """Accounts marked as demonstration accounts are readable inside, of every lender."""
    with _setting(_DEMO_LISTING, "on", "", DEFAULT_DB_ALIAS):
        yield


def forget_scope(using: str = DEFAULT_DB_ALIAS) -> None:
    """A connection outlives a request: start each one blind."""
    _current.set(None)
    connection = connections[using]
    if connection.connection is not None and not connection.in_atomic_block:
        for name in (_LENDER, _USERNAME, _DEMO_LISTING, _API_KEY, _HOUSE):
            _set(name, "", using)


@contextmanager
def _setting(name: str, value: str, before: str, using: str) -> Iterator[None]:
    _set(name, value, using)
    try:
        yield
    finally:
        if not _transaction_failed(using):
            _set(name, before, using)


def _transaction_failed(using: str) -> bool:
    """A failed transaction refuses every statement, and takes the setting back by rolling back."""
    raw = connections[using].connection
    return raw is not None and raw.info.transaction_status == TransactionStatus.INERROR


def _set(name: str, value: str, using: str) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, false)", [name, value])
