"""Proofs of entries, made from the published tiles, and checked before anybody gets one."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from forbear.evidence.checkpoints import Checkpoint
from forbear.evidence.errors import ProofError
from forbear.evidence.merkle import leaf_hash
from forbear.evidence.notes import Signed, open_checkpoint
from forbear.evidence.reading import TileReader
from forbear.evidence.tlog_proofs import TlogProof
from forbear.evidence.verify import verify_inclusion
from forbear_server.store.log_files import log_folder, verifier_key
from forbear_server.store.models import LogLeaf, LogQueueItem

CHECKPOINT = "checkpoint"


class NotSealedYet(LookupError):
    """The entry waits for its place in the log; ask again in a moment."""

    code = "not_sealed_yet"


class LogUnreadable(RuntimeError):
    """The published log does not hold what the desk says it holds: somebody must look at once."""

    code = "log_unreadable"


@dataclass(frozen=True, slots=True)
class PublishedHead:
    """The newest signed checkpoint with who signed it."""

    note: str
    checkpoint: Checkpoint
    signers: tuple[Signed, ...]


@dataclass(frozen=True, slots=True)
class LogProof:
    """An entry with everything that proves it; checked against the log's own key."""

    canonical: bytes
    leaf_hash: bytes
    index: int
    hashes: tuple[bytes, ...]
    head: PublishedHead

    @property
    def text(self) -> str:
        """The self-contained tlog-proof file."""
        return TlogProof(self.index, self.hashes, self.head.note, self.canonical).text


def published_head() -> PublishedHead | None:
    """The head anybody may read; None before the first entry is sealed. Raises `LogUnreadable`."""
    try:
        note = (log_folder() / CHECKPOINT).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    try:
        opened = open_checkpoint(note, [verifier_key()])
    except ProofError as fault:
        raise LogUnreadable(f"The published checkpoint is not ours: {fault}") from fault
    return PublishedHead(note, opened.checkpoint, opened.signers)


def leaf_index_of(entry_id: UUID) -> int | None:
    """The entry's place in the log; None while it waits."""
    found = LogLeaf.objects.filter(uuid=entry_id).values_list("leaf_index", flat=True).first()
    return None if found is None else int(found)


def entry_bytes(entry_id: UUID) -> bytes | None:
    """The entry as the log holds it, or as it waits for its place."""
    for table in (LogLeaf, LogQueueItem):
        found = table.objects.filter(uuid=entry_id).values_list("canonical", flat=True).first()
        if found is not None:
            return bytes(found)
    return None


def log_proof(entry_id: UUID) -> LogProof:
    """The proof of an entry under the newest head. Raises `NotSealedYet` or `LogUnreadable`."""
    index = leaf_index_of(entry_id)
    head = published_head()
    if index is None or head is None or index >= head.checkpoint.size:
        raise NotSealedYet(f"Entry {entry_id.hex} is not sealed yet: ask again in a moment.")
    canonical = entry_bytes(entry_id) or b""
    reader = TileReader.of_directory(log_folder())
    size = head.checkpoint.size
    try:
        hashes = reader.inclusion_proof(index, size)
        hashed = leaf_hash(canonical)
        verify_inclusion(
            leaf_hash=hashed, index=index, size=size, proof=hashes, root=head.checkpoint.root
        )
    except ProofError as fault:
        raise LogUnreadable(
            f"Entry {entry_id.hex} at {index} does not fit the published log: {fault}"
        ) from fault
    return LogProof(canonical, hashed, index, tuple(hashes), head)
