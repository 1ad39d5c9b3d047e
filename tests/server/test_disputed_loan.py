"""A dispute holds the disputed loan; the borrower's others follow their own state (SCREENS, holds)."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from forbear_server.selectors.actors import Actor, Role
from forbear_server.selectors.message_cases import FEW, message_cases
from forbear_server.services.api_tokens import add_token
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import ContactHold, Message, PermitRequest
from forbear_server.ui.clock import wall_now
from server.conftest import NOW
from server.desk import import_small_tape, put_on_worklist, run_the_night
from server.evidence import recorded
from server.outbox import HELLO, approved_template, sms_sender

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
PAGE = "/console/borrowers/B-1/"
# B-1 is 37 days past due on L-1 and 20 on L-5; B-4 has one loan.
MORE = {
    "loans.csv": "L-5,B-1,易分期,CNY,100000,2026-09-30,given,0.12,,actual/360,,,\n",
    "instalments.csv": "L-5,1,2026-10-31,100000,1000,0,0\n",
}


@pytest.fixture
def desk(qinghe: int, fresh_data_dir: Path) -> int:
    import_small_tape(fresh_data_dir, more=MORE)
    with lender_scope(qinghe):
        put_on_worklist(qinghe, "B-1", "B-4")
        sms_sender(qinghe)
    return qinghe


def verdict(page: str, channel: str = "sms") -> str:
    found = re.search(rf'data-channel="{channel}" data-verdict="(\w+)"', page)
    assert found is not None
    return found[1]


def held(lender_id: int) -> list[tuple[str, str]]:
    with lender_scope(lender_id):
        return list(ContactHold.objects.order_by("placed_at").values_list("kind", "loan_ref"))


def test_with_several_loans_the_disputed_one_is_chosen_and_the_other_stays_in_work(
    desk: int, signed_in: SignIn
) -> None:
    client = signed_in(Role.COLLECTOR)
    page = client.get(PAGE).content.decode()
    menu = page.partition('data-testid="C07-disputed"')[2].partition("</form>")[0]
    assert re.findall(r'name="loan_ref" value="([^"]*)"', menu) == ["L-1", "L-5", ""]
    assert client.post(PAGE + "hold/", {"kind": "dispute", "loan_ref": "L-1"}).status_code == 302
    page = client.get(PAGE).content.decode()
    assert held(desk) == [("dispute", "L-1")]
    assert verdict(page) == "allowed"
    sent = {"channel": "sms", "text": HELLO, "key": "k" * 32, "was_read": "yes"}
    lead = signed_in(Role.LEAD)
    answer = lead.post(PAGE + "send/", sent)
    assert answer.status_code == 302, answer.content.decode()
    with lender_scope(desk):
        assert PermitRequest.objects.get(state="issued").loan_ref == "L-5"


DISPUTED = "您好，这里是青禾消费金融。您尾号L-1的借款逾期，请尽快还款。回复 TD 退订。"
# Of L-1 two instalments of 1,036.50 are due; of L-5 one of 1,010.00.
ITS_AMOUNT = "您好，这里是青禾消费金融。您有 1,036.50 元已到期，可以回复我们商量。回复 TD 退订。"
OTHER_AMOUNT = "您好，这里是青禾消费金融。您有 1,010.00 元已到期，可以回复我们商量。回复 TD 退订。"


def queued(lender_id: int) -> int:
    with lender_scope(lender_id):
        return Message.objects.count() + PermitRequest.objects.count()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (DISPUTED, "文字提到的借据已暂停联系"),
        (ITS_AMOUNT, "禁止发送：请按下面标出的词修改。"),
    ],
)
def test_words_about_the_disputed_loan_do_not_leave_under_another(
    desk: int, signed_in: SignIn, text: str, told: str
) -> None:
    lead = signed_in(Role.LEAD)
    lead.post(PAGE + "hold/", {"kind": "dispute", "loan_ref": "L-1"})
    sent = {"channel": "sms", "text": text, "key": "k" * 32, "was_read": "yes"}
    answer = lead.post(PAGE + "send/", sent)
    assert (answer.status_code, queued(desk)) == (409, 0)
    assert told in answer.content.decode()
    sent = {"channel": "sms", "text": OTHER_AMOUNT, "key": "m" * 32, "was_read": "yes"}
    assert lead.post(PAGE + "send/", sent).status_code == 302


def test_while_it_is_typed_the_page_says_that_the_loan_is_held(
    desk: int, signed_in: SignIn
) -> None:
    lead = signed_in(Role.LEAD)
    typed = {"channel": "sms", "text": DISPUTED}
    assert "文字提到的借据已暂停联系" not in lead.post(PAGE + "check/", typed).content.decode()
    lead.post(PAGE + "hold/", {"kind": "dispute", "loan_ref": "L-1"})
    assert "文字提到的借据已暂停联系" in lead.post(PAGE + "check/", typed).content.decode()


def test_a_message_said_to_be_about_the_disputed_loan_is_refused_by_its_hold(
    desk: int, signed_in: SignIn, make_actor: Callable[..., Actor]
) -> None:
    lead = signed_in(Role.LEAD)
    lead.post(PAGE + "hold/", {"kind": "dispute", "loan_ref": "L-1"})
    sent = {"channel": "sms", "text": HELLO, "about": "L-1", "key": "k" * 32, "was_read": "yes"}
    assert lead.post(PAGE + "send/", sent).status_code == 409
    writer, officer = make_actor("ye", Role.STRATEGIST), make_actor("jiang", Role.COMPLIANCE)
    with lender_scope(desk):
        template = str(approved_template(writer, officer).pk)
    told = [
        asked_by_program(make_actor, template, loan_ref=loan, idempotency_key=f"plan-{loan}")
        for loan in ("L-1", "L-5")
    ]
    assert [one["refusal"] for one in told] == ["refused_by_rule", None]
    assert [ground["rule_id"] for ground in told[0]["grounds"]] == ["POLICY-HOLD"]
    with lender_scope(desk):
        assert [one.loan_ref for one in Message.objects.all()] == ["L-5"]


def asked_by_program(make_actor: Callable[..., Actor], template: str, **changes: str) -> Any:
    """What `/v1/messages` answers to one message to B-1."""
    actor = make_actor(f"api.{changes['idempotency_key']}".lower(), Role.COLLECTOR)
    token = add_token(username=actor.username, name=actor.username, now=wall_now())
    one = {"borrower_ref": "B-1", "channel": "sms", "text": HELLO, "template_id": template}
    headers = {"Authorization": f"Bearer {token}"}
    body = {"messages": [{**one, **changes}]}
    answer = Client().post("/v1/messages", body, "application/json", headers=headers)
    return answer.json()["messages"][0]


def test_an_answer_to_the_borrower_may_speak_of_the_disputed_loan(
    desk: int, signed_in: SignIn, make_actor: Callable[..., Actor]
) -> None:
    signed_in(Role.LEAD).post(PAGE + "hold/", {"kind": "dispute", "loan_ref": "L-1"})
    with lender_scope(desk):
        lead = make_actor("qin", Role.LEAD)
        (one,) = message_cases(lead, ["B-1"], at=NOW).values()
    assert [one.names_held_loan(DISPUTED, what) for what in ("collect", "answer_complaint")] == [
        True,
        False,
    ]
    assert one.for_purpose("collect").loan_tails == {"L-5"}
    assert one.for_purpose("answer_complaint").loan_tails == {"L-1", "L-5"}
    assert 103650 in one.answering.amounts_minor - one.spoken_of.amounts_minor


def test_a_plan_of_many_leaves_the_disputed_loan_out_as_one_message_does(
    qinghe: int, fresh_data_dir: Path, signed_in: SignIn, make_actor: Callable[..., Actor]
) -> None:
    import_small_tape(fresh_data_dir, more=MORE)
    run_the_night()
    lead = signed_in(Role.LEAD)
    assert lead.post(PAGE + "hold/", {"kind": "dispute", "loan_ref": "L-1"}).status_code == 302
    with lender_scope(qinghe):
        asking = make_actor("qin", Role.LEAD)
        many = ["B-1", "B-4", *(f"X-{n}" for n in range(FEW))]
        found = message_cases(asking, many, at=NOW)
    assert sorted(found) == ["B-1", "B-4"]
    assert found["B-1"].spoken_of.loan_tails == {"L-5"}
    assert found["B-1"].answering.loan_tails == {"L-1", "L-5"}
    assert (found["B-1"].held, found["B-4"].held) == (("L-1",), ())
    assert found["B-4"].spoken_of.loan_tails == {"L-4"}


def test_with_every_loan_disputed_nothing_is_permitted(desk: int, signed_in: SignIn) -> None:
    client = signed_in(Role.COLLECTOR)
    for loan in ("L-1", "L-5"):
        client.post(PAGE + "hold/", {"kind": "dispute", "loan_ref": loan})
    assert verdict(client.get(PAGE).content.decode()) == "never"


def test_beside_a_disputed_loan_one_written_off_is_not_spoken_of_as_in_the_night(
    qinghe: int, fresh_data_dir: Path, signed_in: SignIn
) -> None:
    written_off = "L-5,B-1,易分期,CNY,100000,2026-01-30,given,0.12,,actual/360,,2026-06-30,\n"
    owed = "L-5,1,2026-02-28,100000,1000,0,0\n"
    import_small_tape(fresh_data_dir, more={"loans.csv": written_off, "instalments.csv": owed})
    with lender_scope(qinghe):
        put_on_worklist(qinghe, "B-1")
        sms_sender(qinghe)
    client = signed_in(Role.COLLECTOR)
    assert verdict(client.get(PAGE).content.decode()) == "allowed"
    client.post(PAGE + "hold/", {"kind": "dispute", "loan_ref": "L-1"})
    assert verdict(client.get(PAGE).content.decode()) == "never"


def test_all_loans_may_be_disputed_at_once(desk: int, signed_in: SignIn) -> None:
    client = signed_in(Role.COLLECTOR)
    client.post(PAGE + "hold/", {"kind": "dispute", "loan_ref": ""})
    assert held(desk) == [("dispute", "")]
    assert verdict(client.get(PAGE).content.decode()) == "never"


def cards(page: str) -> dict[str, bool]:
    """Which loan's card bears the mark of a dispute."""
    found = re.findall(r'data-testid="C07-loan-card"><h3>(.*?)</h3>', page, re.DOTALL)
    tails = [re.findall(r'<span class="mono">([^<]+)<', one)[0] for one in found]
    return {tail: "异议核实中" in one for tail, one in zip(tails, found, strict=True)}


