"""C07's internal notes and the number shown whole: who may, what is recorded, what is never kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction
from django.test import Client, override_settings

from forbear_server.selectors.actors import Actor, Role
from forbear_server.selectors.evidence import find_entry, opened_fields
from forbear_server.services.erasure import erase_person
from forbear_server.services.field_keys import rotate_field_keys
from forbear_server.services.notes import InternalNoteRefused, write_note
from forbear_server.services.persons import Person, record_persons
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import BorrowerNote, EvidenceEntry, Message
from server.conftest import NOW
from server.desk import import_small_tape, put_on_worklist

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
PAGE = "/console/borrowers/B-1/"
PHONE = "19900000231"
HTMX = {"HX-Request": "true"}
NOTE = {"channel": "note", "text": "本人说 25 号发工资，之后再谈。", "key": "n" * 32}


@pytest.fixture
def desk(qinghe: int, fresh_data_dir: Path) -> int:
    import_small_tape(fresh_data_dir)
    with lender_scope(qinghe):
        put_on_worklist(qinghe, "B-1", "B-2")
    return qinghe


def names(lender: int) -> list[str]:
    """Events without the reading of pages."""
    with lender_scope(lender):
        rows = EvidenceEntry.objects.order_by("id").values_list("name", flat=True)
        return [name for name in rows if name in {"pii.revealed", "pii.refused"} or "note" in name]


def notes(lender: int) -> int:
    with lender_scope(lender):
        return BorrowerNote.objects.count()


WRITES = [("note/", NOTE), ("reveal/", {"reason": "complaint"})]


@pytest.mark.parametrize(("path", "body"), WRITES)
def test_signed_out_is_401_a_missing_role_403_and_another_lenders_borrower_404(
    desk: int, other_lender: int, signed_in: SignIn, path: str, body: dict[str, str]
) -> None:
    elsewhere = signed_in(Role.COLLECTOR, username="elsewhere", lender_id=other_lender)
    clients = [(Client(), 401), (signed_in(Role.STRATEGIST), 403), (elsewhere, 404)]
    for client, status in [*clients, (signed_in(Role.ADMIN), 403)]:
        answer = client.post(PAGE + path, body)
        assert answer.status_code == status
        assert PHONE not in answer.content.decode()
    mine = signed_in(Role.COLLECTOR)
    # B-3 is on nobody's list: not this collector's, and not there is the same answer.
    for other in ("B-3", "B-99"):
        assert mine.post(f"/console/borrowers/{other}/{path}", body).status_code == 404
    assert names(desk) == []
    assert notes(desk) == 0


def test_a_note_is_kept_sealed_shown_to_who_may_see_the_borrower_and_never_sent(
    desk: int, signed_in: SignIn, make_actor: Callable[..., Actor]
) -> None:
    client = signed_in(Role.COLLECTOR)
    answer = client.post(PAGE + "note/", NOTE)
    assert answer.status_code == 302
    assert client.post(PAGE + "note/", NOTE)["Location"] == answer["Location"]
    assert (names(desk), notes(desk)) == (["note.written"], 1)
    with lender_scope(desk):
        row = BorrowerNote.objects.get()
        assert NOTE["text"] not in row.text_sealed
        assert Message.objects.count() == 0
        reader = make_actor("jiang.ping", Role.COMPLIANCE)
        line = find_entry(reader, row.evidence_id)
        assert line is not None
        assert line.body == {}
        assert opened_fields(reader, line)["text"].value == NOTE["text"]
    for role in (Role.COLLECTOR, Role.LEAD, Role.COMPLIANCE):
        page = signed_in(role, username=f"reads.{role}").get(PAGE + "?show=note").content.decode()
        assert NOTE["text"] in page
        assert "仅内部可见" in page
    # Reading is not writing.
    officer = signed_in(Role.COMPLIANCE, username="feng.yu")
    assert officer.post(PAGE + "note/", {**NOTE, "key": "m" * 32}).status_code == 403
    assert notes(desk) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("这个老赖又不接", "备注含有侮辱的词或他人的信息"),
        ("他妈妈电话 13800001234", "备注含有侮辱的词或他人的信息"),
        ("   ", "备注要有 1 到 500 个字"),
        ("长" * 501, "备注要有 1 到 500 个字"),
    ],
)
def test_a_note_that_is_not_fit_is_not_kept_and_stays_typed(
    desk: int, signed_in: SignIn, text: str, said: str
) -> None:
    answer = signed_in(Role.COLLECTOR).post(PAGE + "note/", {**NOTE, "text": text})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    assert text in page
    assert 'name="channel" value="note"' in page
    assert (names(desk), notes(desk)) == (["note.refused"], 0)


def test_the_same_form_with_other_words_is_refused(desk: int, signed_in: SignIn) -> None:
    client = signed_in(Role.COLLECTOR)
    client.post(PAGE + "note/", NOTE)
    assert client.post(PAGE + "note/", {**NOTE, "text": "别的话"}).status_code == 409
    assert (names(desk), notes(desk)) == (["note.written", "note.refused"], 1)


def test_a_service_called_past_the_page_asks_for_the_role_too(
    desk: int, make_actor: Callable[..., Actor]
) -> None:
    officer = make_actor("jiang.ping", Role.COMPLIANCE)
    with lender_scope(desk), pytest.raises(InternalNoteRefused):
        write_note(actor=officer, borrower_ref="B-1", text="x", idempotency_key="k", now=NOW)
    assert (names(desk), notes(desk)) == (["note.refused"], 0)


def test_what_was_written_cannot_be_changed_and_is_sealed_anew_with_the_keys(
    desk: int, signed_in: SignIn
) -> None:
    client = signed_in(Role.COLLECTOR)
    client.post(PAGE + "note/", NOTE)
    with lender_scope(desk):
        with pytest.raises(DatabaseError), transaction.atomic():
            BorrowerNote.objects.update(written_at=NOW + timedelta(days=1))
        before = BorrowerNote.objects.get().text_sealed
    both = "t2:" + "B" * 43 + "=,t1:" + "A" * 43 + "="
    with override_settings(FIELD_KEYS=both):
        rotate_field_keys(now=NOW)
        with lender_scope(desk):
            after = BorrowerNote.objects.get().text_sealed
        assert (before[:3], after[:3]) == ("t1.", "t2.")
        assert NOTE["text"] in client.get(PAGE).content.decode()


def test_notes_go_with_the_person(qinghe: int, make_actor: Callable[..., Actor]) -> None:
    collector = make_actor("wang.min", Role.COLLECTOR)
    officer = make_actor("jiang.ping", Role.COMPLIANCE)
    with lender_scope(qinghe):
        record_persons(lender_id=qinghe, persons=[Person("B-1", name="林小满", phone=PHONE)])
        put_on_worklist(qinghe, "B-1")
        write_note(actor=collector, borrower_ref="B-1", text="请轻声", idempotency_key="k", now=NOW)
        later = NOW + timedelta(days=366 * 8)
        erase_person(actor=officer, borrower_ref="B-1", reason="asked", now=later)
        assert BorrowerNote.objects.count() == 0


@pytest.mark.parametrize("role", [Role.COLLECTOR, Role.LEAD, Role.COMPLIANCE])
def test_the_number_is_shown_whole_for_a_reason_that_is_recorded(
    desk: int, signed_in: SignIn, make_actor: Callable[..., Actor], role: Role
) -> None:
    client = signed_in(role)
    page = client.get(PAGE).content.decode()
    assert "199****0231" in page
    assert PHONE not in page
    answer = client.post(PAGE + "reveal/", {"reason": "wrong_number"}, headers=HTMX)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    part = answer.content.decode()
    assert part.count(PHONE) == 1
    assert 'data-hides-after="30"' in part
    assert part.lstrip().startswith("<div id=")
    assert names(desk) == ["pii.revealed"]
    with lender_scope(desk):
        row = EvidenceEntry.objects.get(name="pii.revealed")
        reader = make_actor("feng.yu", Role.COMPLIANCE)
        line = find_entry(reader, row.uuid.hex)
        assert line is not None
        assert line.body == {"role": str(role)}
        opened = opened_fields(reader, line)
        assert (opened["what"].value, opened["reason"].value) == ("phone", "wrong_number")
    assert PHONE not in client.get(PAGE).content.decode()


def test_without_script_the_page_itself_goes_back_to_the_mask(desk: int, signed_in: SignIn) -> None:
    answer = signed_in(Role.COLLECTOR).post(PAGE + "reveal/", {"reason": "complaint"})
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert answer["Refresh"] == f"30; url={PAGE}"
    assert answer.content.decode().count(PHONE) == 1


@pytest.mark.parametrize("reason", ["", "curiosity"])
def test_without_a_reason_from_the_list_nothing_is_shown(
    desk: int, signed_in: SignIn, reason: str
) -> None:
    client = signed_in(Role.COLLECTOR)
    for headers in ({}, HTMX):
        answer = client.post(PAGE + "reveal/", {"reason": reason}, headers=headers)
        assert answer.status_code == 422
        assert PHONE not in answer.content.decode()
        assert "请选择原因" in answer.content.decode()
    assert names(desk) == ["pii.refused", "pii.refused"]
