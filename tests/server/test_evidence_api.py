"""The log over HTTP: tiles for everybody, proofs for who may see the entry."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from forbear.contact.channels import Channel
from forbear.contact.permission import ContactRequest
from forbear.evidence.auditing import audit_log
from forbear.evidence.tiles import entries_path, tile_path
from forbear.evidence.tlog_proofs import verify_tlog_proof
from forbear_server.selectors.actors import Actor, Role
from forbear_server.services.api_tokens import add_token
from forbear_server.services.gate import issue_permit
from forbear_server.services.log_sequencing import seal_waiting
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.log_files import log_folder, verifier_key
from forbear_server.ui.clock import wall_now
from server.conftest import NOW
from server.desk import import_small_tape
from server.evidence import recorded

pytestmark = pytest.mark.django_db


@pytest.fixture
def refusal(qinghe: int, make_actor: Callable[..., Actor], fresh_data_dir: Path) -> Iterator[str]:
    """The id of an entry that records a refused contact with B-4."""
    import_small_tape(fresh_data_dir)
    actor = make_actor("qinghe.compliance", Role.COMPLIANCE)
    with lender_scope(qinghe):
        answer = issue_permit(
            actor=actor,
            asked=ContactRequest(channel=Channel.VOICE_INTERACTIVE, number_ref="n1"),
            idempotency_key="key-00001",
            borrower_ref="B-4",
            content_digest="",
            now=NOW,
        )
    yield str(answer.evidence_id)


@pytest.fixture
def token(make_actor: Callable[..., Actor]) -> Callable[..., str]:
    def make(role: Role, lender_id: int = 0) -> str:
        actor = make_actor(f"api.{role}.{lender_id}", role, lender_id=lender_id)
        return add_token(username=actor.username, name=f"t-{role}-{lender_id}", now=wall_now())

    return make


def get(path: str, text: str | None = None) -> Any:
    headers = {} if text is None else {"Authorization": f"Bearer {text}"}
    return Client().get(path, headers=headers)


def test_without_a_token_no_entry_and_no_proof(refusal: str) -> None:
    for path in (f"/v1/evidence/{refusal}", f"/v1/evidence/{refusal}/proof"):
        assert get(path).status_code == 401


def test_another_lenders_entry_is_as_if_absent(
    refusal: str, token: Callable[..., str], other_lender: int
) -> None:
    theirs = token(Role.COMPLIANCE, other_lender)
    for path in (f"/v1/evidence/{refusal}", f"/v1/evidence/{refusal}/proof"):
        answer = get(path, theirs)
        assert (answer.status_code, answer.json()["type"]) == (404, "entry_unknown")


def test_a_collector_does_not_see_what_is_about_somebody_elses_borrower(
    refusal: str, token: Callable[..., str]
) -> None:
    assert get(f"/v1/evidence/{refusal}", token(Role.COLLECTOR)).status_code == 404


def test_an_entry_shows_codes_and_no_person(
    qinghe: int, refusal: str, token: Callable[..., str]
) -> None:
    text = token(Role.ADMIN)
    told = get(f"/v1/evidence/{refusal}", text).json()
    assert (told["event"], told["leaf_index"]) == ("contact.refused", None)
    assert told["open"]["grounds"][0]["rule_id"] == "CN-GBT45251-FREQ-INTERACTIVE"
    assert "B-4" not in str(told)
    seal_waiting(now=NOW)
    assert get(f"/v1/evidence/{refusal}", text).json()["leaf_index"] >= 0


def test_a_proof_is_given_when_sealed_verifies_offline_and_is_recorded(
    qinghe: int, refusal: str, token: Callable[..., str]
) -> None:
    text = token(Role.COMPLIANCE)
    early = get(f"/v1/evidence/{refusal}/proof", text)
    assert (early.status_code, early.json()["type"]) == (409, "not_sealed_yet")
    assert early["Retry-After"] == "1"
    seal_waiting(now=NOW)
    before = recorded(qinghe)
    answer = get(f"/v1/evidence/{refusal}/proof", text)
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == f'attachment; filename="{refusal}.tlog-proof"'
    proven = verify_tlog_proof(answer.content.decode(), verifier_keys=[verifier_key()])
    assert refusal.encode() in proven.entry
    assert recorded(qinghe) == [*before, "evidence.exported"]


def test_a_damaged_log_gives_no_proof(qinghe: int, refusal: str, token: Callable[..., str]) -> None:
    text = token(Role.COMPLIANCE)
    seal_waiting(now=NOW)
    for path in (log_folder() / "tile/0").rglob("*"):
        if path.is_file():
            path.write_bytes(bytes(path.stat().st_size))
    before = recorded(qinghe)
    answer = get(f"/v1/evidence/{refusal}/proof", text)
    assert (answer.status_code, answer.json()["type"]) == (503, "log_unreadable")
    assert recorded(qinghe) == before


def test_anybody_mirrors_the_log_and_finds_it_sound(refusal: str, tmp_path: Path) -> None:
    assert get("/log/checkpoint").status_code == 404
    seal_waiting(now=NOW)
    head = get("/log/checkpoint")
    assert head["Cache-Control"] == "no-cache"
    size = int(head.content.decode().split("\n")[1])
    mirror = tmp_path / "mirror"
    for name in ("checkpoint", tile_path(0, 0, size), entries_path(0, size)):
        answer = get(f"/log/{name}")
        assert answer.status_code == 200
        (mirror / name).parent.mkdir(parents=True, exist_ok=True)
        (mirror / name).write_bytes(answer.content)
    assert audit_log(mirror, verifier_keys=[verifier_key()]).is_clean
    kept = get(f"/log/{tile_path(0, 0, size)}")
    assert kept["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    "name",
    [
        "tile/0/000",
        "tile/0/000.p/255",
        "tile/0/001.p/1",
        "tile/9/000.p/1",
        "tile/entries/000",
        "tile/0/../checkpoint",
        "tile/0/%2e%2e/checkpoint",
        "tile/00/000.p/1",
        "checkpoint.next",
        "log.key",
        "../log.key",
        "",
    ],
)
def test_nothing_else_of_the_disk_is_served(refusal: str, name: str) -> None:
    seal_waiting(now=NOW)
    assert get(f"/log/{name}").status_code == 404


def test_what_is_written_but_not_published_stays_unseen(refusal: str) -> None:
    seal_waiting(now=NOW)
    size = int(get("/log/checkpoint").content.decode().split("\n")[1])
    beyond = log_folder() / tile_path(0, 0, size + 1)
    beyond.write_bytes(bytes(32 * (size + 1)))
    assert get(f"/log/{tile_path(0, 0, size + 1)}").status_code == 404


def test_the_log_is_only_read(refusal: str) -> None:
    for method in ("post", "put", "patch", "delete"):
        assert getattr(Client(), method)("/log/checkpoint").status_code == 405
        assert getattr(Client(), method)("/log/tile/0/000").status_code == 405
