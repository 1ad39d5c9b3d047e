"""A person's key is destroyed: what is left of them opens for nobody, and the log stays whole."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from forbear.contact.channels import Channel
from forbear.contact.permission import ContactRequest
from forbear.evidence.auditing import audit_log
from forbear.evidence.commitments import FieldsClosed
from forbear.evidence.entries import decode_entry, encode_entry
from forbear.evidence.tiles import decode_bundle
from forbear.evidence.verify import HASH_SIZE
from forbear_server.selectors.actors import Actor, Role
from forbear_server.selectors.evidence import (
    EvidenceFilter,
    entries_about_borrower,
    find_entry,
    list_entries,
    opened_fields,
)
from forbear_server.selectors.retention import _newest_record
from forbear_server.services.erasure import (
    ErasureRefused,
    PersonUnknown,
    erase_person,
    hold_records,
    release_records,
)
from forbear_server.services.evidence import append_evidence
from forbear_server.services.evidence_access import open_evidence, replay_decision
from forbear_server.services.evidence_bundles import bundle_person
from forbear_server.services.gate import issue_permit
from forbear_server.services.log_sequencing import seal_waiting
from forbear_server.services.persons import Person, record_persons
from forbear_server.store.evidence_persons import borrower_person
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.log_files import log_folder, verifier_key
from forbear_server.store.models import (
    Borrower,
    EvidencePerson,
    EvidenceSubject,
    LogLeaf,
    PermitRequest,
)
from server.conftest import NOW
from server.desk import import_small_tape
from server.evidence import recorded

pytestmark = pytest.mark.django_db
# Long after every duty of China to keep records of collection has passed.
LATER = NOW + timedelta(days=366 * 8)
PHONE = "13800001234"
# Eleven digits that begin 1380000: what an attacker tries. The real space is 10^10; see the docs.
SPACE = [f"1380000{n:04d}" for n in range(10_000)]


@pytest.fixture
def officer(qinghe: int, make_actor: Callable[..., Actor], fresh_data_dir: Path) -> Iterator[Actor]:
    import_small_tape(fresh_data_dir)
    actor = make_actor("qinghe.compliance", Role.COMPLIANCE)
    with lender_scope(qinghe):
        record_persons(lender_id=qinghe, persons=[Person("B-9", name="周宁", phone=PHONE)])
        yield actor


def ask(actor: Actor, borrower_ref: str = "B-9", now: datetime = NOW) -> str:
    answer = issue_permit(
        actor=actor,
        asked=ContactRequest(channel=Channel.SMS, number_ref="n1"),
        idempotency_key=f"key-{borrower_ref}-{now.timestamp()}",
        borrower_ref=borrower_ref,
        content_digest="",
        now=now,
    )
    assert answer.evidence_id is not None
    return answer.evidence_id


def erase(actor: Actor, borrower_ref: str = "B-9", now: datetime = LATER) -> None:
    erase_person(actor=actor, borrower_ref=borrower_ref, reason="request", now=now)


def test_after_erasing_no_field_opens_and_nothing_leads_back(officer: Actor) -> None:
    entry = ask(officer)
    line = find_entry(officer, entry)
    assert line is not None
    assert opened_fields(officer, line)["borrower"].value == "B-9"
    erase(officer)
    with pytest.raises(FieldsClosed, match="erased"):
        opened_fields(officer, line)
    with pytest.raises(FieldsClosed):
        replay_decision(actor=officer, line=line, now=LATER)
    assert entries_about_borrower(officer, "B-9") == []
    gone = EvidencePerson.objects.get(erased_at__isnull=False)
    assert (gone.ref, gone.key_sealed) == ("", "")
    assert EvidenceSubject.objects.filter(person=gone).count() == 0
    borrower = Borrower.objects.get(ref="B-9")
    assert (borrower.name_sealed, borrower.phone_sealed) == ("", "")
    assert recorded(officer.lender_id)[-1] == "person.erased"


def test_the_log_stays_whole_and_what_was_proven_stays_proven(officer: Actor) -> None:
    ask(officer)
    seal_waiting(now=NOW)
    before = (log_folder() / "checkpoint").read_text()
    erase(officer)
    seal_waiting(now=LATER)
    report = audit_log(log_folder(), verifier_keys=[verifier_key()])
    assert report.is_clean
    assert int(before.split("\n")[1]) < report.entries


def test_brute_force_over_phone_numbers_finds_nothing_in_what_remains(officer: Actor) -> None:
    """Shown to work: the same search finds the number behind a naive hash at once."""
    ask(officer)
    erase(officer)
    seal_waiting(now=LATER)
    remains = everything_that_remains()
    assert broken_by_search(remains | {hashlib.sha256(PHONE.encode()).digest()}) == {PHONE}
    assert broken_by_search(remains) == set()
    assert not any(PHONE.encode() in piece for piece in remains)


def everything_that_remains() -> set[bytes]:
    """Every 32-byte value an attacker may hold: of the log's entries and of the desk's rows."""
    found: set[bytes] = set()
    for path in (log_folder() / "tile" / "entries").rglob("*"):
        for data in decode_bundle(path.read_bytes()) if path.is_file() else ():
            found |= pieces(data.decode())
    with connection.cursor() as cursor:
        for table in ("evidence_entry", "evidence_person", "evidence_subject", "permit_request"):
            cursor.execute(f"SELECT t::text FROM {table} t")  # noqa: S608 - names above
            for (text,) in cursor.fetchall():
                found |= pieces(text)
    return found


def pieces(text: str) -> set[bytes]:
    """Texts between quotes or commas, as they are and decoded."""
    made: set[bytes] = set()
    for word in text.replace("\\x", " ").replace('"', " ").replace(",", " ").split():
        made.add(word.encode())
        for decode in (bytes.fromhex, lambda w: base64.urlsafe_b64decode(w + "=")):
            try:
                raw = decode(word)
            except ValueError:
                continue
            made |= {raw[i : i + HASH_SIZE] for i in range(0, max(1, len(raw) - HASH_SIZE + 1))}
    return made


def broken_by_search(remains: set[bytes]) -> set[str]:
    """Numbers whose plain or hashed form is among what remains, salted with anything in it."""
    salts = [b"", *sorted(piece for piece in remains if len(piece) == 16)[:8]]
    return {
        number
        for number in SPACE
        for salt in salts
        for text in (number.encode(), f'"{number}"'.encode())
        if hashlib.sha256(salt + text).digest() in remains
    }


def test_an_open_loan_stands_against_it_with_its_law(officer: Actor) -> None:
    ask(officer, "B-1")
    names = recorded(officer.lender_id)
    with pytest.raises(ErasureRefused, match=r"个人信息保护法.*loan_open"):
        erase(officer, "B-1")
    assert recorded(officer.lender_id) == [*names, "person.erasure_refused"]
    assert EvidencePerson.objects.get(kind="borrower", ref="B-1").key_sealed
    assert Borrower.objects.get(ref="B-1").name_sealed


def test_a_duty_of_the_law_books_stands_against_it_until_it_is_over(officer: Actor) -> None:
    ask(officer)
    with pytest.raises(ErasureRefused, match="kept_too_short"):
        erase(officer, now=NOW + timedelta(days=300))
    erase(officer)


def test_contacts_of_the_book_are_records_too(officer: Actor) -> None:
    day = NOW.date()
    assert _newest_record(officer, "B-4", day) == day  # three calls this morning, by the tape
    assert _newest_record(officer, "B-9", day) is None
    assert _newest_record(officer, "B-3", day) is None
    with pytest.raises(ErasureRefused, match="kept_too_short"):
        erase(officer, "B-3", now=NOW)  # a loan, and nothing says when it was last spoken of


def test_an_open_complaint_stands_against_it(officer: Actor) -> None:
    for name in ("complaint.received", "complaint.closed"):
        with transaction.atomic():
            append_evidence(
                name, now=NOW, lender_id=officer.lender_id, person=borrower_person("B-9")
            )
        if name == "complaint.received":
            with pytest.raises(ErasureRefused, match="dispute_open"):
                erase(officer)
    erase(officer)


def test_who_erased_and_why_outlasts_the_person(officer: Actor) -> None:
    ask(officer)
    erase(officer)
    line = list_entries(officer, EvidenceFilter(event="person.erased")).lines[0]
    opened = opened_fields(officer, line)
    assert (opened["actor"].value, opened["reason"].value) == ("qinghe.compliance", "request")


def test_permits_go_with_the_person_and_no_other_way(officer: Actor) -> None:
    ask(officer)
    ask(officer, "B-1")
    with pytest.raises(DatabaseError, match="goes only with"), transaction.atomic():
        PermitRequest.objects.filter(borrower__ref="B-9").delete()
    erase(officer)
    assert list(PermitRequest.objects.values_list("borrower__ref", flat=True)) == ["B-1"]


def test_no_two_pseudonyms_of_a_person_are_joined_in_the_log(officer: Actor) -> None:
    entry = ask(officer)
    line = find_entry(officer, entry)
    assert line is not None
    open_evidence(actor=officer, line=line, reason="a good reason", now=NOW)
    bundle_person(actor=officer, borrower_ref="B-9", reason="asked for it", now=NOW, sealed_at=NOW)
    hold_records(actor=officer, borrower_ref="B-9", citation="张三 案", kept_until=None, now=NOW)
    seal_waiting(now=NOW)
    logged = [decode_entry(bytes(c)) for c in LogLeaf.objects.values_list("canonical", flat=True)]
    for one in logged:
        text = encode_entry(one).decode()
        others = [o.entry_id for o in logged if o.subject and o.subject != one.subject]
        assert not (one.subject and any(other in text for other in others))
        assert "张三" not in text


def test_a_hold_blocks_with_its_citation_until_it_is_released(officer: Actor) -> None:
    ask(officer)
    citation = "民事诉讼法 第六十七条"
    hold_records(actor=officer, borrower_ref="B-9", citation=citation, kept_until=None, now=NOW)
    with pytest.raises(ErasureRefused, match=citation):
        erase(officer)
    release_records(actor=officer, borrower_ref="B-9", citation=citation, now=NOW)
    erase(officer)
    assert recorded(officer.lender_id)[-4:] == [
        "retention.held",
        "person.erasure_refused",
        "retention.released",
        "person.erased",
    ]


def test_a_hold_with_a_last_day_ends_by_itself(officer: Actor) -> None:
    day = LATER.date()
    hold_records(actor=officer, borrower_ref="B-9", citation="x", kept_until=day, now=NOW)
    with pytest.raises(ErasureRefused, match="x"):
        erase(officer, now=LATER - timedelta(days=1))
    erase(officer, now=LATER)


def test_nobody_is_erased_who_is_not_there(officer: Actor, other_lender: int) -> None:
    with lender_scope(other_lender):
        record_persons(lender_id=other_lender, persons=[Person("B-77", name="甲")])
    before = recorded(officer.lender_id)
    for ref in ("B-77", "nobody", ""):
        with pytest.raises(PersonUnknown):
            erase(officer, ref)
    assert recorded(officer.lender_id) == before


def test_somebody_who_comes_back_gets_another_key_and_pseudonym(officer: Actor) -> None:
    first = find_entry(officer, ask(officer))
    erase(officer)
    again = find_entry(officer, ask(officer, now=LATER))
    assert first is not None and again is not None
    assert first.subject != again.subject
    assert opened_fields(officer, again)["borrower"].value == "B-9"
