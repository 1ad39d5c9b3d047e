"""What is typed on C07 is kept for who typed it, and for nobody else, until it is sent or let go."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client, override_settings

from forbear.contact.calls import LineEvent
from forbear_server.selectors.actors import Actor, Role
from forbear_server.selectors.kept_drafts import DraftPlace, DraftText, list_drafts, opened_draft
from forbear_server.services.addresses import BorrowerNotHere
from forbear_server.services.call_lines import note_telephones
from forbear_server.services.erasure import erase_person
from forbear_server.services.field_keys import rotate_field_keys
from forbear_server.services.kept_drafts import DraftNotKept, keep_draft
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import Borrower, Call, EvidenceEntry, KeptDraft, Message
from forbear_server.store.sealing import new_key
from server.conftest import NOW
from server.desk import import_small_tape, put_on_worklist, run_the_night
from server.outbox import people, sms_sender
from server.telephones import begun, phones_of, tell

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
MakeActor = Callable[..., Actor]
PAGE = "/console/borrowers/B-1/"
HELLO = "您好，这里是青禾消费金融。有困难可以回复我们商量。回复TD退订。"
SMS = {"channel": "sms", "text": HELLO, "key": "k" * 32}
OLD = "t1:" + "A" * 43 + "="


@pytest.fixture
def desk(qinghe: int, fresh_data_dir: Path) -> int:
    import_small_tape(fresh_data_dir)
    with lender_scope(qinghe):
        put_on_worklist(qinghe, "B-1", "B-2")
        sms_sender(qinghe)
    return qinghe


def typed_in(client: Client, query: str = "") -> str:
    """What stands in the composer's field, its tab first."""
    page = client.get(PAGE + query).content.decode()
    composer = page.partition('data-testid="C07-composer"')[2].partition("</section>")[0]
    tab = re.findall(r'name="channel" value="(\w+)"', composer)
    text = re.findall(r'<textarea[^>]*id="compose-text"[^>]*>(.*?)</textarea>', composer, re.S)
    return f"{tab[0]}: {text[0]}"


def kept(lender: int) -> list[str]:
    with lender_scope(lender):
        return sorted(KeptDraft.objects.values_list("place", flat=True))


def entries(lender: int) -> int:
    with lender_scope(lender):
        return EvidenceEntry.objects.exclude(name="borrower.read").count()


def test_what_was_typed_stands_there_when_the_page_is_opened_again(
    desk: int, signed_in: SignIn
) -> None:
    client = signed_in(Role.COLLECTOR)
    before = entries(desk)
    answer = client.post(PAGE + "drafts/sms/", SMS)
    assert (answer.status_code, answer.content.decode()) == (200, "草稿已保存 10:30")
    assert typed_in(client) == f"sms: {HELLO}"
    page = client.get(PAGE).content.decode()
    assert page.count("草稿已保存 10:30") == 1
    assert page.count('<span class="badge-word is-quiet">草稿</span>') == 1
    assert "aria-live" not in page.partition('data-testid="C07-draft"')[0].rpartition("<p ")[2]
    # Each tab has its own; a tab that was asked for is shown as it is.
    assert typed_in(client, "?channel=mail") == "mail: "
    client.post(PAGE + "drafts/note/", {"text": "本人 25 号发工资", "key": "n" * 32})
    assert typed_in(client, "?channel=note") == "note: 本人 25 号发工资"
    assert typed_in(client, "?channel=sms") == f"sms: {HELLO}"
    # No act: nothing of it is recorded.
    assert entries(desk) == before


def test_the_newest_draft_is_opened_and_a_later_one_takes_its_place(
    desk: int, make_actor: MakeActor
) -> None:
    actor = make_actor("wang.min", Role.COLLECTOR)
    with lender_scope(desk):
        borrower_id = Borrower.objects.get(ref="B-1").pk
        for minutes, text in ((0, "一"), (1, "一二")):
            keep_draft(
                actor=actor, borrower_ref="B-1", place=DraftPlace.MAIL,
                draft=DraftText(text=text, subject="您好"), form_key="m", now=NOW + timedelta(minutes=minutes),
            )  # fmt: skip
        (only,) = list_drafts(actor, borrower_id, now=NOW).values()
    assert only.draft == DraftText(text="一二", subject="您好")
    assert only.saved_at == NOW + timedelta(minutes=1)


def test_nobody_else_sees_a_draft(desk: int, signed_in: SignIn) -> None:
    signed_in(Role.COLLECTOR).post(PAGE + "drafts/sms/", SMS)
    for role, name in ((Role.COLLECTOR, "a.colleague"), (Role.LEAD, "the.lead")):
        assert typed_in(signed_in(role, username=name)) == "sms: "
    assert HELLO not in signed_in(Role.COMPLIANCE).get(PAGE).content.decode()


