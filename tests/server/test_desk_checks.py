"""Whoever gets past the triggers and changes the desk is found, with the row that was changed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import connection, transaction

from forbear.contact.channels import Channel
from forbear.contact.permission import ContactRequest
from forbear.evidence.entries import decode_entry
from forbear.evidence.reading import TileReader
from forbear_server.selectors.actors import Actor, Role
from forbear_server.selectors.desk_checks import check_desk, check_log_rows
from forbear_server.selectors.permit_checks import DeskFault
from forbear_server.services.gate import issue_permit
from forbear_server.services.log_sequencing import seal_waiting
from forbear_server.store.lender_scope import house_scope, lender_scope
from forbear_server.store.log_files import log_folder
from forbear_server.store.models import EvidenceEntry, LogHead, LogLeaf, PermitRequest
from server.conftest import NOW
from server.desk import import_small_tape

pytestmark = pytest.mark.django_db
CHANGES = 150
# Columns an attacker would change, how one value becomes another, and where the fault shows.
ENTRY_CHANGES = {
    "name": "name || 'x'",
    "at": "at + interval '1 microsecond'",
    "recorded_at": "recorded_at - interval '1 hour'",
    "about": "about || '0'",
    "body": """body || '{"ruling": "allowed "}'""",
    "sealed": "set_byte(sealed, {byte}, get_byte(sealed, {byte}) # 1)",
    "uuid": "gen_random_uuid()",
}


@pytest.fixture
def mighty(db: None) -> Iterator[None]:
    """The serving role may become the database's superuser: no row security, no triggers."""
    at = connection.settings_dict
    with psycopg.connect(
        host=at["HOST"], port=at["PORT"], dbname=at["NAME"], user="postgres", autocommit=True
    ) as other:
        other.execute("GRANT postgres TO forbear_app")
        yield
        other.execute("REVOKE postgres FROM forbear_app")


@pytest.fixture
def officer(
    mighty: None, qinghe: int, make_actor: Callable[..., Actor], fresh_data_dir: Path
) -> Iterator[Actor]:
    import_small_tape(fresh_data_dir)
    actor = make_actor("qinghe.compliance", Role.COMPLIANCE)
    with lender_scope(qinghe):
        for number, borrower in enumerate(("B-1", "B-2", "B-3", "B-4") * 2):
            issue_permit(
                actor=actor,
                asked=ContactRequest(channel=Channel.SMS, number_ref="n1"),
                idempotency_key=f"key-{number:05d}",
                borrower_ref=borrower,
                content_digest="",
                now=NOW,
            )
            if number % 3 == 0:
                seal_waiting(now=NOW)
        seal_waiting(now=NOW)
        yield actor


def faults(actor: Actor) -> list[DeskFault]:
    head = LogHead.objects.order_by("-size").first()
    assert head is not None
    _, found = check_log_rows(
        published=TileReader.of_directory(log_folder()), size=max(head.size, published_size())
    )
    _, more = check_desk(lender_id=actor.lender_id, issuer=actor.lender_code)
    return found + more


def published_size() -> int:
    return int((log_folder() / "checkpoint").read_text().split("\n")[1])


