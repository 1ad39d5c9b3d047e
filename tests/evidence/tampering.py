"""The tamper harness: random changes to everything a log shows, each of which must be found.

One change at a time to a proof's hashes, a checkpoint, a proof file or a file of a log on disk;
then the verifier or the audit is asked. A change counts as named when what was refused, or the
fault, says the file that was changed (or, where several were changed together, one of them).
Every run can be repeated from its seed.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from evidence.log_files import files_of, leaves_of, made_entries, root_of
from evidence.sample_logs import LOG, VKEY, proof_of, witness, write_log
from forbear.evidence.audit_reports import AuditFault
from forbear.evidence.auditing import audit_log
from forbear.evidence.errors import ProofError
from forbear.evidence.merkle import consistency_proof, inclusion_proof, leaf_hash
from forbear.evidence.notes import open_checkpoint
from forbear.evidence.tiles import decode_bundle, encode_bundle, parse_tile_path
from forbear.evidence.tlog_proofs import verify_tlog_proof
from forbear.evidence.verify import verify_consistency, verify_inclusion

SIZES = (1, 2, 7, 255, 256, 300, 700)
BIG_SIZE = 65_800  # with a full level-1 tile; its audit is slow, so it is changed seldom
HASH = 32


@dataclass
class Tally:
    """How many changes of each kind were made, and which were not found or not named."""

    made: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    unnamed: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        self.made += other.made
        self.missed += other.missed
        self.unnamed += other.unnamed


class SampleLog:
    """A log of a given size, in memory and on disk."""

    def __init__(self, folder: Path, size: int) -> None:
        self.size = size
        self.entries = made_entries(size)
        self.folder = write_log(folder / str(size), self.entries)
        self.files = sorted(files_of(self.entries))
        self.checkpoint = (self.folder / "checkpoint").read_bytes()

    @cached_property
    def leaves(self) -> list[bytes]:
        return leaves_of(self.entries)

    @cached_property
    def roots(self) -> dict[int, bytes]:
        return {size: root_of(self.entries[:size]) for size in range(1, self.size + 1)}


class Tamperer:
    """Makes changes, one at a time, and asks whether they are found."""

    def __init__(self, folder: Path, seed: int, *, with_big: bool = True) -> None:
        self.seed = seed
        self.chance = random.Random(seed)
        self.logs = [SampleLog(folder, size) for size in SIZES]
        self.big = SampleLog(folder, BIG_SIZE) if with_big else None
        self.tally = Tally()
        self._proof_files = [proof_of(log.entries, log.size // 2).text for log in self.logs]
        self._cosigned = proof_of(self.logs[2].entries, 3, LOG, witness("w", 1)).checkpoint
        self._kinds: list[tuple[int, Callable[[], None]]] = [
            (30, self._inclusion),
            (20, self._consistency),
            (12, self._checkpoint_text),
            (8, self._proof_file),
            (30, self._log_file),
        ]

    def run(self, changes: int) -> Tally:
        weights = [weight for weight, _ in self._kinds]
        chosen = self.chance.choices([kind for _, kind in self._kinds], weights, k=changes)
        for number, kind in enumerate(chosen):
            self.number = number
            kind()
        return self.tally

    def _record(self, kind: str, found: bool, named: bool = True) -> None:
        self.tally.made[kind] += 1
        which = f"{kind}: seed {self.seed}, change {self.number}"
        if not found:
            self.tally.missed.append(which)
        elif not named:
            self.tally.unnamed.append(which)

    def _inclusion(self) -> None:
        log = self.chance.choice(self.logs)
        index = self.chance.randrange(log.size)
        told: dict[str, Any] = {
            "leaf_hash": log.leaves[index],
            "index": index,
            "size": log.size,
            "proof": inclusion_proof(log.leaves, index)
            if log.size < 10
            else self._path(log, index),
            "root": log.roots[log.size],
        }
        kind = self._change_proof(told, ("leaf_hash", "root"), ("index",))
        self._record(f"inclusion proof: {kind}", *refusal(verify_inclusion, told))

    def _path(self, log: SampleLog, index: int) -> list[bytes]:
        """The proof, kept: making it by the definition hashes the whole tree."""
        kept = log.__dict__.setdefault("paths", {})
        if index not in kept:
            kept[index] = inclusion_proof(log.leaves, index)
        return list(kept[index])

    def _consistency(self) -> None:
        log = self.chance.choice(self.logs[1:])
        old_size = self.chance.randrange(1, log.size)
        kept = log.__dict__.setdefault("growths", {})
        if old_size not in kept:
            kept[old_size] = consistency_proof(log.leaves, old_size)
        told: dict[str, Any] = {
            "old_size": old_size,
            "old_root": log.roots[old_size],
            "size": log.size,
            "root": log.roots[log.size],
            "proof": list(kept[old_size]),
        }
        kind = self._change_proof(told, ("old_root", "root"), ())
        self._record(f"consistency proof: {kind}", *refusal(verify_consistency, told))

    def _change_proof(
        self, told: dict[str, Any], hashes: tuple[str, ...], numbers: tuple[str, ...]
    ) -> str:
        """Change one thing in place; the name of what was changed."""
        proof = told["proof"]
        kinds = [*hashes, *numbers, "hash added"]
        kinds += ["hash", "hash", "hash removed", "hash cut"] if proof else []
        kinds += ["hashes swapped"] if len(set(proof)) > 1 else []
        kind = self.chance.choice(kinds)
        if kind in hashes:
            told[kind] = self._changed(told[kind])
        elif kind in numbers:
            told[kind] = self._other(told[kind], told["size"])
        elif kind == "hash added":
            proof.insert(self.chance.randint(0, len(proof)), self.chance.randbytes(HASH))
        elif kind == "hashes swapped":
            one, two = self.chance.sample(range(len(proof)), 2)
            proof[one], proof[two] = proof[two], proof[one]
        else:
            where = self.chance.randrange(len(proof))
            if kind == "hash":
                proof[where] = self._changed(proof[where])
            elif kind == "hash removed":
                del proof[where]
            else:
                proof[where] = proof[where][: self.chance.randrange(HASH)]
        return kind

    def _checkpoint_text(self) -> None:
        is_cosigned = self.chance.random() < 0.3
        note = self._cosigned.encode() if is_cosigned else self.chance.choice(self.logs).checkpoint
        keys = [VKEY, witness("w", 1).verifier_key.vkey] if is_cosigned else [VKEY]
        changed = self._changed_file(note)
        try:
            opened = open_checkpoint(changed.decode(), keys)
        except (ProofError, UnicodeDecodeError):
            self._record("checkpoint", found=True)
            return
        # a changed name or key id of a cosignature: its witness no longer counts, and that is seen
        is_found = is_cosigned and len(opened.signers) < 2
        self._record("checkpoint: a witness's line", is_found)

    def _proof_file(self) -> None:
        text = self.chance.choice(self._proof_files)
        try:
            verify_tlog_proof(self._changed_file(text.encode()).decode(), verifier_keys=[VKEY])
        except (ProofError, UnicodeDecodeError):
            self._record("proof file", found=True)
            return
        self._record("proof file", found=False)

    def _log_file(self) -> None:
        is_big = self.big is not None and self.chance.random() < 0.001
        log = self.big if is_big and self.big else self.chance.choice(self.logs)
        kind = self.chance.choice(["byte", "byte", "byte", "file", "entry", "entry and hash"])
        path = self.chance.choice([*log.files, "checkpoint"])
        if kind == "entry" or kind == "entry and hash":
            path = self.chance.choice([one for one in log.files if "entries" in one])
        changed = self._changes(log, path, kind)
        before = {one: (log.folder / one).read_bytes() for one in changed}
        try:
            for one, data in changed.items():
                if data is None:
                    (log.folder / one).unlink()
                else:
                    (log.folder / one).write_bytes(data)
            report = audit_log(log.folder, verifier_keys=[VKEY])
        finally:
            for one, data in before.items():
                (log.folder / one).write_bytes(data)
        place = "checkpoint" if path == "checkpoint" else "tile"
        place = "entry bundle" if "entries" in path else place
        is_named = any(names(fault, changed) for fault in report.faults)
        self._record(f"log on disk: {place}: {kind}", not report.is_clean, is_named)

    def _changes(self, log: SampleLog, path: str, kind: str) -> dict[str, bytes | None]:
        data = (log.folder / path).read_bytes()
        if kind == "byte":
            return {path: self._changed(data)}
        if kind == "file":
            return {path: self.chance.choice([None, self._resized(data)])}
        entries = decode_bundle(data)
        where = self.chance.randrange(len(entries))
        entries[where] = self._other_entry(entries[where])
        changed: dict[str, bytes | None] = {path: encode_bundle(entries)}
        if kind == "entry and hash":
            tile = parse_tile_path(path.replace("entries", "0")).path
            hashes = (log.folder / tile).read_bytes()
            place = slice(where * HASH, where * HASH + HASH)
            new = hashes[: place.start] + leaf_hash(entries[where]) + hashes[place.stop :]
            changed[tile] = new
        return changed

    def _changed(self, data: bytes) -> bytes:
        where = self.chance.randrange(len(data))
        byte = data[where] ^ self.chance.randrange(1, 256)
        return data[:where] + bytes([byte]) + data[where + 1 :]

    def _resized(self, data: bytes) -> bytes:
        if self.chance.random() < 0.5:
            return data[: self.chance.randrange(len(data))]
        return data + self.chance.randbytes(self.chance.randint(1, 40))

    def _changed_file(self, data: bytes) -> bytes:
        return self._changed(data) if self.chance.random() < 0.8 else self._resized(data)

    def _other(self, number: int, size: int) -> int:
        other = number
        while other == number:
            other = self.chance.randint(-2, size + 2)
        return other

    def _other_entry(self, entry: bytes) -> bytes:
        other = entry
        while other == entry:
            other = self.chance.randbytes(self.chance.randint(0, 60))
        return other


def refusal(check: Callable[..., None], told: dict[str, Any]) -> tuple[bool, bool]:
    """Whether it was refused, and whether the refusal says which hash, index or length is wrong."""
    try:
        check(**told)
    except ProofError as refused:
        words = ("root", "hash", "Index", "index", "proof")
        return True, any(word in str(refused) for word in words)
    return False, False


def names(fault: AuditFault, changed: Iterable[str]) -> bool:
    return not {fault.path, *fault.others}.isdisjoint(changed)


def tampered(folder: Path, changes: int, seed: int, *, with_big: bool = True) -> Tally:
    """So many random changes, from a seed."""
    return Tamperer(folder, seed, with_big=with_big).run(changes)
