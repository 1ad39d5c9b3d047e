"""`forbear demo` as a newcomer starts it: everything made, the console answering, then a quick restart."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

PASSWORD = "forbear-demo-2026"


class Visitor:
    """A browser without scripts: cookies, forms, pages."""

    def __init__(self, address: str) -> None:
        self.address = address
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        self.opener = urllib.request.build_opener(jar)

    def get(self, path: str) -> tuple[int, str]:
        try:
            with self.opener.open(self.address + path, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read().decode()

    def post(self, path: str, page: str, **fields: str) -> tuple[int, str]:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token is not None
        data = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1], **fields}).encode()
        request = urllib.request.Request(self.address + path, data)  # noqa: S310 - loopback
        request.add_header("Referer", self.address + path)
        try:
            with self.opener.open(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read().decode()

    def sign_in(self, username: str) -> None:
        _, page = self.get("/console/sign-in/")
        code = re.search(rf'data-code-of="{username}">\s*(\d{{6}})', page)
        assert code is not None
        _, second = self.post("/console/sign-in/", page, username=username, password=PASSWORD)
        action = re.search(r'action="(/console/sign-in/[^"]+)"', second)
        assert action is not None
        self.post(action[1], second, code=code[1])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def started(data_dir: Path, port: int) -> subprocess.Popen[bytes]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("FORBEAR_")}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    environment["FORBEAR_DATA_DIR"] = str(data_dir)
    with (data_dir.parent / "demo.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "forbear_server.cli.main", "demo", "--port", str(port)],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    for _ in range(900):
        if process.poll() is not None:
            pytest.fail((data_dir.parent / "demo.log").read_text()[-3000:])
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/console/sign-in/", timeout=5):
                return process
        except OSError:
            time.sleep(0.2)
    process.kill()
    pytest.fail((data_dir.parent / "demo.log").read_text()[-3000:])


def stopped(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)
    process.wait(timeout=60)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    data_dir = tmp_path_factory.mktemp("demonstration") / "data"
    data_dir.mkdir()
    port = free_port()
    process = started(data_dir, port)
    yield data_dir, f"http://127.0.0.1:{port}"
    stopped(process)


def test_the_lead_finds_the_loan_of_the_story_with_its_numbers(demo: tuple[Path, str]) -> None:
    visitor = Visitor(demo[1])
    visitor.sign_in("lead")
    status, page = visitor.get("/console/loans/QH-250614-0042/")
    assert status == 200
    # pay-off: 2,073.00 + principal to come 6,585.24 + 69.10 × 6/30 days + penalty 21.40
    for number in ("8,693.46", "13.82", "2,094.40", "8,946.40", "21.40", "1,036.50", "37"):
        assert number in page, number


def test_another_lender_sees_nothing_of_it(demo: tuple[Path, str]) -> None:
    visitor = Visitor(demo[1])
    visitor.sign_in("yunshan-collector")
    assert visitor.get("/console/worklist/")[0] == 200
    assert visitor.get("/console/loans/QH-250614-0042/")[0] == 404


def test_nobody_signed_in_sees_nothing(demo: tuple[Path, str]) -> None:
    status, page = Visitor(demo[1]).get("/console/loans/QH-250614-0042/")
    assert status == 401
    assert "2,094.40" not in page


def test_a_second_start_makes_nothing_anew(demo: tuple[Path, str]) -> None:
    data_dir, _ = demo
    before = {p: p.stat().st_mtime_ns for p in data_dir.rglob("*.parquet")}
    port = free_port()
    process = started(data_dir, port)
    stopped(process)
    assert {p: p.stat().st_mtime_ns for p in data_dir.rglob("*.parquet")} == before
    assert len(before) > 50
