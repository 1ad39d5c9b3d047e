"""The whole tile tree again from the entries: equal to the signed checkpoint, or nothing changes."""

from pathlib import Path

import pytest

from evidence.log_files import files_of, made_entries, root_of
from evidence.log_signing import ORIGIN, VERIFIER_KEYS, signed
from evidence.test_log_directory import is_clean, log_of, on_disk, opened
from forbear.evidence.errors import NoteMalformed
from forbear.evidence.log_errors import CheckpointRefused, EntriesDiffer, LogInUse
from forbear.evidence.rebuilding import Rebuilt, rebuild

ENTRIES = made_entries(20_000)
NOTE = signed(1000, root_of(ENTRIES[:1000]))


def rebuilt(path: Path, entries: list[bytes], note: str = NOTE) -> Rebuilt:
    return rebuild(path, iter(entries), checkpoint=note, verifier_keys=VERIFIER_KEYS, origin=ORIGIN)


def test_a_lost_log_is_made_again(tmp_path: Path) -> None:
    root = root_of(ENTRIES)
    made = rebuilt(tmp_path / "log", ENTRIES, signed(len(ENTRIES), root))
    assert (made.checkpoint.size, made.checkpoint.root) == (len(ENTRIES), root)
    assert made.files_changed == len(files_of(ENTRIES))
    assert on_disk(tmp_path / "log") == files_of(ENTRIES)
    assert is_clean(tmp_path / "log")


def test_entries_beyond_the_checkpoint_are_not_taken(tmp_path: Path) -> None:
    rebuilt(tmp_path, ENTRIES)
    assert on_disk(tmp_path) == files_of(ENTRIES[:1000])


def test_damaged_and_missing_files_are_mended_and_told(tmp_path: Path) -> None:
    log_of(tmp_path, 300, 700)
    (tmp_path / "tile/0/001").write_bytes(b"damaged")
    (tmp_path / "tile/entries/003.p/232").unlink()
    (tmp_path / "tile/0/x001").mkdir()
    (tmp_path / "tile/0/x001/000").write_bytes(bytes(8192))
    made = rebuilt(tmp_path, ENTRIES)
    assert made.files_changed == 2
    assert made.first_changed == ("tile/entries/003.p/232", "tile/0/001")
    assert on_disk(tmp_path) == files_of(ENTRIES[:1000])
    assert is_clean(tmp_path)


def test_a_rebuilt_log_goes_on(tmp_path: Path) -> None:
    rebuilt(tmp_path, ENTRIES)
    with opened(tmp_path) as log:
        assert log.append(ENTRIES[1000:3000], signed) == range(1000, 3000)
    assert is_clean(tmp_path)


def test_a_changed_entry_is_named_and_nothing_changes(tmp_path: Path) -> None:
    log_of(tmp_path, 1000)
    before = on_disk(tmp_path)
    changed = [*ENTRIES[:777], b"changed in the desk", *ENTRIES[778:]]
    with pytest.raises(EntriesDiffer, match=r"at entry 777, in tile/entries/003\.p/232") as refused:
        rebuilt(tmp_path, changed)
    assert (refused.value.index, refused.value.path) == (777, "tile/entries/003.p/232")
    assert on_disk(tmp_path) == before
    assert is_clean(tmp_path)


def test_a_changed_entry_is_found_by_the_tiles_where_the_bundles_are_lost(tmp_path: Path) -> None:
    log_of(tmp_path, 1000)
    (tmp_path / "tile/entries/001").unlink()
    changed = [*ENTRIES[:300], b"changed in the desk", *ENTRIES[301:]]
    with pytest.raises(EntriesDiffer, match="at entry 300, in tile/0/001"):
        rebuilt(tmp_path, changed)


def test_missing_entries_are_named(tmp_path: Path) -> None:
    with pytest.raises(EntriesDiffer, match="entry 900 is the first that is missing"):
        rebuilt(tmp_path, ENTRIES[:900])
    assert on_disk(tmp_path) == {}


def test_with_nothing_to_compare_with_the_difference_cannot_be_named(tmp_path: Path) -> None:
    with pytest.raises(EntriesDiffer, match="No file on disk says which") as refused:
        rebuilt(tmp_path, [b"other", *ENTRIES[1:]])
    assert (refused.value.index, refused.value.path) == (None, None)


def test_a_newer_checkpoint_is_never_taken_back(tmp_path: Path) -> None:
    log_of(tmp_path, 1001)
    before = on_disk(tmp_path)
    with pytest.raises(CheckpointRefused, match="signed checkpoint of 1001 entries"):
        rebuilt(tmp_path, ENTRIES)
    assert on_disk(tmp_path) == before


def test_a_damaged_checkpoint_is_replaced_by_the_signed_one(tmp_path: Path) -> None:
    log_of(tmp_path, 1000)
    (tmp_path / "checkpoint").write_bytes(b"\xff")
    rebuilt(tmp_path, ENTRIES)
    assert (tmp_path / "checkpoint").read_text() == NOTE


def test_an_unsigned_checkpoint_or_a_log_in_use_stops_it(tmp_path: Path) -> None:
    with pytest.raises(NoteMalformed):
        rebuilt(tmp_path, ENTRIES, "no note")
    with opened(tmp_path), pytest.raises(LogInUse):
        rebuilt(tmp_path, ENTRIES)
