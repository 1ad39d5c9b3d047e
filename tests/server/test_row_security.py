"""Lenders are kept apart by the database: tried in raw SQL as the role that serves."""

from __future__ import annotations

from types import SimpleNamespace

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from forbear_server.services.evidence import EvidenceOutsideTransaction, append_evidence
from forbear_server.store.grants import GRANTS
from forbear_server.store.lender_scope import lender_scope, sign_in_scope
from forbear_server.store.models import Borrower
from server.conftest import NOW

pytestmark = pytest.mark.django_db
# The log holds only what it publishes.
LOG = {"log_queue", "log_leaf", "log_head", "log_state", "rulebook_archive"}
WITHOUT_LENDER = {"lender", "sign_in_throttle", "django_session", "django_migrations"} | LOG


@pytest.fixture
def two_borrowers(qinghe: int, other_lender: int) -> tuple[int, int]:
    for lender in (qinghe, other_lender):
        with lender_scope(lender):
            Borrower.objects.create(lender_id=lender, ref="B-1")
    return qinghe, other_lender


def rows(sql: str, *arguments: object) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, arguments)
        return list(cursor.fetchall())


def test_a_lender_sees_only_its_own_rows(two_borrowers: tuple[int, int]) -> None:
    ours, _ = two_borrowers
    with lender_scope(ours):
        assert rows("SELECT lender_id, ref FROM borrower") == [(ours, "B-1")]


def test_without_a_lender_nothing_is_visible(two_borrowers: tuple[int, int]) -> None:
    assert rows("SELECT * FROM borrower") == []
    assert rows("SELECT set_config('forbear.lender_id', '', false)") == [("",)]
    assert rows("SELECT * FROM borrower") == []


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO borrower (lender_id, ref, name_sealed, phone_sealed, id_number_sealed,"
        " address_sealed, language, time_zone) VALUES (%s, 'B-2', '', '', '', '', 'zh', '')",
        "UPDATE borrower SET lender_id = %s",
    ],
)
def test_a_row_of_another_lender_cannot_be_written(
    two_borrowers: tuple[int, int], statement: str
) -> None:
    ours, theirs = two_borrowers
    with lender_scope(ours):
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            rows(statement, theirs)
        assert rows("SELECT lender_id, ref FROM borrower") == [(ours, "B-1")]


def test_deleting_across_lenders_deletes_nothing(two_borrowers: tuple[int, int]) -> None:
    ours, theirs = two_borrowers
    with lender_scope(ours), connection.cursor() as cursor:
        cursor.execute("DELETE FROM borrower WHERE lender_id = %s", [theirs])
        assert cursor.rowcount == 0


def test_a_loan_cannot_point_at_a_borrower_of_another_lender(
    two_borrowers: tuple[int, int],
) -> None:
    ours, theirs = two_borrowers
    with lender_scope(theirs):
        borrower_id = Borrower.objects.get().pk
    with (
        lender_scope(ours),
        pytest.raises(DatabaseError, match="same_lender"),
        transaction.atomic(),
    ):
        rows(
            "INSERT INTO loan (lender_id, ref, borrower_id, product) "
            "VALUES (%s, 'L-1', %s, '') RETURNING id",
            ours,
            borrower_id,
        )
        rows("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE borrower DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE borrower NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY own_lender ON borrower",
        "SET ROLE postgres",
        "SET ROLE forbear_owner",
        "ALTER ROLE forbear_app BYPASSRLS",
        "TRUNCATE borrower",
    ],
)
def test_the_serving_role_cannot_lift_the_separation(db: None, statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_serving_role_is_an_ordinary_one(db: None) -> None:
    assert rows(
        "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
    ) == [("forbear_app", False, False)]


def test_every_table_with_a_lender_forces_row_security(db: None) -> None:
    tables = rows(
        "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity FROM pg_class c "
        "JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public' "
        "WHERE c.relkind = 'r' ORDER BY 1"
    )
    assert {str(name) for name, _ in tables} == set(GRANTS)
    assert {name for name, is_forced in tables if not is_forced} == WITHOUT_LENDER


def test_sign_in_reads_one_user_by_name_and_no_other(make_user: object, qinghe: int) -> None:
    make_user("ann")  # type: ignore[operator]
    make_user("bob")  # type: ignore[operator]
    assert rows("SELECT username FROM staff_user") == []
    with sign_in_scope("ann"):
        assert rows("SELECT username FROM staff_user") == [("ann",)]
    assert rows("SELECT username FROM staff_user") == []


def test_the_scope_goes_back_to_the_one_before(two_borrowers: tuple[int, int]) -> None:
    ours, theirs = two_borrowers
    with lender_scope(ours):
        with lender_scope(theirs):
            pass
        assert rows("SELECT lender_id FROM borrower") == [(ours,)]


def test_a_scope_survives_a_failed_transaction_inside_it(two_borrowers: tuple[int, int]) -> None:
    ours, theirs = two_borrowers
    with lender_scope(ours):
        with pytest.raises(DatabaseError), transaction.atomic(), lender_scope(theirs):
            rows("SELECT 1/0")
        assert rows("SELECT lender_id FROM borrower") == [(ours,)]


@pytest.mark.parametrize(
    "verb", ["UPDATE evidence_entry SET name = 'a.b'", "DELETE FROM evidence_entry"]
)
def test_evidence_cannot_be_changed_by_the_serving_role(qinghe: int, verb: str) -> None:
    with lender_scope(qinghe):
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(verb)
        assert rows("SELECT name FROM evidence_entry") == [("lender.registered",)]


def test_evidence_cannot_be_changed_by_the_owner_either(data_dir: object, qinghe: int) -> None:
    settings = connection.settings_dict
    with psycopg.connect(
        host=settings["HOST"], port=settings["PORT"], dbname=settings["NAME"], user="postgres"
    ) as superuser:
        superuser.execute(
            "INSERT INTO evidence_entry (uuid, at, name, about, subject, body, sealed) "
            "OVERRIDING USER VALUE "
            "VALUES (gen_random_uuid(), now(), 'test.made', '', '', '{}', '')"
        )
        for verb in ("UPDATE evidence_entry SET subject = 'x'", "DELETE FROM evidence_entry"):
            with (
                pytest.raises(psycopg.errors.InsufficientPrivilege, match="only ever added"),
                superuser.transaction(),
            ):
                superuser.execute(verb)
        superuser.rollback()


def test_evidence_of_nobodys_lender_is_written_and_never_read(db: None) -> None:
    append_evidence("sign_in.refused", now=NOW, lender_id=None)
    assert rows("SELECT * FROM evidence_entry") == []


def test_evidence_of_another_lender_cannot_be_written(qinghe: int, other_lender: int) -> None:
    with (
        lender_scope(qinghe),
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
    ):
        append_evidence("report.viewed", now=NOW, lender_id=other_lender)


def test_evidence_outside_a_transaction_is_our_own_mistake(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = SimpleNamespace(in_atomic_block=False)
    monkeypatch.setattr("forbear_server.services.evidence.connection", outside)
    with pytest.raises(EvidenceOutsideTransaction, match=r"test\.made"):
        append_evidence("test.made", now=NOW, lender_id=None)
