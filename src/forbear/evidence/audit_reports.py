"""What an audit of a log found: the report and its faults, and which file of two is to blame."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from forbear.evidence.checkpoints import Checkpoint
from forbear.evidence.notes import Signed
from forbear.evidence.tiles import TILE_WIDTH, Tile

_SHOWN_DIGITS = 16


class FaultKind(StrEnum):
    """What is wrong with a file of the log."""

    CHECKPOINT_REFUSED = "checkpoint_refused"  # signature, form or origin
    ROOT_DIFFERS = "root_differs"  # the tiles lead to another root than the checkpoint's
    FILE_MISSING = "file_missing"
    FILE_MALFORMED = "file_malformed"  # a length or form that cannot be
    ENTRY_CHANGED = "entry_changed"  # an entry hashes to something else than the tree has
    HASH_CHANGED = "hash_changed"  # a hash of a tile is not what lies below it
    LEFTOVER_DIFFERS = "leftover_differs"  # an older partial file contradicts the tree
    ENTRY_FORBIDDEN = "entry_forbidden"  # the log's own rules for entries refuse it


@dataclass(frozen=True, slots=True)
class AuditFault:
    """One fault: the file, and where in it; `others` are the files it disagrees with."""

    kind: FaultKind
    path: str
    message: str
    entry_index: int | None = None
    position: int | None = None
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What was read and every fault found (the first of them, where there are very many).

    `beyond` counts files past the checkpoint's tree, `strangers` names files no log has; neither
    is a fault: a log may have grown on, and a crash may leave a temporary file.
    """

    checkpoint: Checkpoint | None
    signers: tuple[Signed, ...]
    entries: int
    files: int
    faults: tuple[AuditFault, ...]
    fault_count: int
    is_complete: bool
    beyond: int = 0
    strangers: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        return self.is_complete and self.fault_count == 0


@dataclass(frozen=True, slots=True)
class Disagreement:
    """An upper file's hash at `position` is not the hash of what lies below; who is to blame waits.

    `lower` is a tile, or a bundle whose entry `position` is meant.
    """

    lower: Tile
    upper: Tile
    position: int
    stored: bytes
    computed: bytes


@dataclass(slots=True)
class Findings:
    """Faults and disagreements as they are found; keeps at most `limit` of each, counts all."""

    limit: int
    faults: list[AuditFault] = field(default_factory=list)
    disagreements: list[Disagreement] = field(default_factory=list)
    count: int = 0

    def fault(self, fault: AuditFault) -> None:
        self.count += 1
        if len(self.faults) < self.limit:
            self.faults.append(fault)

    def disagree(self, one: Disagreement) -> None:
        self.count += 1
        if len(self.disagreements) < self.limit:
            self.disagreements.append(one)

    def add(self, other: "Findings") -> None:
        missed = other.count - len(other.faults) - len(other.disagreements)
        for fault in other.faults:
            self.fault(fault)
        for one in other.disagreements:
            self.disagree(one)
        self.count += missed


def differing_positions(stored: bytes, computed: bytes, width: int = 32) -> Iterator[int]:
    """Where two strings of hashes of one length differ.

    >>> list(differing_positions(bytes(96), bytes(32) + b"x" * 32 + bytes(32)))
    [1]
    """
    if stored == computed:
        return
    for position in range(len(stored) // width):
        start = position * width
        if stored[start : start + width] != computed[start : start + width]:
            yield position


def blamed(one: Disagreement, doubted: set[tuple[int, int]], is_root_right: bool) -> AuditFault:
    """The fault behind a disagreement.

    The upper file is believed when what lies above it bears it out: its own root is the hash in
    the tile above (it is not among the `doubted`), or, at the right edge, the signed root holds.
    Then the lower file was changed; else the upper one was.
    """
    upper = one.upper
    is_edge = upper.width < TILE_WIDTH
    is_believed = is_root_right if is_edge else (upper.level or 0, upper.index) not in doubted
    at_fault, other = (one.lower, upper) if is_believed else (upper, one.lower)
    said = (
        f"{one.computed.hex()[:_SHOWN_DIGITS]}…, the tree has {one.stored.hex()[:_SHOWN_DIGITS]}…"
    )
    if one.lower.level is None:
        index = upper.index * TILE_WIDTH + one.position
        kind = FaultKind.ENTRY_CHANGED if is_believed else FaultKind.HASH_CHANGED
        told = f"entry {index} hashes to {said}"
        return AuditFault(kind, at_fault.path, told, index, one.position, (other.path,))
    told = (
        f"its hashes lead to {said}"
        if is_believed
        else f"hash {one.position} is not that of {one.lower.path}: below it, {said}"
    )
    position = None if is_believed else one.position
    return AuditFault(FaultKind.HASH_CHANGED, at_fault.path, told, None, position, (other.path,))
