"""Replies of numbers nobody knows: seen by two roles, and a stop word in them binds later."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.test import Client

from forbear.contact.dispatch import Inbound
from forbear_server.selectors.actors import Actor, Role
from forbear_server.selectors.evidence import find_entry, opened_fields
from forbear_server.selectors.lenders import find_lender
from forbear_server.services.addresses import add_address, index_phones
from forbear_server.services.erasure import erase_person
from forbear_server.services.inbound import record_inbound
from forbear_server.services.message_drafts import Refusal
from forbear_server.services.persons import Person, record_persons
from forbear_server.services.preferences import withdraw_preference
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import (
    BorrowerAddress,
    ContactPreference,
    EvidenceEntry,
    InboundMessage,
    Message,
)
from server.conftest import NOW
from server.desk import import_small_tape
from server.outbox import SENDER, draft, people, queue, sms_sender

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
MakeActor = Callable[..., Actor]
PAGE = "/console/channels/"
STRANGE = "+8613700001234"
SAID = "请问我妻子的卡还差多少"


def heard(
    lender: int,
    text: str,
    *,
    number: str = STRANGE,
    kind: str = "phone",
    id_: str = "in-1",
    at: datetime = NOW,
) -> UUID:
    found = record_inbound(
        lender=find_lender("qinghe"), sender_id=sms_sender(lender), kind=kind,
        event=Inbound(SENDER, id_, number, text, at), now=NOW,
    )  # fmt: skip
    assert found is not None
    return found


@pytest.fixture
def desk(qinghe: int) -> int:
    with lender_scope(qinghe):
        people(qinghe, 2)
    return qinghe


@pytest.fixture
def officer(desk: int, make_actor: MakeActor) -> Actor:
    return make_actor("jia.he", Role.COMPLIANCE)


def names(about: str) -> list[str]:
    rows = EvidenceEntry.objects.filter(about=about).order_by("id")
    return list(rows.values_list("name", flat=True))


def test_leads_and_compliance_see_them_masked_and_nobody_else_more_than_the_count(
    desk: int, signed_in: SignIn
) -> None:
    with lender_scope(desk):
        heard(desk, SAID)
        earlier = NOW - timedelta(minutes=5)
        heard(desk, "退订", number="+8613700009876", id_="in-2", at=earlier)
    for role in (Role.LEAD, Role.COMPLIANCE):
        page = signed_in(role).get(PAGE).content.decode()
        part = page.partition('data-testid="C23-replies"')[2].partition("</section>")[0]
        rows = [re.sub(r"<select.*?</select>|<[^>]+>", " ", one) for one in part.split("<tr")[2:]]
        told = [" ".join(one.partition(">")[2].split()) for one in rows]
        assert told == [
            "137****1234 短信 2026-11-20 10:30 问金额 原因 打开内容 结果 已处理",
            "137****9876 短信 2026-11-20 10:25 说了停止 要求停止 原因 打开内容 结果 已处理",
        ]
        # Neither a number nor a time breaks at the end of a line.
        assert part.count("whole-word") == 2 * len(told)
        assert "1370000" not in page
        assert SAID not in page
    for role in (Role.ADMIN, Role.STRATEGIST):
        page = signed_in(role).get(PAGE).content.decode()
        assert "C23-replies" not in page
        assert "137****" not in page
        assert "2 条回复来自不认识的号码" in page


def test_a_text_is_opened_for_a_reason_that_is_recorded(desk: int, signed_in: SignIn) -> None:
    with lender_scope(desk):
        reply = heard(desk, SAID)
    client = signed_in(Role.COMPLIANCE)
    path = f"{PAGE}replies/{reply}/open/"
    for reason in ("", "curiosity"):
        refused = client.post(path, {"reason": reason})
        assert refused.status_code == 422
        assert SAID not in refused.content.decode()
    with lender_scope(desk):
        assert names(f"inbound:{reply}") == ["message.received"]
    answer = client.post(path, {"reason": "whose_number"})
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert SAID in answer.content.decode()
    assert SAID not in client.get(PAGE).content.decode()
    with lender_scope(desk):
        assert names(f"inbound:{reply}") == ["message.received", "pii.revealed"]


def test_a_reply_is_closed_once_with_what_was_done(desk: int, signed_in: SignIn) -> None:
    with lender_scope(desk):
        reply = heard(desk, SAID)
    client = signed_in(Role.LEAD)
    path = f"{PAGE}replies/{reply}/close/"
    assert client.post(path, {"outcome": "done"}).status_code == 302
    again = client.post(path, {"outcome": "read"})
    assert again.status_code == 409
    assert "没有这条回复，或已经处理。" in again.content.decode()
    assert client.post(f"{PAGE}replies/{reply}/open/", {"reason": "complaint"}).status_code == 404
    assert "没有这样的回复。" in client.get(PAGE).content.decode()
    with lender_scope(desk):
        row = InboundMessage.objects.get()
        assert (row.handled_as, row.handled_at) == ("done", NOW)
        assert names(f"inbound:{reply}") == ["message.received", "message.answered"]


@pytest.mark.parametrize("verb", ["open", "close"])
def test_who_may_not_read_them_changes_nothing(
    desk: int, other_lender: int, signed_in: SignIn, verb: str
) -> None:
    with lender_scope(desk):
        reply = heard(desk, SAID)
    body = {"reason": "complaint", "outcome": "done"}
    path = f"{PAGE}replies/{reply}/{verb}/"
    elsewhere = signed_in(Role.COMPLIANCE, username="elsewhere", lender_id=other_lender)
    roles = [(signed_in(role), 403) for role in (Role.COLLECTOR, Role.STRATEGIST, Role.ADMIN)]
    for client, status in [(Client(), 401), *roles, (elsewhere, {"open": 404, "close": 409}[verb])]:
        answer = client.post(path, body)
        assert answer.status_code == status
        assert SAID not in answer.content.decode()
    with lender_scope(desk):
        assert InboundMessage.objects.get().handled_at is None
        assert names(f"inbound:{reply}") == ["message.received"]


def stated(borrower_ref: str) -> list[tuple[str, str, str]]:
    rows = ContactPreference.objects.filter(borrower__ref=borrower_ref)
    return list(rows.values_list("kind", "channel", "source"))


def test_a_stop_word_binds_when_the_number_becomes_a_borrowers(officer: Actor) -> None:
    lender = officer.lender_id
    with lender_scope(lender):
        reply = heard(lender, "退订")
        heard(lender, SAID, id_="in-2")
        assert ContactPreference.objects.count() == 0
        add_address(
            actor=officer, borrower_ref="B-1", kind="phone", address="137 0000 1234", now=NOW
        )
        assert stated("B-1") == [("channel_opt_out", "sms", "inbound")]
        assert names(f"inbound:{reply}") == ["message.received", "consent.given"]
        answer = queue(officer, draft("B-1"))[0]
        assert answer.refusal is Refusal.REFUSED_BY_RULE
        assert ("POLICY-OPTED-OUT", "channel_opted_out") in answer.grounds
        assert Message.objects.count() == 0
        # Of another borrower nothing was said, and what was told stays nobody's.
        assert stated("B-0") == []
        assert InboundMessage.objects.filter(borrower__isnull=True).count() == 2


def test_a_wish_to_hear_nothing_any_more_binds_on_every_channel(officer: Actor) -> None:
    with lender_scope(officer.lender_id):
        heard(officer.lender_id, "别再联系我了")
        add_address(actor=officer, borrower_ref="B-1", kind="phone", address="13700001234", now=NOW)
        assert stated("B-1") == [("contact_stopped", "", "inbound")]


def test_what_was_stated_for_a_reply_and_taken_back_is_not_stated_again(officer: Actor) -> None:
    with lender_scope(officer.lender_id):
        heard(officer.lender_id, "退订")
        add_address(actor=officer, borrower_ref="B-1", kind="phone", address="13700001234", now=NOW)
        row = ContactPreference.objects.get()
        withdraw_preference(
            actor=officer, borrower_ref="B-1", preference_id=row.pk, source="borrower", now=NOW
        )
        BorrowerAddress.objects.filter(borrower__ref="B-1").delete()
        add_address(actor=officer, borrower_ref="B-1", kind="phone", address="13700001234", now=NOW)
        assert ContactPreference.objects.count() == 1


def test_it_binds_when_the_number_of_the_book_is_first_needed(officer: Actor) -> None:
    lender = officer.lender_id
    with lender_scope(lender):
        heard(lender, "退订")
        record_persons(
            lender_id=lender, persons=[Person("B-7", name="林小满", phone="13700001234")]
        )
        assert index_phones(lender_id=lender, now=NOW, refs=["B-7"]) == 1
        assert stated("B-7") == [("channel_opt_out", "sms", "inbound")]


@pytest.mark.parametrize("has_number_before", [False, True])
def test_it_binds_with_the_tape_that_brings_the_number(
    qinghe: int, fresh_data_dir: Path, make_actor: MakeActor, has_number_before: bool
) -> None:
    officer = make_actor("jia.he", Role.COMPLIANCE)
    number = "+8619900000231"  # B-1's on the tape
    with lender_scope(qinghe):
        if has_number_before:
            record_persons(
                lender_id=qinghe, persons=[Person("B-1", name="林小满", phone="13700005555")]
            )
            index_phones(lender_id=qinghe, now=NOW)
        reply = heard(qinghe, "退订", number=number)
        assert ContactPreference.objects.count() == 0
    import_small_tape(fresh_data_dir)
    with lender_scope(qinghe):
        assert stated("B-1") == [("channel_opt_out", "sms", "inbound")]
        assert ContactPreference.objects.count() == 1
        entry = EvidenceEntry.objects.get(name="consent.given")
        assert entry.about == f"inbound:{reply}"
        found = find_entry(officer, entry.uuid.hex)
        assert found is not None
        assert opened_fields(officer, found)["words"].value == "退订"
        assert queue(officer, draft("B-1"))[0].refusal is Refusal.REFUSED_BY_RULE
        assert Message.objects.count() == 0


@pytest.mark.parametrize("is_shared", [False, True])
def test_erasing_a_person_takes_replies_of_a_number_only_the_book_has_unless_it_is_shared(
    officer: Actor, is_shared: bool
) -> None:
    lender = officer.lender_id
    with lender_scope(lender):
        heard(lender, SAID)
        heard(lender, SAID, number="+8613700009876", id_="in-2")
        if is_shared:
            add_address(
                actor=officer, borrower_ref="B-1", kind="phone", address="13700001234", now=NOW
            )
        record_persons(
            lender_id=lender, persons=[Person("B-7", name="林小满", phone="13700001234")]
        )
        assert not BorrowerAddress.objects.filter(borrower__ref="B-7").exists()
        later = NOW + timedelta(days=366 * 8)
        erase_person(actor=officer, borrower_ref="B-7", reason="request", now=later)
        left = InboundMessage.objects.order_by("channel_id").values_list("channel_id", flat=True)
        assert list(left) == (["in-1", "in-2"] if is_shared else ["in-2"])
