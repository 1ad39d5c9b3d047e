"""Kill -9 of the desk's sequencer under load: no receipt is broken, no head goes back or conflicts.

Needs no database of yours: a fresh embedded PostgreSQL with fsync on, in a temporary folder.

    python bench/desk_crashes.py --kills 200
    python bench/desk_crashes.py --kills 20 --seed 7     a run again
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
FOLDER = tempfile.TemporaryDirectory(prefix="forbear-killed-")
os.environ["FORBEAR_DATA_DIR"] = FOLDER.name

from forbear_server.cli.django_setup import set_up_django  # noqa: E402 - after the folder is named

set_up_django()

from django.conf import settings  # noqa: E402

from forbear_server.store import embedded  # noqa: E402
from server.desk_killing import one_life, prepared_desk  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().getrandbits(32))
    asked = parser.parse_args()
    print(f"seed {asked.seed}", file=sys.stderr, flush=True)
    embedded.attach(settings.DATA_DIR)
    desk = prepared_desk(dict(os.environ))
    chance = random.Random(asked.seed)
    begun = time.perf_counter()
    for number in range(asked.kills):
        one_life(desk, seed=chance.getrandbits(32), seconds=chance.random() * 0.3)
        if number % 25 == 24:
            print(f"{number + 1} kills, {time.perf_counter() - begun:.0f} s", file=sys.stderr)
    print({**asdict(desk.counts), "entries": len(desk.promised), "largest_head": desk.largest})


if __name__ == "__main__":
    main()
