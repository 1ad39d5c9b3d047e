"""A tree that grows in batches has the roots and the files of the definition."""

import random
import tracemalloc

import pytest

from evidence.log_files import files_of, made_entries, root_of
from forbear.evidence.growing import GrowingTree, first_fault, read_edge
from forbear.evidence.log_errors import BatchRefused, LogDamaged
from forbear.evidence.merkle import EMPTY_ROOT
from forbear.evidence.tiles import level_tiles

ENTRIES = made_entries(66_500)


def grown(*counts: int, tree: GrowingTree | None = None) -> tuple[GrowingTree, dict[str, bytes]]:
    """The tree after batches of these sizes, and what lies on disk when all files are written."""
    tree, disk = tree or GrowingTree(), {}
    for count in counts:
        growth = tree.grown(ENTRIES[tree.size : tree.size + count])
        tree = growth.tree
        disk.update({file.path: file.data for file in growth.files})
    return tree, disk


def test_the_empty_tree() -> None:
    assert (GrowingTree().size, GrowingTree().root) == (0, EMPTY_ROOT)
    assert GrowingTree().edge_files() == ()


def test_a_batch_of_none_changes_nothing() -> None:
    tree, _ = grown(300)
    growth = tree.grown([])
    assert (growth.tree, growth.files) == (tree, ())


def test_the_files_of_a_small_batch_are_written_out() -> None:
    tree, _ = grown(255)
    growth = tree.grown(ENTRIES[255:258])
    assert [file.path for file in growth.files] == [
        "tile/entries/000",
        "tile/entries/001.p/2",
        "tile/0/000",
        "tile/0/001.p/2",
        "tile/1/000.p/1",
    ]


def test_a_level_that_a_batch_does_not_reach_is_not_written_again() -> None:
    tree, _ = grown(300)
    assert [file.path for file in tree.grown(ENTRIES[300:301]).files] == [
        "tile/entries/001.p/45",
        "tile/0/001.p/45",
    ]


@pytest.mark.parametrize("size", [*range(1, 20), 255, 256, 257, 511, 512, 513, 1000, 5000, 65_535])
def test_one_batch_gives_exactly_the_files_of_the_definition(size: int) -> None:
    tree, disk = grown(size)
    assert tree.root == root_of(ENTRIES[:size])
    assert disk == files_of(ENTRIES[:size])


@pytest.mark.parametrize("size", [65_536, 65_537, 66_500])
def test_three_levels_of_tiles(size: int) -> None:
    tree, disk = grown(65_000, 500, size - 65_500)
    assert tree.root == root_of(ENTRIES[:size])
    wanted = files_of(ENTRIES[:size])
    assert {path: disk[path] for path in wanted} == wanted


def test_random_batches_give_the_files_of_every_size_on_the_way() -> None:
    seed = random.SystemRandom().getrandbits(64)
    chance = random.Random(seed)
    for _ in range(8):
        tree, disk = GrowingTree(), {}
        while tree.size < 3000:
            tree, added = grown(chance.choice([1, 2, 200, 256, 700]), tree=tree)
            disk.update(added)
            wanted = files_of(ENTRIES[: tree.size])
            assert {path: disk.get(path) for path in wanted} == wanted, f"seed {seed}"
            assert tree.root == root_of(ENTRIES[: tree.size]), f"seed {seed}"


def test_growing_leaves_the_tree_it_started_from_alone() -> None:
    tree, _ = grown(300)
    before = (tree.size, tree.edges, tree.bundle, tree.root)
    tree.grown(ENTRIES[300:900])
    assert (tree.size, tree.edges, tree.bundle, tree.root) == before


@pytest.mark.parametrize("size", [0, 1, 255, 256, 300, 512, 2000, 65_536, 65_793])
def test_the_edge_is_read_back_from_its_files_alone(size: int) -> None:
    tree, disk = grown(size)
    wanted = {file.path: file.data for file in tree.edge_files()}
    asked = []

    def read(path: str) -> bytes:
        asked.append(path)
        return disk[path]

    assert read_edge(size, read) == tree
    assert sorted(asked) == sorted(wanted)
    assert {path: disk[path] for path in wanted} == wanted


def test_a_cut_tile_is_named() -> None:
    _, disk = grown(300)
    disk["tile/1/000.p/1"] = disk["tile/1/000.p/1"][:-1]
    with pytest.raises(LogDamaged, match=r"^tile/1/000\.p/1: 31 bytes; 1 hashes take 32"):
        read_edge(300, disk.__getitem__)


def test_a_changed_entry_in_the_last_bundle_is_named() -> None:
    _, disk = grown(300)
    bundle = bytearray(disk["tile/entries/001.p/44"])
    bundle[-1] ^= 1
    with pytest.raises(LogDamaged, match=r"^tile/entries/001\.p/44: entry 43 of the bundle"):
        read_edge(300, {**disk, "tile/entries/001.p/44": bytes(bundle)}.__getitem__)
    with pytest.raises(LogDamaged, match=r"^tile/entries/001\.p/44: it cannot be read"):
        read_edge(300, {**disk, "tile/entries/001.p/44": bytes(bundle[:-1])}.__getitem__)


def test_the_changed_tile_below_the_edge_is_named() -> None:
    tree, disk = grown(1000)
    changed = bytearray(disk["tile/0/001"])
    changed[40] ^= 128
    found = first_fault(tree, {**disk, "tile/0/001": bytes(changed)}.__getitem__)
    assert found is not None
    assert found.path == "tile/0/001"
    assert "hash 1 of tile/1/000.p/3" in str(found)
    assert first_fault(tree, disk.__getitem__) is None


def test_an_entry_too_long_for_its_bundle_is_refused_and_named() -> None:
    with pytest.raises(BatchRefused, match=r"^Entry 301 of the batch has 65536 bytes"):
        GrowingTree().grown([b"a"] * 301 + [bytes(65_536)])
    assert GrowingTree().grown([bytes(65_535)]).tree.size == 1


def test_memory_stays_flat() -> None:
    """What is kept after half a million entries is what is kept after a hundred thousand."""
    batch = [b"x" * 20] * 8192
    tree, kept = GrowingTree(), []
    tracemalloc.start()
    for _ in range(1 << 6):
        tree = tree.grown(batch).tree
        kept.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert tree.size == 1 << 19
    assert max(kept[12:]) - min(kept[12:]) < 100_000


def test_the_tiles_of_a_level_are_all_written_once_full() -> None:
    _, disk = grown(*[1000] * 20)
    assert [t.path for t in level_tiles(20_000, 0) if t.path not in disk] == []