@contextmanager
def changed(statement: str, values: list[object]) -> Iterator[int]:
    """One change behind everybody's back, taken back afterwards; how many rows it touched."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE postgres")
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(statement, values)
            touched = cursor.rowcount
        yield touched
        transaction.set_rollback(True)


def update(column: str, how: str) -> str:
    return f"UPDATE evidence_entry SET {column} = {how} WHERE id = %s"  # noqa: S608 - named above


def places(actor: Actor) -> set[str]:
    return {fault.place for fault in faults(actor)}


def test_an_untouched_desk_has_no_fault(officer: Actor) -> None:
    assert faults(officer) == []


@pytest.mark.parametrize("column", sorted(ENTRY_CHANGES))
def test_each_column_of_an_entry_is_watched(officer: Actor, column: str) -> None:
    row = EvidenceEntry.objects.filter(name="contact.permitted").order_by("id")[0]
    how = ENTRY_CHANGES[column].replace("{byte}", "9")
    with changed(update(column, how), [row.pk]) as touched:
        assert touched == 1
        assert f"evidence_entry {row.pk}" in places(officer)


def test_who_acted_is_watched(officer: Actor, make_actor: Callable[..., Actor]) -> None:
    other = make_actor("somebody.else", Role.LEAD)
    row = EvidenceEntry.objects.filter(name="contact.permitted").order_by("id")[0]
    with changed("UPDATE evidence_entry SET actor_id = %s WHERE id = %s", [other.user_id, row.pk]):
        assert f"evidence_entry {row.pk}" in places(officer)


@pytest.mark.parametrize(
    "change", ["grounds = '[]'", "state = 'issued', opens_at = now(), closes_at = now() + '1 hour'"]
)
def test_a_refusal_made_a_permit_is_found(officer: Actor, change: str) -> None:
    row = PermitRequest.objects.filter(state="needs_review")[0]
    with changed(f"UPDATE permit_request SET {change} WHERE uuid = %s", [row.pk]):  # noqa: S608
        assert places(officer) == {f"permit_request {row.pk}"}


def test_an_entry_of_the_house_is_watched_too(officer: Actor) -> None:
    def found() -> set[str]:
        with house_scope():
            return {fault.place for fault in check_desk(lender_id=None, issuer="")[1]}

    leaf = LogLeaf.objects.get(leaf_index=decided("rulebook.changed"))
    assert found() == set()
    with changed("UPDATE evidence_entry SET about = 'x' WHERE name = 'rulebook.changed'", []):
        assert len(found()) == 1
    with changed("DELETE FROM evidence_entry WHERE name = 'rulebook.changed'", []):
        assert found() == {f"log_leaf {leaf.leaf_index}"}


def decided(event: str) -> int:
    for index, canonical in LogLeaf.objects.values_list("leaf_index", "canonical"):
        if decode_entry(bytes(canonical)).event == event:
            return int(index)
    raise LookupError(event)


def test_a_key_that_vanished_without_an_erasure_is_found(officer: Actor) -> None:
    with changed("UPDATE evidence_person SET key_sealed = '' WHERE ref = 'B-1'", []):
        assert "evidence_person" in places(officer)
    with changed("DELETE FROM evidence_subject WHERE purpose = 'contact'", []):
        assert "evidence_subject" in places(officer)


def test_an_entry_taken_away_is_found_by_its_place(officer: Actor) -> None:
    row = EvidenceEntry.objects.get(name="import.accepted")
    leaf = LogLeaf.objects.get(uuid=row.uuid)
    with changed("DELETE FROM evidence_entry WHERE id = %s", [row.pk]):
        assert places(officer) == {f"log_leaf {leaf.leaf_index}"}


def test_an_entry_slipped_in_is_found(officer: Actor) -> None:
    with changed(
        "INSERT INTO evidence_entry (id, uuid, lender_id, at, name, about, subject, body, sealed) "
        "OVERRIDING SYSTEM VALUE "
        "VALUES (900001, gen_random_uuid(), %s, now(), 'run.started', '', '', '{}', '')",
        [officer.lender_id],
    ):
        assert places(officer) == {"evidence_entry 900001"}


def test_a_place_taken_away_or_given_twice_is_found(officer: Actor) -> None:
    with changed("DELETE FROM log_leaf WHERE leaf_index = 3", []):
        assert {"log_leaf 4", "log_head 4"} & places(officer)
    with changed("UPDATE log_leaf SET leaf_index = 900 WHERE leaf_index = 3", []):
        assert "log_leaf 900" in places(officer)


def test_a_head_of_another_root_is_found(officer: Actor) -> None:
    size = LogHead.objects.order_by("size")[0].size
    with changed(
        "UPDATE log_head SET root = set_byte(root, 0, get_byte(root, 0) # 1) WHERE size = %s",
        [size],
    ):
        assert places(officer) == {f"log_head {size}"}


def test_a_clock_that_was_set_back_is_found(
    officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    yesterday = EvidenceEntry.objects.order_by("-id")[0].recorded_at - timedelta(days=1)
    monkeypatch.setattr(
        "forbear_server.store.evidence_rows._number_and_moment",
        lambda _cursor: (900_001, yesterday),
    )
    issue_permit(
        actor=officer,
        asked=ContactRequest(channel=Channel.SMS, number_ref="n1"),
        idempotency_key="key-back-in-time",
        borrower_ref="B-1",
        content_digest="",
        now=NOW,
    )
    seal_waiting(now=NOW)
    told = [fault for fault in faults(officer) if "set back" in fault.message]
    assert [fault.place for fault in told] == [f"log_leaf {published_size() - 1}"]


def test_random_changes_are_all_found_with_a_fixed_and_a_fresh_seed(officer: Actor) -> None:
    fresh = random.SystemRandom().randrange(10**9)
    for seed in (20261122, fresh):
        source = random.Random(seed)
        for number in range(CHANGES // 2):
            statement, values, where = random_change(source, officer)
            with changed(statement, values) as touched:
                assert touched == 1, (seed, number, statement)
                assert where in places(officer), (seed, number, statement, values)


def random_change(source: random.Random, actor: Actor) -> tuple[str, list[object], str]:
    """A change of one row of one table, and the row that must be named."""
    if source.random() < 0.4:
        leaf = source.choice(LogLeaf.objects.order_by("leaf_index"))
        byte = source.randrange(len(bytes(leaf.canonical)))
        bit = 1 << source.randrange(8)
        return (
            "UPDATE log_leaf SET canonical = set_byte(canonical, %s, get_byte(canonical, %s) # %s) "
            "WHERE leaf_index = %s",
            [byte, byte, bit, leaf.leaf_index],
            f"log_leaf {leaf.leaf_index}",
        )
    rows = EvidenceEntry.objects.filter(lender_id=actor.lender_id).order_by("id")
    row = source.choice([row for row in rows if len(bytes(row.sealed)) > 1])
    column = source.choice(sorted(ENTRY_CHANGES))
    byte = source.randrange(len(bytes(row.sealed)))
    how = ENTRY_CHANGES[column].replace("{byte}", str(byte))
    return (
        update(column, how),
        [row.pk],
        f"evidence_entry {row.pk}",
    )
