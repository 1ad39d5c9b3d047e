"""The log in real processes: the intake over HTTP, a sequencer that is killed, one writer at a time."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from server.desk_killing import PREPARE
from server.test_demonstration import free_port

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "forbear_server.cli.main")
TOKENS = """
from forbear_server.cli.desk import open_desk
open_desk()
from forbear_server.ui.clock import wall_now
from forbear_server.services.api_tokens import add_token
from forbear_server.services.users import add_user
from forbear_server.selectors.actors import Role
from forbear_server.selectors.lenders import find_lender
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import Borrower, Run, User, WorklistItem
lender = find_lender("killed").lender_id
for role in (Role.COLLECTOR, Role.COMPLIANCE):
    add_user(lender_code="killed", username=f"u.{role}", display_name="u", role=role, team="",
             is_demo=False, now=wall_now())
with lender_scope(lender):
    run = Run.objects.create(lender_id=lender, business_date=wall_now().date(), seed=1)
    for ref in ("B-1", "B-2"):
        WorklistItem.objects.create(
            lender_id=lender, run=run, business_date=wall_now().date(), rank=1, reasons=[],
            borrower=Borrower.objects.get(ref=ref), action="call", days_past_due=1, bucket="M1",
            arrears_minor=1, outstanding_minor=1, currency="CNY", verdict="allowed",
            verdict_reasons=[])
print(*(add_token(username=f"u.{role}", name=f"t-{role}", now=wall_now())
        for role in (Role.COLLECTOR, Role.COMPLIANCE)))
