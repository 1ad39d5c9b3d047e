"""A call-centre platform tells of calls: believed under its signature, once, and never a stranger."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml
from django.test import Client, override_settings

from forbear_server.gateways.webhook import signed_headers
from forbear_server.selectors.actors import Actor, Role
from forbear_server.selectors.lenders import find_lender
from forbear_server.services.channels import SenderTerms, register_senders
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import Call, EvidenceEntry
from forbear_server.ui.clock import wall_now
from server.telephones import begun, on_the_list

pytestmark = pytest.mark.django_db
SECRET = "whsec_" + base64.b64encode(b"k" * 24).decode()
ADDRESS = "/v1/channels/centre/events"


@pytest.fixture
def call(
    qinghe: int,
    make_actor: Callable[..., Actor],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[UUID]:
    monkeypatch.setenv("CENTRE_SECRET", SECRET)
    platform = {
        "sender": "centre",
        "channel": "voice_interactive",
        "lender": "qinghe",
        "gateway": "voice_webhook",
        "rate_per_second": 1,
        "url": "https://centre.example/calls",
        "signing_secret_env": "CENTRE_SECRET",
        "folder": "fetched",
    }
    path = tmp_path / "channels.yaml"
    path.write_text(yaml.safe_dump({"senders": [platform]}))
    actor = make_actor("wang.min", Role.COLLECTOR)
    with lender_scope(qinghe), override_settings(CHANNELS_FILE=str(path)):
        terms = [SenderTerms("voice_interactive", "centre", "voice_webhook", 1.0)]
        register_senders(lender_id=qinghe, terms=terms)
        on_the_list(qinghe)
        placed = begun(actor, provider="centre").call_id
        assert placed is not None
        Call.objects.update(provider_call_id=str(placed))
        yield placed


def tell(call: UUID, *kinds: str, secret: str = SECRET, **more: Any) -> tuple[int, str]:
    events = [
        {
            "id": f"{kind}-1",
            "call_id": str(call),
            "type": kind,
            "at": "2026-11-20T10:31:00+08:00",
            **more,
        }
        for kind in kinds
    ]
    body = json.dumps({"events": events}).encode()
    headers = signed_headers("call-1", body, secret, wall_now())
    answer = Client().post(ADDRESS, body, content_type="application/json", headers=headers)
    return answer.status_code, answer.content.decode()


def state() -> tuple[str, str]:
    with lender_scope(find_lender("qinghe").lender_id):
        row = Call.objects.get()
    return row.state, row.hangup_reason


def entries() -> list[str]:
    with lender_scope(find_lender("qinghe").lender_id):
        return list(EvidenceEntry.objects.order_by("id").values_list("name", flat=True))


def test_a_signed_call_moves_the_call_on_and_told_twice_it_counts_once(call: UUID) -> None:
    assert tell(call, "ringing", "answered", "recording") == (204, "")
    assert state() == ("connected", "")
    assert tell(call, "ended", reason="hung_up_by_borrower") == (204, "")
    assert state() == ("wrap_up", "hung_up_by_borrower")
    before = entries()
    assert tell(call, "ringing", "ended", reason="busy") == (204, "")
    assert state() == ("wrap_up", "hung_up_by_borrower")
    assert entries() == before


def test_a_call_nobody_ordered_changes_nothing_and_is_recorded(call: UUID) -> None:
    assert tell(UUID(int=9), "answered") == (204, "")
    assert (state(), entries()[-1]) == (("dialling", ""), "callback.refused")


@pytest.mark.parametrize(
    ("more", "secret", "status"),
    [
        ({}, "whsec_" + base64.b64encode(b"x" * 24).decode(), 401),
        ({"at": "2026-11-20T10:31:00"}, SECRET, 422),
        ({"type": "transferred"}, SECRET, 422),
        ({"type": "recorded", "recording_url": "https://elsewhere.example/1.wav"}, SECRET, 422),
    ],
)
def test_a_faulty_or_foreign_call_is_refused_whole_and_recorded(
    call: UUID, tmp_path: Path, more: dict[str, str], secret: str, status: int
) -> None:
    assert tell(call, "ringing", secret=secret, **more)[0] == status
    assert (state(), entries()[-1]) == (("dialling", ""), "callback.refused")
    assert not (tmp_path / "fetched").exists()


def test_a_recording_that_was_told_of_is_noted_to_be_fetched(call: UUID, tmp_path: Path) -> None:
    told = tell(call, "recorded", recording_url="https://centre.example/r/1.wav")
    assert told == (204, "")
    noted = tmp_path / "fetched" / f"{call}.wanted"
    assert noted.read_text() == "https://centre.example/r/1.wav"
