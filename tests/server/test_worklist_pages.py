"""C06: who is next and why, what is not permitted and why, and one person at a time on a line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.test import Client
from django.test.utils import override_settings

from forbear_server.selectors.actors import Actor, Role
from forbear_server.selectors.worklists import Filters, Tab, list_worklist
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import WorklistItem
from server.conftest import NOW
from server.desk import import_small_tape, run_the_night
from server.evidence import recorded

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


@pytest.fixture
def night(qinghe: int, fresh_data_dir: Path) -> int:
    import_small_tape(fresh_data_dir)
    run_the_night()
    return qinghe


def item_of(lender: int, ref: str) -> WorklistItem:
    with lender_scope(lender):
        return WorklistItem.objects.select_related("borrower").get(borrower__ref=ref)


def row_of(item_id: int, lender: int) -> dict[str, object]:
    with lender_scope(lender):
        return dict(WorklistItem.objects.values().get(pk=item_id))


def at(moment: str) -> override_settings:
    return override_settings(DEMO_CLOCK=f"2026-11-20T{moment}:00+08:00")


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_borrower_to_call_is_under_now_and_the_stopped_one_under_later(
    night: int, signed_in: SignIn
) -> None:
    client = signed_in(Role.COLLECTOR)
    now = text_of(client, "/console/worklist/")
    later = text_of(client, "/console/worklist/?tab=later")
    assert ("B-1" in now, "B-2" in now) == (True, False)
    assert ("B-1" in later, "B-2" in later) == (False, True)


def test_a_hold_of_today_moves_the_line_to_later_and_nobody_takes_it(
    night: int, signed_in: SignIn
) -> None:
    client = signed_in(Role.COLLECTOR)
    item = item_of(night, "B-1")
    assert client.post("/console/borrowers/B-1/hold/", {"kind": "complaint"}).status_code == 302
    before = row_of(item.pk, night)
    assert "B-1" not in text_of(client, "/console/worklist/?tab=now")
    assert "暂停联系" in text_of(client, "/console/worklist/?tab=later")
    assert "已暂停联系；原因和期限见工作台。" in text_of(client, f"/console/worklist/{item.pk}/")
    assert client.post(f"/console/worklist/{item.pk}/take/").status_code == 409
    assert row_of(item.pk, night) == before


def test_only_the_surname_stands_in_the_list(night: int, signed_in: SignIn) -> None:
    page = text_of(signed_in(Role.COLLECTOR), "/console/worklist/")
    assert ("林**" in page, "林小满" in page, "19900000231" in page) == (True, False, False)


def test_a_stopped_row_shows_its_sentence_and_citation(night: int, signed_in: SignIn) -> None:
    page = text_of(signed_in(Role.COLLECTOR), "/console/worklist/?tab=later")
    assert "GB/T 45251-2025" in page
    assert "晚上十点到早上八点不联系" in page


def test_at_ten_in_the_evening_nobody_is_under_now_and_the_page_says_why(
    night: int, signed_in: SignIn
) -> None:
    client = signed_in(Role.COLLECTOR)
    with at("22:00"):
        page = text_of(client, "/console/worklist/")
    assert "C06-empty" in page
    assert "现在是 22:00" in page


def test_the_last_permitted_minute_is_21_59(night: int, signed_in: SignIn) -> None:
    client = signed_in(Role.COLLECTOR)
    with at("21:59"):
        assert "B-1" in text_of(client, "/console/worklist/")


def test_taking_a_line_locks_it_for_others(night: int, signed_in: SignIn) -> None:
    item = item_of(night, "B-1")
    first = signed_in(Role.COLLECTOR, username="ann")
    second = signed_in(Role.COLLECTOR, username="bob")
    address = f"/console/worklist/{item.pk}/"
    assert first.post(f"{address}take/").status_code == 302
    refused = second.post(f"{address}take/")
    assert refused.status_code == 409
    assert "ann 的名字 正在处理" in refused.content.decode()
    assert "C06-held" in second.get(address).content.decode()
    assert item_of(night, "B-1").taken_by_id == first.session["user_id"]
    assert recorded(night)[-1] == "case.refused"


def test_outside_the_hours_taking_is_refused_recorded_and_changes_nothing(
    night: int, signed_in: SignIn
) -> None:
    item = item_of(night, "B-1")
    client = signed_in(Role.COLLECTOR)
    with at("22:00"):
        answer = client.post(f"/console/worklist/{item.pk}/take/")
    assert answer.status_code == 409
    assert "refusal-card" in answer.content.decode()
    assert item_of(night, "B-1").state == "open"
    assert recorded(night)[-1] == "case.refused"


def test_a_line_of_an_unknown_time_zone_cannot_be_taken(night: int, signed_in: SignIn) -> None:
    item = item_of(night, "B-2")
    answer = signed_in(Role.COLLECTOR).post(f"/console/worklist/{item.pk}/take/")
    assert answer.status_code == 409
    assert item_of(night, "B-2").state == "open"


@pytest.mark.parametrize(
    ("until", "status", "state"),
    [("14:30", 302, "snoozed"), ("23:00", 409, "open"), ("09:00", 409, "open")],
)
def test_putting_off_needs_a_later_time_inside_the_hours(
    night: int, signed_in: SignIn, until: str, status: int, state: str
) -> None:
    item = item_of(night, "B-1")
    client = signed_in(Role.COLLECTOR)
    answer = client.post(
        f"/console/worklist/{item.pk}/snooze/", {"until": until, "reason": "waiting_for_payment"}
    )
    assert answer.status_code == status
    assert item_of(night, "B-1").state == state


def test_a_line_put_off_comes_back_when_its_time_has_come(night: int, signed_in: SignIn) -> None:
    item = item_of(night, "B-1")
    client = signed_in(Role.COLLECTOR)
    client.post(f"/console/worklist/{item.pk}/snooze/", {"until": "14:30", "reason": "not_reached"})
    assert "B-1" not in text_of(client, "/console/worklist/")
    with at("14:31"):
        assert "B-1" in text_of(client, "/console/worklist/")


def test_a_lead_hands_a_line_to_a_collector_who_alone_sees_it_then(
    night: int, signed_in: SignIn
) -> None:
    item = item_of(night, "B-1")
    ann = signed_in(Role.COLLECTOR, username="ann")
    bob = signed_in(Role.COLLECTOR, username="bob")
    lead = signed_in(Role.LEAD)
    bob_id = bob.session["user_id"]
    lead.post(f"/console/worklist/{item.pk}/reassign/", {"to": bob_id})
    assert bob.get(f"/console/worklist/{item.pk}/").status_code == 200
    assert ann.get(f"/console/worklist/{item.pk}/").status_code == 404
    assert ann.post(f"/console/worklist/{item.pk}/take/").status_code == 404
    assert "case.reassigned" in recorded(night)


def test_a_collector_cannot_reassign(night: int, signed_in: SignIn) -> None:
    item = item_of(night, "B-1")
    client = signed_in(Role.COLLECTOR)
    answer = client.post(
        f"/console/worklist/{item.pk}/reassign/", {"to": client.session["user_id"]}
    )
    assert answer.status_code == 409
    assert item_of(night, "B-1").assigned_to is None


def test_finishing_moves_the_line_to_done(night: int, signed_in: SignIn) -> None:
    item = item_of(night, "B-1")
    client = signed_in(Role.COLLECTOR)
    client.post(f"/console/worklist/{item.pk}/take/")
    client.post(f"/console/worklist/{item.pk}/finish/")
    assert "B-1" in text_of(client, "/console/worklist/?tab=done")
    assert recorded(night)[-3:] == ["case.taken", "case.finished", "worklist.opened"]


@pytest.mark.parametrize("verb", ["take", "release", "finish", "snooze", "reassign"])
def test_a_finished_line_takes_no_further_verb(night: int, signed_in: SignIn, verb: str) -> None:
    item = item_of(night, "B-1")
    ann = signed_in(Role.COLLECTOR, username="ann")
    address = f"/console/worklist/{item.pk}/"
    ann.post(f"{address}take/")
    ann.post(f"{address}finish/")
    before = row_of(item.pk, night)
    names = recorded(night)
    client = signed_in(Role.LEAD) if verb == "reassign" else ann
    form = {"until": "14:30", "reason": "not_reached", "to": ann.session["user_id"]}
    answer = client.post(f"{address}{verb}/", form)
    assert answer.status_code == 409
    assert "这条待办今天已经处理完成。" in answer.content.decode()
    assert row_of(item.pk, night) == before
    assert recorded(night) == [*names, "case.refused"]


@pytest.mark.parametrize("verb", ["release", "finish"])
def test_a_line_put_off_is_nobodys_to_release_or_finish(
    night: int, signed_in: SignIn, verb: str
) -> None:
    item = item_of(night, "B-1")
    client = signed_in(Role.COLLECTOR)
    address = f"/console/worklist/{item.pk}/"
    client.post(f"{address}snooze/", {"until": "14:30", "reason": "not_reached"})
    before = row_of(item.pk, night)
    assert client.post(f"{address}{verb}/").status_code == 409
    assert row_of(item.pk, night) == before
    assert recorded(night)[-1] == "case.refused"


def test_a_line_put_off_and_handed_on_can_be_taken_by_its_new_owner(
    night: int, signed_in: SignIn
) -> None:
    item = item_of(night, "B-1")
    ann = signed_in(Role.COLLECTOR, username="ann")
    bob = signed_in(Role.COLLECTOR, username="bob")
    address = f"/console/worklist/{item.pk}/"
    ann.post(f"{address}snooze/", {"until": "14:30", "reason": "not_reached"})
    signed_in(Role.LEAD).post(f"{address}reassign/", {"to": bob.session["user_id"]})
    handed = item_of(night, "B-1")
    assert (handed.state, handed.snoozed_until, handed.snooze_reason) == ("open", None, "")
    assert bob.post(f"{address}take/").status_code == 302
    assert item_of(night, "B-1").taken_by_id == bob.session["user_id"]


def test_a_resting_line_is_not_taken_for_contact(night: int, signed_in: SignIn) -> None:
    item = item_of(night, "B-1")
    with lender_scope(night):
        WorklistItem.objects.filter(pk=item.pk).update(action="watch")
    before = row_of(item.pk, night)
    answer = signed_in(Role.COLLECTOR).post(f"/console/worklist/{item.pk}/take/")
    assert answer.status_code == 409
    assert row_of(item.pk, night) == before
    assert recorded(night)[-1] == "case.refused"


def test_running_the_night_again_doubles_nothing_and_keeps_what_was_done(
    night: int, signed_in: SignIn
) -> None:
    item = item_of(night, "B-1")
    signed_in(Role.COLLECTOR).post(f"/console/worklist/{item.pk}/take/")
    with lender_scope(night):
        before = WorklistItem.objects.count()
    run_the_night()
    with lender_scope(night):
        assert WorklistItem.objects.count() == before
    assert item_of(night, "B-1").state == "taken"


def test_compliance_reads_and_cannot_take(night: int, signed_in: SignIn) -> None:
    item = item_of(night, "B-1")
    client = signed_in(Role.COMPLIANCE)
    assert "C06-actions" not in text_of(client, f"/console/worklist/{item.pk}/")
    assert client.post(f"/console/worklist/{item.pk}/take/").status_code == 403
    assert item_of(night, "B-1").state == "open"


def test_another_lenders_line_is_not_there(
    night: int, other_lender: int, signed_in: SignIn
) -> None:
    item = item_of(night, "B-1")
    client = signed_in(Role.COLLECTOR, lender_id=other_lender)
    assert client.get(f"/console/worklist/{item.pk}/").status_code == 404
    assert client.post(f"/console/worklist/{item.pk}/take/").status_code == 404
    assert "B-1" not in text_of(client, "/console/worklist/")


def test_a_fragment_comes_alone_and_full_pages_whole(night: int, signed_in: SignIn) -> None:
    client = signed_in(Role.COLLECTOR)
    fragment = client.get("/console/worklist/", headers={"HX-Request": "true"}).content.decode()
    assert (fragment.count("<html"), 'id="worklist"' in fragment) == (0, True)


def test_the_night_moves_on_with_the_clock(night: int, signed_in: SignIn) -> None:
    client = signed_in(Role.COLLECTOR)
    with override_settings(DEMO_CLOCK=datetime(2026, 11, 19, 10, 30).isoformat()):
        assert "B-1" not in text_of(client, "/console/worklist/")


def test_listing_takes_two_queries_however_long_the_list(
    night: int, make_actor: Callable[..., Actor], django_assert_num_queries: Callable[..., object]
) -> None:
    actor = make_actor("ann", Role.COLLECTOR)
    with lender_scope(night), django_assert_num_queries(2):  # type: ignore[attr-defined]
        found = list_worklist(actor, now=NOW, tab=Tab.LATER, filters=Filters())
    assert [line.borrower_ref for line in found.lines] == ["B-4", "B-2"]


def test_counts_stand_beside_the_caps_of_the_rulebooks(night: int, signed_in: SignIn) -> None:
    item = item_of(night, "B-4")
    page = text_of(signed_in(Role.COLLECTOR), f"/console/worklist/{item.pk}/")
    assert "接通 3/3 · 未接 0/6" in page
