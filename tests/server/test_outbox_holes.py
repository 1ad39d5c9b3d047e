"""Ways round the gate that a reader looked for: each is closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from forbear.contact.channels import Channel
from forbear.contact.dispatch import Answer, Fate, Inbound
from forbear.contact.preferences import HoldKind, PreferenceKind
from forbear_server.selectors.actors import Actor, Role
from forbear_server.selectors.lenders import find_lender
from forbear_server.services.addresses import add_address, take_out_of_use
from forbear_server.services.inbound import record_inbound
from forbear_server.services.message_drafts import Refusal
from forbear_server.services.outbox import (
    Worker,
    begin_sending,
    claim,
    record_answers,
    recover_lapsed,
)
from forbear_server.services.persons import Person, record_persons
from forbear_server.services.preference_rows import Statement
from forbear_server.services.preferences import (
    PreferenceRefused,
    give_preference,
    place_hold,
    withdraw_preference,
)
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import (
    Borrower,
    BorrowerAddress,
    ContactHold,
    ContactPreference,
    Message,
    MessageTemplate,
    PermitRequest,
)
from server.conftest import NOW
from server.evidence import recorded
from server.outbox import HELLO, SENDER, approved_template, draft, people, queue, sms_sender

pytestmark = pytest.mark.django_db
NIGHT = NOW.replace(hour=22, minute=30)


@pytest.fixture
def officer(qinghe: int, make_actor: Callable[..., Actor]) -> Iterator[Actor]:
    actor = make_actor("officer", Role.COMPLIANCE)
    with lender_scope(qinghe):
        people(qinghe, 2)
        sms_sender(qinghe)
        approved_template(make_actor("ye", Role.STRATEGIST), actor)
        yield actor


def worker() -> Worker:
    sender = Message.objects.values_list("sender_id", flat=True)[0]
    return Worker("w1", find_lender("qinghe"), sender)


def of_template(**changes: object) -> object:
    told = {
        "template_uuid": MessageTemplate.objects.values_list("pk", flat=True)[0],
        "was_read_by_person": False,
    }
    return replace(draft(), **{**told, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"purpose": "answer_request"}, Refusal.TEMPLATE_NOT_APPROVED),
        ({"loan_ref": "somebody-elses"}, Refusal.LOAN_UNKNOWN),
        ({"subject": "法院传票：不还就抓人"}, Refusal.TEXT_NOT_OF_TEMPLATE),
        ({"text": HELLO + "不还就告诉你单位"}, Refusal.TEXT_NOT_OF_TEMPLATE),
    ],
)
def test_a_template_is_used_for_what_it_was_approved_for(
    officer: Actor, changes: dict[str, object], refusal: Refusal
) -> None:
    assert queue(officer, of_template(**changes))[0].refusal is refusal  # type: ignore[arg-type]
    assert Message.objects.count() == 0


def test_the_first_message_offers_help_also_by_program(officer: Actor) -> None:
    MessageTemplate.objects.update(state="retired")
    firm = MessageTemplate.objects.get()
    MessageTemplate.objects.create(
        lender_id=firm.lender_id,
        name="告知",
        version=1,
        channel="sms",
        purpose="collect",
        tone="inform",
        text=HELLO,
        digest="0" * 64,
        state="approved",
        added_by_id=firm.added_by_id,
        added_at=NOW,
        decided_by_id=firm.decided_by_id,
    )
    told = of_template(template_uuid=MessageTemplate.objects.get(tone="inform").pk)
    assert queue(officer, told)[0].refusal is Refusal.FIRST_TONE_NOT_HELP  # type: ignore[arg-type]


def test_a_refused_key_asked_again_gets_the_first_answer_and_keeps_nobody_back(
    officer: Actor,
) -> None:
    first = queue(officer, draft(), now=NIGHT)[0]
    again, other = queue(officer, draft(), draft("B-1"), now=NOW)
    assert (first.refusal, again.refusal) == (Refusal.REFUSED_BY_RULE, Refusal.REFUSED_BY_RULE)
    assert other.refusal is None


def test_one_key_twice_in_one_request_is_one_message(officer: Actor) -> None:
    first, second = queue(officer, draft(key="the-same-key"), draft("B-1", key="the-same-key"))
    assert (first.refusal, second.refusal) == (None, Refusal.KEY_REUSED)


def test_what_waits_for_a_number_found_to_be_wrong_never_leaves(officer: Actor) -> None:
    queue(officer, draft())
    borrower = Borrower.objects.get(ref="B-0")
    word = BorrowerAddress.objects.get(borrower=borrower).ref
    take_out_of_use(
        borrower=borrower, word=word, reason="answered_by_another", now=NOW, actor=officer
    )
    assert Message.objects.get().reason == "answered_by_another"


def test_a_couples_shared_number_opts_both_out(officer: Actor, qinghe: int) -> None:
    record_persons(
        lender_id=qinghe,
        persons=[Person("B-2", phone="19900000000", time_zone="Asia/Shanghai")],
    )
    queue(officer, draft("B-0"), draft("B-2"))
    record_inbound(
        lender=find_lender("qinghe"),
        sender_id=sms_sender(qinghe),
        kind="phone",
        event=Inbound(SENDER, "in-9", "+8619900000000", "退订", NOW),
        now=NOW,
    )
    assert set(Message.objects.values_list("state", flat=True)) == {"cancelled"}
    assert ContactPreference.objects.count() == 2


def test_withdrawing_the_opt_in_leaves_no_account_to_write_to(officer: Actor) -> None:
    add_address(
        actor=officer,
        borrower_ref="B-0",
        kind="wechat",
        address="openid-lin",
        now=NOW,
        opt_in_words="同意",
    )
    stated = ContactPreference.objects.get()
    withdraw_preference(
        actor=officer, borrower_ref="B-0", preference_id=stated.pk, source="portal", now=NOW
    )
    row = BorrowerAddress.objects.get(kind="wechat")
    assert row.out_of_use_reason == "opt_in_withdrawn"


def test_nobody_allows_night_contact_in_a_borrowers_name_without_their_words(
    officer: Actor,
) -> None:
    said = Statement(kind=PreferenceKind.NIGHT_CONTACT, source="collector")
    with pytest.raises(PreferenceRefused, match="words"):
        give_preference(actor=officer, borrower_ref="B-0", said=said, now=NOW)
    assert ContactPreference.objects.count() == 0


def test_a_longer_pause_takes_the_place_of_a_shorter_one(officer: Actor) -> None:
    for days in (7, 30, 14):
        place_hold(
            actor=officer,
            borrower_ref="B-0",
            kind=HoldKind.PAUSE,
            source="portal",
            now=NOW,
            until=NOW + timedelta(days=days),
        )
    assert [hold.until for hold in ContactHold.objects.order_by("until")] == [
        NOW + timedelta(days=7),
        NOW + timedelta(days=30),
    ]


def test_a_hold_of_a_loan_that_is_not_theirs_or_of_yesterday_is_refused(officer: Actor) -> None:
    wrong = ({"loan_ref": "L-999"}, {"until": NOW - timedelta(days=1)})
    for told in wrong:
        with pytest.raises(PreferenceRefused):
            place_hold(
                actor=officer,
                borrower_ref="B-0",
                kind=HoldKind.COMPLAINT,
                source="program",
                now=NOW,
                **told,  # type: ignore[arg-type]
            )
    assert ContactHold.objects.count() == 0


def test_a_throttled_message_rests_before_it_is_offered_again(officer: Actor) -> None:
    queue(officer, draft())
    going = begin_sending(worker=worker(), claimed=claim(worker=worker(), most=1, now=NOW), now=NOW)
    busy = [Answer(going[0].message_id, Fate.BUSY, reason="throttled")]
    record_answers(worker=worker(), answers=busy, now=NOW)
    assert claim(worker=worker(), most=1, now=NOW + timedelta(seconds=4)) == []
    assert len(claim(worker=worker(), most=1, now=NOW + timedelta(seconds=6))) == 1
    assert Message.objects.get().channel == Channel.SMS


def test_a_channel_that_says_too_late_that_it_took_nothing_ends_the_doubt_without_resending(
    officer: Actor,
) -> None:
    queue(officer, draft())
    begin_sending(worker=worker(), claimed=claim(worker=worker(), most=1, now=NOW), now=NOW)
    recover_lapsed(lender_id=officer.lender_id, now=NOW + timedelta(seconds=61))
    row = Message.objects.get()
    assert row.state == "in_doubt"
    busy = Answer(row.pk, Fate.BUSY, reason="throttled")
    assert record_answers(worker=worker(), answers=[busy], now=NOW)["busy"] == 1
    row.refresh_from_db()
    assert (row.state, row.reason) == ("dead", "answered_too_late")
    assert PermitRequest.objects.get().outcome == "undelivered"
    assert recorded(officer.lender_id)[-2:] == ["message.in_doubt", "message.dead"]
    assert claim(worker=worker(), most=1, now=NOW + timedelta(minutes=5)) == []