"""
GOOD = {
    "borrower_ref": "B-1",
    "channel": "sms",
    "outcome": "delivered",
    "ended_at": "2026-01-05T09:00:00+08:00",
}


@dataclass(frozen=True)
class Site:
    """A running intake and who may speak to it."""

    environment: dict[str, str]
    port: int
    collector: str
    compliance: str

    def post(
        self, body: object, token: str = "", raw: bytes = b""
    ) -> tuple[int, dict[str, object]]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/v1/contact-outcomes",
            data=raw or json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {token}"} if token else {},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refusal:
            return refusal.code, json.load(refusal)

    def told(self, *arguments: str) -> dict[str, object]:
        done = subprocess.run(
            [*COMMAND, *arguments],
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return dict(json.loads(done.stdout))

    def published(self) -> int:
        """How many entries are published."""
        checkpoint = Path(self.environment["FORBEAR_DATA_DIR"], "log", "checkpoint")
        return int(checkpoint.read_text().split("\n")[1]) if checkpoint.exists() else 0


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("FORBEAR_")}
    environment |= {
        "FORBEAR_DATA_DIR": str(tmp_path_factory.mktemp("intake")),
        "DJANGO_SETTINGS_MODULE": "forbear_server.settings",
    }
    # the server of the desk lives as long as somebody uses it
    made = "import sys; " + PREPARE + TOKENS.replace("open_desk()\n", "", 1)
    done = subprocess.run(
        [sys.executable, "-c", made], env=environment, check=True, capture_output=True, text=True
    )
    collector, compliance = done.stdout.split()[-2:]
    port = free_port()
    server = subprocess.Popen(
        [*COMMAND, "log", "intake", "--port", str(port)], env=environment, stdout=subprocess.DEVNULL
    )
    site = Site(environment, port, collector, compliance)
    for _ in range(600):
        try:
            site.post({})
            break
        except OSError:
            time.sleep(0.1)
    # what setting up recorded is sealed first
    while site.told("log", "status", "--json")["waiting"]:
        time.sleep(0.1)
    yield site
    server.send_signal(signal.SIGINT)
    server.wait(timeout=60)


def test_nobody_is_answered_without_a_token(site: Site) -> None:
    before = site.published()
    for token in ("", "fbr_made_up"):
        status, told = site.post([GOOD], token)
        assert (status, told["type"]) == (401, "token_missing_or_invalid")
    assert site.published() == before


def test_a_role_that_contacts_nobody_reports_nothing(site: Site) -> None:
    before = site.published()
    status, told = site.post([GOOD], site.compliance)
    assert (status, told["type"]) == (403, "role_missing")
    assert site.published() == before


def test_someone_elses_borrower_is_as_if_absent_and_nothing_is_recorded(site: Site) -> None:
    before = site.published()
    for ref in ("B-3", "nobody"):
        status, told = site.post([GOOD, {**GOOD, "borrower_ref": ref}], site.collector)
        assert (status, told["type"]) == (422, "outcomes_refused")
        assert told["title"] == f"1: there is no borrower {ref}"
    assert site.published() == before


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"channel": "pigeon"}, "0.channel"),
        ({"outcome": "threatened"}, "0.outcome"),
        ({"ended_at": "2026-01-05T09:00:00"}, "0.ended_at"),
        ({"borrower_ref": ""}, "0.borrower_ref"),
        ({"borrower_ref": "a\u0000b"}, "0.borrower_ref"),
        ({"ended_at": "0001-01-01T00:00:00+08:00"}, "0.ended_at"),
        ({"note": "x"}, "0.note"),
    ],
)
def test_a_report_that_is_not_of_the_form_says_where(
    site: Site, change: dict[str, str], where: str
) -> None:
    status, told = site.post([{**GOOD, **change}], site.collector)
    assert (status, told["type"]) == (422, "request_invalid")
    assert str(told["title"]).startswith(f"{where}: ")


def test_a_contact_of_the_future_and_a_permit_of_nobody_are_refused(site: Site) -> None:
    for change in (
        {"ended_at": "2126-01-05T09:00:00+08:00"},
        {"permit_id": "00000000-0000-4000-8000-000000000000"},
    ):
        status, told = site.post([{**GOOD, **change}], site.collector)
        assert (status, told["type"]) == (422, "outcomes_refused")


def test_reports_get_receipts_in_their_order_and_the_log_has_them(site: Site) -> None:
    before = site.published()
    status, one = site.post(GOOD, site.collector)
    assert status == 201
    minutes = [{**GOOD, "ended_at": f"2026-01-05T08:{n:02}:00+08:00"} for n in range(40)]
    whose = [{**at, "borrower_ref": ref} for at in minutes for ref in ("B-1", "B-2")]
    status, many = site.post(whose, site.collector)
    receipts = [*one["receipts"], *many["receipts"]]  # type: ignore[misc]
    assert [r["leaf_index"] for r in receipts] == list(range(before, before + 81))
    assert receipts[-1]["log_size"] == site.published() == before + 81
    assert len({r["entry_id"] for r in receipts}) == 81


def test_a_report_sent_again_gets_the_first_receipt_and_the_log_does_not_grow(site: Site) -> None:
    told = [{**GOOD, "ended_at": f"2026-01-06T08:0{n}:00+08:00"} for n in range(3)]
    status, first = site.post(told, site.collector)
    size = site.published()
    assert status == 201
    status, again = site.post(told[::-1], site.collector)
    where = [(r["entry_id"], r["leaf_index"]) for r in first["receipts"]]  # type: ignore[attr-defined]
    assert [(r["entry_id"], r["leaf_index"]) for r in again["receipts"]] == where[::-1]  # type: ignore[attr-defined]
    assert (status, site.published()) == (201, size)


def test_a_second_sequencer_stands_back(site: Site) -> None:
    done = subprocess.run(
        [*COMMAND, "log", "seal"], env=site.environment, check=True, capture_output=True, text=True
    )
    assert "Another process is the sequencer" in done.stdout


def test_the_desk_agrees_with_what_was_published(site: Site) -> None:
    told = site.told("evidence", "check-desk", "--json")
    assert (told["faults"], told["leaves"]) == ([], site.published())
    assert site.told("log", "status", "--json")["trouble"] == ""


@pytest.mark.parametrize(
    "seed", ["20261122", str(random.SystemRandom().getrandbits(32))], ids=["fixed", "fresh"]
)
def test_killed_at_random_instants_no_receipt_is_broken(seed: str) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("FORBEAR_")}
    done = subprocess.run(
        [sys.executable, "bench/desk_crashes.py", "--kills", "5", "--seed", seed],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "'kills': 5" in done.stdout
