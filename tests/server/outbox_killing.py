"""An outbox whose workers are killed at random instants while the message centre drops links.

The desk, the workers and the message centre are processes of their own; what the centre wrote down
as accepted is held against what the desk says afterwards. Nothing may be lost or sent twice.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from peers.smsc import Smsc, start_smsc

ROOT = Path(__file__).resolve().parents[2]
SENDER = "10690000"
CLOCK = "2026-11-20T10:30:00+08:00"
# One person asks us to stop while the run is on; all their later messages must stay here.
STOPPER = 7
PREPARE = """
import sys
from datetime import timedelta
from forbear_server.cli.desk import open_desk
open_desk(is_new=True)
from forbear_server.store.migrating import migrate
migrate()
from forbear_server.ui.clock import business_now, start_demo_clock
start_demo_clock()
now = business_now()
from forbear.contact.channels import Channel
from forbear_server.selectors.actors import Role, find_actor_by_name
from forbear_server.services.channels import SenderTerms, register_senders
from forbear_server.services.lenders import register_lender
from forbear_server.services.log_sequencing import seal_waiting
from forbear_server.ui.clock import wall_now
from forbear_server.services.message_drafts import MessageDraft
from forbear_server.services.messages import queue_messages
from forbear_server.services.persons import Person, record_persons
from forbear_server.services.users import add_user
from forbear_server.store.lender_scope import lender_scope
count, borrowers = int(sys.argv[1]), int(sys.argv[2])
lender = register_lender(code="killed", name_zh="青禾消费金融", name_en="Qinghe",
                         kind="consumer_finance", now=now)
for name, role in (("planner", Role.COMPLIANCE), ("admin", Role.ADMIN)):
    add_user(lender_code="killed", username=name, display_name=name, role=role,
             team="", is_demo=False, now=now)
