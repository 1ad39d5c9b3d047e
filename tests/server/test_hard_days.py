"""下一位, and what follows two hard calls of a day: a light case, and a break if one likes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from forbear_server.selectors.actors import Actor, Role, find_actor
from forbear_server.selectors.breaks import HardDay, find_hard_day
from forbear_server.selectors.worklists import waiting_cases
from forbear_server.services.breaks import BreakRefused, end_break, take_break
from forbear_server.services.call_lines import note_telephones
from forbear_server.services.persons import Person, record_persons
from forbear_server.services.worklists import WorklistRefusal, take_item, take_next
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import (
    Borrower,
    Call,
    ContactHold,
    EvidenceEntry,
    Run,
    User,
    WorklistItem,
)
from server.conftest import NOW
from server.desk import import_small_tape, run_the_night
from server.telephones import begun, phones_of

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
MakeActor = Callable[..., Actor]
# By rank: two in M3, one in M1 with a hold, one in M1, one that may only be contacted later.
TWO_LOANS_IN_ARREARS = {
    "loans.csv": "L-5,B-1,易分期,CNY,100000,2026-09-30,given,0.12,,actual/360,,,\n",
    "instalments.csv": "L-5,1,2026-10-31,100000,1000,0,0\n",
}
LINES = ((75, 480), (61, 480), (10, 480), (12, 480), (5, 900))


@pytest.fixture
def desk(qinghe: int) -> int:
    with lender_scope(qinghe):
        record_persons(
            lender_id=qinghe,
            persons=[
                Person(f"B-{n}", name="林小满", phone=f"1990000023{n}", time_zone="Asia/Shanghai")
                for n in range(5)
            ],
        )
        run = Run.objects.create(
            lender_id=qinghe, business_date=NOW.date(), state="finished", seed=1
        )
        for n, (days, opens) in enumerate(LINES):
            WorklistItem.objects.create(
                lender_id=qinghe, run=run, business_date=NOW.date(), rank=n, action="call",
                borrower=Borrower.objects.get(ref=f"B-{n}"), days_past_due=days, bucket="M1",
                arrears_minor=1, outstanding_minor=1, currency="CNY", verdict="allowed",
                permitted_from_minute=opens, permitted_until_minute=1200,
            )  # fmt: skip
        ContactHold.objects.create(
            lender_id=qinghe, borrower=Borrower.objects.get(ref="B-2"), kind="hardship",
            source="collector", placed_at=NOW, evidence_id="0" * 32,
        )  # fmt: skip
    return qinghe


@pytest.fixture
def collector(desk: int, make_actor: MakeActor) -> Actor:
    return make_actor("zhou.lan", Role.COLLECTOR)


def upset_calls(actor: Actor, *moments: datetime, ref: str = "B-0") -> None:
    """Calls of this collector in which somebody was upset."""
    note_telephones(sender_id=phones_of(actor.lender_id), can_record=True, now=NOW)
    for n, moment in enumerate(moments):
        key = f"{actor.username}-{ref}-{moment.isoformat()}-{n}"
        call = begun(actor, ref, idempotency_key=key).call_id
        Call.objects.filter(pk=call).update(state="done", disposition="cut", distressed_at=moment)


def two_hard_calls(actor: Actor) -> None:
    upset_calls(actor, NOW - timedelta(minutes=40))
    upset_calls(actor, NOW - timedelta(minutes=5), ref="B-1")


def taken_by(actor: Actor) -> list[str]:
    rows = WorklistItem.objects.filter(taken_by_id=actor.user_id, state="taken").order_by("rank")
    return list(rows.values_list("borrower__ref", flat=True))


def test_next_is_the_first_by_rank_that_nobody_is_at(
    collector: Actor, make_actor: MakeActor
) -> None:
    colleague = make_actor("a.colleague", Role.COLLECTOR)
    with lender_scope(collector.lender_id):
        assert take_next(actor=collector, now=NOW).borrower_ref == "B-0"
        assert take_next(actor=colleague, now=NOW).borrower_ref == "B-1"
        assert (taken_by(collector), taken_by(colleague)) == (["B-0"], ["B-1"])
        # Contact with B-2 rests: a hold keeps it back.
        assert take_next(actor=collector, now=NOW).borrower_ref == "B-3"
        # B-4 may not be contacted yet.
        with pytest.raises(WorklistRefusal, match="nobody_next"):
            take_next(actor=collector, now=NOW)
        assert taken_by(collector) == ["B-0", "B-3"]


@pytest.mark.parametrize(
    ("disputed", "is_held"), [(["L-1"], False), (["L-5"], False), (["L-1", "L-5"], True)]
)
def test_a_disputed_loan_holds_a_case_back_when_no_other_is_in_arrears(
    qinghe: int, fresh_data_dir: Path, make_actor: MakeActor, disputed: list[str], is_held: bool
) -> None:
    import_small_tape(fresh_data_dir, more=TWO_LOANS_IN_ARREARS)
    run_the_night()
    collector = make_actor("zhou.lan", Role.COLLECTOR)
    with lender_scope(qinghe):
        for loan_ref in disputed:
            ContactHold.objects.create(
                lender_id=qinghe, borrower=Borrower.objects.get(ref="B-1"), kind="dispute",
                loan_ref=loan_ref, source="collector", placed_at=NOW, evidence_id="0" * 32,
            )  # fmt: skip
        waiting = {one.days_past_due: one.is_held for one in waiting_cases(collector, now=NOW)}
        assert waiting == {37: is_held}


def test_after_two_hard_calls_of_a_day_the_next_is_light_and_then_the_list_goes_on(
    collector: Actor, make_actor: MakeActor
) -> None:
    colleague = make_actor("a.colleague", Role.COLLECTOR)
    with lender_scope(collector.lender_id):
        two_hard_calls(collector)
        assert take_next(actor=colleague, now=NOW).borrower_ref == "B-0"
        assert take_next(actor=collector, now=NOW).borrower_ref == "B-3"
        later = NOW + timedelta(minutes=10)
        assert find_hard_day(collector, now=later) == HardDay(is_light_due=False, break_until=None)
        assert take_next(actor=collector, now=later).borrower_ref == "B-1"


def test_hard_calls_of_another_day_or_of_another_collector_do_not_count(
    collector: Actor, make_actor: MakeActor
) -> None:
    with lender_scope(collector.lender_id):
        upset_calls(collector, NOW.replace(hour=0, minute=0))
        upset_calls(collector, NOW.replace(hour=0, minute=0) - timedelta(seconds=1), ref="B-1")
        upset_calls(make_actor("a.colleague", Role.COLLECTOR), NOW, ref="B-4")
        assert not find_hard_day(collector, now=NOW).is_light_due
        upset_calls(collector, NOW, ref="B-3")
        assert find_hard_day(collector, now=NOW).is_light_due


def test_one_who_was_upset_before_is_no_light_case(collector: Actor) -> None:
    with lender_scope(collector.lender_id):
        two_hard_calls(collector)
        upset_calls(collector, NOW - timedelta(days=3), ref="B-3")
        ContactHold.objects.all().delete()
        assert take_next(actor=collector, now=NOW).borrower_ref == "B-2"


def test_a_break_is_taken_recorded_without_a_count_and_can_be_ended(collector: Actor) -> None:
    with lender_scope(collector.lender_id):
        two_hard_calls(collector)
        take_break(actor=collector, now=NOW)
        half = NOW + timedelta(minutes=2, seconds=30)
        over = NOW + timedelta(minutes=5)
        assert find_hard_day(collector, now=half).break_until == over
        assert find_hard_day(collector, now=over).break_until is None
        entry = EvidenceEntry.objects.get(name="break.taken")
        assert (entry.body, entry.about) == ({"minutes": 5}, "")
        end_break(actor=collector)
        assert find_hard_day(collector, now=half).break_until is None
        # Nothing of it stays on the account, and nobody is told.
        assert User.objects.get(pk=collector.user_id).break_until is None


def test_going_on_ends_the_break(collector: Actor) -> None:
    with lender_scope(collector.lender_id):
        two_hard_calls(collector)
        take_break(actor=collector, now=NOW)
        assert take_next(actor=collector, now=NOW).borrower_ref == "B-3"
        assert find_hard_day(collector, now=NOW) == HardDay(is_light_due=False, break_until=None)


@pytest.mark.parametrize("has_open_call", [False, True])
def test_no_break_without_hard_calls_or_while_a_call_waits(
    collector: Actor, has_open_call: bool
) -> None:
    with lender_scope(collector.lender_id):
        if has_open_call:
            two_hard_calls(collector)
            upset_calls(collector, NOW, ref="B-3")
            Call.objects.filter(borrower__ref="B-3").update(state="wrap_up")
        with pytest.raises(BreakRefused):
            take_break(actor=collector, now=NOW)
        assert User.objects.get(pk=collector.user_id).break_until is None
        assert not EvidenceEntry.objects.filter(name="break.taken").exists()
        (refused,) = EvidenceEntry.objects.filter(name="case.refused")
        assert refused.body == {"code": "break_refused"}


def test_the_pages_offer_the_break_count_it_and_lead_on(desk: int, signed_in: SignIn) -> None:
    client = signed_in(Role.COLLECTOR, username="zhou.lan")
    worklist, bench = "/console/worklist/", "/console/borrowers/B-0/"
    for page in (worklist, bench):
        text = client.get(page).content.decode()
        assert ('data-testid="next"' in text, "break-offer" in text) == (True, False)
    with lender_scope(desk):
        two_hard_calls(actor_of(desk, "zhou.lan"))
    for page in (worklist, bench):
        assert "休息 5 分钟" in client.get(page).content.decode()
    answer = client.post(worklist + "break/take/", {"back": bench})
    assert answer["Location"].partition("?")[0] == bench
    for page in (worklist, bench):
        text = client.get(page).content.decode()
        assert ("休息到 10:35" in text, "break-offer" in text) == (True, False)
    # Only to pages that show the bar.
    for back in ("https://elsewhere.example/", "//x", "/console/borrowers/B-0/?a=1", ""):
        assert client.post(worklist + "break/end/", {"back": back})["Location"] == worklist
    taken = client.post(worklist + "next/")
    assert taken["Location"].startswith("/console/borrowers/B-3/?recorded=")
    # A lead of the same team is told nothing of it.
    assert "break/" not in signed_in(Role.LEAD).get(worklist).content.decode()


def actor_of(lender: int, username: str) -> Actor:
    found = find_actor(User.objects.get(lender_id=lender, username=username).pk)
    assert found is not None
    return found


@pytest.mark.parametrize("path", ["next/", "break/take/", "break/end/"])
def test_who_works_no_list_is_refused(desk: int, signed_in: SignIn, path: str) -> None:
    clients = [(Client(), 401), (signed_in(Role.COMPLIANCE), 403), (signed_in(Role.ADMIN), 403)]
    for client, status in clients:
        assert client.post(f"/console/worklist/{path}").status_code == status
    assert signed_in(Role.COLLECTOR).get(f"/console/worklist/{path}").status_code == 405
    assert signed_in(Role.LEAD).post("/console/worklist/break/long/").status_code == 404
    with lender_scope(desk):
        assert not WorklistItem.objects.exclude(state="open").exists()


def test_with_nobody_left_the_page_says_so(desk: int, signed_in: SignIn) -> None:
    with lender_scope(desk):
        WorklistItem.objects.update(state="done")
    answer = signed_in(Role.COLLECTOR).post("/console/worklist/next/")
    assert answer.status_code == 409
    assert "现在没有可以联系、又没有人在处理的借款人。" in answer.content.decode()


def test_a_line_taken_by_hand_after_the_second_call_counts_as_gone_on(collector: Actor) -> None:
    with lender_scope(collector.lender_id):
        two_hard_calls(collector)
        item = WorklistItem.objects.get(borrower__ref="B-1")
        take_item(actor=collector, item_id=item.pk, now=NOW)
        assert not find_hard_day(collector, now=NOW).is_light_due


def test_the_same_form_sent_twice_takes_one_case(desk: int, signed_in: SignIn) -> None:
    client = signed_in(Role.COLLECTOR, username="zhou.lan")
    worklist = "/console/worklist/"

    def key() -> str:
        text = client.get(worklist).content.decode()
        return text.partition('name="key" value="')[2].partition('"')[0]

    first = {"key": key()}
    answers = [client.post(worklist + "next/", first)["Location"] for _ in range(2)]
    assert answers[0].startswith("/console/borrowers/B-0/?recorded=")
    assert answers[1] == "/console/borrowers/B-0/"
    with lender_scope(desk):
        actor = actor_of(desk, "zhou.lan")
        assert taken_by(actor) == ["B-0"]
        assert EvidenceEntry.objects.filter(name="case.taken").count() == 1
    # The form of a page opened since takes the next, and so does an old one gone back to later.
    assert client.post(worklist + "next/", {"key": key()})["Location"].startswith(
        "/console/borrowers/B-1/"
    )
    with lender_scope(desk):
        later = NOW + timedelta(seconds=11)
        assert take_next(actor=actor, now=later, form_key=first["key"]).borrower_ref == "B-3"
