"""A dispute holds the disputed loan; the borrower's others follow their own state (SCREENS, holds)."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from forbear_server.selectors.actors import Role
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import ContactHold, PermitRequest
from server.desk import import_small_tape, put_on_worklist
from server.evidence import recorded
from server.outbox import HELLO, sms_sender

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
