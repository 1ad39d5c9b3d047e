"""Durable entries over HTTP: 64 clients, one entry a request and 32 a request.

A real server (`forbear log intake`) on a fresh embedded PostgreSQL with fsync on; a receipt comes
when the signed head over its entry is durable. The load comes from one process on the same machine.

    python bench/evidence_http.py [--seconds 10] [--clients 64] [--json FILE]
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

PORT = 8199
FIRST, MICROSECOND = datetime(2026, 1, 5, tzinfo=UTC), timedelta(microseconds=1)
MOMENTS = itertools.count()
BORROWERS = 2000
COMMAND = (sys.executable, "-m", "forbear_server.cli.main")
SETUP = """
from forbear_server.cli.desk import open_desk
open_desk(is_new=True)
from forbear_server.store.migrating import migrate
migrate()
from forbear_server.ui.clock import wall_now
from forbear_server.services.lenders import register_lender
from forbear_server.services.users import add_user
from forbear_server.services.persons import Person, record_persons
from forbear_server.services.api_tokens import add_token
from forbear_server.selectors.actors import Role
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import Run, WorklistItem, Borrower
now = wall_now()
lender = register_lender(code="bench", name_zh="甲", name_en="Bench", kind="bank", now=now)
add_user(lender_code="bench", username="dialler", display_name="d", role=Role.LEAD, team="", is_demo=False, now=now)
with lender_scope(lender):
    record_persons(lender_id=lender, persons=[Person(f"B-{n}") for n in range(%d)])
    run = Run.objects.create(lender_id=lender, business_date=now.date(), seed=1)
    WorklistItem.objects.bulk_create(
        WorklistItem(lender_id=lender, run=run, business_date=now.date(), borrower=b, rank=b.pk,
                     action="call", reasons=[], days_past_due=1, bucket="M1", arrears_minor=1,
                     outstanding_minor=1, currency="CNY", verdict="allowed", verdict_reasons=[])
        for b in Borrower.objects.all()
    )
print("TOKEN", add_token(username="dialler", name="bench", now=now))
"""


def main() -> None:
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="forbear-bench-") as folder:
        environment = {**os.environ, "FORBEAR_DATA_DIR": folder}
        token = _prepared(environment)
        server = subprocess.Popen(
            [*COMMAND, "log", "intake", "--port", str(PORT)],
            env=environment,
            stdout=subprocess.DEVNULL,
        )
        try:
            _wait_for_port()
            rows = [
                asyncio.run(_loaded(token, asked.clients, entries, asked.seconds))
                for entries in (1, 32)
            ]
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=30)
        _check(environment, rows)
    for row in rows:
        print(
            f"{row['clients']} clients, {row['entries_a_request']:>2} a request: "
            f"{row['entries_per_second']:>8,.0f} entries/s  {row['requests_per_second']:>7,.0f} "
            f"requests/s  p50 {row['p50_ms']:.0f} ms  p99 {row['p99_ms']:.0f} ms"
        )
    if asked.json:
        Path(asked.json).write_text(json.dumps(rows, indent=2))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--json")
    return parser.parse_args()


def _prepared(environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-c", SETUP % BORROWERS],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return next(line.split()[1] for line in done.stdout.splitlines() if line.startswith("TOKEN"))


def _wait_for_port() -> None:
    for _ in range(300):
        try:
            asyncio.run(_probe())
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not start")


async def _probe() -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", PORT)
    writer.close()


async def _loaded(token: str, clients: int, entries: int, seconds: float) -> dict[str, float | int]:
    """All clients at once, each waiting for its receipt before the next request."""
    waits: list[float] = []
    began = time.perf_counter()
    stop = began + seconds
    counts = await asyncio.gather(
        *(_client(number, token, entries, stop, waits) for number in range(clients))
    )
    took = time.perf_counter() - began
    waits.sort()
    return {
        "clients": clients,
        "entries_a_request": entries,
        "acknowledged": sum(counts) * entries,
        "requests_per_second": sum(counts) / took,
        "entries_per_second": sum(counts) * entries / took,
        "p50_ms": statistics.median(waits) * 1000,
        "p99_ms": waits[int(len(waits) * 0.99)] * 1000,
    }


async def _client(number: int, token: str, entries: int, stop: float, waits: list[float]) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
    done = 0
    while time.perf_counter() < stop:
        body = json.dumps(
            [
                {
                    "borrower_ref": f"B-{(number * 131 + done * 17 + n) % BORROWERS}",
                    "channel": "sms",
                    "outcome": "delivered",
                    # a contact told twice is one: no two here end at the same moment
                    "ended_at": (FIRST + MICROSECOND * next(MOMENTS)).isoformat(),
                }
                for n in range(entries)
            ]
        ).encode()
        began = time.perf_counter()
        writer.write(
            b"POST /v1/contact-outcomes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
            + token.encode()
            + b"\r\nContent-Type: application/json\r\nContent-Length: "
            + str(len(body)).encode()
            + b"\r\n\r\n"
            + body
        )
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        answer = await reader.readexactly(length)
        if b" 201 " not in head[:20]:
            raise SystemExit(f"refused: {head!r} {answer!r}")
        waits.append(time.perf_counter() - began)
        done += 1
    writer.close()
    return done


def _check(environment: dict[str, str], rows: list[dict[str, float | int]]) -> None:
    """Nothing that was acknowledged is missing, and the log is sound."""
    folder = Path(environment["FORBEAR_DATA_DIR"]) / "log"
    key = subprocess.run(
        [*COMMAND, "log", "key"],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    told = subprocess.run(
        [*COMMAND, "evidence", "audit", str(folder), "--key", key, "--json"],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    audited = json.loads(told.stdout)["entries"]
    acknowledged = sum(int(row["acknowledged"]) for row in rows)
    if audited < acknowledged:
        raise SystemExit(f"{acknowledged} acknowledged, {audited} in the log")
    print(f"audited {audited} entries, {acknowledged} acknowledged: nothing is missing")


if __name__ == "__main__":
    main()
