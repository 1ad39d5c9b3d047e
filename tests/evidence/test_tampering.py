"""Random changes to proofs, checkpoints and files of a log: all found, each named."""

import secrets
from collections.abc import Callable
from pathlib import Path

import pytest

from evidence.tampering import Tally, tampered

FIXED_SEED = 20_251_122
CHANGES = 4_000


def fresh_seed() -> int:
    return secrets.randbits(48)


@pytest.mark.parametrize("seed", [lambda: FIXED_SEED, fresh_seed], ids=["fixed seed", "fresh seed"])
def test_every_change_is_found_and_named(seed: Callable[[], int], tmp_path: Path) -> None:
    chosen = seed()
    tally = tampered(tmp_path, CHANGES, chosen, with_big=False)
    assert (tally.missed, tally.unnamed) == ([], []), f"seed {chosen}"
    assert sum(tally.made.values()) == CHANGES


def test_a_change_that_nobody_finds_is_reported() -> None:
    """The harness itself can fail: a tally says what was missed."""
    tally, other = Tally(), Tally()
    other.missed.append("inclusion proof: hash: seed 1, change 2")
    tally.add(other)
    assert tally.missed == ["inclusion proof: hash: seed 1, change 2"]
