"""The fast ways of hashing give what hashlib gives, and are passed over where they do not."""

import hashlib
import os
import random
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from forbear.evidence import hashing
from forbear.evidence.hashing import HASHLIB, Hashing, available
from forbear.evidence.merkle import leaf_hash, node_hash

PROJECT = Path(__file__).resolve().parents[2]
SOURCE = PROJECT / "src" / "forbear" / "evidence"
WAYS = available()
every_way = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)


def expected_leaves(entries: list[bytes]) -> bytes:
    return b"".join(hashlib.sha256(b"\x00" + entry).digest() for entry in entries)


def test_the_fastest_way_is_in_use_and_hashlib_is_always_there() -> None:
    assert hashing.implementation() == WAYS[0].name
    assert WAYS[-1] is HASHLIB


def test_the_definition_one_at_a_time_agrees() -> None:
    leaves = [leaf_hash(entry) for entry in (b"", b"a", b"ab")]
    assert hashing.leaf_hashes([b"", b"a", b"ab"]) == b"".join(leaves)
    assert hashing.parent_hashes(b"".join(leaves[:2])) == node_hash(*leaves[:2])


@every_way
def test_every_length_up_to_2000(way: Hashing) -> None:
    chance = random.Random(1)
    entries = [chance.randbytes(length) for length in range(2001)]
    chance.shuffle(entries)
    assert way.leaf_hashes(entries) == expected_leaves(entries)


@every_way
@pytest.mark.parametrize("count", [*range(36), 255, 256, 257])
def test_every_number_of_entries_and_of_pairs(way: Hashing, count: int) -> None:
    chance = random.Random(count)
    entries = [chance.randbytes(chance.randrange(2000)) for _ in range(count)]
    hashes = chance.randbytes(64 * count)
    pairs = [hashes[at : at + 64] for at in range(0, len(hashes), 64)]
    assert way.leaf_hashes(entries) == expected_leaves(entries)
    assert way.parent_hashes(hashes) == b"".join(
        hashlib.sha256(b"\x01" + pair).digest() for pair in pairs
    )


@every_way
def test_random_batches(way: Hashing) -> None:
    seed = random.SystemRandom().getrandbits(64)
    chance = random.Random(seed)
    for _ in range(50):
        longest = chance.choice([1, 64, 300, 2000])
        entries = [
            chance.randbytes(chance.randint(0, longest)) for _ in range(chance.randrange(99))
        ]
        assert way.leaf_hashes(entries) == expected_leaves(entries), f"seed {seed}"


@every_way
def test_long_entries_and_batches_of_many_megabytes(way: Hashing) -> None:
    entries = [bytes([n]) * 65_535 for n in range(256)] + [bytes(20 << 20), b""]
    assert way.leaf_hashes(entries * 2) == expected_leaves(entries) * 2


@every_way
@pytest.mark.parametrize("length", [1, 31, 32, 33, 63, 65, 96])
def test_hashes_that_are_no_pairs_are_refused(way: Hashing, length: int) -> None:
    with pytest.raises(ValueError, match=f"^{length} bytes are no whole pairs of hashes"):
        way.parent_hashes(bytes(length))


@every_way
def test_threads_do_not_disturb_each_other(way: Hashing) -> None:
    batches = [[bytes([n]) * (n + i) for i in range(300)] for n in range(24)]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(way.leaf_hashes, batches)) == [expected_leaves(b) for b in batches]


def test_without_the_compiled_library_hashlib_does_it(tmp_path: Path) -> None:
    assert available(tmp_path) == (HASHLIB,)


def test_a_library_that_cannot_be_opened_is_passed_over(tmp_path: Path) -> None:
    suffix = hashing.importlib.machinery.EXTENSION_SUFFIXES[0]
    (tmp_path / f"_sha256_batch{suffix}").write_bytes(b"\x7fELF, but of another machine")
    assert available(tmp_path) == (HASHLIB,)


def compiled(folder: Path, text: str) -> None:
    """A library beside nothing else, made from this C text and the true header."""
    shutil.copy(SOURCE / "sha256_lanes.h", folder)
    (folder / "batch.c").write_text(text, encoding="utf-8")
    suffix = hashing.importlib.machinery.EXTENSION_SUFFIXES[0]
    made = folder / f"_sha256_batch{suffix}"
    subprocess.run(
        ["cc", "-shared", "-fPIC", "-o", str(made), str(folder / "batch.c")],
        check=True,
        cwd=folder,
        capture_output=True,
    )


needs_compiler = pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler here")


@needs_compiler
def test_a_library_with_a_wrong_constant_is_passed_over(tmp_path: Path) -> None:
    text = (SOURCE / "sha256_batch.c").read_text(encoding="utf-8")
    compiled(tmp_path, text.replace("0xc67178f2", "0xc67178f3"))
    assert [w.name for w in available(tmp_path) if w.name.startswith("lanes")] == []


@needs_compiler
def test_a_library_that_is_not_ours_is_passed_over(tmp_path: Path) -> None:
    compiled(tmp_path, "int forbear_widest_lanes(void) { return 99; }\n")
    assert available(tmp_path) == (HASHLIB,)
    compiled(tmp_path, "int another(void) { return 0; }\n")
    assert available(tmp_path) == (HASHLIB,)


@needs_compiler
def test_the_c_is_clean_under_the_sanitizers(tmp_path: Path) -> None:
    """Reads and writes stay inside what they were given: every length, at the end of a page."""
    (tmp_path / "main.c").write_text(SANITIZED, encoding="utf-8")
    built = subprocess.run(
        f"cc -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -I{SOURCE} "
        f"-o {tmp_path / 'main'} {tmp_path / 'main.c'}".split(),
        capture_output=True,
        text=True,
    )
    if built.returncode and "asan" in built.stderr:
        pytest.skip("the compiler has no sanitizers")
    assert built.returncode == 0, built.stderr
    run = subprocess.run([str(tmp_path / "main")], capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")


SANITIZED = """
#include "sha256_batch.c"
#include <stdlib.h>
int main(void)
{
    for (int lanes = 8; lanes <= 16; lanes += 8)
        for (uint64_t length = 0; length < 200; length += 1 + (length > 70))
            for (size_t count = 1; count < 20; count += 9) {
                uint8_t *data = malloc(length * count), *digests = malloc(32 * count);
                uint64_t *lengths = malloc(8 * count);
                memset(data, 7, length * count);
                for (size_t i = 0; i < count; i++)
                    lengths[i] = length;
                forbear_hash_side_by_side(lanes, 0, data, lengths, 0, count, digests);
                forbear_hash_side_by_side(lanes, 1, data, 0, length, count, digests);
                free(data), free(digests), free(lengths);
            }
    return 0;
}
"""


def test_set_up_goes_on_without_a_compiler(tmp_path: Path) -> None:
    """The build says so and succeeds; nothing is compiled, and hashlib does the work."""
    for name in (
        "setup.py",
        "src/forbear/evidence/sha256_batch.c",
        "src/forbear/evidence/sha256_lanes.h",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / name, tmp_path / name)
    for package in ("forbear", "forbear/evidence"):
        (tmp_path / "src" / package / "__init__.py").touch()
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "forbear"\nversion = "0"\n'
        '[tool.setuptools.packages.find]\nwhere = ["src"]\n',
        encoding="utf-8",
    )
    run = subprocess.run(
        [sys.executable, "setup.py", "build_ext", "--inplace"],
        cwd=tmp_path,
        env={**os.environ, "CC": "no-such-compiler", "LDSHARED": "no-such-compiler"},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    assert available(tmp_path / "src" / "forbear" / "evidence") == (HASHLIB,)
