"""Random changes to proofs, checkpoints and files of logs: how many are found, how many named.

python bench/tampering.py                                  10,000 changes, fixed seed and fresh seed
python bench/tampering.py --changes 1000000 --workers 2    the whole run
python bench/tampering.py --seed 12345 --changes 5000      one run again

Half of the changes come from the fixed seed, half from a fresh one that is printed. Ends with 1
when a change was not found, or none of the changed files was named.
"""

import argparse
import os
import secrets
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from evidence.tampering import Tally, tampered

FIXED_SEED = 20_251_122
PART = 20_000  # changes from one seed; so a run is repeated in a minute


def part(seed: int, changes: int) -> Tally:
    with tempfile.TemporaryDirectory() as folder:
        return tampered(Path(folder), changes, seed)


def parts(seed: int, changes: int) -> list[tuple[int, int]]:
    """The seed and the changes of each part."""
    starts = range(0, changes, PART)
    return [(seed + number, min(PART, changes - start)) for number, start in enumerate(starts)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=10_000)
    parser.add_argument("--seed", type=int, help="this seed only")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    fresh = secrets.randbits(48)
    half = asked.changes // 2
    todo = parts(FIXED_SEED, half) + parts(fresh, asked.changes - half)
    if asked.seed is not None:
        todo = parts(asked.seed, asked.changes)
    else:
        print(f"fixed seed {FIXED_SEED}, fresh seed {fresh}", flush=True)
    tally, begun = Tally(), time.perf_counter()
    with ProcessPoolExecutor(asked.workers, mp_context=get_context("spawn")) as pool:
        for number, done in enumerate(as_completed([pool.submit(part, *one) for one in todo]), 1):
            tally.add(done.result())
            print(f"\r{number} of {len(todo)} parts", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    for kind, count in sorted(tally.made.items()):
        print(f"{count:>9,}  {kind}")
    made = sum(tally.made.values())
    missed, unnamed = len(tally.missed), len(tally.unnamed)
    print(f"{made:>9,}  changes: {made - missed:,} found, {made - missed - unnamed:,} named, "
          f"in {time.perf_counter() - begun:,.0f} s on {asked.workers} processes")  # fmt: skip
    if not missed:
        print(f"{'':>9}  share not found: at most {3 / made:.1e} (95 %, rule of three)")
    for told in [*tally.missed, *tally.unnamed][:50]:
        print(f"NOT FOUND OR NOT NAMED: {told}")
    return 1 if missed or unnamed else 0


if __name__ == "__main__":
    sys.exit(main())
