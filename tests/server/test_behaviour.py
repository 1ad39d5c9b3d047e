"""Events scored at once, warnings and their closing: API and pages, by role; the night beside them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings

from forbear.scoring.axes import Axis
from forbear_server.jobs import nightly
from forbear_server.jobs.nightly import run_nightly
from forbear_server.selectors.actors import Actor, Role
from forbear_server.selectors.evidence import EvidenceFilter, list_entries, opened_fields
from forbear_server.selectors.score_histories import told_since
from forbear_server.services.api_tokens import add_token
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import BehaviourEvent, EarlyWarning, EvidenceEntry, LoanScore
from forbear_server.ui.clock import wall_now
from server.conftest import NOW
from server.desk import import_small_tape, run_the_night
from server.evidence import newest, recorded
from server.scores import put_in_use, warning_card

pytestmark = pytest.mark.django_db
PATH = "/v1/behaviour-events"
PAYMENT = {
    "event_id": "PAY-1",
    "loan_ref": "L-2",
    "kind": "payment",
    "happened_on": "2026-11-20",
    "amount_minor": 101_000,
}


@pytest.fixture
def desk(qinghe: int, make_actor: Callable[..., Actor], fresh_data_dir: Path) -> Iterator[int]:
    """The small tape with the small card in use; no night has run."""
    import_small_tape(fresh_data_dir)
    with lender_scope(qinghe):
        put_in_use(make_actor("ye.qing", Role.STRATEGIST), make_actor("jiang", Role.COMPLIANCE))
    yield qinghe


@pytest.fixture
def token(make_actor: Callable[..., Actor]) -> Callable[..., str]:
    def make(role: Role, *, lender_id: int = 0) -> str:
        actor = make_actor(f"api.{role}.{lender_id}", role, lender_id=lender_id)
        return add_token(username=actor.username, name=f"t-{role}", now=wall_now())

    return make


def tell(text: str | None, **changes: Any) -> Any:
    headers = {} if text is None else {"Authorization": f"Bearer {text}"}
    body = {**PAYMENT, **changes}
    return Client().post(PATH, body, content_type="application/json", headers=headers)


def events(lender: int) -> list[tuple[str, str]]:
    with lender_scope(lender):
        return list(BehaviourEvent.objects.order_by("loan_ref").values_list("loan_ref", "kind"))


def warnings(lender: int) -> dict[str, tuple[str, str, int, list[str]]]:
    with lender_scope(lender):
        return {
            row.loan_ref: (row.state, row.cause, row.points, row.helps)
            for row in EarlyWarning.objects.order_by("loan_ref")
        }


def test_without_a_token_or_the_role_nothing_is_kept(desk: int, token: Callable[..., str]) -> None:
    assert tell(None).status_code == 401
    assert tell("fbr_made_up").status_code == 401
    for role in (Role.STRATEGIST, Role.COMPLAINTS, Role.COMPLIANCE):
        answer = tell(token(role))
        assert (answer.status_code, answer.json()["type"]) == (403, "role_missing")
        assert recorded(desk)[-1] == "access.refused"
    assert events(desk) == []


def test_another_lenders_loan_and_an_unseen_one_are_as_if_absent(
    desk: int, other_lender: int, token: Callable[..., str]
) -> None:
    for text in (token(Role.ADMIN, lender_id=other_lender), token(Role.COLLECTOR)):
        answer = tell(text)
        assert (answer.status_code, answer.json()["type"]) == (404, "loan_unknown")
    assert tell(token(Role.ADMIN), loan_ref="L-none").status_code == 404
    assert events(desk) == []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"happened_on": "2026-11-21"}, "lies ahead"),
        ({"amount_minor": 0}, "above zero"),
        ({"amount_minor": None}, "above zero"),
        ({"kind": "complaint"}, "has no amount"),
    ],
)
def test_an_impossible_event_is_refused_and_not_kept(
    desk: int, token: Callable[..., str], changes: dict[str, Any], says: str
) -> None:
    answer = tell(token(Role.ADMIN), **changes)
    assert (answer.status_code, answer.json()["type"]) == (422, "behaviour_refused")
    assert says in answer.json()["title"]
    assert events(desk) == []
    assert recorded(desk)[-1] == "behaviour.refused"


def test_a_payment_scores_the_loan_at_once(desk: int, token: Callable[..., str]) -> None:
    answer = tell(token(Role.ADMIN))
    assert answer.status_code == 201
    # paid ten days late: nothing past due any more, one instalment late in 90 days: 800 - 25
    told = answer.json()
    assert (told["points"], told["points_before"], told["probability_ppm"]) == (775, None, 60_000)
    assert (told["warning_id"], told["is_new"]) == (None, True)
    with lender_scope(desk):
        row = LoanScore.objects.get()
        assert (row.loan_ref, row.points, row.cause) == ("L-2", 775, "payment")
        assert row.facts == {"days_past_due": 0, "late_1_plus_90d": 1}
        assert newest("score.issued")["scorecard"] == "book-early-warning/1"
        assert newest("behaviour.reported") == {"kind": "payment"}


def test_a_quotient_among_the_facts_is_kept_and_logged(
    qinghe: int, make_actor: Callable[..., Actor], fresh_data_dir: Path, token: Callable[..., str]
) -> None:
    import_small_tape(fresh_data_dir)
    mean = replace(
        warning_card().characteristics[0],
        name="days_late_mean",
        axes=(Axis(input="days_late_mean", edges=(1.0, 8.0)),),
        points=(0, -10, -20, -5),
    )
    with lender_scope(qinghe):
        put_in_use(
            make_actor("ye.qing", Role.STRATEGIST),
            make_actor("jiang", Role.COMPLIANCE),
            warning_card(characteristics=(mean,)),
        )
    # the one instalment was met ten days late
    assert tell(token(Role.ADMIN)).json()["points"] == 780
    with lender_scope(qinghe):
        assert LoanScore.objects.get().facts == {"days_late_mean": 10.0}
        line = list_entries(
            make_actor("second", Role.COMPLIANCE), EvidenceFilter(event="score.issued"), page=1
        ).lines[0]
        opened = opened_fields(make_actor("third", Role.COMPLIANCE), line)
    assert opened["facts"].value == {"days_late_mean": "10.0"}


def test_the_same_event_twice_counts_once(desk: int, token: Callable[..., str]) -> None:
    text = token(Role.ADMIN)
    first = tell(text).json()
    again = tell(text)
    assert (again.status_code, again.json()["is_new"]) == (200, False)
    assert again.json()["id"] == first["id"]
    assert events(desk) == [("L-2", "payment")]
    other = tell(text, amount_minor=5)
    assert (other.status_code, other.json()["type"]) == (422, "behaviour_refused")
    assert recorded(desk).count("score.issued") == 1


def test_the_night_warns_of_the_likeliest_and_offers_help_first(desk: int) -> None:
    run_the_night()
    # L-1 is past 30 days already; L-3 owes nothing yet. 800 - 120 - 25 for the two others.
    with lender_scope(desk):
        scores = dict(LoanScore.objects.values_list("loan_ref", "points"))
    assert scores == {"L-2": 655, "L-3": 800, "L-4": 655}
    assert warnings(desk) == {
        "L-2": ("open", "night", 655, ["relief_conversation", "part_payment_arrangement"]),
        "L-4": (
            *("open", "night", 655),
            ["relief_conversation", "part_payment_arrangement"],
        ),
    }
    with lender_scope(desk):
        assert newest("scores.recorded")["raised"] == 2


@override_settings(WARNINGS_PER_DAY=1)
def test_no_more_warnings_than_people_can_help_with(desk: int) -> None:
    run_the_night()
    assert list(warnings(desk)) == ["L-2"]  # equally likely: the lower id
    with lender_scope(desk):
        body = newest("scores.recorded")
        assert (body["raised"], body["held_back"]) == (1, 1)


@override_settings(WARNINGS_PER_DAY=0)
def test_a_complaint_always_warns_and_never_costs_points(
    desk: int, token: Callable[..., str]
) -> None:
    run_the_night()
    answer = tell(
        token(Role.ADMIN), event_id="COM-1", loan_ref="L-3", kind="complaint", amount_minor=None
    )
    told = answer.json()
    assert (answer.status_code, told["points"], told["points_before"]) == (201, 800, 800)
    assert warnings(desk) == {"L-3": ("open", "complaint", 800, ["answer_complaint"])}


def test_the_night_and_an_event_say_the_same(desk: int, token: Callable[..., str]) -> None:
    at_once = tell(token(Role.ADMIN)).json()["points"]
    run_the_night()
    with lender_scope(desk):
        assert LoanScore.objects.get(loan_ref="L-2").points == at_once == 775
        assert LoanScore.objects.get(loan_ref="L-2").points_before == 775


def test_an_open_warning_makes_the_loan_visible_to_who_can_help(
    desk: int, token: Callable[..., str], signed_in: Callable[..., Client]
) -> None:
    collector = signed_in(Role.COLLECTOR)
    assert collector.get("/console/loans/L-3/").status_code == 404
    tell(token(Role.ADMIN), event_id="COM-1", loan_ref="L-3", kind="hardship", amount_minor=None)
    page = collector.get("/console/loans/L-3/").content.decode()
    assert 'data-testid="C07-warning"' in page
    assert "主动了解困难，介绍可申请的帮扶" in page


def test_the_score_of_the_loan_page_adds_up(desk: int, signed_in: Callable[..., Client]) -> None:
    run_the_night()
    page = signed_in(Role.COMPLIANCE).get("/console/loans/L-4/").content.decode()
    parts = [int(text.replace(",", "")) for text in re.findall(r"data-points>([-\d,]+)<", page)]
    assert parts == [800, -120, -25]
    assert '<b data-testid="C07-points">655</b>' in page
    assert "先补上最早逾期的一期（+120）" in page


def test_the_overview_names_persons_only_to_who_may_see_them(
    desk: int, signed_in: Callable[..., Client]
) -> None:
    run_the_night()
    shown = signed_in(Role.LEAD).get("/console/").content.decode()
    assert 'data-testid="C02-attention"' in shown and "周**" in shown and "L-4" in shown
    counted = signed_in(Role.STRATEGIST).get("/console/").content.decode()
    assert "2 条早期预警" in counted
    assert "周**" not in counted and "/console/loans/L-4/" not in counted


def test_a_warning_is_closed_with_the_help_that_was_given(
    desk: int, signed_in: Callable[..., Client]
) -> None:
    run_the_night()
    client = signed_in(Role.COLLECTOR)
    address = "/console/loans/L-2/warning/"
    assert Client().post(address, {"word": "nothing_needed"}).status_code == 401
    assert signed_in(Role.COMPLIANCE).post(address).status_code == 403
    assert signed_in(Role.STRATEGIST).post(address).status_code == 403
    refused = client.post(address, {"word": "call_again_and_again"})
    assert "refused=warning_word_unknown" in refused.headers["Location"]
    assert warnings(desk)["L-2"][0] == "open"
    assert client.post(address, {"word": "relief_conversation"}).status_code == 302
    assert warnings(desk)["L-2"][0] == "helped"
    names = recorded(desk)
    assert names[-1] == "early_warning.helped"
    assert names.count("early_warning.refused") == 1
    again = client.post(address, {"word": "nothing_needed"})
    assert again.headers["Location"].endswith("?refused=warning_closed#warning")
    assert warnings(desk)["L-2"][0] == "helped"


def test_another_lender_cannot_close_a_warning(
    desk: int, other_lender: int, signed_in: Callable[..., Client]
) -> None:
    run_the_night()
    client = signed_in(Role.COLLECTOR, lender_id=other_lender)
    assert client.post("/console/loans/L-2/warning/", {"word": "wrong_data"}).status_code == 404
    assert warnings(desk)["L-2"][0] == "open"


def test_scores_and_warnings_of_another_lender_are_closed_by_the_database(
    desk: int, other_lender: int
) -> None:
    run_the_night()
    with lender_scope(other_lender):
        assert not LoanScore.objects.exists()
        assert not EarlyWarning.objects.exists()
        assert not EvidenceEntry.objects.filter(name="scores.recorded").exists()


def test_the_card_page_shows_how_far_the_night_is_from_training(
    desk: int, signed_in: Callable[..., Client]
) -> None:
    run_the_night()
    with lender_scope(desk):
        card = LoanScore.objects.values_list("score_card_id", flat=True)[0]
        assert newest("scorecard.drift_noted")["rows"] == 2
    page = signed_in(Role.LEAD).get(f"/console/scorecards/{card}/").content.decode()
    assert 'data-testid="C17-drift"' in page
    # two of three loans are 10 and 20 days late, against 40 of 400 in training
    assert "目前逾期天数" in page[page.index('data-testid="C17-drift"') :]


@pytest.mark.parametrize(
    "changes",
    [
        {"amount_minor": 10**30},
        {"event_id": "E-\x00NUL"},
        {"happened_on": "1200-01-01"},
        {"kind": "shouting"},
    ],
)
def test_what_is_not_of_the_form_is_told_so(
    desk: int, token: Callable[..., str], changes: dict[str, Any]
) -> None:
    answer = tell(token(Role.ADMIN), **changes)
    assert (answer.status_code, answer.json()["type"]) == (422, "request_invalid")
    assert events(desk) == []


def test_a_loan_past_the_outcome_gets_no_score_and_no_warning(
    desk: int, token: Callable[..., str]
) -> None:
    answer = tell(
        token(Role.ADMIN), loan_ref="L-1", kind="failed_debit", amount_minor=None, event_id="FD-1"
    )
    assert (answer.status_code, answer.json()["points"]) == (201, None)
    assert warnings(desk) == {}
    with lender_scope(desk):
        assert not LoanScore.objects.exists()


def test_an_older_night_made_again_replaces_nothing(desk: int) -> None:
    run_the_night()
    run_nightly(
        lender_code="qinghe",
        business_date=date(2026, 11, 1),
        at=NOW,
        clock=lambda: NOW,
        capacity=60,
    )
    with lender_scope(desk):
        assert dict(LoanScore.objects.values_list("loan_ref", "points")) == {
            "L-2": 655,
            "L-3": 800,
            "L-4": 655,
        }


def test_what_is_told_while_the_night_runs_is_not_overwritten(
    desk: int, token: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = token(Role.ADMIN)
    publish = nightly.publish_scores

    def told_meanwhile(**given: Any) -> Any:
        with lender_scope(desk):
            assert tell(text).json()["points"] == 775
        with lender_scope(desk):
            return publish(**{**given, "told_since": told_since([])})

    monkeypatch.setattr(nightly, "publish_scores", told_meanwhile)
    run_the_night()
    with lender_scope(desk):
        row = LoanScore.objects.get(loan_ref="L-2")
    assert (row.points, row.cause) == (775, "payment")


def test_a_warning_of_a_loan_that_was_paid_lapses_with_the_next_night(
    desk: int, token: Callable[..., str]
) -> None:
    run_the_night()
    assert warnings(desk)["L-2"][0] == "open"
    tell(token(Role.ADMIN))  # everything due is paid: the loan is settled
    run_nightly(
        lender_code="qinghe",
        business_date=date(2026, 11, 21),
        at=NOW + timedelta(days=1),
        clock=lambda: NOW + timedelta(days=1),
        capacity=60,
    )
    assert warnings(desk)["L-2"][0] == "lapsed"
    assert warnings(desk)["L-4"][0] == "open"
