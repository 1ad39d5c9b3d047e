"""Sign-in in two steps: what opens, what refuses, and what each leaves on record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pyotp
import pytest
from django.test import Client
from django.test.utils import override_settings

from forbear_server.selectors.actors import Role
from forbear_server.services import sign_in
from forbear_server.services.sign_in import Outcome
from forbear_server.services.users import (
    DEMO_PASSWORD,
    add_user,
    disable_user,
    reset_second_factor,
)
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import EvidenceEntry, SignInThrottle, User
from forbear_server.store.sealing import unseal
from forbear_server.ui.clock import wall_now
from server.evidence import recorded

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough password"
NOON = datetime.fromisoformat("2026-11-20T12:00:00+08:00")


@pytest.fixture
def ann(qinghe: int) -> User:
    """A demonstration collector, whose second factor is bound from the start."""
    add_user(
        lender_code="qinghe",
        username="ann",
        display_name="安",
        role=Role.COLLECTOR,
        is_demo=True,
        now=NOON,
    )
    with lender_scope(qinghe):
        return User.objects.get(username="ann")


def code_of(user: User, now: datetime) -> str:
    secret = unseal(user.totp_secret_sealed, field=sign_in.TOTP_FIELD, row=user.username)
    return pyotp.TOTP(secret).at(now)


def step_one(password: str = DEMO_PASSWORD, username: str = "ann", now: datetime = NOON) -> Outcome:
    return sign_in.check_password(
        username=username, password=password, address="10.0.0.1", now=now
    ).outcome


def step_two(user: User, code: str, now: datetime = NOON) -> Outcome:
    return sign_in.check_code(
        user_id=user.pk, lender_id=user.lender_id, code=code, address="10.0.0.1", now=now
    ).outcome


def test_password_and_code_open_the_console(ann: User) -> None:
    assert step_one() is Outcome.NEEDS_CODE
    assert step_two(ann, code_of(ann, NOON)) is Outcome.SIGNED_IN
    assert recorded(ann.lender_id)[-1] == "sign_in.succeeded"


def test_a_code_is_taken_once(ann: User) -> None:
    code = code_of(ann, NOON)
    assert step_two(ann, code) is Outcome.SIGNED_IN
    assert step_two(ann, code, NOON + timedelta(seconds=20)) is Outcome.REFUSED
    assert recorded(ann.lender_id)[-2:] == ["sign_in.succeeded", "sign_in.refused"]


def test_a_code_of_an_hour_ago_is_refused(ann: User) -> None:
    assert step_two(ann, code_of(ann, NOON - timedelta(hours=1))) is Outcome.REFUSED


def test_unknown_name_and_wrong_password_get_the_same_answer(ann: User) -> None:
    pages = []
    for username in ("ann", "nobody"):
        page = Client().post("/console/sign-in/", {"username": username, "password": "wrong"})
        assert page.status_code == 422
        pages.append(page.content.decode().replace(username, "NAME"))
    text = "账号或密码不正确"
    assert [text in page for page in pages] == [True, True]


def test_five_failures_lock_for_a_quarter_of_an_hour(ann: User) -> None:
    assert [step_one("wrong") for _ in range(5)] == [Outcome.REFUSED] * 4 + [Outcome.LOCKED]
    assert step_one() is Outcome.LOCKED
    assert step_one(now=NOON + timedelta(minutes=14)) is Outcome.LOCKED
    assert step_one(now=NOON + timedelta(minutes=15)) is Outcome.NEEDS_CODE


def test_a_name_that_does_not_exist_locks_too(qinghe: int) -> None:
    assert [step_one("wrong", "nobody") for _ in range(5)][-1] is Outcome.LOCKED
    assert SignInThrottle.objects.count() == 1


def test_failures_spread_over_hours_do_not_lock(ann: User) -> None:
    outcomes = [step_one("wrong", now=NOON + timedelta(minutes=16 * n)) for n in range(6)]
    assert outcomes == [Outcome.REFUSED] * 6


def test_wrong_codes_lock_like_wrong_passwords(ann: User) -> None:
    assert [step_two(ann, "000000") for _ in range(5)][-1] is Outcome.LOCKED
    assert step_two(ann, code_of(ann, NOON)) is Outcome.LOCKED


def test_a_disabled_account_says_so_only_after_the_right_password(ann: User) -> None:
    disable_user(username="ann", now=NOON)
    assert step_one("wrong") is Outcome.REFUSED
    assert step_one() is Outcome.DISABLED
    with lender_scope(ann.lender_id):
        refusals = EvidenceEntry.objects.filter(name="sign_in.refused").order_by("id")
        assert [entry.body for entry in refusals] == [
            {"reason": "wrong_pair"},
            {"reason": "disabled"},
        ]


def test_first_sign_in_binds_a_second_factor_and_gives_ten_codes(ann: User) -> None:
    reset_second_factor(username="ann", now=NOON)
    assert step_one() is Outcome.NEEDS_BINDING
    candidate = sign_in.sealed_candidate("ann")
    code = pyotp.TOTP(sign_in.opened_candidate(candidate, "ann")).at(NOON)
    codes = sign_in.bind_second_factor(
        user_id=ann.pk,
        lender_id=ann.lender_id,
        candidate=candidate,
        code=code,
        address="",
        now=NOON,
    )
    assert codes is not None
    assert len(set(codes)) == 10
    assert recorded(ann.lender_id)[-2:] == ["second_factor.bound", "sign_in.succeeded"]

    def recover(typed: str) -> Outcome:
        return sign_in.check_recovery_code(
            user_id=ann.pk, lender_id=ann.lender_id, code=typed, address="", now=NOON
        ).outcome

    assert recover(codes[0].upper()) is Outcome.SIGNED_IN
    assert recover(codes[0]) is Outcome.REFUSED
    assert recover(codes[1]) is Outcome.SIGNED_IN


def test_after_step_one_alone_every_page_leads_to_step_two(ann: User) -> None:
    client = Client()
    client.post("/console/sign-in/", {"username": "ann", "password": DEMO_PASSWORD})
    for address in ("/console/", "/console/worklist/", "/console/imports/", "/console/runs/"):
        answer = client.get(address)
        assert (answer.status_code, answer["Location"]) == (302, "/console/sign-in/code/")


def test_the_whole_way_through_the_pages(ann: User) -> None:
    client = Client()
    client.post(
        "/console/sign-in/",
        {"username": "ann", "password": DEMO_PASSWORD, "next": "/console/worklist/"},
    )
    answer = client.post("/console/sign-in/code/", {"code": code_of(ann, wall_now())})
    assert (answer.status_code, answer["Location"]) == (302, "/console/worklist/")
    assert client.get("/console/").status_code == 200
    client.post("/console/sign-out/")
    assert client.get("/console/").status_code == 401
    assert recorded(ann.lender_id)[-1] == "sign_out.recorded"


def test_a_sign_in_never_leads_to_another_site(ann: User) -> None:
    client = Client()
    client.post(
        "/console/sign-in/",
        {"username": "ann", "password": DEMO_PASSWORD, "next": "https://elsewhere.example/"},
    )
    answer = client.post("/console/sign-in/code/", {"code": code_of(ann, wall_now())})
    assert answer["Location"] == "/console/"


def test_half_an_hour_without_a_request_signs_out(signed_in: Callable[..., Client]) -> None:
    client = signed_in(Role.COLLECTOR)
    session = client.session
    session["seen_at"] = (wall_now() - timedelta(minutes=31)).timestamp()
    session.save()
    assert client.get("/console/").status_code == 401


def test_a_page_that_polls_does_not_keep_anybody_signed_in(
    signed_in: Callable[..., Client],
) -> None:
    client = signed_in(Role.COLLECTOR)
    session = client.session
    seen_at = (wall_now() - timedelta(minutes=29)).timestamp()
    session["seen_at"] = seen_at
    session.save()
    client.get("/console/", headers={"X-Forbear-Poll": "1"})
    assert client.session["seen_at"] == seen_at


def test_signed_out_answers_401_with_the_sign_in_page_or_a_dialog(db: None) -> None:
    page = Client().get("/console/")
    assert page.status_code == 401
    assert 'data-testid="C01-password"' in page.content.decode()
    fragment = Client().get("/console/", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment["HX-Retarget"]) == (401, "#dialog-host")


def test_demo_accounts_are_listed_only_in_a_demonstration(ann: User) -> None:
    assert "C01-demo-accounts" not in Client().get("/console/sign-in/").content.decode()
    with override_settings(DEMO=True):
        page = Client().get("/console/sign-in/").content.decode()
    assert 'data-code-of="ann"' in page


def test_the_password_is_not_in_any_evidence(ann: User) -> None:
    step_one("hunter2 hunter2")
    with lender_scope(ann.lender_id):
        bodies = [str(entry.body) for entry in EvidenceEntry.objects.all()]
    assert not any("hunter2" in body for body in bodies)
