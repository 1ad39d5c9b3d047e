"""A writer under load that is killed at a random instant, again and again, and what must hold.

The writer is a forked process that acknowledges each batch on a pipe once `append` has returned.
The parent kills it (SIGKILL), reads the pipe to its end, notes every signed head that lies in the
folder, opens the log and audits it.
"""

import os
import random
import select
import signal
import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from evidence.log_signing import ORIGIN, VERIFIER_KEYS, signed
from forbear.evidence import hashing
from forbear.evidence.auditing import audit_log
from forbear.evidence.errors import ProofError
from forbear.evidence.log_directory import LogDirectory
from forbear.evidence.notes import open_checkpoint
from forbear.evidence.reading import TileReader
from forbear.evidence.verify import verify_consistency

Head = tuple[int, bytes]
LARGEST = 60_000
"""A log that has grown past this is audited one last time and begun anew elsewhere."""


@dataclass
class Counts:
    """What a run of kills came to."""

    kills: int = 0
    acknowledged_batches: int = 0
    acknowledged_entries: int = 0
    heads: int = 0
    heads_aside: int = 0
    unacknowledged_kept: int = 0
    before_first_batch: int = 0
    audited_entries: int = 0
    logs: int = 0


@dataclass
class Killed:
    """One log and what the world outside has seen of it."""

    path: Path
    counts: Counts
    heads: set[Head] = field(default_factory=set)
    acknowledged: int = 0

    def one_life(self, seed: int, seconds: float, *, from_first_batch: bool) -> None:
        """Starts a writer, kills it so long after its start or first batch, checks what it left."""
        batches = self._killed_writer(seed, seconds, from_first_batch)
        self.counts.kills += 1
        self.counts.before_first_batch += not batches
        self.counts.acknowledged_batches += len(batches)
        before = self.acknowledged
        if batches:
            self.heads.update(batches)
            self.acknowledged = batches[-1][0]
        self.counts.acknowledged_entries += self.acknowledged - before
        self._see_heads()
        self._check()

    def _killed_writer(self, seed: int, seconds: float, from_first_batch: bool) -> list[Head]:
        reading, writing = os.pipe()
        process = os.fork()
        if not process:
            try:
                os.close(reading)
                _write_for_ever(self.path, seed, writing)
            finally:
                os._exit(1)
        os.close(writing)
        if from_first_batch:
            select.select([reading], [], [], 60)
        time.sleep(seconds)
        os.kill(process, signal.SIGKILL)
        with os.fdopen(reading) as pipe:
            lines = pipe.read().split("\n")[:-1]
        _, status = os.waitpid(process, 0)
        assert os.WIFSIGNALED(status), "the writer ended by itself: it must not fail"
        return [(int(size), bytes.fromhex(root)) for size, root in (o.split() for o in lines)]

    def _see_heads(self) -> None:
        for place in (self.path / "checkpoint", *(self.path / ".writing").glob("*")):
            try:
                note = place.read_bytes().decode()
                head = open_checkpoint(note, VERIFIER_KEYS, origin=ORIGIN).checkpoint
            except FileNotFoundError:
                continue
            except (UnicodeDecodeError, ProofError):
                assert place.parent.name == ".writing", "the published checkpoint is never torn"
                continue
            self.heads.add((head.size, head.root))
            self.counts.heads_aside += place.parent.name == ".writing"

    def _check(self) -> None:
        with LogDirectory.open(self.path, verifier_keys=VERIFIER_KEYS, origin=ORIGIN) as log:
            size, root = log.size, log.root
        assert size >= self.acknowledged, f"{self.acknowledged} acknowledged, {size} left"
        assert size >= max((one for one, _ in self.heads), default=0), "a checkpoint went back"
        self.counts.unacknowledged_kept += size > self.acknowledged
        self.acknowledged = size
        if not size:
            return
        self.heads.add((size, root))
        self._check_heads(root, size)
        report = audit_log(
            self.path,
            verifier_keys=VERIFIER_KEYS,
            leaf_hashes=hashing.leaf_hashes,
            parent_hashes=hashing.parent_hashes,
        )
        assert report.is_clean and report.entries == size, report.faults
        assert (report.beyond, report.strangers) == (0, ())
        self.counts.audited_entries += size

    def _check_heads(self, root: bytes, size: int) -> None:
        """Each signed head leads to the next, and the last to what is published now."""
        reader = TileReader.of_directory(self.path)
        seen = sorted(self.heads)
        self.counts.heads += len(seen)
        for (old_size, old_root), (next_size, next_root) in pairwise(seen):
            assert old_size != next_size, f"two roots are signed for size {old_size}"
            verify_consistency(
                old_size=old_size,
                old_root=old_root,
                size=next_size,
                root=next_root,
                proof=reader.consistency_proof(old_size, next_size),
            )
        assert seen[-1] == (size, root)
        self.heads = {seen[-1]}


def _write_for_ever(path: Path, seed: int, pipe: int) -> None:
    """What the forked writer does until it is killed."""
    chance = random.Random(seed)
    with LogDirectory.open(path, verifier_keys=VERIFIER_KEYS, origin=ORIGIN) as log:
        while True:
            count = chance.choice([1, 1, 2, 17, 200, 256, 700, 1024])
            entries = [chance.randbytes(chance.choice([0, 20, 200, 300])) for _ in range(count)]
            log.append(entries, signed)
            os.write(pipe, f"{log.size} {log.root.hex()}\n".encode())


def kill_often(folder: Path, *, kills: int, seed: int) -> Counts:
    """Kills writers so many times at random instants; raises at the first thing that is wrong."""
    chance, counts = random.Random(seed), Counts()
    log = None
    for number in range(kills):
        if log is None or log.acknowledged > LARGEST:
            counts.logs += 1
            log = Killed(folder / f"log-{counts.logs}", counts)
        longest = chance.choice([0.01, 0.06, 0.25])
        log.one_life(
            chance.getrandbits(32), chance.uniform(0, longest), from_first_batch=bool(number % 2)
        )
    return counts