def offered(page: str) -> list[str]:
    menu = page.partition('data-testid="C07-disputed"')[2].partition("</form>")[0]
    return re.findall(r'name="loan_ref" value="([^"]*)"', menu)


def test_the_card_of_a_disputed_loan_says_so_and_it_is_not_offered_again(
    desk: int, signed_in: SignIn
) -> None:
    client = signed_in(Role.COLLECTOR)
    assert cards(client.get(PAGE).content.decode()) == {"L-1": False, "L-5": False}
    client.post(PAGE + "hold/", {"kind": "dispute", "loan_ref": "L-1"})
    page = client.get(PAGE).content.decode()
    assert (cards(page), offered(page)) == ({"L-1": True, "L-5": False}, ["L-5", ""])
    client.post(PAGE + "hold/", {"kind": "dispute", "loan_ref": "L-5"})
    page = client.get(PAGE).content.decode()
    assert cards(page) == {"L-1": True, "L-5": True}
    assert 'name="kind" value="dispute"' not in page
    assert 'name="kind" value="complaint"' in page


def test_with_all_loans_disputed_at_once_no_dispute_is_offered(
    desk: int, signed_in: SignIn
) -> None:
    client = signed_in(Role.COLLECTOR)
    client.post(PAGE + "hold/", {"kind": "dispute", "loan_ref": ""})
    assert 'name="kind" value="dispute"' not in client.get(PAGE).content.decode()


def test_of_one_loan_one_click_disputes_it(desk: int, signed_in: SignIn) -> None:
    page = signed_in(Role.COLLECTOR).get("/console/borrowers/B-4/").content.decode()
    form = page.partition('name="kind" value="dispute"')[2].partition("</form>")[0]
    assert 'name="loan_ref" value="L-4"' in form
    assert "C07-disputed" not in page


def test_a_loan_of_somebody_else_is_refused_and_nothing_is_held(
    desk: int, signed_in: SignIn
) -> None:
    client = signed_in(Role.COLLECTOR)
    before = recorded(desk)
    refused = client.post(PAGE + "hold/", {"kind": "dispute", "loan_ref": "L-4"})
    assert (refused.status_code, held(desk)) == (409, [])
    assert [one for one in recorded(desk)[len(before) :] if one.startswith("hold.")] == []
