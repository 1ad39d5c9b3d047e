"""One embedded PostgreSQL for the session of tests, and the people and rows tests begin with.

The tables are made by the owner; every test runs as the serving role, bound by row-level security.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as django_settings
from django.db import connections
from django.test import Client
from django.test.utils import override_settings

from forbear_server.selectors.actors import Actor, Role, find_actor
from forbear_server.services.lenders import register_lender
from forbear_server.store import embedded
from forbear_server.store.databases import socket_directory
from forbear_server.store.lender_scope import forget_scope, lender_scope
from forbear_server.store.migrating import migrate
from forbear_server.store.models import User
from forbear_server.ui.clock import wall_now

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(scope="session", autouse=True)
def data_dir() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="forbear-tests-") as folder:
        path = Path(folder)
        with override_settings(
            DATA_DIR=path,
            SECRET_KEY="a key of the tests",
            FIELD_KEYS="t1:" + "A" * 43 + "=",
            PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
            DEMO=False,
            DEMO_CLOCK=NOW.isoformat(),
            ALLOWED_HOSTS=["testserver"],
        ):
            yield path


@pytest.fixture(scope="session")
def django_db_setup(data_dir: Path, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    embedded.attach(data_dir, is_durable=False, stops_with_last=False)
    for alias in ("default", "owner"):
        connections[alias].settings_dict["HOST"] = str(socket_directory(data_dir))
        connections[alias].settings_dict["CONN_MAX_AGE"] = 0
        django_settings.DATABASES[alias]["HOST"] = str(socket_directory(data_dir))
    with django_db_blocker.unblock():
        migrate()
    yield
    for connection in connections.all():
        connection.close()
    embedded.detach(data_dir)


@pytest.fixture(autouse=True)
def _clock_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Business time is the configured moment, however long the tests take."""
    monkeypatch.setattr("forbear_server.ui.clock._seconds_since", lambda _moment: 0.0)


@pytest.fixture(autouse=True)
def _blind_connection(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "db" in request.fixturenames:
        forget_scope()


@pytest.fixture
def qinghe(db: None) -> int:
    return register_lender(
        code="qinghe", name_zh="青禾消费金融", name_en="Qinghe", kind="consumer_finance", now=NOW
    )


@pytest.fixture
def other_lender(db: None) -> int:
    return register_lender(code="yunshan", name_zh="云山", name_en="Yunshan", kind="bank", now=NOW)


@pytest.fixture
def make_user(qinghe: int) -> Callable[..., User]:
    def make(username: str, role: Role = Role.COLLECTOR, *, lender_id: int = 0) -> User:
        lender = lender_id or qinghe
        with lender_scope(lender):
            user = User(
                lender_id=lender,
                username=username,
                display_name=f"{username} 的名字",
                role=role,
                team="一组",
                created_at=NOW,
            )
            user.set_password("a long enough password")
            user.save()
        return user

    return make


@pytest.fixture
def make_actor(make_user: Callable[..., User]) -> Callable[..., Actor]:
    def make(username: str, role: Role, *, lender_id: int = 0) -> Actor:
        user = make_user(username, role, lender_id=lender_id)
        with lender_scope(user.lender_id):
            actor = find_actor(user.pk)
        assert actor is not None
        return actor

    return make


@pytest.fixture
def signed_in(make_actor: Callable[..., Actor]) -> Callable[..., Client]:
    """A test client with somebody of this role signed in."""

    def sign_in(role: Role, *, username: str = "", lender_id: int = 0) -> Client:
        actor = make_actor(username or f"the.{role}", role, lender_id=lender_id)
        client = Client()
        session = client.session
        session["user_id"] = actor.user_id
        session["lender_id"] = actor.lender_id
        session["seen_at"] = wall_now().timestamp()
        session.save()
        client.cookies["forbear_session"] = session.session_key or ""
        return client

    return sign_in


@pytest.fixture
def fresh_data_dir(data_dir: Path, tmp_path: Path) -> Iterator[Path]:
    """Books, runs and uploads of one test alone; the database is rolled back by itself."""
    with override_settings(DATA_DIR=tmp_path):
        yield tmp_path
