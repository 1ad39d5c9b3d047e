"""善还分 on the desk: nights, appeals, reward policies by two people with their cost first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client

from forbear_server.selectors.actors import Actor, Role
from forbear_server.selectors.reward_policies import list_policies
from forbear_server.selectors.standings import find_standing
from forbear_server.services.behaviour import ReportedEvent, take_behaviour_event
from forbear_server.services.reward_policies import decide_policy
from forbear_server.services.standings import AppealRefused, decide_appeal, receive_appeal
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import RewardPolicy, Standing, StandingAppeal
from server import desk
from server.conftest import NOW
from server.evidence import recorded

pytestmark = pytest.mark.django_db
PATH = "/console/scorecards/standing/"
POLICY = """format: forbear-rewards/1
lender: qinghe
version: 1
in_force_from: 2026-11-01
currency: CNY
offered_after_days: 3
rewards:
  - id: discount
    kind: rate_discount
    from_points: 620
    discount_annual: "0.01"
    rule: { zh-Hans: "620 分起，年利率低 1 个百分点", en: "From 620: one point off the rate" }
"""
# Three instalments paid on their day, the fourth still open 41 days after its due date.
LOAN = "L-3,B-3,易分期,CNY,100000,2026-06-10,given,0.12,,actual/360,,,\n"
INSTALMENTS = "".join(
    f"L-3,{n},2026-{month:02d}-10,25000,250,0,0\n" for n, month in enumerate((7, 8, 9, 10), 1)
)
PAYMENTS = "".join(f"L-3,P-3{n},2026-{n:02d}-10,25250,payment,\n" for n in (7, 8, 9))


@pytest.fixture
def book(qinghe: int, fresh_data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    tape = dict(desk.TAPE)
    tape["loans.csv"] = re.sub(r"L-3,.*\n", LOAN, tape["loans.csv"])
    tape["instalments.csv"] = re.sub(r"L-3,.*\n", INSTALMENTS, tape["instalments.csv"])
    tape["payments.csv"] += PAYMENTS
    monkeypatch.setattr(desk, "TAPE", tape)
    desk.import_small_tape(fresh_data_dir)
    yield qinghe


@pytest.fixture
def writer(book: int, signed_in: Callable[..., Client]) -> Client:
    return signed_in(Role.STRATEGIST, username="ye.qing")


@pytest.fixture
def officer(book: int, make_actor: Callable[..., Actor]) -> Actor:
    return make_actor("jiang.ping", Role.COMPLIANCE)


def upload(client: Client, text: str = POLICY) -> int:
    return client.post(
        f"{PATH}add/", {"policy": SimpleUploadedFile("p.yaml", text.encode())}
    ).status_code


def policy_state(lender: int) -> list[tuple[int, str]]:
    with lender_scope(lender):
        return [(row.version, row.state) for row in list_policies()]


def put_policy_in_force(lender: int, writer: Client, officer: Actor) -> None:
    assert upload(writer) == 302
    with lender_scope(lender):
        chosen: UUID = list_policies()[0].uuid
        decide_policy(actor=officer, policy_uuid=chosen, verb="approve", note="", now=NOW)


def standings(lender: int) -> dict[str, tuple[int, str]]:
    with lender_scope(lender):
        return {row.borrower.ref: (row.points, row.tier) for row in Standing.objects.all()}


def test_without_an_offer_of_help_lateness_takes_nothing(book: int) -> None:
    desk.run_the_night()
    # 30 x 227/360 + 31 x 258/360 + 31 x 289/360, each rounded: 19 + 22 + 25
    assert standings(book) == {"B-3": (666, "starting")}
    assert recorded(book).count("standing.changed") == 0
    assert "standings.recorded" in recorded(book)


def test_lateness_counts_from_the_day_help_is_offered(
    book: int, writer: Client, officer: Actor
) -> None:
    put_policy_in_force(book, writer, officer)
    desk.run_the_night()
    assert standings(book) == {"B-3": (636, "starting")}  # 38 days after the offer: 30 less


def test_an_appeal_takes_the_instalment_out_until_it_is_refused(
    book: int, writer: Client, officer: Actor, make_actor: Callable[..., Actor]
) -> None:
    put_policy_in_force(book, writer, officer)
    lead = make_actor("lu.chuan", Role.LEAD)
    with lender_scope(book):
        desk.run_the_night()
        receive_appeal(
            actor=lead, loan_ref="L-3", due_on=date(2026, 10, 10), reason="paid_on_time", now=NOW
        )
        row = StandingAppeal.objects.get()
        with pytest.raises(AppealRefused, match="under review already"):
            receive_appeal(
                actor=lead, loan_ref="L-3", due_on=row.due_on, reason="bank_failed", now=NOW
            )
        with pytest.raises(AppealRefused, match="Only compliance"):
            decide_appeal(actor=lead, appeal_uuid=row.uuid, upheld=True, now=NOW)
        assert StandingAppeal.objects.get().state == "received"
        decide_appeal(actor=officer, appeal_uuid=row.uuid, upheld=False, now=NOW)
        with pytest.raises(AppealRefused, match="no open appeal"):
            decide_appeal(actor=officer, appeal_uuid=row.uuid, upheld=True, now=NOW)
        for due_on, says in (
            (date(2026, 10, 10), "decided already"),
            (date(1999, 1, 1), "no instalment due"),
        ):
            with pytest.raises(AppealRefused, match=says):
                receive_appeal(
                    actor=lead, loan_ref="L-3", due_on=due_on, reason="paid_on_time", now=NOW
                )
    names = recorded(book)
    assert (names.count("standing.appeal_decided"), names.count("standing.appeal_refused")) == (
        1,
        5,
    )


def test_the_loan_page_adds_the_reasons_up_and_shows_what_an_appeal_does(
    book: int, writer: Client, officer: Actor, signed_in: Callable[..., Client]
) -> None:
    put_policy_in_force(book, writer, officer)
    desk.run_the_night()
    client = signed_in(Role.LEAD)
    page = client.get("/console/loans/L-3/").content.decode()
    parts = [int(text) for text in re.findall(r"data-standing-points>(-?\d+)<", page)]
    assert parts == [600, 66, -30]
    assert '<b data-testid="C07-standing-points">636</b>' in page
    assert "620 分起，年利率低 1 个百分点" in page
    asked = {"due_on": "2026-10-10", "reason": "paid_on_time"}
    assert client.post("/console/loans/L-3/appeal/", asked).status_code == 302
    page = client.get("/console/loans/L-3/").content.decode()
    assert '<b data-testid="C07-standing-points">666</b>' in page
    assert "复核中，这一期暂不计分" in page


def test_who_may_appeal_and_decide(
    book: int, other_lender: int, signed_in: Callable[..., Client]
) -> None:
    desk.run_the_night()
    address = "/console/loans/L-3/appeal/"
    asked = {"due_on": "2026-10-10", "reason": "paid_on_time"}
    assert Client().post(address, asked).status_code == 401
    assert signed_in(Role.STRATEGIST).post(address, asked).status_code == 403
    assert signed_in(Role.COMPLIANCE).post(address, asked).status_code == 403
    other = signed_in(Role.LEAD, lender_id=other_lender, username="other.lead")
    assert other.post(address, asked).status_code == 404
    lead = signed_in(Role.LEAD)
    for wrong in ({**asked, "due_on": "x"}, {**asked, "reason": "because"}):
        assert "refused=appeal" in lead.post(address, wrong).headers["Location"]
    with lender_scope(book):
        assert not StandingAppeal.objects.exists()
    assert lead.post(address, asked).status_code == 302
    with lender_scope(book):
        appeal = StandingAppeal.objects.get()
    decide = f"{address}{appeal.uuid}/uphold/"
    assert lead.post(decide).status_code == 403
    checker = signed_in(Role.COMPLIANCE, username="second.officer")
    assert checker.post(decide).status_code == 302
    with lender_scope(book):
        assert StandingAppeal.objects.get().state == "upheld"


def test_a_policy_tells_its_cost_before_anybody_may_approve_it(
    book: int, writer: Client, officer: Actor, signed_in: Callable[..., Client]
) -> None:
    assert upload(writer) == 302
    assert policy_state(book) == [(1, "submitted")]
    with lender_scope(book):
        costs = RewardPolicy.objects.get().costs
    # nothing is owed after 2026-11-20 by the one person above 620 points: the discount costs nothing
    assert (costs[0]["people"], costs[0]["yearly_minor"]) == (4, 0)
    assert costs[0]["rewards"][0]["people"] == 1
    page = signed_in(Role.COMPLIANCE).get(PATH).content.decode()
    assert "620 分起，年利率低 1 个百分点" in page


def test_nobody_approves_their_own_policy(book: int, writer: Client, officer: Actor) -> None:
    assert upload(writer) == 302
    with lender_scope(book):
        chosen = list_policies()[0].uuid
    assert writer.post(f"{PATH}{chosen}/approve/").status_code == 409
    with (
        lender_scope(book),
        pytest.raises(DatabaseError, match="approves_their_own"),
        transaction.atomic(),
    ):
        RewardPolicy.objects.update(state="approved", decided_by_id=list_policies()[0].added_by_id)
    assert policy_state(book) == [(1, "submitted")]
    assert recorded(book)[-1] == "reward_policy.refused"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("rate_discount", "fewer_complaints"), "变相惩罚"),
        (("lender: qinghe", "lender: yunshan"), "另一家机构"),
        (("currency: CNY", "currency: USD"), "币种"),
        (('"0.01"', "0.01"), "奖励规则文件有误"),
    ],
)
def test_a_faulty_or_punishing_policy_is_refused_and_not_kept(
    book: int, writer: Client, change: tuple[str, str], says: str
) -> None:
    answer = writer.post(
        f"{PATH}add/",
        {"policy": SimpleUploadedFile("p.yaml", POLICY.replace(*change).encode())},
    )
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert policy_state(book) == []
    assert recorded(book)[-1] == "reward_policy.refused"


def test_policies_by_role_and_lender(
    book: int, other_lender: int, writer: Client, signed_in: Callable[..., Client]
) -> None:
    assert upload(writer) == 302
    with lender_scope(book):
        chosen = list_policies()[0].uuid
    assert Client().get(PATH).status_code == 401
    assert upload(Client()) == 401
    for role in (Role.COLLECTOR, Role.COMPLAINTS, Role.ADMIN):
        client = signed_in(role)
        assert (client.get(PATH).status_code, upload(client)) == (403, 403)
    lead = signed_in(Role.LEAD)
    assert (lead.get(PATH).status_code, upload(lead)) == (200, 403)
    other = signed_in(Role.COMPLIANCE, lender_id=other_lender)
    assert "620" not in other.get(PATH).content.decode()
    assert other.post(f"{PATH}{chosen}/approve/").status_code == 404
    assert policy_state(book) == [(1, "submitted")]


def test_what_the_desk_was_told_counts_on_the_page_as_in_the_night(
    book: int, writer: Client, officer: Actor, make_actor: Callable[..., Actor]
) -> None:
    put_policy_in_force(book, writer, officer)
    admin = make_actor("gao.ning", Role.ADMIN)

    def tell(number: int, kind: str, day: date, amount: int | None = None) -> None:
        take_behaviour_event(
            actor=admin,
            event=ReportedEvent(
                loan_ref="L-3",
                kind=kind,
                happened_on=day,
                event_id=f"event-{number}",
                amount_minor=amount,
            ),
            now=NOW,
        )

    def told() -> int:
        return find_standing(officer, "B-3", as_of=NOW.date()).standing.points

    with lender_scope(book):
        assert told() == 636
        tell(1, "dispute", date(2026, 10, 5))
        assert told() == 666  # under review since before the due date: no late day counts
        tell(2, "dispute_decided", date(2026, 10, 20))
        assert told() == 636  # 31 days after the offer of 10-13, less seven under review, and so on
        tell(3, "hardship_approved", date(2026, 10, 10))
        assert told() == 666
        tell(4, "promise_kept", date(2026, 11, 20))
        assert told() == 676
    desk.run_the_night()
    assert standings(book) == {"B-3": (676, "starting")}


def test_a_policy_counts_from_its_own_first_day(book: int, writer: Client, officer: Actor) -> None:
    later = POLICY.replace("2026-11-01", "2027-06-01")
    assert upload(writer, later) == 302
    with lender_scope(book):
        decide_policy(
            actor=officer, policy_uuid=list_policies()[0].uuid, verb="approve", note="", now=NOW
        )
    desk.run_the_night()
    assert standings(book) == {"B-3": (666, "starting")}
