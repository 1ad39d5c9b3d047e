"""A whole Forbear for browser tests: its own data directory, its own server process, demo accounts.

It is run through the command line like anybody's installation, so the pages are tested with the
real content security policy, the real static files and the real database role.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

CLOCK = "2026-11-20T10:30:00+08:00"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str | None:
    named = os.environ.get("FORBEAR_CHROMIUM", "")
    found = (shutil.which(name) for name in (named, *CHROMIUM_NAMES) if name)
    return next((path for path in found if path), None)


@dataclass(frozen=True, slots=True)
class Site:
    address: str
    data_dir: Path
    environment: dict[str, str]

    def run(self, *arguments: str) -> str:
        """One `forbear` command of this installation."""
        done = subprocess.run(
            [sys.executable, "-m", "forbear_server.cli.main", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"forbear {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done.stdout


def new_site(data_dir: Path) -> Site:
    port = _free_port()
    environment = {
        **os.environ,
        "FORBEAR_DATA_DIR": str(data_dir),
        "FORBEAR_DEMO": "1",
        "FORBEAR_DEMO_CLOCK": CLOCK,
        "FORBEAR_PORT": str(port),
        "FORBEAR_WORKERS": "1",
    }
    return Site(f"http://127.0.0.1:{port}", data_dir, environment)


def serve(site: Site) -> subprocess.Popen[bytes]:
    log = (site.data_dir / "serve.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "forbear_server.cli.main", "serve"],
        env=site.environment,
        stdout=log,
        stderr=log,
    )
    for _ in range(300):
        try:
            with urlopen(f"{site.address}/console/sign-in/", timeout=5):  # noqa: S310 - our own
                return process
        except HTTPError:
            return process
        except (URLError, OSError):
            if process.poll() is not None:
                break
            time.sleep(0.2)
    process.terminate()
    raise RuntimeError((site.data_dir / "serve.log").read_text(errors="replace")[-2000:])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
