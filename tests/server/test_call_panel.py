"""C07's call panel: who may call, what the page shows while somebody is on the line, how it ends."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.test import Client

from forbear.contact.calls import LineEvent
from forbear.contact.guides import GUIDE
from forbear_server.selectors.actors import Role
from forbear_server.services.call_lines import note_telephones
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import (
    Call,
    ContactHold,
    ContactPreference,
    EvidenceEntry,
    PermitRequest,
)
from server.conftest import NOW
from server.desk import import_small_tape, put_on_worklist
from server.telephones import phones_of, tell
from server.test_worklist_pages import at

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
PAGE = "/console/borrowers/B-1/"
CALL = PAGE + "call/"
WORKLIST = "/console/worklist/"
# What of the debt stands on the page: loan, amounts, days past due and bucket.
DEBT = re.compile(r"L-1|1,036|2,0[79]\d|2,850|¥|37 天|>M2<")


@pytest.fixture
def ready(qinghe: int, fresh_data_dir: Path) -> int:
    import_small_tape(fresh_data_dir)
    with lender_scope(qinghe):
        put_on_worklist(qinghe, "B-1", "B-2", "B-3", "B-4")
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
        (CALL + "line/mute/", {}),
        (CALL + "upset/", {}),
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


# What came of an earlier call, or holds contact back, in words of C07.
CAME = re.compile("承诺还款|异议核实中|答复异议")


def test_before_it_is_the_borrower_neither_calls_nor_holds_say_what_came_of_them(
    ready: int, signed_in: SignIn
) -> None:
    client = talked(ready, signed_in)
    assert client.post(CALL + "close/", {"disposition": "promised"}).status_code == 302
    with lender_scope(ready):
        Call.objects.update(asked_at=NOW - timedelta(minutes=2))
    assert client.post(CALL, {"key": "b" * 32}).status_code == 302
    happens(ready, LineEvent.RINGING, LineEvent.ANSWERED)
    client.post(PAGE + "hold/", {"kind": "dispute", "loan_ref": "L-1"})
    shown = {
        address: CAME.findall(text_of(client, address))
        for address in (PAGE, PAGE + "?show=wishes", PAGE + "?show=promise", CALL + "panel/?hid=1")
    }
    assert {address for address, words in shown.items() if words} == set()
    page = text_of(client)
    assert page.count("<b>通话</b>") == 2  # that there were calls stays, and when
    assert "<b>暂停联系</b>" in page
    assert "<b>通话</b>" not in text_of(client, PAGE + "?show=promise")
    client.post(CALL + "identity/", {"identity": "right_party"})
    assert set(CAME.findall(text_of(client))) == {"承诺还款", "异议核实中", "答复异议"}
    assert "<b>通话</b>" in text_of(client, PAGE + "?show=promise")


def test_a_call_ends_with_its_disposition(ready: int, signed_in: SignIn) -> None:
    client = signed_in(Role.COLLECTOR)
    client.post(CALL, {"key": "a" * 32})
    happens(ready, LineEvent.RINGING, LineEvent.ANSWERED)
    client.post(CALL + "identity/", {"identity": "right_party"})
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


def test_mute_and_hold_show_what_the_line_says_and_not_what_was_asked(
    ready: int, signed_in: SignIn
) -> None:
    client = signed_in(Role.COLLECTOR)
    client.post(CALL, {"key": "a" * 32})
    assert client.post(CALL + "line/mute/").status_code == 409  # nobody is on the line yet
    happens(ready, LineEvent.RINGING, LineEvent.ANSWERED)
    assert silences(client) == ("off", "off", "")
    assert client.post(CALL + "line/mute/").status_code == 302
    assert silences(client) == ("off", "off", "正在切换…")
    happens(ready, LineEvent.MUTED)
    assert last_event(ready) == "call.muted"
    assert silences(client) == ("on", "off", "已静音：对方听不到您，录音继续")
    client.post(CALL + "line/hold/")
    happens(ready, LineEvent.HELD)
    assert silences(client) == ("on", "on", "保持中：双方互相听不到，录音继续")
    client.post(CALL + "line/unmute/")
    client.post(CALL + "line/resume/")
    happens(ready, LineEvent.UNMUTED, LineEvent.RESUMED)
    assert silences(client) == ("off", "off", "")
    assert client.post(CALL + "line/transfer/").status_code == 404


def silences(client: Client) -> tuple[str, str, str]:
    page = text_of(client)
    mute = re.findall(r'data-testid="C07-mute" data-is="(\w+)"', page)[0]
    hold = re.findall(r'data-testid="C07-hold-line" data-is="(\w+)"', page)[0]
    said = re.findall(r'data-testid="C07-silence">(?:<strong>)?([^<]*)<', page)[0]
    return mute, hold, said.strip()


def test_somebody_upset_rests_the_guide_and_tells_the_lead_until_they_have_seen_it(
    ready: int, other_lender: int, signed_in: SignIn
) -> None:
    client = signed_in(Role.COLLECTOR)
    lead, other = signed_in(Role.LEAD), signed_in(Role.COMPLIANCE)
    elsewhere = signed_in(Role.LEAD, username="elsewhere", lender_id=other_lender)
    client.post(CALL, {"key": "a" * 32})
    call = happens(ready, LineEvent.RINGING, LineEvent.ANSWERED)
    assert "call-notices" in text_of(lead, WORKLIST)
    assert f'data-call="{call}"' not in text_of(lead, WORKLIST)
    assert client.post(CALL + "upset/").status_code == 302
    assert last_event(ready) == "call.distressed"
    page = text_of(client)
    assert "先停一停" in page
    assert 'data-guide="' not in page
    for address in (WORKLIST, "/console/", "/console/calls/notices/"):
        assert f'data-call="{call}"' in text_of(lead, address), address
        assert f'data-call="{call}"' not in text_of(client, address), address
        assert f'data-call="{call}"' not in text_of(other, address), address
        assert f'data-call="{call}"' not in text_of(elsewhere, address), address
    assert client.post(CALL + "upset/", {"go_on": "1"}).status_code == 302
    assert 'data-guide="who"' in text_of(client)
    seen = f"/console/calls/{call}/seen/"
    for one in (client, other, elsewhere):
        assert one.post(seen).status_code == 404
    assert signed_in(Role.STRATEGIST).post(seen).status_code == 403
    assert Client().post(seen).status_code == 401
    assert f'data-call="{call}"' in text_of(lead, WORKLIST)
    assert lead.post(seen, {"back": "/console/"})["Location"] == "/console/"
    assert last_event(ready) == "call.distress_seen"
    assert f'data-call="{call}"' not in text_of(lead, WORKLIST)


def test_the_collector_is_told_that_the_lead_knows_only_where_there_is_a_lead(
    ready: int, other_lender: int, signed_in: SignIn
) -> None:
    signed_in(Role.LEAD, username="elsewhere", lender_id=other_lender)
    client = signed_in(Role.COLLECTOR)
    client.post(CALL, {"key": "a" * 32})
    happens(ready, LineEvent.RINGING, LineEvent.ANSWERED)
    client.post(CALL + "upset/")
    told = [text_of(client), text_of(client, CALL + "panel/?hid=1")]
    assert ["本组没有组长，没有告知任何人。" in one for one in told] == [True, True]
    assert ["已告知组长" in one for one in told] == [False, False]
    signed_in(Role.LEAD)
    assert "已告知组长。" in text_of(client)


def test_notices_asked_for_again_keep_their_page_and_are_swapped_only_when_they_changed(
    ready: int, signed_in: SignIn
) -> None:
    client, lead = signed_in(Role.COLLECTOR), signed_in(Role.LEAD)
    client.post(CALL, {"key": "a" * 32})
    call = happens(ready, LineEvent.RINGING, LineEvent.ANSWERED)
    empty = polled_address(text_of(lead, "/console/"))
    assert lead.get(empty).status_code == 204
    client.post(CALL + "upset/")
    swapped = lead.get(empty)
    assert swapped.status_code == 200
    part = swapped.content.decode()
    assert "aria-live" not in part  # the live region stays where it is
    assert 'aria-live="polite"' in text_of(lead, "/console/")
    assert 'name="back" value="/console/"' in part
    assert {f'id="notice-seen-{call}"', f'id="notice-of-{call}"'} <= set(
        re.findall(r'id="notice-[^"]*"', part)
    )
    again = polled_address(part)
    assert again != empty
    assert lead.get(again).status_code == 204
    happens(ready, LineEvent.ENDED)
    assert "已结束" in lead.get(again).content.decode()
    foreign = lead.get("/console/calls/notices/", {"back": "https://evil.example/"})
    assert f'name="back" value="{WORKLIST}"' in foreign.content.decode()


def polled_address(page: str) -> str:
    """Where a page's notices are asked for again."""
    return html.unescape(re.findall(r'hx-get="(/console/calls/notices/[^"]*)"', page)[0])


