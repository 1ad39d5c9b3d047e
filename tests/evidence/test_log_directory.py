"""A log on disk: two phases, one writer, and what opening it finds and refuses."""

from pathlib import Path

import pytest

from evidence.log_files import files_of, made_entries, root_of
from evidence.log_signing import KEY, ORIGIN, OTHER_KEY, VERIFIER_KEYS, signed
from forbear.evidence.auditing import audit_log
from forbear.evidence.checkpoints import Checkpoint
from forbear.evidence.errors import NoteUnsigned
from forbear.evidence.log_directory import LogDirectory
from forbear.evidence.log_errors import (
    BatchRefused,
    CheckpointRefused,
    LogDamaged,
    LogInUse,
    LogUnusable,
)
from forbear.evidence.notes import sign_note

ENTRIES = made_entries(70_000)


def opened(path: Path) -> LogDirectory:
    return LogDirectory.open(path, verifier_keys=VERIFIER_KEYS, origin=ORIGIN)


def log_of(path: Path, *batches: int) -> None:
    """A log to which batches of these sizes were appended, closed again."""
    with opened(path) as log:
        for count in batches:
            log.append(ENTRIES[log.size : log.size + count], signed)


def on_disk(path: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(path)): file.read_bytes()
        for file in path.rglob("*")
        if file.is_file() and file.name != "checkpoint"
    }


def is_clean(path: Path) -> bool:
    report = audit_log(path, verifier_keys=VERIFIER_KEYS)
    return report.is_clean and not report.beyond and not report.strangers


def test_a_new_log_is_empty_and_has_no_checkpoint(tmp_path: Path) -> None:
    with opened(tmp_path / "a" / "log") as log:
        assert (log.size, log.root, log.checkpoint) == (0, root_of([]), None)


