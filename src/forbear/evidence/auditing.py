"""Audit of a whole log: every entry, tile and partial file against the signed checkpoint.

Works on any directory in the form of C2SP tlog-tiles, also one written by others. Entries are
hashed and compared with the level-0 tiles; each full tile's root with the hash in the tile above
it; the right edge with the checkpoint's root. A fault does not stop the audit: each names its file
and the place in it, and the next is looked for. Memory stays flat whatever the size.
"""

import errno
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

from forbear.evidence.audit_leftovers import Leftovers, check_leftovers
from forbear.evidence.audit_reports import (
    AuditFault,
    AuditReport,
    Disagreement,
    FaultKind,
    Findings,
    blamed,
    differing_positions,
)
from forbear.evidence.audit_stretches import (
    HASH_WIDTH,
    CheckEntry,
    Stretch,
    StretchFound,
    check_stretch,
    read_hashes,
    tile_roots,
)
from forbear.evidence.checkpoints import Checkpoint
from forbear.evidence.errors import CheckpointMalformed, NoteMalformed, ProofError
from forbear.evidence.keys import parse_verifier_key
from forbear.evidence.merkle import (
    EMPTY_ROOT,
    LeafHashes,
    ParentHashes,
    plain_leaf_hashes,
    plain_parent_hashes,
    root_hash,
)
from forbear.evidence.notes import Signed, open_checkpoint
from forbear.evidence.tiles import TILE_WIDTH, Tile, level_count, level_width, tile_of

CHECKPOINT_FILE = "checkpoint"
_STRETCH_BUNDLES = 64
_PARALLEL_FROM = 65_536  # entries; below, starting processes takes longer than the audit
_GIVE_UP_AFTER = 100_000  # faults: a checkpoint of a size that cannot be is not walked to its end


@dataclass(slots=True)
class _Level:
    """One level of tiles above the bottom, as its children's roots arrive from the left."""

    level: int
    waiting: bytearray = field(default_factory=bytearray)
    unknown: set[int] = field(default_factory=set)
    done: int = 0


@dataclass(slots=True)
class _Audit:
    directory: Path
    size: int
    parent_hashes: ParentHashes
    findings: Findings
    levels: list[_Level]
    edges: dict[int, bytes] = field(default_factory=dict)
    doubted: set[tuple[int, int]] = field(default_factory=set)
    entries: int = 0
    files: int = 0


