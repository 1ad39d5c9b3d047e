"""C07 asks the desk as much for three loans as for one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from forbear_server.selectors.actors import Actor, Role
from forbear_server.selectors.borrower_pages import find_borrower_page
from forbear_server.selectors.loan_scores import find_loan_score, find_loan_scores
from forbear_server.selectors.loans import find_loan
from forbear_server.services.early_warnings import WARNING_RECIPE
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import Borrower, LoanScore
from server.conftest import NOW
from server.desk import import_small_tape, put_on_worklist
from server.outbox import sms_sender
from server.scores import put_in_use
from server.test_borrower_page import section

pytestmark = pytest.mark.django_db
# B-1 owes on three loans, B-4 on one.
MORE = {
    "loans.csv": "L-5,B-1,易分期,CNY,100000,2026-09-30,given,0.12,,actual/360,,,\n"
    "L-6,B-1,易分期,CNY,100000,2026-09-30,given,0.12,,actual/360,,,\n",
    "instalments.csv": "L-5,1,2026-10-31,100000,1000,0,0\nL-6,1,2026-12-31,100000,1000,0,0\n",
}
# What one opening asks, of whoever's page: measured, and kept from growing unseen.
MOST_QUERIES = 51
FACTS = {"days_past_due": 37.0, "late_1_plus_90d": 1.0, "paid_share_90d": 0.5}


@pytest.fixture
def desk(qinghe: int, fresh_data_dir: Path, make_actor: Callable[..., Actor]) -> int:
    import_small_tape(fresh_data_dir, more=MORE)
    with lender_scope(qinghe):
        put_on_worklist(qinghe, "B-1", "B-4")
        sms_sender(qinghe)
        card = put_in_use(
            make_actor("ye.qing", Role.STRATEGIST), make_actor("jiang.ping", Role.COMPLIANCE)
        )
        for borrower_ref, loan_ref in (
            ("B-1", "L-1"),
            ("B-1", "L-5"),
            ("B-1", "L-6"),
            ("B-4", "L-4"),
        ):
            LoanScore.objects.create(
                lender_id=qinghe, borrower=Borrower.objects.get(ref=borrower_ref),
                loan_ref=loan_ref, score_card_id=card, as_of=NOW.date(), scored_at=NOW,
                points=700, ppm=1, facts=FACTS, cause="night",
            )  # fmt: skip
    return qinghe


def test_three_loans_cost_no_query_more_than_one(
    desk: int,
    signed_in: Callable[..., Client],
    django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    client = signed_in(Role.COLLECTOR)
    for ref in ("B-1", "B-4"):  # the first opening of a person makes the key of their entries
        client.get(f"/console/borrowers/{ref}/")
    with CaptureQueriesContext(connection) as of_one:
        page = client.get("/console/borrowers/B-4/").content.decode()
    assert (page.count('data-testid="C07-loan-card"'), scores_shown(page)) == (1, 1)
    assert len(of_one) <= MOST_QUERIES
    with django_assert_max_num_queries(len(of_one)):
        page = client.get("/console/borrowers/B-1/").content.decode()
    assert (page.count('data-testid="C07-loan-card"'), scores_shown(page)) == (3, 3)


def test_loans_and_scores_read_together_are_those_read_one_by_one(
    desk: int, make_actor: Callable[..., Actor]
) -> None:
    refs = ["L-1", "L-5", "L-6"]
    with lender_scope(desk):
        actor = make_actor("jia.he", Role.COMPLIANCE)
        page = find_borrower_page(actor, "B-1", now=NOW)
        assert page is not None
        assert {one.facts.ref: one for one in page.loans} == {
            ref: find_loan(actor, ref, as_of=NOW.date()) for ref in refs
        }
        together = find_loan_scores(actor, [*refs, "L-2"], recipe=WARNING_RECIPE)
        assert together == {ref: find_loan_score(ref, recipe=WARNING_RECIPE) for ref in refs}


def test_scores_of_another_lender_are_not_read(
    desk: int, other_lender: int, make_actor: Callable[..., Actor]
) -> None:
    with lender_scope(other_lender):
        stranger = make_actor("yun.shan", Role.COMPLIANCE, lender_id=other_lender)
        assert find_loan_scores(stranger, ["L-1"], recipe=WARNING_RECIPE) == {}


def scores_shown(page: str) -> int:
    return section(page, "C07-score").count("· 2026-11-20")
