"""The outbox under fire: workers killed with kill -9 at random instants, links dropped, receipts late.

    python bench/outbox_crashes.py --messages 20000 --kills 50

Counts what the message centre accepted against what the desk says: lost, doubled, in doubt.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from server.outbox_killing import killed_outbox  # noqa: E402 the tests' own supervisor


def main() -> None:
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--messages", type=int, default=20_000)
    told.add_argument("--borrowers", type=int, default=5_000)
    told.add_argument("--kills", type=int, default=50)
    told.add_argument("--seed", type=int, default=1)
    told.add_argument("--workers", type=int, default=2)
    asked = told.parse_args()
    with tempfile.TemporaryDirectory(prefix="outbox-") as folder:
        report = killed_outbox(
            Path(folder),
            messages=asked.messages,
            borrowers=asked.borrowers,
            kills=asked.kills,
            seed=asked.seed,
            workers=asked.workers,
        )
    sys.stdout.write(json.dumps(asdict(report), indent=2) + "\n")
    if report.lost or report.doubled or report.in_doubt_left or report.after_stop:
        raise SystemExit("something was lost, doubled, left in doubt or sent after an opt-out")


if __name__ == "__main__":
    main()