def test_a_disposition_is_due_within_two_minutes_and_until_then_no_other_call_begins(
    ready: int, signed_in: SignIn
) -> None:
    client = signed_in(Role.COLLECTOR)
    client.post(CALL, {"key": "a" * 32})
    happens(ready, LineEvent.RINGING, LineEvent.ENDED, reason="no_answer")
    page = text_of(client)
    due = int((NOW + timedelta(seconds=120)).timestamp())
    assert f'data-counts-to="{due}" data-then-late' in page
    assert "data-shown-late hidden>" in page
    elsewhere = text_of(client, "/console/borrowers/B-2/")
    assert f'href="{PAGE}">B-1</a>' in elsewhere
    assert re.search(r'data-key="c" disabled', elsewhere)
    assert client.post("/console/borrowers/B-2/call/", {"key": "b" * 32}).status_code == 409
    assert counted(ready)[0] == 1
    with at("10:33"):
        assert "data-shown-late>" in text_of(client)


def test_what_acts_at_once_acts_on_confirming_whatever_becomes_of_the_note(
    ready: int, signed_in: SignIn
) -> None:
    client = signed_in(Role.COLLECTOR)
    client.post(CALL, {"key": "a" * 32})
    happens(ready, LineEvent.RINGING, LineEvent.ANSWERED)
    client.post(CALL + "identity/", {"identity": "right_party"})
    for line in GUIDE:
        client.post(CALL + "guide/", {"code": line.code})
    happens(ready, LineEvent.ENDED, reason="hung_up_by_borrower")
    said = {"disposition": "hardship_told", "step": "confirm", "note": "这个老赖"}
    confirmed = client.post(CALL + "close/", said)
    assert (confirmed.status_code, holds(ready)) == (200, ["hardship"])
    assert "这个老赖</textarea>" in confirmed.content.decode()  # what was typed stays
    page = text_of(client)
    assert 'data-testid="C07-confirmed"' in page
    assert 'value="hardship_told" data-choice="3" required checked' in page
    assert client.post(CALL + "close/", {**said, "step": "save"}).status_code == 422
    assert counted(ready)[2] == "wrap_up"
    before = events(ready)
    assert client.post(CALL + "close/", said).status_code == 200  # confirmed again: nothing twice
    assert events(ready) == before
    said = {**said, "step": "save", "note": "失业三个月"}
    assert client.post(CALL + "close/", said).status_code == 302
    assert (counted(ready)[2], holds(ready)) == ("done", ["hardship"])


