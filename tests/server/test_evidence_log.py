"""What the desk decides becomes entries of the log: sealed, provable, replayable, whole after a crash."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from forbear import rulebooks
from forbear.contact.channels import Channel
from forbear.contact.permission import ContactRequest
from forbear.evidence.auditing import audit_log
from forbear.evidence.entries import decode_entry, entry_fault
from forbear.evidence.tlog_proofs import verify_tlog_proof
from forbear_server.jobs import log_sequencer
from forbear_server.selectors.actors import Actor, Role
from forbear_server.selectors.evidence import find_entry, logged_entry, opened_fields
from forbear_server.selectors.log_proofs import LogUnreadable, NotSealedYet, log_proof
from forbear_server.selectors.rulebook_archives import rules_of
from forbear_server.services import log_sequencing
from forbear_server.services.evidence import append_evidence
from forbear_server.services.evidence_access import NoDecision, replay_decision
from forbear_server.services.gate import GateClosed, PermitAnswer, issue_permit, use_permit
from forbear_server.services.log_sequencing import (
    LogContradictsDesk,
    rebuild_log,
    seal_waiting,
    sequencer,
)
from forbear_server.store import log_rows
from forbear_server.store.evidence_rows import EventUnknown
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.log_files import log_folder, origin, verifier_key
from forbear_server.store.models import (
    EvidenceEntry,
    LogHead,
    LogLeaf,
    PermitRequest,
    RulebookArchive,
)
from server.conftest import NOW
from server.desk import import_small_tape
from server.evidence import recorded

pytestmark = pytest.mark.django_db
CALL = ContactRequest(channel=Channel.VOICE_INTERACTIVE, number_ref="n1")


@pytest.fixture
def officer(qinghe: int, make_actor: Callable[..., Actor], fresh_data_dir: Path) -> Iterator[Actor]:
    import_small_tape(fresh_data_dir)
    actor = make_actor("qinghe.compliance", Role.COMPLIANCE)
    with lender_scope(qinghe):
        yield actor


def ask(actor: Actor, key: str, borrower_ref: str = "B-1") -> PermitAnswer:
    return issue_permit(
        actor=actor,
        asked=CALL,
        idempotency_key=key,
        borrower_ref=borrower_ref,
        content_digest="",
        now=NOW,
    )


def audited() -> list[str]:
    report = audit_log(
        log_folder(),
        verifier_keys=[verifier_key()],
        check_entry=lambda _index, data: entry_fault(data),
    )
    return [str(fault) for fault in report.faults]


def test_every_entry_of_the_desk_gets_one_place_in_the_order_it_was_written(
    officer: Actor,
) -> None:
    ask(officer, "key-00001")
    ask(officer, "key-00002", "B-4")
    waiting = log_rows.count_waiting()
    assert seal_waiting(now=NOW) == waiting
    assert seal_waiting(now=NOW) == 0
    leaves = list(LogLeaf.objects.order_by("leaf_index").values_list("leaf_index", "canonical"))
    assert [index for index, _ in leaves] == list(range(waiting))
    logged = [decode_entry(bytes(data)) for _, data in leaves]
    assert [e.event for e in logged if e.issuer] == recorded(officer.lender_id)
    assert audited() == []


def test_a_refusal_shows_its_rules_and_hides_the_person(officer: Actor) -> None:
    answer = ask(officer, "key-00001", "B-4")
    assert answer.evidence_id is not None
    seal_waiting(now=NOW)
    proof = log_proof(UUID(answer.evidence_id))
    entry = decode_entry(proof.canonical)
    assert (entry.event, entry.issuer) == ("contact.refused", "qinghe")
    assert entry.open_fields["ruling"] == "refused"
    assert entry.open_fields["grounds"][0]["rule_id"] == "CN-GBT45251-FREQ-INTERACTIVE"
    assert {"borrower", "facts", "law", "actor", "consents"} <= set(entry.commitments)
    for hidden in (b"B-4", b"qinghe.compliance", b"local_minute", b"19900000234"):
        assert hidden not in proof.canonical


def test_a_proof_file_holds_offline_and_fails_with_any_byte_changed(officer: Actor) -> None:
    answer = ask(officer, "key-00001")
    with pytest.raises(NotSealedYet):
        log_proof(UUID(answer.evidence_id))
    seal_waiting(now=NOW)
    text = log_proof(UUID(answer.evidence_id)).text
    proven = verify_tlog_proof(text, verifier_keys=[verifier_key()])
    assert decode_entry(proven.entry).entry_id == answer.evidence_id
    for place in range(0, len(text), 7):
        changed = text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :]
        with pytest.raises(ValueError, match=r"\w"):
            verify_tlog_proof(changed, verifier_keys=[verifier_key()])


def test_a_permit_names_its_facts_by_the_commitment_of_its_entry(officer: Actor) -> None:
    answer = ask(officer, "key-00001")
    assert answer.permit is not None
    line = find_entry(officer, str(answer.evidence_id))
    assert line is not None
    entry = logged_entry(line)
    assert entry is not None
    assert answer.permit.facts_digest == entry.commitments["facts"].hex()
    assert opened_fields(officer, line)["borrower"].value == "B-1"


def test_a_decision_replays_to_the_same_bytes(officer: Actor) -> None:
    for key, borrower in (("key-00001", "B-1"), ("key-00002", "B-4"), ("key-00003", "B-2")):
        line = find_entry(officer, str(ask(officer, key, borrower).evidence_id))
        assert line is not None
        made = replay_decision(actor=officer, line=line, now=NOW)
        assert made.replay.agrees
        assert json.loads(made.replay.repeated)["ruling"] == line.ruling
        assert recorded(officer.lender_id)[-1] == "evidence.replayed"


def test_what_is_no_decision_is_not_replayed(officer: Actor) -> None:
    before = recorded(officer.lender_id)
    line = find_entry(officer, str(EvidenceEntry.objects.get(name="import.accepted").pk))
    assert line is not None
    with pytest.raises(NoDecision):
        replay_decision(actor=officer, line=line, now=NOW)
    assert recorded(officer.lender_id) == before


def test_a_crash_between_the_kept_head_and_the_tiles_is_made_good(
    officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(officer, "key-00001")

    def power_cut(*_: object) -> None:
        raise OSError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(log_sequencing.LogDirectory, "write", power_cut)
        with pytest.raises(OSError, match="power cut"):
            seal_waiting(now=NOW)
    kept = LogHead.objects.get()
    assert not (log_folder() / "checkpoint").exists()
    with sequencer() as held:
        assert held is not None
        assert held.size == kept.size
    assert (log_folder() / "checkpoint").read_text() == kept.note
    assert audited() == []


def test_a_desk_put_back_to_an_older_copy_stops_the_log(officer: Actor) -> None:
    with transaction.atomic():
        ask(officer, "key-00001")
        seal_waiting(now=NOW)
        before = (log_folder() / "checkpoint").read_bytes()
        transaction.set_rollback(True)
    with pytest.raises(LogContradictsDesk, match="older copy"):
        seal_waiting(now=NOW)
    assert (log_folder() / "checkpoint").read_bytes() == before


def test_the_whole_tree_is_written_again_from_the_desk(officer: Actor) -> None:
    ask(officer, "key-00001")
    seal_waiting(now=NOW)
    before = {p: p.read_bytes() for p in log_folder().rglob("*") if p.is_file()}
    tile = next(p for p in before if "tile/0" in p.as_posix())
    tile.write_bytes(bytes(len(before[tile])))
    next(p for p in before if "entries" in p.as_posix()).unlink()
    done = rebuild_log()
    assert (done.checkpoint.size, done.files_changed) == (LogLeaf.objects.count(), 2)
    assert {p: p.read_bytes() for p in log_folder().rglob("*") if p.is_file()} == before
    assert audited() == []


def test_a_tile_that_was_changed_is_no_proof(officer: Actor) -> None:
    ask(officer, "key-00001")
    answer = ask(officer, "key-00002", "B-4")
    seal_waiting(now=NOW)
    for path in (log_folder() / "tile" / "0").rglob("*"):
        if path.is_file():
            data = bytearray(path.read_bytes())
            data[3] ^= 1
            path.write_bytes(bytes(data))
    with pytest.raises(LogUnreadable):
        log_proof(UUID(str(answer.evidence_id)))


def test_no_permit_while_the_log_cannot_be_written(officer: Actor) -> None:
    answer = ask(officer, "key-00001")
    assert answer.permit is not None
    log_rows.set_trouble("No space left on device", origin=origin(), now=NOW)
    before = (recorded(officer.lender_id), PermitRequest.objects.count())
    with pytest.raises(GateClosed, match="No space left"):
        ask(officer, "key-00002")
    with pytest.raises(GateClosed):
        use_permit(actor=officer, permit_id=answer.permit.permit_id, now=NOW)
    assert (recorded(officer.lender_id), PermitRequest.objects.count()) == before
    log_rows.set_trouble("", origin=origin(), now=NOW)
    use_permit(actor=officer, permit_id=answer.permit.permit_id, now=NOW)


def test_no_permit_while_nobody_seals(officer: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(officer, "key-00001")
    before = recorded(officer.lender_id)
    with monkeypatch.context() as patch:
        patch.setattr("forbear_server.services.gate.LONGEST_UNSEALED", timedelta(0))
        with pytest.raises(GateClosed, match="no sequencer runs"):
            ask(officer, "key-00002")
        assert recorded(officer.lender_id) == before
        seal_waiting(now=NOW)
        assert ask(officer, "key-00002").permit is not None


def test_the_sequencer_outlives_any_fault_and_tells_the_gate(
    officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, told = threading.Event(), []
    faults = [psycopg.OperationalError("gone"), RuntimeError("unforeseen"), OSError("disk full")]

    def failing() -> None:
        if not faults:
            stop.set()
            raise OSError("the last one")
        raise faults.pop(0)

    monkeypatch.setattr(log_sequencer, "sequencer", failing)
    monkeypatch.setattr(log_sequencer, "_RETRY_SECONDS", 0.0)
    monkeypatch.setattr(log_sequencer.connection, "close", lambda: None)
    monkeypatch.setattr(log_sequencer, "tell_trouble", lambda fault, _now: told.append(str(fault)))
    log_sequencer.run_sequencer(stop, clock=lambda: NOW)
    assert told == ["gone", "unforeseen", "disk full", "the last one"]


def test_places_and_heads_are_only_ever_added(officer: Actor) -> None:
    seal_waiting(now=NOW)
    for verb in (
        "UPDATE log_leaf SET canonical = ''",
        "DELETE FROM log_leaf",
        "UPDATE log_head SET note = ''",
        "DELETE FROM log_head",
        "DELETE FROM rulebook_archive",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(verb)


def test_an_event_nobody_listed_is_our_own_mistake(officer: Actor) -> None:
    before = recorded(officer.lender_id)
    with pytest.raises(EventUnknown, match=r"events\.py"), transaction.atomic():
        append_evidence("made.up", now=NOW, lender_id=officer.lender_id)
    assert recorded(officer.lender_id) == before


def test_the_law_books_are_kept_once_and_load_to_the_same_version(
    officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(officer, "key-00001")
    ask(officer, "key-00002")
    kept = RulebookArchive.objects.get()
    assert kept.version == rulebooks.version()
    shipped = [rule.id for rule in rulebooks.rules()]
    monkeypatch.setattr(rulebooks, "version", lambda: "books-of-another-day")
    assert [rule.id for rule in rules_of(kept.version)] == shipped
