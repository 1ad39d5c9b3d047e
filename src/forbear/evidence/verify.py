"""Whether a proof proves: from a leaf to a root, and from an older root to a newer one.

RFC 6962 section 2.1 (and RFC 9162 sections 2.1.3.2 and 2.1.4.2). Nothing is forgiven: a hash of
another length, a hash too many or too few, an index outside the tree, an empty older tree (from
which everything follows, so it proves nothing) are refused before any hash is computed.
"""

import hashlib
from collections.abc import Sequence

from forbear.evidence.errors import ProofMalformed, RootMismatch

HASH_SIZE = 32
MAX_SIZE = 2**64 - 1  # RFC 6962 counts leaves in 64 bits
_FETCH_AGAIN = "Fetch both again from the log, and keep these: together they show who changed what."


def verify_inclusion(
    *, leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Return when the leaf is at `index` of the tree of `size` leaves with `root`; else raise.

    `proof` runs from the leaf's sibling up to the root's child (RFC 6962 section 2.1.1).

    >>> from forbear.evidence.merkle import leaf_hash, node_hash
    >>> a, b = leaf_hash(b"a"), leaf_hash(b"b")
    >>> verify_inclusion(leaf_hash=a, index=0, size=2, proof=[b], root=node_hash(a, b))
    """
    _check_size(size, "size")
    _check_size(index, "index")
    _check_hash(leaf_hash, "leaf hash")
    _check_hash(root, "root")
    if index >= size:
        raise ProofMalformed(
            f"Index {index} is outside a tree of {size} entries, so nothing can prove it is in "
            "there. Ask for a checkpoint at least one entry larger than the index."
        )
    joints = (index ^ (size - 1)).bit_length()
    _check_proof(proof, joints + (index >> joints).bit_count())
    computed = leaf_hash
    for height, sibling in enumerate(proof):
        # above the joints only left siblings are left: the right edge of the tree
        if height >= joints or (index >> height) & 1:
            computed = _node(sibling, computed)
        else:
            computed = _node(computed, sibling)
    if computed != root:
        raise RootMismatch(which="root", expected=root, computed=computed, advice=_FETCH_AGAIN)


def verify_consistency(
    *, old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]
) -> None:
    """Return when the tree of `size` begins with the whole tree of `old_size`; else raise.

    That is what append-only means: no entry was changed, removed or put in between
    (RFC 6962 section 2.1.2).

    >>> from forbear.evidence.merkle import leaf_hash, node_hash
    >>> a, b = leaf_hash(b"a"), leaf_hash(b"b")
    >>> verify_consistency(old_size=1, old_root=a, size=2, root=node_hash(a, b), proof=[b])
    """
    _check_size(old_size, "old size")
    _check_size(size, "size")
    if not 0 < old_size <= size:
        raise ProofMalformed(
            f"A tree of {size} entries cannot be shown to grow from one of {old_size}: the older "
            "tree has at least one entry and at most as many as the newer. Look whether the two "
            "checkpoints were given in the wrong order."
        )
    if old_size == size:
        # nothing is hashed: two roots of one size are the same bytes, or somebody lied
        _check_proof(proof, 0)
        if old_root != root:
            raise RootMismatch(which="root", expected=old_root, computed=root, advice=_FETCH_AGAIN)
        return
    _check_hash(old_root, "old root")
    _check_hash(root, "root")
    old, new = _roots_of(old_size, size, old_root, proof)
    if old != old_root:
        raise RootMismatch(which="old root", expected=old_root, computed=old, advice=_FETCH_AGAIN)
    if new != root:
        raise RootMismatch(which="root", expected=root, computed=new, advice=_FETCH_AGAIN)


def _roots_of(
    old_size: int, size: int, old_root: bytes, proof: Sequence[bytes]
) -> tuple[bytes, bytes]:
    """The older and the newer root that a consistency proof leads to."""
    whole = (old_size & -old_size).bit_length() - 1  # height of the older tree's last full subtree
    joints = ((old_size - 1) ^ (size - 1)).bit_length() - whole
    path = (old_size - 1) >> whole
    is_full = old_size == 1 << whole  # then the older root is itself the seed and is not sent
    _check_proof(proof, (0 if is_full else 1) + joints + (path >> joints).bit_count())
    seed = old_root if is_full else proof[0]
    old = new = seed
    for height, sibling in enumerate(proof if is_full else proof[1:]):
        if height >= joints or (path >> height) & 1:
            old = _node(sibling, old)
            new = _node(sibling, new)
        else:
            new = _node(new, sibling)
    return old, new


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _check_size(value: int, name: str) -> None:
    if type(value) is not int or not 0 <= value <= MAX_SIZE:
        raise ProofMalformed(
            f"The {name} is {value!r}, but it counts entries: a whole number from 0 to 2^64 - 1. "
            "Read it from the checkpoint or the proof file again."
        )


def _check_hash(value: bytes, name: str) -> None:
    if not isinstance(value, bytes) or len(value) != HASH_SIZE:
        told = f"{len(value)} bytes long" if isinstance(value, bytes) else type(value).__name__
        raise ProofMalformed(
            f"The {name} is {told}, but a SHA-256 hash is {HASH_SIZE} bytes. Give the raw hash, "
            "not its hex or base64 text."
        )


def _check_proof(proof: Sequence[bytes], length: int) -> None:
    if isinstance(proof, bytes | str) or len(proof) != length:
        raise ProofMalformed(
            f"The proof has {len(proof)} hashes where these sizes need exactly {length}. It "
            "belongs to another index or size, or was cut: ask the log for it again."
        )
    for position, one in enumerate(proof):
        _check_hash(one, f"hash {position} of the proof")
