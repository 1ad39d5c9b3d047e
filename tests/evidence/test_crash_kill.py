"""kill -9 at random instants under load. The long run: `python bench/crashes.py --kills 1000`."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

CRASHES = Path(__file__).resolve().parents[2] / "bench" / "crashes.py"
FRESH = int(os.environ.get("FORBEAR_SEED", random.SystemRandom().getrandbits(32)))


@pytest.mark.parametrize("seed", [4, FRESH], ids=["fixed", "fresh"])
def test_nothing_acknowledged_is_lost_and_no_head_conflicts(seed: int) -> None:
    """In a process of its own: it forks, which a process with threads had better not."""
    run = subprocess.run(
        [sys.executable, str(CRASHES), "--kills", "40", "--seed", str(seed), "--json"],
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    counts = json.loads(run.stdout)
    assert counts["kills"] == 40
    assert counts["acknowledged_batches"] >= 20  # every second one dies after its first
