"""An audit finds what was done to a log's files, and names the file and the place in it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from evidence.log_files import files_of, made_entries
from evidence.sample_logs import LOG, ORIGIN, VKEY, checkpoint_of, write_log
from forbear.evidence import auditing, hashing
from forbear.evidence.audit_reports import AuditReport, FaultKind
from forbear.evidence.auditing import audit_log
from forbear.evidence.checkpoints import Checkpoint
from forbear.evidence.errors import KeyRefused
from forbear.evidence.keys import new_signing_key
from forbear.evidence.merkle import leaf_hash
from forbear.evidence.notes import sign_note
from forbear.evidence.tiles import encode_bundle

ENTRIES = made_entries(700)
BIG = made_entries(66_000)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return write_log(tmp_path / "log", ENTRIES)


@pytest.fixture(scope="module")
def big_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_log(tmp_path_factory.mktemp("big") / "log", BIG)


@pytest.fixture
def big(big_source: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(big_source, tmp_path / "big"))


def told(directory: Path, **given: object) -> list[tuple[str, str, int | None, int | None]]:
    report = audit_log(directory, verifier_keys=[VKEY], **given)  # type: ignore[arg-type]
    return [(one.kind.value, one.path, one.entry_index, one.position) for one in report.faults]


def change(file: Path, how: Callable[[bytes], bytes]) -> None:
    file.write_bytes(how(file.read_bytes()))


def flipped(at: int) -> Callable[[bytes], bytes]:
    return lambda data: data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 511, 512, 513, 700])
def test_a_log_as_it_should_be(tmp_path: Path, size: int) -> None:
    report = audit_log(write_log(tmp_path / "log", ENTRIES[:size]), verifier_keys=[VKEY])
    assert report.is_clean and report.faults == ()
    assert (report.entries, report.files) == (size, len(files_of(ENTRIES[:size])))
    assert report.checkpoint == Checkpoint.parse(
        checkpoint_of(ENTRIES[:size]).split("\n\n")[0] + "\n"
    )
    assert [one.name for one in report.signers] == [ORIGIN]


def test_a_log_with_two_levels_above_the_bottom(big: Path) -> None:
    report = audit_log(big, verifier_keys=[VKEY])
    assert report.is_clean
    assert report.files == 2 * 258 + 2 + 1


def test_native_hashes_and_more_processes_give_the_same_report(big: Path) -> None:
    change(big / "tile/entries/100", flipped(30))
    change(big / "tile/1/000", flipped(0))
    plain = audit_log(big, verifier_keys=[VKEY])
    fast = audit_log(
        big,
        verifier_keys=[VKEY],
        leaf_hashes=hashing.leaf_hashes,
        parent_hashes=hashing.parent_hashes,
        workers=2,
    )
    assert fast == plain
    assert plain.fault_count == 3


def test_progress_is_told_to_the_end(big: Path) -> None:
    seen: list[tuple[int, int]] = []
    audit_log(big, verifier_keys=[VKEY], progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (66_000, 66_000)
    assert sorted(seen) == seen


def test_a_changed_entry_is_named(log: Path) -> None:
    entries = list(ENTRIES[256:512])
    entries[44] += b"!"
    change(log / "tile/entries/001", lambda _: encode_bundle(entries))
    assert told(log) == [("entry_changed", "tile/entries/001", 300, 44)]


def test_a_changed_hash_is_named_and_its_entry_is_not_blamed(log: Path) -> None:
    change(log / "tile/0/001", flipped(44 * 32))
    assert told(log) == [
        ("hash_changed", "tile/0/001", 300, 44),
        ("hash_changed", "tile/0/001", None, None),
    ]


def test_a_changed_hash_of_the_right_edge_is_named(log: Path) -> None:
    change(log / "tile/0/002.p/188", flipped(7 * 32 + 5))
    assert told(log) == [
        ("hash_changed", "tile/0/002.p/188", 519, 7),
        ("root_differs", "checkpoint", None, None),
    ]
    change(log / "tile/0/002.p/188", flipped(7 * 32 + 5))
    change(log / "tile/1/000.p/2", flipped(40))
    assert told(log) == [
        ("hash_changed", "tile/1/000.p/2", None, 1),
        ("root_differs", "checkpoint", None, None),
    ]


@pytest.mark.parametrize(
    ("path", "at", "expected"),
    [
        ("tile/2/000.p/1", 0, [("hash_changed", "tile/2/000.p/1", None, 0)]),
        ("tile/1/000", 8_000, [("hash_changed", "tile/1/000", None, 250)]),
        ("tile/1/001.p/1", 3, [("hash_changed", "tile/1/001.p/1", None, 0)]),
        ("tile/0/256", 0, [("hash_changed", "tile/0/256", 65_536, 0)]),
    ],
)
def test_a_changed_hash_of_each_level_is_named(
    big: Path, path: str, at: int, expected: list[object]
) -> None:
    change(big / path, flipped(at))
    assert told(big)[:1] == expected


def test_an_entry_rewritten_with_its_hash_names_the_tile(log: Path) -> None:
    entries = list(ENTRIES[:256])
    entries[9] = b"never happened"
    change(log / "tile/entries/000", lambda _: encode_bundle(entries))
    change(
        log / "tile/0/000",
        lambda data: data[: 9 * 32] + leaf_hash(entries[9]) + data[10 * 32 :],
    )
    assert told(log) == [("hash_changed", "tile/0/000", None, None)]


def test_a_log_rewritten_as_a_whole_does_not_match_what_was_signed(tmp_path: Path) -> None:
    other = [b"never happened", *ENTRIES[1:]]
    log = write_log(tmp_path / "log", other)
    report = audit_log(log, verifier_keys=[VKEY], checkpoint=checkpoint_of(ENTRIES))
    (fault,) = report.faults
    assert (fault.kind, fault.path) == (FaultKind.ROOT_DIFFERS, "checkpoint")
    assert fault.others == ("tile/0/002.p/188", "tile/1/000.p/2")
    assert "with all that lies below it tile/0/002.p/188 or tile/1/000.p/2" in fault.message


@pytest.mark.parametrize(
    "path", ["tile/0/001", "tile/entries/002.p/188", "tile/0/002.p/188", "tile/1/000.p/2"]
)
def test_a_missing_file_is_named_once_and_the_rest_is_still_checked(log: Path, path: str) -> None:
    (log / path).unlink()
    change(log / "tile/entries/000", flipped(2))
    assert sorted(told(log)) == [
        ("entry_changed", "tile/entries/000", 0, 0),
        ("file_missing", path, None, None),
    ]


def test_a_tile_and_its_bundle_missing_together(big: Path) -> None:
    (big / "tile/0/005").unlink()
    (big / "tile/entries/005").unlink()
    assert sorted(told(big)) == [
        ("file_missing", "tile/0/005", None, None),
        ("file_missing", "tile/entries/005", None, None),
    ]
    (big / "tile/1/000").unlink()
    assert sorted(told(big)) == [
        ("file_missing", "tile/0/005", None, None),
        ("file_missing", "tile/1/000", None, None),
        ("file_missing", "tile/entries/005", None, None),
    ]


@pytest.mark.parametrize("path", ["tile/0/001", "tile/entries/001", "tile/1/000.p/2"])
@pytest.mark.parametrize("how", [lambda data: data[:-1], lambda data: data + b"\0", lambda _: b""])
def test_a_file_cut_or_lengthened_is_named(
    log: Path, path: str, how: Callable[[bytes], bytes]
) -> None:
    change(log / path, how)
    assert told(log) == [("file_malformed", path, None, None)]


def test_a_bundle_short_of_an_entry_is_named(log: Path) -> None:
    change(log / "tile/entries/001", lambda _: encode_bundle(ENTRIES[256:511]))
    assert told(log) == [("file_malformed", "tile/entries/001", None, None)]


def test_a_full_file_may_stand_in_for_a_partial_one(log: Path) -> None:
    grown = files_of(made_entries(768))
    for kind in ("entries", "0"):
        (log / f"tile/{kind}/002.p/188").unlink()
        (log / f"tile/{kind}/002").write_bytes(grown[f"tile/{kind}/002"])
    report = audit_log(log, verifier_keys=[VKEY])
    assert report.is_clean
    assert report.beyond == 2


def test_older_partial_files_must_agree_with_the_tree(log: Path) -> None:
    for path, data in files_of(ENTRIES[:600]).items():
        (log / path).parent.mkdir(exist_ok=True)
        (log / path).write_bytes(data)
    assert audit_log(log, verifier_keys=[VKEY]).is_clean
    change(log / "tile/entries/002.p/88", flipped(9))
    change(log / "tile/0/002.p/88", flipped(9))
    assert sorted(told(log)) == [
        ("leftover_differs", "tile/0/002.p/88", None, None),
        ("leftover_differs", "tile/entries/002.p/88", None, None),
    ]


def test_files_past_the_checkpoint_and_of_no_log_are_told_but_no_fault(log: Path) -> None:
    note = checkpoint_of(ENTRIES[:256])
    (log / "tile/1/000.p").mkdir(exist_ok=True)
    (log / "tile/1/000.p/1").write_bytes(files_of(ENTRIES[:256])["tile/1/000.p/1"])
    (log / "tile/0/.000.tmp").write_bytes(b"half")
    report = audit_log(log, verifier_keys=[VKEY], checkpoint=note)
    assert report.is_clean and report.entries == 256
    assert report.beyond == 5
    assert report.strangers == ("tile/0/.000.tmp",)


@pytest.mark.parametrize(
    "how",
    [
        lambda data: data[:-9] + b"A" + data[-8:],
        lambda data: data.replace(b"\n700\n", b"\n699\n"),
        lambda data: data.replace(b"example.com", b"example.org", 1),
        lambda data: b"\xff" + data,
        lambda data: data[:-1],
        lambda _: b"",
    ],
)
def test_a_changed_checkpoint_is_named(log: Path, how: Callable[[bytes], bytes]) -> None:
    change(log / "checkpoint", how)
    assert told(log)[0][:2] == ("checkpoint_refused", "checkpoint")


def test_a_refused_checkpoint_still_says_where_to_look(log: Path) -> None:
    stranger = new_signing_key(name=ORIGIN, seed=bytes([9]) * 32)
    (log / "checkpoint").write_text(checkpoint_of(ENTRIES, stranger), encoding="utf-8")
    change(log / "tile/entries/000", flipped(2))
    assert told(log) == [
        ("entry_changed", "tile/entries/000", 0, 0),
        ("checkpoint_refused", "checkpoint", None, None),
    ]


def test_a_size_that_cannot_be_is_given_up_on(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auditing, "_GIVE_UP_AFTER", 2_000)
    head = Checkpoint(ORIGIN, 2**63, bytes(32))
    report = audit_log(log, verifier_keys=[VKEY], checkpoint=sign_note(head.text, [LOG]))
    assert not report.is_complete and not report.is_clean
    assert len(report.faults) == 1000
    assert 2_000 < report.fault_count < 2_200


def test_the_logs_own_rules_for_entries_are_asked_when_given(log: Path) -> None:
    report = audit_log(log, verifier_keys=[VKEY], check_entry=objection)
    assert [(one.kind.value, one.entry_index) for one in report.faults] == [
        ("entry_forbidden", index) for index in range(3, 700, 4) if len(ENTRIES[index]) > 99
    ]
    assert "entry 103: longer than 99 bytes" in [one.message for one in report.faults]


def objection(index: int, entry: bytes) -> str | None:
    return "longer than 99 bytes" if len(entry) > 99 else None


def test_every_fault_is_counted_though_not_every_one_is_kept(log: Path) -> None:
    change(log / "tile/entries/000", lambda _: encode_bundle([b"x"] * 256))
    report = audit_log(log, verifier_keys=[VKEY], max_faults=10)
    assert (len(report.faults), report.fault_count) == (10, 256)


def test_a_key_that_is_none_and_a_folder_that_is_none_are_the_askers_mistake(log: Path) -> None:
    with pytest.raises(KeyRefused):
        audit_log(log, verifier_keys=["no key"])
    with pytest.raises(NotADirectoryError):
        audit_log(log / "nowhere", verifier_keys=[VKEY])


def test_a_report_is_plain_values(log: Path) -> None:
    report = audit_log(log, verifier_keys=[VKEY])
    assert isinstance(report, AuditReport)
    assert json.dumps([one.name for one in report.signers]) == '["example.com/log"]'
