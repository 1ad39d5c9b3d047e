"""`POST /v1/contact-checks`: anonymous, wrong role, other borrower, right role; single and batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from forbear_server.selectors.actors import Actor, Role
from forbear_server.services.api_tokens import TokenRefused, add_token, revoke_token
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import ApiToken, PermitRequest
from forbear_server.ui.clock import wall_now
from server.desk import import_small_tape, run_the_night
from server.evidence import recorded

pytestmark = pytest.mark.django_db
PATH = "/v1/contact-checks"
FACTS = {
    "channel": "voice_interactive",
    "facts": {"local_minute": 1320},
    "scope": {"lender_kind": "consumer_finance"},
    "day": "2026-03-10",
}


@pytest.fixture
def token(
    qinghe: int, make_actor: Callable[..., Actor], fresh_data_dir: Path
) -> Iterator[Callable[[Role], str]]:
    import_small_tape(fresh_data_dir)

    def make(role: Role) -> str:
        actor = make_actor(f"api.{role}", role)
        return add_token(username=actor.username, name=f"t-{role}", now=wall_now())

    return make


def post(body: dict[str, Any], text: str | None) -> Any:
    headers = {} if text is None else {"Authorization": f"Bearer {text}"}
    return Client().post(PATH, body, content_type="application/json", headers=headers)


def test_without_a_token_nobody_is_answered(qinghe: int) -> None:
    for text in (None, "fbr_made_up"):
        answer = post(FACTS, text)
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"] == "Bearer"
        assert answer.json()["type"] == "token_missing_or_invalid"


def test_a_role_without_the_screen_is_denied_and_recorded(qinghe: int, token) -> None:
    answer = post(FACTS, token(Role.ADMIN))
    assert answer.status_code == 403
    assert answer.json()["type"] == "role_missing"
    assert recorded(qinghe)[-1] == "access.refused"


def test_someone_elses_borrower_is_as_if_absent(qinghe: int, token) -> None:
    text = token(Role.COLLECTOR)
    for ref in ("B-1", "B-does-not-exist"):
        answer = post({"channel": "sms", "borrower_ref": ref}, text)
        assert answer.status_code == 404
        assert answer.json()["title"] == f"There is no borrower {ref}, or you may not see them."


def test_the_right_role_gets_the_answer_with_citations(qinghe: int, token) -> None:
    text = token(Role.COMPLIANCE)
    entries = recorded(qinghe)
    answer = post({"channel": "voice_interactive", "borrower_ref": "B-4"}, text)
    assert answer.status_code == 200
    told = answer.json()
    assert told["ruling"] == "refused"
    assert [g["rule_id"] for g in told["grounds"]] == ["CN-GBT45251-FREQ-INTERACTIVE"]
    assert told["grounds"][0]["confidence"] == "secondary"
    assert told["next_permitted_at"] == "2026-11-21T00:00:00Z"
    assert told["channels"]["sms"] == "allowed"
    # a question writes nothing
    assert recorded(qinghe) == entries
    with lender_scope(qinghe):
        assert PermitRequest.objects.count() == 0


def test_facts_of_nobody_are_judged_under_the_scope_told(qinghe: int, token) -> None:
    text = token(Role.COLLECTOR)
    assert [g["rule_id"] for g in post(FACTS, text).json()["grounds"]] == [
        "CN-CBA2026-HOURS",
        "CN-GBT45251-HOURS",
    ]
    earlier = {**FACTS, "facts": {"local_minute": 1319}}
    assert post(earlier, text).json()["ruling"] == "allowed"
    third = {**earlier, "recipient": "contact_person"}
    grounds = [g["rule_id"] for g in post(third, text).json()["grounds"]]
    assert "POLICY-NO-THIRD-PERSONS" in grounds


def test_a_told_history_is_counted(qinghe: int, token) -> None:
    text = token(Role.COLLECTOR)
    attempts = [
        {
            "at": f"2026-03-10T0{h}:00:00+08:00",
            "channel": "voice_interactive",
            "outcome": "connected",
        }
        for h in (8, 9)
    ]
    asked = {
        "channel": "voice_interactive",
        "at": "2026-03-10T10:00:00+08:00",
        "scope": {"lender_kind": "microloan"},
        "history": {"time_zones": ["Asia/Shanghai"], "attempts": attempts},
    }
    assert post(asked, text).json()["ruling"] == "allowed"
    asked["history"]["attempts"].append({**attempts[0], "at": "2026-03-10T09:30:00+08:00"})  # type: ignore[index]
    told = post(asked, text).json()
    assert (told["ruling"], told["next_permitted_at"]) == ("refused", "2026-03-11T00:00:00Z")


@pytest.mark.parametrize(
    ("changed", "status", "said"),
    [
        ({"channel": "fax"}, 422, "channel"),
        ({"at": "9999-12-31T14:30:00Z"}, 422, "at"),
        ({"at": "0001-01-01T01:00:00Z"}, 422, "at"),
        ({"facts": None, "borrower_ref": "B-1\u0000", "scope": None}, 422, "borrower_ref"),
        ({"at": "2026-03-10T10:00:00"}, 422, "at"),
        ({"facts": {"mood": 3}}, 422, "mood"),
        ({"facts": {"local_minute": 1440}}, 422, "local_minute=1440"),
        ({"facts": None, "history": {"time_zones": ["Mars/Olympus"]}}, 422, "Mars/Olympus"),
        ({"borrower_ref": "B-1"}, 422, "exactly one of"),
        ({"colour": "red"}, 422, "colour"),
        (
            {
                "facts": None,
                "at": "2026-03-10T10:00:00+08:00",
                "history": {
                    "time_zones": ["Asia/Shanghai"],
                    "attempts": [
                        {"at": "2026-03-10T10:00:00+08:00", "channel": "sms", "outcome": "delivered"}
                    ],
                },
            },
            422,
            "history.attempts[0] is not before",
        ),
    ],
)  # fmt: skip
def test_bad_input_is_refused_clearly(qinghe: int, token, changed, status, said) -> None:
    answer = post({**FACTS, **changed}, token(Role.COLLECTOR))
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert said in answer.content.decode()


def test_the_day_of_the_law_is_the_lenders_however_the_moment_is_written(qinghe, token) -> None:
    """The bank guideline begins on 2026-01-30 in Beijing, at 16:00 the day before in UTC."""
    text = token(Role.COLLECTOR)
    asked = {**FACTS, "facts": {"local_minute": 120}, "day": None}
    asked["scope"] = {"lender_kind": "bank", "product": "credit_card"}
    rulings = [
        post({**asked, "at": at}, text).json()["ruling"]
        for at in ("2026-01-29T18:00:00Z", "2026-01-30T02:00:00+08:00", "2026-01-29T15:59:00Z")
    ]
    assert rulings[:2] == ["refused", "refused"]
    assert rulings[2] != "refused"


def test_a_request_too_big_is_told_so(qinghe: int, token) -> None:
    text = token(Role.COLLECTOR)
    answer = post({"checks": [{**FACTS, "number_ref": "n" * 60}] * 40_000}, text)
    assert (answer.status_code, answer.json()["type"]) == (413, "request_too_big")


def test_faults_are_told_of_the_form_that_was_sent(qinghe: int, token) -> None:
    text = token(Role.COLLECTOR)
    one = post({**FACTS, "channel": "fax"}, text).json()["errors"]
    assert [e["where"] for e in one] == ["channel"]
    many = post({"checks": [FACTS, {**FACTS, "at": "2026-03-10T10:00:00"}]}, text).json()["errors"]
    assert [e["where"] for e in many] == ["checks.1.at"]


def test_a_batch_answers_in_order_and_a_bad_question_does_not_spoil_the_others(
    qinghe: int, token
) -> None:
    text = token(Role.COMPLIANCE)
    checks = [
        {"channel": "sms", "borrower_ref": "B-1"},
        {"channel": "sms", "borrower_ref": "B-9"},
        FACTS,
    ]
    told = post({"checks": checks}, text).json()["answers"]
    assert [a.get("ruling") or a["problem"] for a in told] == [
        "allowed",
        "borrower_unknown",
        "refused",
    ]


def test_ten_thousand_questions_are_answered_and_one_more_is_refused(qinghe: int, token) -> None:
    text = token(Role.COMPLIANCE)
    answer = post({"checks": [FACTS] * 10_000}, text)
    assert answer.status_code == 200
    assert len(answer.json()["answers"]) == 10_000
    assert post({"checks": [FACTS] * 10_001}, text).status_code == 422


def test_a_token_that_is_over_or_taken_back_signs_nobody_in(
    qinghe: int, token, make_actor: Callable[..., Actor]
) -> None:
    text = token(Role.COLLECTOR)
    assert post(FACTS, text).status_code == 200
    revoke_token(lender_id=qinghe, name="t-collector", now=wall_now())
    assert post(FACTS, text).status_code == 401
    make_actor("api.old", Role.COLLECTOR)
    long_ago = wall_now() - timedelta(days=100)
    over = add_token(username="api.old", name="old", now=long_ago, days=90)
    assert post(FACTS, over).status_code == 401
    names = recorded(qinghe)
    assert names.count("api_token.added") == 2
    assert names.count("api_token.revoked") == 1


def test_a_token_is_kept_as_a_digest_only_and_its_name_is_taken_once(qinghe: int, token) -> None:
    text = token(Role.COLLECTOR)
    with lender_scope(qinghe):
        row = ApiToken.objects.get()
    assert text not in (row.digest, row.name)
    with pytest.raises(TokenRefused):
        add_token(username="api.collector", name="t-collector", now=wall_now())


def test_the_description_of_the_api_is_served_and_names_every_status(qinghe: int) -> None:
    told = Client().get("/v1/openapi.json").json()
    answers = told["paths"][PATH]["post"]["responses"]
    assert sorted(answers) == ["200", "401", "403", "404", "422"]
    page = Client().get("/v1/docs")
    assert page.status_code == 200
    assert b"//cdn" not in page.content


# POST /v1/permits


def permit(body: dict[str, Any], text: str | None, key: str = "key-00001", path: str = "") -> Any:
    headers = {"Idempotency-Key": key}
    if text is not None:
        headers["Authorization"] = f"Bearer {text}"
    return Client().post(
        f"/v1/permits{path}", body, content_type="application/json", headers=headers
    )


ASKED = {"borrower_ref": "B-1", "channel": "voice_interactive", "number_ref": "n1"}


def states(lender: int) -> list[str]:
    with lender_scope(lender):
        return sorted(PermitRequest.objects.values_list("state", flat=True))


def test_a_permit_needs_a_token_the_role_and_the_borrower(qinghe: int, token) -> None:
    assert permit(ASKED, None).status_code == 401
    assert permit(ASKED, token(Role.STRATEGIST)).status_code == 403
    assert permit(ASKED, token(Role.COMPLIANCE)).status_code == 403
    assert permit(ASKED, token(Role.COLLECTOR)).status_code == 404
    assert states(qinghe) == []


def test_a_lead_gets_a_permit_uses_it_once_and_hears_a_refusal(qinghe: int, token) -> None:
    run_the_night()
    text = token(Role.LEAD)
    issued = permit(ASKED, text)
    assert issued.status_code == 201
    told = issued.json()
    assert told["closes_at"] == "2026-11-20T03:00:00Z"
    assert permit(ASKED, text).json() == told  # the same key, the same answer
    path = f"/{told['permit_id']}/use"
    assert permit({}, text, path=path).status_code == 204
    again = permit({}, text, path=path)
    assert (again.status_code, again.json()["type"]) == (409, "permit_not_usable")
    refused = permit({**ASKED, "borrower_ref": "B-4"}, text, key="key-00002")
    assert refused.status_code == 409
    assert refused.json()["errors"][0]["rule_id"] == "CN-GBT45251-FREQ-INTERACTIVE"
    assert "2026-11-21T00:00:00+00:00" in refused.json()["title"]
    assert states(qinghe) == ["refused", "used"]
    names = [n for n in recorded(qinghe) if n.startswith(("contact.", "permit."))]
    assert names == ["contact.permitted", "permit.used", "contact.refused"]


def test_a_permit_of_nobody_is_not_usable_and_a_bad_request_is_told(qinghe: int, token) -> None:
    run_the_night()
    text = token(Role.LEAD)
    assert permit({}, text, path="/not-a-permit/use").status_code == 409
    assert permit({**ASKED, "content_digest": "abc"}, text).status_code == 422
    assert permit(ASKED, text, key="short").status_code == 422
    assert states(qinghe) == []


def test_the_mask_of_the_night_is_one_entry_however_often_it_runs(
    qinghe: int, fresh_data_dir: Path
) -> None:
    import_small_tape(fresh_data_dir)
    run_the_night()
    run_the_night()
    assert recorded(qinghe).count("gate.mask_recorded") == 1
