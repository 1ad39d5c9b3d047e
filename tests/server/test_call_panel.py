"""C07's call panel: who may call, what the page shows while somebody is on the line, how it ends."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.test import Client

from forbear.contact.calls import GUIDE, LineEvent
from forbear_server.selectors.actors import Role
from forbear_server.services.call_lines import note_telephones
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import Call, EvidenceEntry, PermitRequest
from server.conftest import NOW
from server.desk import import_small_tape, run_the_night
from server.telephones import phones_of, tell
from server.test_worklist_pages import at

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
PAGE = "/console/borrowers/B-1/"
CALL = PAGE + "call/"
# What of the debt stands on the page: loan, amounts, days past due and bucket.
DEBT = re.compile(r"L-1|1,036|2,0[79]\d|2,850|¥|37 天|>M2<")


@pytest.fixture
def ready(qinghe: int, fresh_data_dir: Path) -> int:
    import_small_tape(fresh_data_dir)
    run_the_night()
    with lender_scope(qinghe):
        note_telephones(sender_id=phones_of(qinghe), can_record=True, now=NOW)
    return qinghe


def counted(lender: int) -> tuple[int, int, str]:
    with lender_scope(lender):
        states = ",".join(Call.objects.values_list("state", flat=True))
        return Call.objects.count(), PermitRequest.objects.count(), states


def last_event(lender: int) -> str:
    with lender_scope(lender):
        return str(EvidenceEntry.objects.order_by("-id").values_list("name", flat=True)[0])


def happens(lender: int, *kinds: LineEvent, reason: str = "") -> UUID:
    with lender_scope(lender):
        call = UUID(str(Call.objects.latest("asked_at").pk))
        tell(lender, call, *kinds, reason=reason)
    return call


def text_of(client: Client, address: str = PAGE) -> str:
    return str(client.get(address).content.decode())


def test_who_may_not_call_changes_nothing(ready: int, other_lender: int, signed_in: SignIn) -> None:
    mine = signed_in(Role.COLLECTOR, username="wang.min")
    assert mine.post(CALL, {"key": "a" * 32}).status_code == 302
    call = happens(ready, LineEvent.RINGING, LineEvent.ANSWERED)
    before = counted(ready)
    others = [
        (Client(), {401}),
        (signed_in(Role.STRATEGIST), {403}),
        (signed_in(Role.COMPLIANCE), {403, 409, 422}),
        (signed_in(Role.COLLECTOR, username="elsewhere", lender_id=other_lender), {404}),
        (signed_in(Role.COLLECTOR, username="zhou.other"), {404, 409}),
    ]
    writes = [
        (CALL, {"key": "b" * 32}),
        (CALL + "end/", {}),
        (CALL + "identity/", {"identity": "right_party"}),
        (CALL + "guide/", {"code": "who"}),
        (CALL + "close/", {"disposition": "promised"}),
        (f"{PAGE}calls/{call}/recording/", {}),
    ]
    for client, statuses in others:
        for address, body in writes:
            assert client.post(address, body).status_code in statuses, address
    assert counted(ready) == before
    nobody = mine.post("/console/borrowers/B-99/call/", {"key": "c" * 32})
    assert nobody.status_code == 404


def test_while_somebody_is_on_the_line_the_page_says_nothing_of_a_debt_before_it_is_the_borrower(
    ready: int, signed_in: SignIn
) -> None:
    client = signed_in(Role.COLLECTOR)
    page = text_of(client)
    assert DEBT.search(page)
    assert 'data-state="ready"' in page
    assert client.post(CALL, {"key": "a" * 32}).status_code == 302
    for kinds, state in (
        ((), "dialling"),
        ((LineEvent.RINGING,), "ringing"),
        ((LineEvent.ANSWERED, LineEvent.RECORDING), "connected"),
    ):
        happens(ready, *kinds)
        page = text_of(client)
        assert f'data-state="{state}"' in page
        assert DEBT.search(page) is None, DEBT.search(page)
        assert "199****0231" in page
        assert "19900000231" not in page
    assert "录音中" in page
    spoken = set(re.findall(r'data-guide="(\w+)"', page))
    assert spoken == {line.code for line in GUIDE if not line.speaks_of_debt}
    polled = client.get(
        CALL + "panel/?hid=1", headers={"X-Forbear-Poll": "1", "HX-Request": "true"}
    )
    assert (polled.status_code, polled.get("HX-Refresh")) == (200, None)
    assert DEBT.search(polled.content.decode()) is None
    assert client.post(CALL + "identity/", {"identity": "right_party"}).status_code == 302
    assert last_event(ready) == "right_party_contact.confirmed"
    page = text_of(client)
    assert DEBT.search(page)
    assert set(re.findall(r'data-guide="(\w+)"', page)) == {line.code for line in GUIDE}
    # Another window that still shows the page without money is told to load it anew.
    polled = client.get(CALL + "panel/?hid=1")
    assert (polled.status_code, polled["HX-Refresh"]) == (200, "true")


def test_a_call_ends_with_its_disposition(ready: int, signed_in: SignIn) -> None:
    client = signed_in(Role.COLLECTOR)
    client.post(CALL, {"key": "a" * 32})
    happens(ready, LineEvent.RINGING, LineEvent.ANSWERED)
    client.post(CALL + "identity/", {"identity": "right_party"})
    assert "先停一停" in text_of(client, PAGE + "?upset=1")
    assert client.post(CALL + "end/").status_code == 302
    assert "正在结束" in text_of(client)
    happens(ready, LineEvent.ENDED, reason="ended_by_collector")
    polled = client.get(CALL + "panel/?hid=0")
    assert (polled.status_code, polled["HX-Refresh"]) == (286, "true")
    page = text_of(client)
    assert 'data-state="wrap_up"' in page
    assert re.findall(r'data-choice="(\w)"', page) == list("123456789bcd")
    said = {"disposition": "promised", "note": "25 号发工资后还"}
    unsaid = client.post(CALL + "close/", said)
    assert unsaid.status_code == 422
    assert "必说的几句" in unsaid.content.decode()
    assert "25 号发工资后还" in unsaid.content.decode()
    assert counted(ready) == (1, 1, "wrap_up")
    for line in GUIDE:
        assert client.post(CALL + "guide/", {"code": line.code}).status_code == 302
    insulted = client.post(CALL + "close/", {**said, "note": "这个老赖"})
    assert insulted.status_code == 422
    assert client.post(CALL + "close/", said).status_code == 302
    assert last_event(ready) == "disposition.recorded"
    page = text_of(client)
    assert 'data-state="ready"' in page
    assert "本人·承诺还款" in page


def test_a_call_the_rules_or_the_recorder_refuse_is_not_placed_and_says_why(
    ready: int, signed_in: SignIn
) -> None:
    client = signed_in(Role.COLLECTOR)
    full = client.post("/console/borrowers/B-4/call/", {"key": "a" * 32})
    assert full.status_code == 409
    assert "CN-GBT45251-FREQ-INTERACTIVE" in full.content.decode()
    assert "下次可联系" in full.content.decode()
    late = NOW.replace(hour=22, minute=0)
    with at("22:00"), lender_scope(ready):
        note_telephones(sender_id=phones_of(ready), can_record=True, now=late)
        refused = client.post(CALL, {"key": "b" * 32})
    assert refused.status_code == 409
    assert "CN-GBT45251-HOURS" in refused.content.decode()
    for can_record, seen_at in ((False, NOW), (True, NOW - timedelta(seconds=6))):
        with lender_scope(ready):
            note_telephones(sender_id=phones_of(ready), can_record=can_record, now=seen_at)
        page = text_of(client)
        assert "录音不可用，不能拨打" in page
        assert 'data-state="not_ready"' in page
        unrecorded = client.post(CALL, {"key": "c" * 32})
        assert unrecorded.status_code == 409
        assert "录音不可用" in unrecorded.content.decode()
    assert counted(ready)[0] == 0
    assert last_event(ready) in {"call.refused", "borrower.read"}