def test_an_empty_log_can_publish_its_checkpoint(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        log.publish(signed(0, log.root))
    with opened(tmp_path) as log:
        assert log.checkpoint == Checkpoint(ORIGIN, 0, root_of([]))


def test_appended_entries_get_their_indices_and_an_auditor_finds_them(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        assert log.append(ENTRIES[:300], signed) == range(300)
        assert log.append(ENTRIES[300:301], signed) == range(300, 301)
        assert (log.size, log.root) == (301, root_of(ENTRIES[:301]))
    assert (tmp_path / "checkpoint").read_text() == signed(301, root_of(ENTRIES[:301]))
    assert is_clean(tmp_path)


def test_the_folder_holds_the_files_of_tlog_tiles_and_nothing_else(tmp_path: Path) -> None:
    log_of(tmp_path, 600)
    assert on_disk(tmp_path) == files_of(ENTRIES[:600])


def test_three_levels_are_reached_and_reopened(tmp_path: Path) -> None:
    log_of(tmp_path, 65_000, 1000)
    log_of(tmp_path, 4000)
    wanted = files_of(ENTRIES)
    held = on_disk(tmp_path)
    assert {path: held[path] for path in wanted} == wanted
    assert is_clean(tmp_path)


def test_a_reopened_log_goes_on_where_it_was(tmp_path: Path) -> None:
    for count in (1, 254, 1, 1, 300, 500):
        log_of(tmp_path, count)
    wanted = files_of(ENTRIES[:1057])
    held = on_disk(tmp_path)
    assert {path: held[path] for path in wanted} == wanted
    assert is_clean(tmp_path)


def test_preparing_writes_nothing_and_changes_nothing(tmp_path: Path) -> None:
    log_of(tmp_path, 10)
    before = on_disk(tmp_path)
    with opened(tmp_path) as log:
        batch = log.prepare(ENTRIES[10:30])
        assert (batch.old_size, batch.size, batch.root) == (10, 30, root_of(ENTRIES[:30]))
        assert (log.size, on_disk(tmp_path)) == (10, before)


def test_written_entries_count_once_published(tmp_path: Path) -> None:
    """The desk keeps the signed head between the two phases; a crash there takes nothing back."""
    with opened(tmp_path) as log:
        log.write(log.prepare(ENTRIES[:400]))
        assert (log.size, log.checkpoint) == (400, None)
    with opened(tmp_path) as log:
        assert log.size == 0
        batch = log.prepare(ENTRIES[:400])
        log.write(batch)
        log.publish(signed(batch.size, batch.root))
    assert is_clean(tmp_path)


def test_several_batches_may_be_written_before_one_checkpoint(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        for first in range(0, 900, 100):
            log.write(log.prepare(ENTRIES[first : first + 100]))
        log.publish(signed(log.size, log.root))
    assert on_disk(tmp_path).keys() - files_of(ENTRIES[:900]).keys() == {
        "tile/entries/003.p/32",  # of 800 entries; those of 100 to 700 were pruned
        "tile/0/003.p/32",
        "tile/1/000.p/1",
        "tile/1/000.p/2",
    }
    assert is_clean(tmp_path)


def test_a_batch_prepared_for_another_state_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        first, second = log.prepare(ENTRIES[:5]), log.prepare(ENTRIES[:6])
        log.write(first)
        with pytest.raises(BatchRefused, match="prepared for the log at 0 entries"):
            log.write(second)
        log.publish(signed(first.size, first.root))


def test_batches_of_none_and_of_too_many_are_refused(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        with pytest.raises(BatchRefused, match="no entries"):
            log.prepare([])
        with pytest.raises(BatchRefused, match="more than 262144 ahead"):
            log.prepare([b""] * (2**18 + 1))
        assert log.append([b"a"], signed) == range(1)


def test_only_a_checkpoint_of_what_is_written_is_published(tmp_path: Path) -> None:
    log_of(tmp_path, 20)
    old_note = (tmp_path / "checkpoint").read_text()
    with opened(tmp_path) as log:
        batch = log.prepare(ENTRIES[20:50])
        with pytest.raises(CheckpointRefused, match=r"says 50 entries .* written are 20"):
            log.publish(signed(batch.size, batch.root))
        log.write(batch)
        for wrong in (
            old_note,
            signed(50, root_of(ENTRIES[:49])),
            signed(49, root_of(ENTRIES[:49])),
            signed(51, batch.root),
        ):
            with pytest.raises(CheckpointRefused):
                log.publish(wrong)
        assert (tmp_path / "checkpoint").read_text() == old_note
        log.publish(signed(50, batch.root))
    assert is_clean(tmp_path)


def test_a_checkpoint_by_another_key_or_of_another_log_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        batch = log.prepare(ENTRIES[:9])
        log.write(batch)
        head = Checkpoint(ORIGIN, 9, batch.root)
        elsewhere = Checkpoint("other.example/log", 9, batch.root)
        for wrong in (sign_note(head.text, [OTHER_KEY]), sign_note(elsewhere.text, [KEY])):
            with pytest.raises(NoteUnsigned):
                log.publish(wrong)
        assert not (tmp_path / "checkpoint").exists()
        log.publish(signed(9, batch.root))


def test_the_same_head_may_be_published_again_with_more_signatures(tmp_path: Path) -> None:
    log_of(tmp_path, 3)
    with opened(tmp_path) as log:
        note = sign_note(Checkpoint(ORIGIN, 3, log.root).text, [KEY, OTHER_KEY])
        log.publish(note)
    assert (tmp_path / "checkpoint").read_text() == note


def test_there_is_one_writer(tmp_path: Path) -> None:
    first = opened(tmp_path)
    with pytest.raises(LogInUse, match="holds the log"):
        opened(tmp_path)
    first.close()
    opened(tmp_path).close()


def test_a_closed_log_refuses_work(tmp_path: Path) -> None:
    log = opened(tmp_path)
    log.close()
    log.close()
    with pytest.raises(LogUnusable, match="open the log again"):
        log.prepare([b"a"])


def test_when_signing_fails_nothing_is_published_and_the_log_must_be_opened_again(
    tmp_path: Path,
) -> None:
    def cannot_sign(size: int, root: bytes) -> str:
        raise ConnectionError("the signer does not answer")

    log_of(tmp_path, 8)
    with opened(tmp_path) as log:
        with pytest.raises(ConnectionError):
            log.append(ENTRIES[8:20], cannot_sign)
        with pytest.raises(LogUnusable):
            log.append(ENTRIES[8:20], signed)
    with opened(tmp_path) as log:
        assert log.append(ENTRIES[8:20], signed) == range(8, 20)
    assert is_clean(tmp_path)


def test_leftovers_of_other_entries_are_removed(tmp_path: Path) -> None:
    """Entries that were written but never published may be followed by others."""
    log_of(tmp_path, 200)
    with opened(tmp_path) as log:
        log.write(log.prepare([b"never published"] * 1000))
    log_of(tmp_path, 10)
    wanted = files_of(ENTRIES[:210])
    held = on_disk(tmp_path)
    assert held.keys() - wanted.keys() == {"tile/0/000.p/200", "tile/entries/000.p/200"}
    assert is_clean(tmp_path)


def test_a_publication_under_way_is_finished(tmp_path: Path) -> None:
    log_of(tmp_path, 200)
    with opened(tmp_path) as log:
        batch = log.prepare(ENTRIES[200:700])
        log.write(batch)
    aside = tmp_path / ".writing" / "checkpoint"
    aside.write_text(signed(batch.size, batch.root))
    with opened(tmp_path) as log:
        assert (log.size, log.root) == (700, root_of(ENTRIES[:700]))
    assert not aside.exists()
    assert on_disk(tmp_path) == files_of(ENTRIES[:700])
    assert is_clean(tmp_path)


@pytest.mark.parametrize("length", [0, 1, 40, -1])
def test_a_checkpoint_cut_short_while_publishing_is_dropped(tmp_path: Path, length: int) -> None:
    log_of(tmp_path, 200)
    with opened(tmp_path) as log:
        batch = log.prepare(ENTRIES[200:700])
        log.write(batch)
    (tmp_path / ".writing" / "checkpoint").write_text(signed(700, batch.root)[:length])
    with opened(tmp_path) as log:
        assert log.size == 200
    assert is_clean(tmp_path)


def test_a_signed_checkpoint_aside_whose_tiles_are_not_there_stops_opening(tmp_path: Path) -> None:
    log_of(tmp_path, 200)
    (tmp_path / ".writing" / "checkpoint").write_text(signed(700, root_of(ENTRIES[:700])))
    with pytest.raises(LogDamaged, match=r"^tile/0/002\.p/188: it is not there"):
        opened(tmp_path)


def test_two_signed_heads_that_conflict_stop_opening(tmp_path: Path) -> None:
    log_of(tmp_path, 200)
    (tmp_path / ".writing" / "checkpoint").write_text(signed(200, bytes(32)))
    with pytest.raises(LogDamaged, match=r"^\.writing/checkpoint: .* forked"):
        opened(tmp_path)


@pytest.mark.parametrize(
    ("file", "change", "message"),
    [
        ("tile/0/003.p/232", None, "it is not there"),
        ("tile/entries/003.p/232", None, "it is not there"),
        ("tile/1/000.p/3", None, "it is not there"),
        ("tile/0/003.p/232", 5, "entry 0 of the bundle"),
        ("tile/entries/003.p/232", 2, "entry 0 of the bundle"),
        ("tile/1/000.p/3", 64, "its root is not hash 2 of tile/1/000.p/3"),
    ],
)
def test_a_damaged_edge_is_named(
    tmp_path: Path, file: str, change: int | None, message: str
) -> None:
    log_of(tmp_path, 1000)
    damaged = tmp_path / file
    if change is None:
        damaged.unlink()
    else:
        data = bytearray(damaged.read_bytes())
        data[change] ^= 1
        damaged.write_bytes(data)
    with pytest.raises(LogDamaged) as refused:
        opened(tmp_path)
    assert message in str(refused.value)
    assert refused.value.path.startswith("tile/")


def test_an_edge_that_agrees_with_itself_but_not_with_the_checkpoint_is_refused(
    tmp_path: Path,
) -> None:
    log_of(tmp_path, 100)
    for path, data in files_of(made_entries(100, salt="other")).items():
        (tmp_path / path).write_bytes(data)
    with pytest.raises(LogDamaged, match=r"^tile/entries/000\.p/100: .* its checkpoint says"):
        opened(tmp_path)


@pytest.mark.parametrize("note", [b"", b"\xff", b"forbear.example/log\n1\n\n"])
def test_a_checkpoint_that_cannot_be_relied_on_stops_opening(tmp_path: Path, note: bytes) -> None:
    log_of(tmp_path, 100)
    (tmp_path / "checkpoint").write_bytes(note)
    before = on_disk(tmp_path)
    with pytest.raises(LogDamaged, match=r"^checkpoint: it cannot be relied on"):
        opened(tmp_path)
    assert on_disk(tmp_path) == before


@pytest.mark.parametrize("has_checkpoint", [True, False])
def test_tiles_far_beyond_the_checkpoint_are_kept_and_stop_opening(
    tmp_path: Path, has_checkpoint: bool
) -> None:
    """The checkpoint was lost, or somebody brought an old one back: removing destroys the log."""
    log_of(tmp_path, 256)
    for path in ("tile/0/001", "tile/0/x001/024", "tile/0/x001/026.p/3"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(bytes(8192))
    if not has_checkpoint:
        (tmp_path / "checkpoint").unlink()
    before = on_disk(tmp_path)
    size = 256 if has_checkpoint else 0
    with pytest.raises(
        LogDamaged, match=f"more than 262144 entries beyond the checkpoint's {size}"
    ):
        opened(tmp_path)
    assert on_disk(tmp_path) == before


def test_tiles_as_far_as_a_batch_reaches_are_removed(tmp_path: Path) -> None:
    log_of(tmp_path, 256)
    for path in ("tile/0/001", "tile/0/x001/024", "tile/entries/x001/024", "tile/2/000.p/4"):
        (tmp_path / path).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / path).write_bytes(bytes(8192))
    opened(tmp_path).close()
    assert on_disk(tmp_path) == files_of(ENTRIES[:256])


def test_an_old_checkpoint_brought_back_stops_opening(tmp_path: Path) -> None:
    log_of(tmp_path, 10)
    old = (tmp_path / "checkpoint").read_text()
    log_of(tmp_path, 500)
    (tmp_path / "checkpoint").write_text(old)
    with pytest.raises(LogDamaged, match=r"^tile/0/000\.p/10: it is not there"):
        opened(tmp_path)


def test_partial_files_are_pruned_when_the_full_tile_is_published(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        for _ in range(255):
            log.append(ENTRIES[log.size : log.size + 1], signed)
        assert len(list((tmp_path / "tile/0/000.p").iterdir())) == 255
        log.append(ENTRIES[255:256], signed)
        assert on_disk(tmp_path) == files_of(ENTRIES[:256])
        batch = log.prepare(ENTRIES[256:300])
        log.write(batch)
        log.publish(signed(batch.size, batch.root))
        log.write(log.prepare(ENTRIES[300:600]))
        assert (tmp_path / "tile/0/001.p/44").exists(), "the newest checkpoint needs it"


def test_pruning_that_a_crash_cut_short_is_finished_on_opening(tmp_path: Path) -> None:
    log_of(tmp_path, 300, 300)
    (tmp_path / "tile/0/001.p").mkdir()
    (tmp_path / "tile/0/001.p/44").write_bytes(files_of(ENTRIES[:300])["tile/0/001.p/44"])
    before = on_disk(tmp_path)
    opened(tmp_path).close()
    assert before.keys() - on_disk(tmp_path).keys() == {"tile/0/001.p/44"}
    assert not (tmp_path / "tile/0/001.p").exists()


def test_what_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    log_of(tmp_path, 300)
    (tmp_path / "tile/0/README").write_text("kept")
    (tmp_path / "tile/0/1.p").mkdir()
    log_of(tmp_path, 300)
    assert (tmp_path / "tile/0/README").read_text() == "kept"


def test_a_publication_that_was_being_finished_is_finished(tmp_path: Path) -> None:
    """The power went twice: while publishing, and while opening the log finished that."""
    log_of(tmp_path, 200)
    with opened(tmp_path) as log:
        batch = log.prepare(ENTRIES[200:700])
        log.write(batch)
    aside = tmp_path / ".writing"
    (aside / "checkpoint").write_text("cut sho")
    (aside / "checkpoint-again").write_text(signed(batch.size, batch.root))
    (aside / "checkpoint-again.named").write_text("cut")
    with opened(tmp_path) as log:
        assert log.size == 700
    assert list(aside.iterdir()) == []
    assert is_clean(tmp_path)
