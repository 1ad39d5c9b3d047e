"""Every proof made verifies; nothing changed does; the tile reader gives what the definition gives."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.log_files import files_of, made_entries
from forbear.evidence import hashing
from forbear.evidence.errors import ProofError, ProofMalformed, RootMismatch, TileRefused
from forbear.evidence.merkle import (
    EMPTY_ROOT,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    plain_parent_hashes,
    root_hash,
)
from forbear.evidence.reading import TileReader
from forbear.evidence.verify import verify_consistency, verify_inclusion

LEAVES = [leaf_hash(one) for one in made_entries(70)]
BIG = made_entries(66_000)
BIG_FILES = files_of(BIG)
BIG_LEAVES = [leaf_hash(one) for one in BIG]


def changed(hash_: bytes, position: int) -> bytes:
    place = position % (len(hash_) * 8)
    byte, bit = divmod(place, 8)
    return hash_[:byte] + bytes([hash_[byte] ^ (1 << bit)]) + hash_[byte + 1 :]


def test_the_tree_of_three_by_hand() -> None:
    a, b, c = (leaf_hash(one) for one in (b"a", b"b", b"c"))
    assert root_hash([a, b, c]) == node_hash(node_hash(a, b), c)
    assert inclusion_proof([a, b, c], 0) == [b, c]
    assert inclusion_proof([a, b, c], 2) == [node_hash(a, b)]
    assert consistency_proof([a, b, c], 1) == [b, c]
    assert root_hash([]) == EMPTY_ROOT


def test_every_inclusion_up_to_70() -> None:
    for size in range(1, 71):
        root = root_hash(LEAVES[:size])
        for index in range(size):
            proof = inclusion_proof(LEAVES[:size], index)
            verify_inclusion(
                leaf_hash=LEAVES[index], index=index, size=size, proof=proof, root=root
            )


def test_consistency_of_all_pairs_up_to_70() -> None:
    roots = [root_hash(LEAVES[:size]) for size in range(71)]
    for size in range(1, 71):
        for old_size in range(1, size + 1):
            proof = consistency_proof(LEAVES[:size], old_size)
            verify_consistency(
                old_size=old_size,
                old_root=roots[old_size],
                size=size,
                root=roots[size],
                proof=proof,
            )


@given(st.data())
def test_an_inclusion_proof_with_anything_changed_is_refused(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 70))
    index = data.draw(st.integers(0, size - 1))
    given_ = {
        "leaf_hash": LEAVES[index],
        "index": index,
        "size": size,
        "proof": inclusion_proof(LEAVES[:size], index),
        "root": root_hash(LEAVES[:size]),
    }
    position = data.draw(st.integers(0, 10_000))
    proof = list(given_["proof"])  # type: ignore[call-overload]
    changes = [
        {"leaf_hash": changed(LEAVES[index], position)},
        {"root": changed(given_["root"], position)},  # type: ignore[arg-type]
        {"index": data.draw(st.integers(-3, 80).filter(lambda one: one != index))},
        {"proof": [*proof, bytes(32)]},
        {"proof": [bytes(32), *proof]},
        {"leaf_hash": LEAVES[index][:31]},
        {"root": bytes(33)},
    ]
    if proof:
        where = position % len(proof)
        with_one_changed = list(proof)
        with_one_changed[where] = changed(proof[where], position)
        with_one_cut = list(proof)
        with_one_cut[where] = proof[where][:-1]
        changes += [
            {"proof": with_one_changed},
            {"proof": with_one_cut},
            {"proof": proof[:where] + proof[where + 1 :]},
        ]
    for change in changes:
        with pytest.raises(ProofError):
            verify_inclusion(**{**given_, **change})  # type: ignore[arg-type]


@given(st.data())
def test_a_consistency_proof_with_anything_changed_is_refused(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 70))
    old_size = data.draw(st.integers(1, size - 1))
    old_root, root = root_hash(LEAVES[:old_size]), root_hash(LEAVES[:size])
    proof = consistency_proof(LEAVES[:size], old_size)
    position = data.draw(st.integers(0, 10_000))
    where = position % len(proof)
    with_one_changed = list(proof)
    with_one_changed[where] = changed(proof[where], position)
    for change in (
        {"old_root": changed(old_root, position)},
        {"root": changed(root, position)},
        {"old_root": old_root + b"\0"},
        {"old_size": 0},
        {"old_size": -old_size},
        {"old_size": size, "size": old_size},
        {"proof": []},
        {"proof": with_one_changed},
        {"proof": [*proof, bytes(32)]},
        {"proof": proof[:where] + proof[where + 1 :]},
    ):
        kept = {
            "old_size": old_size,
            "old_root": old_root,
            "size": size,
            "root": root,
            "proof": proof,
        }
        with pytest.raises(ProofError):
            verify_consistency(**{**kept, **change})  # type: ignore[arg-type]


def test_a_refusal_says_which_hash_and_both_values() -> None:
    a, b = leaf_hash(b"a"), leaf_hash(b"b")
    with pytest.raises(RootMismatch) as refused:
        verify_inclusion(leaf_hash=a, index=1, size=2, proof=[b], root=node_hash(a, b))
    assert refused.value.code == "root_mismatch"
    assert (refused.value.which, refused.value.expected) == ("root", node_hash(a, b))
    assert refused.value.computed == node_hash(b, a)
    assert node_hash(b, a).hex() in str(refused.value)
    with pytest.raises(RootMismatch) as older:
        verify_consistency(
            old_size=3, old_root=a, size=4, root=root_hash(LEAVES[:4]),
            proof=consistency_proof(LEAVES[:4], 3),
        )  # fmt: skip
    assert older.value.which == "old root"


@pytest.mark.parametrize("size", [True, 1.0, "1", None, 2**64])
def test_a_size_is_a_whole_number_of_64_bits(size: object) -> None:
    with pytest.raises(ProofMalformed, match="The size is"):
        verify_inclusion(leaf_hash=bytes(32), index=0, size=size, proof=[], root=bytes(32))  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [0, 1, 2, 7, 8, 70])
def test_an_index_at_the_size_is_outside(size: int) -> None:
    for proof in ([], [bytes(32)], LEAVES[:3]):
        with pytest.raises(ProofMalformed, match=f"Index {size} is outside a tree of {size}"):
            verify_inclusion(
                leaf_hash=LEAVES[0], index=size, size=size, proof=proof, root=LEAVES[0]
            )


def test_hashes_are_bytes_and_a_proof_is_a_list() -> None:
    leaf = LEAVES[0]
    with pytest.raises(ProofMalformed, match="is str, but"):
        verify_inclusion(leaf_hash=leaf.hex(), index=0, size=1, proof=[], root=leaf)  # type: ignore[arg-type]
    with pytest.raises(ProofMalformed):
        verify_inclusion(leaf_hash=leaf, index=0, size=1, proof=b"", root=leaf)  # type: ignore[arg-type]
    with pytest.raises(ProofMalformed):
        consistency_proof(LEAVES, 0)
    with pytest.raises(ProofMalformed):
        inclusion_proof(LEAVES, 70)


@settings(max_examples=20)
@given(st.data())
def test_the_tile_reader_gives_what_the_definition_gives(data: st.DataObject) -> None:
    size = data.draw(
        st.one_of(
            st.integers(1, 66_000), st.sampled_from([1, 255, 256, 257, 65_535, 65_536, 65_537])
        )
    )
    index = data.draw(st.integers(0, size - 1))
    old_size = data.draw(st.integers(1, size))
    parents = data.draw(st.sampled_from([plain_parent_hashes, hashing.parent_hashes]))
    reader = TileReader(BIG_FILES.get, parent_hashes=parents)
    leaves = BIG_LEAVES[:size]
    root, old_root = root_hash(leaves), root_hash(leaves[:old_size])
    assert reader.root(size) == root
    assert reader.leaf_hash(index, size) == BIG_LEAVES[index]
    assert reader.entry(index, size) == BIG[index]
    proof = reader.inclusion_proof(index, size)
    assert proof == inclusion_proof(leaves, index)
    verify_inclusion(leaf_hash=leaves[index], index=index, size=size, proof=proof, root=root)
    proof = reader.consistency_proof(old_size, size)
    assert proof == consistency_proof(leaves, old_size)
    verify_consistency(old_size=old_size, old_root=old_root, size=size, root=root, proof=proof)


def test_a_proof_reads_only_the_tiles_it_needs() -> None:
    asked: list[str] = []

    def fetch(path: str) -> bytes | None:
        asked.append(path)
        return BIG_FILES.get(path)

    proof = TileReader(fetch).inclusion_proof(65_999, 66_000)
    # 66,000 = 65,536 + 256 + 208 and 208 = 128 + 64 + 16: four steps up the last 16 leaves, then
    # the 64 and the 128 beside them (one tile), the 256 (level 1) and the 65,536 (level 2)
    assert asked == ["tile/0/257.p/208", "tile/1/001.p/1", "tile/2/000.p/1"]
    assert len(proof) == 4 + 2 + 1 + 1


def test_a_full_tile_stands_in_for_a_partial_one_that_is_gone() -> None:
    full = files_of(BIG[:512])
    assert "tile/0/001.p/44" not in full and "tile/1/000.p/1" not in full
    full["tile/1/000.p/1"] = BIG_FILES["tile/1/000"][:32]
    reader = TileReader(full.get)
    assert reader.root(300) == root_hash(BIG_LEAVES[:300])
    assert reader.entry(299, 300) == BIG[299]
    assert reader.inclusion_proof(299, 300) == inclusion_proof(BIG_LEAVES[:300], 299)


@pytest.mark.parametrize("path", ["tile/0/000", "tile/0/257.p/208", "tile/1/001.p/1"])
def test_a_tile_that_is_gone_or_cut_is_named(path: str) -> None:
    without = {one: data for one, data in BIG_FILES.items() if one != path}
    with pytest.raises(TileRefused, match=path) as missing:
        TileReader(without.get).root(66_000)
        TileReader(without.get).leaf_hash(0, 66_000)
    assert missing.value.code == "tile_missing"
    without[path] = BIG_FILES[path][:-1]
    with pytest.raises(TileRefused, match=path) as cut:
        TileReader(without.get).root(66_000)
        TileReader(without.get).leaf_hash(0, 66_000)
    assert cut.value.code == "tile_faulty"


def test_an_entry_that_is_not_the_tiles_names_its_bundle() -> None:
    files = dict(BIG_FILES)
    bundle = bytearray(files["tile/entries/003"])
    bundle[-1] ^= 1
    files["tile/entries/003"] = bytes(bundle)
    with pytest.raises(TileRefused, match="tile/entries/003: entry 1023 has hash"):
        TileReader(files.get).entry(1023, 66_000)