def audit_log(
    directory: Path,
    *,
    verifier_keys: Iterable[str],
    checkpoint: str | None = None,
    origin: str | None = None,
    leaf_hashes: LeafHashes = plain_leaf_hashes,
    parent_hashes: ParentHashes = plain_parent_hashes,
    check_entry: CheckEntry | None = None,
    progress: Callable[[int, int], None] | None = None,
    workers: int = 1,
    max_faults: int = 1000,
) -> AuditReport:
    """Everything in the directory held against `checkpoint` (a note; else its own file).

    `check_entry(index, entry)` says what the log's own rules object to, or None. `progress` is
    told the entries done so far and their number in all. With more than one worker the functions
    given must be defined at the top of a module, for they run in other processes.
    """
    keys = [parse_verifier_key(one).vkey for one in verifier_keys]
    if not directory.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(directory))
    findings = Findings(max_faults)
    head, signers = _open_head(directory, checkpoint, keys, origin, findings)
    if head is None:
        return _report(None, (), None, findings, Leftovers(), is_complete=False)
    levels = [_Level(level) for level in range(1, level_count(head.size))]
    audit = _Audit(directory, head.size, parent_hashes, findings, levels)
    bundles = -(-head.size // TILE_WIDTH)
    tasks = (
        Stretch(
            directory, first, min(first + _STRETCH_BUNDLES, bundles), head.size,
            leaf_hashes, parent_hashes, check_entry, max_faults,
        )
        for first in range(0, bundles, _STRETCH_BUNDLES)
    )  # fmt: skip
    used = workers if head.size >= _PARALLEL_FROM else 1
    is_complete = True
    for found in _found_in(tasks, used):
        _take(audit, found)
        if progress is not None:
            progress(audit.entries, head.size)
        if findings.count > _GIVE_UP_AFTER:
            is_complete = False
            break
    is_root_right = is_complete and _finish(audit, head)
    _settle(audit, is_root_right)
    leftovers = check_leftovers(directory, head.size, findings) if is_complete else Leftovers()
    return _report(head, signers, audit, findings, leftovers, is_complete=is_complete)


def _open_head(
    directory: Path,
    note: str | None,
    verifier_keys: Iterable[str],
    origin: str | None,
    findings: Findings,
) -> tuple[Checkpoint | None, tuple[Signed, ...]]:
    """The checkpoint to audit against; one that is refused still says where to look."""
    try:
        text = _read_note(directory) if note is None else note
    except ProofError as refused:
        findings.fault(AuditFault(FaultKind.CHECKPOINT_REFUSED, CHECKPOINT_FILE, str(refused)))
        return None, ()
    try:
        signed = open_checkpoint(text, verifier_keys, origin=origin)
    except ProofError as refused:
        findings.fault(AuditFault(FaultKind.CHECKPOINT_REFUSED, CHECKPOINT_FILE, str(refused)))
        try:
            return Checkpoint.parse(text.rpartition("\n\n")[0] + "\n"), ()
        except CheckpointMalformed:
            return None, ()
    return signed.checkpoint, signed.signers


def _read_note(directory: Path) -> str:
    try:
        return (directory / CHECKPOINT_FILE).read_bytes().decode()
    except FileNotFoundError:
        raise NoteMalformed(
            "There is no checkpoint, so there is nothing to hold the tiles against. Give the "
            "directory that contains `checkpoint` and `tile`, or a checkpoint kept elsewhere."
        ) from None
    except UnicodeDecodeError:
        raise NoteMalformed("The checkpoint is not UTF-8 text: it was damaged.") from None


def _found_in(tasks: Iterator[Stretch], workers: int) -> Iterator[StretchFound]:
    """The stretches' findings in order, a few stretches ahead of who asks."""
    if workers <= 1:
        yield from map(check_stretch, tasks)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting: deque[Future[StretchFound]] = deque()
        for task in tasks:
            waiting.append(pool.submit(check_stretch, task))
            if len(waiting) > 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _take(audit: _Audit, found: StretchFound) -> None:
    audit.entries += found.entries
    audit.files += found.files
    audit.findings.add(found.findings)
    if found.edge:
        audit.edges[0] = found.edge
    if audit.levels:
        level = audit.levels[0]
        level.waiting += found.roots
        level.unknown.update(found.unknown)
        _settle_full_tiles(audit, level)


def _settle_full_tiles(audit: _Audit, level: _Level) -> None:
    """Compare each tile of a level whose children are all there, and hand its root up."""
    full = TILE_WIDTH * HASH_WIDTH
    while len(level.waiting) >= full:
        computed = bytes(level.waiting[:full])
        del level.waiting[:full]
        tile = Tile(level.level, level.done)
        hashes = _check_tile(audit, level, tile, computed)
        if level.level < len(audit.levels):
            above = audit.levels[level.level]
            if hashes is None:
                above.unknown.add(tile.index)
                hashes = computed
            above.waiting += tile_roots(hashes, audit.parent_hashes)
            _settle_full_tiles(audit, above)


def _check_tile(audit: _Audit, level: _Level, tile: Tile, computed: bytes) -> bytes | None:
    """Compare a tile's hashes with the roots of the tiles below; the ones to go on with.

    None when the tile cannot be read and a root below it is not known either.
    """
    level.done += 1
    first = tile.index * TILE_WIDTH
    unknown = {index for index in level.unknown if index < first + TILE_WIDTH}
    level.unknown -= unknown
    stored = read_hashes(audit.directory, tile, audit.findings)
    if stored is None:
        return None if unknown else computed
    audit.files += 1
    for position in differing_positions(stored, computed):
        if first + position in unknown:
            continue
        lower = Tile(level.level - 1, first + position)
        audit.doubted.add((level.level - 1, lower.index))
        place = slice(position * HASH_WIDTH, (position + 1) * HASH_WIDTH)
        audit.findings.disagree(Disagreement(lower, tile, position, stored[place], computed[place]))
    return stored


def _finish(audit: _Audit, head: Checkpoint) -> bool:
    """Check the partial tiles of the right edge; whether they lead to the checkpoint's root."""
    for level in audit.levels:
        if level.waiting:
            tile = tile_of(level.level, level.done, audit.size)
            roots = bytes(level.waiting)
            audit.edges[level.level] = _check_tile(audit, level, tile, roots) or roots
    computed = _edge_root(audit)
    if computed == head.root:
        return True
    edge = tuple(
        tile_of(level, level_width(audit.size, level) // TILE_WIDTH, audit.size).path
        for level in audit.edges
    )
    message = (
        f"the tiles lead to the root {computed.hex()}, the checkpoint says {head.root.hex()}; "
    )
    if audit.findings.count:
        message += "see the other faults"
    else:
        named = " or ".join(edge) or "no tile"
        message += f"either this was changed, or with all that lies below it {named}"
    kind = FaultKind.ROOT_DIFFERS
    audit.findings.fault(AuditFault(kind, CHECKPOINT_FILE, message, others=edge))
    return False


def _edge_root(audit: _Audit) -> bytes:
    """The root of the tree: what the partial tiles of all levels hold, folded from the bottom."""
    root: bytes | None = None
    for level in range(len(audit.levels) + 1):
        width = level_width(audit.size, level) % TILE_WIDTH
        hashes = audit.edges.get(level, b"")[: width * HASH_WIDTH]
        nodes = [hashes[i : i + HASH_WIDTH] for i in range(0, len(hashes), HASH_WIDTH)]
        if root is not None:
            nodes.append(root)
        if nodes:
            root = root_hash(nodes)
    return EMPTY_ROOT if root is None else root


def _settle(audit: _Audit, is_root_right: bool) -> None:
    """Turn disagreements between two files into the fault of one."""
    settled = [blamed(one, audit.doubted, is_root_right) for one in audit.findings.disagreements]
    audit.findings.disagreements.clear()
    audit.findings.faults[:0] = settled


def _report(
    head: Checkpoint | None,
    signers: tuple[Signed, ...],
    audit: _Audit | None,
    findings: Findings,
    leftovers: Leftovers,
    *,
    is_complete: bool,
) -> AuditReport:
    return AuditReport(
        checkpoint=head,
        signers=signers,
        entries=audit.entries if audit else 0,
        files=audit.files if audit else 0,
        faults=tuple(findings.faults[: findings.limit]),
        fault_count=findings.count,
        is_complete=is_complete,
        beyond=leftovers.beyond,
        strangers=tuple(leftovers.strangers),
    )