@pytest.mark.parametrize("path", ["drafts/sms/", "drafts/sms/discard/"])
def test_drafts_are_kept_for_who_works_the_case_only(
    desk: int, other_lender: int, signed_in: SignIn, path: str
) -> None:
    mine = signed_in(Role.COLLECTOR)
    mine.post(PAGE + "drafts/sms/", SMS)
    elsewhere = signed_in(Role.COLLECTOR, username="elsewhere", lender_id=other_lender)
    clients = [(Client(), 401), (signed_in(Role.COMPLIANCE), 403), (elsewhere, 404)]
    for client, status in clients:
        assert client.post(PAGE + path, {**SMS, "text": "别人的"}).status_code == status
    for other in ("B-3", "B-99"):
        assert mine.post(f"/console/borrowers/{other}/{path}", SMS).status_code == 404
    assert mine.post(PAGE + path.replace("sms", "visit"), SMS).status_code == 404
    assert mine.get(PAGE + path).status_code == 405
    assert typed_in(mine) == f"sms: {HELLO}"
    assert kept(desk) == ["sms"]


def test_a_message_that_was_sent_leaves_no_draft_at_any_tab_it_was_carried_to(
    desk: int, signed_in: SignIn
) -> None:
    client = signed_in(Role.LEAD)
    client.post(PAGE + "drafts/sms/", SMS)
    client.post(PAGE + "drafts/mail/", {**SMS, "subject": "您好"})
    client.post(PAGE + "drafts/wechat/", {**SMS, "text": "别的话"})
    assert client.post(PAGE + "send/", {**SMS, "was_read": "yes"}).status_code == 302
    assert kept(desk) == ["wechat"]
    # A save that was under way while it was sent comes too late.
    assert client.post(PAGE + "drafts/sms/", SMS).status_code == 204
    assert kept(desk) == ["wechat"]


def test_a_refused_message_stays_a_draft(desk: int, signed_in: SignIn) -> None:
    client = signed_in(Role.COLLECTOR)
    threat = {**SMS, "text": "不还就告诉你单位"}
    assert client.post(PAGE + "drafts/sms/", threat).status_code == 200
    assert client.post(PAGE + "send/", threat).status_code == 409
    assert typed_in(client) == "sms: 不还就告诉你单位"
    with lender_scope(desk):
        assert Message.objects.count() == 0


def test_a_note_that_was_written_and_a_draft_let_go_are_gone(desk: int, signed_in: SignIn) -> None:
    client = signed_in(Role.COLLECTOR)
    note = {"channel": "note", "text": "本人 25 号发工资", "key": "n" * 32}
    client.post(PAGE + "drafts/note/", note)
    client.post(PAGE + "drafts/sms/", SMS)
    assert client.post(PAGE + "note/", note).status_code == 302
    assert kept(desk) == ["sms"]
    answer = client.post(PAGE + "drafts/sms/discard/", SMS)
    assert (answer.status_code, answer["Location"]) == (302, PAGE + "?channel=sms")
    assert kept(desk) == []
    # What was emptied by hand is no draft either.
    client.post(PAGE + "drafts/sms/", SMS)
    assert client.post(PAGE + "drafts/sms/", {**SMS, "text": " "}).status_code == 204
    assert kept(desk) == []


def test_after_seven_days_a_draft_is_not_shown_and_goes_with_the_next_one(
    desk: int, make_actor: MakeActor
) -> None:
    actor = make_actor("wang.min", Role.COLLECTOR)

    def keep(ref: str, days: int) -> None:
        keep_draft(
            actor=actor, borrower_ref=ref, place=DraftPlace.SMS, draft=DraftText(text="您好"),
            form_key="k", now=NOW + timedelta(days=days),
        )  # fmt: skip

    with lender_scope(desk):
        ids = dict(Borrower.objects.values_list("ref", "pk"))
        keep("B-1", 0)
        assert set(list_drafts(actor, ids["B-1"], now=NOW + timedelta(days=7))) == {DraftPlace.SMS}
        late = NOW + timedelta(days=7, seconds=1)
        assert list_drafts(actor, ids["B-1"], now=late) == {}
        assert KeptDraft.objects.count() == 1
        keep("B-2", 8)
        assert list(KeptDraft.objects.values_list("borrower__ref", flat=True)) == ["B-2"]


