"""The loan page: numbers that explain themselves, at any past day, to those who may see them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from forbear_server.selectors.actors import Role
from server.desk import import_small_tape, run_the_night
from server.evidence import recorded

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


@pytest.fixture
def night(qinghe: int, fresh_data_dir: Path) -> int:
    import_small_tape(fresh_data_dir)
    run_the_night()
    return qinghe


def page_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def fact(page: str, name: str) -> str:
    return page.split(f'data-testid="C07-{name}">')[1].split("<")[0]


def test_days_past_due_arrears_and_outstanding(night: int, signed_in: SignIn) -> None:
    page = page_of(signed_in(Role.COLLECTOR), "/console/loans/L-1/")
    assert fact(page, "days-past-due") == "37"
    # Two instalments of 1,036.50 are due. Penalty at 18 % on 360 days: 950.00 for 37 days is
    # 17.575, for 6 days 2.85, each rounded half up: 17.58 + 2.85 = 20.43.
    assert fact(page, "arrears") == "¥2,093.43"
    # All three instalments, 3,109.50, and the same penalty interest.
    assert fact(page, "outstanding") == "¥3,129.93"


def test_the_derivation_shows_every_step(night: int, signed_in: SignIn) -> None:
    page = page_of(signed_in(Role.COLLECTOR), "/console/loans/L-1/")
    for step in ("¥2,073.00", "2026-10-14", "2026-11-20 − 2026-10-14", "37 − 0", "18% ÷ 360"):
        assert step in page


def test_any_past_day_is_computed_anew(night: int, signed_in: SignIn) -> None:
    client = signed_in(Role.COLLECTOR)
    assert fact(page_of(client, "/console/loans/L-1/?as_of=2026-10-14"), "days-past-due") == "0"
    assert fact(page_of(client, "/console/loans/L-1/?as_of=2026-10-15"), "days-past-due") == "1"


@pytest.mark.parametrize("as_of", ["2026-11-21", "yesterday"])
def test_a_day_to_come_or_no_day_is_told_at_the_field(
    night: int, signed_in: SignIn, as_of: str
) -> None:
    answer = signed_in(Role.COLLECTOR).get(f"/console/loans/L-1/?as_of={as_of}")
    assert answer.status_code == 422
    assert 'href="#as_of"' in answer.content.decode()


def test_the_timeline_holds_payments_and_attempts(night: int, signed_in: SignIn) -> None:
    page = page_of(signed_in(Role.COMPLIANCE), "/console/loans/L-4/")
    assert page.count("人工电话") == 3
    assert "¥10.00" in page


def test_numbers_are_masked_in_the_source(night: int, signed_in: SignIn) -> None:
    page = page_of(signed_in(Role.COLLECTOR), "/console/loans/L-1/")
    assert ("199****0231" in page, "19900000231" in page) == (True, False)
    assert "990278198806090126" not in page


def test_reading_a_loan_is_recorded(night: int, signed_in: SignIn) -> None:
    page_of(signed_in(Role.COLLECTOR), "/console/loans/L-1/")
    assert recorded(night)[-1] == "loan.read"


def test_a_loan_outside_ones_cases_is_not_there(night: int, signed_in: SignIn) -> None:
    # B-3 pays on time and is on nobody's list.
    assert signed_in(Role.COLLECTOR).get("/console/loans/L-3/").status_code == 404
    assert signed_in(Role.COMPLIANCE).get("/console/loans/L-3/").status_code == 200


@pytest.mark.parametrize("role", [Role.ADMIN, Role.STRATEGIST, Role.COMPLAINTS])
def test_roles_without_persons_are_denied(night: int, signed_in: SignIn, role: Role) -> None:
    assert signed_in(role).get("/console/loans/L-1/").status_code == 403


def test_another_lenders_loan_is_not_there(
    night: int, other_lender: int, signed_in: SignIn
) -> None:
    client = signed_in(Role.COMPLIANCE, lender_id=other_lender)
    assert client.get("/console/loans/L-1/").status_code == 404
