"""`POST /v1/messages`, `/v1/preferences`, `/v1/holds`, `/v1/borrower-addresses`: by role, and refused whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from forbear_server.selectors.actors import Actor, Role
from forbear_server.services.api_tokens import add_token
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import BorrowerAddress, ContactHold, ContactPreference, Message
from forbear_server.ui.clock import wall_now
from server.desk import import_small_tape, put_on_worklist
from server.outbox import HELLO, approved_template, sms_sender

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(qinghe: int, fresh_data_dir: Path, make_actor: Callable[..., Actor]) -> str:
    """The small tape after its night; the id of the approved template."""
    import_small_tape(fresh_data_dir)
    writer, officer = make_actor("ye", Role.STRATEGIST), make_actor("jiang", Role.COMPLIANCE)
    with lender_scope(qinghe):
        put_on_worklist(qinghe, "B-1", "B-2", "B-3", "B-4")
        sms_sender(qinghe)
        return str(approved_template(writer, officer).pk)


@pytest.fixture
def ask(make_actor: Callable[..., Actor]) -> Callable[..., Any]:
    def send(role: Role | None, path: str, body: dict[str, Any], *, lender_id: int = 0) -> Any:
        headers = {}
        if role is not None:
            actor = make_actor(f"api.{role}.{lender_id}.{path[:9]}", role, lender_id=lender_id)
            token = add_token(username=actor.username, name="t", now=wall_now())
            headers = {"Authorization": f"Bearer {token}"}
        return Client().post(f"/v1/{path}", body, "application/json", headers=headers)

    return send


def message(template: str, **changes: Any) -> dict[str, Any]:
    one = {
        "idempotency_key": "plan-0001",
        "borrower_ref": "B-1",
        "channel": "sms",
        "text": HELLO,
        "template_id": template,
        **changes,
    }
    return {"messages": [one]}


BODIES = [
    ("preferences", {"borrower_ref": "B-1", "kind": "channel_opt_out", "channel": "sms"}),
    ("holds", {"borrower_ref": "B-1", "kind": "complaint"}),
    ("borrower-addresses", {"borrower_ref": "B-1", "kind": "mail", "address": "lin@example.com"}),
]


def kept(lender: int) -> tuple[int, int, int, int]:
    with lender_scope(lender):
        return (
            Message.objects.count(),
            ContactPreference.objects.count(),
            ContactHold.objects.count(),
            BorrowerAddress.objects.exclude(kind="phone").count(),
        )


def test_a_plan_is_queued_and_each_refusal_says_why(
    desk: str, qinghe: int, ask: Callable[..., Any]
) -> None:
    body = {
        "messages": [
            *message(desk)["messages"],
            *message(desk, idempotency_key="plan-0002", text="不还就告诉你单位")["messages"],
            *message(desk, idempotency_key="plan-0003", borrower_ref="B-2")["messages"],
        ]
    }
    told = ask(Role.COLLECTOR, "messages", body).json()["messages"]
    assert [one["refusal"] for one in told] == [None, "text_not_of_template", "needs_review"]
    assert told[0]["message_id"]
    assert "CN-GBT45251-HOURS" in {ground["rule_id"] for ground in told[2]["grounds"]}
    assert kept(qinghe)[0] == 1


def test_free_text_of_a_program_needs_a_person(
    desk: str, qinghe: int, ask: Callable[..., Any]
) -> None:
    told = ask(Role.LEAD, "messages", message(desk, template_id=None)).json()["messages"][0]
    assert told["refusal"] == "wording_needs_person"
    assert kept(qinghe)[0] == 0


@pytest.mark.parametrize(("path", "body"), [("messages", None), *BODIES])
def test_without_a_token_or_the_role_nothing_is_kept(
    desk: str, qinghe: int, other_lender: int, ask: Callable[..., Any], path: str, body: Any
) -> None:
    body = body or message(desk)
    assert ask(None, path, body).status_code == 401
    assert ask(Role.STRATEGIST, path, body).status_code == 403
    elsewhere = ask(Role.COLLECTOR, path, body, lender_id=other_lender)
    if path == "messages":
        assert elsewhere.json()["messages"][0]["refusal"] == "borrower_unknown"
    else:
        assert elsewhere.status_code == 404
    assert kept(qinghe) == (0, 0, 0, 0)


@pytest.mark.parametrize(("path", "body"), BODIES)
def test_the_right_role_is_kept_once(
    desk: str, qinghe: int, ask: Callable[..., Any], path: str, body: Any
) -> None:
    assert ask(Role.COLLECTOR, path, body).status_code == 201
    assert sum(kept(qinghe)) == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("preferences", {"borrower_ref": "B-1", "kind": "friend_request"}),
        ("preferences", {"borrower_ref": "B-1", "kind": "inconvenient_hours"}),
        ("preferences", {"borrower_ref": "B-1", "kind": "channel_opt_in", "channel": "wechat"}),
        ("holds", {"borrower_ref": "B-1", "kind": "pause"}),
        ("borrower-addresses", {"borrower_ref": "B-1", "kind": "phone", "address": "10086"}),
        ("borrower-addresses", {"borrower_ref": "B-1", "kind": "wechat", "address": "openid"}),
        ("borrower-addresses", {"borrower_ref": "B-1", "kind": "group", "address": "all"}),
        ("messages", {"messages": []}),
    ],
)
def test_what_cannot_be_kept_is_refused_whole(
    desk: str, qinghe: int, ask: Callable[..., Any], path: str, body: Any
) -> None:
    before = kept(qinghe)
    assert ask(Role.COLLECTOR, path, body).status_code == 422
    assert kept(qinghe) == before
