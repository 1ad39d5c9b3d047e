"""Histories of a log on a disk that breaks, and what must hold after each.

Nothing acknowledged is lost, no checkpoint goes back, no two signed heads conflict, and every file
is what the definition says. After a crash the log goes on with *other* entries, as a desk may that
sequences anew what was never published.
"""

import contextlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from evidence.crash_disk import ROOT, BreakingDisk, PowerCut
from evidence.log_files import files_of, made_entries, root_of
from evidence.log_signing import ORIGIN, VERIFIER_KEYS, signed
from forbear.evidence.errors import ProofError
from forbear.evidence.log_directory import LogDirectory
from forbear.evidence.notes import open_checkpoint
from forbear.evidence.tiles import Tile, parse_tile_path, tile_of

SCRIPT = (1, 2, 252, 1, 30, 300, 200)
"""Batches that begin, fill, cross and end at tiles, and reach the second level."""

ASIDE = ROOT / ".writing"
Head = tuple[int, bytes]


@lru_cache(maxsize=64)
def _files(entries: tuple[bytes, ...]) -> dict[str, bytes]:
    return files_of(entries)


@lru_cache(maxsize=256)
def _root(entries: tuple[bytes, ...]) -> bytes:
    return root_of(entries)


@dataclass
class History:
    """What the outside world knows of a log: what was acknowledged, and every head ever seen."""

    entries: list[bytes] = field(default_factory=list)  # acknowledged
    under_way: list[bytes] = field(default_factory=list)
    heads: list[Head] = field(default_factory=list)
    lives: int = 0

    def live(self, disk: BreakingDisk, script: Sequence[int]) -> None:
        """Opens the log, checks it, and appends; `PowerCut` and `OSError` come out as they are."""
        self.lives += 1
        self.see(disk)
        with LogDirectory.open(
            ROOT, verifier_keys=VERIFIER_KEYS, origin=ORIGIN, storage=disk
        ) as log:
            self.check_opened(log, disk)
            disk.is_after_power_cut = False
            for number, count in enumerate(script):
                salt = f"{self.lives}-{number}"
                self.under_way = made_entries(count, first=log.size, salt=salt)
                indices = log.append(self.under_way, signed)
                assert indices == range(len(self.entries), len(self.entries) + count)
                self.entries += self.under_way
                self.under_way = []
                self.heads.append((log.size, log.root))
            self.check_files(disk)

    def see(self, disk: BreakingDisk) -> None:
        """Notes the published head, which anybody may have read, and what a power cut left aside.

        What lies aside after a kill only is not noted: the power may go before it is durable, and
        no reader is ever given it.
        """
        for path, data in disk.files().items():
            if path == "checkpoint" or ("checkpoint" in path and disk.is_after_power_cut):
                try:
                    note = data.decode()
                    head = open_checkpoint(note, VERIFIER_KEYS, origin=ORIGIN).checkpoint
                except (UnicodeDecodeError, ProofError):
                    assert path != "checkpoint", "the published checkpoint is never torn"
                    continue
                self.heads.append((head.size, head.root))

    def check_opened(self, log: LogDirectory, disk: BreakingDisk) -> None:
        """The log stands at what was acknowledged, or with the batch that was under way."""
        sizes = (len(self.entries), len(self.entries) + len(self.under_way))
        assert log.size in sizes, f"opened at {log.size}, acknowledged {sizes}"
        if log.size == sizes[1]:
            self.entries += self.under_way
        self.under_way = []
        self.heads.append((log.size, log.root))
        assert max(size for size, _ in self.heads) == log.size, "a checkpoint went back"
        for size, root in self.heads:
            assert root == _root(tuple(self.entries[:size])), f"two heads at {size} conflict"
        self.check_files(disk)
        assert [path for path in disk.files() if path.startswith(".writing")] == []

    def check_files(self, disk: BreakingDisk) -> None:
        """Every file the checkpoint covers is right, and older partial files agree with them."""
        held = {p: d for p, d in disk.files().items() if p.startswith("tile/")}
        wanted = _files(tuple(self.entries))
        assert {path: held.get(path) for path in wanted} == wanted
        for path in held.keys() - wanted.keys():
            tile = parse_tile_path(path)
            now = tile_of(tile.level, tile.index, len(self.entries))
            assert tile.is_partial and now.width > 0, f"{path} lies beyond the checkpoint"
            assert wanted[Tile(tile.level, tile.index, now.width).path].startswith(held[path])


def length_of(script: Sequence[int]) -> int:
    """How many changes to the disk a script makes when nothing breaks."""
    disk = BreakingDisk()
    History().live(disk, script)
    return disk.changes


def cut_at(changes: int) -> "BreakingDisk":
    """A new disk whose power goes before its n-th change."""
    return BreakingDisk(fault=_cutting(changes), largest_write=4096)


def _cutting(changes: int):
    def fault(number: int, operation: str) -> None:
        if number >= changes:
            raise PowerCut

    return fault


def lived_through_cut(changes: int, mode: str, chance: random.Random) -> History:
    """A scripted life with one power cut, and a second life after it."""
    history, disk = History(), cut_at(changes)
    with contextlib.suppress(PowerCut):
        history.live(disk, SCRIPT)
    history.live(disk.after_power_cut(mode, chance), (1, 255, 300))
    return history


def publications_of(script: Sequence[int]) -> list[int]:
    """The numbers of the changes by which a script publishes its checkpoints."""
    disk = BreakingDisk()
    History().live(disk, script)
    first = [n for n, one in enumerate(disk.log, 1) if one == ("create", f"{ASIDE}/checkpoint")]
    last = [n for n, one in enumerate(disk.log, 1) if one == ("remove", f"{ASIDE}/checkpoint")]
    return [n for begins, ends in zip(first, last, strict=True) for n in range(begins, ends + 2)]


def lived_through_kill_and_cut(
    script: Sequence[int], killed_at: int, opening_cut_at: int, mode: str, chance: random.Random
) -> History:
    """A writer dies, readers see what it left, and the power goes while the log is opened again."""
    history, disk = History(), cut_at(killed_at)
    with contextlib.suppress(PowerCut):
        history.live(disk, script)
    disk = disk.killed()
    disk.fault = _cutting(opening_cut_at)
    with contextlib.suppress(PowerCut):
        history.live(disk, (2,))
    history.live(disk.after_power_cut(mode, chance), (1,))
    return history


def lived_through_many(chance: random.Random, crashes: int) -> History:
    """Lives that end in power cuts, kills and errors at random changes, also while opening."""
    history, disk = History(), BreakingDisk()
    for _ in range(crashes):
        ends_at = chance.choice([chance.randint(1, 12), chance.randint(1, 120)])
        kind = chance.choice(["cut", "kill", "error"])
        disk.fault = _failing(ends_at) if kind == "error" else _cutting(ends_at)
        disk.largest_write = chance.choice([None, 1000])
        script = [chance.choice([1, 3, 200, 256, 300]) for _ in range(5)]
        with contextlib.suppress(PowerCut, OSError):
            history.live(disk, script)
        mode = chance.choice(["lost", "kept", "mixed"])
        disk = disk.killed() if kind != "cut" else disk.after_power_cut(mode, chance)
    history.live(disk, (1, 300))
    return history


def _failing(changes: int):
    def fault(number: int, operation: str) -> None:
        if number == changes:
            raise OSError(5, "Input/output error")

    return fault
