"""Power cuts at every change to the disk, a full disk at every byte that matters, failing syncs."""

import os
import random

import pytest

from evidence.crash_disk import ROOT, BreakingDisk
from evidence.crash_histories import (
    SCRIPT,
    History,
    length_of,
    lived_through_cut,
    lived_through_kill_and_cut,
    lived_through_many,
    publications_of,
)
from evidence.log_signing import ORIGIN, VERIFIER_KEYS, signed
from forbear.evidence.log_directory import LogDirectory
from forbear.evidence.log_errors import LogUnusable

CHANGES = length_of(SCRIPT)
FRESH = int(os.environ.get("FORBEAR_SEED", random.SystemRandom().getrandbits(32)))
SEEDS = {"fixed": 20_261_120, "fresh": FRESH}
each_seed = pytest.mark.parametrize("seed", SEEDS.values(), ids=SEEDS)


@pytest.mark.parametrize("mode", ["lost", "kept", "mixed"])
def test_a_power_cut_at_every_change(mode: str) -> None:
    for changes in range(1, CHANGES + 2):
        lived_through_cut(changes, mode, random.Random(changes))


@pytest.mark.parametrize("mode", ["lost", "kept", "mixed"])
def test_a_kill_while_publishing_and_a_power_cut_while_opening(mode: str) -> None:
    """What readers saw after the kill must not be undone by the power cut."""
    script = (1, 255, 3)
    for killed_at in publications_of(script):
        for opening_cut_at in range(1, 13):
            chance = random.Random(killed_at * 100 + opening_cut_at)
            lived_through_kill_and_cut(script, killed_at, opening_cut_at, mode, chance)


@each_seed
def test_many_crashes_in_one_history(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(20):
        lived_through_many(chance, crashes=12)


def failed_once(disk: BreakingDisk, script: tuple[int, ...]) -> History:
    """A life that an error ends; the object refuses further work, and the log goes on after it."""
    history = History()
    log = LogDirectory.open(ROOT, verifier_keys=VERIFIER_KEYS, origin=ORIGIN, storage=disk)
    try:
        for count in script:
            history.under_way = [bytes([count % 256])] * count
            log.append(history.under_way, signed)
            history.entries += history.under_way
            history.under_way = []
    except OSError:
        with pytest.raises(LogUnusable):
            log.append([b"more"], signed)
    log.close()
    disk.fault, disk.space = (lambda number, operation: None), None
    history.live(disk, (1, 256))
    return history


def test_a_full_disk_at_every_write() -> None:
    """The space ends in the middle of each write in turn, and between two."""
    disk = BreakingDisk(space=10**9)
    failed_once(disk, SCRIPT)
    script = (1, 2, 252, 1, 30)
    needed = BreakingDisk(space=10**9)
    with LogDirectory.open(ROOT, verifier_keys=VERIFIER_KEYS, origin=ORIGIN, storage=needed) as log:
        for count in script:
            log.append([b"x"] * count, signed)
        used = 10**9 - (needed.space or 0)
    for space in (*range(0, 700, 9), *range(700, used + 50, 331)):
        failed_once(BreakingDisk(space=space), script)


@pytest.mark.parametrize("largest_write", [1, 7, 4096])
def test_short_writes_are_carried_on(largest_write: int) -> None:
    disk = BreakingDisk(largest_write=largest_write)
    script = (1, 2, 3) if largest_write == 1 else SCRIPT
    failed_once(disk, script)


def test_an_error_at_every_change() -> None:
    """Input/output errors, of syncs above all: what could not be synced is not trusted again."""
    for at in range(1, CHANGES + 1):

        def fault(number: int, operation: str, at: int = at) -> None:
            if number == at:
                raise OSError(5, "Input/output error")

        disk = BreakingDisk()
        history = History()
        disk.fault = fault
        try:
            history.live(disk, SCRIPT)
        except OSError:
            disk = disk.killed()
        history.live(disk, (1, 256))
        after = disk.after_power_cut("lost", random.Random(at))
        history.live(after, (1,))


def test_no_file_under_a_checkpoint_is_ever_written_again() -> None:
    disk = BreakingDisk()
    History().live(disk, SCRIPT)
    named = [path for operation, path in disk.log if operation == "rename"]
    tiles = [path for path in named if not path.endswith("checkpoint")]
    assert len(tiles) == len(set(tiles))
    assert named.count(str(ROOT / "checkpoint")) == len(SCRIPT)


def test_everything_is_synced_before_it_is_promised() -> None:
    """With the power cut right after an acknowledgement, nothing of it depends on luck."""
    for count in (1, 255, 256, 257, 700):
        disk = BreakingDisk()
        history = History()
        history.live(disk, (count,))
        after = disk.after_power_cut("lost", random.Random(1))
        assert {p: d for p, d in after.files().items() if not p.startswith(".writing")} == {
            p: d for p, d in disk.files().items() if not p.startswith(".writing")
        }
        history.live(after, (1,))