@pytest.mark.parametrize(
    ("start", "end", "says"),
    [
        ("18:00", "17:00", "须早于结束时间"),
        ("18:00", "18:00", "须早于结束时间"),
        ("25:99", "26:00", "请填写约定再联系的起止时间"),
        ("10:75", "100:00", "请填写约定再联系的起止时间"),
        ("", "", "请填写约定再联系的起止时间"),
    ],
)
def test_an_agreed_time_is_one_of_the_clock_and_begins_before_it_ends(
    ready: int, signed_in: SignIn, start: str, end: str, says: str
) -> None:
    client = talked(ready, signed_in)
    said = {"disposition": "callback_agreed", "from": start, "until": end, "step": "save"}
    refused = client.post(CALL + "close/", said)
    assert refused.status_code == 422
    assert says in refused.content.decode()
    assert counted(ready)[2] == "wrap_up"
    with lender_scope(ready):
        assert ContactPreference.objects.count() == 0


def test_after_one_that_has_acted_the_page_offers_no_other(ready: int, signed_in: SignIn) -> None:
    client = talked(ready, signed_in)
    client.post(CALL + "close/", {"disposition": "complained", "step": "confirm"})
    assert re.findall(r'data-choice="(\w)"', text_of(client)) == ["5"]
    other = client.post(CALL + "close/", {"disposition": "promised", "step": "save"})
    assert other.status_code == 422
    assert "已经生效，不能改选" in other.content.decode()
    assert (counted(ready)[2], holds(ready)) == ("wrap_up", ["complaint"])


def test_links_of_a_page_that_answers_a_form_lead_to_the_page_and_not_to_the_form(
    ready: int, signed_in: SignIn
) -> None:
    client = talked(ready, signed_in)
    confirmed = client.post(CALL + "close/", {"disposition": "promised", "step": "confirm"})
    refused = client.post(CALL + "close/", {"disposition": "busy"})
    assert (confirmed.status_code, refused.status_code) == (200, 422)
    for answer in (confirmed, refused):
        links = re.findall(r'href="([^"]*)"', answer.content.decode())
        assert [one for one in links if one.startswith("?")] == []
        own = {one.partition("#")[0] for one in links if one.startswith(PAGE + "?")}
        assert {PAGE + "?show=contact", PAGE + "?channel=note", PAGE + "?channel=sms"} <= own
        for link in own:
            assert client.get(link).status_code == 200, link
    assert f'href="{PAGE}#timeline"' in text_of(client, PAGE + "?show=grievance")


def talked(lender: int, signed_in: SignIn) -> Client:
    """A collector whose call with the borrower is over and waits for its disposition."""
    client = signed_in(Role.COLLECTOR)
    client.post(CALL, {"key": "a" * 32})
    happens(lender, LineEvent.RINGING, LineEvent.ANSWERED)
    client.post(CALL + "identity/", {"identity": "right_party"})
    for line in GUIDE:
        client.post(CALL + "guide/", {"code": line.code})
    happens(lender, LineEvent.ENDED, reason="hung_up_by_borrower")
    return client


def events(lender: int) -> list[str]:
    with lender_scope(lender):
        rows = EvidenceEntry.objects.exclude(name="borrower.read").order_by("id")
        return list(rows.values_list("name", flat=True))


def holds(lender: int) -> list[str]:
    with lender_scope(lender):
        return list(ContactHold.objects.values_list("kind", flat=True))


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
