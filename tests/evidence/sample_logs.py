"""Small logs of ours on disk, their checkpoints and their proof files."""

from collections.abc import Sequence
from pathlib import Path

from evidence.log_files import files_of, leaves_of, root_of
from forbear.evidence.checkpoints import Checkpoint
from forbear.evidence.keys import SignatureType, SigningKey, new_signing_key
from forbear.evidence.merkle import inclusion_proof
from forbear.evidence.notes import sign_note
from forbear.evidence.tlog_proofs import TlogProof

ORIGIN = "example.com/log"
LOG = new_signing_key(name=ORIGIN, seed=bytes(32))
VKEY = LOG.verifier_key.vkey
LOOKED_AT = 1_763_769_600


def witness(name: str, number: int, *, post_quantum: bool = False) -> SigningKey:
    kind = (
        SignatureType.ML_DSA_44_COSIGNATURE if post_quantum else SignatureType.ED25519_COSIGNATURE
    )
    return new_signing_key(name=name, seed=bytes([number]) * 32, signature_type=kind)


def checkpoint_of(entries: Sequence[bytes], *keys: SigningKey, origin: str = ORIGIN) -> str:
    head = Checkpoint(origin, len(entries), root_of(entries))
    return sign_note(head.text, keys or [LOG], signed_at=LOOKED_AT)


def write_log(directory: Path, entries: Sequence[bytes]) -> Path:
    """The log's files by the definition, and its signed checkpoint."""
    for path, data in files_of(entries).items():
        file = directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "checkpoint").write_text(checkpoint_of(entries), encoding="utf-8")
    return directory


def proof_of(entries: Sequence[bytes], index: int, *keys: SigningKey) -> TlogProof:
    return TlogProof(
        index=index,
        hashes=tuple(inclusion_proof(leaves_of(entries), index)),
        checkpoint=checkpoint_of(entries, *keys),
        extra=entries[index],
    )