TEXT = "您好，这里是青禾消费金融。第 {n} 号提醒：如果这段时间手头紧，可以回复我们商量一个能承受的安排。回复 TD 退订。"
with lender_scope(lender):
    record_persons(lender_id=lender, persons=[
        Person(f"B-{n:06}", phone=f"199{n:08}", time_zone="Asia/Shanghai")
        for n in range(borrowers)])
    register_senders(lender_id=lender, terms=[SenderTerms("sms", "10690000", "smpp", 5000)])
    actor = find_actor_by_name("planner")
    drafts = [MessageDraft(borrower_ref=f"B-{n % borrowers:06}", channel=Channel.SMS,
              text=TEXT.format(n=n), idempotency_key=f"plan-{n:06}", was_read_by_person=True,
              send_at=now + timedelta(seconds=(n // borrowers) * 2)) for n in range(count)]
    import time
    done, seconds = [], 0.0
    for first in range(0, count, 2000):
        begun = time.perf_counter()
        done += queue_messages(actor=actor, drafts=drafts[first:first + 2000], now=now)
        seconds += time.perf_counter() - begun
        seal_waiting(now=wall_now())  # nobody seals yet, and the gate would close
    refused = [one for one in done if one.refusal]
    if refused:
        raise SystemExit(f"{len(refused)} refused, the first: {refused[0]}")
print(f"{count / seconds:.0f}")
"""


@dataclass
class Report:
    """What a run came to."""

    messages: int
    kills: int = 0
    seconds: float = 0.0
    queued_per_second: int = 0
    states: dict[str, int] = field(default_factory=dict)
    accepted: int = 0
    doubled: int = 0
    lost: int = 0
    in_doubt_left: int = 0
    settled_by_receipt: int = 0
    settled_by_statement: int = 0
    never_taken: int = 0
    after_stop: int = 0
    stopped: int = 0
    delivered: int = 0


def killed_outbox(
    folder: Path, *, messages: int, borrowers: int, kills: int, seed: int, workers: int = 2
) -> Report:
    """Queue, send under fire, settle; what the channel and the desk say at the end."""
    statement = folder / "statement.jsonl"
    smsc = start_smsc(
        senders=[SENDER],
        statement=str(statement),
        receipt_after_ms=[20, 1500],
        drop_chance=0.0005,
        seed=seed,
    )
    environment = _environment(folder, smsc)
    try:
        report = Report(messages)
        report.queued_per_second = int(_python(environment, PREPARE, str(messages), str(borrowers)))
        begun = time.monotonic()
        _under_fire(environment, smsc, report, statement, kills=kills, seed=seed, workers=workers)
        report.seconds = time.monotonic() - begun
        _settle(environment, statement, report)
        _compare(environment, statement, report)
        return report
    finally:
        smsc.stop()
        _python(environment, "from forbear_server.cli.desk import open_desk; open_desk()")


def _environment(folder: Path, smsc: Smsc) -> dict[str, str]:
    channels = folder / "channels.yaml"
    channels.write_text(
        yaml.safe_dump(
            {
                "senders": [
                    {
                        "sender": SENDER,
                        "channel": "sms",
                        "lender": "killed",
                        "gateway": "smpp",
                        "rate_per_second": 5000,
                        "source": SENDER,
                        "host": "127.0.0.1",
                        "port": smsc.port,
                        "system_id": "app",
                        "password_env": "OUTBOX_TEST_PASSWORD",
                        "window": 64,
                        "reconnect_first_seconds": 0.1,
                        "response_seconds": 3.0,
                    }
                ]
            }
        )
    )
    return {
        **os.environ,
        "FORBEAR_DATA_DIR": str(folder / "desk"),
        "FORBEAR_CHANNELS": str(channels),
        "FORBEAR_DEMO_CLOCK": CLOCK,
        "OUTBOX_TEST_PASSWORD": "secret",
    }


def _python(environment: dict[str, str], source: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", source, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise AssertionError(done.stderr[-3000:] + done.stdout[-500:])
    return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""


def _forbear(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "forbear_server.cli", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise AssertionError(f"forbear {' '.join(arguments)}: {done.stderr[-2000:]}{done.stdout}")
    return done.stdout


def _worker(environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as written:
        return subprocess.Popen(
            [sys.executable, "-m", "forbear_server.cli", "outbox", "run", "--lease", "3"],
            env=environment,
            stdout=written,
            stderr=written,
        )


def _under_fire(
    environment: dict[str, str],
    smsc: Smsc,
    report: Report,
    statement: Path,
    *,
    kills: int,
    seed: int,
    workers: int,
) -> None:
    """Workers are killed at random instants until enough died; then the rest is sent in peace."""
    chance = random.Random(seed)
    log = Path(environment["FORBEAR_DATA_DIR"]).parent / "workers.log"
    sealing = subprocess.Popen(
        [sys.executable, "-m", "forbear_server.cli", "log", "run"], env=environment
    )
    running = [_worker(environment, log) for _ in range(workers)]
    has_stopped = False
    pace = report.messages / (kills + 1)
    last, since = 0, time.monotonic()
    try:
        while True:
            time.sleep(0.02)
            accepted = _lines(statement)
            if not has_stopped and accepted > report.messages * 0.3:
                smsc.reply(number=f"86199{STOPPER:08}", to=SENDER, text="别再发了，退订")
                has_stopped = True
            if report.kills < kills and accepted >= report.kills * pace * 0.9:
                time.sleep(chance.random() * 0.3)
                victim = chance.randrange(workers)
                running[victim].send_signal(signal.SIGKILL)
                running[victim].wait()
                running[victim] = _worker(environment, log)
                report.kills += 1
                since = time.monotonic()
            if accepted != last:
                last, since = accepted, time.monotonic()
            if report.kills >= kills and time.monotonic() - since > 9:
                break
            if time.monotonic() - since > 60:
                raise AssertionError(f"nothing goes on: {log.read_text()[-2000:]}")
    finally:
        for one in running:
            one.terminate()
        for one in running:
            one.wait(timeout=30)
        sealing.terminate()
        sealing.wait(timeout=30)


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def _settle(environment: dict[str, str], statement: Path, report: Report) -> None:
    """What no receipt settled is settled from the channel's own statement."""
    before = json.loads(_forbear(environment, "outbox", "status", "--as", "admin", "--json"))
    if before["counts"]["in_doubt"]:
        told = json.loads(
            _forbear(
                environment,
                *("outbox", "resolve", "--statement", str(statement), "--sender", SENDER),
                *("--as", "admin", "--json"),
            )
        )
        report.settled_by_statement = told["taken"]
        report.never_taken = told["never_taken"]


def _compare(environment: dict[str, str], statement: Path, report: Report) -> None:
    counted = json.loads(_python(environment, COMPARE))
    report.states = counted["states"]
    report.in_doubt_left = counted["states"].get("in_doubt", 0)
    report.settled_by_receipt = counted["by_receipt"]
    report.delivered = counted["delivered"]
    texts: Counter[tuple[str, int]] = Counter()
    for line in statement.read_text().splitlines():
        part = json.loads(line)
        if part["part"] == 1:
            texts[part["destination"], part["user_message_reference"]] += 1
    report.accepted = sum(texts.values())
    report.doubled = sum(times - 1 for times in texts.values())
    done = {(one[0], one[1]) for one in counted["done"]}
    # done, and the channel never had it; or the channel had it, and the desk does not say so
    report.lost = len(done ^ {(number, reference) for number, reference in texts})
    report.stopped = counted["stopped"]
    report.after_stop = counted["after_stop"]


COMPARE = f"""
import json
from forbear_server.cli.desk import open_desk
open_desk()
from django.db.models import Count
from forbear_server.selectors.lenders import find_lender
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import ContactPreference, EvidenceEntry, Message
from forbear_server.store.sealing import unseal
with lender_scope(find_lender("killed").lender_id):
    states = dict(Message.objects.values_list("state").annotate(many=Count("pk")))
    done = [(unseal(m.address_sealed, field="message.address", row=f"{{m.lender_id}}:{{m.uuid}}").lstrip("+"),
             m.reference) for m in Message.objects.filter(state="done")]
    stop = ContactPreference.objects.filter(kind__in=["channel_opt_out", "contact_stopped"]).first()
    theirs = Message.objects.filter(borrower__ref="B-{STOPPER:06}")
    # Both are written under the lock of the person's row: their numbers say which came first.
    since = EvidenceEntry.objects.get(uuid=stop.evidence_id).pk if stop else 0
    used = [f"permit:{{one}}" for one in theirs.values_list("permit_id", flat=True)]
    late = EvidenceEntry.objects.filter(name="permit.used", about__in=used, pk__gt=since).count()
    print(json.dumps({{"states": states, "done": done, "after_stop": late if stop else -1,
        "stopped": theirs.filter(state="cancelled").count(),
        "delivered": Message.objects.filter(delivery="delivered").count(),
        "by_receipt": Message.objects.filter(state="done", reason="by_receipt").count()}}))
"""
