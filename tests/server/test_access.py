"""Every page: signed out 401, a missing role 403 and recorded, the right role 200."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from forbear_server.selectors.actors import Role
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import EvidenceEntry

pytestmark = pytest.mark.django_db
SEES = {
    "/console/": set(Role),
    "/console/worklist/": {Role.COLLECTOR, Role.LEAD, Role.COMPLIANCE},
    "/console/imports/": {Role.STRATEGIST, Role.COMPLIANCE, Role.ADMIN},
    "/console/imports/new/": {Role.ADMIN},
    "/console/runs/": {Role.STRATEGIST, Role.COMPLIANCE, Role.ADMIN},
}


@pytest.mark.parametrize("address", SEES)
def test_nobody_signed_in_gets_the_sign_in_page(db: None, address: str) -> None:
    assert Client().get(address).status_code == 401


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("address", SEES)
def test_each_role_sees_what_the_table_says(
    signed_in: Callable[..., Client], fresh_data_dir: Path, qinghe: int, address: str, role: Role
) -> None:
    client = signed_in(role)
    answer = client.get(address)
    is_seen = role in SEES[address]
    assert answer.status_code == (200 if is_seen else 403)
    with lender_scope(qinghe):
        refusals = EvidenceEntry.objects.filter(name="access.refused").count()
    assert refusals == (0 if is_seen else 1)


@pytest.mark.parametrize("role", [Role.STRATEGIST, Role.COMPLIANCE])
def test_reading_the_runs_is_not_starting_one(
    signed_in: Callable[..., Client], fresh_data_dir: Path, role: Role
) -> None:
    client = signed_in(role)
    answer = client.post("/console/runs/2026-11-20/start/", {"confirm": "2026-11-20"})
    assert answer.status_code == 403


def test_the_menu_hides_what_the_role_lacks(
    signed_in: Callable[..., Client], fresh_data_dir: Path
) -> None:
    page = signed_in(Role.COLLECTOR).get("/console/").content.decode()
    assert ("/console/worklist/" in page, "/console/imports/" in page) == (True, False)


def test_what_is_not_there_and_what_is_not_yours_read_the_same(
    signed_in: Callable[..., Client], fresh_data_dir: Path
) -> None:
    client = signed_in(Role.COMPLIANCE)
    absent = client.get("/console/loans/NOBODY/")
    assert absent.status_code == 404
    assert "没有找到，或您无权查看。" in absent.content.decode()


def test_a_form_without_its_token_changes_nothing(
    signed_in: Callable[..., Client], fresh_data_dir: Path
) -> None:
    client = signed_in(Role.ADMIN)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    answer = strict.post("/console/runs/2026-11-20/start/", {"confirm": "2026-11-20"})
    assert answer.status_code == 403
    assert "form-expired" in answer.content.decode()


def test_every_answer_carries_a_strict_policy(db: None) -> None:
    policy = Client().get("/console/")["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self';" in policy
    assert "unsafe-eval" not in policy
