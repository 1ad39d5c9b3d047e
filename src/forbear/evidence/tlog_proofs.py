"""The proof file that is handed over: one entry's place in a log, checked without the log.

C2SP tlog-proof: index, inclusion proof and signed checkpoint in one text. Our own files carry the
entry itself as `extra`; that is unauthenticated until the proof holds for it, and only then given
back.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from forbear.evidence.checkpoints import Checkpoint
from forbear.evidence.errors import ProofMalformed
from forbear.evidence.merkle import leaf_hash
from forbear.evidence.notes import Signed, open_checkpoint
from forbear.evidence.policies import Policy
from forbear.evidence.texts import base64_text, exact_base64, exact_decimal
from forbear.evidence.verify import HASH_SIZE, verify_inclusion

HEADER = "c2sp.org/tlog-proof@v1"
_MAX_HASHES = 64  # a tree of 2^64 leaves has no longer path
_ADVICE = "Ask for the file again; see c2sp.org/tlog-proof for its form."


@dataclass(frozen=True, slots=True)
class TlogProof:
    """A parsed proof file; `checkpoint` is the whole signed note, nothing of it checked yet."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None

    @classmethod
    def parse(cls, text: str) -> "TlogProof":
        """The proof a file spells; each part has one spelling, others are refused."""
        head, separator, checkpoint = text.partition("\n\n")
        lines = head.split("\n")
        if not separator or lines.pop(0) != HEADER:
            raise ProofMalformed(
                f"A proof file begins with {HEADER!r} and has an empty line before its "
                f"checkpoint; this one does not. {_ADVICE}"
            )
        extra = None
        if lines and lines[0].startswith("extra "):
            extra = exact_base64(lines.pop(0).removeprefix("extra "))
            if extra is None:
                raise ProofMalformed(f"What follows `extra` is not base64. {_ADVICE}")
        stated = lines.pop(0) if lines else ""
        index = exact_decimal(stated.removeprefix("index "))
        if index is None or not stated.startswith("index "):
            raise ProofMalformed(
                f"{stated[:40]!r} stands where `index` and a whole number should. {_ADVICE}"
            )
        return cls(index, tuple(_hashes(lines)), checkpoint, extra)

    @property
    def text(self) -> str:
        """The file: `TlogProof.parse(one.text) == one`."""
        lines = [HEADER]
        if self.extra is not None:
            lines.append(f"extra {base64_text(self.extra)}")
        lines += [f"index {self.index}", *(base64_text(one) for one in self.hashes), ""]
        return "\n".join(lines) + "\n" + self.checkpoint


@dataclass(frozen=True, slots=True)
class ProvenEntry:
    """An entry that is in the log: where, under which checkpoint, and who signed that."""

    entry: bytes
    index: int
    checkpoint: Checkpoint
    signers: tuple[Signed, ...]


def verify_tlog_proof(
    text: str,
    *,
    verifier_keys: Iterable[str] = (),
    policy: Policy | None = None,
    entry: bytes | None = None,
    origin: str | None = None,
) -> ProvenEntry:
    """The entry a proof file proves, when everything holds; else raise.

    `verifier_keys` are the log's; a policy adds logs and asks for witnesses. Without `entry` the
    file's own `extra` is the entry.
    """
    proof = TlogProof.parse(text)
    shown = proof.extra if entry is None else entry
    if shown is None:
        raise ProofMalformed(
            "The file does not carry the entry it speaks of, so there is nothing to check it "
            "against. Give the entry's bytes as well."
        )
    if policy is None:
        signed = open_checkpoint(proof.checkpoint, verifier_keys, origin=origin)
    else:
        signed = policy.open_checkpoint(proof.checkpoint, verifier_keys, origin=origin)
    verify_inclusion(
        leaf_hash=leaf_hash(shown),
        index=proof.index,
        size=signed.checkpoint.size,
        proof=proof.hashes,
        root=signed.checkpoint.root,
    )
    return ProvenEntry(shown, proof.index, signed.checkpoint, signed.signers)


def _hashes(lines: list[str]) -> Iterable[bytes]:
    if len(lines) > _MAX_HASHES:
        raise ProofMalformed(f"{len(lines)} hashes; no path is longer than {_MAX_HASHES}.")
    for number, line in enumerate(lines):
        one = exact_base64(line)
        if one is None or len(one) != HASH_SIZE:
            raise ProofMalformed(
                f"Hash {number} of the proof, {line[:60]!r}, is not the base64 of {HASH_SIZE} "
                f"bytes. {_ADVICE}"
            )
        yield one