def test_the_night_lets_go_of_old_drafts_of_accounts_that_keep_none_any_more(
    qinghe: int, fresh_data_dir: Path, make_actor: MakeActor
) -> None:
    import_small_tape(fresh_data_dir)
    with lender_scope(qinghe):
        borrower = Borrower.objects.get(ref="B-1")
        for username, days in (("who.left", 8), ("wang.min", 6)):
            KeptDraft.objects.create(
                lender_id=qinghe, owner_id=make_actor(username, Role.COLLECTOR).user_id,
                borrower=borrower, place=DraftPlace.SMS.value, text_sealed="sealed",
                saved_at=NOW - timedelta(days=days),
            )  # fmt: skip
    run_the_night()
    with lender_scope(qinghe):
        owners = KeptDraft.objects.values_list("owner__username", flat=True)
        assert list(owners) == ["wang.min"]


def test_while_another_may_be_on_the_line_no_draft_is_shown_or_written_over(
    desk: int, signed_in: SignIn, make_actor: MakeActor
) -> None:
    client = signed_in(Role.COLLECTOR)
    client.post(PAGE + "drafts/sms/", {**SMS, "text": "您还欠 2,093.43 元"})
    with lender_scope(desk):
        note_telephones(sender_id=phones_of(desk), can_record=True, now=NOW)
        call = begun(make_actor("zhou.lan", Role.COLLECTOR)).call_id
        assert call is not None
        tell(desk, call, LineEvent.RINGING, LineEvent.ANSWERED, LineEvent.RECORDING)
    page = client.get(PAGE).content.decode()
    assert "2,093.43" not in page
    assert "data-keeps" not in page
    answer = client.post(PAGE + "drafts/sms/", SMS)
    assert (answer.status_code, answer.content.decode()) == (409, "草稿没有保存")
    with lender_scope(desk):
        Call.objects.update(identity="right_party")
    assert typed_in(client) == "sms: 您还欠 2,093.43 元"


def test_the_note_of_a_disposition_is_kept_while_the_call_waits_for_it(
    desk: int, signed_in: SignIn, make_actor: MakeActor
) -> None:
    client = signed_in(Role.COLLECTOR, username="zhou.lan")
    note = {"note": "说 25 号还"}
    assert client.post(PAGE + "drafts/disposition/", note).status_code == 409
    with lender_scope(desk):
        note_telephones(sender_id=phones_of(desk), can_record=True, now=NOW)
    client.post(PAGE + "call/", {"key": "c" * 32})
    with lender_scope(desk):
        call = Call.objects.get().pk
        tell(desk, call, LineEvent.RINGING)
        tell(desk, call, LineEvent.ENDED, reason="no_answer")
    assert client.post(PAGE + "drafts/disposition/", note).status_code == 200
    page = client.get(PAGE).content.decode()
    assert "说 25 号还</textarea>" in page
    closed = client.post(
        PAGE + "call/close/", {"disposition": "no_answer", "note": "", "step": "save"}
    )
    assert closed.status_code == 302
    assert kept(desk) == []
    assert client.post(PAGE + "drafts/disposition/", note).status_code == 409
    assert kept(desk) == []


def test_a_draft_is_sealed_under_the_current_key_and_goes_with_the_person(
    qinghe: int, make_actor: MakeActor
) -> None:
    officer, writer = make_actor("jia.he", Role.COMPLIANCE), make_actor("wang.min", Role.LEAD)
    with lender_scope(qinghe):
        people(qinghe, 1)
        put_on_worklist(qinghe, "B-0")
        keep_draft(
            actor=writer, borrower_ref="B-0", place=DraftPlace.NOTE,
            draft=DraftText(text="她母亲 13800138000"), form_key="k", now=NOW,
        )  # fmt: skip
        assert "13800138000" not in KeptDraft.objects.get().text_sealed
    with override_settings(FIELD_KEYS=f"k2:{new_key()},{OLD}"):
        rotate_field_keys(now=NOW)
        with lender_scope(qinghe):
            row = KeptDraft.objects.get()
            assert row.text_sealed.startswith("k2.")
            assert opened_draft(row).text == "她母亲 13800138000"
            later = NOW + timedelta(days=4000)
            erase_person(actor=officer, borrower_ref="B-0", reason="asked for it", now=later)
            assert KeptDraft.objects.count() == 0


def test_no_more_is_kept_than_a_field_can_hold(desk: int, make_actor: MakeActor) -> None:
    actor = make_actor("wang.min", Role.COLLECTOR)
    with lender_scope(desk):
        for ref, text, refused in (
            ("B-1", "字" * 6001, DraftNotKept),
            ("B-3", "您好", BorrowerNotHere),
        ):
            with pytest.raises(refused):
                keep_draft(
                    actor=actor, borrower_ref=ref, place=DraftPlace.SMS,
                    draft=DraftText(text=text), form_key="k", now=NOW,
                )  # fmt: skip
    assert kept(desk) == []
