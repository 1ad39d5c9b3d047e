"""The evidence log: appends, proofs and audits a second, against the raw hash and pymerkle.

python bench/evidence.py                              everything, audit of 10,000,000 entries
python bench/evidence.py --entries 1000000            a smaller audit
python bench/evidence.py --json build/evidence.json   the same figures for machines

Entries have 200 bytes. Every figure is a floor on a machine that does other things; the ratios are
of one run. Needs about 330 bytes of disk an entry, in a temporary folder.
"""

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from forbear.evidence import hashing
from forbear.evidence.auditing import audit_log
from forbear.evidence.checkpoints import Checkpoint
from forbear.evidence.growing import GrowingTree
from forbear.evidence.keys import new_signing_key
from forbear.evidence.log_directory import LogDirectory
from forbear.evidence.notes import sign_note
from forbear.evidence.reading import TileReader
from forbear.evidence.verify import verify_inclusion

ORIGIN = "bench.example/log"
KEY = new_signing_key(name=ORIGIN, seed=bytes(range(32)))
KEYS = [KEY.verifier_key.vkey]
ENTRY_SIZE, POOL = 200, 65_536
LEAF_BLOCKS, NODE_BLOCKS = 4, 2  # of 64 bytes, with the prefix and the padding
REPEATS = 3
FIGURES: dict[str, float] = {}


def told(name: str, value: float, unit: str, beside: str = "") -> None:
    FIGURES[name] = value
    shown = f"{value:,.0f}" if value >= 100 else f"{value:,.2f}"
    print(f"{name:46} {shown:>14} {unit:10} {beside}", flush=True)


