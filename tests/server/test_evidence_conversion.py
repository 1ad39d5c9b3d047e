"""What was recorded before the log existed becomes the log's first entries, in its old order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connections
from pytest_django import DjangoDbBlocker

from forbear.evidence.entries import decode_entry

# With the tests of the database, before the browser's; the desk here is one of its own.
pytestmark = pytest.mark.django_db(databases=[])
NAME = "forbear_earlier"
BEFORE = "0006_permit_row_security"
LENDER = """INSERT INTO lender (id, code, name_zh, name_en, kind, jurisdiction, currency, time_zone)
 OVERRIDING SYSTEM VALUE VALUES (1, 'qinghe', '青禾', 'Qinghe', 'bank', 'CN', 'CNY', 'Asia/Shanghai')"""
USER = """INSERT INTO staff_user (id, lender_id, username, display_name, password, role, team,
 is_active, is_demo, created_at, totp_secret_sealed, totp_last_step) OVERRIDING SYSTEM VALUE
 VALUES (1, 1, 'lin.mei', '林梅', '', 'compliance', '', true, false, now(), '', 0)"""
BORROWER = """INSERT INTO borrower (id, lender_id, ref, name_sealed, phone_sealed,
 id_number_sealed, address_sealed, language, time_zone) OVERRIDING SYSTEM VALUE
 VALUES (1, 1, 'B-1', '', '', '', '', 'zh-Hans', '')"""
LOAN = """INSERT INTO loan (id, lender_id, ref, borrower_id, product) OVERRIDING SYSTEM VALUE
 VALUES (1, 1, 'L-1', 1, '')"""
PERMIT = """INSERT INTO permit_request (uuid, lender_id, borrower_id, asked_by_id, asked_at,
 idempotency_key, channel, loan_ref, address_ref, content_digest, state, grounds, rulebooks,
 facts_digest, facts) VALUES ('0b0e2f3c-1111-4222-8333-944455566677', 1, 1, 1, now(), 'k1', 'sms',
 '', '', '', 'refused', '[]', 'books-1', 'd', '{"channel": "sms", "local_minute": 1330}')"""
# number, lender, actor, name, subject, address, body
EARLIER = [
    (3, None, None, "sign_in.refused", "", "10.0.0.9", {"reason": "wrong_pair"}),
    (5, 1, None, "lender.registered", "lender:qinghe", "", {}),
    (8, 1, None, "user.added", "user:lin.mei", "", {"role": "compliance"}),
    (9, 1, 1, "loan.read", "loan:L-1", "10.0.0.1", {}),
    (
        12,
        1,
        1,
        "permit.refused",
        "permit:0b0e2f3c-1111-4222-8333-944455566677",
        "",
        {"borrower": "B-1", "channel": "sms", "grounds": [{"rule_id": "R", "reason": "x"}]},
    ),
]


@pytest.fixture
def earlier(
    data_dir: Path, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Any]:
    """A desk as it was before the log, with what was recorded then; brought up to date."""
    at = connections["owner"].settings_dict
    with psycopg.connect(
        host=at["HOST"], port=at["PORT"], dbname="postgres", user="postgres", autocommit=True
    ) as house:
        house.execute(f"CREATE DATABASE {NAME} OWNER forbear_owner")
        try:
            # In a thread of its own: the browser tests leave an event loop running in this one.
            with django_db_blocker.unblock(), ThreadPoolExecutor(1) as thread:
                thread.submit(bring_up_to_date).result()
            with psycopg.connect(
                host=at["HOST"], port=at["PORT"], dbname=NAME, user="postgres"
            ) as desk:
                yield desk
        finally:
            house.execute(f"DROP DATABASE {NAME}")


def bring_up_to_date() -> None:
    """The tables as they were, filled, and the migrations since."""
    owner = connections["owner"]
    settings = owner.settings_dict
    name, settings["NAME"] = settings["NAME"], NAME
    try:
        call_command("migrate", "store", BEFORE, database="owner", verbosity=0)
        fill(settings["HOST"], settings["PORT"])
        call_command("migrate", database="owner", verbosity=0)
    finally:
        owner.close()
        settings["NAME"] = name


def fill(host: str, port: str) -> None:
    with psycopg.connect(host=host, port=port, dbname=NAME, user="postgres") as desk:
        for statement in (LENDER, USER, BORROWER, LOAN, PERMIT):
            desk.execute(statement)
        for number, lender, actor, name, subject, address, body in EARLIER:
            desk.execute(
                "INSERT INTO evidence_entry (id, lender_id, at, actor_id, name, subject, address, "
                "body) OVERRIDING SYSTEM VALUE VALUES (%s, %s, now(), %s, %s, %s, %s, %s)",
                [number, lender, actor, name, subject, address, json.dumps(body)],
            )


def test_every_earlier_row_is_the_next_entry_and_names_nobody(earlier: Any) -> None:
    queued = earlier.execute(
        "SELECT entry_id, canonical FROM log_queue ORDER BY entry_id"
    ).fetchall()
    entries = [decode_entry(bytes(canonical)) for _, canonical in queued]
    assert [number for number, _ in queued] == [row[0] for row in EARLIER]
    assert [entry.event for entry in entries] == [row[3] for row in EARLIER]
    assert [entry.about for entry in entries] == [
        "",
        "lender:qinghe",
        "",
        "",
        "permit:0b0e2f3c-1111-4222-8333-944455566677",
    ]
    assert [set(entry.commitments) for entry in entries] == [
        {"address"},
        set(),
        set(),
        {"actor", "address", "loan"},
        {"actor", "borrower", "facts"},
    ]
    assert [dict(entry.open_fields) for entry in entries] == [
        {"reason": "wrong_pair"},
        {},
        {"role": "compliance"},
        {},
        {"channel": "sms", "grounds": [{"rule_id": "R", "reason": "x"}]},
    ]
    for _, canonical in queued:
        for hidden in (b"lin.mei", b"B-1", b"L-1", b"10.0.0", b"1330"):
            assert hidden not in bytes(canonical)


def test_pseudonyms_part_the_purposes_and_rows_are_protected_again(earlier: Any) -> None:
    rows = earlier.execute("SELECT name, subject FROM evidence_entry ORDER BY id").fetchall()
    subjects = dict(rows)
    assert subjects["sign_in.refused"] == subjects["lender.registered"] == ""
    assert len({subjects["user.added"], subjects["loan.read"], subjects["permit.refused"]}) == 3
    for verb in ("UPDATE evidence_entry SET about = 'x'", "DELETE FROM evidence_entry"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), earlier.transaction():
            earlier.execute(verb)
