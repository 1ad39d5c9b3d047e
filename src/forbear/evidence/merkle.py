"""The Merkle tree of RFC 6962 over hashes in memory: leaves, nodes, roots and proofs.

The definition, in few lines, by which everything faster is tested. A log on disk is read by
`reading`; whether a proof proves is decided by `verify`, which shares no code with this module.
"""

import hashlib
from collections.abc import Callable, Sequence

from forbear.evidence.errors import ProofMalformed

EMPTY_ROOT = hashlib.sha256(b"").digest()
LeafHashes = Callable[[Sequence[bytes]], bytes]
ParentHashes = Callable[[bytes], bytes]
_PAIR = 64  # bytes of two hashes


def leaf_hash(data: bytes) -> bytes:
    """SHA-256(0x00 || data): the hash of an entry (RFC 6962 section 2.1).

    >>> leaf_hash(b"").hex()[:16]
    '6e340b9cffb37a98'
    """
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right): the hash of an inner node.

    The first byte differs from a leaf's, so that no entry can be passed off as a node.
    """
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_hash(leaf_hashes: Sequence[bytes]) -> bytes:
    """The Merkle Tree Hash over the leaf hashes; of none, SHA-256 of the empty string.

    >>> root_hash([]) == EMPTY_ROOT
    True
    >>> root_hash([leaf_hash(b"a")]) == leaf_hash(b"a")
    True
    """
    level = list(leaf_hashes)
    if not level:
        return EMPTY_ROOT
    while len(level) > 1:
        parents = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        # a node without a right sibling rises as it is: RFC 6962 splits at powers of two
        level = parents + level[len(parents) * 2 :]
    return level[0]


def inclusion_proof(leaf_hashes: Sequence[bytes], index: int) -> list[bytes]:
    """PATH(index, D): the siblings from the leaf up to the root's child (section 2.1.1).

    >>> a, b, c = (leaf_hash(one) for one in (b"a", b"b", b"c"))
    >>> inclusion_proof([a, b, c], 2) == [node_hash(a, b)]
    True
    """
    return [root_hash(leaf_hashes[a:b]) for a, b in inclusion_ranges(index, len(leaf_hashes))]


def consistency_proof(leaf_hashes: Sequence[bytes], old_size: int) -> list[bytes]:
    """PROOF(old_size, D): the hashes that lead to the older root and the newer (section 2.1.2).

    >>> a, b, c = (leaf_hash(one) for one in (b"a", b"b", b"c"))
    >>> consistency_proof([a, b, c], 2) == [c]
    True
    """
    return [root_hash(leaf_hashes[a:b]) for a, b in consistency_ranges(old_size, len(leaf_hashes))]


def plain_leaf_hashes(entries: Sequence[bytes]) -> bytes:
    """The leaf hashes of entries, end to end; who has a faster way (`hashing`) passes it in."""
    sha256 = hashlib.sha256
    return b"".join([sha256(b"\x00" + entry).digest() for entry in entries])


def plain_parent_hashes(hashes: bytes) -> bytes:
    """The node hash of each pair of hashes, end to end; a last one without a pair is left out."""
    sha256 = hashlib.sha256
    whole = len(hashes) - len(hashes) % _PAIR
    pairs = [hashes[at : at + _PAIR] for at in range(0, whole, _PAIR)]
    return b"".join([sha256(b"\x01" + pair).digest() for pair in pairs])


def inclusion_ranges(index: int, size: int) -> list[tuple[int, int]]:
    """The half-open ranges of leaves whose roots are the inclusion proof, in its order.

    >>> inclusion_ranges(2, 7)
    [(3, 4), (0, 2), (4, 7)]
    """
    if not 0 <= index < size:
        raise ProofMalformed(
            f"There is no entry {index} in a tree of {size}. Ask for an index below the size."
        )
    first, end = 0, size
    siblings = []
    while end - first > 1:
        middle = first + _left_width(end - first)
        if index < middle:
            siblings.append((middle, end))
            end = middle
        else:
            siblings.append((first, middle))
            first = middle
    return siblings[::-1]


def consistency_ranges(old_size: int, size: int) -> list[tuple[int, int]]:
    """The half-open ranges of leaves whose roots are the consistency proof, in its order.

    >>> consistency_ranges(3, 7)
    [(2, 3), (3, 4), (0, 2), (4, 7)]
    """
    if not 0 < old_size <= size:
        raise ProofMalformed(
            f"No proof leads from a tree of {old_size} entries to one of {size}: the older has at "
            "least one entry and at most as many as the newer."
        )
    first, end = 0, size
    siblings = []
    while old_size != end:
        middle = first + _left_width(end - first)
        if old_size <= middle:
            siblings.append((middle, end))
            end = middle
        else:
            siblings.append((first, middle))
            first = middle
    # the older tree as a whole is known to who asks; a part of it is not
    return ([(first, end)] if first else []) + siblings[::-1]


def _left_width(width: int) -> int:
    """The largest power of two below `width`: where RFC 6962 splits a range."""
    return 1 << ((width - 1).bit_length() - 1)
