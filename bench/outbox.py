"""Outbox to message centre, messages a second with permits checked and receipts kept; and a peer.

    .venv-bench/bin/python bench/outbox.py --messages 6000

Ours: queueing (screened, permitted, logged), then sending over SMPP to a centre on the same cores,
each permit asked again, each receipt kept, the evidence sealed beside it. Peer: procrastinate on the
same PostgreSQL, whose job appends one line to a file (no gate, no SMPP, no receipt), killed with
kill -9 three times; lost and doubled lines are counted. Ours under kill -9: bench/outbox_crashes.py.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from peers.smsc import start_smsc  # noqa: E402

from forbear_server.store import embedded  # noqa: E402
from forbear_server.store.databases import socket_directory  # noqa: E402
from server import outbox_killing as desk  # noqa: E402

PEER = """
import os, sys
import procrastinate
folder, host = sys.argv[2], sys.argv[3]
log = os.path.join(folder, "effects.log")
app = procrastinate.App(connector=procrastinate.PsycopgConnector(
    kwargs=dict(host=host, user="postgres", dbname="peer")))

@app.task(name="send")
def send(i):
    fd = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(fd, b"%d\\n" % i)
    os.close(fd)

@app.periodic(cron="* * * * * */2")
@app.task(name="stalled", queueing_lock="stalled")
async def stalled(timestamp):
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=3):
        await app.job_manager.retry_job(job)

with app.open():
    if sys.argv[1] == "queue":
        app.schema_manager.apply_schema()
        import time
        begun = time.perf_counter()
        send.batch_defer(*[dict(i=i) for i in range(int(sys.argv[4]))])
        print(time.perf_counter() - begun)
    else:
        app.run_worker(concurrency=4, update_heartbeat_interval=1, stalled_worker_timeout=3,
                       fetch_job_polling_interval=0.2)
"""
DONE = """
from forbear_server.cli.desk import open_desk
open_desk()
from forbear_server.selectors.lenders import find_lender
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import Message
with lender_scope(find_lender("killed").lender_id):
    rows = Message.objects.filter(delivery="delivered")
    first = Message.objects.order_by("sending_at").values_list("sending_at", flat=True).first()
    last = rows.order_by("-delivery_at").values_list("delivery_at", flat=True).first()
    taken = Message.objects.exclude(ended_at=None).order_by("-ended_at").values_list("ended_at", flat=True).first()
    print(rows.count(), (taken - first).total_seconds() if rows and first else 0)
"""


def ours(folder: Path, messages: int, processes: int) -> dict[str, float]:
    """Queue, send, hear: rates of this product."""
    smsc = start_smsc(senders=[desk.SENDER], receipt_after_ms=[5, 20])
    environment = desk._environment(folder, smsc)
    queued = int(desk._python(environment, desk.PREPARE, str(messages), str(messages)))
    sealing = subprocess.Popen(
        [sys.executable, "-m", "forbear_server.cli", "log", "run"], env=environment
    )
    outbox = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "forbear_server.cli",
            "outbox",
            "run",
            "--processes",
            str(processes),
        ],
        env=environment,
    )
    try:
        limit = time.monotonic() + 150
        while time.monotonic() < limit:
            time.sleep(2)
            delivered, seconds = desk._python(environment, DONE).split()
            if int(delivered) == messages:
                break
        else:
            raise SystemExit(f"only {delivered} of {messages} were delivered in time")
    finally:
        outbox.terminate()
        outbox.wait(timeout=30)
        sealing.terminate()
        sealing.wait(timeout=30)
        smsc.stop()
    return {"queued_per_second": queued, "sent_per_second": round(messages / float(seconds))}


def peer(folder: Path, messages: int, host: str) -> dict[str, float]:
    """procrastinate: its rate of queueing, of jobs done, and what three kills did."""
    script = folder / "peer.py"
    script.write_text(PEER)
    psql = [sys.executable, "-c", f"import psycopg; psycopg.connect('host={host} user=postgres "
            "dbname=postgres', autocommit=True).execute('create database peer')"]  # fmt: skip
    subprocess.run(psql, check=True)
    told = [sys.executable, str(script), "queue", str(folder), host, str(messages)]
    queue_seconds = float(subprocess.run(told, check=True, capture_output=True, text=True).stdout)
    log, kills, begun = folder / "effects.log", 0, time.monotonic()
    worker = None
    last, since = 0, time.monotonic()
    while True:
        if worker is None or worker.poll() is not None:
            worker = subprocess.Popen(
                [sys.executable, str(script), "work", str(folder), host], stderr=subprocess.DEVNULL
            )
        done = len(set(log.read_text().split())) if log.exists() else 0
        if done != last:
            last, since = done, time.monotonic()
        if kills < 3 and done >= (kills + 1) * messages // 5:
            worker.kill()
            worker.wait()
            worker, kills = None, kills + 1
            continue
        if done >= messages or time.monotonic() - since > 20:
            break
        time.sleep(0.02)
    seconds = since - begun
    worker.kill()
    worker.wait()
    counts = Counter(log.read_text().split())
    return {
        "queued_per_second": round(messages / queue_seconds),
        "done_per_second": round(len(counts) / seconds),
        "kills": kills,
        "lost": messages - len(counts),
        "doubled": sum(times - 1 for times in counts.values()),
    }


def main() -> None:
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--messages", type=int, default=6000)
    told.add_argument("--peer-messages", type=int, default=3000)
    asked = told.parse_args()
    report: dict[str, object] = {"load_before": os.getloadavg()[0]}
    for processes in (1, 2):
        with tempfile.TemporaryDirectory(prefix="outbox-") as folder:
            report[f"ours, {processes} process"] = ours(Path(folder), asked.messages, processes)
    with tempfile.TemporaryDirectory(prefix="peer-") as folder:
        data = Path(folder) / "desk"
        embedded.attach(data)
        try:
            report["procrastinate"] = peer(
                Path(folder), asked.peer_messages, str(socket_directory(data))
            )
        finally:
            embedded.detach(data)
    report["load_after"] = os.getloadavg()[0]
    sys.stdout.write(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
