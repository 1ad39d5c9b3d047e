"""C15: who may see what, that proofs hold, that opening needs a reason, that replay agrees."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from forbear.contact.channels import Channel
from forbear.contact.permission import ContactRequest
from forbear.evidence.bundle_checks import check_bundle
from forbear.evidence.events import EVENTS
from forbear.evidence.tlog_proofs import verify_tlog_proof
from forbear_server.console.evidence_wording import EVENT_WORDS
from forbear_server.selectors.actors import Actor, Role
from forbear_server.services.erasure import erase_person
from forbear_server.services.gate import issue_permit, lapse_permits
from forbear_server.services.log_sequencing import seal_waiting
from forbear_server.services.persons import Person, record_persons
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.log_files import log_folder, verifier_key
from server.conftest import NOW
from server.desk import import_small_tape, run_the_night
from server.evidence import recorded

pytestmark = pytest.mark.django_db
PATH = "/console/evidence/"


@pytest.fixture
def decisions(
    qinghe: int, make_actor: Callable[..., Actor], fresh_data_dir: Path
) -> Iterator[dict[str, str]]:
    """Entries by borrower: B-1 permitted, B-2 for review (no zone), B-4 refused; B-9 has no loan."""
    import_small_tape(fresh_data_dir)
    actor = make_actor("asking.officer", Role.COMPLIANCE)
    made = {}
    with lender_scope(qinghe):
        record_persons(lender_id=qinghe, persons=[Person("B-9", name="周宁", phone="13800001234")])
        for ref in ("B-1", "B-2", "B-4", "B-9"):
            answer = issue_permit(
                actor=actor,
                asked=ContactRequest(channel=Channel.VOICE_INTERACTIVE, number_ref="n1"),
                idempotency_key=f"key-{ref}-0000",
                borrower_ref=ref,
                content_digest="",
                now=NOW,
            )
            made[ref] = str(answer.evidence_id)
    yield made


def page(client: Client, path: str = "", **asked: str) -> str:
    answer = client.get(PATH + path, asked)
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def test_signed_out_nobody_sees_anything(decisions: dict[str, str]) -> None:
    entry = decisions["B-4"]
    for path in ("", f"{entry}/", f"{entry}/proof/", "verifier/"):
        assert Client().get(PATH + path).status_code == 401
    for verb in ("open", "replay", "bundle"):
        assert Client().post(f"{PATH}{entry}/{verb}/").status_code == 401


def test_another_lenders_entry_is_as_if_absent(
    decisions: dict[str, str], other_lender: int, signed_in: Callable[..., Client]
) -> None:
    client = signed_in(Role.COMPLIANCE, lender_id=other_lender)
    entry = decisions["B-4"]
    assert entry[:8] not in page(client)
    for path in (f"{entry}/", f"{entry}/proof/", "E-1/"):
        assert client.get(PATH + path).status_code == 404
    for verb in ("open", "replay", "bundle"):
        answer = client.post(f"{PATH}{entry}/{verb}/", {"reason": "a good reason"})
        assert answer.status_code == 404


def test_a_collector_sees_what_is_about_the_own_worklist_and_no_other(
    decisions: dict[str, str], signed_in: Callable[..., Client]
) -> None:
    run_the_night()
    client = signed_in(Role.COLLECTOR)
    assert decisions["B-1"] in page(client)
    assert client.get(f"{PATH}{decisions['B-1']}/").status_code == 200
    assert client.get(f"{PATH}{decisions['B-9']}/").status_code == 404


def test_the_list_finds_by_event_rule_answer_borrower_and_number(
    decisions: dict[str, str], signed_in: Callable[..., Client]
) -> None:
    client = signed_in(Role.COMPLIANCE)
    refused = decisions["B-4"]
    for asked in (
        {"event": "contact.refused"},
        {"rule": "CN-GBT45251-FREQ-INTERACTIVE"},
        {"ruling": "refused"},
        {"q": "B-4"},
        {"q": refused},
        {"q": refused, "since": "2026-11-20", "until": "2026-11-20"},
    ):
        assert set(re.findall(r"evidence/([0-9a-f]{32})/", page(client, **asked))) == {refused}
    assert "C15-empty" in page(client, q="nobody")
    assert "C15-empty" in page(client, until="2026-11-19", event="contact.refused")
    assert client.get(PATH, {"since": "yesterday"}).status_code == 422


def test_an_entry_waits_for_its_place_and_then_is_proven(
    qinghe: int, decisions: dict[str, str], signed_in: Callable[..., Client]
) -> None:
    client = signed_in(Role.STRATEGIST)
    entry = decisions["B-4"]
    waiting = page(client, f"{entry}/")
    assert "C15-waiting" in waiting
    assert "C15-download" not in waiting
    assert client.get(f"{PATH}{entry}/proof/").status_code == 409
    seal_waiting(now=NOW)
    shown = page(client, f"{entry}/")
    for card in ("decision", "rules", "entry", "proof", "checkpoint"):
        assert f"C15-{card}" in shown
    assert "C15-verified" in shown
    assert "C15-waiting" not in shown
    assert recorded(qinghe)[-1] == "evidence.viewed"


def test_nothing_on_the_page_leads_to_the_person(
    decisions: dict[str, str], signed_in: Callable[..., Client]
) -> None:
    seal_waiting(now=NOW)
    for role in (Role.STRATEGIST, Role.ADMIN, Role.COMPLIANCE):
        shown = page(signed_in(role), f"{decisions['B-9']}/")
        for hidden in ("B-9", "周宁", "13800001234", "asking.officer", "local_minute"):
            assert hidden not in shown


def test_opening_is_for_compliance_for_a_reason_and_recorded(
    qinghe: int, decisions: dict[str, str], signed_in: Callable[..., Client]
) -> None:
    path = f"{PATH}{decisions['B-9']}/open/"
    before = recorded(qinghe)
    denied = signed_in(Role.STRATEGIST).post(path, {"reason": "a good reason"})
    assert denied.status_code == 403
    assert recorded(qinghe) == [*before, "access.refused"]
    officer = signed_in(Role.COMPLIANCE)
    short = officer.post(path, {"reason": " x "})
    assert short.status_code == 422
    assert "B-9" not in short.content.decode()
    assert recorded(qinghe) == [*before, "access.refused"]
    opened = officer.post(path, {"reason": "投诉核查"})
    assert opened.status_code == 200
    assert "C15-opened" in opened.content.decode()
    assert "B-9" in opened.content.decode()
    assert recorded(qinghe)[-1] == "evidence.opened"


@pytest.mark.parametrize(("ref", "answer"), [("B-1", "可以"), ("B-2", "需复核"), ("B-4", "不可以")])
def test_replay_gives_the_same_bytes(
    qinghe: int,
    decisions: dict[str, str],
    signed_in: Callable[..., Client],
    ref: str,
    answer: str,
) -> None:
    client = signed_in(Role.COMPLIANCE)
    told = client.post(
        f"{PATH}{decisions[ref]}/replay/",
        headers={"HX-Request": "true", "HX-Target": "replay"},
    )
    assert told.status_code == 200
    shown = told.content.decode()
    assert "C15-agrees" in shown
    assert "一致" in shown and "不一致" not in shown
    assert answer in shown
    assert recorded(qinghe)[-1] == "evidence.replayed"


def test_the_proof_verifies_offline_and_not_with_a_byte_changed(
    qinghe: int, decisions: dict[str, str], signed_in: Callable[..., Client]
) -> None:
    seal_waiting(now=NOW)
    client = signed_in(Role.COMPLIANCE)
    text = client.get(f"{PATH}{decisions['B-4']}/proof/").content.decode()
    assert verify_tlog_proof(text, verifier_keys=[verifier_key()]).entry
    assert recorded(qinghe)[-1] == "evidence.exported"
    changed = text.replace("extra ", "extra A", 1)
    with pytest.raises(ValueError, match=r"\w"):
        verify_tlog_proof(changed, verifier_keys=[verifier_key()])
    verifier = client.get(f"{PATH}verifier/").content.decode()
    assert verifier.startswith("#!/usr/bin/env python3")


def test_the_bundle_is_for_compliance_for_a_reason_and_checks_itself(
    qinghe: int, decisions: dict[str, str], signed_in: Callable[..., Client]
) -> None:
    path = f"{PATH}{decisions['B-9']}/bundle/"
    assert signed_in(Role.ADMIN).post(path, {"reason": "a good reason"}).status_code == 403
    officer = signed_in(Role.COMPLIANCE)
    assert officer.post(path, {"reason": ""}).status_code == 422
    made = officer.post(path, {"reason": "法院调取"})
    assert made["Content-Type"] == "application/zip"
    checked = check_bundle(made.content, verifier_keys=[verifier_key()])
    events = [one.entry["event"] for one in checked.entries]
    assert events == ["contact.review_needed"]
    assert recorded(qinghe)[-1] == "evidence.exported"


def test_a_damaged_log_is_said_loudly(
    decisions: dict[str, str], signed_in: Callable[..., Client]
) -> None:
    seal_waiting(now=NOW)
    for path in (log_folder() / "tile/0").rglob("*"):
        if path.is_file():
            path.write_bytes(bytes(path.stat().st_size))
    client = signed_in(Role.COMPLIANCE)
    shown = page(client, f"{decisions['B-4']}/")
    assert "C15-broken" in shown
    assert "校验失败，请立即联系合规" in shown
    assert "C15-verified" not in shown
    assert client.get(f"{PATH}{decisions['B-4']}/proof/").status_code == 409


def test_after_erasure_the_entry_stands_and_opens_for_nobody(
    qinghe: int,
    decisions: dict[str, str],
    make_actor: Callable[..., Actor],
    signed_in: Callable[..., Client],
) -> None:
    officer = make_actor("erasing.officer", Role.COMPLIANCE)
    with lender_scope(qinghe):
        erase_person(
            actor=officer, borrower_ref="B-9", reason="request", now=NOW + timedelta(days=366 * 8)
        )
    seal_waiting(now=NOW)
    client = signed_in(Role.COMPLIANCE)
    shown = page(client, f"{decisions['B-9']}/")
    assert "C15-erased" in shown
    assert "C15-verified" in shown
    answer = client.post(f"{PATH}{decisions['B-9']}/open/", {"reason": "a good reason"})
    assert answer.status_code == 422
    assert "该人已删除" in answer.content.decode()


def test_what_is_shown_elsewhere_leads_to_its_proof(
    qinghe: int, decisions: dict[str, str], signed_in: Callable[..., Client]
) -> None:
    # the permits of the morning lapse unused: the night counts those under way as contacts
    with lender_scope(qinghe):
        lapse_permits(lender_id=qinghe, now=NOW + timedelta(minutes=31))
    run_the_night()
    admin = signed_in(Role.ADMIN)
    run = admin.get("/console/runs/2026-11-20/").content.decode()
    assert run.count("/console/evidence/") >= 3
    collector = signed_in(Role.COLLECTOR)
    listed = collector.get("/console/worklist/").content.decode()
    item = re.search(r"/console/worklist/(\d+)/", listed)
    assert item is not None
    taken = collector.post(f"/console/worklist/{item[1]}/take/", follow=True)
    shown = taken.content.decode()
    link = re.search(r'data-testid="recorded".*?/console/evidence/([0-9a-f]{32})/', shown, re.S)
    assert link is not None
    assert collector.get(f"{PATH}{link[1]}/").status_code == 200
    assert 'data-testid="evidence-links"' in shown
    for entry in re.findall(r"/console/evidence/([0-9a-f]{32})/", shown):
        assert collector.get(f"{PATH}{entry}/").status_code == 200


def test_every_event_has_words() -> None:
    assert set(EVENT_WORDS) == set(EVENTS)