def best(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Seconds of the fastest of a few runs: the others were disturbed."""
    seconds = []
    for _ in range(repeats):
        begun = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begun)
    return min(seconds)


def pool() -> list[bytes]:
    return [hashlib.shake_128(n.to_bytes(4, "big")).digest(ENTRY_SIZE) for n in range(POOL)]


def signed(size: int, root: bytes) -> str:
    return sign_note(Checkpoint(ORIGIN, size, root).text, [KEY])


def raw_blocks() -> float:
    """SHA-256 blocks a second of OpenSSL over one long message: no message is hashed faster."""
    data = bytes(32 << 20)
    return len(data) / 64 / best(lambda: hashlib.sha256(data).digest())


def hashes(entries: Sequence[bytes], raw: float) -> None:
    slowest = None
    for way in reversed(hashing.available()):
        leaves = len(entries) / best(lambda way=way: way.leaf_hashes(entries))  # type: ignore[misc]
        blob = way.leaf_hashes(entries) * 2
        nodes = len(blob) / 64 / best(lambda way=way, blob=blob: way.parent_hashes(blob))  # type: ignore[misc]
        slowest = slowest or (leaves, nodes)
        told(f"leaf hashes, {way.name}", leaves, "a second", f"{leaves * LEAF_BLOCKS / raw:.2f} x raw, "
             f"{leaves / slowest[0]:.1f} x hashlib")  # fmt: skip
        told(f"node hashes, {way.name}", nodes, "a second", f"{nodes * NODE_BLOCKS / raw:.2f} x raw, "
             f"{nodes / slowest[1]:.1f} x hashlib")  # fmt: skip


def appends_in_memory(entries: Sequence[bytes], raw: float, peer: float | None) -> None:
    for batch in (1024, 65_536):
        total = 1 << 19

        def grow(batch: int = batch, total: int = total) -> None:
            tree = GrowingTree()
            while tree.size < total:
                first = tree.size % POOL
                tree = tree.grown(entries[first : first + batch]).tree
                tree.root  # noqa: B018 - each batch is signed, so each needs its root

        rate = total / best(grow)
        beside = f"{rate * (LEAF_BLOCKS + NODE_BLOCKS) / raw:.2f} x raw"
        beside += f", {rate / peer:.0f} x pymerkle" if peer else ""
        told(f"appends in memory, batches of {batch:,}", rate, "a second", beside)


def appends_durable(entries: Sequence[bytes]) -> None:
    for batch, count in ((1, 200), (1024, 100), (4096, 50)):
        with tempfile.TemporaryDirectory() as folder:
            log = LogDirectory.open(Path(folder), verifier_keys=KEYS, origin=ORIGIN)
            files = 0
            begun = time.perf_counter()
            for number in range(count):
                first = number * batch % POOL
                log.append(entries[first : first + batch], signed)
            seconds = time.perf_counter() - begun
            files = sum(one.is_file() for one in Path(folder).rglob("*"))
            log.close()
        told(f"appends durable, batches of {batch:,}", batch * count / seconds, "a second",
             f"{seconds / count * 1e3:.1f} ms a batch, {files / count:.1f} files left a batch")  # fmt: skip


def one_sync() -> None:
    with tempfile.TemporaryDirectory() as folder:

        def write(number: int) -> None:
            descriptor = os.open(f"{folder}/{number}", os.O_WRONLY | os.O_CREAT, 0o644)
            os.write(descriptor, bytes(8192))
            os.fsync(descriptor)
            os.close(descriptor)

        begun = time.perf_counter()
        for number in range(100):
            write(number)
        told("one file of 8 KiB written and synced", (time.perf_counter() - begun) * 10, "ms")


def peer_rates(entries: Sequence[bytes]) -> tuple[float, float, float] | None:
    """pymerkle's appends, proofs made and proofs verified a second, in memory."""
    try:
        import pymerkle  # noqa: PLC0415 - the other library is a choice
    except ImportError:
        print("pymerkle is not here: no ratios to it (make bench installs it)")
        return None
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    count = 50_000
    begun = time.perf_counter()
    for entry in entries[:count]:
        tree.append_entry(entry)
    append = count / (time.perf_counter() - begun)
    root, asked = tree.get_root(), range(1, count, count // 500)
    begun = time.perf_counter()
    proofs = [tree.prove_inclusion(index, count) for index in asked]
    made = len(proofs) / (time.perf_counter() - begun)
    begun = time.perf_counter()
    for index, proof in zip(asked, proofs, strict=True):
        pymerkle.verify_inclusion(tree.get_leaf(index), root, proof)
    verified = len(proofs) / (time.perf_counter() - begun)
    told("pymerkle, appends in memory, one by one", append, "a second")
    told(f"pymerkle, proofs made of {count:,}", made, "a second")
    told(f"pymerkle, proofs verified of {count:,}", verified, "a second")
    return append, made, verified


def proofs(folder: Path, size: int, peer: tuple[float, float, float] | None) -> None:
    """Inclusion proofs read from the tiles on disk, at random indices and then checked."""
    reader = TileReader.of_directory(folder)
    root = reader.root(size)
    asked = [
        int.from_bytes(hashlib.sha256(n.to_bytes(4, "big")).digest()) % size for n in range(3000)
    ]
    begun = time.perf_counter()
    made = [(index, reader.inclusion_proof(index, size)) for index in asked]
    rate = len(made) / (time.perf_counter() - begun)
    leaves = [reader.leaf_hash(index, size) for index in asked]
    told(f"inclusion proofs made from tiles of {size:,}", rate, "a second",
         f"{rate / peer[1]:.1f} x pymerkle in memory" if peer else "")  # fmt: skip
    begun = time.perf_counter()
    for leaf, (index, proof) in zip(leaves, made, strict=True):
        verify_inclusion(leaf_hash=leaf, index=index, size=size, proof=proof, root=root)
    rate = len(made) / (time.perf_counter() - begun)
    told(f"inclusion proofs verified of {size:,}", rate, "a second",
         f"{rate / peer[2]:.1f} x pymerkle" if peer else "")  # fmt: skip


def written(folder: Path, size: int) -> None:
    """Writes a log of so many entries, all durable: run in a process of its own."""
    entries = pool()
    with LogDirectory.open(folder, verifier_keys=KEYS, origin=ORIGIN) as log:
        while log.size < size:
            log.append(entries[: min(POOL // 4, size - log.size)], signed)


def audited(folder: Path, size: int) -> None:
    """Audits it, every entry and tile, by two processes: run in a process of its own."""
    report = audit_log(
        folder,
        verifier_keys=KEYS,
        leaf_hashes=hashing.leaf_hashes,
        parent_hashes=hashing.parent_hashes,
        workers=2,
    )
    if not report.is_clean or report.entries != size:
        raise SystemExit(f"the audit found faults: {report.faults[:3]}")


def own_peak() -> int:
    """KB; what getrusage says of a process still counts the one that started it."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])


def in_own_process(part: str, folder: Path, size: int) -> tuple[float, float]:
    """Seconds, and MB of memory at the peak of the largest process of the part."""
    command = [sys.executable, __file__, "--part", part, "--folder", str(folder)]
    begun = time.perf_counter()
    run = subprocess.run([*command, "--entries", str(size)], check=True, capture_output=True)
    return time.perf_counter() - begun, int(run.stdout) / 1024


def large(size: int, peer: tuple[float, float, float] | None) -> None:
    for entries in sorted({min(1_000_000, size), size}):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            seconds, peak = in_own_process("written", folder, entries)
            told(f"writing {entries:,}, all durable", seconds, "s", f"{entries / seconds:,.0f} a second, "
                 f"{peak:.0f} MB at the peak")  # fmt: skip
            seconds, peak = in_own_process("audited", folder, entries)
            told(f"audit of {entries:,}", seconds, "s", f"{entries / seconds:,.0f} a second, "
                 f"{peak:.0f} MB at the peak of a process")  # fmt: skip
            proofs(folder, entries, peer)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--entries", type=int, default=10_000_000)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--part", choices=["written", "audited"], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.part:
        {"written": written, "audited": audited}[asked.part](asked.folder, asked.entries)
        print(max(own_peak(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
        return
    print(
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, hashing by {hashing.implementation()}"
    )
    entries = pool()
    raw = raw_blocks()
    told("raw SHA-256, one long message (OpenSSL)", raw, "blocks/s", f"{raw * 64 / 1e6:.0f} MB/s")
    hashes(entries, raw)
    peer = peer_rates(entries)
    appends_in_memory(entries, raw, peer[0] if peer else None)
    one_sync()
    appends_durable(entries)
    large(asked.entries, peer)
    if asked.json:
        asked.json.parent.mkdir(parents=True, exist_ok=True)
        asked.json.write_text(json.dumps(FIGURES, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
